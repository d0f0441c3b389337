"""What code does with the documents of an object mapper: they are plain objects now, and their keys are texts."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.ir.document import DocumentPath, Holds
from codemods.ir.table import Schema
from codemods.planner.facts import PieceUse, Replaced, Style
from codemods.planner.pieces import Piece
from codemods.planner.scan import Scan
from codemods.planner.stored.document_functions import DocumentFunctions
from codemods.readers.instances import Instances
from codemods.readers.literals import Property, entries
from codemods.readers.mongoose.methods import CHAIN, GIVING
from codemods.readers.mongoose.models import Models
from codemods.source import (
    Span,
    arguments,
    find_all,
    member,
    named,
    span_of,
    string_value,
    unwrap,
)
from codemods.workspace import External

_PACKAGE = "mongoose"
_GIVES_DOCUMENT = frozenset(
    "model findOne findById create findByIdAndUpdate findOneAndUpdate findByIdAndDelete findOneAndDelete "
    "findByIdAndRemove findOneAndRemove".split()
)
_BETWEEN = frozenset({"()", "default", "exec", "select", "populate", "sort", "orFail"})
"""Steps of a path that lead from a document, or its promise, to the same."""

_OWN_METHODS = frozenset({"get", "set", "toJSON", "toObject"})
"""Methods of documents that share their names with those of other values."""
_PLAIN = {"toObject": "plainOf", "toJSON": "jsonOf"}
_SHOWN = frozenset({"virtuals", "getters"})
"""Options of these methods."""

_IDENTITY = frozenset({"===", "!=="})
_NOTHING = frozenset({"null", "undefined"})


class Documents:
    """Reads what one piece does with documents."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._keys, self._lists = _named(scan.schema)
        self._models = Models(scan.workspace, scan.schema)
        self._owners = self._models.owners(scan.file)
        self._found = Instances(self._models, GIVING)
        self._functions = DocumentFunctions(scan, self._owners)
        self._tables = [table.document for table in scan.schema.tables if table.document is not None]

    def statics(self) -> None:
        """Calls of the methods that schemas give their models."""
        names = {static.name for table in self._tables for static in table.statics}
        for call in find_all(self._scan.node, "call_expression") if names else ():
            callee = call.field("function")
            parts = member(callee) if callee is not None else None
            if callee is not None and parts is not None and parts[1] in names and not self._scan.starts_query(call):
                self._static(call, callee, unwrap(parts[0]), parts[1])
        if self._owners.has_models:
            self._functions.model_names()

    def read(self) -> None:
        """Rewrites what plain objects have no word for; what would mean something else is an obstacle."""
        if not self._keys:
            return
        self._functions.read()
        for call in find_all(self._scan.node, "call_expression"):
            self._method(call)
        for node in find_all(self._scan.node, "member_expression"):
            self._raw(node)
        for node in find_all(self._scan.node, "binary_expression"):
            self._comparison(node)
        for node in find_all(self._scan.node, "unary_expression"):
            self._delete(node)
        for node in find_all(self._scan.node, "assignment_expression"):
            self._assignment(node)
        for node in find_all(self._scan.node, "spread_element"):
            inner = unwrap(named(node)[0])
            if inner.kind() == "identifier" and self._is_document(inner):
                self._refuse(node, f"spreads the document `{inner.text()}`")

    def _method(self, call: SgNode) -> None:
        callee = call.field("function")
        parts = member(callee) if callee is not None else None
        if callee is None or parts is None or self._scan.is_erased(callee) or self._scan.starts_query(call):
            return
        receiver, name = unwrap(parts[0]), parts[1]
        given = arguments(call)
        last = member(receiver)
        if name in _PLAIN and (not given or _is_shown(given)) and self._is_of_package(call):
            self._around(call, parts[0], _PLAIN[name], given[0] if given else None)
        elif name == "equals" and len(given) == 1 and (last is not None and last[1] in self._keys):
            self._around(call, parts[0], "isSameKey", given[0])
        elif name == "id" and len(given) == 1 and (last is not None and last[1] in self._lists):
            self._around(call, parts[0], "withKey", given[0])
        elif self._own_method(call, callee, receiver, name):
            return
        elif name == "isModified" and len(given) == 1 and self._is_plain_path(string_value(given[0])):
            self._around(call, parts[0], "isModified", given[0])
        elif name in _OWN_METHODS and self._is_document(receiver):
            self._refuse(call, f"calls `{name}` of the document `{receiver.text()}`")

    def _is_plain_path(self, name: str | None) -> bool:
        """The name of one value, in all schemas that know it."""
        known = [path for table in self._tables if name is not None and (path := table.path(name)) is not None]
        return bool(known) and "." not in (name or "") and all(path.is_plain for path in known)

    def _own_method(self, call: SgNode, callee: SgNode, receiver: SgNode, name: str) -> bool:
        """`user.matches(x)` → `matches(user, x)`: methods of documents are functions."""
        every = [method for table in self._tables if (method := table.method(name)) is not None]
        table = self._found.table(self._scan.file, receiver) if every else None
        known = table is not None or self._is_of_package(call)
        own = table.document.method(name) if table is not None and table.document is not None else None
        methods = [own] if own is not None else every
        label, listed = callee.field("property"), call.field("arguments")
        if not known or len(methods) != 1 or label is None or listed is None:
            return False
        piece = self._functions.piece(methods[0], name)
        if piece is None:
            return False
        given = arguments(call)
        text = self._scan.facts.receiver if receiver.kind() == "this" else receiver.text()
        self._alone(call, callee, label, piece, name)
        start = span_of(listed).start + 1
        self._scan.facts.replaced.append(Replaced(Span(start, start), f"{text}, " if given else text))
        return True

    def _static(self, call: SgNode, callee: SgNode, receiver: SgNode, name: str) -> None:
        """`User.isTaken(email)` → `isTaken(email)`: methods of models are functions."""
        table = self._models.model(self._scan.file, receiver)
        static = table.document.static(name) if table is not None and table.document is not None else None
        label = callee.field("property")
        piece = self._functions.piece(static, name) if static is not None else None
        link = member(above) if (above := call.parent()) is not None else None
        if link is not None and link[1] in CHAIN:
            self._refuse(call, f"goes on with the query that `{receiver.text()}.{name}` makes, by `{link[1]}`")
        elif piece is not None and label is not None:
            self._alone(call, callee, label, piece, name)
            self._scan.erase(span_of(callee))

    def _alone(self, call: SgNode, callee: SgNode, label: SgNode, piece: Piece, name: str) -> None:
        """The name of the function in the place of what it was called on."""
        self._scan.facts.uses.append(PieceUse(piece.key, span_of(label), name, Style.DIRECT, span_of(call)))
        self._scan.facts.replaced.append(Replaced(Span(span_of(callee).start, span_of(label).start), ""))

    def _around(self, call: SgNode, receiver: SgNode, function: str, given: SgNode | None) -> None:
        """`a.equals(b)` → `isSameKey(a, b)`."""
        whole, first = span_of(call), span_of(receiver)
        replaced = self._scan.facts.replaced
        replaced.append(Replaced(Span(whole.start, whole.start), function, "call"))
        if given is None:
            replaced.append(Replaced(Span(first.end, whole.end), ")"))
        else:
            replaced.append(Replaced(Span(first.end, span_of(given).start), ", "))

    def _raw(self, node: SgNode) -> None:
        """`user._doc` → `user`, `user.isNew` → `isNewDocument(user)`."""
        parts = member(node)
        if parts is None or self._scan.is_erased(node):
            return
        if parts[1] == "_doc":
            self._scan.facts.replaced.append(Replaced(Span(span_of(parts[0]).end, span_of(node).end), ""))
        elif parts[1] == "isNew" and self._found.table(self._scan.file, parts[0]) is not None:
            start, end = span_of(node).start, span_of(node).end
            self._scan.facts.replaced.append(Replaced(Span(start, start), "isNewDocument", "call"))
            self._scan.facts.replaced.append(Replaced(Span(span_of(parts[0]).end, end), ")"))

    def _comparison(self, node: SgNode) -> None:
        operator, left, right = node.field("operator"), node.field("left"), node.field("right")
        if operator is None or operator.text() not in _IDENTITY or left is None or right is None:
            return
        if self._scan.is_erased(node) or {unwrap(left).text(), unwrap(right).text()} & _NOTHING:
            return
        for side, other in ((left, right), (right, left)):
            parts = member(unwrap(side))
            if parts is None or parts[1] not in self._keys or "params" in side.text():
                continue
            if not _is_text(unwrap(other)) or self._is_document(unwrap(parts[0])):
                self._refuse(node, f"compares the key `{unwrap(side).text()}` as an object, by `{operator.text()}`")
                return

    def _delete(self, node: SgNode) -> None:
        argument = node.field("argument")
        parts = member(argument) if argument is not None and node.text().startswith("delete") else None
        if parts is not None and self._is_document(unwrap(parts[0])):
            self._refuse(node, f"deletes a field of the document `{unwrap(parts[0]).text()}`, which stays there")

    def _assignment(self, node: SgNode) -> None:
        """`user.token = token`: a field that no schema has is no part of the document, which would show it now."""
        left = node.field("left")
        parts = member(left) if left is not None else None
        if parts is None or any(table.path(parts[1]) is not None for table in self._tables):
            return
        if self._is_document(unwrap(parts[0])):
            self._refuse(node, f"sets `{parts[1]}` of the document `{unwrap(parts[0]).text()}`, which no schema has")

    def _is_of_package(self, call: SgNode) -> bool:
        found = self._scan.workspace.callee(self._scan.file.path, call)
        return isinstance(found, External) and found.module == _PACKAGE

    def _is_document(self, node: SgNode) -> bool:
        """One document, that is no plain object already."""
        found = self._scan.workspace.instance_of(self._scan.file.path, node)
        if not isinstance(found, External) or found.module != _PACKAGE or "lean" in found.path:
            return False
        steps = [step for step in found.path if step not in _BETWEEN]
        return "model" in steps and steps[-1] in _GIVES_DOCUMENT

    def _refuse(self, node: SgNode, text: str) -> None:
        self._scan.problem(node, "CX301", text)


def _is_shown(given: list[SgNode]) -> bool:
    """`{ virtuals: true }`: options that are known."""
    literal = unwrap(given[0])
    listed = list(entries(literal)) if literal.kind() == "object" and len(given) == 1 else []
    return bool(listed) and all(isinstance(each, Property) and each.key in _SHOWN for each in listed)


def _is_text(node: SgNode) -> bool:
    """`a.toString()`, `String(a)`, a literal: compared with what is a text already, as in the body of a request."""
    if node.kind() in ("string", "template_string"):
        return True
    callee = node.field("function") if node.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    return callee is not None and (callee.text() == "String" or (parts is not None and parts[1] == "toString"))


def _named(schema: Schema) -> tuple[frozenset[str], frozenset[str]]:
    """The names of paths that hold keys, and of lists whose elements have keys."""
    documents = [table.document for table in schema.tables if table.document is not None]
    every = [path for document in documents for top in document.paths for path in _below(top)]
    keys = {path.name for path in every if path.holds is Holds.ID and path.name}
    lists = {path.name for path in every if path.of is not None and path.of.holds is Holds.DOCUMENT}
    return frozenset({*keys, "_id"} if documents else ()), frozenset(lists)


def _below(path: DocumentPath) -> Iterator[DocumentPath]:
    yield path
    for inner in (*path.paths, *([path.of] if path.of is not None else [])):
        yield from _below(inner)
