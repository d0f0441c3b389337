"""The decision which routes are carried over, with the text of all that goes with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from codemods.ir.app import Middleware, Role
from codemods.migrate.checks import EdgePiece, EdgeWriter
from codemods.migrate.handlers import Handlers
from codemods.migrate.naming import Names
from codemods.migrate.steps import StepOrder
from codemods.planner.closure import Closure
from codemods.planner.pieces import PieceKey
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.workspace import Workspace
from codemods.writers.edge.served import Served
from codemods.writers.names import SchemaNames
from codemods.writers.queries.database import DatabaseEdits
from codemods.writers.splice import Written


@dataclass(slots=True)
class Carried:
    """All routes with their plans, and the text of every piece that is carried over."""

    workspace: Workspace
    plans: list[RoutePlan]
    closure: Closure
    names: SchemaNames
    placement: Names
    edge: EdgeWriter
    written: dict[PieceKey, Written] = field(default_factory=dict)
    database: dict[PieceKey, DatabaseEdits] = field(default_factory=dict)
    checks: dict[str, list[Written]] = field(default_factory=dict)
    """The check calls at the edge, by route group."""
    made: dict[Middleware, Written] = field(default_factory=dict)
    """Middleware that a call makes (`versioning(1)`), as it is written at the edge."""
    obstacles: dict[Middleware, Problem] = field(default_factory=dict)
    """Why middleware of routes stays behind."""
    order: StepOrder = field(default_factory=StepOrder)
    """Where http.ts registers middleware."""
    served: tuple[Served, ...] = ()
    """The static folders that http.ts serves uploads from."""
    cors: Middleware | None = None
    """The CORS policy that holds for the application as a whole."""
    handlers: Handlers = field(default_factory=Handlers)
    """What answers for the application as a whole."""
    ahead: tuple[PieceKey, ...] = ()
    """Schemas of routes that stay behind, and functions of the database that no route needs, with what they use."""
    reached: frozenset[PieceKey] = frozenset()
    """What the handlers of all routes reach, those included that stay behind."""
    tried: frozenset[PieceKey] = frozenset()
    """The functions of the database beside what routes need, those that had to stay included."""
    tables: frozenset[str] = frozenset()
    """The source tables that convex/schema defines."""

    @property
    def carried(self) -> list[RoutePlan]:
        return [plan for plan in self.plans if plan.carried]

    def serves(self, middleware: Middleware) -> bool:
        """Is it a static folder that goes on at the edge?"""
        return any(served.use.middleware == middleware for served in self.served)

    def holds_cors(self, middleware: Middleware) -> bool:
        """Is it a CORS policy that runs at the edge, or the same one named again for preflight requests?"""
        steps = (step.middleware for plan in self.carried for step in plan.steps)
        running = {each.name for each in (self.cors, *steps) if each is not None and each.role is Role.CORS}
        return middleware.role is Role.CORS and middleware.name in running

    def pieces(self, plan: RoutePlan) -> tuple[PieceKey, ...]:
        """All pieces that a route takes along, those of its checks included."""
        if plan.piece is None:
            return ()
        found = dict.fromkeys(self.closure.reached(plan.piece.key))
        for check in plan.checks:
            for key in self.closure.reached(self.edge.call(check.middleware).key)[1:]:
                found.setdefault(key)
        if plan.refusal is not None:
            found |= dict.fromkeys(self.closure.reached(self.edge.refusal(plan.refusal).piece.key)[1:])
        for step in plan.steps:
            start = self.edge.call(step.middleware) if step.made else step.piece
            for key in self.closure.reached(start.key)[step.made :]:
                found.setdefault(key)
        return tuple(found)

    def at_edge(self, plan: RoutePlan) -> bool:
        """A route that http.ts runs for others: as the 404 of the application, or as middleware."""
        return self.handlers.answers(plan) or self.order.runs(plan)

    def is_answered(self, plan: RoutePlan) -> bool:
        """Needs a route that stays behind no answer of its own, since those that it runs for have one?"""
        return self.order.stands_before(plan) or self.handlers.answers(plan)

    @property
    def is_whole(self) -> bool:
        """Does no route stay behind?"""
        return all(plan.carried or plan.dead or self.at_edge(plan) for plan in self.plans)

    def edge_pieces(self) -> dict[PieceKey, EdgePiece]:
        """Ported functions by key: check factories, error handlers, not-found handlers."""
        found = {}
        for plan in self.carried:
            for check in plan.schema_checks:
                piece = self.edge.factory(check)
                found[piece.piece.key] = piece
            if plan.refusal is not None:
                piece = self.edge.refusal(plan.refusal)
                found[piece.piece.key] = piece
            found |= {piece.piece.key: piece for step in plan.steps for piece in self.edge.step(step).whole}
        return found | {piece.piece.key: piece for handler in self.handlers.pieces for piece in handler.whole}
