"""Statements that the database does whole or not at all, but generated code row by row."""

from __future__ import annotations

from codemods.ir.query import Assignment, Change, Data, Nested, Op, Query
from codemods.ir.sql import Apply, Assigned, Column, Constant, Entries, Given, SqlWork, Verb
from codemods.ir.table import OnDelete, Schema, Table
from codemods.source.span import Span
from codemods.writers.stored.parts import references_of


def may_stop_halfway(query: Query, schema: Schema) -> bool:
    """May a call fail after it wrote some of its rows?"""
    table = schema.table(query.table) if query.table else None
    if table is not None and table.document is not None:
        # Documents that are refused stop the call as they did, but for several that are made or changed at once.
        return query.op in (Op.CREATE_MANY, Op.UPDATE_MANY) and not (query.document and query.document.one)
    if query.sql is not None:
        return _may_stop(query.sql, table, schema)
    match query.op:
        case Op.TRANSACTION:
            return True
        case Op.CREATE_MANY:
            return not isinstance(query.rows, tuple) or len(query.rows) > 1
        case Op.UPDATE_MANY:
            return table is None or _may_break(query.data, table, schema)
        case Op.DELETE_MANY:
            return table is None or _is_refused(schema, {table.name, *_cascade(schema, table)})
        case Op.CREATE | Op.UPDATE | Op.UPSERT:
            return _is_nested(query.data) or _is_nested(query.update)
        case Op.DELETE:
            return table is None or _is_refused(schema, _cascade(schema, table))
        case _:
            return False


def _may_stop(work: SqlWork, table: Table | None, schema: Schema) -> bool:
    match work.verb:
        case Verb.INSERT:
            return isinstance(work.rows, Span) or len(work.rows) > 1
        case Verb.UPDATE:
            changed = {assigned.field for assigned in work.changes if isinstance(assigned, Assigned)}
            if table is not None and _is_one_row(work, table):
                return False
            is_open = any(isinstance(part, Entries) for part in work.changes)
            return table is None or is_open or bool(changed & _constrained(table, schema)) or _is_computed(work)
        case Verb.DELETE:
            return table is None or _is_refused(schema, {table.name, *_cascade(schema, table)})
        case _:
            return False


def _is_one_row(work: SqlWork, table: Table) -> bool:
    """Does a key find the row, if there is one?"""
    selection = work.selection
    fields = set()
    for part in selection.where if selection is not None else ():
        if isinstance(part, Apply) and part.function in ("eq", "same"):
            fields |= {each.field for each in part.arguments[:1] if isinstance(each, Column)}
    return table.id_field in fields or any(set(key) <= fields for key in (table.primary_key, *table.uniques) if key)


def _is_computed(work: SqlWork) -> bool:
    """May a new value be refused for one row and not for the next?"""
    return any(isinstance(part, Assigned) and not isinstance(part.value, Given | Constant) for part in work.changes)


def _constrained(table: Table, schema: Schema) -> set[str]:
    """The columns of unique keys and of foreign keys."""
    names = {name for key in (table.primary_key, *table.uniques) for name in key}
    return names | {name for link in references_of(schema) if link.table.name == table.name for name in link.fields}


def _is_nested(data: Data | None) -> bool:
    """Are several rows written, of which a later one may fail?"""
    return any(isinstance(part, Nested) for part in (data.parts if data is not None else ()))


def _may_break(data: Data | None, table: Table, schema: Schema) -> bool:
    """Can new values be right for one row and wrong for the next?"""
    constrained = _constrained(table, schema)
    return any(
        not isinstance(part, Assignment) or part.change is not Change.SET or part.field in constrained
        for part in (data.parts if data is not None else ())
    )


def _cascade(schema: Schema, table: Table) -> set[str]:
    """The tables whose rows go with a row of this one."""
    found: set[str] = set()
    waiting = [table.name]
    while waiting:
        name = waiting.pop()
        for link in references_of(schema):
            cascades = link.target.name == name and link.on_delete is OnDelete.CASCADE
            if cascades and link.table.name not in found:
                found.add(link.table.name)
                waiting.append(link.table.name)
    return found


def _is_refused(schema: Schema, tables: set[str]) -> bool:
    """Do rows refer to one of these tables that keep its rows from going?"""
    return any(link.target.name in tables and link.on_delete is OnDelete.RESTRICT for link in references_of(schema))
