"""Reads of documents as expressions of a Promise over `ctx.db`, and what they show."""

from __future__ import annotations

from codemods.ir.document import Virtual
from codemods.ir.query import (
    DocumentWork,
    Lookup,
    NumberOf,
    NumberWhen,
    Populate,
    Query,
)
from codemods.ir.table import Table
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.documents.access import source_of
from codemods.writers.documents.tests import path_of
from codemods.writers.layout import Doc, arrow, call, record
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.sources import IdSource, Limits, QuerySource, Source, chain, many, one, unordered

_NO_WORK = DocumentWork()


def work_of(query: Query) -> DocumentWork:
    """What a call does with documents."""
    return query.document or _NO_WORK


def find_one(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`findOne` and `findById`."""
    return _shown(draft, table, query, _first(draft, table, query))


def _first(draft: Draft, table: Table, query: Query) -> Doc:
    """A promise of the first row in the order that is asked for, or of null."""
    work = work_of(query)
    source = source_of(draft, table, query.where, query.order, True)
    if query.page.offset is not None:
        raise RefusedError("CX301", "skip of a single document")
    if not isinstance(source, IdSource) and (work.sorting is not None or _is_unsorted(source)):
        docs = _in_order(draft, table, query, source)
        found = call(draft.library("firstOf"), docs)
    else:
        found = one(draft, table, source)
    if query.or_throw:
        found = call(draft.library("orFail"), found, f'"{table.name}"')
    return found


def _is_unsorted(source: Source) -> bool:
    return isinstance(source, QuerySource) and bool(source.sort)


def _in_order(draft: Draft, table: Table, query: Query, source: Source) -> Doc:
    """A promise of all rows in order, where no index gives it."""
    docs = many(draft, table, unordered(source))
    work = work_of(query)
    if work.sorting is not None:
        return call(draft.library("inOrder"), docs, draft.value(work.sorting))
    if not query.order:
        return docs
    keys = record([f"{quoted_name(key.field)}: {-1 if key.descending else 1}" for key in query.order])
    return call(draft.library("inOrder"), docs, keys)


def quoted_name(name: str) -> str:
    """A name as a key of an object."""
    return name if name.isidentifier() else f'"{name}"'


def find_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`find`."""
    docs = draft.apart(_rows(draft, table, query))
    return call(draft.library("rows"), docs, view_of(draft, table, query))


def _rows(draft: Draft, table: Table, query: Query) -> Doc:
    work, page = work_of(query), query.page
    limited = page.limit is not None
    source = source_of(draft, table, query.where, query.order, limited)
    sorts = not isinstance(source, QuerySource) or bool(source.sort)
    reorders = work.sorting is not None or (bool(query.order) and sorts and not isinstance(source, IdSource))
    if isinstance(page.limit, NumberWhen | NumberOf) or isinstance(page.offset, NumberWhen | NumberOf):
        raise RefusedError("CX301", "a page that depends on a test")
    if not reorders and page.offset is None and _is_count(draft, page.limit):
        assert page.limit is not None
        return many(draft, table, source, Limits(None, draft.value(page.limit), True))
    docs = _in_order(draft, table, query, source) if reorders else many(draft, table, source)
    if not limited and page.offset is None:
        _warn_unbounded(draft, table, source)
        return docs
    skip: Doc = draft.value(page.offset) if isinstance(page.offset, Span) else "0"
    given = [draft.value(page.limit)] if isinstance(page.limit, Span) else []
    return call(draft.library("someOf"), docs, skip, *given)


def _is_count(draft: Draft, limit: Span | None) -> bool:
    """A limit that is written as a number above zero."""
    text = draft.facts.literal(limit) if isinstance(limit, Span) else None
    return text is not None and text.isdigit() and text.strip("0") != ""


def _warn_unbounded(draft: Draft, table: Table, source: Source) -> None:
    if isinstance(source, QuerySource) and not source.is_bounded:
        draft.warn("CX303", f"reads all of {draft.names.of(table.name).table}")


def count(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`countDocuments`."""
    return draft.apart(call(draft.library("countRows"), _rows(draft, table, query)))


def aggregate(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`aggregated(rows(…), [{ $group: … }], { books: (path, value) => … })`."""
    work = work_of(query)
    assert work.source is not None
    if draft.in_action and work.lookups:
        raise RefusedError("CX202", "an action that looks for documents in a pipeline")
    source = source_of(draft, table, query.where)
    _warn_unbounded(draft, table, source)
    docs = call(draft.library("rows"), draft.apart(many(draft, table, source)), draft.table_function(table, "mapper"))
    collections = dict.fromkeys(lookup.collection for lookup in work.lookups)
    finders = [(f"{quoted_name(name)}: ", _finder(draft, name, work.lookups)) for name in collections]
    given = [record(finders)] if finders else []
    return call(draft.library("aggregated"), docs, draft.value(work.source), *given)


def _finder(draft: Draft, collection: str, lookups: tuple[Lookup, ...]) -> Doc:
    """How a pipeline finds the documents of a collection: by a key, or by any path."""
    own = [lookup for lookup in lookups if lookup.collection == collection]
    table = draft.table(own[0].table)
    mapper = draft.table_function(table, "mapper")
    with draft.scope():
        path, value = draft.fresh("path"), draft.fresh("value")
        if all(lookup.path == "_id" for lookup in own):
            found = call(draft.library("referred"), draft.ctx, draft.convex_table(table), value)
            listed_one = call(draft.library("listOf"), found)
            return arrow(f"({path}, {value})", call(draft.library("rows"), listed_one, mapper))
        draft.warn("CX303", f"reads all of {draft.names.of(table.name).table} for each lookup of a pipeline")
        every = chain(draft, [f".query({draft.convex_table(table)})", ".collect()"])
        found = call(draft.library("whereAny"), every, path, value)
        return arrow(f"({path}, {value})", call(draft.library("rows"), found, mapper))


def exists(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`exists`."""
    found = draft.apart(one(draft, table, source_of(draft, table, query.where, (), True)))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
    return call(draft.library("row"), found, f"({row}) => ({{ _id: {row}._id }})")


def distinct(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`distinct`."""
    path = work_of(query).distinct or ""
    return draft.apart(call(draft.library("distinctAt"), _rows(draft, table, query), f'"{path}"'))


def _shown(draft: Draft, table: Table, query: Query, found: Doc) -> Doc:
    return call(draft.library("row"), draft.apart(found), view_of(draft, table, query))


def view_of(draft: Draft, table: Table, query: Query) -> Doc:
    """A function from a row to the document that the query gives."""
    work = work_of(query)
    if work.populate and draft.in_action:
        raise RefusedError("CX202", "an action that populates documents")
    return _mapping(draft, table, work.only, work.without, work.populate, work.lean)


def _mapping(
    draft: Draft,
    table: Table,
    only: tuple[str, ...] | None,
    without: tuple[str, ...],
    populate: tuple[Populate, ...],
    lean: bool,
) -> Doc:
    """The mapper of the table, or a function that shows some of what it gives, with others in it."""
    mapper = draft.table_function(table, "mapper")
    bare = lean and table.document is not None and table.document.is_shaped
    if only is None and not without and not populate and not bare:
        return mapper
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        made: Doc = f"{mapper}({row})"
        made = _chosen(draft, call(draft.library("leanOf"), made) if bare else made, only, without)
        for each in populate:
            made = _populated(draft, made, each, lean)
        return (f"({row}) => ", made)


def _chosen(draft: Draft, made: Doc, only: tuple[str, ...] | None, without: tuple[str, ...]) -> Doc:
    if only is not None:
        return call(draft.library("only"), made, *(f'"{name}"' for name in only))
    if without:
        return call(draft.library("without"), made, *(f'"{name}"' for name in without))
    return made


def _populated(draft: Draft, made: Doc, populate: Populate, lean: bool) -> Doc:
    if populate.virtual is not None:
        return _referring(draft, made, populate, populate.virtual, lean)
    table = draft.table(populate.table)
    with draft.scope():
        key = draft.fresh("id")
        found = call(draft.library("referred"), draft.ctx, draft.convex_table(table), key)
        find = arrow(f"({key})", call(draft.library("row"), found, _shape_of(draft, populate, lean)))
    return call(draft.library("populated"), made, f'"{populate.path}"', find)


def _shape_of(draft: Draft, populate: Populate, lean: bool) -> Doc:
    """A function from a row to the document that comes in the place of a key."""
    table = draft.table(populate.table)
    return _mapping(draft, table, populate.only, populate.without, populate.inner, lean)


def _referring(draft: Draft, made: Doc, populate: Populate, virtual: Virtual, lean: bool) -> Doc:
    """`withReferring(user, "posts", "_id", (id) => rows(…))`: the documents that have a key of this one."""
    table = draft.table(populate.table)
    path = path_of(table, virtual.foreign)
    with draft.scope():
        key, q = draft.fresh("id"), draft.fresh("q")
        query: list[Doc] = [f".query({draft.convex_table(table)})"]
        if path is not None and path.is_plain and "." not in virtual.foreign:
            stored = draft.names.field(table, virtual.foreign)
            match = arrow(f"({q})", f'{q}.eq("{stored}", {key})')
            query += [call(".withIndex", f'"{draft.index(table, (stored,))}"', match), ".collect()"]
            found: Doc = chain(draft, query)
        else:
            draft.warn("CX303", f"no index of {draft.names.of(table.name).table} serves `{populate.path}`")
            all_rows = chain(draft, [*query, ".collect()"])
            found = call(draft.library("whereAny"), all_rows, f'"{virtual.foreign}"', key)
        find = arrow(f"({key})", call(draft.library("rows"), found, _shape_of(draft, populate, lean)))
    how = ['"one"'] if virtual.one else ['"count"'] if virtual.counted else []
    return call(draft.library("withReferring"), made, f'"{populate.path}"', f'"{virtual.local}"', find, *how)
