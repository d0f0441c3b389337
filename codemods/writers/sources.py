"""Where the rows of a query come from: an id, a unique index, an index range or a scan, with what is left to test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from codemods.ir.query import All, Compare, Condition, Not, Order, Predicate, Related
from codemods.ir.table import Field, FieldType, Relation, RelationKind, Table
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.draft import Draft
from codemods.writers.fields import column_of, is_indexable, is_ordered, members_of
from codemods.writers.indexes import CREATION, Choice, choose, unique_sets
from codemods.writers.layout import Doc, Group, Line, Nest, arrow, call, listed
from codemods.writers.predicates import Arrow, Tester

FILTER_MODULE = "convex-helpers/server/filter"

_BOUNDS = {Compare.GT: "gt", Compare.GTE: "gte", Compare.LT: "lt", Compare.LTE: "lte"}


@dataclass(frozen=True, slots=True)
class Bound:
    """A column that must equal a column of a row at hand: `post.authorId` with `user._id`."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Limits:
    """`skip` and `take`."""

    skip: Span | None = None
    take: Span | None = None


NO_LIMITS = Limits()
ANY_ROW = All(())


@dataclass(frozen=True, slots=True)
class IdSource:
    """The row behind a generated id: a promise of a row or null."""

    doc: Doc
    test: Arrow | None


@dataclass(frozen=True, slots=True)
class IdsSource:
    """The rows behind a list of ids: a promise of rows."""

    doc: Doc
    test: Arrow | None


@dataclass(frozen=True, slots=True)
class QuerySource:
    """A database query: the links of its chain, a test that no index serves, and what remains to be sorted."""

    links: tuple[Doc, ...]
    test: Arrow | None
    sort: tuple[Order, ...]
    is_unique: bool = False
    is_bounded: bool = True


Source = IdSource | IdsSource | QuerySource


def source_of(
    draft: Draft,
    table: Table,
    where: Predicate,
    order: Sequence[Order] = (),
    bound: Sequence[Bound] = (),
    bounded: bool = False,
) -> Source:
    """The best way to the rows. `bounded` says that only the first of them are wanted."""
    parts = list(_conjuncts(where))
    _check_order(table, order)
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        found = None if bound else _by_id(draft, table, parts, row, order)
        found = found or _by_list(draft, table, parts, row, order, bound)
        return found or _by_query(draft, table, parts, row, order, bound, bounded)


def unique_row(draft: Draft, table: Table, where: Predicate) -> Doc:
    """A promise of the row that a unique key names, or of null. An undefined key is an error, never any row."""
    parts = list(_conjuncts(where))
    with draft.scope():
        row = draft.fresh(draft.names.of(table.name).row)
        for part in parts:
            if isinstance(part, Condition) and part.field == table.id_field and part.op is Compare.EQ:
                rest = [other for other in parts if other is not part]
                return one(draft, table, IdSource(_find(draft, table, part.value), _arrow(draft, table, row, rest)))
        return one(draft, table, _by_unique_key(draft, table, parts, row), unique=True)


def one(draft: Draft, table: Table, source: Source, unique: bool = False) -> Doc:
    """A promise of the first row or null. `unique` says that the caller asked for a unique row."""
    match source:
        case IdSource(doc=doc, test=test):
            return doc if test is None else call(draft.library("onlyIf"), doc, test.doc)
        case IdsSource():
            return call(draft.library("firstOf"), many(draft, table, source))
        case QuerySource() if source.sort:
            return call(draft.library("firstOf"), many(draft, table, source))
        case QuerySource(links=links, test=test) if source.is_unique:
            found = chain(draft, (*links, ".unique()" if unique else ".first()"))
            return found if test is None else call(draft.library("onlyIf"), found, test.doc)
        case QuerySource():
            return _ended(draft, source, ".first()")


def many(draft: Draft, table: Table, source: Source, limits: Limits = NO_LIMITS) -> Doc:
    """A promise of the rows."""
    match source:
        case IdSource():
            return _sliced(draft, call(draft.library("listOf"), one(draft, table, source)), limits)
        case IdsSource(doc=doc, test=test):
            return _sliced(draft, doc if test is None else call(draft.library("onlyThose"), doc, test.doc), limits)
        case QuerySource() if source.sort:
            return _sliced(draft, _sorted(draft, table, _ended(draft, source, ".collect()"), source.sort), limits)
        case QuerySource():
            return _page(draft, source, limits)


def unordered(source: Source) -> Source:
    """The source where the order of its rows does not matter."""
    return replace(source, sort=()) if isinstance(source, QuerySource) else source


def related_source(draft: Draft, table: Table, row: str, relation: Relation) -> tuple[Table, tuple[Bound, ...]]:
    """The other table of a relation to rows with a key over there, and what that key equals."""
    if relation.kind is RelationKind.MANY_TO_MANY:
        raise RefusedError("CX604", f"{table.name}.{relation.field} is many to many without a join table")
    target = draft.table(relation.table)
    if relation.kind is RelationKind.BELONGS_TO:
        pairs = zip(relation.references, relation.fields, strict=True)
    else:
        pairs = zip(relation.fields, relation.references, strict=True)
    nullable = _nullable_key(table, relation)
    return target, tuple(
        Bound(there, f"{row}.{draft.names.field(table, here)}{'!' if here in nullable else ''}")
        for there, here in pairs
    )


def chain(draft: Draft, links: Sequence[Doc]) -> Doc:
    """`ctx.db.query("users").first()`, one call a line where it does not fit."""
    return Group((f"{draft.ctx}.db", Nest(tuple(part for link in links for part in (Line(), link)))))


def _conjuncts(where: Predicate) -> Iterable[Predicate]:
    if isinstance(where, All):
        for part in where.parts:
            yield from _conjuncts(part)
    else:
        yield where


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
            doc = _sorted(draft, table, doc, order) if order else doc
            return IdsSource(doc, _arrow(draft, table, row, rest))
    return None


def _find(draft: Draft, table: Table, value: Span) -> Doc:
    name = draft.convex_table(table)
    if draft.facts.id_table(value) == table.name and _is_given(draft, value):
        return call(f"{draft.ctx}.db.get", name, draft.value(value))
    key: Doc = draft.value(value)
    key = key if _is_given(draft, value) else call(draft.library("given"), key)
    return call(draft.library("find"), draft.ctx, name, key)


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
    links = _links(draft, table, Choice(key, key), (), equal, ())
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
        doc = _sorted(draft, table, doc, order) if order else doc
        return IdsSource(doc, _arrow(draft, table, row, [other for other in parts if other is not part]))
    return None


def _for_any(draft: Draft, table: Table, field: Field, part: Condition) -> Doc:
    with draft.scope():
        value, q = draft.fresh("value"), draft.fresh("q")
        stored = draft.names.field(table, field.name)
        given = draft.stored(table, field, part.value, value)
        index = draft.index(table, (stored,))
        match = call(".withIndex", f'"{index}"', arrow(f"({q})", (q, call(".eq", f'"{stored}"', given))))
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
    return sortable and _is_definite(draft, part)


def _one_of_each(parts: Sequence[Predicate]) -> tuple[list[Condition], list[Condition]]:
    """At most one lower and one upper bound: an index range takes no more."""
    conditions = [part for part in parts if isinstance(part, Condition)]
    lower = [part for part in conditions if part.op in (Compare.GT, Compare.GTE)]
    upper = [part for part in conditions if part.op in (Compare.LT, Compare.LTE)]
    return lower[:1], upper[:1]


def _is_definite(draft: Draft, part: Condition) -> bool:
    return _is_given(draft, part.value)


def _is_given(draft: Draft, value: Span) -> bool:
    return not draft.facts.may_be_undefined(value)


def _links(
    draft: Draft,
    table: Table,
    choice: Choice,
    bound: Sequence[Bound],
    equal: dict[str, Condition],
    ranges: Sequence[Condition],
) -> tuple[Doc, ...]:
    links: list[Doc] = [f".query({draft.convex_table(table)})"]
    if choice.fields:
        stored = tuple(draft.names.field(table, field) for field in choice.fields)
        name = f'"{draft.index(table, stored)}"'
        values = {key.field: key.value for key in bound}
        steps: list[Doc] = []
        for field in choice.equal:
            value: Doc = values[field] if field in values else _index_value(draft, table, equal[field])
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


def _index_value(draft: Draft, table: Table, part: Condition) -> Doc:
    field = table.field(part.field)
    assert field is not None
    value = draft.closed(part.value, part.field, repeated=False)
    if not _is_definite(draft, part):
        value = call(draft.library("given"), value)
    return draft.stored(table, field, part.value, value)


def _arrow(draft: Draft, table: Table, row: str, rest: list[Predicate]) -> Arrow | None:
    if not rest:
        return None
    return Arrow(row, Tester(draft, table, row, related_test).test(All(tuple(rest))))


def related_test(draft: Draft, table: Table, row: str, condition: Related, negated: bool) -> Doc:
    """Awaits whether related rows are as the condition asks."""
    relation = table.relation(condition.relation)
    if relation is None:
        raise RefusedError("CX301", f"no relation {condition.relation} in {table.name}")
    wanted: Predicate = Not(condition.part) if condition.quantifier == "every" else condition.part
    absent = (condition.quantifier in ("every", "none")) != negated
    found = related_row(draft, table, row, relation, wanted)
    sign = "===" if absent else "!=="
    unset = null_test(draft, table, row, relation, sign, "||" if absent else "&&")
    return (f"({unset}" if unset else "", "(await ", found, f") {sign} null", ")" if unset else "")


def related_row(draft: Draft, table: Table, row: str, relation: Relation, where: Predicate = ANY_ROW) -> Doc:
    """A promise of one row of a relation, or of null; the row's own key must not be null."""
    target, bound = related_source(draft, table, row, relation)
    if [key.field for key in bound] != [target.id_field]:
        return one(draft, target, source_of(draft, target, where, (), bound, True))
    found = call(f"{draft.ctx}.db.get", draft.convex_table(target), bound[0].value.removesuffix("!"))
    if where == ANY_ROW:
        return found
    with draft.scope():
        other = draft.fresh(draft.names.of(target.name).row)
        test = Arrow(other, Tester(draft, target, other, related_test).test(where))
        return call(draft.library("onlyIf"), found, test.doc)


def null_test(draft: Draft, table: Table, row: str, relation: Relation, sign: str, operator: str) -> str:
    """`row.teamId === null || `: null refers to nothing. Empty where the key cannot be null."""
    tests = [f"{row}.{draft.names.field(table, name)} {sign} null" for name in _nullable_key(table, relation)]
    return "".join(f"{test} {operator} " for test in tests)


def _nullable_key(table: Table, relation: Relation) -> list[str]:
    own = relation.fields if relation.kind is RelationKind.BELONGS_TO else relation.references
    return [name for name in own if (field := table.field(name)) is not None and field.nullable]


def _ended(draft: Draft, source: QuerySource, end: str) -> Doc:
    if source.test is None:
        return chain(draft, (*source.links, end))
    return (_filtered(draft, source), end)


def _filtered(draft: Draft, source: QuerySource) -> Doc:
    query = chain(draft, source.links)
    if source.test is None:
        return query
    return call(draft.helper(FILTER_MODULE, "filter"), query, source.test.doc)


def _page(draft: Draft, source: QuerySource, limits: Limits) -> Doc:
    _check_take(draft, limits)
    take = limits.take
    if take is None and limits.skip is None:
        return _ended(draft, source, ".collect()")
    if limits.skip is None and take is not None and not draft.facts.may_be_undefined(take):
        return (_ended(draft, source, ".take("), draft.value(take), ")")
    return call(draft.library("pageOf"), _filtered(draft, source), *_page_arguments(draft, limits))


def _sliced(draft: Draft, docs: Doc, limits: Limits) -> Doc:
    _check_take(draft, limits)
    arguments = _page_arguments(draft, limits)
    return call(draft.library("sliceOf"), docs, *arguments) if arguments else docs


def _page_arguments(draft: Draft, limits: Limits) -> list[Doc]:
    if limits.skip is None and limits.take is None:
        return []
    skip: Doc = draft.value(limits.skip) if limits.skip else "0"
    return [skip, draft.value(limits.take)] if limits.take else [skip]


def _check_take(draft: Draft, limits: Limits) -> None:
    for value in (limits.take, limits.skip):
        if value is not None and draft.facts.text(value).lstrip().startswith("-"):
            raise RefusedError("CX301", "a negative take or skip")


def _check_order(table: Table, order: Sequence[Order]) -> None:
    for key in order:
        field = table.field(key.field)
        if key.field == table.id_field:
            continue
        if field is None:
            raise RefusedError("CX301", f"no column {key.field} in {table.name}")
        unsortable = field.type is not FieldType.ENUM and not column_of(field).ordered
        if field.is_list or unsortable:
            raise RefusedError("CX301", f"order by {key.field}, a {'list' if field.is_list else field.type} column")


def _sorted(draft: Draft, table: Table, docs: Doc, order: Sequence[Order]) -> Doc:
    return call(draft.library("sorted"), docs, *(_sort_key(draft, table, key) for key in order))


def _sort_key(draft: Draft, table: Table, key: Order) -> Doc:
    direction = '"desc"' if key.descending else '"asc"'
    if key.field in (CREATION, table.id_field):
        return listed("[", [f'"{CREATION}"', direction], "]")
    field: Field | None = table.field(key.field)
    name = f'"{draft.names.field(table, key.field)}"'
    members = members_of(field, draft.schema) if field else ()
    values = [listed("[", [f'"{member}"' for member in members], "]")] if members else []
    return listed("[", [name, direction, *values], "]")
