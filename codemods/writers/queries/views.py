"""Rows as the code sees them: the table's mapper, or the selected columns, with the relations that were asked for."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.ir.query import EVERYTHING, All, Include, Query
from codemods.ir.table import Relation, RelationKind, Table
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, arrow, call, record
from codemods.writers.queries.access import source_of
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.relations import count_of, null_test, related_row, related_rows, related_source
from codemods.writers.queries.sources import one
from codemods.writers.stored.fields import column_of

_TO_MANY = (RelationKind.HAS_MANY, RelationKind.MANY_TO_MANY)


def view(draft: Draft, table: Table, select: tuple[str, ...] | None, includes: Sequence[Include]) -> Doc:
    """A function from a document to what the query returns for it. In an action the relations are there already."""
    if select is None and not includes:
        return draft.table_function(table, "mapper")
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        relations = _loaded if draft.in_action else _relations
        items = [*_columns(draft, table, row, select), *relations(draft, table, row, includes)]
    prefix = "async " if includes and not draft.in_action else ""
    return (f"{prefix}({row}) => (", record(items), ")")


def row_view(draft: Draft, table: Table, query: Query) -> Doc:
    """What a query returns for a document: a column that is picked at run time is one of those of the mapper."""
    shown = view(draft, table, query.select, query.include)
    if query.picked is None:
        return shown
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        names = draft.closed(query.picked, "names", alone=True)
        return arrow(f"({row})", call(draft.library("picked"), call(shown, row), names))


def loading(draft: Draft, table: Table, includes: Sequence[Include]) -> Doc:
    """A function from a document to one that holds its related documents, which crosses to an action as it is."""
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        items = [f"...{row}", *_relations(draft, table, row, includes, as_stored=True)]
    return (f"async ({row}) => (", record(items), ")")


def one_loaded(draft: Draft, table: Table, includes: Sequence[Include], doc: Doc) -> Doc:
    """A promise of a document or null, in an action with its related documents."""
    if includes and draft.in_action:
        doc = call(draft.library("row"), doc, loading(draft, table, includes))
    return draft.apart(doc)


def all_loaded(draft: Draft, table: Table, includes: Sequence[Include], docs: Doc) -> Doc:
    """A promise of documents, in an action with their related documents."""
    if includes and draft.in_action:
        docs = call(draft.library("rows"), docs, loading(draft, table, includes))
    return draft.apart(docs)


def _columns(draft: Draft, table: Table, row: str, select: tuple[str, ...] | None) -> list[Doc]:
    if select is None:
        return [f"...{draft.table_function(table, 'mapper')}({row})"]
    return [(f"{name}: ", column_value(draft, table, row, name)) for name in select]


def column_value(draft: Draft, table: Table, row: str, name: str) -> Doc:
    """The value of a column of a document as the code sees it."""
    field = table.field(name)
    access = f"{row}.{draft.names.field(table, name)}" if field or name == table.id_field else ""
    if not access:
        raise RefusedError("CX301", f"no column {name} in {table.name}")
    convert = column_of(field).to_row if field and name != table.id_field else ""
    return call(draft.library(convert), access) if convert else access


def _relations(draft: Draft, table: Table, row: str, includes: Sequence[Include], as_stored: bool = False) -> list[Doc]:
    items: list[Doc] = []
    counts: list[Doc] = []
    for include in includes:
        relation = _relation(table, include)
        if include.count_only:
            counts.append((f"{include.relation}:", _count(draft, table, row, relation, include)))
        else:
            items.append((f"{include.relation}:", _related(draft, table, row, relation, include, as_stored)))
    return [*items, ("_count: ", record(counts))] if counts else items


def _relation(table: Table, include: Include) -> Relation:
    relation = table.relation(include.relation)
    if relation is None:
        raise RefusedError("CX301", f"no relation {include.relation} in {table.name}")
    return relation


def _loaded(draft: Draft, table: Table, row: str, includes: Sequence[Include]) -> list[Doc]:
    """The relations of a document that holds them: `posts: user.posts.map(toPost)`."""
    items: list[Doc] = []
    for include in includes:
        relation, access = _relation(table, include), f"{row}.{include.relation}"
        shown = view(draft, draft.table(relation.table), include.select, include.include)
        if include.count_only:
            continue
        if relation.kind in _TO_MANY:
            items.append((f"{include.relation}: ", call(f"{access}.map", shown)))
            continue
        made = call(shown if isinstance(shown, str) else ("(", shown, ")"), access)
        found = () if relation.required and relation.kind is RelationKind.BELONGS_TO else (f"{access} && ",)
        items.append((f"{include.relation}: ", *found, made))
    return [*items, f"_count: {row}._count"] if any(include.count_only for include in includes) else items


def _count(draft: Draft, table: Table, row: str, relation: Relation, include: Include) -> Doc:
    counted = ("await ", count_of(draft, table, row, relation, include.where))
    return _guarded(draft, table, row, relation, "0", counted)


def _related(
    draft: Draft, table: Table, row: str, relation: Relation, include: Include, as_stored: bool = False
) -> Doc:
    target = draft.table(relation.table)
    shown: Doc | None = None
    if not as_stored:
        shown = view(draft, target, include.select, include.include)
    elif include.include:
        shown = loading(draft, target, include.include)
    if relation.kind in _TO_MANY:
        docs = related_rows(draft, table, row, relation, include.where, include.order, include.page)
        docs = docs if shown is None else call(draft.library("rows"), docs, shown)
        return _guarded(draft, table, row, relation, "[]", ("await ", docs))
    if include.where != All(()) or include.page != EVERYTHING or include.order:
        raise RefusedError("CX301", f"conditions on the single row of {relation.field}")
    if relation.kind is RelationKind.HAS_ONE:
        target, bound = related_source(draft, table, row, relation)
        found = one(draft, target, source_of(draft, target, All(()), (), bound, True), unique=True)
    else:
        found = related_row(draft, table, row, relation)
    is_there = relation.required and relation.kind is RelationKind.BELONGS_TO
    if shown is None:
        found = ("(await ", found, ")!") if is_there else ("await ", found)
        return _guarded(draft, table, row, relation, "null", found)
    made = call(draft.library("rowOrThrow" if is_there else "row"), found, shown)
    return _guarded(draft, table, row, relation, "null", ("await ", made))


def _guarded(draft: Draft, table: Table, row: str, relation: Relation, absent: str, doc: Doc) -> Doc:
    """Looks only where the row's own key is set."""
    test = null_test(draft, table, row, relation, "===", "||").removesuffix(" || ")
    if not test:
        return (" ", doc)
    return Group(Nest((Line(" "), test, Nest((Line(" "), f"? {absent}", Line(" "), ": ", doc)))))
