"""The places in a query where ids may stand: what it compares with, and what it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from codemods.ir.query import (
    All,
    Any,
    Assignment,
    Change,
    Condition,
    Data,
    Include,
    Loop,
    Named,
    Nested,
    Not,
    Predicate,
    Query,
    Related,
    When,
)
from codemods.ir.sql import columns_met
from codemods.ir.table import Schema, Table
from codemods.source import Span

Place = tuple[Table, str, Span]
"""A table, a field or relation of it, and a value that meets it."""

_WRITTEN = (Change.SET, Change.CONNECT, Change.DISCONNECT)


def written_values(query: Query, table: Table, schema: Schema) -> Iterator[Place]:
    """The values of all conditions and all writes, on the table itself and on those that relations lead to."""
    yield from _conditions(query.where, table, schema)
    for join in query.joins:
        yield from _conditions(join.on, table, schema)
    if query.page.cursor is not None:
        yield from _conditions(query.page.cursor, table, schema)
    yield from _included(query.include, table, schema)
    rows = query.rows if isinstance(query.rows, tuple) else ()
    for data in (query.data, query.update, *rows):
        yield from _written(data, table, schema)
    if query.sql is not None:
        for owner, column, given in columns_met(query.sql):
            target = schema.table(owner)
            if target is not None:
                yield target, column, given.value


def _included(includes: Sequence[Include], table: Table, schema: Schema) -> Iterator[Place]:
    for include in includes:
        target = _target(table, include.relation, schema)
        if target is not None:
            yield from _conditions(include.where, target, schema)
            if include.page.cursor is not None:
                yield from _conditions(include.page.cursor, target, schema)
            yield from _included(include.include, target, schema)


def _written(data: Data | None, table: Table, schema: Schema) -> Iterator[Place]:
    for part in data.parts if data is not None else ():
        if isinstance(part, Assignment) and part.change in _WRITTEN:
            yield table, part.field, part.value
        target = _target(table, part.relation, schema) if isinstance(part, Nested) else None
        for step in part.steps if isinstance(part, Nested) else ():
            if target is not None:
                yield from _conditions(step.where, target, schema)
                yield from _written(step.data, target, schema)
                yield from _written(step.update, target, schema)


def _conditions(predicate: Predicate, table: Table, schema: Schema) -> Iterator[Place]:
    match predicate:
        case Condition(field=field, value=value, source=source):
            owner = schema.table(source) if source else table
            if owner is not None:
                yield owner, field, value
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _conditions(part, table, schema)
        case Not(part=part) | Named(part=part):
            yield from _conditions(part, table, schema)
        case When(part=part, otherwise=otherwise):
            yield from _conditions(part, table, schema)
            yield from _conditions(otherwise, table, schema)
        case Related(relation=relation, part=part):
            target = _target(table, relation, schema)
            if target is not None:
                yield from _conditions(part, target, schema)


def _target(table: Table, name: str, schema: Schema) -> Table | None:
    relation = table.relation(name)
    return schema.table(relation.table) if relation is not None else None


def opaque_rows(query: Query, table: Table, schema: Schema) -> Iterable[tuple[Table, Span]]:
    """Written values that are not spelled out, with their tables: spreads, and rows that come from elsewhere."""
    for data in (query.data, query.update):
        yield from _opaque(data, table, schema)
    if isinstance(query.rows, Span):
        yield table, query.rows


def _opaque(data: Data | None, table: Table, schema: Schema) -> Iterator[tuple[Table, Span]]:
    for part in data.parts if data is not None else ():
        if isinstance(part, Span):
            yield table, part
        target = _target(table, part.relation, schema) if isinstance(part, Nested) else None
        if not isinstance(part, Nested) or target is None:
            continue
        if isinstance(part.loop, Loop) and part.loop.parameter is None:
            yield target, part.loop.values
        for step in part.steps:
            yield from _opaque(step.data, target, schema)
            yield from _opaque(step.update, target, schema)
