"""Tests that were made while a condition was put together: how they read, and what is known of values behind them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol

from codemods.ir.query import NumberWhen, SortWhen, When
from codemods.source.span import Span
from codemods.writers.code import ValueFacts
from codemods.writers.layout import Doc

_NOTHING = frozenset({"undefined", "null"})
_WORDS = re.compile(r"[A-Za-z_$][\w$]*(?:\??\.[\w$]+)*")
_FILLED = re.compile(
    r"^(?:typeof\s+)?(?:Array\.isArray\(|String\(|Number\()?"
    r"(?P<name>[A-Za-z_$][\w$]*(?:!?\??\.[\w$]+)*?)(?:\)|\??\.length|\??\.\w+\([^()]*\))*(?:\s*[<>]=?\s*\d+)?$"
)
"""A test that only holds for a value that is there: `q`, `q.trim()`, `list.length > 0`, `Array.isArray(list)`."""


class Guarded:
    """The facts about values where a test has held, or has not."""

    def __init__(self, facts: ValueFacts, defined: frozenset[str], filled: frozenset[str]) -> None:
        self._facts, self._defined, self._filled = facts, defined, filled
        self.reaching = facts.reaching

    def may_be_undefined(self, value: Span) -> bool:
        return reference(self.text(value)) not in self._defined and self._facts.may_be_undefined(value)

    def may_be_null(self, value: Span) -> bool:
        return reference(self.text(value)) not in self._filled and self._facts.may_be_null(value)

    def turns_async(self, value: Span) -> bool:
        return self._facts.turns_async(value)

    def is_null(self, value: Span) -> bool:
        return self._facts.is_null(value)

    def literal(self, value: Span) -> str | None:
        return self._facts.literal(value)

    def id_table(self, value: Span) -> str | None:
        return self._facts.id_table(value)

    def text(self, value: Span) -> str:
        return self._facts.text(value)


def guarded(facts: ValueFacts, choice: When, held: bool) -> Guarded:
    """The facts on one side of a choice."""
    test = facts.text(choice.test)
    case = facts.text(choice.case) if choice.case is not None else None
    if case in _NOTHING:
        known = frozenset() if held else frozenset({reference(test)})
        is_loose = choice.is_loose
        return Guarded(facts, known if is_loose or case == "undefined" else frozenset(),
                       known if is_loose or case == "null" else frozenset())  # fmt: skip
    known = frozenset(_there(test)) if held else frozenset()
    return Guarded(facts, known, known)


def names_there(facts: ValueFacts, choice: When, held: bool) -> frozenset[str]:
    """The names whose values are looked at by the test itself, which so knows their type."""
    text = facts.text(choice.test)
    return (
        frozenset(found.split(".")[0].rstrip("?") for found in _WORDS.findall(text))
        if held or choice.case
        else frozenset()
    )


class Operands(Protocol):
    """What writes a value beside an operator."""

    def operand(self, span: Span) -> Doc: ...


def guard(draft: Operands, choice: When | NumberWhen | SortWhen, held: bool, as_boolean: bool = True) -> Doc:
    """The test, or its negation; `as_boolean` where it may not be of another type."""
    test = draft.operand(choice.test)
    if choice.case is None:
        return (("!!" if as_boolean else "") if held else "!", test)
    sign = ("==" if held else "!=") + ("" if choice.is_loose else "=")
    return (test, f" {sign} ", draft.operand(choice.case))


def reference(text: str) -> str:
    """The reference behind casts: `(filters?.status as Status)!` is `filters.status`."""
    return (
        re.sub(r"\s+as\s+.+$", "", text.strip("() \n"), flags=re.DOTALL)
        .replace("?.", ".")
        .replace("!", "")
        .strip("() ")
    )


def _there(test: str) -> Iterator[str]:
    if "||" in test or "? " in test or "??" in test:
        return
    for part in test.split("&&"):
        found = _FILLED.match(part.strip().strip("()") if part.count("(") == 0 else part.strip())
        if found is not None:
            yield reference(found["name"])
