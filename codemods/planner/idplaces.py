"""The places in a query where ids may stand: what it compares with, and what it writes."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.ir.query import (
    All,
    Any,
    Assignment,
    Change,
    Condition,
    Data,
    Named,
    Not,
    Predicate,
    Query,
    Related,
    When,
)
from codemods.source import Span


def written_values(query: Query) -> Iterable[tuple[str, Span]]:
    """(field, value) of all conditions on the table itself and all writes."""
    yield from _conditions(query.where)
    datas: list[Data] = [data for data in (query.data, query.update) if data is not None]
    if isinstance(query.rows, tuple):
        datas += query.rows
    for data in datas:
        for part in data.parts:
            if isinstance(part, Assignment) and part.change in (Change.SET, Change.CONNECT, Change.DISCONNECT):
                yield part.field, part.value


def _conditions(predicate: Predicate) -> Iterable[tuple[str, Span]]:
    match predicate:
        case Condition(field=field, value=value):
            yield field, value
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _conditions(part)
        case Not(part=part) | Named(part=part):
            yield from _conditions(part)
        case When(part=part, otherwise=otherwise):
            yield from _conditions(part)
            yield from _conditions(otherwise)
        case Related():
            return


def opaque_rows(query: Query) -> Iterable[Span]:
    """Written values that are not spelled out: spreads, and rows that come from elsewhere."""
    for data in (query.data, query.update):
        yield from (part for part in (data.parts if data is not None else ()) if isinstance(part, Span))
    if isinstance(query.rows, Span):
        yield query.rows
