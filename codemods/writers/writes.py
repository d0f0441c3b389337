"""Creates, updates and deletes, through the functions of the tables, which keep the constraints."""

from __future__ import annotations

from codemods.ir.query import Data, Query
from codemods.ir.table import Table
from codemods.source.span import Span
from codemods.writers.access import source_of, unique_row
from codemods.writers.code import ImportSpec, RefusedError
from codemods.writers.data import Payload, PayloadWriter, connected
from codemods.writers.deletes import reaches_itself
from codemods.writers.draft import Draft
from codemods.writers.layout import Doc, arrow, call, listed
from codemods.writers.sources import many, unordered
from codemods.writers.views import view


def create(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`insertUser(ctx, data)`."""
    return _shown(draft, table, query, used, _insert(draft, table, query.data))


def create_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """Inserts one after the other, so that a row is checked against those before it."""
    if isinstance(query.rows, Span):
        items: Doc = draft.value(query.rows)
    else:
        rows = query.rows or ()
        items = listed("[", [_plain(draft, table, data) for data in rows], "]")
    names = draft.names.of(table.name)
    draft.imports.add(ImportSpec(names.module, names.new_type, type_only=True))
    _refuse_rows(query)
    with draft.scope():
        name = draft.fresh("data")
        insert = call(draft.table_function(table, "insert"), draft.ctx, name)
    function = draft.library("eachNew" if query.skip_duplicates else "each")
    return draft.apart(call(f"{function}<{names.new_type}>", items, arrow(f"({name})", insert)))


def update(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`patchUser(ctx, row, data)`."""
    found = unique_row(draft, table, query.where)
    payload = PayloadWriter(draft, table, patching=True).write(query.data)
    patch = call(draft.table_function(table, "patch"), draft.ctx, found, payload.doc)
    return _shown(draft, table, query, used, connected(draft, table, payload, patch))


def update_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """The same change for each row."""
    _refuse_rows(query)
    docs = many(draft, table, unordered(source_of(draft, table, query.where)))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        payload = PayloadWriter(draft, table, patching=True, enclosed=True, repeated=True).write(query.data)
        _refuse_look_ups(payload)
        patch = call(draft.table_function(table, "patch"), draft.ctx, row, payload.doc)
    return draft.apart(call(draft.library("each"), docs, arrow(f"({row})", patch)))


def upsert(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """A patch where there is a row, else an insert."""
    found = unique_row(draft, table, query.where)
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        payload = PayloadWriter(draft, table, patching=True, enclosed=True).write(query.update)
        patch = call(draft.table_function(table, "patch"), draft.ctx, row, payload.doc)
        change = arrow(f"({row})", connected(draft, table, payload, patch))
    make = arrow("()", _insert(draft, table, query.data, enclosed=True))
    return _shown(draft, table, query, used, call(draft.library("upsert"), found, change, make))


def delete(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`deleteUser(ctx, row)`."""
    if query.include:
        raise RefusedError("CX301", "delete with relations in its result")
    found = unique_row(draft, table, query.where)
    return _shown(draft, table, query, used, call(draft.table_function(table, "delete"), draft.ctx, found))


def delete_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """Each row, unless deleting one before has taken it along."""
    docs = many(draft, table, unordered(source_of(draft, table, query.where)))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        gone = call(draft.table_function(table, "delete"), draft.ctx, row)
        if reaches_itself(draft.schema, table):
            still = call(f"{draft.ctx}.db.get", draft.convex_table(table), f"{row}._id")
            gone = ("(await ", still, ") && ", gone)
            row = f"async ({row})"
        else:
            row = f"({row})"
    return draft.apart(call(draft.library("each"), docs, arrow(row, gone)))


def _insert(draft: Draft, table: Table, data: Data | None, enclosed: bool = False) -> Doc:
    with draft.scope():
        payload = PayloadWriter(draft, table, patching=False, enclosed=enclosed).write(data)
        insert = call(draft.table_function(table, "insert"), draft.ctx, payload.doc)
        return connected(draft, table, payload, insert)


def _plain(draft: Draft, table: Table, data: Data) -> Doc:
    payload = PayloadWriter(draft, table, patching=False).write(data)
    _refuse_look_ups(payload)
    return payload.doc


def _refuse_rows(query: Query) -> None:
    if query.returns_rows:
        raise RefusedError("CX301", "a bulk write that returns its rows")


def _refuse_look_ups(payload: Payload) -> None:
    if payload.connected:
        raise RefusedError("CX301", "connect by a unique column in a bulk write")


def _shown(draft: Draft, table: Table, query: Query, used: bool, doc: Doc) -> Doc:
    doc = draft.apart(doc)
    if not used:
        return doc
    return call(draft.library("row"), doc, view(draft, table, query.select, query.include))
