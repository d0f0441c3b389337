"""What was carried over, as the search for removable code needs it: pieces and registrations with their groups."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from codemods.ir.app import Middleware, Role
from codemods.migrate.carried import Carried
from codemods.migrate.reading import Reading
from codemods.planner.passing.left_out import is_silent
from codemods.planner.pieces import Piece, PieceKey, PieceKind
from codemods.planner.routes import RoutePlan
from codemods.readers.express.objects import ExpressObjects
from codemods.readers.express.registrations import Registration
from codemods.source import Span

SERVES_FILES = frozenset({"express", "serve-static", "serve-index"})
"""Packages whose static middleware answers requests that nobody answers after the move."""


@dataclass(slots=True)
class Moved:
    """Carried pieces by file, the groups of carried registrations, and the middleware that needs no new place."""

    pieces: dict[str, list[tuple[Piece, frozenset[str]]]] = field(default_factory=lambda: defaultdict(list))
    routes: dict[tuple[str, Span], frozenset[str]] = field(default_factory=dict)
    registrations: dict[str, list[Registration]] = field(default_factory=lambda: defaultdict(list))
    objects: ExpressObjects | None = None
    settled: set[tuple[str, int]] = field(default_factory=set)
    """Functions that take a request and need not stay: ported ones, and those that a JSON route can do without."""
    unsettled: dict[str, list[Middleware]] = field(default_factory=lambda: defaultdict(list))
    """Middleware that was not carried over, by file."""


def moved(reading: Reading, carried: Carried) -> Moved:
    """Everything about one migration."""
    found = Moved()
    _pieces(found, carried)
    _middleware(found, reading, carried)
    found.objects = reading.registered.objects
    for registration in reading.registered.calls:
        found.registrations[registration.file].append(registration)
    _routes(found, reading, carried)
    return found


def _pieces(found: Moved, carried: Carried) -> None:
    owners: dict[PieceKey, set[str]] = defaultdict(set)
    for plan in carried.carried:
        for key in carried.pieces(plan):
            owners[key].add(plan.group)
    for ported in carried.edge_pieces().values():
        for key in ported.reached:
            owners[key] |= set()
    for key, groups in sorted(owners.items()):
        piece = carried.closure.piece(key)
        if piece.kind is not PieceKind.INLINE and piece.statement is not None:
            found.pieces[key.file].append((piece, frozenset(groups)))


def _middleware(found: Moved, reading: Reading, carried: Carried) -> None:
    found.settled |= {(key.file, key.offset) for key in carried.edge_pieces()}
    routes = [m for route in reading.app.routes for m in (*route.middleware, *route.error_handlers)]
    checks = {middleware for plan in carried.carried for middleware in plan.ported}
    for middleware in dict.fromkeys((*reading.app.middleware, *routes)):
        definition = middleware.definition
        if middleware in checks or carried.serves(middleware) or _is_settled(found, middleware):
            if definition is not None:
                found.settled.add((definition.file, definition.span.start))
        else:
            found.unsettled[middleware.place.file].append(middleware)


def _is_settled(found: Moved, middleware: Middleware) -> bool:
    if middleware.role is Role.STATIC and middleware.library in SERVES_FILES:
        return False
    if is_silent(middleware):
        return True
    definition = middleware.definition
    return definition is not None and (definition.file, definition.span.start) in found.settled


def _routes(found: Moved, reading: Reading, carried: Carried) -> None:
    """A registration is carried when the routes of all ways that lead to it are; what runs for others goes last."""
    whole = carried.is_whole
    plans = {plan.key: plan for plan in carried.plans}
    served: dict[tuple[str, Span], list[RoutePlan | None]] = defaultdict(list)
    for route in reading.app.routes:
        served[route.registration.file, route.registration.span].append(plans.get(RoutePlan(route, None).key))
    for key, routes in served.items():
        live = [plan for plan in routes if plan is None or not plan.dead]
        if live and all(plan is not None and (plan.carried or (whole and carried.at_edge(plan))) for plan in live):
            found.routes[key] = frozenset(plan.group for plan in live if plan is not None)
