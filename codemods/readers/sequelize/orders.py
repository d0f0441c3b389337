"""Reads the order of rows, which of them are wanted, and which columns.

https://sequelize.org/docs/v6/core-concepts/model-querying-basics/#ordering-and-grouping
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ast_grep_py import SgNode

from codemods.ir.query import NumberWhen, Order, Page, Sort, SortKey, SortWhen
from codemods.ir.table import RelationKind, Table
from codemods.readers.assembled import Choice, Items, Object, Value
from codemods.readers.assembled.reading import Reading, shortened
from codemods.readers.literals import literal_of
from codemods.source.span import Span
from codemods.source.tree import named, string_value, unwrap

_DIRECTIONS: Mapping[str, bool] = {"ASC": False, "DESC": True}
_TO_ONE = (RelationKind.BELONGS_TO, RelationKind.HAS_ONE)


def read_page(reading: Reading, given: Mapping[str, Value]) -> Page:
    """`limit` and `offset`, each perhaps under a test."""
    return Page(_number(reading, given.get("limit"), "limit"), _number(reading, given.get("offset"), "offset"))


def _number(reading: Reading, given: Value | None, part: str) -> Span | NumberWhen | None:
    value = reading.value(given, part)
    match value:
        case None:
            return None
        case SgNode():
            return None if unwrap(value).text() in ("null", "undefined") else reading.span(value)
        case Choice(test, SgNode() as number, None) | Choice(test, None, SgNode() as number):
            case = reading.span(test.case) if test.case is not None else None
            held = value.then is not None
            return NumberWhen(reading.span(test.node), reading.span(number), held, case, test.is_loose)
        case _:
            reading.reject(f"{part}: built elsewhere")
            return None


def read_order(reading: Reading, given: Value, table: Table) -> tuple[tuple[Order, ...], tuple[SortKey, ...]]:
    """The keys of `order`, and instead of them those that are only known at run time."""
    found = _keys(reading, given, table)
    if all(isinstance(key, Order) for key in found):
        return tuple(key for key in found if isinstance(key, Order)), ()
    made = [_sort(reading, key) if isinstance(key, Order) else key for key in found]
    return (), tuple(key for key in made if key is not None)


def _sort(reading: Reading, key: Order) -> Sort | None:
    if key.path:
        reading.reject("order: by a related row beside what is chosen at run time")
        return None
    return Sort(key.field, key.descending)


def _keys(reading: Reading, given: Value, table: Table) -> list[Order | SortKey]:
    value = reading.value(given, "order")
    match value:
        case None:
            return []
        case Choice():
            chosen = _chosen(reading, value, table)
            return [chosen] if chosen is not None else []
        case Items(items):
            found = [_key(reading, item, table) for item in items]
            return [key for key in found if key is not None]
        case SgNode() if string_value(unwrap(value)) is not None:
            key = _key(reading, value, table)
            return [key] if key is not None else []
        case _:
            reading.reject("order: built elsewhere")
            return []


def _chosen(reading: Reading, choice: Choice, table: Table) -> SortWhen | None:
    sides: list[SortKey | None] = []
    for side in (choice.then, choice.otherwise):
        keys = _keys(reading, side, table) if side is not None else []
        if len(keys) > 1:
            reading.reject("order: several keys that are chosen at run time")
        key = keys[0] if keys else None
        sides.append(_sort(reading, key) if isinstance(key, Order) else key)
    test = choice.test
    case = reading.span(test.case) if test.case is not None else None
    return SortWhen(reading.span(test.node), sides[0], sides[1], case, test.is_loose)


def _key(reading: Reading, given: Value, table: Table) -> Order | SortKey | None:
    """`"name"`, `["name", "DESC"]`, `["author", "name", "DESC"]`, `[sortBy, direction]`."""
    value = reading.value(given, "order")
    parts = list(value.items) if isinstance(value, Items) else [value]
    nodes = [part for part in parts if isinstance(part, SgNode)]
    if isinstance(value, Choice):
        return _chosen(reading, value, table)
    if not nodes or len(nodes) != len(parts):
        reading.reject("order: built elsewhere")
        return None
    descending = _direction(nodes[-1])
    if descending is not None:
        nodes = nodes[:-1]
    if len(nodes) == 2 and descending is None and table.relation(_name(reading, nodes[0]) or "") is None:
        return _open(reading, nodes[0], nodes[1], table)
    path: list[str] = []
    owner: Table | None = table
    for node in nodes[:-1]:
        relation = owner.relation(_name(reading, node) or "") if owner is not None else None
        if relation is None or relation.kind not in _TO_ONE:
            reading.reject(f"order: by `{shortened(node.text())}`")
            return None
        path.append(relation.field)
        owner = reading.table(relation.table)
    last = _name(reading, nodes[-1]) if nodes else None
    if last is None and not path and nodes:
        return _open(reading, nodes[-1], None, table, descending or False)
    if last is None or owner is None or owner.field(last) is None:
        reading.reject(f"order: by `{shortened(nodes[-1].text()) if nodes else ''}`")
        return None
    return Order(last, descending or False, tuple(path))


def _open(
    reading: Reading, column: SgNode, direction: SgNode | None, table: Table, descending: bool = False
) -> Sort | None:
    """A column or a direction that is only known at run time."""
    name = _name(reading, column)
    if (name is not None and table.field(name) is None) or unwrap(column).kind() in ("call_expression", "object"):
        reading.reject(f"order: by `{shortened(column.text())}`")
        return None
    turned: bool | Span = descending if direction is None else reading.span(direction)
    return Sort(name if name is not None else reading.span(column), turned)


def _name(reading: Reading, node: SgNode) -> str | None:
    return string_value(literal_of(reading.file, node, ("string",)))


def _direction(node: SgNode) -> bool | None:
    text = string_value(unwrap(node))
    return _DIRECTIONS.get(text.upper()) if text is not None else None


def read_attributes(reading: Reading, given: Value, table: Table) -> tuple[str, ...] | None:
    """The columns that are shown: a list, or all but those of `{ exclude: [ … ] }`; None for all."""
    value = reading.value(given, "attributes")
    every = tuple(field.name for field in table.fields)
    if isinstance(value, Object):
        unknown = value.entries.keys() - {"exclude"}
        if unknown:
            reading.reject(f"attributes: {', '.join(sorted(unknown))}")
            return None
        left = set(_names(reading, value.entries["exclude"])) if "exclude" in value.entries else set()
        return tuple(name for name in every if name not in left) if left else None
    names = tuple(_names(reading, value)) if value is not None else every
    unknown_names = [name for name in names if name not in every]
    if unknown_names:
        reading.reject(f"attributes: unknown column `{unknown_names[0]}`")
    return names if value is not None else None


def _names(reading: Reading, given: Value) -> Iterator[str]:
    value = reading.value(given, "attributes")
    items = value.items if isinstance(value, Items) else ()
    if not isinstance(value, Items):
        literal = literal_of(reading.file, value, ("array",)) if isinstance(value, SgNode) else None
        if literal is None:
            reading.reject("attributes: built elsewhere")
        items = tuple(named(literal)) if literal is not None else ()
    for item in items:
        text = string_value(unwrap(item)) if isinstance(item, SgNode) else None
        if text is None:
            reading.reject("attributes: a column that is computed or renamed")
        else:
            yield text
