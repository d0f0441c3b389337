"""Which way leads to the rows of documents: a key, an index, or a scan with a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codemods.ir.query import All, Compare, Condition, Order, Predicate
from codemods.ir.table import Table
from codemods.source.span import Span
from codemods.writers.documents.tests import DocumentTester, path_of, stored_value
from codemods.writers.layout import Doc, arrow, call
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.sources import IdSource, IdsSource, QuerySource, Source, chain
from codemods.writers.stored.indexes import choose, unique_sets

CREATION = "_creationTime"


def source_of(
    draft: Draft, table: Table, where: Predicate, order: Sequence[Order] = (), bounded: bool = False
) -> Source:
    """The best way to the rows. The order of what has to be sorted is left to the caller."""
    parts = list(_conjuncts(where))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        tester = DocumentTester(draft, table, row)
        for part in parts:
            if not isinstance(part, Condition) or part.field != "_id" or part.op not in (Compare.EQ, Compare.IN):
                continue
            test = tester.arrow([other for other in parts if other is not part])
            if part.op is Compare.EQ:
                return IdSource(by_key(draft, table, part.value), test)
            model = draft.table_function(table, "model")
            keys = call(draft.library("byKeys"), draft.ctx, draft.convex_table(table), model, draft.value(part.value))
            return IdsSource(keys, test)
        return _query(draft, table, parts, tester, order, bounded)


def by_key(draft: Draft, table: Table, value: Span) -> Doc:
    """A promise of the row with a key, or of null."""
    model = draft.table_function(table, "model")
    return call(draft.library("byKey"), draft.ctx, draft.convex_table(table), model, draft.value(value))


def _conjuncts(where: Predicate) -> list[Predicate]:
    if isinstance(where, All):
        return [inner for part in where.parts for inner in _conjuncts(part)]
    return [where]


def _query(
    draft: Draft,
    table: Table,
    parts: list[Predicate],
    tester: DocumentTester,
    order: Sequence[Order],
    bounded: bool,
) -> Source:
    equal = _equalities(draft, table, parts)
    sure = {name for name, part in equal.items() if _is_sure(draft, table, part)}
    if equal and not sure:
        return _for_equal(draft, table, parts, tester, next(iter(equal.values())))
    unique = next((key for key in unique_sets(table) if set(key) <= sure), None)
    # What is missing comes before null in an index, and beside it in MongoDB: that shows where another key follows.
    fields = tuple(replace(field, nullable=field.nullable and len(order) > 1) for field in table.fields)
    plain = replace(table, fields=fields)
    choice = choose(plain, unique or sure, (), () if unique else order, bounded)
    links: list[Doc] = [f".query({draft.convex_table(table)})"]
    if choice.fields:
        stored = tuple(draft.names.field(table, name) for name in choice.fields)
        name = f'"{draft.index(table, stored)}"'
        steps = [
            call(".eq", f'"{draft.names.field(table, field)}"', stored_value(draft, table, field, equal[field].value))
            for field in choice.equal
        ]
        links.append(call(".withIndex", name, *([_range(draft, steps)] if steps else [])))
    if choice.descending:
        links.append('.order("desc")')
    rest = [part for part in parts if part not in [equal[field] for field in choice.equal]]
    test = tester.arrow(rest)
    if not choice.equal and test is not None:
        draft.warn("CX303", f"no index of {draft.names.of(table.name).table} serves the condition")
    return QuerySource(tuple(links), test, choice.sort, unique is not None, bool(choice.equal))


def _for_equal(
    draft: Draft, table: Table, parts: list[Predicate], tester: DocumentTester, part: Condition
) -> IdsSource:
    """`whereEqual(value, (user) => …)`: the value may be null, which equals what is missing."""
    with draft.scope():
        value, q = draft.fresh(part.field), draft.fresh("q")
        stored = draft.names.field(table, part.field)
        match = call(
            ".withIndex", f'"{draft.index(table, (stored,))}"', arrow(f"({q})", f'{q}.eq("{stored}", {value})')
        )
        query = chain(draft, [f".query({draft.convex_table(table)})", match, ".collect()"])
        wanted = stored_value(draft, table, part.field, part.value)
        found = call(draft.library("whereEqual"), wanted, arrow(f"({value})", query))
    return IdsSource(found, tester.arrow([other for other in parts if other is not part]))


def _equalities(draft: Draft, table: Table, parts: list[Predicate]) -> dict[str, Condition]:
    """The equalities that an index can serve, by field."""
    found: dict[str, Condition] = {}
    for part in parts:
        path = path_of(table, part.field) if isinstance(part, Condition) else None
        if not isinstance(part, Condition) or part.op is not Compare.EQ or path is None or not path.is_plain:
            continue
        if "." not in part.field and not draft.facts.is_null(part.value):
            found.setdefault(part.field, part)
    return found


def _is_sure(draft: Draft, table: Table, part: Condition) -> bool:
    """The value is not null, or no row has null there or lacks the field."""
    path = path_of(table, part.field)
    required = path is not None and path.required
    return required or not draft.facts.may_be_null(part.value)


def _range(draft: Draft, steps: list[Doc]) -> Doc:
    with draft.scope():
        name = draft.fresh("q")
    return arrow(f"({name})", (name, *steps))
