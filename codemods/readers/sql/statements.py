"""SQL text as syntax trees, by sqlglot: one statement, or several of which some may not be understood."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from codemods.ir.sql import Dialect

logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


class Chosen(exp.Expression):
    """A condition where a test of the code, which is a parameter, held, and another one where it did not."""

    arg_types = {"this": True, "true": True, "false": True}  # noqa: RUF012 (sqlglot's own form)


class IfThere(exp.Expression):
    """A condition that counts only where a parameter is not undefined."""

    arg_types = {"this": True, "expression": True}  # noqa: RUF012 (sqlglot's own form)


@lru_cache(maxsize=4096)
def parsed(text: str, dialect: Dialect) -> exp.Expr | None:
    """The tree of one statement; None where it is not understood, or is more than one."""
    try:
        found = [each for each in sqlglot.parse(text, read=dialect.value) if each is not None]
    except (SqlglotError, RecursionError):
        return None
    return found[0] if len(found) == 1 and isinstance(found[0], exp.Expr) else None


def statements_in(text: str, dialect: Dialect) -> Iterator[tuple[int, exp.Expr]]:
    """The statements of a text that are understood, with the offsets where they start."""
    for start, part in _steps(text):
        found = parsed(part, dialect)
        if found is not None:
            yield start + len(part) - len(part.lstrip()), found


_BLOCK = re.compile(r"\s*DO\s+\$\$(?P<body>.*)\$\$\s*(?:LANGUAGE\s+\w+\s*)?", re.IGNORECASE | re.DOTALL)
_BRANCHES = re.compile(r"\b(?:ELSE|ELSIF|LOOP|EXECUTE)\b", re.IGNORECASE)
_NOTES = r"\s*(?:--[^\n]*\n\s*)*"
_ASKED = re.compile(
    rf"{_NOTES}(?:BEGIN\b{_NOTES})?(?:IF\s+(?:NOT\s+)?EXISTS\s*\(.*\)\s*THEN\b\s*)?", re.IGNORECASE | re.DOTALL
)


def _steps(text: str) -> Iterator[tuple[int, str]]:
    """The statements of a text, also those in blocks that ask first whether they were run already."""
    for start, part in _divided(text):
        block = _BLOCK.fullmatch(part)
        if block is None:
            yield start, part
        elif _BRANCHES.search(block["body"]) is None:
            for at, inner in _divided(block["body"]):
                asked = _ASKED.match(inner)
                done = asked.end() if asked is not None else 0
                yield start + block.start("body") + at + done, inner[done:]


def _divided(text: str) -> Iterator[tuple[int, str]]:
    """The parts between semicolons that stand outside of quotes, comments and `$$` bodies."""
    start, at = 0, 0
    while at < len(text):
        two, end = text[at : at + 2], at + 1
        if two == "--":
            end = _after(text, "\n", at)
        elif two == "/*":
            end = _after(text, "*/", at + 2)
        elif text[at] in "'\"`":
            end = _after(text, text[at], at + 1)
        elif two == "$$":
            end = _after(text, "$$", at + 2)
        elif text[at] == ";":
            yield start, text[start:at]
            start = at + 1
        at = end
    yield start, text[start:]


def _after(text: str, mark: str, at: int) -> int:
    found = text.find(mark, at)
    return len(text) if found < 0 else found + len(mark)
