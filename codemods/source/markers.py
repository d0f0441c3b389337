"""The one-line markers that convexify leaves where its owner has something to do."""

from __future__ import annotations

import re
from dataclasses import dataclass

from codemods.outcome import Place
from codemods.source.file import SourceFile
from codemods.source.span import Span

_MARKER = re.compile(r"TODO\(convexify (CX\d{3})\): ([^\r\n]*)")


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker found in a file; `span` covers its whole comment."""

    code: str
    text: str
    span: Span
    place: Place


def marker(code: str, text: str) -> str:
    """The comment that tells the owner what to do: `// TODO(convexify CX312): …`, always one line."""
    return f"// TODO(convexify {code}): {' '.join(text.split())}"


def find_markers(file: SourceFile) -> tuple[Marker, ...]:
    """The markers in the comments of a file, in order. A string that looks like one is not a marker."""
    if "TODO(convexify " not in file.text:
        return ()
    found: list[Marker] = []
    for node in file.root.find_all(kind="comment"):
        match = _MARKER.search(node.text())
        if match:
            found.append(Marker(match[1], _ended(match[2]), file.span(node), file.place(node)))
    return tuple(found)


def _ended(text: str) -> str:
    return text.strip().removesuffix("*/").rstrip()
