"""Conditions in SQL text: `` sql`lower(${users.email}) = ${email}` ``, by a short list of forms.

What a form puts in is marked as `?`, whatever its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from ast_grep_py import SgNode

from codemods.ir.query import NOTHING, Column, Compare, Compared, Condition, IsNull, Not, Predicate
from codemods.readers.assembled.reading import shortened
from codemods.readers.drizzle.scope import Scope
from codemods.readers.drizzle.source import Fragment
from codemods.source.file import span_of
from codemods.source.span import Span
from codemods.source.tree import named

_SIGNS: Mapping[str, Compare] = {
    "=": Compare.EQ,
    "<>": Compare.NE,
    "!=": Compare.NE,
    "<": Compare.LT,
    "<=": Compare.LTE,
    ">": Compare.GT,
    ">=": Compare.GTE,
    "like": Compare.LIKE,
    "ilike": Compare.LIKE,
}
_COMPARISON = re.compile(r"\? (=|<>|!=|<=?|>=?|(?:not )?i?like) \?(?:::\w+)?", re.IGNORECASE)
_LITERAL = re.compile(r"\? (=|<>|!=|<=?|>=?|(?:not )?i?like) ('[^'\\]*'|-?\d+(?:\.\d+)?|true|false)", re.IGNORECASE)
_NULL = re.compile(r"\? is (not )?null", re.IGNORECASE)


Form = Callable[[Scope, Fragment, re.Match[str], list[SgNode]], Predicate | None]


def parts_of(fragment: Fragment) -> tuple[str, list[SgNode]]:
    """The text of a template with `?` for what is put in, and what that is."""
    template = fragment.template
    text, values, position = template.text(), [], 0
    written: list[str] = []
    start = span_of(template).start
    for each in [node for node in named(template) if node.kind() == "template_substitution"]:
        begin, end = span_of(each).start - start, span_of(each).end - start
        written += [text[position:begin], "?"]
        values.append(named(each)[0])
        position = end
    written.append(text[position:])
    return " ".join("".join(written)[1:-1].split()), values


def read_fragment(scope: Scope, fragment: Fragment) -> Predicate:
    """The predicate of a condition in SQL."""
    text, values = parts_of(fragment)
    if text.lower() in ("true", "1 = 1", "1=1") and not values:
        return NOTHING
    for pattern, read in _FORMS.items():
        matched = pattern.fullmatch(text)
        predicate = read(scope, fragment, matched, values) if matched is not None and not fragment.methods else None
        if predicate is not None:
            return predicate
    scope.reading.reject(f"where: SQL `{shortened(fragment.template.text()[1:-1])}`")
    return NOTHING


def _comparison(scope: Scope, fragment: Fragment, found: re.Match[str], values: list[SgNode]) -> Predicate | None:
    column = scope.column(values[0])
    if column is None or scope.is_built(values[1]):
        return None
    other = scope.column(values[1])
    if other is not None:
        op = _SIGNS[found[1].lower().removeprefix("not ")]
        return Compared(column, op, other) if op is not Compare.LIKE else None
    return _compared(column, found[1].lower(), scope.reading.span(values[1]))


def _compared(column: Column, sign: str, value: Span) -> Predicate:
    made = Condition(
        column.field, _SIGNS[sign.removeprefix("not ")], value, sign.endswith("ilike"), source=column.source
    )
    return Not(made) if sign.startswith("not ") else made


def _literal(scope: Scope, fragment: Fragment, found: re.Match[str], values: list[SgNode]) -> Predicate | None:
    """Numbers, plain texts and booleans read the same in SQL and in TypeScript."""
    column = scope.column(values[0])
    whole = scope.reading.file.span(fragment.template)
    at = scope.reading.file.slice(whole).rfind(found[2])
    if column is None or at < 0:
        return None
    return _compared(column, found[1].lower(), Span(whole.start + at, whole.start + at + len(found[2])))


def _null(scope: Scope, fragment: Fragment, found: re.Match[str], values: list[SgNode]) -> Predicate | None:
    column = scope.column(values[0])
    if column is None:
        return None
    made = IsNull(column.field, column.source)
    return Not(made) if found[1] else made


_FORMS: Mapping[re.Pattern[str], Form] = {
    _COMPARISON: _comparison,
    _LITERAL: _literal,
    _NULL: _null,
}
