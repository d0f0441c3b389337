"""Reads `aggregate`, `groupBy`, and `count` with a choice of columns.

https://www.prisma.io/docs/orm/reference/prisma-client-reference#aggregate
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ast_grep_py import SgNode

from codemods.ir.query import Aggregate, All, Condition, Function, Grouping, GroupOrder, Having, Op
from codemods.ir.table import Table
from codemods.readers.assembled import Object, Value
from codemods.readers.assembled.reading import Reading, is_undefined
from codemods.readers.literals import Property
from codemods.readers.prisma.pages import order_properties, read_columns, read_direction
from codemods.readers.prisma.where import read_operators
from codemods.source.tree import unwrap

GROUPED = frozenset({Op.AGGREGATE, Op.GROUP_BY})
FUNCTIONS: Mapping[str, Function] = {f"_{function.value}": function for function in Function}
GROUP_ARGUMENTS = frozenset({"by", "having", *FUNCTIONS})


def read_grouping(reading: Reading, op: Op, given: Mapping[str, SgNode], table: Table) -> Grouping:
    """What is computed, and for which groups."""
    if op is Op.COUNT:
        return Grouping((Aggregate(Function.COUNT, _columns(reading, given["select"], table)),))
    aggregates = tuple(_aggregate(reading, name, given[name], table) for name in FUNCTIONS if name in given)
    if op is Op.AGGREGATE:
        return Grouping(aggregates)
    by = read_columns(reading, given.get("by"), table, "by")
    if not by:
        reading.reject("groupBy: its columns are not known")
    having = tuple(_having(reading, given["having"], table)) if "having" in given else ()
    order = tuple(_order(reading, given["orderBy"], table)) if "orderBy" in given else ()
    return Grouping(aggregates, by, having, order)


def _aggregate(reading: Reading, name: str, value: SgNode, table: Table) -> Aggregate:
    if name == "_count" and unwrap(value).text() == "true":
        return Aggregate(Function.COUNT)
    return Aggregate(FUNCTIONS[name], _columns(reading, value, table))


def _columns(reading: Reading, node: SgNode, table: Table) -> tuple[str, ...]:
    """`{ _all: true, views: true }`."""
    found: list[str] = []
    for prop in reading.properties(node, "aggregate"):
        text = unwrap(prop.value).text()
        if text in ("false", "undefined"):
            continue
        if text != "true" or (prop.key != "_all" and table.field(prop.key) is None):
            reading.reject(f"aggregate: `{prop.key}`")
        found.append(prop.key)
    return tuple(found)


def _having(reading: Reading, node: SgNode, table: Table) -> Iterator[Having]:
    """`{ views: { _sum: { gt: 100 } }, authorId: { not: x } }`."""
    given = reading.value(node, "having")
    for name, value in given.entries.items() if isinstance(given, Object) else ():
        column = reading.value(value, "having")
        if table.field(name) is None or not isinstance(column, Object):
            reading.reject(f"having: `{name}`")
            continue
        for key, inner in column.entries.items():
            if key in FUNCTIONS:
                yield from _conditions(reading, table, name, reading.value(inner, "having"), FUNCTIONS[key])
        if not FUNCTIONS.keys() & column.entries.keys():
            yield from _conditions(reading, table, name, column, None)


def _conditions(
    reading: Reading, table: Table, name: str, given: Value | None, function: Function | None
) -> Iterator[Having]:
    field = table.field(name)
    part = read_operators(reading, field, given) if field is not None and isinstance(given, Object) else None
    for each in part.parts if isinstance(part, All) else (part,):
        if isinstance(each, Condition):
            yield Having(each, function)
        else:
            reading.reject(f"having: `{name}`")


def _order(reading: Reading, node: SgNode, table: Table) -> Iterator[GroupOrder]:
    """`{ authorId: "asc" }`, `{ _sum: { views: "desc" } }`."""
    for prop in order_properties(reading, node):
        if prop.key not in FUNCTIONS:
            yield from _order_key(reading, prop, table, None)
            continue
        for inner in reading.properties(prop.value, "orderBy"):
            if not is_undefined(inner.value):
                yield from _order_key(reading, inner, table, FUNCTIONS[prop.key])


def _order_key(reading: Reading, prop: Property, table: Table, function: Function | None) -> Iterator[GroupOrder]:
    if table.field(prop.key) is None or unwrap(prop.value).kind() == "object":
        reading.reject(f"orderBy: `{prop.key}` of groups")
        return
    descending = read_direction(reading, prop.value)
    if descending is not None:
        yield GroupOrder(prop.key, descending, function)
