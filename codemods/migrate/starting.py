"""The first look at a handler: at it, at the functions that answer for it, and at those that read its request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.planner.analysis import Analyser
from codemods.planner.answering.replies import ResponsePlan
from codemods.planner.asking.requests import RequestPlan
from codemods.planner.closure import Closure
from codemods.planner.facts import Effect, Outside
from codemods.planner.pieces import Piece, PieceKey
from codemods.planner.routes import RoutePlan
from codemods.source import Span, find_all, member, span_of
from codemods.writers.delegates import erased_spans


def read_bytes(closure: Closure, plan: RoutePlan) -> None:
    """The bytes of files are a Buffer, which only Node has: what reads them runs there."""
    if plan.piece is None or plan.request is None or not plan.request.files:
        return
    reads = (node for key in closure.reached(plan.piece.key) for node in _buffers(closure.piece(key).node))
    if next(reads, None) is not None:
        facts = closure.facts(plan.piece.key, True)
        facts.effects |= {Effect.OUTSIDE, Effect.NODE}
        facts.outside.append(Outside(span_of(plan.piece.node).start, "Buffer", True))


def _buffers(node: SgNode) -> Iterator[SgNode]:
    for each in find_all(node, "member_expression", "shorthand_property_identifier_pattern"):
        parts = member(each)
        if (parts[1] if parts is not None else each.text()) == "buffer":
            yield each


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
