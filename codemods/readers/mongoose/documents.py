"""Which model a document is of: what was read or made with it, wherever it was handed since."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.ir.document import DocumentFunction
from codemods.ir.table import Table
from codemods.readers.calls import CallSite, call_site
from codemods.readers.mongoose.models import Models
from codemods.source.bindings import Binding, BindingKind
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, arguments, enclosing, find_all, parameters, unwrap
from codemods.workspace import FunctionRef

_GIVE_ONE = frozenset(
    {"findOne", "findById", "create", "findByIdAndUpdate", "findOneAndUpdate", "findOneAndDelete", "findByIdAndDelete"}
)
_GIVE_LIST = frozenset({"find", "insertMany"})
_EACH = frozenset({"forEach", "map", "filter", "some", "every", "find"})
_SAME = frozenset({"exec", "then", "sort", "limit", "skip", "select", "populate", "orFail", "filter", "slice", "save"})
_NOTHING = frozenset({"undefined", "null"})
_DEPTH = 6


class Documents:
    """Answers for the whole workspace. Where values of several models, or others, come together there is none."""

    def __init__(self, models: Models) -> None:
        self._models = models
        self._workspace = models.workspace

    def table(self, file: SourceFile, node: SgNode, depth: int = 0) -> Table | None:
        """The table of the document that an expression is."""
        return self._held(file, node, _GIVE_ONE, depth)

    def _held(self, file: SourceFile, node: SgNode, methods: frozenset[str], depth: int) -> Table | None:
        """With `methods` that give one it is a document, with the others a list of them."""
        if depth > _DEPTH:
            return None
        inner = unwrap(node, awaited=True)
        own = self._models.owners(file).document(inner)
        if own is not None:
            return own if methods is _GIVE_ONE else None
        match inner.kind():
            case "identifier":
                binding = file.bindings.resolve(inner)
                return self._bound(file, binding, methods, depth) if binding is not None else None
            case "new_expression" if methods is _GIVE_ONE:
                site = call_site(inner)
                return self._models.model(file, site.function) if site is not None else None
            case "call_expression":
                site = call_site(inner)
                return self._called(file, site, methods, depth + 1) if site is not None else None
            case _:
                return None

    def _called(self, file: SourceFile, site: CallSite, methods: frozenset[str], depth: int) -> Table | None:
        table = self._models.model(file, site.target) if site.target is not None else None
        if table is not None and table.document is not None:
            static = table.document.static(site.method or "")
            if static is not None:
                return self._given_by(static, methods, depth)
            return table if site.method in methods else None
        if site.target is not None and site.method in _SAME and not (site.method == "then" and site.arguments):
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
        if methods is _GIVE_ONE and around is not None and around.kind() == "for_in_statement":
            loop = around
        if loop is not None and loop.kind() == "for_in_statement" and methods is _GIVE_ONE:
            over = loop.field("right")
            return self._held(file, over, _GIVE_LIST, depth + 1) if over is not None else None
        return self._all(file, _values(binding), methods, depth + 1)

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
            if site.method in _EACH and methods is _GIVE_ONE:
                return self._held(file, site.target, _GIVE_LIST, depth)
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
