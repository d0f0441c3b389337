"""Functions of the database that actions and transactions share: actions run them by an internal function each."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.planner.closure import Closure
from codemods.planner.facts import PieceUse
from codemods.planner.pieces import PieceKey, PieceKind
from codemods.planner.running.rollback import fails_after_write
from codemods.source import FUNCTION_KINDS, arguments, find_all, parameters, span_of, unwrap

_NAMED = frozenset({PieceKind.FUNCTION, PieceKind.METHOD})


class BridgeReader:
    """Says whether a function can be run with plain values, in a transaction of its own."""

    def __init__(self, closure: Closure) -> None:
        self._closure = closure

    def can_cross(self, key: PieceKey, users: Iterable[PieceKey], is_watched: bool) -> bool:
        """`users` are the pieces of actions that may call it; in a watched one something looks at its errors."""
        closure = self._closure
        piece, facts = closure.piece(key), closure.facts(key)
        if piece.kind not in _NAMED or facts.client is not None or facts.timers or closure.acts(key):
            return False
        if any(parameter.name is None or parameter.is_rest for parameter in parameters(piece.node)):
            return False
        reached = closure.reached(key)
        if any(fails_after_write(closure, each) for each in reached):
            return False
        if is_watched and any(find_all(closure.piece(each).node, "throw_statement") for each in reached):
            return False
        uses = [(user, use) for user in users for use in closure.facts(user).uses if use.target == key]
        return all(self._is_plain(user, use) for user, use in uses)

    def _is_plain(self, user: PieceKey, use: PieceUse) -> bool:
        """A call that hands no function over."""
        if use.call is None:
            return False
        piece = self._closure.piece(user)
        call = next((node for node in find_all(piece.node, "call_expression") if span_of(node) == use.call), None)
        given = arguments(call) if call is not None else []
        kinds = [unwrap(each).kind() for each in given]
        return call is not None and not any(kind in FUNCTION_KINDS or kind == "spread_element" for kind in kinds)
