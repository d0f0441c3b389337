"""Which model a row is of: what was read or made with it, wherever it was handed since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ast_grep_py import SgNode

from codemods.ir.document import DocumentFunction
from codemods.ir.table import Table
from codemods.readers.calls import CallSite, call_site
from codemods.source.bindings import Binding, BindingKind
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, arguments, enclosing, find_all, parameters, unwrap
from codemods.workspace import FunctionRef, Workspace

_EACH = frozenset({"forEach", "map", "filter", "some", "every", "find"})
_NOTHING = frozenset({"undefined", "null"})
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Giving:
    """The methods of models that give one row or a list of them, and those that give what they are called on."""

    one: frozenset[str]
    many: frozenset[str]
    same: frozenset[str]


class Models(Protocol):
    """What expressions name models, and what a library calls rows besides."""

    @property
    def workspace(self) -> Workspace: ...

    def model(self, file: SourceFile, node: SgNode) -> Table | None:
        """The table of the model that an expression is."""
        ...

    def row(self, file: SourceFile, node: SgNode) -> Table | None:
        """The table of a row that an expression is by itself, as `this` of a method."""
        ...


class Instances:
    """Answers for the whole workspace. Where values of several models, or others, come together there is none."""

    def __init__(self, models: Models, giving: Giving) -> None:
        self._models, self._giving = models, giving
        self._workspace = models.workspace

    def table(self, file: SourceFile, node: SgNode, depth: int = 0) -> Table | None:
        """The table of the row that an expression is."""
        return self._held(file, node, self._giving.one, depth)

    def _held(self, file: SourceFile, node: SgNode, methods: frozenset[str], depth: int) -> Table | None:
        """With `methods` that give one it is a row, with the others a list of them."""
        if depth > _DEPTH:
            return None
        inner = unwrap(node, awaited=True)
        own = self._models.row(file, inner)
        if own is not None:
            return own if methods is self._giving.one else None
        match inner.kind():
            case "identifier":
                binding = file.bindings.resolve(inner)
                return self._bound(file, binding, methods, depth) if binding is not None else None
            case "new_expression" if methods is self._giving.one:
                site = call_site(inner)
                return self._models.model(file, site.function) if site is not None else None
            case "call_expression":
                site = call_site(inner)
                return self._called(file, site, methods, depth + 1) if site is not None else None
            case _:
                return None

    def _called(self, file: SourceFile, site: CallSite, methods: frozenset[str], depth: int) -> Table | None:
        table = self._models.model(file, site.target) if site.target is not None else None
        if table is not None:
            static = table.document.static(site.method or "") if table.document is not None else None
            if static is not None:
                return self._given_by(static, methods, depth)
            return table if site.method in methods else None
        if (
            site.target is not None
            and site.method in self._giving.same
            and not (site.method == "then" and site.arguments)
        ):
            return self._held(file, site.target, methods, depth)
        called = self._workspace.callee(file.path, site.node)
        if isinstance(called, FunctionRef):
            return self._returned(self._workspace.source(called.file), called.node, methods, depth)
        return None

    def _given_by(self, static: DocumentFunction, methods: frozenset[str], depth: int) -> Table | None:
        file = self._workspace.source(static.file)
        kinds = (*FUNCTION_KINDS,)
        found = next(
            (n for kind in kinds for n in find_all(file.root, kind) if span_of(n).start == static.offset), None
        )
        return self._returned(file, found, methods, depth) if found is not None else None

    def _returned(self, file: SourceFile, function: SgNode, methods: frozenset[str], depth: int) -> Table | None:
        """What all values that a function gives are, nothing left out."""
        body = function.field("body")
        if body is None:
            return None
        if body.kind() != "statement_block":
            return self._held(file, body, methods, depth)
        given = [
            statement.child(1)
            for statement in find_all(body, "return_statement")
            if enclosing(statement, FUNCTION_KINDS) == function
        ]
        return self._all(file, [each for each in given if each is not None and each.is_named()], methods, depth)

    def _all(self, file: SourceFile, values: list[SgNode], methods: frozenset[str], depth: int) -> Table | None:
        tables = [self._held(file, each, methods, depth) for each in values if unwrap(each).text() not in _NOTHING]
        first = tables[0] if tables else None
        return first if first is not None and all(table is first for table in tables) else None

    def _bound(self, file: SourceFile, binding: Binding, methods: frozenset[str], depth: int) -> Table | None:
        if binding.path:
            return None
        if binding.kind is BindingKind.PARAMETER:
            return self._parameter(file, binding, methods, depth + 1)
        loop = binding.declaration.parent() if binding.value is None else None
        around = binding.node.parent()
        if methods is self._giving.one and around is not None and around.kind() == "for_in_statement":
            loop = around
        if loop is not None and loop.kind() == "for_in_statement" and methods is self._giving.one:
            over = loop.field("right")
            return self._held(file, over, self._giving.many, depth + 1) if over is not None else None
        return self._all(
            file, [each for each in _values(binding) if not self._is_same(file, each, binding)], methods, depth + 1
        )

    def _is_same(self, file: SourceFile, value: SgNode, binding: Binding) -> bool:
        """`user = await user.save()`."""
        inner = unwrap(value, awaited=True)
        site = call_site(inner) if inner.kind() == "call_expression" else None
        receiver = unwrap(site.target) if site is not None and site.target is not None else None
        is_own = receiver is not None and receiver.kind() == "identifier" and file.bindings.resolve(receiver) is binding
        return is_own and site is not None and site.method in self._giving.same

    def _parameter(self, file: SourceFile, binding: Binding, methods: frozenset[str], depth: int) -> Table | None:
        """What a function is called with everywhere, or what a callback is given."""
        function = enclosing(binding.node, FUNCTION_KINDS)
        if function is None or binding.reassigned:
            return None
        names = [parameter.name for parameter in parameters(function)]
        if binding.name not in names:
            return None
        index = names.index(binding.name)
        listed = function.parent()
        call = listed.parent() if listed is not None and listed.kind() == "arguments" else None
        site = call_site(call) if call is not None else None
        if site is not None and site.target is not None and index == 0:
            if site.method == "then":
                return self._held(file, site.target, methods, depth)
            if site.method in _EACH and methods is self._giving.one:
                return self._held(file, site.target, self._giving.many, depth)
        sites = self._workspace.calls_of(file.path, function)
        tables = []
        for each in sites or ():
            given = arguments(each.call)
            where = self._workspace.source(each.file)
            tables.append(self._held(where, given[index], methods, depth) if index < len(given) else None)
        first = tables[0] if tables else None
        return first if first is not None and all(table is first for table in tables) else None


def _values(binding: Binding) -> list[SgNode]:
    """Everything that a variable is given."""
    found = [binding.value] if binding.value is not None else []
    for reference in binding.references if binding.reassigned else ():
        parent = reference.parent()
        if parent is not None and parent.kind() == "assignment_expression" and parent.field("left") == reference:
            right = parent.field("right")
            found += [right] if right is not None else []
    return found
