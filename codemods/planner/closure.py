"""What travels with a route: every piece that its handler reaches, the obstacles in them, and the effects they have."""

from __future__ import annotations

from codemods.ir.table import Schema
from codemods.planner.analysis import Analyser
from codemods.planner.facts import Effect, Facts, Outside
from codemods.planner.pieces import Piece, PieceKey, PieceKind
from codemods.planner.problems import Problem
from codemods.source import span_of
from codemods.source.tree import is_async

FUNCTIONS = frozenset({PieceKind.FUNCTION, PieceKind.METHOD, PieceKind.INLINE})
IN_CONTEXT = frozenset({Effect.READS, Effect.WRITES, Effect.SCHEDULES})
"""What only the context of a function can do."""


class Closure:
    """Reachability and effects over the use graph, computed once for all pieces."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._reached: dict[PieceKey, tuple[PieceKey, ...]] = {}
        self._extra: dict[PieceKey, list[Problem]] = {}
        self._turning: dict[PieceKey, bool] = {}
        self.rewritten: set[PieceKey] = set()
        """Functions that another writer makes asynchronous."""
        self.actions: frozenset[PieceKey] = frozenset()
        """Pieces that run in actions, and reach the database by internal functions only."""
        self.bridges: frozenset[PieceKey] = frozenset()
        """Functions of transactions that actions run by an internal function."""

    def facts(self, key: PieceKey, handler: bool = False) -> Facts:
        return self._analyser.facts(self._analyser.pieces[key], handler)

    @property
    def schema(self) -> Schema:
        return self._analyser.schema

    def piece(self, key: PieceKey) -> Piece:
        return self._analyser.pieces[key]

    def start(self, piece: Piece, handler: bool) -> Facts:
        self._analyser.pieces.setdefault(piece.key, piece)
        return self._analyser.facts(piece, handler)

    def reached(self, key: PieceKey) -> tuple[PieceKey, ...]:
        """The piece and all that it uses, directly or not, in order of discovery."""
        if key not in self._reached:
            found: dict[PieceKey, None] = {key: None}
            queue = [key]
            while queue:
                for use in self.facts(queue.pop(0)).uses:
                    if use.target not in found:
                        found[use.target] = None
                        queue.append(use.target)
            self._reached[key] = tuple(found)
        return self._reached[key]

    def refuse(self, key: PieceKey, problem: Problem) -> bool:
        """Add an obstacle that writing a piece brought to light; True when it is new."""
        known = self._extra.setdefault(key, [])
        if problem in known:
            return False
        known.append(problem)
        return True

    def problems(self, key: PieceKey) -> list[Problem]:
        """The obstacles in everything that a piece reaches, its own first."""
        found = []
        for reached in self.reached(key):
            found += self.facts(reached).problems
            found += self._extra.get(reached, [])
        return found

    def own_problems(self, key: PieceKey) -> list[Problem]:
        """The obstacles in the piece itself."""
        return [*self.facts(key).problems, *self._extra.get(key, [])]

    def effects(self, key: PieceKey) -> frozenset[Effect]:
        """What running the piece does, with everything that it calls."""
        found: set[Effect] = set()
        for reached in self.reached(key):
            found |= self.facts(reached).effects
        return frozenset(found)

    def needs_context(self, key: PieceKey) -> bool:
        """Functions that reach the database or the scheduler get a `ctx` as their first parameter."""
        return self.piece(key).kind in FUNCTIONS and not self.facts(key).context and self.reaches_context(key)

    def reaches_context(self, key: PieceKey) -> bool:
        """Does running the piece touch the database or the scheduler?"""
        return not IN_CONTEXT.isdisjoint(self.effects(key))

    def acts(self, key: PieceKey) -> bool:
        """Does running the piece take an action?"""
        return Effect.OUTSIDE in self.effects(key)

    def way_outside(self, key: PieceKey) -> tuple[PieceKey, Outside] | None:
        """The nearest piece that takes an action, and for what; that it has to be on Node says more."""
        found = [(reached, each) for reached in self.reached(key) for each in self.facts(reached).outside]
        return next((one for one in found if one[1].on_node), found[0] if found else None)

    def way(self, start: PieceKey, end: PieceKey) -> tuple[PieceKey, ...]:
        """The shortest chain of uses from one piece to another."""
        before: dict[PieceKey, PieceKey] = {}
        for key in self.reached(start):
            for use in self.facts(key).uses:
                before.setdefault(use.target, key)
        chain = [end]
        while chain[-1] != start:
            chain.append(before[chain[-1]])
        return tuple(reversed(chain))

    def needs_node(self, key: PieceKey) -> bool:
        """Does running the piece take an action on Node?"""
        return Effect.NODE in self.effects(key)

    def turns_async(self, key: PieceKey) -> bool:
        """A function that did not wait for anything, and now has to."""
        if key not in self._turning:
            seen, queue = {key}, [key]
            while queue:
                facts = self.facts(queue[-1])
                if not self._is_sync(queue.pop()):
                    continue
                if any(not facts.waits_at(call) for call in facts.awaited):
                    self._turning[key] = self._is_sync(key)
                    break
                called = {use.target for use in facts.uses if use.call is not None and not facts.waits_at(use.call)}
                called -= seen
                seen |= called
                queue += called
        return self._turning.setdefault(key, False)

    def turn_async(self, key: PieceKey) -> None:
        """Note that a function is rewritten as one that waits, its result included."""
        self._turning[key] = True
        self.rewritten.add(key)

    def _is_sync(self, key: PieceKey) -> bool:
        piece = self.piece(key)
        waits = is_async(piece.node) or span_of(piece.node) in self.facts(key).asynchronous
        return piece.kind in FUNCTIONS and not waits

    def writes(self, key: PieceKey) -> bool:
        return bool(self.effects(key) & {Effect.WRITES, Effect.SCHEDULES})
