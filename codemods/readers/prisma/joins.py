"""The tables behind implicit many-to-many relations, which Prisma keeps out of the schema file.

https://www.prisma.io/docs/orm/prisma-schema/data-model/relations/many-to-many-relations#implicit-many-to-many-relations
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from codemods.ir.table import DefaultKind, Field, OnDelete, Relation, RelationKind, Table


def with_joins(tables: Iterable[Table]) -> tuple[Table, ...]:
    """The tables, their many-to-many relations knowing the table that connects, and those tables behind them."""
    known = {table.name: table for table in tables}
    joins: dict[tuple[str, ...], Table] = {}
    for table in known.values():
        for relation in table.relations:
            if relation.kind is RelationKind.MANY_TO_MANY and (other := _other_side(table, relation, known)):
                key = tuple(sorted([f"{table.name}.{relation.field}", f"{relation.table}.{other.field}"]))
                if key not in joins:
                    taken = {*known, *(join.name for join in joins.values())}
                    joins[key] = _join(table, relation, known[relation.table], other, taken)
    linked = [replace(table, relations=tuple(_through(table, joins))) for table in known.values()]
    return (*linked, *joins.values())


def _other_side(table: Table, relation: Relation, known: Mapping[str, Table]) -> Relation | None:
    """The relation that leads back. Both tables need a key of one column, by which rows are connected."""
    target = known.get(relation.table)
    if target is None or len(table.primary_key) != 1 or len(target.primary_key) != 1:
        return None
    return next(
        (
            back
            for back in target.relations
            if back.kind is RelationKind.MANY_TO_MANY
            and (back.table, back.name) == (table.name, relation.name)
            and (target.name, back.field) != (table.name, relation.field)
        ),
        None,
    )


def _join(table: Table, relation: Relation, target: Table, other: Relation, taken: set[str]) -> Table:
    is_own = table.name == target.name
    here = _column(table, other.field.removesuffix("s") if is_own else table.name)
    there = _column(target, relation.field.removesuffix("s") if is_own else target.name)
    name = relation.name or f"{table.name}{target.name}"
    name = name[:1].upper() + name[1:]
    while name in taken:
        name += "Link"
    return Table(
        name=name,
        fields=(here, there),
        relations=(
            Relation(relation.field, RelationKind.BELONGS_TO, table.name, (here.name,), table.primary_key, True),
            Relation(other.field, RelationKind.BELONGS_TO, target.name, (there.name,), target.primary_key, True),
        ),
        primary_key=(here.name, there.name),
        generated_id=False,
        uniques=(),
        indexes=(),
        place=table.place,
        stored_name=f"_{relation.name or 'To'.join(sorted([table.name, target.name]))}",
        is_join=True,
    )


def _column(table: Table, called: str) -> Field:
    """The key of a row, named for what the row is called."""
    [key] = table.primary_key
    column = table.field(key)
    assert column is not None
    return replace(
        column,
        name=f"{called[:1].lower()}{called[1:]}{key[:1].upper()}{key[1:]}",
        default_kind=DefaultKind.NONE,
        default=None,
        references=(table.name, key),
        on_delete=OnDelete.CASCADE,
    )


def _through(table: Table, joins: Mapping[tuple[str, ...], Table]) -> Iterator[Relation]:
    for relation in table.relations:
        own = f"{table.name}.{relation.field}"
        key = next((key for key in joins if own in key), None)
        if relation.kind is not RelationKind.MANY_TO_MANY or key is None:
            yield relation
            continue
        join = joins[key]
        near, far = join.fields if join.relations[0].field == relation.field else reversed(join.fields)
        yield replace(relation, fields=(near.name,), references=(far.name,), through=join.name)
