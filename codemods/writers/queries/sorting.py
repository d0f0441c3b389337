"""Orders that are only known at run time: `sorted` with keys that are chosen, or made from what a request asked for."""

from __future__ import annotations

from codemods.ir.query import Sort, SortKey, SortWhen
from codemods.ir.table import Field, FieldType, Table
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, call, listed, record
from codemods.writers.queries.draft import Draft, is_reference
from codemods.writers.queries.guards import guard
from codemods.writers.stored.fields import column_of, members_of
from codemods.writers.stored.indexes import CREATION

_CREATED = f'["{CREATION}", "asc"]'
"""The order in which rows came to be."""


def sorted_rows(draft: Draft, table: Table, docs: Doc, keys: tuple[SortKey, ...]) -> Doc:
    """A promise of the rows, sorted as the keys say when they are asked."""
    return call(draft.library("sorted"), docs, *(_key(draft, table, key) for key in keys))


def _key(draft: Draft, table: Table, key: SortKey | None) -> Doc:
    if key is None:
        return _CREATED
    if isinstance(key, SortWhen):
        test = guard(draft, key, held=True, as_boolean=False)
        sides = (Line(" "), "? ", _key(draft, table, key.then), Line(" "), ": ", _key(draft, table, key.otherwise))
        return Group((test, Nest(sides)))
    asked = _asked(draft, table, key)
    if not isinstance(key.descending, Span) or not draft.facts.may_be_undefined(key.descending):
        return asked
    if not is_reference(draft.facts.text(key.descending)):
        raise RefusedError("CX301", "the direction of an order may be undefined")
    sides = (Line(" "), "? ", _CREATED, Line(" "), ": ", asked)
    return Group((draft.operand(key.descending), " === undefined", Nest(sides)))


def _asked(draft: Draft, table: Table, key: Sort) -> Doc:
    """The key where a direction is given."""
    if isinstance(key.field, str):
        return _of_column(draft, table, key.field, key.descending)
    _check_all(table)
    order = _direction(draft, key.descending)
    return call(draft.library("sortKey"), _columns(draft, table), draft.value(key.field), order)


def _of_column(draft: Draft, table: Table, name: str, descending: bool | Span) -> Doc:
    _check(table, name)
    column = f'"{_stored(draft, table, name)}"'
    direction = _direction(draft, descending)
    known = call(draft.library("direction"), direction) if isinstance(descending, Span) else direction
    return listed("[", [column, known, *_members(draft, table.field(name))], "]")


def _direction(draft: Draft, descending: bool | Span) -> Doc:
    if isinstance(descending, Span):
        return draft.value(descending)
    return '"desc"' if descending else '"asc"'


def _columns(draft: Draft, table: Table) -> Doc:
    """The columns that a name may mean, by the names that the source has for them."""
    items: list[Doc] = []
    for field in table.fields:
        if not _is_sortable(field):
            continue
        stored = f'"{_stored(draft, table, field.name)}"'
        members = _members(draft, field)
        items.append((f"{field.name}: ", listed("[", [stored, *members], "]") if members else stored))
    return record(items)


def _stored(draft: Draft, table: Table, name: str) -> str:
    return CREATION if name == table.id_field else draft.names.field(table, name)


def _members(draft: Draft, field: Field | None) -> list[Doc]:
    """The members of an enum, which sort as they are declared."""
    members = members_of(field, draft.schema) if field is not None else ()
    return [listed("[", [f'"{member}"' for member in members], "]")] if members else []


def _is_sortable(field: Field) -> bool:
    """Prisma itself sorts neither by lists nor by JSON."""
    return not field.is_list and field.type is not FieldType.JSON


def _check(table: Table, name: str) -> None:
    field = table.field(name)
    if field is not None and field.type is not FieldType.ENUM and not column_of(field).ordered:
        raise RefusedError("CX301", f"order by {name}, a {field.type} column")


def _check_all(table: Table) -> None:
    for field in filter(_is_sortable, table.fields):
        _check(table, field.name)
