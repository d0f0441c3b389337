"""Writes of documents as expressions of a Promise over `ctx.db`, with the hooks of their schemas."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.ir.document import DocumentFunction
from codemods.ir.query import (
    Compare,
    Condition,
    Gives,
    Op,
    Query,
    conjuncts,
)
from codemods.ir.table import Table
from codemods.planner.stored.document_functions import hooks_of
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.documents.access import source_of
from codemods.writers.documents.reads import quoted_name, view_of, work_of
from codemods.writers.documents.tests import path_of
from codemods.writers.layout import Doc, arrow, call, listed, record
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.sources import many, one, unordered


def make(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`new User(data)`."""
    source = work_of(query).source
    model = draft.table_function(table, "model")
    data = [draft.value(source)] if source is not None else []
    draft.table_function(table, "save")
    return call(draft.library("newDocument"), model, *data)


def create(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`create` and `insertMany`."""
    work = work_of(query)
    assert work.source is not None
    if _hooks(table):
        return _saved_after(draft, table, make(draft, table, query, used))
    insert = draft.table_function(table, "insert")
    if query.op is Op.CREATE_MANY:
        with draft.scope():
            data = draft.fresh("data")
        made = call(draft.library("inTurn"), draft.value(work.source), f"({data}) => {insert}({draft.ctx}, {data})")
        return call(draft.library("rows"), draft.apart(made), draft.table_function(table, "mapper"))
    made = draft.apart(call(insert, draft.ctx, draft.value(work.source)))
    return call(draft.library("row"), made, draft.table_function(table, "mapper")) if used else made


def save(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`saved(user, saveUser(ctx, changesOf(user)), userModel)`."""
    work = work_of(query)
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


def update(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`findOneAndUpdate` and its kin: the document before or after the change, or null."""
    work = work_of(query)
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
    return call(draft.library("row"), done, view_of(draft, table, query))


def _update_doc(draft: Draft, table: Table, query: Query) -> Doc:
    """The update as the functions that do it get it, after the hooks."""
    work = work_of(query)
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
        flags = ["true"] if work_of(query).validated else []
        model = draft.table_function(table, "model")
        changes = call(draft.library("updatedRow"), model, row, update, *flags)
        head = _awaiting(draft, table, query, f"({row})")
        return arrow(head, call(draft.table_function(table, "patch"), draft.ctx, row, changes))


def _upserting(draft: Draft, table: Table, query: Query, update: Doc) -> Doc:
    """A function that makes the document which no condition found: of what they equal, and of the update."""
    work = work_of(query)
    equal: list[Doc] = []
    for part in conjuncts(query.where):
        path = path_of(table, part.field) if isinstance(part, Condition) else None
        if not isinstance(part, Condition) or part.op is not Compare.EQ or path is None or not path.is_plain:
            raise RefusedError("CX301", "an upsert by more than the values of some fields")
        equal.append((f"{quoted_name(part.field)}: ", draft.closed(part.value, part.field, alone=True)))
    model, save = draft.table_function(table, "model"), draft.table_function(table, "save")
    flags = ["true"] if work.validated else []
    changes = call(draft.library("upserted"), model, record(equal), update, *flags)
    return arrow(_awaiting(draft, table, query, "()"), call(save, draft.ctx, changes))


def update_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`updateOne` and `updateMany`: how many were found and changed."""
    work = work_of(query)
    update = _update_doc(draft, table, query)
    changed = _changing(draft, table, query, update)
    made = [_upserting(draft, table, query, update)] if work.upsert else []
    return draft.apart(call(draft.library("changedAll"), _affected(draft, table, query), changed, *made))


def _affected(draft: Draft, table: Table, query: Query) -> Doc:
    is_one = work_of(query).one
    source = source_of(draft, table, query.where, (), is_one)
    if is_one:
        return call(draft.library("listOf"), one(draft, table, source))
    return many(draft, table, unordered(source))


def delete(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`findByIdAndDelete` and its kin: the document that is gone, or null."""
    found = one(draft, table, source_of(draft, table, query.where, (), True))
    gone = draft.apart(call(draft.library("removedOne"), found, _removing(draft, table)))
    return call(draft.library("row"), gone, view_of(draft, table, query)) if used else gone


def _removing(draft: Draft, table: Table) -> Doc:
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
    return arrow(f"({row})", call(f"{draft.ctx}.db.delete", draft.convex_table(table), f"{row}._id"))


def delete_many(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """`deleteOne` and `deleteMany`, of a model or of a document."""
    work = work_of(query)
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
