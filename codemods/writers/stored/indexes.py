"""Which index serves a query, and which indexes a table has."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from codemods.ir.query import Order
from codemods.ir.table import RelationKind, Schema, Table
from codemods.writers.names import SchemaNames, index_name
from codemods.writers.stored.fields import is_ordered

CREATION = "_creationTime"
MOST_FIELDS = 16
"""How many fields an index may have: https://docs.convex.dev/production/state/limits"""


@dataclass(frozen=True, slots=True)
class Choice:
    """The index of a query: source fields compared for equality, a range field, the order that it yields.

    `fields` is empty for a table scan. `sort` lists the keys that remain to be sorted in memory, with CREATION for
    the order in which rows came to be.
    """

    fields: tuple[str, ...]
    equal: tuple[str, ...] = ()
    between: str | None = None
    descending: bool = False
    sort: tuple[Order, ...] = ()


def choose(
    table: Table, equal: Collection[str], between: Sequence[str], order: Sequence[Order], bounded: bool
) -> Choice:
    """The index for equalities, then a range, then an order.

    `between` lists fields with range conditions that an index can serve; `bounded` says that only the first rows are
    wanted, so that an index is better than a sort.
    """
    fixed = canonical(table, equal)[:MOST_FIELDS]
    keys = _keys(table, order, fixed)
    descending = bool(keys) and keys[0].descending
    creation = [key for key in keys if key.field == CREATION]
    if not fixed and between and (not keys or keys[0].field not in between):
        chosen = between[0]
        return Choice((chosen,), (), chosen, False, tuple(keys) or (Order(CREATION, False),))
    if len(creation) == len(keys):
        return Choice(fixed, fixed, None, descending)
    served = _is_served(table, keys) and (bounded or not fixed) and len(fixed) + len(keys) <= MOST_FIELDS
    if not served:
        return Choice(fixed, fixed, None, False, tuple(keys))
    ordered = tuple(key.field for key in keys if key.field != CREATION)
    return Choice((*fixed, *ordered), fixed, ordered[0] if ordered[0] in between else None, descending)


def canonical(table: Table, fields: Collection[str]) -> tuple[str, ...]:
    """One order for a set of index fields: foreign keys last, since those have an index of their own.

    An index that starts with a foreign key would repeat that one (`@convex-dev/no-duplicate-indexes`).
    """
    alone = {field.name for field in table.fields if field.references is not None}
    listed = [field.name for field in table.fields if field.name in fields]
    return tuple(sorted(listed, key=lambda name: name in alone))


def unique_sets(table: Table) -> tuple[tuple[str, ...], ...]:
    """The field sets that are unique and stored: the generated key is not among them."""
    sets = [*table.uniques] if table.generated_id else [table.primary_key, *table.uniques]
    found: dict[tuple[str, ...], None] = {}
    for fields in sets:
        if fields and table.id_field not in fields:
            found.setdefault(canonical(table, fields))
    return tuple(found)


def foreign_keys(table: Table) -> tuple[tuple[str, ...], ...]:
    """The field sets that refer to other rows."""
    keys = [(field.name,) for field in table.fields if field.references is not None]
    belongs = [relation.fields for relation in table.relations if relation.kind is RelationKind.BELONGS_TO]
    every = [*keys, *(canonical(table, fields) for fields in belongs if fields)]
    return tuple(dict.fromkeys(covering(table, fields) for fields in every))


def covering(table: Table, fields: tuple[str, ...]) -> tuple[str, ...]:
    """The index that finds rows by these columns.

    Nobody asks for the order of rows that only connect others, so that the index of both keys serves the first as well.
    """
    return table.primary_key if table.is_join and fields == table.primary_key[:1] else fields


def standing_indexes(schema: Schema, names: SchemaNames) -> frozenset[tuple[str, tuple[str, ...]]]:
    """The indexes that every table gets: unique sets and foreign keys."""
    found = set()
    for table in schema.tables:
        for fields in (*unique_sets(table), *foreign_keys(table)):
            found.add((table.name, tuple(names.field(table, field) for field in fields)))
    return frozenset(found)


def index_of(table: Table, fields: Collection[str], names: SchemaNames) -> tuple[str, tuple[str, ...]]:
    """The name and Convex fields of the index over a set of source fields."""
    stored = tuple(names.field(table, field) for field in covering(table, canonical(table, fields)))
    return index_name(stored), stored


def _keys(table: Table, order: Sequence[Order], fixed: Collection[str]) -> list[Order]:
    """The keys that matter: none that is fixed by equality, nothing after the generated key."""
    keys: list[Order] = []
    for key in order:
        if key.path or key.counts:
            keys.append(key)
        elif key.field in (table.id_field, CREATION):
            return [*keys, Order(CREATION, key.descending)]
        elif key.field not in fixed and all(known.field != key.field or known.path for known in keys):
            keys.append(key)
    return keys


def _is_served(table: Table, keys: Sequence[Order]) -> bool:
    if len({key.descending for key in keys}) != 1:
        return False
    return all(_is_served_key(table, key) for key in keys if key.field != CREATION)


def _is_served_key(table: Table, key: Order) -> bool:
    """An index puts nulls first, and last in descending order."""
    field = table.field(key.field)
    if key.path or key.counts or field is None:
        return False
    as_stored = field.nullable and key.nulls_first is not None and key.nulls_first is not key.descending
    return is_ordered(replace(field, nullable=False) if as_stored else field)
