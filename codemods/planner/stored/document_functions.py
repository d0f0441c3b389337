"""Functions that a schema is given: methods, statics and hooks. What was `this` is a parameter of theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.document import DocumentFunction
from codemods.ir.query import Op, Query
from codemods.ir.table import Table
from codemods.planner.facts import PieceUse, Replaced, Style
from codemods.planner.pieces import Piece, PieceKey, PieceKind, function_piece, own_this
from codemods.planner.scan import Scan
from codemods.readers.mongoose.owners import Owners
from codemods.source import FUNCTION_KINDS, Span, arguments, find_all, member, parameters, span_of

_API = frozenset(
    "constructor save remove deleteOne updateOne replaceOne update populate execPopulate depopulate populated model "
    "validate validateSync markModified unmarkModified invalidate isDirectModified modifiedPaths directModifiedPaths "
    "isInit isSelected increment overwrite getChanges collection db schema errors parent ownerDocument $set $get "
    "$isNew $locals $session $model $op inspect".split()
)
"""What documents of Mongoose have, and plain objects have not."""

_OF_UPDATES = frozenset({"getUpdate", "_update", "set"})
"""What hooks of updates may do with the query that `this` is."""

_HOOKED: Mapping[str, tuple[str, str]] = {
    "save": ("beforeSaving", "afterSaving"),
    "validate": ("beforeChecking", "afterChecking"),
    "deleteOne": ("beforeDeleting", "afterDeleting"),
    "findOneAndUpdate": ("beforeUpdating", ""),
    "updateOne": ("beforeUpdatingOne", ""),
    "updateMany": ("beforeUpdatingMany", ""),
}
"""What hooks are called, which have no names in the source, by what they come before and after."""


class DocumentFunctions:
    """Reads those that one piece is, or calls."""

    def __init__(self, scan: Scan, owners: Owners) -> None:
        self._scan, self._owners = scan, owners

    def read(self) -> None:
        """The piece's own `this`, and the hooks that its database calls run."""
        self._called()
        self._hooked()

    def piece(self, function: DocumentFunction, name: str) -> Piece | None:
        """The piece of a function whose `this` is a document or a model."""
        file = self._scan.workspace.source(function.file)
        node = next((n for n in find_all(file.root, *FUNCTION_KINDS) if span_of(n).start == function.offset), None)
        if node is None:
            return None
        listed = function_piece(file, node)
        statement = statement_around(node)
        if listed is None or (listed.kind is not PieceKind.METHOD and statement is not None):
            if statement is None:
                return None
            listed = Piece(PieceKey(function.file, function.offset), PieceKind.FUNCTION, name, node, statement)
        self._scan.know(listed)
        return listed

    def _hooked(self) -> None:
        """Saving, changing and removing documents calls what the schema has for that."""
        for query in self._scan.facts.queries:
            table = self._scan.schema.table(query.table) if query.table is not None else None
            for hook in hooks_of(table, query) if table is not None else ():
                piece = self.piece(hook, hook_name(table, hook)) if table is not None else None
                if piece is None:
                    self._scan.problem(query.call.start, "CX301", f"{query.name}: a hook that cannot be read")
                    continue
                self._scan.facts.uses.append(PieceUse(piece.key, query.call, "", Style.SETUP, None))

    def _called(self) -> None:
        """What the piece is, if it is a method or a hook: `this` becomes its first parameter."""
        key = self._scan.facts.piece.key
        named = [(table, each) for table in self._scan.schema.tables if table.document is not None
                 for each in (*table.document.methods, *table.document.hooks)
                 if (each.file, each.offset) == (key.file, key.offset)]  # fmt: skip
        if not named:
            return
        table, function = named[0]
        node = self._scan.node
        is_hook = table.document is not None and function in table.document.hooks
        given, listed = parameters(node), node.field("parameters")
        if listed is None:
            self._refuse(node, "a function of the schema has a parameter without parentheses")
            return
        typed = [given[0]] if given and given[0].node.text().startswith("this") else []
        given = given[len(typed) :]
        is_query = is_hook and function.is_query
        document = given[0].name if is_hook and function.after and given else None
        name = document or ("query" if is_query else _fresh(table.name, node.text()))
        self._scan.facts.receiver = name
        dropped = [each.node for each in (*typed, *(given if is_hook else ()))]
        kept = [] if is_hook else given
        own = name if self._scan.file.language == "javascript" else f"{name}: any"
        start = span_of(listed).start + 1
        self._scan.facts.replaced.append(Replaced(Span(start, start), f"{own}, " if kept else own))
        if dropped:
            gone = Span(span_of(dropped[0]).start, span_of(kept[0].node).start if kept else span_of(dropped[-1]).end)
            self._scan.facts.replaced.append(Replaced(gone, ""))
            self._scan.erase(gone)
        for this in find_all(node, "this"):
            if own_this(node, this) and not self._is_model(this):
                self._unknown(this, is_query)
                self._scan.facts.replaced.append(Replaced(span_of(this), name))
                self._scan.erase(span_of(this))
        callbacks = given[1:] if is_hook and function.after else given if is_hook else []
        if callbacks:
            self._next(node, callbacks[0].name or "next")

    def _is_model(self, this: SgNode) -> bool:
        """`this.constructor`, of which nothing is left where it starts a database call."""
        access = this.parent()
        parts = member(access) if access is not None else None
        if access is None or parts is None or parts[1] != "constructor":
            return False
        known = self._scan.starts_query(access) or self._scan.is_erased(access)
        if known:
            self._scan.erase(span_of(this))
        return known

    def _unknown(self, this: SgNode, is_query: bool) -> None:
        """What else Mongoose knows of a document is not there any more."""
        access = this.parent()
        parts = member(access) if access is not None else None
        call = access.parent() if access is not None else None
        if is_query and (parts is None or parts[1] not in _OF_UPDATES):
            self._refuse(this, "a hook does more with a query than to change its update")
            return
        if parts is None or parts[1] not in _API or call is None or self._scan.starts_query(access or this):
            return
        self._refuse(this, f"uses `this.{parts[1]}` of a document")

    def model_names(self) -> None:
        """`const User = this;` of a static, when all that is done with it is understood."""
        for declarator in find_all(self._scan.node, "variable_declarator"):
            value, name, statement = declarator.field("value"), declarator.field("name"), declarator.parent()
            if value is None or name is None or statement is None or value.kind() != "this":
                continue
            binding = self._scan.file.bindings.resolve(name)
            alone = len(find_all(statement, "variable_declarator")) == 1
            if binding is None or not alone or self._owners.model(value) is None:
                continue
            if all(self._scan.starts_query(each) or self._scan.is_erased(each) for each in binding.references):
                self._scan.drop(statement)

    def _next(self, function: SgNode, name: str) -> None:
        """`next()` of a hook ends it, and `next(error)` throws: what comes after would be too late to be stored."""
        for call in find_all(function, "call_expression"):
            callee = call.field("function")
            if callee is None or callee.text() != name:
                continue
            parent, given = call.parent(), arguments(call)
            around = next((a for a in call.ancestors() if a.kind() in FUNCTION_KINDS), None)
            is_statement = parent is not None and parent.kind() in ("expression_statement", "return_statement")
            if not is_statement or parent is None or around is None or span_of(around) != span_of(function):
                self._refuse(call, "a hook goes on from a callback")
                continue
            start = span_of(parent).start
            if given:
                self._scan.facts.replaced.append(Replaced(Span(start, span_of(given[0]).start), "throw "))
                self._scan.facts.replaced.append(Replaced(Span(span_of(given[0]).end, span_of(call).end), ""))
            else:
                self._scan.facts.replaced.append(Replaced(Span(start, span_of(call).end), "return"))

    def _refuse(self, node: SgNode, text: str) -> None:
        self._scan.problem(node, "CX301", text)


def hooks_of(table: Table, query: Query) -> tuple[DocumentFunction, ...]:
    """The hooks that a database call runs."""
    document, work = table.document, query.document
    if document is None:
        return ()
    if query.op in (Op.CREATE, Op.SAVE):
        return document.hooks_of("validate", "save")
    if query.op is Op.DELETE_MANY and work is not None and work.source is not None:
        return document.hooks_of("deleteOne")
    return document.hooks_of(work.event) if work is not None and work.event else ()


def hook_name(table: Table, hook: DocumentFunction) -> str:
    """What a hook is called: by its own name, or by when it runs."""
    if hook.own_name:
        return hook.own_name
    assert table.document is not None
    same = [each for each in table.document.hooks if (each.name, each.after) == (hook.name, hook.after)]
    number = same.index(hook)
    return f"{_HOOKED[hook.name][hook.after]}{table.name[:1].upper()}{table.name[1:]}{number + 1 if number else ''}"


def statement_around(node: SgNode) -> SgNode | None:
    """The top-level statement in which a function stands."""
    return next((a for a in node.ancestors() if a.kind() == "expression_statement"), None)


def _fresh(table: str, text: str) -> str:
    """A name for the document that the function has not."""
    wish = f"{table[:1].lower()}{table[1:]}"
    names = (wish, "document", f"{wish}Document")
    return next((name for name in names if re.search(rf"\b{name}\b", text) is None), f"{wish}_")
