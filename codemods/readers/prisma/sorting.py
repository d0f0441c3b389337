"""Reads an `orderBy` that is only known at run time: `{ [sortBy]: order }`, `{ createdAt: order }`, chosen objects."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.ir.query import Sort, SortKey, SortWhen
from codemods.ir.table import Table
from codemods.readers.assembled import Choice, Items, Object, Value
from codemods.readers.assembled.reading import Reading, is_undefined
from codemods.readers.prisma.pages import direction_of
from codemods.source.span import Span
from codemods.source.tree import unwrap


def read_sorting(reading: Reading, given: Value, table: Table) -> tuple[SortKey, ...] | None:
    """The keys of the order, None when it is written out."""
    value = reading.value(given, "orderBy", computed=True)
    if not _is_open(reading, value, table):
        return None
    return tuple(key for each in _parts(value) for key in _keys(reading, each, table) if key is not None)


def _parts(value: Value | None) -> tuple[Value | None, ...]:
    return value.items if isinstance(value, Items) else (value,)


def _is_open(reading: Reading, value: Value | None, table: Table) -> bool:
    match value:
        case Choice():
            return True
        case Object(entries, computed):
            columns = [each for name, each in entries.items() if table.field(name) is not None]
            return computed is not None or any(_is_open_direction(reading, each) for each in columns)
        case Items(items):
            return any(_is_open(reading, reading.value(each, "orderBy", computed=True), table) for each in items)
        case _:
            return False


def _is_open_direction(reading: Reading, value: Value) -> bool:
    if not isinstance(value, SgNode):
        return True
    return unwrap(value).kind() != "object" and direction_of(reading, value) is None and not is_undefined(value)


def _keys(reading: Reading, given: Value | None, table: Table) -> list[SortKey | None]:
    value = reading.value(given, "orderBy", computed=True)
    match value:
        case None:
            return []
        case Object(computed=(key, direction)):
            return [Sort(reading.span(key), _direction(reading, direction))]
        case Object(entries):
            return [_key(reading, name, each, table) for name, each in entries.items()]
        case Choice(test, then, otherwise):
            case_span = reading.span(test.case) if test.case is not None else None
            sides = [_side(reading, each, table) for each in (then, otherwise)]
            return [SortWhen(reading.span(test.node), sides[0], sides[1], case_span, test.is_loose)]
        case _:
            reading.reject("orderBy: built elsewhere")
            return []


def _side(reading: Reading, given: Value | None, table: Table) -> SortKey | None:
    keys = [
        key for each in _parts(reading.value(given, "orderBy", computed=True)) for key in _keys(reading, each, table)
    ]
    if len(keys) > 1:
        reading.reject("orderBy: several keys that are chosen at run time")
    return keys[0] if keys else None


def _key(reading: Reading, name: str, given: Value, table: Table) -> SortKey | None:
    value = reading.value(given, "orderBy")
    if isinstance(value, Choice):
        case = reading.span(value.test.case) if value.test.case is not None else None
        then, otherwise = (
            _key(reading, name, each, table) if each is not None else None for each in (value.then, value.otherwise)
        )
        return SortWhen(reading.span(value.test.node), then, otherwise, case, value.test.is_loose)
    field = table.field(name)
    if field is None or field.is_list or not isinstance(value, SgNode) or unwrap(value).kind() == "object":
        reading.reject(f"orderBy: `{name}` beside what is chosen at run time")
        return None
    return Sort(name, _direction(reading, value))


def _direction(reading: Reading, value: SgNode) -> bool | Span:
    known = direction_of(reading, value)
    return reading.span(value) if known is None else known == "desc"
