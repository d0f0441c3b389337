"""Reads `orderBy`: columns, and columns within `asc(…)` and `desc(…)`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.ir.query import Order, Sort, SortKey, SortWhen
from codemods.ir.sql import Dialect
from codemods.readers.assembled import Choice, Items, Value
from codemods.readers.assembled.reading import shortened
from codemods.readers.drizzle.scope import Scope, returned
from codemods.source.tree import arguments, unwrap

Key = Order | SortWhen


def read_order(scope: Scope, given: list[SgNode]) -> tuple[tuple[Order, ...], tuple[SortKey, ...]]:
    """The keys of an order that is written out, or of one that is only known at run time."""
    keys: list[Key] = []
    for node in given:
        inner, callback = returned(node)
        keys += _keys(scope.within(callback) if callback is not None else scope, inner)
    if not any(isinstance(key, SortWhen) for key in keys):
        return tuple(key for key in keys if isinstance(key, Order)), ()
    return (), tuple(key if isinstance(key, SortWhen) else _sort(scope, key) for key in keys)


def _keys(scope: Scope, given: Value | None) -> list[Key]:
    value = scope.reading.value(given, "orderBy")
    match value:
        case None:
            return []
        case Items(items):
            return [key for each in items for key in _keys(scope, each)]
        case Choice():
            key = _chosen(scope, value)
            return [key] if key is not None else []
        case SgNode():
            key = _key(scope, unwrap(value))
            return [key] if key is not None else []
        case _:
            scope.reading.reject("orderBy: built elsewhere")
            return []


def _key(scope: Scope, node: SgNode) -> Key | None:
    if node.kind() == "ternary_expression":
        return _ternary(scope, node)
    name = scope.operator(node)
    given = arguments(node) if name in ("asc", "desc") else []
    column = scope.column(given[0] if given else node)
    if column is None:
        scope.reading.reject(f"orderBy: `{shortened(node.text())}`")
        return None
    descending = name == "desc"
    nulls = None if scope.own.sql is Dialect.POSTGRES else not descending
    return Order(column.field, descending, nulls_first=nulls, source=column.source)


def _ternary(scope: Scope, node: SgNode) -> Key | None:
    """`order === "asc" ? users.name : users.email`."""
    test, then, otherwise = (node.field(name) for name in ("condition", "consequence", "alternative"))
    assert test is not None and then is not None and otherwise is not None
    sides = [_sort_key(scope, _key(scope, unwrap(side))) for side in (then, otherwise)]
    return SortWhen(scope.reading.span(unwrap(test)), sides[0], sides[1])


def _chosen(scope: Scope, choice: Choice) -> Key | None:
    sides: list[SortKey | None] = []
    for side in (choice.then, choice.otherwise):
        keys = _keys(scope, side)
        if len(keys) > 1:
            scope.reading.reject("orderBy: several keys that are chosen at run time")
        sides.append(_sort_key(scope, keys[0]) if keys else None)
    test = choice.test
    case = scope.reading.span(test.case) if test.case is not None else None
    return SortWhen(scope.reading.span(test.node), sides[0], sides[1], case, test.is_loose)


def _sort_key(scope: Scope, key: Key | None) -> SortKey | None:
    return _sort(scope, key) if isinstance(key, Order) else key


def _sort(scope: Scope, key: Order) -> Sort:
    field = scope.own.field(key.field)
    if key.source:
        scope.reading.reject("orderBy: a joined column that is chosen at run time")
    if key.nulls_first is not None and field is not None and field.nullable:
        scope.reading.reject(f"orderBy: `{key.field}`, which may be null, chosen at run time")
    return Sort(key.field, key.descending)
