"""Rows of relations: the other table, the key between the two, and conditions on the rows over there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codemods.ir.query import EVERYTHING, All, Not, Order, Page, Predicate, Related
from codemods.ir.table import Relation, RelationKind, Table
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, arrow, call
from codemods.writers.queries.access import Bound, source_of
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.orders import check_order, in_order
from codemods.writers.queries.pages import paged
from codemods.writers.queries.predicates import Arrow, Tester
from codemods.writers.queries.sources import IdsSource, Source, chain, one

ANY_ROW = All(())


@dataclass(frozen=True, slots=True)
class Unfailing:
    """A condition that is not known to be false: comparisons with null count as true."""

    part: Predicate


def related_source(draft: Draft, table: Table, row: str, relation: Relation) -> tuple[Table, tuple[Bound, ...]]:
    """The other table of a relation to rows with a key over there, and what that key equals."""
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


def related_rows(
    draft: Draft, table: Table, row: str, relation: Relation, where: Predicate, order: Sequence[Order], page: Page
) -> Doc:
    """A promise of rows of a relation to many."""
    target = draft.table(relation.table)

    def find(keys: Sequence[Order], bounded: bool) -> Source:
        if relation.kind is RelationKind.MANY_TO_MANY:
            return _linked(draft, table, row, relation, where, keys)
        return source_of(draft, target, where, keys, related_source(draft, table, row, relation)[1], bounded)

    return paged(draft, target, order, page, find)


def links_of(draft: Draft, table: Table, row: str, relation: Relation, end: str) -> Doc:
    """A promise of the rows that connect a row with others."""
    join = draft.table(relation.through)
    near = relation.fields[0]
    with draft.scope():
        q = draft.fresh("q")
    key = f"{row}.{draft.names.field(table, table.primary_key[0])}"
    index = draft.unique_index(join, (near,))
    match = f'.withIndex("{index}", ({q}) => {q}.eq("{near}", {key}))'
    return chain(draft, [f".query({draft.convex_table(join)})", match, end])


def _linked(
    draft: Draft, table: Table, row: str, relation: Relation, where: Predicate, order: Sequence[Order]
) -> IdsSource:
    target = draft.table(relation.table)
    check_order(draft, target, order)
    with draft.scope():
        link = draft.fresh("link")
        found = arrow(f"({link})", row_by_key(draft, target, f"{link}.{relation.references[0]}"))
        docs = call(draft.library("linked"), links_of(draft, table, row, relation, ".collect()"), found)
    with draft.scope():
        other = draft.fresh(draft.names.of(target.name).row)
        test = None if where == ANY_ROW else Arrow(other, Tester(draft, target, other).test(where))
    return IdsSource(in_order(draft, target, docs, order) if order else docs, test)


def row_by_key(draft: Draft, table: Table, key: str) -> Doc:
    """A promise of the row that a stored key names, or of null."""
    if table.generated_id:
        return call(f"{draft.ctx}.db.get", draft.convex_table(table), key)
    column = draft.names.field(table, table.primary_key[0])
    with draft.scope():
        q = draft.fresh("q")
    match = f'.withIndex("{draft.index(table, (column,))}", ({q}) => {q}.eq("{column}", {key}))'
    return chain(draft, [f".query({draft.convex_table(table)})", match, ".unique()"])


Wanted = Predicate | Unfailing


class _Relations:
    """What conditions and orders ask of relations."""

    def test(self, draft: Draft, table: Table, row: str, condition: Related, negated: bool) -> Doc:
        relation = table.relation(condition.relation)
        if relation is None:
            raise RefusedError("CX301", f"no relation {condition.relation} in {table.name}")
        wanted, absent = condition.part, condition.quantifier in ("every", "none")
        is_other_side = condition.quantifier == "every"
        if condition.quantifier == "is" and negated:
            # A row that may be as asked, since a column is null, is not one that is not.
            return self._none(draft, table, row, relation, Unfailing(wanted))
        wanted = Not(wanted) if is_other_side else wanted
        return self._none(draft, table, row, relation, wanted, absent != negated)

    def _none(
        self,
        draft: Draft,
        table: Table,
        row: str,
        relation: Relation,
        wanted: Wanted,
        absent: bool = True,
    ) -> Doc:
        found = related_row(draft, table, row, relation, wanted)
        sign = "===" if absent else "!=="
        unset = null_test(draft, table, row, relation, sign, "||" if absent else "&&")
        return (f"({unset}" if unset else "", "(await ", found, f") {sign} null", ")" if unset else "")

    def first_value(self, draft: Draft, table: Table, row: str, relation: Relation, value: Doc) -> Doc:
        found = call(draft.library("row"), related_row(draft, table, row, relation), value)
        unset = null_test(draft, table, row, relation, "===", "||").removesuffix(" || ")
        return (f"{unset} ? null : ", found) if unset else found

    def count(self, draft: Draft, table: Table, row: str, relation: Relation) -> Doc:
        return count_of(draft, table, row, relation)


RELATIONS = _Relations()


def count_of(draft: Draft, table: Table, row: str, relation: Relation, where: Predicate = ANY_ROW) -> Doc:
    """A promise of the number of rows of a relation; the row's own key must not be null."""
    if relation.kind is RelationKind.MANY_TO_MANY and where == ANY_ROW:
        return call(draft.library("countRows"), links_of(draft, table, row, relation, ".collect()"))
    return call(draft.library("countRows"), related_rows(draft, table, row, relation, where, (), EVERYTHING))


def related_row(draft: Draft, table: Table, row: str, relation: Relation, where: Wanted = ANY_ROW) -> Doc:
    """A promise of one row of a relation, or of null; the row's own key must not be null."""
    lenient = isinstance(where, Unfailing)
    wanted = where.part if isinstance(where, Unfailing) else where
    if relation.kind is RelationKind.MANY_TO_MANY:
        if wanted == ANY_ROW:
            return links_of(draft, table, row, relation, ".first()")
        target = draft.table(relation.table)
        return one(draft, target, _linked(draft, table, row, relation, wanted, ()))
    target, bound = related_source(draft, table, row, relation)
    if [key.field for key in bound] == [target.id_field]:
        found = call(f"{draft.ctx}.db.get", draft.convex_table(target), bound[0].value.removesuffix("!"))
    elif lenient:
        found = one(draft, target, source_of(draft, target, ANY_ROW, (), bound, True))
    else:
        return one(draft, target, source_of(draft, target, wanted, (), bound, True))
    if wanted == ANY_ROW:
        return found
    with draft.scope():
        other = draft.fresh(draft.names.of(target.name).row)
        test = Arrow(other, Tester(draft, target, other, lenient).test(wanted))
        return call(draft.library("onlyIf"), found, test.doc)


def null_test(draft: Draft, table: Table, row: str, relation: Relation, sign: str, operator: str) -> str:
    """`row.teamId === null || `: null refers to nothing. Empty where the key cannot be null."""
    tests = [f"{row}.{draft.names.field(table, name)} {sign} null" for name in _nullable_key(table, relation)]
    return "".join(f"{test} {operator} " for test in tests)


def _nullable_key(table: Table, relation: Relation) -> list[str]:
    own = relation.fields if relation.kind is RelationKind.BELONGS_TO else relation.references
    return [name for name in own if (field := table.field(name)) is not None and field.nullable]
