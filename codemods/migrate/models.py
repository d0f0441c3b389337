"""Functions of the database that no route needs: they come along with their file, or ahead of routes that stay."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import partial

from codemods.ir.query import Op, Query
from codemods.migrate.ahead import server_files
from codemods.migrate.carried import Carried
from codemods.migrate.reading import Reading
from codemods.planner.facts import Effect
from codemods.planner.pieces import Piece, PieceKey, PieceKind, function_piece
from codemods.planner.problems import Problem
from codemods.planner.running.rollback import caught_within
from codemods.planner.stored.values import node_covering
from codemods.source import FUNCTION_KINDS, SourceFile
from codemods.writers.queries.atomicity import may_stop_halfway

_NUMBERED_ID = re.compile(r"\b(?:id|\w+I[dD])s?\??: number\b")
_OF_THE_DATABASE = frozenset({Effect.READS, Effect.WRITES, Effect.CLOCK})


class Models:
    """Which of them come along. None is looked for before it is settled what routes need."""

    def __init__(self, reading: Reading, state: Carried) -> None:
        self._reading, self._state = reading, state
        self._settled: frozenset[PieceKey] = frozenset()
        self._keys: tuple[PieceKey, ...] = ()

    def look(self, others: Collection[str]) -> bool:
        """Look for them, now that it is settled what routes need; `others` are the homes of applications that stay."""
        state = self._state
        self._settled = frozenset(state.written)
        starts = [plan.piece.key for plan in state.plans if plan.piece is not None and plan.response is not None]
        handlers = {plan.piece.key for plan in state.plans if plan.piece is not None}
        state.reached = frozenset(key for start in starts for key in state.closure.reached(start))
        found = (piece for path in server_files(self._reading, others) for piece in self._functions(path))
        pieces = {piece.key: piece for piece in found if piece.key not in self._settled | handlers}
        for piece in pieces.values():
            state.closure.start(piece, False)
        self._keys, state.tried = tuple(pieces), frozenset(pieces)
        return bool(self.taken())

    def _functions(self, path: str) -> list[Piece]:
        file = self._reading.workspace.source(path)
        calls = [query for query in self._reading.queries(path) if query.op is not Op.CONDITION]
        return [piece for query in calls if (piece := function_around(file, query)) is not None]

    def taken(self) -> tuple[PieceKey, ...]:
        """Those that only ask the database, with what they use, in files of which something else is reached.

        Where what writes all or nothing is caught, the mutation around it would have to know.
        """
        closure = self._state.closure
        files = {key.file for key in (*self._state.reached, *self._settled)}
        whole = partial(may_stop_halfway, schema=self._reading.schema)
        clear = [key for key in self._keys if key.file in files and self._only_asks(key)]
        whole_ones = [key for key in clear if caught_within(closure, key, whole) is None]
        return tuple(dict.fromkeys(each for key in whole_ones for each in closure.reached(key)))

    def _only_asks(self, key: PieceKey) -> bool:
        closure = self._state.closure
        return not closure.problems(key) and closure.effects(key) <= _OF_THE_DATABASE

    def is_needed(self, key: PieceKey) -> bool:
        """Is it settled that a route needs the piece?"""
        return key in self._settled

    def unfit(self, piece: Piece, text: str) -> Sequence[Problem]:
        """Ids that are numbers still in what was made of a piece, while no route has shown what it is given."""
        if piece.key in self._settled or piece.key not in self._state.ahead or not _NUMBERED_ID.search(text):
            return ()
        place = self._reading.workspace.source(piece.key.file).place(piece.node)
        return (Problem("CX301", f"the ids of `{piece.name}` are numbers", place),)

    def withdraw(self, key: PieceKey) -> bool:
        """Leave those that stand in the way of what a route needs: all that use it, or else all; True if any did."""
        using = {model for model in self._keys if key in self._state.closure.reached(model)}
        kept = tuple(model for model in self._keys if using and model not in using)
        news, self._keys = kept != self._keys, kept
        return news


def function_around(file: SourceFile, query: Query) -> Piece | None:
    """The outermost function around a call, if it has a name of its own and none of those inside it has."""
    node = node_covering(file, query.call)
    around = [each for each in node.ancestors() if each.kind() in FUNCTION_KINDS] if node is not None else []
    pieces = [function_piece(file, each) for each in around]
    named = [piece for piece in pieces if piece is not None and piece.kind is not PieceKind.INLINE]
    return pieces[-1] if named and named == pieces[-1:] else None
