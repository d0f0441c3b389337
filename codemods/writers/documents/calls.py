"""Calls on documents as expressions of a Promise over `ctx.db`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from codemods.ir.document import DocumentFunction, Virtual
from codemods.ir.query import (
    Compare,
    Condition,
    DocumentWork,
    Gives,
    NumberOf,
    NumberWhen,
    Op,
    Populate,
    Query,
    conjuncts,
)
from codemods.ir.table import Table
from codemods.planner.document_functions import hooks_of
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.documents.access import source_of
from codemods.writers.documents.tests import path_of
from codemods.writers.draft import Draft
from codemods.writers.layout import Doc, arrow, call, listed, record
from codemods.writers.sources import IdSource, Limits, QuerySource, Source, chain, many, one, unordered

_NO_WORK = DocumentWork()


def _work(query: Query) -> DocumentWork:
    return query.document or _NO_WORK


# ---- reads --------------------------------------------------------------------------------------


def _find_one(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    return _shown(draft, table, query, _first(draft, table, query))


def _first(draft: Draft, table: Table, query: Query) -> Doc:
    """A promise of the first row in the order that is asked for, or of null."""
    work = _work(query)
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
    work = _work(query)
    if work.sorting is not None:
        return call(draft.library("inOrder"), docs, draft.value(work.sorting))
    if not query.order:
        return docs
    keys = record([f"{_quoted(key.field)}: {-1 if key.descending else 1}" for key in query.order])
    return call(draft.library("inOrder"), docs, keys)


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f'"{name}"'


def _find_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    docs = draft.apart(_rows(draft, table, query))
    return call(draft.library("rows"), docs, _view(draft, table, query))


def _rows(draft: Draft, table: Table, query: Query) -> Doc:
    work, page = _work(query), query.page
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


def _count(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    return draft.apart(call(draft.library("countRows"), _rows(draft, table, query)))


def _exists(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    found = draft.apart(one(draft, table, source_of(draft, table, query.where, (), True)))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
    return call(draft.library("row"), found, f"({row}) => ({{ _id: {row}._id }})")


def _distinct(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    path = _work(query).distinct or ""
    return draft.apart(call(draft.library("distinctAt"), _rows(draft, table, query), f'"{path}"'))


def _shown(draft: Draft, table: Table, query: Query, found: Doc) -> Doc:
    return call(draft.library("row"), draft.apart(found), _view(draft, table, query))


def _view(draft: Draft, table: Table, query: Query) -> Doc:
    """A function from a row to the document that the query gives."""
    work = _work(query)
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


# ---- writes -------------------------------------------------------------------------------------


def _make(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    source = _work(query).source
    model = draft.table_function(table, "model")
    data = [draft.value(source)] if source is not None else []
    draft.table_function(table, "save")
    return call(draft.library("newDocument"), model, *data)


def _create(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    work = _work(query)
    assert work.source is not None
    if _hooks(table):
        return _saved_after(draft, table, _make(draft, table, query, used))
    insert = draft.table_function(table, "insert")
    if query.op is Op.CREATE_MANY:
        with draft.scope():
            data = draft.fresh("data")
        made = call(draft.library("inTurn"), draft.value(work.source), f"({data}) => {insert}({draft.ctx}, {data})")
        return call(draft.library("rows"), draft.apart(made), draft.table_function(table, "mapper"))
    made = draft.apart(call(insert, draft.ctx, draft.value(work.source)))
    return call(draft.library("row"), made, draft.table_function(table, "mapper")) if used else made


def _save(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`saved(user, saveUser(ctx, changesOf(user)), userModel)`."""
    work = _work(query)
    assert work.source is not None
    document = draft.value(work.source)
    if _hooks(table):
        return _saved_after(draft, table, document)
    changes: Doc = call(draft.library("changesOf"), document)
    if draft.in_action:
        changes = draft.bundle("changes", changes)
    stored = draft.apart(call(draft.table_function(table, "save"), draft.ctx, changes))
    return call(draft.library("saved"), document, stored, draft.table_function(table, "model"))


def _hooks(table: Table) -> bool:
    """Is there a function that is called when a document is saved?"""
    return table.document is not None and bool(table.document.hooks_of("validate", "save"))


def _called_at(draft: Draft, table: Table, hooks: Iterable[DocumentFunction]) -> Doc:
    return listed("[", [draft.hook(table, hook) for hook in hooks], "]")


def _saved_after(draft: Draft, table: Table, document: Doc) -> Doc:
    """`savedAfter(user, userModel, [beforeSavingUser], (user) => saveUser(ctx, changesOf(user)))`."""
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        changes: Doc = call(draft.library("changesOf"), row, "true")
        if draft.in_action:
            changes = draft.bundle("changes", changes)
        store = draft.apart(call(draft.table_function(table, "save"), draft.ctx, changes))
    assert table.document is not None
    checking, saving = table.document.hooks_of("validate"), table.document.hooks_of("save")
    before = _called_at(draft, table, (hook for hook in saving if not hook.after))
    others = {"checking": checking, "after": tuple(hook for hook in saving if hook.after)}
    more = [(f"{name}: ", _called_at(draft, table, hooks)) for name, hooks in others.items() if hooks]
    model = draft.table_function(table, "model")
    given = [record(more)] if more else []
    return call(draft.library("savedAfter"), document, model, before, arrow(f"({row})", store), *given)


def _update(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`findOneAndUpdate` and its kin: the document before or after the change, or null."""
    work = _work(query)
    if query.order or work.sorting is not None:
        raise RefusedError("CX301", "an update of the first in an order")
    found = one(draft, table, source_of(draft, table, query.where, (), True))
    update = _update_doc(draft, table, query)
    changed = _changing(draft, table, query, update)
    function = draft.library("changedOne" if work.gives is Gives.AFTER else "changedBefore")
    made = [_upserting(draft, table, query, update)] if work.upsert else []
    done = draft.apart(call(function, found, changed, *made))
    if not used:
        return done
    return call(draft.library("row"), done, _view(draft, table, query))


def _update_doc(draft: Draft, table: Table, query: Query) -> Doc:
    """The update as the functions that do it get it, after the hooks."""
    work = _work(query)
    assert work.update is not None
    if draft.in_action:
        return draft.as_text("update", _after_hooks(draft, table, query, draft.value(work.update)))
    if work.upsert:
        return _after_hooks(draft, table, query, draft.hoist(work.update, "update"))
    return _after_hooks(draft, table, query, draft.closed(work.update, "update", alone=True))


def _after_hooks(draft: Draft, table: Table, query: Query, update: Doc) -> Doc:
    """`await updateAfter(changes, [beforeUpdatingUser])`."""
    hooks = hooks_of(table, query)
    return ("await ", call(draft.library("updateAfter"), update, _called_at(draft, table, hooks))) if hooks else update


def _awaiting(draft: Draft, table: Table, query: Query, parameters: str) -> str:
    """The parameters of a function of ours that has to wait for hooks."""
    return f"async {parameters}" if hooks_of(table, query) and not draft.in_action else parameters


def _changing(draft: Draft, table: Table, query: Query, update: Doc) -> Doc:
    """A function that changes a row."""
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        flags = ["true"] if _work(query).validated else []
        model = draft.table_function(table, "model")
        changes = call(draft.library("updatedRow"), model, row, update, *flags)
        head = _awaiting(draft, table, query, f"({row})")
        return arrow(head, call(draft.table_function(table, "patch"), draft.ctx, row, changes))


def _upserting(draft: Draft, table: Table, query: Query, update: Doc) -> Doc:
    """A function that makes the document which no condition found: of what they equal, and of the update."""
    work = _work(query)
    equal: list[Doc] = []
    for part in conjuncts(query.where):
        path = path_of(table, part.field) if isinstance(part, Condition) else None
        if not isinstance(part, Condition) or part.op is not Compare.EQ or path is None or not path.is_plain:
            raise RefusedError("CX301", "an upsert by more than the values of some fields")
        equal.append((f"{_quoted(part.field)}: ", draft.closed(part.value, part.field, alone=True)))
    model, save = draft.table_function(table, "model"), draft.table_function(table, "save")
    flags = ["true"] if work.validated else []
    changes = call(draft.library("upserted"), model, record(equal), update, *flags)
    return arrow(_awaiting(draft, table, query, "()"), call(save, draft.ctx, changes))


def _update_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`updateOne` and `updateMany`: how many were found and changed."""
    work = _work(query)
    update = _update_doc(draft, table, query)
    changed = _changing(draft, table, query, update)
    made = [_upserting(draft, table, query, update)] if work.upsert else []
    return draft.apart(call(draft.library("changedAll"), _affected(draft, table, query), changed, *made))


def _affected(draft: Draft, table: Table, query: Query) -> Doc:
    is_one = _work(query).one
    source = source_of(draft, table, query.where, (), is_one)
    if is_one:
        return call(draft.library("listOf"), one(draft, table, source))
    return many(draft, table, unordered(source))


def _delete(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`findByIdAndDelete` and its kin: the document that is gone, or null."""
    found = one(draft, table, source_of(draft, table, query.where, (), True))
    gone = draft.apart(call(draft.library("removedOne"), found, _removing(draft, table)))
    return call(draft.library("row"), gone, _view(draft, table, query)) if used else gone


def _removing(draft: Draft, table: Table) -> Doc:
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
    return arrow(f"({row})", call(f"{draft.ctx}.db.delete", draft.convex_table(table), f"{row}._id"))


def _delete_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    work = _work(query)
    if work.source is not None:
        return _delete_own(draft, table, query, work.source)
    return draft.apart(call(draft.library("removedAll"), _affected(draft, table, query), _removing(draft, table)))


def _delete_own(draft: Draft, table: Table, query: Query, source: Span) -> Doc:
    """`user.deleteOne()`."""
    key = draft.bundle("id", (draft.operand(source), "._id")) if draft.in_action else (draft.operand(source), "._id")
    model = draft.table_function(table, "model")
    found = call(draft.library("byKey"), draft.ctx, draft.convex_table(table), model, key)
    gone = draft.apart(call(draft.library("removedAll"), call(draft.library("listOf"), found), _removing(draft, table)))
    hooks = hooks_of(table, query)
    if not hooks:
        return gone
    before, after = ([hook for hook in hooks if hook.after is late] for late in (False, True))
    given = (_called_at(draft, table, each) for each in (before, after))
    return call(draft.library("removedAfter"), draft.value(source), arrow("()", gone), *given)


Writer = Callable[[Draft, Table, Query, bool], Doc]

DOCUMENT_WRITERS: dict[Op, Writer] = {
    Op.FIND_UNIQUE: _find_one,
    Op.FIND_FIRST: _find_one,
    Op.FIND_MANY: _find_many,
    Op.COUNT: _count,
    Op.EXISTS: _exists,
    Op.DISTINCT: _distinct,
    Op.MAKE: _make,
    Op.CREATE: _create,
    Op.CREATE_MANY: _create,
    Op.SAVE: _save,
    Op.UPDATE: _update,
    Op.UPDATE_MANY: _update_many,
    Op.DELETE: _delete,
    Op.DELETE_MANY: _delete_many,
}
"""What each operation on documents becomes; the others are refused."""
