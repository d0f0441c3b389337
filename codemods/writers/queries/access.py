"""Which way leads to the rows of a query: an id, a unique key, an index, or a scan with a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codemods.ir.query import All, Asked, Compare, Condition, IsNull, Named, Not, Order, Predicate, conjuncts
from codemods.ir.table import Field, FieldType, Table
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, arrow, call
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.keys import given, is_given
from codemods.writers.queries.orders import check_order, in_order
from codemods.writers.queries.predicates import Arrow, Test, Tester
from codemods.writers.queries.sources import IdSource, IdsSource, QuerySource, Source, chain, one
from codemods.writers.stored.fields import column_of, is_indexable, is_ordered
from codemods.writers.stored.indexes import Choice, choose, unique_sets

_BOUNDS = {Compare.GT: "gt", Compare.GTE: "gte", Compare.LT: "lt", Compare.LTE: "lte"}


@dataclass(frozen=True, slots=True)
class Bound:
    """A column that must equal a column of a row at hand: `post.authorId` with `user._id`."""

    field: str
    value: str


def source_of(
    draft: Draft,
    table: Table,
    where: Predicate,
    order: Sequence[Order] = (),
    bound: Sequence[Bound] = (),
    bounded: bool = False,
) -> Source:
    """The best way to the rows. `bounded` says that only the first of them are wanted."""
    parts = list(conjuncts(where))
    check_order(draft, table, order)
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        found = None if bound else _by_id(draft, table, parts, row, order)
        found = found or _by_list(draft, table, parts, row, order, bound)
        return found or _by_query(draft, table, parts, row, order, bound, bounded)


def unique_row(draft: Draft, table: Table, where: Predicate) -> Doc:
    """A promise of the row that a unique key names, or of null. An undefined key is an error, never any row."""
    parts = list(conjuncts(where))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        for part in parts:
            if isinstance(part, Condition) and part.field == table.id_field and part.op is Compare.EQ:
                rest = [other for other in parts if other is not part]
                return one(draft, table, IdSource(_find(draft, table, part.value), _arrow(draft, table, row, rest)))
        return one(draft, table, _by_unique_key(draft, table, parts, row), unique=True)


def _by_id(
    draft: Draft, table: Table, parts: list[Predicate], row: str, order: Sequence[Order]
) -> IdSource | IdsSource | None:
    """The source for `id = x` and `id IN xs`."""
    for part in parts:
        if not isinstance(part, Condition) or part.field != table.id_field or not _is_definite(draft, part):
            continue
        rest = [other for other in parts if other is not part]
        if part.op is Compare.EQ:
            return IdSource(_find(draft, table, part.value), _arrow(draft, table, row, rest))
        if part.op is Compare.IN and not draft.facts.is_null(part.value):
            name = draft.convex_table(table)
            doc = call(draft.library("findAll"), draft.ctx, name, draft.value(part.value))
            doc = in_order(draft, table, doc, order) if order else doc
            return IdsSource(doc, _arrow(draft, table, row, rest))
    return None


def _find(draft: Draft, table: Table, value: Span) -> Doc:
    name = draft.convex_table(table)
    if draft.facts.id_table(value) == table.name and _is_given(draft, value):
        return call(f"{draft.ctx}.db.get", name, draft.value(value))
    if table.casts:
        return call(
            draft.library("findIfAny"), draft.ctx, name, draft.asked(table.id_field or "", value, draft.value(value))
        )
    if draft.strict and draft.facts.may_be_null(value):
        return call(draft.library("findIfAny"), draft.ctx, name, draft.value(value))
    return call(draft.library("find"), draft.ctx, name, given(draft, None, value, draft.value(value)))


def _by_unique_key(draft: Draft, table: Table, parts: list[Predicate], row: str) -> QuerySource:
    equal: dict[str, Condition] = {}
    for part in parts:
        if isinstance(part, Condition) and part.op is Compare.EQ and not part.insensitive:
            equal.setdefault(part.field, part)
    keys = [key for key in unique_sets(table) if all(field in equal for field in key)]
    if not keys:
        raise RefusedError("CX301", f"no unique key of {table.name} in the condition")
    key = min(keys, key=lambda fields: sum(not _is_definite(draft, equal[field]) for field in fields))
    rest = [part for part in parts if part not in [equal[field] for field in key]]
    links = _links(draft, table, Choice(key, key), (), equal, (), by_key=True)
    return QuerySource(links, _arrow(draft, table, row, rest), (), True)


def _by_list(
    draft: Draft, table: Table, parts: list[Predicate], row: str, order: Sequence[Order], bound: Sequence[Bound]
) -> IdsSource | None:
    """The source for `column IN values` where no equality narrows the rows: one look at the index for each value."""
    if bound or _equalities(draft, table, parts, set()):
        return None
    for part in parts:
        if not isinstance(part, Condition) or part.op is not Compare.IN or not _is_definite(draft, part):
            continue
        field = table.field(part.field)
        if field is None or not is_indexable(field):
            continue
        doc = _for_any(draft, table, field, part)
        doc = in_order(draft, table, doc, order) if order else doc
        return IdsSource(doc, _arrow(draft, table, row, [other for other in parts if other is not part]))
    return None


def _for_any(draft: Draft, table: Table, field: Field, part: Condition) -> Doc:
    with draft.scope():
        value, q = draft.fresh("value"), draft.fresh("q")
        stored = draft.names.field(table, field.name)
        wanted = draft.stored(table, field, part.value, value)
        index = draft.index(table, (stored,))
        match = call(".withIndex", f'"{index}"', arrow(f"({q})", (q, call(".eq", f'"{stored}"', wanted))))
        query = chain(draft, [f".query({draft.convex_table(table)})", match, ".collect()"])
        return call(draft.library("findForAny"), draft.value(part.value), arrow(f"({value})", query))


def _by_query(
    draft: Draft,
    table: Table,
    parts: list[Predicate],
    row: str,
    order: Sequence[Order],
    bound: Sequence[Bound],
    bounded: bool,
) -> QuerySource:
    equal = _equalities(draft, table, parts, {key.field for key in bound})
    by_key = [key for key in bound if key.field == table.id_field]
    if by_key:
        raise RefusedError("CX301", f"a relation to {table.name} by its generated key")
    fields = {key.field for key in bound} | set(equal)
    key = _unique_key(draft, table, fields, equal)
    if key is not None:
        choice = Choice(key, key)
    else:
        choice = choose(table, fields, _range_fields(draft, table, parts), order, bounded)
    served = [equal[field] for field in choice.equal if field in equal]
    ranges = [part for part in parts if _is_range(draft, table, part, choice.between)]
    lower, upper = _one_of_each(ranges)
    rest = [part for part in parts if part not in (*served, *lower, *upper)]
    rest += [Not(IsNull(part.field)) for part in served if _may_find_null(draft, table, part)]
    links = _links(draft, table, choice, bound, equal, (*lower, *upper))
    test = _arrow(draft, table, row, rest)
    bounded_by_index = bool(choice.equal or choice.between)
    if not bounded_by_index and test is not None:
        draft.warn("CX303", f"no index of {draft.names.of(table.name).table} serves the condition")
    return QuerySource(links, test, choice.sort, key is not None, bounded_by_index)


def _equalities(draft: Draft, table: Table, parts: list[Predicate], taken: set[str]) -> dict[str, Condition]:
    """The equality that an index can serve, by field."""
    found: dict[str, Condition] = {}
    for part in parts:
        if not isinstance(part, Condition) or part.op is not Compare.EQ or part.insensitive:
            continue
        field = table.field(part.field)
        usable = field is not None and part.field != table.id_field and is_indexable(field)
        if usable and part.field not in taken and _is_definite(draft, part):
            found.setdefault(part.field, part)
    return found


def _unique_key(draft: Draft, table: Table, fields: set[str], equal: dict[str, Condition]) -> tuple[str, ...] | None:
    """The unique set that the equalities cover, unless one of them asks for null."""
    filled = {field for field in fields if field not in equal or not draft.facts.is_null(equal[field].value)}
    return next((key for key in unique_sets(table) if set(key) <= filled), None)


def _range_fields(draft: Draft, table: Table, parts: list[Predicate]) -> list[str]:
    found = [part.field for part in parts if isinstance(part, Condition) and _is_range(draft, table, part, part.field)]
    return list(dict.fromkeys(found))


def _is_range(draft: Draft, table: Table, part: Predicate, name: str | None) -> bool:
    if not isinstance(part, Condition) or part.op not in _BOUNDS or part.field != name:
        return False
    field = table.field(part.field)
    sortable = field is not None and is_ordered(field) and field.type is not FieldType.BOOLEAN
    sortable = sortable and part.field != table.id_field
    may_be_null = draft.strict and draft.facts.may_be_null(part.value)
    return sortable and _is_definite(draft, part) and not may_be_null


def _may_find_null(draft: Draft, table: Table, part: Condition) -> bool:
    """Might an index find rows for a value that is null, which equals nothing in SQL?"""
    field = table.field(part.field)
    return draft.strict and field is not None and field.nullable and draft.facts.may_be_null(part.value)


def _one_of_each(parts: Sequence[Predicate]) -> tuple[list[Condition], list[Condition]]:
    """At most one lower and one upper bound: an index range takes no more."""
    conditions = [part for part in parts if isinstance(part, Condition)]
    lower = [part for part in conditions if part.op in (Compare.GT, Compare.GTE)]
    upper = [part for part in conditions if part.op in (Compare.LT, Compare.LTE)]
    return lower[:1], upper[:1]


def _is_definite(draft: Draft, part: Condition) -> bool:
    return _is_given(draft, part.value)


def _is_given(draft: Draft, value: Span) -> bool:
    return not draft.may_vanish(value)


def _links(
    draft: Draft,
    table: Table,
    choice: Choice,
    bound: Sequence[Bound],
    equal: dict[str, Condition],
    ranges: Sequence[Condition],
    by_key: bool = False,
) -> tuple[Doc, ...]:
    links: list[Doc] = [f".query({draft.convex_table(table)})"]
    if choice.fields:
        stored = tuple(draft.names.field(table, field) for field in choice.fields)
        name = f'"{draft.index(table, stored)}"'
        values = {key.field: key.value for key in bound}
        steps: list[Doc] = []
        for field in choice.equal:
            value: Doc = values[field] if field in values else _index_value(draft, table, equal[field], by_key)
            steps.append(call(".eq", f'"{draft.names.field(table, field)}"', value))
        for part in ranges:
            steps.append(call(f".{_BOUNDS[part.op]}", f'"{stored[-1]}"', _index_value(draft, table, part)))
        arguments = [name, _range(draft, steps)] if steps else [name]
        links.append(call(".withIndex", *arguments))
    if choice.descending:
        links.append('.order("desc")')
    return tuple(links)


def _range(draft: Draft, steps: list[Doc]) -> Doc:
    with draft.scope():
        name = draft.fresh("q")
    if len(steps) == 1:
        return (f"({name}) => {name}", steps[0])
    body = tuple(part for step in steps for part in (Line(), step))
    return arrow(f"({name})", Group((name, Nest(body))))


def _index_value(draft: Draft, table: Table, part: Condition, by_key: bool = False) -> Doc:
    field = table.field(part.field)
    assert field is not None
    is_checked = by_key and not is_given(draft, field, part.value)
    alone = bool(column_of(field).to_store) or is_checked
    value = draft.closed(part.value, part.field, repeated=False, alone=alone)
    value = given(draft, field, part.value, value) if by_key else value
    return draft.stored(table, field, part.value, value)


def _arrow(draft: Draft, table: Table, row: str, rest: list[Predicate]) -> Arrow | None:
    if not rest:
        return None
    alone = rest[0] if len(rest) == 1 and not draft.in_action else None
    if isinstance(alone, Asked):
        return Arrow(row, Test("true", alone.waits), alone.name or draft.value(alone.source))
    name = alone.name if isinstance(alone, Named) else ""
    return Arrow(row, Tester(draft, table, row).test(All(tuple(rest))), name)
