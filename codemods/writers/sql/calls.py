"""One call of a driver as an expression of a Promise, in the form in which the driver gave its result."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.ir.query import Query
from codemods.ir.sql import (
    Assigned,
    Column,
    Conflict,
    Constant,
    Dialect,
    Entries,
    Given,
    Gives,
    Kind,
    Shown,
    SqlWork,
    Verb,
    Written,
    assigned_in,
)
from codemods.ir.table import FieldType, Table
from codemods.source.span import Span
from codemods.source.tree import property_text
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, arrow, call, joined, listed, record
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.writes import TOLD
from codemods.writers.sql.selections import Selections
from codemods.writers.sql.values import Env

NEW = "excluded"
_OF_ROWS = {
    Gives.RESULT: "queryResult",
    Gives.PAIR: "rowsResult",
    Gives.ROWS: "allRows",
    Gives.FIRST: "firstRow",
    Gives.FIRST_OR_NULL: "firstRowOrNull",
}
CLOCKS = {
    Dialect.POSTGRES: "new Date()",
    Dialect.MYSQL: "new Date()",
    Dialect.SQLITE: 'new Date().toISOString().slice(0, 19).replace("T", " ")',
}
"""What code writes for the time of the database."""


def write_sql(draft: Draft, query: Query, used: bool) -> Doc:
    """The code of a statement."""
    assert query.sql is not None
    return _Statement(draft, query.sql, used).write()


def _texts(names: Sequence[str]) -> str:
    quoted = [f'"{name}"' for name in names]
    return f"[{', '.join(quoted)}]"


class _Statement:
    def __init__(self, draft: Draft, work: SqlWork, used: bool) -> None:
        self._draft, self._work, self._used = draft, work, used
        self._selections = Selections(draft, work.dialect, work.is_built)
        self._values = self._selections.values

    def write(self) -> Doc:
        match self._work.verb:
            case Verb.SELECT:
                assert self._work.selection is not None
                is_one = self._work.gives in (Gives.FIRST, Gives.FIRST_OR_NULL)
                return self._rows(self._draft.apart(self._selections.shown(self._work.selection, is_one)))
            case Verb.INSERT:
                return self._written(*self._insert())
            case Verb.UPDATE:
                return self._written(*self._update())
            case Verb.DELETE:
                return self._written(*self._delete())
            case Verb.SAVE:
                return self._saved()
            case Verb.REMOVE:
                return self._removed()
            case _:
                raise RefusedError("CX301", f"{self._work.verb} of SQL")

    # ---- results ------------------------------------------------------------------------------------

    def _removed(self) -> Doc:
        """The object whose row goes."""
        draft, saved, rows = self._draft, self._work.saved, self._work.rows
        if saved is None or not isinstance(rows, Span) or draft.in_action:
            raise RefusedError("CX301", "an object that is removed in an action")
        table = draft.table(self._work.table)
        with draft.scope():
            row = draft.fresh(draft.names.of(table.name).row)
        find = arrow("(key)", call(draft.library("find"), draft.ctx, draft.convex_table(table), "key"))
        gone = arrow(f"({row})", call(draft.table_function(table, "delete"), draft.ctx, row))
        return call(draft.library("removedRow"), draft.value(rows), f'"{saved.key}"', find, gone)

    def _saved(self) -> Doc:
        """The object that is saved, with what the database made for it."""
        draft, saved, rows = self._draft, self._work.saved, self._work.rows
        if saved is None or not isinstance(rows, Span) or draft.in_action:
            raise RefusedError("CX301", "an object that is saved in an action")
        table = draft.table(self._work.table)
        pairs = [f'{property_text(name)}: "{column}"' for name, column in saved.to_one]
        parts: list[Doc] = [f'key: "{saved.key}"', f"columns: {_texts(saved.columns)}"]
        parts += [f"toOne: {{ {', '.join(pairs)} }}"] if pairs else []
        lists = (("others", saved.others), ("made", saved.made), ("stamps", saved.stamps), ("empty", saved.empty))
        parts += [f"{name}: {_texts(names)}" for name, names in lists if names]
        with draft.scope():
            data, row = draft.fresh("data"), draft.fresh(draft.names.of(table.name).row)
        find = arrow("(key)", call(draft.library("find"), draft.ctx, draft.convex_table(table), "key"))
        make = arrow(f"({data})", call(draft.table_function(table, "insert"), draft.ctx, f"{data} as any"))
        change = arrow(f"({row}, {data})", call(draft.table_function(table, "patch"), draft.ctx, row, data))
        show = draft.table_function(table, "mapper")
        return call(draft.library("savedRow"), draft.value(rows), record(parts), find, make, change, show)

    def _rows(self, rows: Doc) -> Doc:
        """The form in which a driver gives rows."""
        function = _OF_ROWS.get(self._work.gives)
        if self._work.gives in (Gives.VALUES, Gives.VALUE):
            return self._values_of(rows)
        if function is None:
            raise RefusedError("CX301", "rows of what gives none")
        if self._selections.dates:
            names = [f'"{name}"' for name in self._selections.dates]
            rows = call(self._draft.library("datesIn"), rows, *names)
        return (self._draft.library(function), *self._type(), "(", rows, ")")

    def _values_of(self, rows: Doc) -> Doc:
        """The values of the one column that is shown."""
        shown = self._work.returning[0] if self._work.returning else None
        if not isinstance(shown, Shown) or self._selections.dates:
            raise RefusedError("CX301", "the values of what is no column, or of moments in an action")
        function = "valuesUnder" if self._work.gives is Gives.VALUES else "valueUnder"
        return call(self._draft.library(function), rows, f'"{shown.name}"')

    def _type(self) -> tuple[Doc, ...]:
        if self._work.type is None or self._work.gives is not Gives.RESULT:
            return ()
        return ("<", self._draft.value(self._work.type), ">")

    def _written(self, docs: Doc, table: Table) -> Doc:
        """What a change gives: the rows that come back, or how many there were. `docs` is a promise of the rows."""
        draft, work = self._draft, self._work
        if not self._used:
            return draft.apart(docs)
        if work.returning is not None:
            with draft.scope():
                row = draft.fresh(draft.names.of(table.name).row)
                name = work.selection.sources[0].name if work.selection is not None else table.name
                env = Env({name: row}, {name: table}, parameter=f"({row})")
                return self._rows(draft.apart(self._selections.view(docs, env, work.returning)))
        function = TOLD.get(work.gives)
        if function is None:
            if work.gives is Gives.ROWS:
                return (draft.library("allRows"), "(", call(draft.library("noRows"), draft.apart(docs)), ")")
            raise RefusedError("CX301", "a change by what gives rows")
        makes_keys = work.verb is Verb.INSERT and table.id_field is not None and work.gives is not Gives.RESULT
        counted = call(draft.library("made" if makes_keys else "counted"), docs)
        return call(draft.library(function), draft.apart(counted))

    # ---- INSERT -------------------------------------------------------------------------------------

    def _insert(self) -> tuple[Doc, Table]:
        draft, work = self._draft, self._work
        table = draft.table(work.table)
        insert = draft.table_function(table, "insert")
        if isinstance(work.rows, Span):
            return self._each(work.rows, work.conflict, insert), table
        rows = [self._record(table, row, Env(), Env()) for row in work.rows]
        if work.conflict is not None:
            return self._conflicting(table, work.conflict, rows, insert), table
        if len(rows) == 1:
            return call(draft.library("listOf"), call(insert, draft.ctx, rows[0])), table
        with draft.scope():
            name = draft.fresh("data")
            make = arrow(f"({name})", call(insert, draft.ctx, name))
        return call(draft.library("inTurn"), listed("[", rows, "]"), make), table

    def _each(self, rows: Span, conflict: Conflict | None, insert: str) -> Doc:
        """The rows of a list that the code has."""
        if conflict is not None:
            raise RefusedError("CX301", "several rows of which some may be there already")
        draft = self._draft
        with draft.scope():
            name = draft.fresh("data")
            make = arrow(f"({name}: any)", call(insert, draft.ctx, name))
        return call(draft.library("inTurn"), call(draft.library("rowsToMake"), draft.value(rows)), make)

    def _conflicting(self, table: Table, conflict: Conflict, rows: Sequence[Doc], insert: str) -> Doc:
        draft = self._draft
        if len(rows) != 1:
            raise RefusedError("CX301", "several rows of which some may be there already")
        if table.id_field is not None and not table.uniques and conflict.keys == ():
            raise RefusedError("CX301", "a conflict without a unique key")
        keys = [listed("[", [f'"{name}"' for name in key], "]") for key in conflict.keys]
        if conflict.replaces:
            with draft.scope():
                data, row = draft.fresh("data"), draft.fresh(draft.names.of(table.name).row)
            make = arrow(f"({data})", call(insert, draft.ctx, data))
            remove = arrow(f"({row})", call(draft.table_function(table, "delete"), draft.ctx, row))
            return call(draft.library("inPlace"), rows[0], make, remove)
        if not conflict.changes:
            return call(draft.library("unlessTaken"), arrow("()", call(insert, draft.ctx, rows[0])), *keys)
        with draft.scope():
            data, row = draft.fresh("data"), draft.fresh(draft.names.of(table.name).row)
            make = arrow(f"({data})", call(insert, draft.ctx, data))
            env = Env({table.name: row}, {table.name: table}, parameter=f"({row})")
            changes = self._record(table, conflict.changes, env, Env({NEW: data}, {NEW: table}))
            if conflict.where:
                raise RefusedError("CX301", "ON CONFLICT … WHERE")
            patch = call(draft.table_function(table, "patch"), draft.ctx, row, changes)
            row_type = f"{draft.type_name('Doc')}<{draft.convex_table(table)}>"
            change = arrow(f"({row}: {row_type}, {data})", patch)
        return call(draft.library("orChange"), rows[0], make, change, *keys)

    def _record(self, table: Table, assigned: Sequence[Written], env: Env, new: Env) -> Doc:
        """The object of what is written."""
        only = assigned[0] if len(assigned) == 1 else None
        if isinstance(only, Entries):
            return self._built(table, assigned, self._object(only, bool(env.rows)))
        items: list[Doc] = []
        unsure = False
        for each in assigned:
            if isinstance(each, Entries):
                items.append(("...", self._object(each, bool(env.rows))))
                unsure = True
                continue
            with self._values.where_tested(each.tests):
                value, may_miss = self._stored(table, each, env, new)
            unsure = unsure or may_miss
            item: Doc = (f"{property_text(each.field)}: ", value)
            items.append(self._under(each, item) if each.tests else item)
        made = record(items)
        if not self._work.is_built:
            return call(self._draft.library("nulls"), made) if unsure else made
        return self._built(table, assigned, made) if unsure else made

    def _object(self, entries: Entries, repeated: bool) -> Doc:
        draft = self._draft
        return draft.closed(entries.value, "changes", alone=True) if repeated else draft.value(entries.value)

    def _built(self, table: Table, assigned: Sequence[Written], made: Doc) -> Doc:
        """What a query builder writes of an object that may hold undefined."""
        draft, work = self._draft, self._work
        is_open = any(isinstance(each, Entries) for each in assigned)
        if work.verb is not Verb.INSERT:
            fixed = [each for each in assigned if isinstance(each, Assigned) and not self._may_miss(each)]
            return made if fixed else call(draft.library("someChanges"), made)
        if work.dialect is Dialect.SQLITE:
            made = call(draft.library("nulls"), made)
        return (made, " as any") if is_open else made

    def _may_miss(self, assigned: Assigned) -> bool:
        value = assigned.value
        return isinstance(value, Given) and self._draft.facts.may_be_undefined(value.value)

    def _under(self, assigned: Assigned, item: Doc) -> Doc:
        """An entry that is only there under tests of the code."""
        tests = joined([self._values.guard(each, each.held) for each in assigned.tests], " && ")
        return ("...(", tests, " ? { ", item, " } : {})")

    def _stored(self, table: Table, assigned: Assigned, env: Env, new: Env) -> tuple[Doc, bool]:
        """A value for the function of the table, which reads it as the database read parameters; and whether it may
        be undefined, which is null for drivers."""
        value = assigned.value
        column = table.field(assigned.field)
        assert column is not None
        if isinstance(value, Given):
            repeated = bool(env.rows)
            doc = (
                self._draft.closed(value.value, assigned.field, alone=True)
                if repeated
                else self._draft.value(value.value)
            )
            return doc, self._draft.facts.may_be_undefined(value.value)
        if isinstance(value, Constant):
            return value.text, False
        if isinstance(value, Column) and value.source == NEW and new.rows:
            if value.field not in {each.field for each in assigned_in(self._work)}:
                raise RefusedError("CX301", f"excluded.{value.field}, which is not given")
            return f"{new.rows[NEW]}.{value.field}", False
        found = self._values.value(value, env)
        if found.waits:
            raise RefusedError("CX301", "a statement within what is written")
        if value.kind in (Kind.TIME, Kind.DATE):
            return call(self._draft.library("date"), found.doc), False
        if value.kind is Kind.BOOLEAN and column.type is not FieldType.BOOLEAN:
            number = call(self._draft.library("lifted"), "Number", found.doc)
            return number if found.may_be_null else call("Number", found.doc), False
        return found.doc, False

    # ---- UPDATE and DELETE --------------------------------------------------------------------------

    def _affected(self) -> tuple[Doc, Table, Env]:
        selection = self._work.selection
        assert selection is not None
        rows = self._selections.sources.rows(selection, Env())
        return rows.doc, self._draft.table(selection.sources[0].table), rows.env

    def _update(self) -> tuple[Doc, Table]:
        draft = self._draft
        with draft.scope():
            docs, table, env = self._affected()
            changes = self._record(table, self._work.changes, env, Env())
            patch = call(draft.table_function(table, "patch"), draft.ctx, env.parameter.strip("()"), changes)
            return call(draft.library("inTurn"), docs, arrow(env.parameter, patch)), table

    def _delete(self) -> tuple[Doc, Table]:
        draft = self._draft
        with draft.scope():
            docs, table, env = self._affected()
            gone = call(draft.table_function(table, "delete"), draft.ctx, env.parameter.strip("()"))
            return call(draft.library("inTurn"), docs, arrow(env.parameter, gone)), table
