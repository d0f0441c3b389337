"""Documents that middleware hands on: they cross into the function of a route as plain data."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.query import Query
from codemods.planner.closure import Closure
from codemods.planner.facts import Replaced
from codemods.planner.places_of_use import call_of
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.source import BindingKind, SourceFile, find_all, member, parameters, span_of, unwrap
from codemods.workspace import Workspace

_DEPTH = 3


def uses_document(workspace: Workspace, closure: Closure, plan: RoutePlan, queries: Sequence[Query]) -> Problem | None:
    """Writes reads of the key as text, which is no part of the data, as reads of the key; methods are an obstacle."""
    if plan.piece is None or not plan.carried or not plan.takes(plan.rows):
        return None
    if not any(query.document is not None for query in queries):
        return None
    given = parameters(closure.piece(plan.piece.key).node)
    request = given[0].name if given else None
    handed = _Handed(plan.rows, request or "req")
    for key in closure.reached(plan.piece.key):
        file = workspace.source(key.file)
        for node in find_all(closure.piece(key).node, "member_expression"):
            parts, name = member(node), node.field("property")
            if parts is None or name is None or not handed.holds(file, unwrap(parts[0])):
                continue
            if parts[1] == "id":
                made = Replaced(span_of(name), "_id")
                closure.facts(key).replaced += [made] if made not in closure.facts(key).replaced else []
            elif call_of(node) is not None:
                text = f"calls `{parts[1]}` of `{unwrap(parts[0]).text()}`, a document that middleware hands on as data"
                return Problem("CX205", text, plan.route.place)
        for binding in file.bindings.declared_in(closure.piece(key).node):
            source = unwrap(binding.source) if binding.source is not None else None
            if binding.path == ("id",) and source is not None and handed.holds(file, source):
                return Problem("CX205", f"takes the `id` out of `{source.text()}`", plan.route.place)
    return None


@dataclass(frozen=True, slots=True)
class _Handed:
    """The fields of the request that hold documents, and the name of the request in the handler."""

    rows: Collection[str]
    request: str

    def holds(self, file: SourceFile, node: SgNode, depth: int = 0) -> bool:
        """`req.user`, a variable that holds it, and a parameter of its name."""
        parts = member(node)
        if parts is not None:
            base = unwrap(parts[0]).text()
            return parts[1] in self.rows and (base == self.request or base.endswith(".locals"))
        binding = file.bindings.resolve(node) if node.kind() == "identifier" else None
        if binding is None or depth > _DEPTH:
            return False
        if binding.kind is BindingKind.PARAMETER:
            return binding.name in self.rows
        if binding.source is not None and unwrap(binding.source).text() == self.request:
            return binding.path[-1:] != () and binding.path[-1] in self.rows
        return binding.value is not None and self.holds(file, unwrap(binding.value), depth + 1)
