"""The hunks of a file change as styled lines; within changed lines the changed words stand out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from codemods.changes.changeset import FileChange
from codemods.changes.diff import Hunk, hunks_of
from codemods.changes.diff import Line as DiffLine
from codemods.report.escape import visible
from codemods.report.paint import Line, Styled

LONG_LINE = 400
ALIKE = 0.5
STYLES = {" ": "", "-": "red", "+": "green"}
STRONG = {"-": "reverse red", "+": "reverse green"}

_WORDS = re.compile(r"\w+|\s+|.")


def file_lines(change: FileChange) -> Iterator[Line]:
    """A heading that says what happens to the file, and its hunks."""
    yield [(heading(change), "bold")]
    carriage = _all_crlf(change)
    for hunk in hunks_of(change):
        yield [(hunk.heading, "cyan")]
        yield from _hunk_lines(hunk, carriage)


def heading(change: FileChange) -> str:
    """The path and what happens to it."""
    path = visible(change.path)
    match change.action:
        case "create":
            return f"{path} (new file)"
        case "modify":
            return path
        case "rename":
            return f"{visible(change.from_path or '')} -> {path}"
        case "delete":
            return f"{path} (deleted)"


def _all_crlf(change: FileChange) -> bool:
    """True when every line on both sides ends with CRLF: then the carriage returns are not worth showing."""
    return all(data.count(b"\n") == data.count(b"\r\n") for data in (change.before, change.after) if data is not None)


def _hunk_lines(hunk: Hunk, carriage: bool) -> Iterator[Line]:
    position = 0
    while position < len(hunk.lines):
        block = _block(hunk.lines, position)
        removed = [line for line in block if line.sign == "-"]
        added = [line for line in block if line.sign == "+"]
        marks = _changed_words(removed, added)
        for line in block:
            yield _shown(line, marks.get(id(line)), carriage)
            if not line.text.endswith("\n"):
                yield [("\\ No newline at end of file", "dim")]
        position += len(block)


def _block(lines: Sequence[DiffLine], start: int) -> Sequence[DiffLine]:
    """The context line at `start`, or the run of removed and added lines that starts there."""
    end = start + 1
    while lines[start].sign != " " and end < len(lines) and lines[end].sign != " ":
        end += 1
    return lines[start:end]


def _changed_words(removed: Sequence[DiffLine], added: Sequence[DiffLine]) -> dict[int, list[Styled]]:
    """For lines that replace each other one by one and are much alike: their words, the changed ones marked."""
    if len(removed) != len(added):
        return {}
    marks: dict[int, list[Styled]] = {}
    for old, new in zip(removed, added, strict=True):
        if max(len(old.text), len(new.text)) > LONG_LINE:
            continue
        first, second = _WORDS.findall(old.text.rstrip("\r\n")), _WORDS.findall(new.text.rstrip("\r\n"))
        matcher = SequenceMatcher(None, first, second, autojunk=False)
        if matcher.ratio() < ALIKE:
            continue
        codes = matcher.get_opcodes()
        marks[id(old)] = [_marked("-", tag, first[a:b]) for tag, a, b, _, _ in codes]
        marks[id(new)] = [_marked("+", tag, second[c:d]) for tag, _, _, c, d in codes]
    return marks


def _marked(sign: str, tag: str, words: Sequence[str]) -> Styled:
    return ("".join(words), STYLES[sign] if tag == "equal" else STRONG[sign])


def _shown(line: DiffLine, marked: list[Styled] | None, carriage: bool) -> Line:
    style = STYLES[line.sign]
    text = line.text.removesuffix("\n")
    if carriage:
        text = text.removesuffix("\r")
    parts = marked if marked is not None and text == line.text.rstrip("\r\n") else [(text, style)]
    return [(line.sign, style), *((visible(part), part_style) for part, part_style in parts if part)]
