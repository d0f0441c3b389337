"""Which slices of source a database call is made of: the values that its code goes on using, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from codemods.ir.query import (
    NEUTRAL,
    Alike,
    All,
    Any,
    Asked,
    Assignment,
    Condition,
    Data,
    Include,
    Named,
    Nested,
    Not,
    NumberOf,
    NumberWhen,
    Page,
    Picked,
    Predicate,
    Query,
    Related,
    Sort,
    SortKey,
    SortWhen,
    When,
)
from codemods.ir.sql import given_in, objects_in
from codemods.source.span import Span


def values_of(query: Query) -> Iterator[Span]:
    """Every slice of source that the query's code may contain."""
    yield from _condition_values(query.where)
    for join in query.joins:
        yield from _condition_values(join.on)
    yield from _page_values(query.page)
    for key in query.sorting:
        yield from _sort_values(key)
    for having in query.grouping.having if query.grouping is not None else ():
        yield having.condition.value
    for data in (query.data, query.update):
        yield from _data_values(data)
    if isinstance(query.rows, Span):
        yield query.rows
    for row in query.rows if isinstance(query.rows, tuple) else ():
        yield from _data_values(row)
    for include in query.include:
        yield from _include_values(include)
    if query.picked is not None:
        yield query.picked
    if query.sql is not None:
        yield from (given.value for given in given_in(query.sql))
        yield from objects_in(query.sql)
        yield from () if query.sql.type is None else (query.sql.type,)
    if query.document is not None:
        yield from (span for span in (query.document.source, query.document.update, query.document.sorting) if span)


def erased_by(query: Query) -> Iterator[Span]:
    """The source that is gone once the query is written: its call and what assembled it, but for the values."""
    if query.unsupported or query.op in NEUTRAL:
        return
    kept = sorted(values_of(query))
    yield from query.annotations
    for whole in (query.call, *(each for assembly in query.assembled for each in assembly.statements)):
        yield from _between(whole, [value for value in kept if whole.holds(value)])


def _between(whole: Span, kept: Iterable[Span]) -> Iterator[Span]:
    start = whole.start
    for value in kept:
        if value.start > start:
            yield Span(start, value.start)
        start = max(start, value.end)
    if start < whole.end:
        yield Span(start, whole.end)


def _condition_values(predicate: Predicate) -> Iterator[Span]:
    match predicate:
        case Condition(value=value, options=options):
            yield value
            yield from () if options is None else (options,)
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _condition_values(part)
        case Not(part=part) | Related(part=part) | Named(part=part):
            yield from _condition_values(part)
        case Asked(source=source) | Alike(values=source):
            yield source
        case When(test=test, part=part, otherwise=otherwise, case=case):
            yield from (test, case) if case is not None else (test,)
            yield from _condition_values(part)
            yield from _condition_values(otherwise)


def _include_values(include: Include) -> Iterator[Span]:
    yield from _condition_values(include.where)
    yield from _page_values(include.page)
    for inner in include.include:
        yield from _include_values(inner)


def _sort_values(key: SortKey | None) -> Iterator[Span]:
    match key:
        case Sort(field=field, descending=descending):
            chosen = field.key if isinstance(field, Picked) else field
            yield from (value for value in (chosen, descending) if isinstance(value, Span))
        case SortWhen(test=test, case=case, then=then, otherwise=otherwise):
            yield from (test, case) if case is not None else (test,)
            yield from _sort_values(then)
            yield from _sort_values(otherwise)


def _page_values(page: Page) -> Iterator[Span]:
    for number in (page.limit, page.offset):
        if isinstance(number, NumberWhen):
            yield from (span for span in (number.test, number.case, number.value) if span is not None)
        elif number is not None:
            yield number.source if isinstance(number, NumberOf) else number
    if page.cursor is not None:
        yield from _condition_values(page.cursor)


def _data_values(data: Data | None) -> Iterator[Span]:
    for part in data.parts if data else ():
        match part:
            case Assignment(value=value):
                yield value
            case Nested(steps=steps, loop=loop):
                yield from (span for span in ((loop.test, loop.values, loop.parameter) if loop else ()) if span)
                for step in steps:
                    yield from _condition_values(step.where)
                    yield from _data_values(step.data)
                    yield from _data_values(step.update)
            case Span():
                yield part
