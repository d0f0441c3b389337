"""Cutting code out of files that stay: whole lines, items of lists, blank lines, and cuts that overlap.

A cut is made when all its groups are accepted. Where cuts overlap (an import, and one name in it), the text is cut
into stretches, each of which goes when any of its cuts is made: so every choice of groups leaves a file that reads
as if it had been written so.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.changes.changeset import FileEdit, Joint
from codemods.planner.pieces import statement_end, with_comments
from codemods.source import Edit, SourceFile, Span, span_of

Needs = frozenset[str]


@dataclass(frozen=True, slots=True)
class Cut:
    """Text that goes when all the groups in `needs` are accepted."""

    span: Span
    needs: Needs


def cut_edits(file: SourceFile, cuts: Sequence[Cut], others: Sequence[Edit] = ()) -> FileEdit:
    """The cuts of one file as edits that never exclude each other, and the edits that go with them."""
    single: list[Edit] = list(others)
    joint: list[Joint] = []
    blank = [cut for level in _levels(cuts) for cut in _blank_lines(file, level)]
    for span, needs in _stretches([*cuts, *blank]):
        for wanted in needs:
            if len(wanted) == 1:
                single.append(Edit.delete(span, next(iter(wanted))))
            else:
                joint.append(Joint(Edit.delete(span), tuple(sorted(wanted))))
    single.sort(key=lambda edit: (edit.span.start, edit.span.end))
    return FileEdit(file.path, tuple(single), tuple(joint))


def statement_span(file: SourceFile, statement: SgNode, comments: bool = True) -> Span:
    """A statement or class member with its comments, and the whole lines when nothing else stands on them."""
    whole = (
        with_comments(file, statement) if comments else Span(span_of(statement).start, statement_end(file, statement))
    )
    return _whole_lines(file, whole) or _with_space(file, whole)


def item_spans(file: SourceFile, items: Sequence[SgNode], gone: Iterable[int]) -> dict[int, tuple[Span, ...]]:
    """What goes with each of the items numbered in `gone`, of a list separated by commas.

    An item on lines of its own goes with them; else it takes the separator after it with it, or the one before it
    when nothing that stays follows.
    """
    going = set(gone)
    last_kept = max((number for number in range(len(items)) if number not in going), default=-1)
    return {number: _item(file, items, number, last_kept) for number in sorted(going)}


def _item(file: SourceFile, items: Sequence[SgNode], number: int, last_kept: int) -> tuple[Span, ...]:
    own = span_of(items[number])
    after = _separator_end(file, own.end)
    whole = _whole_lines(file, Span(with_comments(file, items[number]).start, after))
    if whole is not None:
        return (whole,)
    is_last = number == len(items) - 1
    if is_last or number > last_kept >= 0:
        if number == 0:
            return (own,)
        return (own, Span(span_of(items[number - 1]).end, own.start))
    return (own, Span(own.end, span_of(items[number + 1]).start))


def _separator_end(file: SourceFile, end: int) -> int:
    """The end of an item with its comma and a comment at the end of its line."""
    rest = file.text[end : file.line_end(end)]
    if rest.lstrip().startswith(","):
        end += rest.index(",") + 1
    rest = file.text[end : file.line_end(end)]
    return end + len(rest.rstrip()) if rest.strip().startswith("//") else end


def _whole_lines(file: SourceFile, span: Span) -> Span | None:
    """The lines that a span fills, with the last line end; None when something else stands on them."""
    start, end = file.line_start(span.start), file.line_end(span.end)
    if file.text[start : span.start].strip() or file.text[span.end : end].strip():
        return None
    return Span(start, _past_line_end(file.text, end))


def _past_line_end(text: str, end: int) -> int:
    if text.startswith("\r\n", end):
        return end + 2
    return min(end + 1, len(text))


def _with_space(file: SourceFile, span: Span) -> Span:
    """A span in the midst of a line, with the space after it."""
    end = span.end
    while end < len(file.text) and file.text[end] in " \t":
        end += 1
    return Span(span.start, end)


def _stretches(cuts: Sequence[Cut]) -> list[tuple[Span, tuple[Needs, ...]]]:
    """The text that is cut, in stretches that do not overlap, each with the alternatives for which it goes."""
    borders = sorted({border for cut in cuts for border in (cut.span.start, cut.span.end)})
    found: list[tuple[Span, tuple[Needs, ...]]] = []
    for start, end in itertools.pairwise(borders):
        covering = [cut.needs for cut in cuts if cut.span.start <= start and end <= cut.span.end]
        if not covering:
            continue
        needs = _alternatives(covering)
        if found and found[-1][0].end == start and found[-1][1] == needs:
            found[-1] = (Span(found[-1][0].start, end), needs)
        else:
            found.append((Span(start, end), needs))
    return found


def _alternatives(covering: Iterable[Needs]) -> tuple[Needs, ...]:
    """The smallest sets of groups that suffice, in a fixed order."""
    distinct = set(covering)
    smallest = [needs for needs in distinct if not any(other < needs for other in distinct)]
    return tuple(sorted(smallest, key=sorted))


def _levels(cuts: Sequence[Cut]) -> list[list[Cut]]:
    """Cuts by how many others they lie in: a part of a class may go without the class."""
    levels: dict[int, list[Cut]] = {}
    for cut in cuts:
        around = sum(other.span != cut.span and other.span.holds(cut.span) for other in cuts)
        levels.setdefault(around, []).append(cut)
    return [levels[depth] for depth in sorted(levels)]


def _blank_lines(file: SourceFile, cuts: Sequence[Cut]) -> list[Cut]:
    """The blank lines that whole lines leave behind: one stretch of them stays between what stays, none at an edge."""
    owners = _line_owners(file, cuts)
    lines = _lines(file.text)
    found: list[Cut] = []
    number = 0
    while number < len(lines):
        if number not in owners and not _is_blank(file, lines[number]):
            number += 1
            continue
        first = number
        while number < len(lines) and (number in owners or _is_blank(file, lines[number])):
            number += 1
        region = range(first, number)
        if any(line in owners for line in region):
            found += _surplus(file, lines, region, owners)
    return found


def _surplus(file: SourceFile, lines: list[Span], region: range, owners: dict[int, Needs]) -> list[Cut]:
    """Blank lines go with the cut before them, or after them, whichever leaves one stretch of them for any choice."""
    cut = [line for line in region if line in owners]
    blank = [line for line in region if line not in owners]
    leading = [line for line in blank if line < cut[0]]
    trailing = [line for line in blank if line > cut[-1]]
    opens, closes = _opens(file, lines, region), _closes(file, lines, region)
    kept = [] if opens or closes else leading or trailing
    with_next = not opens and (closes or not leading)
    return [Cut(lines[line], owners[_neighbour(cut, line, with_next)]) for line in blank if line not in kept]


def _neighbour(cut: Sequence[int], line: int, following: bool) -> int:
    before = [number for number in cut if number < line]
    after = [number for number in cut if number > line]
    if following:
        return after[0] if after else before[-1]
    return before[-1] if before else after[0]


def _opens(file: SourceFile, lines: list[Span], region: range) -> bool:
    """Does the region begin a file or a block?"""
    return region.start == 0 or file.slice(lines[region.start - 1]).rstrip().endswith(("{", "(", "["))


def _closes(file: SourceFile, lines: list[Span], region: range) -> bool:
    """Does the region end a file or a block?"""
    return region.stop == len(lines) or file.slice(lines[region.stop]).lstrip().startswith(("}", ")", "]"))


def _line_owners(file: SourceFile, cuts: Sequence[Cut]) -> dict[int, Needs]:
    """The lines that are cut whole when all groups are accepted, and for which groups."""
    lines = _lines(file.text)
    starts = {span.start: number for number, span in enumerate(lines)}
    owners: dict[int, Needs] = {}
    for cut in sorted(cuts, key=lambda cut: (cut.span.start, -cut.span.end)):
        number = starts.get(cut.span.start)
        while number is not None and number < len(lines) and lines[number].end <= cut.span.end:
            owners.setdefault(number, cut.needs)
            number += 1
    return owners


def _lines(text: str) -> list[Span]:
    found, start = [], 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        found.append(Span(start, end))
        start = end
    return found


def _is_blank(file: SourceFile, line: Span) -> bool:
    return not file.slice(line).strip()
