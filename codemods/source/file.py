"""One source file: its bytes as text, its tree, and the ways to name places in it."""

from __future__ import annotations

from bisect import bisect_right
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.outcome import Place
from codemods.source.span import Span
from codemods.source.syntax import error_count, parse, syntax_errors
from codemods.source.tree import FUNCTION_KINDS, find_all

if TYPE_CHECKING:
    from codemods.source.bindings import Bindings

__all__ = [
    "BOM",
    "LANGUAGES",
    "SourceFile",
    "UnreadableFile",
    "check_reparse",
    "decode",
    "error_count",
    "language_of",
    "parse",
    "span_of",
]

BOM = b"\xef\xbb\xbf"

LANGUAGES = {
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".js": "javascript",
    ".jsx": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
}


class UnreadableFile(Exception):
    """A file whose bytes are no text: `path`, and the `reason` in words for the owner."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class SourceFile:
    """A JavaScript or TypeScript file, parsed on first use and then kept.

    `text` has no byte order mark and keeps the line ends of the file; `newline` is the line end used most.
    """

    def __init__(self, path: str, text: str, *, bom: bool = False) -> None:
        self.path = path
        self.text = text
        self.bom = bom
        self.newline = _dominant_newline(text)
        self.language = language_of(path)

    @classmethod
    def from_bytes(cls, path: str, data: bytes) -> SourceFile:
        """Read UTF-8 bytes. Raises UnreadableFile for other encodings and for binary data."""
        return cls(path, decode(path, data), bom=data.startswith(BOM))

    def to_bytes(self, text: str) -> bytes:
        """The bytes of `text` as a new version of this file: the byte order mark goes back."""
        return (BOM if self.bom else b"") + text.encode("utf-8")

    @cached_property
    def root(self) -> SgNode:
        return parse(self.text, self.language)

    @cached_property
    def calls(self) -> list[SgNode]:
        """All calls, in the order of the text."""
        return [node for node in self.invocations if node.kind() == "call_expression"]

    @cached_property
    def invocations(self) -> list[SgNode]:
        """All calls and `new` expressions, in the order of the text."""
        return find_all(self.root, "call_expression", "new_expression")

    @cached_property
    def functions(self) -> dict[Span, SgNode]:
        """All functions by the span of their text."""
        return {span_of(node): node for node in find_all(self.root, *sorted(FUNCTION_KINDS))}

    @cached_property
    def bindings(self) -> Bindings:
        from codemods.source.bindings import Bindings

        return Bindings(self)

    @cached_property
    def errors(self) -> tuple[Place, ...]:
        """Where the syntax is wrong or incomplete."""
        return tuple(self.place(offset) for offset in syntax_errors(self.root, self.text, self.language))

    @property
    def has_errors(self) -> bool:
        return bool(self.errors)

    @cached_property
    def _line_starts(self) -> list[int]:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return starts

    def place(self, at: int | SgNode) -> Place:
        """The place of an offset, or of the start of a node."""
        offset = at if isinstance(at, int) else at.range().start.index
        line = bisect_right(self._line_starts, offset)
        return Place(self.path, line, offset - self._line_starts[line - 1] + 1)

    def offset(self, line: int, column: int = 1) -> int:
        """The offset of a place, both counted from 1."""
        return self._line_starts[line - 1] + column - 1

    def span(self, node: SgNode) -> Span:
        return span_of(node)

    def slice(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def line_start(self, offset: int) -> int:
        """The offset at which the line of `offset` begins."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """The offset at which the line of `offset` ends, before its line end."""
        end = self.text.find("\n", offset)
        if end < 0:
            return len(self.text)
        return end - 1 if end > offset and self.text[end - 1] == "\r" else end

    def indent_at(self, offset: int) -> str:
        """The leading white space of the line of `offset`."""
        start = self.line_start(offset)
        line = self.text[start : self.line_end(start)]
        return line[: len(line) - len(line.lstrip())]


def language_of(path: str) -> str:
    """The grammar for a path, by its extension; TypeScript when the extension is none of ours."""
    return LANGUAGES.get(PurePosixPath(path).suffix.lower(), "typescript")


def decode(path: str, data: bytes) -> str:
    """The text of a file without its byte order mark. Raises UnreadableFile for what is no UTF-8 text."""
    if b"\0" in data:
        raise UnreadableFile(path, "it holds NUL bytes, so it is not a text file")
    try:
        return data.removeprefix(BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableFile(path, f"it is not valid UTF-8 (byte {error.start})") from error


def check_reparse(file: SourceFile, text: str) -> bool:
    """True when `text` has no more syntax errors than the file had: else the caller puts the file back."""
    return len(syntax_errors(parse(text, file.language), text, file.language)) <= len(file.errors)


def span_of(node: SgNode) -> Span:
    """The span of a node in the text that was parsed."""
    found = node.range()
    return Span(found.start.index, found.end.index)


def _dominant_newline(text: str) -> str:
    windows = text.count("\r\n")
    return "\r\n" if windows * 2 > text.count("\n") else "\n"
