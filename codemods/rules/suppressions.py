"""The comments that suppress findings: `// convexify-ignore CX520: why it is fine here`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from codemods.source.file import SourceFile
from codemods.source.span import Span

WORD = "convexify-ignore"
_COMMENT = re.compile(
    rf"^(?://|/\*+)\s*{WORD}\s+(?P<codes>CX\d{{3}}(?:\s*,\s*CX\d{{3}})*)\s*(?::\s*(?P<reason>.*?))?\s*(?:\*+/)?$",
    re.DOTALL,
)
_MENTION = re.compile(rf"^(?://|/\*+)\s*{WORD}\b")


@dataclass(slots=True)
class Suppression:
    """One comment. It covers findings that start on `line`.

    A comment that names no code at all has no `codes`. The check notes which rules were `judged` on the file, and
    which of the codes were `used` to hold a finding back.
    """

    codes: tuple[str, ...]
    reason: str
    span: Span
    line: int
    judged: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)


def find_suppressions(file: SourceFile) -> list[Suppression]:
    """The suppression comments of a file, in order. Strings that look like one are none."""
    if WORD not in file.text:
        return []
    comments = [node for node in file.root.find_all(kind="comment") if _MENTION.match(node.text())]
    return [_suppression(file, file.span(node), node.text()) for node in comments]


def _suppression(file: SourceFile, span: Span, text: str) -> Suppression:
    match = _COMMENT.match(text)
    codes = tuple(re.split(r"\s*,\s*", match["codes"])) if match else ()
    reason = (match["reason"] or "") if match else ""
    return Suppression(codes, reason, span, _covered_line(file, span))


def _covered_line(file: SourceFile, span: Span) -> int:
    """The comment's own line if it ends a line of code, else the next line that holds more than comments."""
    line_start = file.line_start(span.start)
    if file.text[line_start : span.start].strip(" \t{"):
        return file.place(span.start).line
    offset = file.line_end(span.end)
    while offset < len(file.text):
        offset = file.text.find("\n", offset) + 1 or len(file.text)
        line = file.text[offset : file.line_end(offset)].strip()
        if line and not line.startswith(("//", "/*", "*", "{/*")):
            break
    return file.place(min(offset, len(file.text))).line
