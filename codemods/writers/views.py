"""Rows as the code sees them: the table's mapper, or the selected columns, with the relations that were asked for."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.ir.query import EVERYTHING, All, Include
from codemods.ir.table import Relation, RelationKind, Table
from codemods.writers.access import source_of
from codemods.writers.code import RefusedError
from codemods.writers.draft import Draft
from codemods.writers.fields import column_of
from codemods.writers.layout import Doc, Group, Line, Nest, call, record
from codemods.writers.relations import count_of, null_test, related_row, related_rows, related_source
from codemods.writers.sources import one


def view(draft: Draft, table: Table, select: tuple[str, ...] | None, includes: Sequence[Include]) -> Doc:
    """A function from a document to what the query returns for it."""
    if select is None and not includes:
        return draft.table_function(table, "mapper")
    if includes and draft.in_action:
        raise RefusedError("CX202", "an action would load relations row by row")
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        items = [*_columns(draft, table, row, select), *_relations(draft, table, row, includes)]
    prefix = "async " if includes else ""
    return (f"{prefix}({row}) => (", record(items), ")")


def _columns(draft: Draft, table: Table, row: str, select: tuple[str, ...] | None) -> list[Doc]:
    if select is None:
        return [f"...{draft.table_function(table, 'mapper')}({row})"]
    return [(f"{name}: ", _column(draft, table, row, name)) for name in select]


def _column(draft: Draft, table: Table, row: str, name: str) -> Doc:
    field = table.field(name)
    access = f"{row}.{draft.names.field(table, name)}" if field or name == table.id_field else ""
    if not access:
        raise RefusedError("CX301", f"no column {name} in {table.name}")
    convert = column_of(field).to_row if field and name != table.id_field else ""
    return call(draft.library(convert), access) if convert else access


def _relations(draft: Draft, table: Table, row: str, includes: Sequence[Include]) -> list[Doc]:
    items: list[Doc] = []
    counts: list[Doc] = []
    for include in includes:
        relation = table.relation(include.relation)
        if relation is None:
            raise RefusedError("CX301", f"no relation {include.relation} in {table.name}")
        if include.count_only:
            counts.append((f"{include.relation}:", _count(draft, table, row, relation, include)))
        else:
            items.append((f"{include.relation}:", _related(draft, table, row, relation, include)))
    return [*items, ("_count: ", record(counts))] if counts else items


def _count(draft: Draft, table: Table, row: str, relation: Relation, include: Include) -> Doc:
    counted = ("await ", count_of(draft, table, row, relation, include.where))
    return _guarded(draft, table, row, relation, "0", counted)


def _related(draft: Draft, table: Table, row: str, relation: Relation, include: Include) -> Doc:
    target = draft.table(relation.table)
    if relation.kind is RelationKind.HAS_MANY or relation.kind is RelationKind.MANY_TO_MANY:
        docs = related_rows(draft, table, row, relation, include.where, include.order, include.page)
        listed = ("await ", call(draft.library("rows"), docs, view(draft, target, include.select, include.include)))
        return _guarded(draft, table, row, relation, "[]", listed)
    if include.where != All(()) or include.page != EVERYTHING or include.order:
        raise RefusedError("CX301", f"conditions on the single row of {relation.field}")
    if relation.kind is RelationKind.HAS_ONE:
        target, bound = related_source(draft, table, row, relation)
        found = one(draft, target, source_of(draft, target, All(()), (), bound, True), unique=True)
    else:
        found = related_row(draft, table, row, relation)
    function = "rowOrThrow" if relation.required and relation.kind is RelationKind.BELONGS_TO else "row"
    shown = call(draft.library(function), found, view(draft, target, include.select, include.include))
    return _guarded(draft, table, row, relation, "null", ("await ", shown))


def _guarded(draft: Draft, table: Table, row: str, relation: Relation, absent: str, doc: Doc) -> Doc:
    """Looks only where the row's own key is set."""
    test = null_test(draft, table, row, relation, "===", "||").removesuffix(" || ")
    if not test:
        return (" ", doc)
    return Group(Nest((Line(" "), test, Nest((Line(" "), f"? {absent}", Line(" "), ": ", doc)))))
