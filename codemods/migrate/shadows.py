"""Routes that never answer, because another one does so first: code that is dead already."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from ast_grep_py import SgNode

from codemods.ir.app import Route
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.readers.express.ways import precedes
from codemods.source import arguments, find_all, parameters
from codemods.workspace import Workspace

DEAD = "which answers first"
"""How the reason of a dead route ends, also in the marker that a later run reads."""

_NOT_SERVED = frozenset({"CX103", "CX108"})
_LEAVES = re.compile(r"\(\s*['\"`]router?['\"`]\s*\)")
"""`next("route")`: the rest of the route, or of the router, is left out."""

_Shape = tuple[str, str]


def mark_shadowed(workspace: Workspace, plans: Iterable[RoutePlan]) -> None:
    """Give the routes that come too late their reason; those of another application can only be served elsewhere."""
    first: dict[_Shape, list[RoutePlan]] = {}
    passed: dict[str, list[RoutePlan]] = defaultdict(list)
    for plan in sorted(plans, key=lambda plan: (plan.route.application, plan.route.order, plan.route.place)):
        route = plan.route
        if any(problem.code in _NOT_SERVED for problem in plan.problems):
            continue
        if route.path is None:
            passed[route.method] += [plan] if plan.piece is not None and _hands_on(plan.piece.node) else []
            continue
        shape = re.sub(r":\w+", ":", route.path).lower()
        known = [*first.get((route.method, shape), [])]
        known += [one for one in first.get(("ALL", shape), []) if not _goes_on(workspace, one) and one not in known]
        other = next((one for one in known if set(one.route.conditions) <= set(route.conditions)), None)
        other = other or next((one for one in passed[route.method] if _stands_before(one, plan)), None)
        first.setdefault((route.method, shape), []).append(plan)
        if other is not None:
            _mark(workspace, plan, other)
        if _goes_on(workspace, plan):
            passed[route.method].append(plan)


def _stands_before(one: RoutePlan, plan: RoutePlan) -> bool:
    """Does a route that may hand requests on get all those of a later one first, as a guard would?"""
    above, below = one.route, plan.route
    if above.application != below.application or below.path is None:
        return False
    return above.path is None or precedes(above.path, below.path)


def _mark(workspace: Workspace, plan: RoutePlan, other: RoutePlan) -> None:
    place = other.route.place
    where = f"{place.file}:{place.line}"
    if other.route.application != plan.route.application:
        problem = Problem("CX108", f"has the path of {where}, in another application", plan.route.place)
    elif _goes_on(workspace, other):
        problem = Problem("CX109", f"is registered after {where}, which may answer first", plan.route.place)
    else:
        problem = Problem("CX109", f"is registered after {where}, {DEAD}", plan.route.place)
        plan.dead = True
    plan.problems.insert(0, problem)


def _goes_on(workspace: Workspace, plan: RoutePlan) -> bool:
    """Does a route hand requests on to what comes after it, or may it?"""
    if plan.piece is None or _hands_on(plan.piece.node):
        return True
    functions = (one.definition for one in plan.route.middleware if one.definition is not None)
    return any(_LEAVES.search(workspace.source(found.file).slice(found.span)) for found in functions)


def _hands_on(function: SgNode) -> bool:
    """Does a handler call `next()`, leave its route, or give the request to another handler?"""
    names = [one.pattern.text() for one in parameters(function)[:3]]
    if len(names) < 3:
        return False
    for call in find_all(function, "call_expression"):
        callee, given = call.field("function"), [argument.text() for argument in arguments(call)]
        own = callee is not None and callee.text() == names[2] and (not given or _LEAVES.search(f"({given[0]})"))
        if own or {names[0], names[2]} <= set(given):
            return True
    return False


def only_once(routes: Iterable[Route]) -> list[Route]:
    """The routes without those that one registration gives a second time for the same path, on a later mount."""
    ordered = sorted(routes, key=lambda route: (route.application, route.order))
    first: dict[tuple[object, ...], Route] = {}
    for route in ordered:
        first.setdefault((route.place, route.method, route.path, route.application, route.conditions), route)
    kept = {id(route) for route in first.values()}
    return [route for route in routes if id(route) in kept]
