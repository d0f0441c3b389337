"""Rows in an order that no index gives: sorted by columns, or by what is found behind relations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codemods.ir.query import Order
from codemods.ir.table import FieldType, Table
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, arrow, call, listed
from codemods.writers.queries.draft import Draft
from codemods.writers.stored.fields import column_of, members_of
from codemods.writers.stored.indexes import CREATION


def in_order(draft: Draft, table: Table, docs: Doc, order: Sequence[Order]) -> Doc:
    """A promise of the rows, sorted."""
    if not any(key.path or key.counts or _is_decimal(table, key.field) for key in order):
        return call(draft.library("sorted"), docs, *(_sort_key(draft, table, key) for key in order))
    keys = [_computed_key(draft, table, key) for key in order]
    return call(draft.library("sortedBy"), docs, *keys)


def check_order(draft: Draft, table: Table, order: Sequence[Order]) -> None:
    """Refuse keys that stored values do not sort by."""
    for key in order:
        owner = table
        for name in key.path:
            relation = owner.relation(name)
            owner = draft.table(relation.table if relation is not None else None)
        if key.counts or key.field == owner.id_field:
            continue
        field = owner.field(key.field)
        if field is None:
            raise RefusedError("CX301", f"no column {key.field} in {owner.name}")
        unsortable = field.type not in (FieldType.ENUM, FieldType.DECIMAL) and not column_of(field).ordered
        if field.is_list or unsortable:
            raise RefusedError("CX301", f"order by {key.field}, a {'list' if field.is_list else field.type} column")


def turned(table: Table, order: Sequence[Order]) -> tuple[Order, ...]:
    """The order from its end; rows without an order stand in that of their creation."""
    keys = order or (Order(table.id_field or CREATION, False),)
    return tuple(
        replace(
            key,
            descending=not key.descending,
            nulls_first=None if key.nulls_first is None else not key.nulls_first,
        )
        for key in keys
    )


def direction_of(key: Order) -> str:
    """How a key sorts, for the library."""
    nulls = "" if key.nulls_first is None else " nulls first" if key.nulls_first else " nulls last"
    return f'"{"desc" if key.descending else "asc"}{nulls}"'


def _sort_key(draft: Draft, table: Table, key: Order) -> Doc:
    if key.field in (CREATION, table.id_field):
        return listed("[", [f'"{CREATION}"', direction_of(key)], "]")
    name = f'"{draft.names.field(table, key.field)}"'
    return listed("[", [name, direction_of(key), *_values(draft, table, key.field)], "]")


def _values(draft: Draft, table: Table, name: str) -> list[Doc]:
    """The members of an enum, which sort as they are declared."""
    field = table.field(name)
    members = members_of(field, draft.schema) if field else ()
    return [listed("[", [f'"{member}"' for member in members], "]")] if members else []


def _computed_key(draft: Draft, table: Table, key: Order) -> Doc:
    owner = table
    for name in key.path:
        relation = owner.relation(name)
        owner = draft.table(relation.table if relation is not None else None)
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        value = arrow(f"({row})", _value(draft, table, row, key))
    return listed("[", [value, direction_of(key), *([] if key.counts else _values(draft, owner, key.field))], "]")


def _value(draft: Draft, table: Table, row: str, key: Order) -> Doc:
    """What a row sorts by: its column, or that of a row which it leads to."""
    if key.path:
        relation = table.relation(key.path[0])
        assert relation is not None
        target = draft.table(relation.table)
        with draft.scope():
            other = draft.fresh(draft.names.of(target.name).row)
            inner = arrow(f"({other})", _value(draft, target, other, replace(key, path=key.path[1:])))
        return draft.relations.first_value(draft, table, row, relation, inner)
    if key.counts:
        relation = table.relation(key.field)
        assert relation is not None
        return draft.relations.count(draft, table, row, relation)
    if key.field in (CREATION, table.id_field):
        return f"{row}.{CREATION}"
    access = f"{row}.{draft.names.field(table, key.field)}"
    return call(draft.library("units"), access) if _is_decimal(table, key.field) else access


def _is_decimal(table: Table, name: str) -> bool:
    """Decimal numbers are stored as text, which sorts otherwise."""
    field = table.field(name)
    return field is not None and field.type is FieldType.DECIMAL
