"""What the values of a database call are, by the columns that they meet: how an action hands them over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from codemods.ir.query import (
    All,
    Any,
    Assignment,
    Change,
    Compare,
    Condition,
    Data,
    Include,
    Loop,
    Nested,
    Not,
    NumberOf,
    Op,
    Page,
    Predicate,
    Query,
    Related,
)
from codemods.ir.sql import SqlWork, columns_met, given_in, objects_in
from codemods.ir.table import DefaultKind, Field, FieldType, Table
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.names import identifier
from codemods.writers.queries.draft import Draft, is_reference
from codemods.writers.queries.keys import is_given
from codemods.writers.stored.fields import id_target, validator_text_of

_REFUSED = frozenset({FieldType.BYTES, FieldType.BIGINT, FieldType.DECIMAL})
ANYTHING = "v.optional(v.any())"
_WITH_NULL = frozenset({Compare.EQ, Compare.NE})
_BY_KEY = frozenset({Op.FIND_UNIQUE, Op.UPDATE, Op.DELETE, Op.UPSERT})
_WORD = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a value from where it goes."""

    wish: str
    validator: str
    dated: bool = False
    is_id: bool = False
    is_inner: bool = False
    """It belongs to a loop, and so to the function that has the loop."""


def kinds_of(draft: Draft, table: Table, query: Query) -> Iterator[tuple[Span, Kind]]:
    """What the values of a query are, by the columns that they meet."""
    if query.sql is not None:
        yield from _of_sql(query.sql)
        return
    if table.document is not None:
        yield from _of_documents(query)
        return
    for join in query.joins:
        yield from _compared(draft, table, join.on, False)
    yield from _compared(draft, table, query.where, query.op in _BY_KEY)
    yield from _paged(draft, table, query.page)
    patches = query.op in (Op.UPDATE, Op.UPDATE_MANY)
    yield from _included(draft, table, query.include)
    for data in (query.data, *(query.rows if isinstance(query.rows, tuple) else ())):
        yield from _assigned(draft, table, data, patches)
    yield from _assigned(draft, table, query.update, patches=True)
    if isinstance(query.rows, Span):
        yield query.rows, Kind("rows", "v.array(v.any())", may_hold_dates(draft, table))


def _of_sql(work: SqlWork) -> Iterator[tuple[Span, Kind]]:
    """Parameters, which are read where they arrive, so that any may cross."""
    for span in objects_in(work):
        yield span, Kind("values", ANYTHING, True)
    for given in given_in(work):
        yield given.value, Kind("value", ANYTHING, True)
    for _, column, given in columns_met(work):
        yield given.value, Kind(identifier(column, "value"), ANYTHING, True)


def _of_documents(query: Query) -> Iterator[tuple[Span, Kind]]:
    """Values that are cast where they arrive, so that any may cross."""
    work = query.document
    given = [(work.source, "data"), (work.update, "update"), (work.sorting, "sorting")] if work is not None else []
    values = [(condition.value, condition.field) for condition in _conditions(query.where)]
    options = [(condition.options, "options") for condition in _conditions(query.where)]
    for span, wish in (*values, *options, *given, (query.page.limit, "limit"), (query.page.offset, "skip")):
        if isinstance(span, Span):
            yield span, Kind(identifier(wish, "value"), ANYTHING, True)


def _conditions(where: Predicate) -> Iterator[Condition]:
    match where:
        case Condition():
            yield where
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _conditions(part)
        case Not(part=part):
            yield from _conditions(part)


def _included(draft: Draft, table: Table, includes: Sequence[Include]) -> Iterator[tuple[Span, Kind]]:
    """The values in conditions and pages of included relations."""
    for include in includes:
        relation = table.relation(include.relation)
        target = draft.schema.table(relation.table) if relation is not None else None
        if target is not None:
            yield from _compared(draft, target, include.where, False)
            yield from _paged(draft, target, include.page)
            yield from _included(draft, target, include.include)


def _paged(draft: Draft, table: Table, page: Page) -> Iterator[tuple[Span, Kind]]:
    for number, name in ((page.limit, "limit"), (page.offset, "offset")):
        if isinstance(number, Span):
            yield number, Kind(name, "v.optional(v.number())")
        elif isinstance(number, NumberOf):
            yield number.source, Kind("paging", "v.any()")
    if page.cursor is not None:
        yield from _compared(draft, table, page.cursor, True)


def _compared(draft: Draft, table: Table, where: Predicate, by_key: bool) -> Iterator[tuple[Span, Kind]]:
    match where:
        case Condition():
            owner = draft.table(where.source) if where.source else table
            column = owner.field(where.field)
            if column is not None:
                many = where.op in (Compare.IN, Compare.NOT_IN)
                unsure = by_key and not is_given(draft, column, where.value)
                optional = unsure or draft.facts.may_be_undefined(where.value)
                nullable = unsure or (column.nullable and not by_key and where.op in _WITH_NULL)
                yield where.value, _of_column(draft, owner, column, where.value, many, optional, nullable)
        case All(parts=parts) | Any(parts=parts):
            for part in parts:
                yield from _compared(draft, table, part, by_key)
        case Not(part=part):
            yield from _compared(draft, table, part, by_key)
        case Related(relation=name, part=part):
            relation = table.relation(name)
            target = draft.schema.table(relation.table) if relation is not None else None
            if target is not None:
                yield from _compared(draft, target, part, False)


def _assigned(draft: Draft, table: Table, data: Data | None, patches: bool) -> Iterator[tuple[Span, Kind]]:
    """Written values. What may be left out may be undefined, whatever the types of the source promise."""
    for part in data.parts if data else ():
        if isinstance(part, Span):
            yield part, Kind("data", "v.any()", may_hold_dates(draft, table))
        elif isinstance(part, Nested):
            yield from _nested(draft, table, part)
        elif part.change in (Change.CONNECT, Change.DISCONNECT):
            yield from _connected(draft, table, part)
        elif (column := table.field(part.field)) is not None:
            optional = patches or column.nullable or column.updated_at or column.default_kind is not DefaultKind.NONE
            optional = optional and draft.facts.may_be_null(part.value)
            if part.change is not Change.SET:
                optional = draft.facts.may_be_undefined(part.value)
            if part.change is Change.PUSH:
                yield part.value, Kind(column.name, "v.any()")
                continue
            nullable = column.nullable and part.change is Change.SET
            yield part.value, _of_column(draft, table, column, part.value, False, optional, nullable)


def _nested(draft: Draft, table: Table, part: Nested) -> Iterator[tuple[Span, Kind]]:
    relation = table.relation(part.relation)
    target = draft.schema.table(relation.table) if relation is not None else None
    if target is None:
        return
    for step in part.steps:
        values = [
            *_compared(draft, target, step.where, True),
            *_assigned(draft, target, step.data, patches=False),
            *_assigned(draft, target, step.update, patches=True),
        ]
        yield from values if part.loop is None else _in_loop(draft, part, part.loop, values)
    if part.loop is not None and part.loop.parameter is not None:
        yield part.loop.parameter, Kind(part.relation, ANYTHING, is_inner=True)


def _in_loop(
    draft: Draft, part: Nested, loop: Loop, values: Iterable[tuple[Span, Kind]]
) -> Iterator[tuple[Span, Kind]]:
    """The values of a list's elements: those that are made of an element are read where the list arrives."""
    own = set(_WORD.findall(draft.facts.text(loop.parameter))) if loop.parameter is not None else set()
    for span, kind in values:
        text = draft.facts.text(span)
        is_inner = not own.isdisjoint(_WORD.findall(text))
        if is_inner and not is_reference(text):
            raise RefusedError("CX202", f"an action would write a list of {part.relation} as well")
        yield span, replace(kind, is_inner=is_inner)


def rows_may_hold_dates(draft: Draft, table: Table, query: Query) -> bool:
    """May a list or an object hold dates that becomes rows of the table, or of those that are written with it?"""
    parts = [part for data in (query.data, query.update) if data is not None for part in data.parts]
    relations = [table.relation(part.relation) for part in parts if isinstance(part, Nested)]
    targets = [draft.schema.table(relation.table) for relation in relations if relation is not None]
    dated = [may_hold_dates(draft, each) for each in (table, *targets) if each is not None]
    return any(dated)


def _connected(draft: Draft, table: Table, part: Assignment) -> Iterator[tuple[Span, Kind]]:
    relation = table.relation(part.field)
    target = draft.schema.table(relation.table) if relation is not None else None
    column = target.field(part.key) if target is not None and part.key is not None else None
    if target is not None and column is not None:
        unsure = not is_given(draft, column, part.value)
        yield part.value, _of_column(draft, target, column, part.value, False, unsure, unsure)


def _of_column(
    draft: Draft, table: Table, column: Field, value: Span, many: bool, optional: bool, nullable: bool
) -> Kind:
    holds_id = _holds_id(draft, table, column)
    if column.type in _REFUSED and not holds_id:
        raise RefusedError("CX202", f"an action passes on {column.name}, a {column.type} column")
    known, is_id = draft.facts.id_table(value), column.type is not FieldType.DATETIME
    if known is not None:
        plain = f"v.id({draft.convex_table(draft.table(known))})"
    elif holds_id or column.type is FieldType.DATETIME:
        plain = "v.string()"
    else:
        is_id = False
        plain = validator_text_of(replace(column, nullable=False), draft.schema, draft.names)
    if many:
        plain = f"v.array({plain})"
    if nullable and known is None and plain != "v.any()":
        plain = f"v.union({plain}, v.null())"
    return Kind(column.name, f"v.optional({plain})" if optional else plain, column.type is FieldType.DATETIME, is_id)


def _holds_id(draft: Draft, table: Table, column: Field) -> bool:
    """Is it an id, whose text takes the place of numbers of any size?"""
    return column.name == table.id_field or id_target(column, draft.schema) is not None


def may_hold_dates(draft: Draft, table: Table) -> bool:
    """May an object that is passed on whole hold dates? Columns that no plain value can stand for are refused."""
    if table.document is not None:
        return True
    plain = (column for column in table.fields if not _holds_id(draft, table, column))
    refused = next((column.name for column in plain if column.type in _REFUSED), None)
    if refused is not None:
        raise RefusedError("CX202", f"an action passes on a whole object, which may hold {refused}")
    return any(column.type is FieldType.DATETIME for column in table.fields)
