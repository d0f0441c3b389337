"""One database call as an expression of a Promise over `ctx.db`, which can stand where the call stood."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial

from codemods.ir.query import EVERYTHING, Op, Order, Page, Query, Result
from codemods.ir.table import Schema, Table
from codemods.source.edit import Part
from codemods.writers.acting.crossing import Crossing, across
from codemods.writers.code import DbCode, Refusal, RefusedError, ValueFacts
from codemods.writers.documents.calls import DOCUMENT_WRITERS
from codemods.writers.layout import Doc, Group, Line, Nest, call, layout, listed
from codemods.writers.names import SchemaNames
from codemods.writers.queries.access import source_of, unique_row
from codemods.writers.queries.conditions import declarations, handed_over
from codemods.writers.queries.draft import Draft, draft_of
from codemods.writers.queries.groups import aggregate, counted, group_by
from codemods.writers.queries.nested import with_nested
from codemods.writers.queries.orders import turned
from codemods.writers.queries.pages import paged
from codemods.writers.queries.relations import RELATIONS
from codemods.writers.queries.selects import select, select_groups
from codemods.writers.queries.sorting import sorted_source
from codemods.writers.queries.sources import Source, one, unordered
from codemods.writers.queries.views import all_loaded, one_loaded, row_view
from codemods.writers.queries.writes import create, create_many, delete, delete_many, update, update_many, upsert
from codemods.writers.sql import CLOCKS, write_sql

ASSUMED_START = 16
"""How far into its line an expression starts, beyond the indentation: `const user = await `."""


def write_query(
    query: Query,
    schema: Schema,
    names: SchemaNames,
    facts: ValueFacts,
    ctx: str = "ctx",
    indent: str = "",
    avoid: Collection[str] | None = None,
    used: bool = True,
    changing: Collection[str] = (),
    crossing: Crossing | None = None,
) -> DbCode | Refusal:
    """The code of a query, or why there is none.

    `avoid` holds the names that are bound where the code goes (its module's and its function's), for none of them may
    be shadowed or imported over. Without it the likeliest one is avoided: a handler called `deleteUser`.
    `changing` holds the names that are assigned more than once (`let`, reassigned parameters): their values are taken
    before the functions of ours that use them. `used` is False where nobody looks at the result, which is then not made
    to look like the source's. In an action, `crossing` is its way to the database.
    """
    draft = draft_of(query, schema, names, facts, ctx, RELATIONS, with_nested, avoid, changing)
    if crossing is not None:
        draft.apart, draft.in_action = partial(across, crossing, draft, query), True
    try:
        if query.unsupported:
            raise RefusedError("CX301", "; ".join(query.unsupported))
        if query.op is Op.CLOCK and query.sql is not None:
            return draft.finish(query, (CLOCKS[query.sql.dialect],), {})
        if query.sql is not None:
            doc = _with_hoisted(draft, write_sql(draft, query, used))
            return draft.finish(query, _laid_out(doc, indent), {})
        table = draft.table(query.table)
        write = _writer(table, query)
        if write is None:
            raise RefusedError("CX301", f"{query.op} is not supported")
        doc = _with_hoisted(draft, write(draft, table, query, used))
        conditions = declarations(draft)
    except RefusedError as refused:
        return refused.refusal
    return draft.finish(query, _laid_out(doc, indent), conditions)


def _writer(table: Table, query: Query) -> _Writer | None:
    """What writes a query, by what it does and shows."""
    if table.document is not None:
        return DOCUMENT_WRITERS.get(query.op)
    if query.by is not None:
        return select_groups
    if query.op is Op.FIND_MANY and query.shown is not None:
        return select
    return _WRITERS.get(query.op)


def _find_unique(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    return _row(draft, table, query, unique_row(draft, table, query.where))


def _find_first(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    page = query.page
    find = partial(_source, draft, table, query)
    if page in (EVERYTHING, Page(page.limit)):
        return _row(draft, table, query, one(draft, table, find(query.order, True)))
    order = turned(table, query.order) if page.backwards else query.order
    docs = paged(draft, table, order, replace(page, limit=None, backwards=False), find)
    return _row(draft, table, query, call(draft.library("firstOf"), docs))


def _find_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    docs = paged(draft, table, query.order, query.page, partial(_source, draft, table, query))
    docs = all_loaded(draft, table, query.include, docs)
    found = call(draft.library("rows"), docs, row_view(draft, table, query))
    if query.result is not Result.PAGE:
        return found
    if draft.in_action:
        raise RefusedError("CX202", "rows with their number, in an action")
    every = paged(draft, table, (), EVERYTHING, partial(_counted_source, draft, table, query))
    return call(draft.library("countedPage"), call(draft.library("countRows"), every), found)


def _source(draft: Draft, table: Table, query: Query, order: Sequence[Order], bounded: bool) -> Source:
    if not query.sorting:
        return source_of(draft, table, query.where, order, (), bounded)
    if query.page.backwards:
        raise RefusedError("CX301", "the last rows of an order that is only known at run time")
    return sorted_source(draft, table, query.where, query.sorting)


def _counted_source(draft: Draft, table: Table, query: Query, order: Sequence[Order], bounded: bool) -> Source:
    source = _source(draft, table, query, order, bounded)
    return source if order else unordered(source)


def _count(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    order = query.order if query.page.cursor is not None else ()
    docs = paged(draft, table, order, query.page, partial(_counted_source, draft, table, query))
    if query.grouping is not None:
        return draft.apart(counted(draft, table, docs, query.grouping))
    return draft.apart(call(draft.library("countRows"), docs))


def _condition(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    return handed_over(draft, table, query.where)


def _row(draft: Draft, table: Table, query: Query, found: Doc) -> Doc:
    if query.shown is not None:
        raise RefusedError("CX301", "a single row of a shape of its own")
    function = draft.library("rowOrThrow" if query.or_throw else "rowIfAny" if query.or_undefined else "row")
    found = one_loaded(draft, table, query.include, found)
    return call(function, found, row_view(draft, table, query))


def _with_hoisted(draft: Draft, doc: Doc) -> Doc:
    """Values that must be computed once, and before, become arguments."""
    if not draft.hoisted:
        return doc
    parameters = ", ".join(draft.hoisted.values())
    values: list[Doc] = [draft.hoisted_value(span) for span in draft.hoisted]
    return (f"(({parameters}) =>", Group(Nest((Line(" "), doc))), ")", listed("(", values, ")"))


def _laid_out(doc: Doc, indent: str) -> tuple[Part, ...]:
    return layout(doc, indent, len(indent) + ASSUMED_START)


_Writer = Callable[[Draft, Table, Query, bool], Doc]

_WRITERS: dict[Op, _Writer] = {
    Op.CONDITION: _condition,
    Op.FIND_UNIQUE: _find_unique,
    Op.FIND_FIRST: _find_first,
    Op.FIND_MANY: _find_many,
    Op.COUNT: _count,
    Op.AGGREGATE: aggregate,
    Op.GROUP_BY: group_by,
    Op.CREATE: create,
    Op.CREATE_MANY: create_many,
    Op.UPDATE: update,
    Op.UPDATE_MANY: update_many,
    Op.UPSERT: upsert,
    Op.DELETE: delete,
    Op.DELETE_MANY: delete_many,
}
"""What each operation becomes; the others are refused."""
