"""Columns that hold keys of other tables though no relation says so, as in schemas that were read from a database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from codemods.ir.table import DefaultKind, Field, FieldType, Gap, Reach, Table

_NUMBERS = frozenset({FieldType.INT, FieldType.BIGINT})
_SUFFIX = re.compile(r"_?(?:id|ID|Id)$")


def with_keys(tables: Iterable[Table]) -> tuple[Table, ...]:
    """The tables, numbers that are called as the generated key of one other table knowing which.

    Numbers alone: a text may hold any key as it is.
    """
    known = {table.name: table for table in tables}
    return tuple(_with_keys(table, known) for table in known.values())


def _with_keys(table: Table, known: Mapping[str, Table]) -> Table:
    held = {field.name: _held(table, field, known) for field in table.fields}
    fields = tuple(replace(field, holds=held[field.name] or field.holds) for field in table.fields)
    gaps = [
        Gap(f"field `{name}` is taken for a key of {key[0]}: no relation says so", Reach.NONE)
        for name, key in held.items()
        if key is not None
    ]
    return replace(table, fields=fields, gaps=(*table.gaps, *gaps)) if gaps else table


def _held(table: Table, field: Field, known: Mapping[str, Table]) -> tuple[str, str] | None:
    """The table and the key that a column is named for."""
    linked = field.references or field.holds
    if linked or field.type not in _NUMBERS or field.is_list or field.name in table.primary_key:
        return None
    if field.default_kind is not DefaultKind.NONE or any(field.name in relation.fields for relation in table.relations):
        return None
    found = list(_named(table, field, known))
    return found[0] if len(found) == 1 else None


def _named(table: Table, field: Field, known: Mapping[str, Table]) -> Iterator[tuple[str, str]]:
    model = _SUFFIX.sub("", field.name).lower()
    for other in known.values():
        key = other.id_field
        column = other.field(key) if key is not None else None
        if key is None or column is None or column.type is not field.type or other.name == table.name:
            continue
        called = (other.called or other.name).replace("_", "").lower()
        if field.name == key != "id" or (model != field.name.lower() and model == called):
            yield other.name, key
