"""Which groups of edits can stand together, and which are refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codemods.source.edit import Edit, Refused
from codemods.source.span import Span

OVERLAP = "the two overlap without one holding the other"
NOT_IN_A_HOLE = "the inner edit lies in source text that the outer edit replaces"
SAME_SPAN = "the two replace the same text differently"
OUTSIDE = "the edit lies outside of the text"
BORDER = "the edit crosses the border of the rendered range"


@dataclass(frozen=True, slots=True)
class _Clash:
    """Two edits, by their number, that exclude each other; `other` is None when one is at fault alone."""

    edit: int
    other: int | None
    reason: str


def admitted_edits(edits: Sequence[Edit], whole: Span, length: int) -> tuple[list[Edit], tuple[Refused, ...]]:
    """The edits within `whole` that can be applied together, in their order, and what had to be left out.

    Groups are admitted in the order in which they first appear, each when none of its edits excludes another one of
    its own or of the groups admitted so far.
    """
    groups = [edit.group or index for index, edit in enumerate(edits)]
    within, clashes = _sorted_out(edits, whole, length)
    clashes += _clashes(edits, within)
    by_group: dict[str | int, list[_Clash]] = {}
    for clash in clashes:
        by_group.setdefault(groups[clash.edit], []).append(clash)
        if clash.other is not None:
            by_group.setdefault(groups[clash.other], []).append(_Clash(clash.other, clash.edit, clash.reason))
    refused: dict[str | int, Refused] = {}
    admitted: set[str | int] = set()
    for group in dict.fromkeys(groups):
        blocking = _blocking(by_group.get(group, []), groups, group, admitted)
        if blocking is None:
            admitted.add(group)
        else:
            other = None if blocking.other is None else edits[blocking.other]
            refused[group] = Refused(edits[blocking.edit], other, blocking.reason)
    return [edits[index] for index in within if groups[index] in admitted], tuple(refused.values())


def _blocking(
    clashes: Sequence[_Clash], groups: Sequence[str | int], group: str | int, admitted: set[str | int]
) -> _Clash | None:
    standing = [c for c in clashes if c.other is None or groups[c.other] == group or groups[c.other] in admitted]
    return min(standing, key=lambda clash: (clash.edit, clash.other or 0), default=None)


def _sorted_out(edits: Sequence[Edit], whole: Span, length: int) -> tuple[list[int], list[_Clash]]:
    within: list[int] = []
    clashes: list[_Clash] = []
    for index, edit in enumerate(edits):
        if edit.span.start < 0 or edit.span.end > length:
            clashes.append(_Clash(index, None, OUTSIDE))
        elif whole.holds(edit.span):
            within.append(index)
        elif edit.span.overlaps(whole) and not edit.span.holds(whole):
            clashes.append(_Clash(index, None, BORDER))
    return within, clashes


def _clashes(edits: Sequence[Edit], within: Sequence[int]) -> list[_Clash]:
    """Every pair of edits that exclude each other, found in one sweep over the text."""
    order = sorted(within, key=lambda index: (edits[index].span.start, -edits[index].span.end))
    clashes: list[_Clash] = []
    around: list[int] = []
    for index in order:
        start = edits[index].span.start
        around = [outer for outer in around if edits[outer].span.end > start]
        for outer in around:
            if reason := _reason(edits[outer], edits[index]):
                clashes.append(_Clash(index, outer, reason))
        if not edits[index].is_insertion:
            around.append(index)
    return clashes


def _reason(outer: Edit, inner: Edit) -> str | None:
    """Why `inner`, which starts within `outer` or with it, cannot stand beside it."""
    if inner.is_insertion:
        return next(_insertion_reasons(outer, inner), None)
    if outer.span == inner.span:
        return None if outer.wraps or inner.wraps or outer.parts == inner.parts else SAME_SPAN
    if not outer.span.holds(inner.span):
        return OVERLAP
    return None if any(hole.holds(inner.span) for hole in outer.holes) else NOT_IN_A_HOLE


def _insertion_reasons(outer: Edit, insertion: Edit) -> Iterator[str]:
    at = insertion.span.start
    inside = outer.span.start < at < outer.span.end
    if inside and not any(hole.start <= at <= hole.end for hole in outer.holes):
        yield NOT_IN_A_HOLE
