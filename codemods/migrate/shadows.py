"""Routes that never answer, because another one does so first: code that is dead already."""

from __future__ import annotations

import re
from collections.abc import Iterable

from codemods.ir.app import Route
from codemods.planner.pieces import Piece
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.source import arguments, find_all, parameters

DEAD = "which answers first"
"""How the reason of a dead route ends, also in the marker that a later run reads."""

_NOT_SERVED = frozenset({"CX103", "CX108"})
_Shape = tuple[str, str]


def mark_shadowed(plans: Iterable[RoutePlan]) -> None:
    """Give the routes that come too late their reason; those of another application can only be served elsewhere."""
    first: dict[_Shape, list[RoutePlan]] = {}
    for plan in sorted(plans, key=lambda plan: (plan.route.application, plan.route.order, plan.route.place)):
        route = plan.route
        if route.path is None or any(problem.code in _NOT_SERVED for problem in plan.problems):
            continue
        shape = re.sub(r":\w+", ":", route.path).lower()
        known = [*first.get((route.method, shape), [])]
        known += [one for one in first.get(("ALL", shape), []) if not _goes_on(one.piece) and one not in known]
        other = next((one for one in known if set(one.route.conditions) <= set(route.conditions)), None)
        first.setdefault((route.method, shape), []).append(plan)
        if other is not None:
            _mark(plan, other)


def _mark(plan: RoutePlan, other: RoutePlan) -> None:
    place = other.route.place
    where = f"{place.file}:{place.line}"
    if other.route.application != plan.route.application:
        problem = Problem("CX108", f"has the path of {where}, in another application", plan.route.place)
    elif _goes_on(other.piece):
        problem = Problem("CX109", f"is registered after {where}, which may answer first", plan.route.place)
    else:
        problem = Problem("CX109", f"is registered after {where}, {DEAD}", plan.route.place)
        plan.dead = True
    plan.problems.insert(0, problem)


def _goes_on(piece: Piece | None) -> bool:
    """Does a handler hand requests on to what comes after it, or may it?"""
    if piece is None:
        return True
    given = parameters(piece.node)
    names = [one.pattern.text() for one in given[2:3]]
    calls = (call for call in find_all(piece.node, "call_expression") if len(arguments(call)) == 0)
    return any((function := call.field("function")) is not None and function.text() in names for call in calls)


def only_once(routes: Iterable[Route]) -> list[Route]:
    """The routes without those that one registration gives a second time for the same path, on a later mount."""
    ordered = sorted(routes, key=lambda route: (route.application, route.order))
    first: dict[tuple[object, ...], Route] = {}
    for route in ordered:
        first.setdefault((route.place, route.method, route.path, route.application, route.conditions), route)
    kept = {id(route) for route in first.values()}
    return [route for route in routes if id(route) in kept]
