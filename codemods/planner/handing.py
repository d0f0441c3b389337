"""Calls that are given the response: which argument it is, and what remains without it."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import Span, arguments, member, shortened, span_of
from codemods.source.tree import wrapped_up


def call_around(reference: SgNode) -> tuple[SgNode | None, int]:
    """The call that is given the response, and as which argument."""
    argument = wrapped_up(reference)
    parent = argument.parent()
    call = parent.parent() if parent is not None and parent.kind() == "arguments" else None
    if call is None or call.kind() != "call_expression":
        return None, 0
    return call, [span_of(node) for node in arguments(call)].index(span_of(argument))


def handed_words(call: SgNode) -> str:
    """What is wrong with a call that is given the response."""
    function = call.field("function")
    parts = member(function) if function is not None else None
    streams = parts is not None and parts[1] in ("pipe", "pipeline")
    return "streams its reply" if streams else f"hands the response on to `{shortened(function or call)}`"


def dropped_argument(given: list[SgNode], index: int) -> Span:
    """One argument with the comma that goes with it."""
    own = span_of(given[index])
    if index + 1 < len(given):
        return Span(own.start, span_of(given[index + 1]).start)
    return Span(span_of(given[index - 1]).end, own.end) if index > 0 else own
