"""Differences of two texts as hunks of lines. Lines end at `\\n` alone, as in git."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from codemods.changes.changeset import FileChange

CONTEXT = 3

Sign = Literal[" ", "-", "+"]
_Opcode = tuple[str, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a hunk with its line end, if it has one."""

    sign: Sign
    text: str


@dataclass(frozen=True, slots=True)
class Hunk:
    """A run of changed lines with context. Line numbers count from 1; an empty side starts at the line before it."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    lines: tuple[Line, ...]

    @property
    def heading(self) -> str:
        """The line that opens a hunk in the unified format."""
        return f"@@ -{_range(self.old_start, self.old_count)} +{_range(self.new_start, self.new_count)} @@"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lines a change adds and removes."""

    added: int = 0
    removed: int = 0


@lru_cache(maxsize=1024)
def hunks_of(change: FileChange) -> tuple[Hunk, ...]:
    """The hunks of a file change; a missing side counts as empty."""
    return hunks(as_text(change.before), as_text(change.after))


def as_text(data: bytes | None) -> str:
    """Bytes as text that can be turned back into the same bytes, whatever their encoding."""
    return (data or b"").decode("utf-8", "surrogateescape")


def counts_of(found: Sequence[Hunk]) -> Counts:
    """The added and removed lines of a file's hunks."""
    lines = [line.sign for hunk in found for line in hunk.lines]
    return Counts(lines.count("+"), lines.count("-"))


def hunks(before: str, after: str) -> tuple[Hunk, ...]:
    """The hunks that lead from one text to the other."""
    old, new = split_lines(before), split_lines(after)
    return tuple(_hunk(group, old, new) for group in _groups(_opcodes(old, new)))


def split_lines(text: str) -> list[str]:
    """Lines with their ends. Unlike `str.splitlines` it does not break at form feeds or Unicode separators."""
    lines = text.split("\n")
    ended = [line + "\n" for line in lines[:-1]]
    return ended + lines[-1:] if lines[-1] else ended


def similarity(before: str, after: str) -> int:
    """How much of the two files is the same, in percent of lines, as a rename reports it."""
    old, new = split_lines(before), split_lines(after)
    if not old and not new:
        return 100
    same = sum(end - start for tag, start, end, _, _ in _opcodes(old, new) if tag == "equal")
    return 200 * same // (len(old) + len(new))


def _range(start: int, count: int) -> str:
    return str(start) if count == 1 else f"{start},{count}"


def _opcodes(old: Sequence[str], new: Sequence[str]) -> list[_Opcode]:
    """difflib's opcodes; equal ends are set aside first, since its time grows with the square of the length."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    middle = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail], autojunk=False)
    codes: list[_Opcode] = [("equal", 0, head, 0, head)] if head else []
    codes += [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in middle.get_opcodes()]
    if tail:
        codes.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    return codes


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many leading lines the two share."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(first), len(second)))


def _groups(codes: Sequence[_Opcode]) -> Iterator[list[_Opcode]]:
    """Opcodes cut at long equal runs, with CONTEXT lines kept on both sides."""
    group: list[_Opcode] = []
    for number, (tag, a, b, c, d) in enumerate(codes):
        if tag != "equal":
            group.append((tag, a, b, c, d))
            continue
        first, last = number == 0, number == len(codes) - 1
        if group and not last and b - a <= 2 * CONTEXT:
            group.append((tag, a, b, c, d))
            continue
        if group:
            keep = min(CONTEXT, b - a)
            yield [*group, (tag, a, a + keep, c, c + keep)]
        if not last:
            keep = min(CONTEXT, b - a)
            group = [(tag, b - keep, b, d - keep, d)]
        else:
            group = []
        if first and last:
            return
    if any(tag != "equal" for tag, *_ in group):
        yield group


def _hunk(group: Sequence[_Opcode], old: Sequence[str], new: Sequence[str]) -> Hunk:
    lines: list[Line] = []
    for tag, a, b, c, d in group:
        if tag == "equal":
            lines += [Line(" ", text) for text in old[a:b]]
        else:
            lines += [Line("-", text) for text in old[a:b]] + [Line("+", text) for text in new[c:d]]
    old_start, old_end, new_start, new_end = group[0][1], group[-1][2], group[0][3], group[-1][4]
    return Hunk(
        old_start + (old_end > old_start),
        old_end - old_start,
        new_start + (new_end > new_start),
        new_end - new_start,
        tuple(lines),
    )
