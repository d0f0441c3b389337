"""Which pieces run in actions, where the database is only reached by internal functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from codemods.migrate.bridges import BridgeReader
from codemods.migrate.carried import Carried
from codemods.migrate.checks import EdgeWriter
from codemods.planner.closure import Closure
from codemods.planner.pieces import PieceKey
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.planner.running.rollback import catches
from codemods.planner.running.undoing import apart_from, reach
from codemods.readers.express.logging import LogCalls
from codemods.source import find_all, span_of
from codemods.workspace import Workspace


@dataclass(slots=True)
class Actions:
    """The pieces that run in actions: what they do with the database takes internal functions.

    In `watched` ones something looks at errors; those `at_the_edge` are run by middleware.
    """

    pieces: set[PieceKey] = field(default_factory=set)
    bridges: frozenset[PieceKey] = frozenset()
    """Functions that transactions run as well: actions do by an internal function."""
    watched: set[PieceKey] = field(default_factory=set)
    at_the_edge: set[PieceKey] = field(default_factory=set)


def choose_actions(workspace: Workspace, state: Carried) -> Actions:
    """Mark the routes that act, and the pieces that do; a route that cannot be split gets a problem."""
    found = ActionReader(workspace, state.closure, state.edge).read(state.carried)
    state.closure.actions, state.closure.bridges = frozenset(found.pieces), found.bridges
    return found


class ActionReader:
    """Finds the pieces of actions. One that also runs in a transaction cannot reach the database both ways."""

    def __init__(self, workspace: Workspace, closure: Closure, edge: EdgeWriter) -> None:
        self._workspace, self._closure, self._edge = workspace, closure, edge
        self._others: dict[PieceKey, str] = {}
        """What runs in transactions, and of what."""
        self._bridges: set[PieceKey] = set()

    def read(self, carried: Sequence[RoutePlan]) -> Actions:
        """Go through the routes; those that cannot be split get a problem."""
        while self._build(carried):
            pass
        found = Actions(bridges=frozenset(self._bridges))
        for plan in carried:
            if plan.acts and plan.piece is not None:
                beside, inside = self._parts(plan.piece.key)
                self._add(plan, beside, found)
                self._refuse(plan, [*self._broken(beside, inside), *self._bytes(plan)])
        for plan in carried:
            at_edge = self._at_edge(plan)
            found.at_the_edge |= set(at_edge)
            self._add(plan, at_edge, found)
        return found

    def _build(self, carried: Sequence[RoutePlan]) -> bool:
        """Find out what runs in transactions; True when another function is to be shared with them."""
        closure, self._others = self._closure, {}
        for plan in carried:
            assert plan.piece is not None
            plan.acts = closure.acts(plan.piece.key)
            inside = self._parts(plan.piece.key)[1] if plan.acts else closure.reached(plan.piece.key)
            self._others |= dict.fromkeys(inside, plan.route.name)
        starts = [plan.piece.key for plan in carried if plan.acts and plan.piece is not None]
        parts = [self._parts(start)[0] for start in starts]
        parts += dict.fromkeys(self._at_edge(plan) for plan in carried)
        users = dict.fromkeys(key for beside in parts for key in beside)
        for beside in parts:
            watching = [key for key in beside if self._catches(key)]
            for key in beside:
                shared = key in self._others and closure.needs_context(key)
                is_watched = any(key in closure.reached(each) for each in watching if each != key)
                if shared and BridgeReader(closure).can_cross(key, users, is_watched):
                    self._bridges.add(key)
                    return True
        return False

    def _parts(self, key: PieceKey) -> tuple[tuple[PieceKey, ...], list[PieceKey]]:
        """What a route runs beside its transactions, and what in them."""
        beside, inside = reach(self._closure, key, self._bridges)
        return beside, [key for key in inside if self._closure.needs_context(key)]

    def _add(self, plan: RoutePlan, reached: Sequence[PieceKey], found: Actions) -> None:
        closure = self._closure
        own = [key for key in reached if closure.facts(key).context or closure.needs_context(key)]
        self._refuse(plan, self._obstacles(own))
        found.pieces |= set(own)
        if any(self._catches(key) for key in reached):
            found.watched |= set(own)

    def _refuse(self, plan: RoutePlan, problems: Iterable[Problem]) -> None:
        plan.problems += list(problems)[:1]

    def _obstacles(self, keys: Iterable[PieceKey]) -> Iterable[Problem]:
        """Why pieces cannot be part of an action."""
        for key in keys:
            piece, facts = self._closure.piece(key), self._closure.facts(key)
            file = self._workspace.source(key.file)
            if key in self._others:
                text = f"calls `{piece.name}`, which runs in the transaction of {self._others[key]} as well"
                yield Problem("CX202", text, file.place(piece.node))
            if facts.timers:
                place = file.place(facts.timers[0].call.start)
                yield Problem("CX202", "sets a timer beside work of the outside world", place)

    def _broken(self, beside: Sequence[PieceKey], inside: Sequence[PieceKey]) -> Iterable[Problem]:
        """Transactions that wait for the world outside, or go on after a failure."""
        for key in beside:
            facts = self._closure.facts(key)
            for span in apart_from(facts):
                acting = [use.span.start for use in facts.uses if self._closure.acts(use.target)]
                acting += [each.at for each in facts.outside]
                place = self._workspace.source(key.file).place(span.start)
                if any(span.start <= at < span.end for at in acting):
                    yield Problem("CX202", "waits for the outside world in a transaction", place)
                if any(span.holds(span_of(node)) for node in find_all(facts.piece.node, "try_statement")):
                    yield Problem("CX304", "catches errors in a transaction of an action", place)
        for key in inside:
            piece = self._closure.piece(key)
            if self._catches(key):
                place = self._workspace.source(key.file).place(piece.node)
                yield Problem("CX304", f"`{piece.name}` catches errors in a transaction of an action", place)

    def _catches(self, key: PieceKey) -> bool:
        """Does a piece look at errors, other than to log them?"""
        logs = partial(LogCalls(self._workspace).logs, self._workspace.source(key.file))
        return catches(self._closure.piece(key).node, logs)

    def _bytes(self, plan: RoutePlan) -> Iterable[Problem]:
        """Buffers come from Node: what `send` is given there may be one."""
        found = plan.response.sends_any if plan.response is not None else None
        if found is not None and plan.piece is not None and self._closure.needs_node(plan.piece.key):
            yield Problem("CX203", "may send bytes: `res.send` answers with what Node has made", plan.route.place)

    def _at_edge(self, plan: RoutePlan) -> tuple[PieceKey, ...]:
        """What the middleware of a route runs at the edge, where the database is as far as from an action."""
        found = dict.fromkeys(piece.piece.key for step in plan.steps for piece in self._edge.step(step).whole)
        queue = list(found)
        while queue:
            used = (use.target for use in self._closure.facts(queue.pop(0)).uses)
            news = [key for key in used if key not in found and key not in self._bridges]
            found |= dict.fromkeys(news)
            queue += news
        return tuple(found)
