"""Splits a Prisma schema into tokens; line ends are tokens, since the language ends fields by them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class TokenKind(StrEnum):
    """What a token is. END closes every file, so that a parser may always look at the current token."""

    NAME = "name"
    STRING = "string"
    NUMBER = "number"
    SIGN = "sign"
    LINE = "line end"
    BAD = "unexpected character"
    END = "end of file"


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its place; `text` of a STRING is its decoded value."""

    kind: TokenKind
    text: str
    line: int
    column: int

    def is_sign(self, *texts: str) -> bool:
        """True for one of these punctuation marks."""
        return self.kind is TokenKind.SIGN and self.text in texts


_PATTERN = re.compile(
    r"""
    (?P<space>[^\S\n]+)
  | (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<line>\n)
  | (?P<string>"(?:[^"\\\n]|\\.)*")
  | (?P<number>-?\d+(?:\.\d+)?)
  | (?P<name>[^\W\d][\w-]*)
  | (?P<sign>@@|[{}()\[\]@,:?=.])
  | (?P<bad>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    "line": TokenKind.LINE,
    "string": TokenKind.STRING,
    "number": TokenKind.NUMBER,
    "name": TokenKind.NAME,
    "sign": TokenKind.SIGN,
    "bad": TokenKind.BAD,
}


def tokens(text: str) -> Iterator[Token]:
    """All tokens of a schema file, ended by one END token."""
    line, line_start = 1, 0
    for match in _PATTERN.finditer(text):
        group = match.lastgroup or "bad"
        if group in _KINDS:
            value = _decoded(match.group()) if group == "string" else match.group()
            yield Token(_KINDS[group], value, line, match.start() - line_start + 1)
        breaks = match.group().count("\n")
        if breaks:
            line += breaks
            line_start = match.start() + match.group().rindex("\n") + 1
    yield Token(TokenKind.END, "", line, len(text) - line_start + 1)


def _decoded(literal: str) -> str:
    try:
        return str(json.loads(literal))
    except ValueError:
        return literal[1:-1]
