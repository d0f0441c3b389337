"""Documents that middleware hands on: they cross into the function of a route as plain data."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.closure import Closure
from codemods.planner.facts import Replaced
from codemods.planner.places_of_use import call_of
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.readers.literals import CHOICES
from codemods.source import BindingKind, SourceFile, find_all, member, parameters, span_of, unwrap
from codemods.source.tree import same_node
from codemods.workspace import External, FunctionRef, Workspace

_DEPTH = 3
_TESTING = frozenset({"parenthesized_expression", "unary_expression"})


def uses_document(workspace: Workspace, closure: Closure, plan: RoutePlan) -> Problem | None:
    """Writes reads of the key as text, which is no part of the data, as reads of the key; methods are an obstacle."""
    if plan.piece is None or not plan.carried or not plan.takes(plan.rows):
        return None
    handed_on = _handed_on(workspace, plan)
    documents = {name for name, kinds in handed_on.items() if kinds != {False}}
    if not documents:
        return None
    given = parameters(closure.piece(plan.piece.key).node)
    request = given[0].name if given else None
    handed = _Handed(documents, request or "req")
    kinds = [table.document for table in closure.schema.tables if table.document is not None]
    shaped = any(document.is_shaped for document in kinds)
    computed = {virtual.name for document in kinds for virtual in document.shape.virtuals}
    for key in closure.reached(plan.piece.key):
        file = workspace.source(key.file)
        for node in find_all(closure.piece(key).node, "member_expression"):
            parts, name = member(node), node.field("property")
            if parts is None or name is None or not handed.holds(file, unwrap(parts[0])):
                continue
            if parts[1] == "id" and any(handed_on[name] != {True} for name in documents):
                text = f"reads `{node.text()}`, which middleware takes from a document or from something else"
                return Problem("CX205", text, plan.route.place)
            if parts[1] == "id":
                made = Replaced(span_of(name), "_id")
                closure.facts(key).replaced += [made] if made not in closure.facts(key).replaced else []
            elif parts[1] in computed:
                text = f"reads `{node.text()}`, which a document computes that middleware hands on as data"
                return Problem("CX205", text, plan.route.place)
            elif call_of(node) is not None:
                text = f"calls `{parts[1]}` of `{unwrap(parts[0]).text()}`, a document that middleware hands on as data"
                return Problem("CX205", text, plan.route.place)
        whole = handed.used_whole(file, closure.piece(key).node) if shaped else None
        if whole is not None:
            text = f"uses `{whole.text()}` as a whole, a document that shows itself in a way of its own"
            return Problem("CX205", text, plan.route.place)
        for binding in file.bindings.declared_in(closure.piece(key).node):
            source = unwrap(binding.source) if binding.source is not None else None
            if binding.path == ("id",) and source is not None and handed.holds(file, source):
                return Problem("CX205", f"takes the `id` out of `{source.text()}`", plan.route.place)
    return None


def _handed_on(workspace: Workspace, plan: RoutePlan) -> dict[str, set[bool | None]]:
    """For each field of the request that holds rows: is what middleware sets it to a document? None if that is open."""
    found: dict[str, set[bool | None]] = {}
    for step in plan.steps:
        file = workspace.source(step.piece.key.file)
        for node in find_all(step.function, "assignment_expression"):
            left, right = node.field("left"), node.field("right")
            parts = member(left) if left is not None else None
            if parts is not None and right is not None and parts[1] in plan.rows:
                found.setdefault(parts[1], set()).update(_kinds(workspace, file, right))
    return found


def _kinds(workspace: Workspace, file: SourceFile, value: SgNode) -> set[bool | None]:
    """`await User.findById(id)`, or a variable that holds it, is a document; what a function gives may be one."""
    node = unwrap(value, awaited=True)
    if node.text() in ("null", "undefined"):
        return set()
    if node.kind() in CHOICES:
        fields = ("consequence", "alternative") if node.kind() == "ternary_expression" else ("left", "right")
        sides = [side for name in fields if (side := node.field(name)) is not None]
        return {kind for side in sides for kind in _kinds(workspace, file, side)}
    found = [workspace.instance_of(file.path, node)]
    called = workspace.callee(file.path, node) if node.kind() == "call_expression" else None
    if any(
        isinstance(each, External) and each.module == "mongoose" and "model" in each.path for each in (*found, called)
    ):
        return {True}
    return {None if isinstance(called, FunctionRef) else False}


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

    def used_whole(self, file: SourceFile, function: SgNode) -> SgNode | None:
        """A place where such a document is not read field by field."""
        for node in find_all(function, "member_expression", "identifier"):
            above = node.parent()
            parts = member(above) if above is not None else None
            is_read = parts is not None and same_node(parts[0], node)
            is_tested = above is not None and above.kind() in _TESTING
            is_named = above is not None and above.kind() in ("variable_declarator", "formal_parameters")
            if not (is_read or is_tested or is_named) and self.holds(file, node):
                return node
        return None
