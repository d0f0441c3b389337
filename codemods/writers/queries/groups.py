"""Sums, averages and counts over rows, for all of them or group by group."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.ir.query import (
    EVERYTHING,
    Aggregate,
    Compare,
    Function,
    Grouping,
    GroupOrder,
    Having,
    Order,
    Query,
    Result,
)
from codemods.ir.table import Field, FieldType, Table
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, arrow, call, listed, record
from codemods.writers.queries.access import source_of
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.pages import paged
from codemods.writers.queries.predicates import SIGNS
from codemods.writers.queries.sources import Source, limits_of, sliced, unordered
from codemods.writers.stored.fields import column_of, members_of

_NUMBERS = frozenset({FieldType.INT, FieldType.FLOAT})
_LIBRARY = {Function.SUM: "sumOf", Function.AVG: "averageOf", Function.MIN: "minOf", Function.MAX: "maxOf"}


def aggregate(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`prisma.post.aggregate({ _sum: { views: true } })`."""
    assert query.grouping is not None
    docs = _rows(draft, table, query)
    with draft.scope():
        rows = draft.fresh("docs")
        if query.result is Result.NUMBER:
            [one] = query.grouping.aggregates
            value = _value(draft, table, rows, one.function, one.fields[0])
            return draft.apart(call((docs, ".then"), arrow(f"({rows})", value)))
        made = record(_results(draft, table, rows, query.grouping.aggregates))
    return draft.apart(call((docs, ".then"), (f"({rows}) => (", made, ")")))


def counted(draft: Draft, table: Table, docs: Doc, grouping: Grouping) -> Doc:
    """`count({ select: { _all: true, name: true } })`."""
    [chosen] = grouping.aggregates
    with draft.scope():
        rows = draft.fresh("docs")
        made = record([(f"{name}: ", _count(draft, table, rows, name)) for name in chosen.fields])
    return call((docs, ".then"), (f"({rows}) => (", made, ")"))


def group_by(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`prisma.post.groupBy({ by: ["authorId"], _count: true })`."""
    grouping = query.grouping
    assert grouping is not None
    if query.page.cursor is not None or query.page.distinct or query.page.backwards:
        raise RefusedError("CX301", "groupBy from a cursor or from the end")
    source = unordered(source_of(draft, table, query.where))
    docs = paged(draft, table, (), EVERYTHING, lambda order, bounded: source)
    keys = [f'"{draft.names.field(table, name)}"' for name in grouping.by]
    groups = call(draft.library("groupsOf"), docs, *keys)
    with draft.scope():
        rows = draft.fresh("docs")
        if grouping.having:
            tests = [_having(draft, table, rows, each) for each in grouping.having]
            groups = call(draft.library("onlyThose"), groups, arrow(f"({rows})", _all(tests)))
        if grouping.order:
            order = [_order(draft, table, rows, key) for key in grouping.order]
            groups = call(draft.library("sortedBy"), groups, *order)
        groups = sliced(draft, groups, limits_of(draft, query.page))
        items: list[Doc] = [(f"{name}: ", _key(draft, table, rows, name)) for name in grouping.by]
        made = record([*items, *_results(draft, table, rows, grouping.aggregates)])
    return draft.apart(call(draft.library("rows"), groups, (f"({rows}) => (", made, ")")))


def _rows(draft: Draft, table: Table, query: Query) -> Doc:
    is_page = query.page != EVERYTHING

    def find(order: Sequence[Order], bounded: bool) -> Source:
        source = source_of(draft, table, query.where, order, (), bounded)
        return source if is_page else unordered(source)

    return paged(draft, table, query.order if is_page else (), query.page, find)


def _results(draft: Draft, table: Table, rows: str, aggregates: tuple[Aggregate, ...]) -> list[Doc]:
    items: list[Doc] = []
    for each in aggregates:
        if each.function is Function.COUNT and not each.fields:
            items.append(f"_count: {rows}.length")
            continue
        made = [(f"{name}: ", _value(draft, table, rows, each.function, name)) for name in each.fields]
        items.append((f"_{each.function}: ", record(made)))
    return items


def _value(draft: Draft, table: Table, rows: str, function: Function, name: str) -> Doc:
    """The value of a function as the code sees it."""
    if function is Function.COUNT:
        return _count(draft, table, rows, name)
    field = _column(table, name)
    found = _computed(draft, table, rows, function, field)
    return _shown(draft, field, found) if function in (Function.MIN, Function.MAX) else found


def _computed(draft: Draft, table: Table, rows: str, function: Function, field: Field) -> Doc:
    """The value of a function as it is stored."""
    stored = f'"{draft.names.field(table, field.name)}"'
    if function is Function.SUM and field.type is FieldType.DECIMAL and not field.is_list:
        return call(draft.library("sumOfDecimals"), rows, stored)
    if function in (Function.SUM, Function.AVG):
        if field.type not in _NUMBERS and not (field.type is FieldType.BIGINT and function is Function.SUM):
            raise RefusedError("CX301", f"{function} of {field.name}, a {field.type} column")
    elif field.is_list or not column_of(field).ordered:
        raise RefusedError("CX301", f"{function} of {field.name}, a {field.type} column")
    return call(draft.library(_LIBRARY[function]), rows, stored)


def _count(draft: Draft, table: Table, rows: str, name: str) -> Doc:
    """Rows, or those that have a value in a column."""
    field = None if name in ("_all", table.id_field) else _column(table, name)
    if field is None or not field.nullable:
        return f"{rows}.length"
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
    test = arrow(f"({row})", f"{row}.{draft.names.field(table, name)} !== null")
    return (call(f"{rows}.filter", test), ".length")


def _column(table: Table, name: str) -> Field:
    field = table.field(name)
    if field is None or name == table.id_field:
        raise RefusedError("CX301", f"no column {name} in {table.name} to compute with")
    return field


def _key(draft: Draft, table: Table, rows: str, name: str) -> Doc:
    field = table.field(name)
    access = f"{rows}[0].{draft.names.field(table, name)}"
    return access if field is None or name == table.id_field else _shown(draft, field, access)


def _shown(draft: Draft, field: Field, stored: Doc) -> Doc:
    """A stored value as the code sees it, which a date is only where no function boundary lies between."""
    convert = column_of(field).to_row
    if convert and draft.in_action:
        raise RefusedError("CX202", f"an action would be given {field.name}, a {field.type} column")
    return call(draft.library(convert), stored) if convert else stored


def _having(draft: Draft, table: Table, rows: str, having: Having) -> Doc:
    condition = having.condition
    field = _column(table, condition.field)
    sign = SIGNS.get(condition.op)
    if sign is None or draft.facts.is_null(condition.value) or draft.facts.may_be_undefined(condition.value):
        raise RefusedError("CX301", f"having: {condition.op} of {condition.field}")
    value = draft.closed(condition.value, field.name)
    if having.function is None:
        found = f"{rows}[0].{draft.names.field(table, field.name)}"
        test: Doc = (found, f" {sign} ", draft.stored(table, field, condition.value, value, cast=False))
        return (found, " !== null && ", test) if field.nullable else test
    if having.function is Function.COUNT:
        return (_count(draft, table, rows, field.name), f" {sign} ", value)
    if field.type not in _NUMBERS or condition.op is Compare.NE:
        raise RefusedError("CX301", f"having: {condition.op} of the {having.function} of {condition.field}")
    return ("(", _computed(draft, table, rows, having.function, field), f" ?? NaN) {sign} ", value)


def _all(tests: list[Doc]) -> Doc:
    joined: list[Doc] = []
    for test in tests:
        joined += [" && ", test] if joined else [test]
    return tuple(joined)


def _order(draft: Draft, table: Table, rows: str, key: GroupOrder) -> Doc:
    direction = f'"{"desc" if key.descending else "asc"}"'
    values: list[Doc] = []
    if key.function is Function.COUNT:
        found = _count(draft, table, rows, key.field)
    elif key.function is not None:
        column = _column(table, key.field)
        found = _computed(draft, table, rows, key.function, column)
        found = call(draft.library("units"), found) if column.type is FieldType.DECIMAL else found
    else:
        field = _column(table, key.field)
        if not column_of(field).ordered and field.type is not FieldType.ENUM:
            raise RefusedError("CX301", f"order by {key.field}, a {field.type} column")
        found = f"{rows}[0].{draft.names.field(table, field.name)}"
        members = members_of(field, draft.schema)
        values = [listed("[", [f'"{member}"' for member in members], "]")] if members else []
    return listed("[", [arrow(f"({rows})", found), direction, *values], "]")
