"""The first look at a handler: at it, at the functions that answer for it, and at those that read its request."""

from __future__ import annotations

from collections import defaultdict

from codemods.planner.analysis import Analyser
from codemods.planner.pieces import Piece, PieceKey
from codemods.planner.replies import ResponsePlan
from codemods.planner.requests import RequestPlan
from codemods.source import Span
from codemods.writers.delegates import erased_spans


def analyse_handler(analyser: Analyser, piece: Piece, response: ResponsePlan, request: RequestPlan | None) -> None:
    """Analyse all of them without what becomes of the request and the response."""
    pieces: dict[PieceKey, Piece] = {}
    erased: dict[PieceKey, list[Span]] = defaultdict(list)
    given: dict[PieceKey, list[str]] = defaultdict(list)
    returned: dict[PieceKey, tuple[Span, ...]] = {}
    for delegate in response.delegates().values():
        key = delegate.piece.key
        pieces[key], returned[key] = delegate.piece, delegate.plan.returned
        erased[key] += erased_spans(delegate)
        given[key] += [delegate.name] if delegate.name is not None else []
    for function in request.asked if request is not None else ():
        key = function.piece.key
        pieces[key] = function.piece
        erased[key] += [edit.span for edit in function.edits]
        given[key] += [function.request] if function.request is not None else []
    for key, each in pieces.items():
        analyser.facts(each, erased=erased[key], framework=given[key], returned=returned.get(key, ()))
    aliases = request.aliases if request is not None else ()
    gone = [alias.statement for alias in aliases]
    analyser.facts(
        piece, True, [*response.erased(), *gone], [alias.name for alias in aliases], response.returned, dropped=gone
    )
