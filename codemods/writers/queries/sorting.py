"""Orders that are only known at run time: `sorted` with keys that are chosen, or made from what a request asked for."""

from __future__ import annotations

from codemods.ir.query import Picked, Predicate, Sort, SortKey, SortWhen
from codemods.ir.table import Field, FieldType, Table
from codemods.source.span import Span
from codemods.source.tree import property_text
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, call, listed, record
from codemods.writers.queries.access import source_of
from codemods.writers.queries.draft import Draft, is_reference
from codemods.writers.queries.guards import guard
from codemods.writers.queries.pages import warn_unbounded
from codemods.writers.queries.sources import IdsSource, Source, many, unordered
from codemods.writers.stored.fields import column_of, members_of
from codemods.writers.stored.indexes import CREATION

_CREATED = f'["{CREATION}", "asc"]'
"""The order in which rows came to be."""


def _sorted_rows(draft: Draft, table: Table, docs: Doc, keys: tuple[SortKey, ...]) -> Doc:
    """A promise of the rows, sorted as the keys say when they are asked."""
    return call(draft.library("sorted"), docs, *(_key(draft, table, key) for key in keys))


def sorted_source(draft: Draft, table: Table, where: Predicate, keys: tuple[SortKey, ...]) -> Source:
    """The rows for a condition in such an order."""
    source = source_of(draft, table, where)
    warn_unbounded(draft, table, source)
    return IdsSource(_sorted_rows(draft, table, many(draft, table, unordered(source)), keys), None)


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
    order = _direction(draft, key.descending)
    if isinstance(key.field, Picked):
        return _of_picked(draft, table, key.field, order)
    _check_all(table)
    return call(draft.library("sortKey"), _columns(draft, table), draft.value(key.field), order)


def _of_picked(draft: Draft, table: Table, picked: Picked, order: Doc) -> Doc:
    names = {field.name: field for field in table.fields}
    for column in (*(column for _, column in picked.fields), *([picked.otherwise] if picked.otherwise else [])):
        _check(table, column)
    items = [_item(draft, table, name, names[column]) for name, column in picked.fields]
    otherwise = [_value(draft, table, names[picked.otherwise])] if picked.otherwise is not None else []
    return call(draft.library("sortKey"), record(items), draft.value(picked.key), order, *otherwise)


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
        if _is_sortable(field):
            items.append(_item(draft, table, field.name, field))
    return record(items)


def _item(draft: Draft, table: Table, name: str, field: Field) -> Doc:
    return (f"{property_text(name)}: ", _value(draft, table, field))


def _value(draft: Draft, table: Table, field: Field) -> Doc:
    """A column as it is stored, with the members of its enum."""
    stored = f'"{_stored(draft, table, field.name)}"'
    members = _members(draft, field)
    return listed("[", [stored, *members], "]") if members else stored


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
