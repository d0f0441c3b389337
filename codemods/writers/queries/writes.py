"""Creates, updates and deletes, through the functions of the tables, which keep the constraints."""

from __future__ import annotations

from collections.abc import Mapping

from codemods.ir.query import EVERYTHING, Data, Op, Query, Result
from codemods.ir.sql import Gives
from codemods.ir.table import FieldType, Table
from codemods.source.span import Span
from codemods.writers.code import ImportSpec, RefusedError
from codemods.writers.layout import Doc, arrow, block, call, listed
from codemods.writers.queries.access import source_of, unique_row
from codemods.writers.queries.data import Payload, PayloadWriter, insert, patch
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.shapes import Source, Sources, shape_view
from codemods.writers.queries.sources import Source as Way
from codemods.writers.queries.sources import many, unordered
from codemods.writers.queries.views import all_loaded, loading, one_loaded, row_view
from codemods.writers.stored.deletes import reaches_itself


def create(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`insertUser(ctx, data)`; a list of the one row where rows are given back."""
    made = insert(draft, table, query.data)
    if query.returns_rows or table.sql is not None:
        return _rows_shown(draft, table, query, used, made if not used else call(draft.library("listOf"), made))
    return _shown(draft, table, query, used, made)


def create_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """Inserts one after the other, so that a row is checked against those before it."""
    if isinstance(query.rows, Span):
        items: Doc = draft.value(query.rows)
    else:
        rows = query.rows or ()
        items = listed("[", [_plain(draft, table, data) for data in rows], "]")
    names = draft.names.of(table.name)
    draft.imports.add(ImportSpec(names.module, names.new_type, type_only=True))
    with draft.scope():
        name = draft.fresh("data")
        make = arrow(f"({name})", call(draft.table_function(table, "insert"), draft.ctx, name))
    return _many_shown(draft, table, query, used, f"<{names.new_type}>", items, make)


def update(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`patchUser(ctx, row, data)`."""
    if query.held is not None:
        return _held(draft, table, query, query.held)
    found = unique_row(draft, table, query.where)
    return _shown(draft, table, query, used, patch(draft, table, found, query.data))


def _held(draft: Draft, table: Table, query: Query, held: Span) -> Doc:
    """The row of an instance changes, and the instance with it."""
    now = _shown(draft, table, query, True, patch(draft, table, row_of(draft, table, held), query.data))
    return call(draft.library("changed"), draft.value(held), now)


def row_of(draft: Draft, table: Table, held: Span) -> Doc:
    """A promise of the row of an instance."""
    return call(f"{draft.ctx}.db.get", draft.convex_table(table), (draft.operand(held), f".{table.id_field}"))


def update_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """The same change for each row."""
    docs = many(draft, table, _limited(unordered(source_of(draft, table, query.where)), query))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        payload = PayloadWriter(draft, table, patching=True, enclosed=True, repeated=True).write(query.data)
        _refuse_relations(payload)
        change = arrow(f"({row})", call(draft.table_function(table, "patch"), draft.ctx, row, payload.doc))
    return _many_shown(draft, table, query, used, "", docs, change)


def upsert(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """A patch where there is a row, else an insert."""
    found = unique_row(draft, table, query.where)
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        change = arrow(f"({row})", patch(draft, table, row, query.update, enclosed=True))
    make = arrow("()", insert(draft, table, query.data, enclosed=True))
    if table.sql is not None:
        made = call(draft.library("upsert"), found, change, make)
        return _rows_shown(draft, table, query, used, made if not used else call(draft.library("listOf"), made))
    return _shown(draft, table, query, used, call(draft.library("upsert"), found, change, make))


def delete(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`deleteUser(ctx, row)`; what its result shows of relations is read before."""
    found = unique_row(draft, table, query.where) if query.held is None else row_of(draft, table, query.held)
    remove = draft.table_function(table, "delete")
    if not query.include or not used:
        return _shown(draft, table, query, used, call(remove, draft.ctx, found))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        shown = draft.fresh("shown")
        crosses = draft.in_action
        show = loading(draft, table, query.include) if crosses else row_view(draft, table, query)
        body = block(
            f"async ({row})",
            [
                (f"const {shown} = await (", show, f")({row})"),
                f"await {remove}({draft.ctx}, {row})",
                f"return {shown}",
            ],
        )
    cause = '"Record to delete does not exist."'
    gone = draft.apart(call((call(draft.library("required"), found, cause), ".then"), body))
    return call(draft.library("row"), gone, row_view(draft, table, query)) if crosses else gone


def delete_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """Each row, unless deleting one before has taken it along."""
    docs = many(draft, table, _limited(unordered(source_of(draft, table, query.where)), query))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        if query.returns_rows and used:
            gone = arrow(f"({row})", call(draft.table_function(table, "delete"), draft.ctx, row))
            return _rows_shown(draft, table, query, used, call(draft.library("inTurn"), docs, gone))
        each = call(draft.library("each"), docs, removal(draft, table, row))
        return _counted(draft, table, query, used, draft.apart(each))


def removal(draft: Draft, table: Table, row: str) -> Doc:
    """A function that deletes a row, if it is still there."""
    gone: Doc = call(draft.table_function(table, "delete"), draft.ctx, row)
    if not reaches_itself(draft.schema, table):
        return arrow(f"({row})", gone)
    still = call(f"{draft.ctx}.db.get", draft.convex_table(table), f"{row}._id")
    return arrow(f"async ({row})", ("(await ", still, ") && ", gone))


def _plain(draft: Draft, table: Table, data: Data) -> Doc:
    payload = PayloadWriter(draft, table, patching=False).write(data)
    _refuse_relations(payload)
    return payload.doc


def _limited(source: Way, query: Query) -> Way:
    if query.page != EVERYTHING:
        raise RefusedError("CX301", "a bulk write of some rows only")
    return source


def _refuse_relations(payload: Payload) -> None:
    if payload.before or payload.after:
        raise RefusedError("CX301", "a bulk write that connects rows")


def _shown(draft: Draft, table: Table, query: Query, used: bool, doc: Doc) -> Doc:
    if not used:
        return draft.apart(doc)
    doc = one_loaded(draft, table, query.include, doc)
    return call(draft.library("row"), doc, row_view(draft, table, query))


def _many_shown(draft: Draft, table: Table, query: Query, used: bool, types: str, items: Doc, change: Doc) -> Doc:
    """The number of written rows, or the rows themselves."""
    if not query.returns_rows and not (used and _tells_keys(table, query)):
        function = draft.library("eachNew" if query.skip_duplicates else "each")
        return _counted(draft, table, query, used, draft.apart(call(f"{function}{types}", items, change)))
    docs = call(draft.library("onlyNew" if query.skip_duplicates else "inTurn"), items, change)
    return _rows_shown(draft, table, query, used, docs)


_COUNTS = {Result.NUMBER: "countOf", Result.LIST: "countIn"}


def _counted(draft: Draft, table: Table, query: Query, used: bool, written: Doc) -> Doc:
    """The number of written rows in the form in which the call gives it."""
    if table.sql is not None and used:
        return _told(draft, query, written)
    function = _COUNTS.get(query.result) if used else None
    return written if function is None else call(draft.library(function), written)


def _rows_shown(draft: Draft, table: Table, query: Query, used: bool, docs: Doc) -> Doc:
    if not used:
        return draft.apart(docs)
    if not query.returns_rows:
        tells = "made" if _tells_keys(table, query) else "counted"
        return _told(draft, query, draft.apart(call(draft.library(tells), docs)))
    if query.shown is not None:
        source = Source("", table, draft.fresh(draft.names.of(table.name).row), False)
        return call(draft.library("rows"), draft.apart(docs), shape_view(draft, Sources((source,)), query.shown))
    docs = all_loaded(draft, table, query.include, docs)
    return call(draft.library("rows"), docs, row_view(draft, table, query))


TOLD: Mapping[Gives, str] = {
    Gives.RESULT: "changeResult",
    Gives.PAIR: "headerResult",
    Gives.RUN: "runResult",
    Gives.COUNT: "changeCount",
    Gives.KEYS: "madeKeys",
    Gives.AFFECTED: "affectedResult",
    Gives.UPDATED: "updateResult",
}
"""What makes the result of a driver for a write that yields no rows, out of the number of rows and the new key."""


def _told(draft: Draft, query: Query, changes: Doc) -> Doc:
    """What the driver tells of a write; `changes` is a promise of how many rows there were."""
    if query.driver is None or (query.op is Op.UPSERT and query.driver is not Gives.RESULT):
        raise RefusedError("CX301", "the result of a write without `returning`")
    return call(draft.library(TOLD[query.driver]), changes)


def _tells_keys(table: Table, query: Query) -> bool:
    """Does the driver tell the key of a new row, which its database counts up?"""
    key = table.field(table.id_field) if table.id_field is not None else None
    counts = key is not None and key.type in (FieldType.INT, FieldType.BIGINT)
    return counts and query.op in (Op.CREATE, Op.CREATE_MANY) and query.driver in (Gives.PAIR, Gives.RUN)
