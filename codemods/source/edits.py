"""Edits with holes: rewrites that keep parts of the source, composed without losing one another.

An edit replaces a span by parts. A part that is a span is a hole: the source text there, with the edits that lie in
it applied. So one rule may wrap an expression while another renames something within it, neither knowing the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codemods.source.conflicts import admitted_edits
from codemods.source.edit import Edit, Part, Refused
from codemods.source.span import Span

__all__ = ["Edit", "Part", "Refused", "Rendered", "render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """The new text, and the groups of edits that were left out of it."""

    text: str
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class _Region:
    """Source text still to be written, with the edits that lie in it in the order of `_written_order`."""

    span: Span
    edits: tuple[Edit, ...]


def render(text: str, edits: Sequence[Edit], span: Span | None = None) -> Rendered:
    """The text of `span` (all, by default) with the edits applied that lie in it.

    Groups are atomic: where two edits exclude each other, the group that came first stays and the other one is
    refused whole. Equal replacements of one span collapse into one. Insertions at one offset keep their order; one
    at the border of a hole, or of `span`, belongs to it. Edits outside of `span` are passed over.
    """
    whole = span or Span(0, len(text))
    admitted, refused = admitted_edits(edits, whole, len(text))
    return Rendered("".join(_written(text, _Region(whole, _written_order(admitted)))), refused)


def _written_order(edits: Sequence[Edit]) -> tuple[Edit, ...]:
    """By position, an outer edit before the edits in its holes; of two wraps of one span, the later is the outer."""
    ranked = sorted(
        enumerate(_without_repeats(edits)),
        key=lambda pair: (
            pair[1].span.start,
            not pair[1].is_insertion,
            -pair[1].span.end,
            not pair[1].wraps,
            pair[0] if pair[1].is_insertion else -pair[0],
        ),
    )
    return tuple(edit for _, edit in ranked)


def _without_repeats(edits: Sequence[Edit]) -> list[Edit]:
    once = dict.fromkeys(
        (edit.span, edit.parts, index if edit.is_insertion else -1) for index, edit in enumerate(edits)
    )
    return [Edit(span, parts) for span, parts, _ in once]


def _written(text: str, region: _Region) -> Iterator[str]:
    """The pieces of the new text. A stack rather than recursion: holes may be nested deeper than Python calls."""
    pending: list[str | _Region] = [region]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield item
        elif not item.edits:
            yield text[item.span.start : item.span.end]
        else:
            pending.extend(reversed(_pieces(text, item)))


def _pieces(text: str, region: _Region) -> list[str | _Region]:
    pieces: list[str | _Region] = []
    position = region.span.start
    for edit, inner in _outermost(region.edits):
        pieces.append(text[position : edit.span.start])
        pieces.extend(part if isinstance(part, str) else _hole(edit, part, inner) for part in edit.parts)
        position = edit.span.end
    pieces.append(text[position : region.span.end])
    return pieces


def _outermost(edits: Sequence[Edit]) -> list[tuple[Edit, tuple[Edit, ...]]]:
    """The edits that lie in no other one, in the order of the text, each with the edits in its holes."""
    tops = _tops([edit for edit in edits if not edit.is_insertion])
    starting = {top.span.start: (top, inner) for top, inner in tops}
    ending = {top.span.end: (top, inner) for top, inner in tops}
    loose: list[Edit] = []
    position = 0
    for insertion in (edit for edit in edits if edit.is_insertion):
        at = insertion.span.start
        while position < len(tops) and tops[position][0].span.end <= at:
            position += 1
        if position < len(tops) and tops[position][0].span.start < at:
            tops[position][1].append(insertion)
        elif at in starting and starting[at][0].has_hole_at(start=at):
            starting[at][1].append(insertion)
        elif at in ending and ending[at][0].has_hole_at(end=at):
            ending[at][1].append(insertion)
        else:
            loose.append(insertion)
    both = [(edit, tuple(inner)) for edit, inner in tops] + [(edit, ()) for edit in loose]
    return sorted(both, key=lambda pair: (pair[0].span.start, not pair[0].is_insertion))


def _tops(edits: Sequence[Edit]) -> list[tuple[Edit, list[Edit]]]:
    tops: list[tuple[Edit, list[Edit]]] = []
    for edit in edits:
        if not tops or edit.span.start >= tops[-1][0].span.end:
            tops.append((edit, []))
        else:
            tops[-1][1].append(edit)
    return tops


def _hole(edit: Edit, hole: Span, inner: Sequence[Edit]) -> _Region:
    return _Region(hole, tuple(other for other in inner if edit.shows(hole, other)))
