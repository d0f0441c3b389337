"""Reads of SQL that show more than rows: joined tables, objects of chosen columns, groups and functions over them.

Joined rows are pairs, the first of which may be a pair itself: `[[post, user], team]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from codemods.ir.query import (
    EVERYTHING,
    Alike,
    All,
    Any,
    Asked,
    Column,
    Compare,
    Compared,
    Condition,
    IsNull,
    Join,
    Named,
    Not,
    Order,
    Predicate,
    Query,
    Related,
    When,
    all_of,
    conjuncts,
)
from codemods.ir.table import Table
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, arrow, call, listed
from codemods.writers.queries.access import Bound, source_of
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.joined_tests import JoinedTester
from codemods.writers.queries.orders import check_order, direction_of
from codemods.writers.queries.pages import paged, warn_unbounded
from codemods.writers.queries.predicates import Arrow
from codemods.writers.queries.shapes import Source, Sources, grouped_view, key_of, shape_view, value_of
from codemods.writers.queries.sorting import sorted_source
from codemods.writers.queries.sources import Source as Way
from codemods.writers.queries.sources import limits_of, many, sliced, unordered
from codemods.writers.stored.fields import id_target, members_of
from codemods.writers.stored.indexes import unique_sets


def select(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """The rows of a read with joins or a shape of its own."""
    sources = _sources(draft, table, query)
    docs = _rows(draft, sources, query)
    assert query.shown is not None
    return call(draft.library("rows"), draft.apart(docs), shape_view(draft, sources, query.shown))


def select_groups(draft: Draft, table: Table, query: Query, used: bool) -> Doc:
    """Groups of rows, or all rows as one, and what is shown of each."""
    sources = _sources(draft, table, query)
    assert query.by is not None and query.shown is not None
    docs = _rows(draft, sources, replace(query, order=(), sorting=(), page=EVERYTHING))
    groups = call(draft.library("groupOf"), docs)
    if query.by:
        keys = [value_of(draft, sources.of(column.source), column) for column in query.by]
        groups = call(draft.library("groupedBy"), docs, arrow(f"({sources.pattern})", listed("[", keys, "]")))
    if query.sorting:
        raise RefusedError("CX301", "the order of groups is chosen at run time")
    if query.order:
        if not all(Column(key.field, key.source) in query.by for key in query.order):
            raise RefusedError("CX301", "groups in an order that is not theirs")
        firsts = sources.first_of("group")
        order = [_key(draft, firsts, "group", key) for key in query.order]
        groups = call(draft.library("sortedBy"), groups, *order)
    groups = sliced(draft, groups, limits_of(draft, query.page))
    return draft.apart(call(draft.library("rows"), groups, grouped_view(draft, sources, query.shown)))


def _sources(draft: Draft, table: Table, query: Query) -> Sources:
    found = [Source("", table, draft.fresh(draft.names.of(table.name).row), False)]
    for join in query.joins:
        other = draft.table(join.table)
        found.append(Source(join.source, other, draft.fresh(draft.names.of(other.name).row), join.left))
    return Sources(tuple(found))


def _rows(draft: Draft, sources: Sources, query: Query) -> Doc:
    """A promise of the rows, joined, filtered, sorted and cut to the page."""
    base = sources.known[0]
    parts = list(conjuncts(query.where))
    own = [part for part in parts if sources_in(part) <= {""}]
    rest = [part for part in parts if part not in own]
    is_sorted_first = all(not key.source for key in query.order)
    is_cut_first = is_sorted_first and not rest and all(_is_to_one(draft, sources, join) for join in query.joins)
    order = query.order if is_sorted_first else ()

    def find(keys: Sequence[Order], bounded: bool) -> Way:
        if query.sorting:
            return sorted_source(draft, base.table, all_of(own), query.sorting)
        way = source_of(draft, base.table, all_of(own), keys, (), bounded)
        return way if keys or query.page != EVERYTHING or not query.joins else unordered(way)

    docs = paged(draft, base.table, order, query.page if is_cut_first else EVERYTHING, find)
    for number, join in enumerate(query.joins, start=1):
        docs = _joined(draft, Sources(sources.known[:number]), sources.known[number], join, docs)
    if rest:
        test = Arrow(sources.pattern, JoinedTester(draft, sources).test(All(tuple(rest))))
        docs = call(draft.library("onlyThose"), docs, test.doc)
    if not is_sorted_first:
        for key in query.order:
            check_order(draft, sources.of(key.source).table, [replace(key, source="")])
        docs = call(
            draft.library("sortedBy"), docs, *(_key(draft, sources, sources.pattern, key) for key in query.order)
        )
    return docs if is_cut_first else sliced(draft, docs, limits_of(draft, query.page))


def _key(draft: Draft, sources: Sources, pattern: str, key: Order) -> Doc:
    source = sources.of(key.source)
    field = source.table.field(key.field)
    members = members_of(field, draft.schema) if field is not None else ()
    values = [listed("[", [f'"{member}"' for member in members], "]")] if members else []
    made = arrow(f"({pattern})", key_of(draft, source, Column(key.field, key.source)))
    return listed("[", [made, direction_of(key), *values], "]")


def sources_in(predicate: Predicate) -> set[str]:
    """The names of the joined tables that a condition is about; "" is the query's own."""
    match predicate:
        case Condition(source=source) | IsNull(source=source):
            return {source}
        case Compared(left=left, right=right):
            return {left.source, right.source}
        case All(parts=parts) | Any(parts=parts):
            return {source for part in parts for source in sources_in(part)}
        case Not(part=part) | Named(part=part):
            return sources_in(part)
        case When(part=part, otherwise=otherwise):
            return sources_in(part) | sources_in(otherwise)
        case Related() | Asked() | Alike():
            return {""}


# joins


@dataclass(frozen=True, slots=True)
class _Link:
    """What a join asks: columns that equal those of rows at hand, and conditions on the joined table alone."""

    keys: tuple[tuple[str, Column], ...]
    where: Predicate


def _link(join: Join) -> _Link:
    keys: list[tuple[str, Column]] = []
    rest: list[Predicate] = []
    for part in conjuncts(join.on):
        match part:
            case Compared(left=left, op=Compare.EQ, right=right) if left.source != right.source:
                here, there = (left, right) if left.source == join.source else (right, left)
                keys.append((here.field, there))
            case _ if sources_in(part) <= {join.source}:
                rest.append(_bare(part))
            case _:
                raise RefusedError("CX301", f"a join of {join.table} on more than columns of equal rows")
    if not keys:
        raise RefusedError("CX301", f"a join of {join.table} without a column that equals another")
    return _Link(tuple(keys), all_of(rest))


def _bare(part: Predicate) -> Predicate:
    """A condition on one joined table, as on its own."""
    match part:
        case Condition() | IsNull():
            return replace(part, source="")
        case Compared(left=left, right=right):
            return replace(part, left=replace(left, source=""), right=replace(right, source=""))
        case All(parts=parts) | Any(parts=parts):
            return replace(part, parts=tuple(_bare(each) for each in parts))
        case Not(part=inner) | Named(part=inner):
            return replace(part, part=_bare(inner))
        case When(part=inner, otherwise=otherwise):
            return replace(part, part=_bare(inner), otherwise=_bare(otherwise))
        case Related() | Asked() | Alike():
            return part


def _is_to_one(draft: Draft, sources: Sources, join: Join) -> bool:
    """Does exactly one row come of each, whatever the join finds?"""
    link, table = _link(join), sources.of(join.source).table
    found = {name for name, _ in link.keys}
    unique = [key for key in ((table.primary_key,) if table.generated_id else (), *unique_sets(table)) if key]
    keys = [(table.id_field,) if table.id_field else (), *unique]
    return join.left and any(key and set(key) <= found for key in keys)


def _joined(draft: Draft, before: Sources, source: Source, join: Join, docs: Doc) -> Doc:
    link = _link(join)
    found = _found(draft, before, source, link)
    absent = [test for _, there in link.keys for test in _absences(before.of(there.source), there)]
    made = (f"{' || '.join(dict.fromkeys(absent))} ? [] : ", found) if absent else found
    return call(draft.library("leftJoined" if join.left else "joined"), docs, arrow(f"({before.pattern})", made))


def _absences(source: Source, column: Column) -> list[str]:
    """The tests that a value is missing, with which nothing is joined."""
    field = source.table.field(column.field)
    tests = [f"{source.path} === null"] if source.optional else []
    return [*tests, f"{source.path}.{column.field} === null"] if field is not None and field.nullable else tests


def _found(draft: Draft, before: Sources, source: Source, link: _Link) -> Doc:
    """A promise of the rows that come with one at hand."""
    table = source.table
    by_id = next((there for name, there in link.keys if name == table.id_field), None)
    if by_id is None:
        bounds = [
            Bound(name, value_of(draft, replace(before.of(there.source), optional=False), there))
            for name, there in link.keys
        ]
        way = source_of(draft, table, link.where, (), bounds)
        warn_unbounded(draft, table, way)
        return many(draft, table, unordered(way))
    if len(link.keys) > 1:
        raise RefusedError("CX301", f"a join of {table.name} by its key and more")
    owner = before.of(by_id.source)
    field = owner.table.field(by_id.field)
    key = value_of(draft, replace(owner, optional=False), by_id)
    is_key = field is not None and id_target(field, draft.schema) == table.name
    name = draft.convex_table(table)
    found = call(f"{draft.ctx}.db.get", name, key) if is_key else call(draft.library("find"), draft.ctx, name, key)
    if link.where != All(()):
        alone = Sources((replace(source, name="", optional=False),))
        test = Arrow(source.path, JoinedTester(draft, alone).test(link.where))
        found = call(draft.library("onlyIf"), found, test.doc)
    return call(draft.library("listOf"), found)
