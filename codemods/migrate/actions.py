"""Which pieces run in actions, where the database is only reached through other functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codemods.migrate.carried import Carried
from codemods.planner.pieces import PieceKey
from codemods.planner.problems import Problem
from codemods.planner.rollback import catches
from codemods.planner.routes import RoutePlan
from codemods.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Actions:
    """What is to be known of pieces that run in actions or at the edge."""

    watched: frozenset[PieceKey] = frozenset()
    """Those in which something looks at errors."""
    at_the_edge: frozenset[PieceKey] = frozenset()
    """Those that middleware runs."""


def choose_actions(workspace: Workspace, state: Carried) -> Actions:
    """Mark the routes that act, and the pieces that do.

    A piece that also serves a query or mutation would have to reach the database both ways: its route is refused.
    """
    return _Choice(workspace, state).made()


class _Choice:
    def __init__(self, workspace: Workspace, state: Carried) -> None:
        self._workspace, self._state, self._closure = workspace, state, state.closure
        self._others: dict[PieceKey, RoutePlan] = {}
        """Pieces that run in the transaction of a query or mutation."""
        self._acting: set[PieceKey] = set()
        self._watched: set[PieceKey] = set()

    def made(self) -> Actions:
        carried, at_the_edge = self._state.carried, set[PieceKey]()
        for plan in carried:
            assert plan.piece is not None
            plan.acts = self._closure.acts(plan.piece.key)
            if not plan.acts:
                self._others |= dict.fromkeys(self._closure.reached(plan.piece.key), plan)
        for plan in carried:
            if plan.acts and plan.piece is not None:
                reached = self._closure.reached(plan.piece.key)
                acting = [key for key in reached if self._closure.needs_context(key)]
                self._act(plan, acting, reached, self._sends_bytes(plan))
        for plan in carried:
            run = self._at_edge(plan)
            at_the_edge |= set(run)
            self._act(plan, run, run, None)
        self._closure.actions = frozenset(self._acting)
        return Actions(frozenset(self._watched), frozenset(at_the_edge))

    def _act(
        self, plan: RoutePlan, acting: Sequence[PieceKey], reached: Iterable[PieceKey], refused: Problem | None
    ) -> None:
        problem = next((found for key in acting if (found := self._obstacle(key)) is not None), refused)
        if problem is not None:
            plan.problems.append(problem)
        self._acting |= set(acting)
        if any(catches(self._closure.piece(key).node) for key in reached):
            self._watched |= set(acting)

    def _at_edge(self, plan: RoutePlan) -> list[PieceKey]:
        """What the middleware of a route runs at the edge, where the database is as far as from an action."""
        pieces = [piece.piece.key for step in plan.steps for piece in self._state.edge.step(step).whole]
        reached = dict.fromkeys(key for own in pieces for key in self._closure.reached(own))
        return [key for key in reached if self._closure.facts(key).context or self._closure.needs_context(key)]

    def _sends_bytes(self, plan: RoutePlan) -> Problem | None:
        """Buffers come from Node: what `send` is given there may be one."""
        found = plan.response.sends_any if plan.response is not None else None
        if found is None or plan.piece is None or not self._closure.needs_node(plan.piece.key):
            return None
        return Problem("CX203", "may send bytes: `res.send` answers with what Node has made", plan.route.place)

    def _obstacle(self, key: PieceKey) -> Problem | None:
        """Why a piece cannot be part of an action."""
        piece, facts = self._closure.piece(key), self._closure.facts(key)
        file = self._workspace.source(key.file)
        if key in self._others:
            text = f"calls `{piece.name}`, which runs in the transaction of {self._others[key].route.name} as well"
            return Problem("CX202", text, file.place(piece.node))
        if facts.timers:
            place = file.place(facts.timers[0].call.start)
            return Problem("CX202", "sets a timer beside work of the outside world", place)
        return None
