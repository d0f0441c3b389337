"""Functions that answered for their callers return the answer: `sendSuccess(res, data)` → `sendSuccess(data)`."""

from __future__ import annotations

from collections.abc import Callable

from codemods.planner.answering.replies import Delegate
from codemods.source import Edit, SourceFile, Span, parameters, span_of
from codemods.writers.answers import Use, answer_edits


def delegate_edits(file: SourceFile, delegate: Delegate, library: Callable[[str], str]) -> list[Edit]:
    """The edits that make such a function return its answers."""
    if delegate.sets:
        return _typed(delegate, library)
    edits = answer_edits(file, delegate.piece.node, delegate.plan, library, Use.DELEGATE)
    return [*edits, *_signature(delegate)]


def erased_spans(delegate: Delegate) -> list[Span]:
    """What is gone when it is written: the response, its type, and the return type."""
    if delegate.sets:
        return [edit.span for edit in _typed(delegate, lambda name: name)]
    return [*(edit.span for edit in _signature(delegate)), *delegate.plan.erased(delegate=True)]


def _signature(delegate: Delegate) -> list[Edit]:
    node, index, key = delegate.piece.node, delegate.response.index, delegate.response.key
    returned = node.field("return_type")
    retyped = [Edit.delete(span_of(returned))] if returned is not None else []
    if key is not None:
        return [*_taken_out(delegate), *retyped]
    given = [span_of(parameter.node) for parameter in parameters(node)]
    if node.field("parameter") is not None:
        edits = [Edit.replace(given[0], "()")]
    elif index + 1 < len(given):
        edits = [Edit.delete(Span(given[index].start, given[index + 1].start))]
    else:
        edits = [Edit.delete(Span(given[index - 1].end if index else given[index].start, given[index].end))]
    return [*edits, *retyped]


def _taken_out(delegate: Delegate) -> list[Edit]:
    """`({ res, status }: { res: Response; status: number })` → `({ status }: { status: number })`"""
    taken = parameters(delegate.piece.node)[delegate.response.index]
    holders = [taken.pattern, *([taken.type] if taken.type is not None else [])]
    spans = (delegate.response.dropped_from(holder) for holder in holders)
    return [Edit.delete(span) for span in spans if span is not None]


def _typed(delegate: Delegate, library: Callable[[str], str]) -> list[Edit]:
    """`res: Response` → `res: ResponseBuilder`, for a function that only prepares the answer."""
    node = delegate.piece.node
    annotation = parameters(node)[delegate.response.index].node.field("type")
    returned = node.field("return_type")
    edits = [Edit.delete(span_of(returned))] if returned is not None else []
    if annotation is not None:
        edits.append(Edit.replace(span_of(annotation), f": {library('ResponseBuilder')}"))
    return edits
