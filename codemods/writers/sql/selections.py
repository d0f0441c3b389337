"""What a SELECT gives: its rows, grouped, in order, a page of them, with the columns that it shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codemods.ir.query import Order
from codemods.ir.sql import (
    Aggregated,
    Column,
    Constant,
    Dialect,
    Expr,
    Inner,
    Key,
    Kind,
    Selection,
    Shown,
    Whole,
    inside,
)
from codemods.ir.table import Field, Table
from codemods.source.tree import property_text
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, arrow, call, listed, record
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.sources import chain
from codemods.writers.sql.sources import Rows, Sources
from codemods.writers.sql.values import EXACT, Env, Value, Values

Items = Sequence[Shown | Whole]


class Selections:
    """Writes the selections of one statement."""

    def __init__(self, draft: Draft, dialect: Dialect, needed: bool = False) -> None:
        """With `needed` parameters that are undefined are an error."""
        self.draft, self.dialect = draft, dialect
        self.values = Values(draft, dialect, self.inner, needed)
        self.sources = Sources(draft, self.values)
        self._for_one: Selection | None = None
        """The statement of whose rows only the first is looked at."""
        self.dates: dict[str, None] = {}
        """Columns of the result that hold moments, which cross from an action's database work as numbers."""

    def inner(self, selection: Selection, outer: Env, valued: bool) -> Doc:
        """A statement inside: a promise of its rows, or of the values of its one column."""
        with self.draft.scope():
            if not valued and not selection.grouped and selection.limit is None:
                return self.sources.rows(selection, outer).doc
            doc, env = self._ready(selection, outer)
            shown = selection.shown[0] if len(selection.shown) == 1 else None
            if not valued:
                return doc
            if not isinstance(shown, Shown):
                raise RefusedError("CX301", "a statement inside of several columns")
            value = self.values.value(shown.value, env)
            return self._mapped(doc, env, value.doc, value.waits)

    def shown(self, selection: Selection, is_one: bool = False) -> Doc:
        """A promise of the rows of the result, of which only the first is looked at if it `is_one`."""
        if is_one and isinstance(selection.limit, Constant) and selection.limit.text == "1":
            self._for_one = selection
        with self.draft.scope():
            if not selection.sources:
                if selection.where or selection.grouped:
                    raise RefusedError("CX301", "a SELECT without FROM")
                return self.view(call(self.draft.library("oneRow")), Env(parameter="()"), selection.shown)
            doc, env = self._ready(selection, Env(), late=selection.distinct)
            rows = self.view(doc, env, selection.shown)
            if not selection.distinct:
                return rows
            return self._distinct(selection, rows)

    def _ready(self, selection: Selection, outer: Env, late: bool = False) -> tuple[Doc, Env]:
        """The rows or groups in order, and the page of them."""
        draft = self.draft
        order = self._plain_order(selection)
        bounded = selection.limit is not None
        rows = self.sources.rows(selection, outer, order or (), bounded)
        doc, env, served = rows.doc, rows.env, rows.served and order is not None
        if selection.grouped:
            doc, env = self._grouped(selection, rows)
            served = False
            if selection.having:
                test = self.values.all([self.values.test(part, env) for part in selection.having])
                doc = call(draft.library("where"), doc, self._lambda(env, test.doc, test.waits))
        if selection.order and not served:
            doc = call(draft.library("inOrderOf"), doc, *(self._key(key, env) for key in selection.order))
        if late:
            return doc, env
        return self._page(selection, rows, doc, served), env

    def _page(self, selection: Selection, rows: Rows, doc: Doc, served: bool) -> Doc:
        limit, offset = selection.limit, selection.offset
        if limit is None and offset is None:
            return doc
        draft = self.draft
        is_query = bool(rows.links) and not selection.grouped and (served or not selection.order)
        if is_query and isinstance(limit, Constant) and limit.text != "0" and offset is None:
            return chain(draft, (*rows.links, f".take({limit.text})"))
        skip = self._count(offset) if offset is not None else "0"
        take = [self._count(limit)] if limit is not None else []
        if selection is self._for_one and offset is None:
            return doc
        if is_query:
            return call(draft.library("pageOf"), chain(draft, rows.links), skip, *take)
        return call(draft.library("sliceOf"), doc, skip, *take)

    def _count(self, value: Expr) -> Doc:
        if isinstance(value, Constant):
            return value.text
        found = self.values.value(value, Env())
        return found.doc if not found.may_be_null else call(self.draft.library("readCount"), found.doc)

    def _distinct(self, selection: Selection, rows: Doc) -> Doc:
        names = {each.name for each in selection.shown if isinstance(each, Shown)}
        columns = {key.value.field for key in selection.order if isinstance(key.value, Column)}
        if not columns <= names and any(isinstance(each, Shown) for each in selection.shown):
            raise RefusedError("CX301", "SELECT DISTINCT in the order of what it does not show")
        doc = call(self.draft.library("distinctRows"), rows)
        if selection.limit is None and selection.offset is None:
            return doc
        skip = self._count(selection.offset) if selection.offset is not None else "0"
        take = [self._count(selection.limit)] if selection.limit is not None else []
        return call(self.draft.library("sliceOf"), doc, skip, *take)

    def _plain_order(self, selection: Selection) -> tuple[Order, ...] | None:
        """The order as columns of the one source, where it is no more than that."""
        if len(selection.sources) != 1 or selection.grouped:
            return None
        found: list[Order] = []
        for key in selection.order:
            if not isinstance(key.value, Column) or key.value.kind is EXACT:
                return None
            found.append(Order(key.value.field, key.descending, nulls_first=key.nulls_first))
        return tuple(found)

    def _grouped(self, selection: Selection, rows: Rows) -> tuple[Doc, Env]:
        draft, env = self.draft, rows.env
        group = draft.fresh("group")
        if not selection.by:
            made = call(draft.library("asOne"), rows.doc)
            return made, Env(group=group, parameter=f"({group})", inner=env)
        keys = [self.values.value(each, env) for each in selection.by]
        if any(key.waits for key in keys):
            raise RefusedError("CX301", "GROUP BY of a statement inside")
        key = listed("[", [each.doc for each in keys], "]")
        made = call(draft.library("groupsBy"), rows.doc, arrow(env.parameter, key))
        is_one = len(selection.sources) == 1
        inner_rows = {name: f"{group}[0]" if is_one else f"{group}[0].{row}" for name, row in env.rows.items()}
        return made, replace(env, rows=inner_rows, group=group, parameter=f"({group})", inner=env)

    def _key(self, key: Key, env: Env) -> Doc:
        value = self.values.value(self._sortable(key.value, env), env)
        doc = value.doc
        if isinstance(key.value, Column) and key.value.field == env.tables[key.value.source].id_field:
            doc = (str(doc).removesuffix("._id"), "._creationTime")
        direction = "desc" if key.descending else "asc"
        if value.may_be_null and key.nulls_first is not key.descending:
            direction += f" nulls {'first' if key.nulls_first else 'last'}"
        order = [self.draft.library("exactOrder")] if self._is_exact(key.value) else []
        if key.value.kind is Kind.BOOLEAN:
            doc = call("Number", doc)
        return listed("[", [self._lambda(env, doc, value.waits), f'"{direction}"', *order], "]")

    def _sortable(self, value: Expr, env: Env) -> Expr:
        if value.kind is Kind.ID and not (
            isinstance(value, Column)
            and value.source in env.tables
            and value.field == env.tables[value.source].id_field
        ):
            raise RefusedError("CX301", "an order by the keys of other rows")
        return value

    def _is_exact(self, value: Expr) -> bool:
        return value.kind is EXACT

    def _lambda(self, env: Env, body: Doc, waits: bool) -> Doc:
        return arrow(f"{'async ' if waits else ''}{env.parameter}", body)

    def _mapped(self, doc: Doc, env: Env, body: Doc, waits: bool) -> Doc:
        return call(self.draft.library("rows"), doc, self._lambda(env, body, waits))

    # ---- columns ------------------------------------------------------------------------------------

    def view(self, doc: Doc, env: Env, shown: Items) -> Doc:
        """The rows with the columns that are asked for."""
        only = shown[0] if len(shown) == 1 and not self.draft.in_action else None
        if isinstance(only, Whole) and len(env.rows) == 1 and not env.group:
            return call(self.draft.library("rows"), doc, self._mapper(env.tables[only.source]))
        items, waits = self._items(env, shown)
        parts = record(items)
        prefix = "async " if waits else ""
        return call(self.draft.library("rows"), doc, (f"{prefix}{env.parameter} => (", parts, ")"))

    def _mapper(self, table: Table) -> str:
        return self.draft.table_function(table, "mapper")

    def _items(self, env: Env, shown: Items) -> tuple[list[Doc], bool]:
        found: dict[str, Doc] = {}
        waits = False
        for each in shown:
            if isinstance(each, Whole):
                self._whole(env, each, found)
                continue
            value = self._shown(each.value, env, each.name)
            waits = waits or value.waits
            found.pop(each.name, None)
            found[each.name] = (f"{property_text(each.name)}: ", value.doc)
        return list(found.values()), waits

    def _whole(self, env: Env, whole: Whole, found: dict[str, Doc]) -> None:
        table, row = env.tables[whole.source], env.rows[whole.source]
        for column in table.fields:
            found.pop(column.name, None)
        if whole.source not in env.optional and not self.draft.in_action:
            found[f"...{whole.source}"] = f"...{self._mapper(table)}({row})"
            return
        for column in table.fields:
            value = self._shown(Column(whole.source, column.name, _kind(table, column)), env, column.name)
            found[column.name] = (f"{property_text(column.name)}: ", value.doc)

    def _shown(self, expression: Expr, env: Env, name: str) -> Value:
        """A value as the driver gives it, under its name."""
        value = self.values.value(expression, env)
        kind = expression.kind
        if isinstance(expression, Column) and env.tables[expression.source].id_field == expression.field:
            kind = Kind.ID
        self.dates.pop(name, None)
        if kind in (Kind.TIME, Kind.DATE):
            if self.draft.in_action:
                self.dates[name] = None
                return value
            return replace(value, doc=call(self.draft.library("date"), value.doc))
        counted = kind is Kind.INT8 and self.dialect is Dialect.POSTGRES
        if counted or (kind is Kind.NUMERIC and any(isinstance(p, Aggregated | Inner) for p in inside(expression))):
            if counted and not value.may_be_null:
                return replace(value, doc=call("String", value.doc))
            return replace(value, doc=call(self.draft.library("shownAsText"), value.doc)) if counted else value
        if kind is Kind.BOOLEAN and self.dialect is not Dialect.POSTGRES:
            if value.may_be_null:
                return replace(value, doc=call(self.draft.library("lifted"), "Number", value.doc))
            return replace(value, doc=call("Number", value.doc))
        return value


def _kind(table: Table, column: Field) -> Kind:
    if column.name == table.id_field or column.references is not None or column.sql is None:
        return Kind.ID
    return column.sql.kind
