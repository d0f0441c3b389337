"""Reads `orderBy`: columns, and columns within `asc(…)` and `desc(…)`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.ir.query import Order, Picked, Sort, SortKey, SortWhen
from codemods.ir.sql import Dialect
from codemods.readers.assembled import Choice, Items, Value
from codemods.readers.assembled.reading import shortened
from codemods.readers.drizzle.lookups import lookup_of
from codemods.readers.drizzle.scope import Scope, returned
from codemods.source.tree import arguments, unwrap

Key = Order | SortKey


def read_order(scope: Scope, given: list[SgNode]) -> tuple[tuple[Order, ...], tuple[SortKey, ...]]:
    """The keys of an order that is written out, or of one that is only known at run time."""
    keys: list[Key] = []
    for node in given:
        inner, callback = returned(node)
        keys += _keys(scope.within(callback) if callback is not None else scope, inner)
    if all(isinstance(key, Order) for key in keys):
        return tuple(key for key in keys if isinstance(key, Order)), ()
    return (), tuple(_sort(scope, key) if isinstance(key, Order) else key for key in keys)


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
    return _by(scope, scope.reading.value(given[0] if given else node, "orderBy"), name == "desc", node)


def _by(scope: Scope, value: Value | None, descending: bool, whole: SgNode) -> Key | None:
    """The key of a column, or of columns between which is chosen."""
    match value:
        case Choice():
            sides = [_sort_key(scope, _by(scope, side, descending, whole)) for side in (value.then, value.otherwise)]
            return _when(scope, value, sides[0], sides[1])
        case SgNode():
            column = scope.column(value)
            nulls = None if scope.own.sql is Dialect.POSTGRES else not descending
            if column is not None:
                return Order(column.field, descending, nulls_first=nulls, source=column.source)
            picked = _picked(scope, unwrap(value))
            if picked is not None:
                return Sort(picked, descending)
    scope.reading.reject(f"orderBy: `{shortened(whole.text())}`")
    return None


def _picked(scope: Scope, node: SgNode) -> Picked | None:
    reading = scope.reading
    workspace = reading.workspace
    found = lookup_of(workspace, scope.references, reading.file, node) if workspace is not None else None
    if found is None:
        return None
    named = [column for _, column in found.columns] + ([found.otherwise] if found.otherwise is not None else [])
    if any(table != scope.own.name for table, _ in named):
        return None
    for _, column in named:
        _check_nulls(scope, column)
    otherwise = found.otherwise[1] if found.otherwise is not None else None
    return Picked(reading.span(found.key), tuple((name, column) for name, (_, column) in found.columns), otherwise)


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
    return _when(scope, choice, sides[0], sides[1])


def _when(scope: Scope, choice: Choice, then: SortKey | None, otherwise: SortKey | None) -> SortWhen:
    test = choice.test
    case = scope.reading.span(test.case) if test.case is not None else None
    return SortWhen(scope.reading.span(test.node), then, otherwise, case, test.is_loose)


def _sort_key(scope: Scope, key: Key | None) -> SortKey | None:
    return _sort(scope, key) if isinstance(key, Order) else key


def _sort(scope: Scope, key: Order) -> Sort:
    if key.source:
        scope.reading.reject("orderBy: a joined column that is chosen at run time")
    else:
        _check_nulls(scope, key.field)
    return Sort(key.field, key.descending)


def _check_nulls(scope: Scope, column: str) -> None:
    """Where nulls stand is PostgreSQL's order in an order that is chosen at run time."""
    field = scope.own.field(column)
    if scope.own.sql is not Dialect.POSTGRES and (field is None or field.nullable):
        scope.reading.reject(f"orderBy: `{column}`, which may be null, chosen at run time")
