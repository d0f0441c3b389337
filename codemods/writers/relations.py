"""Rows of relations: the other table, the key between the two, and conditions on the rows over there."""

from __future__ import annotations

from codemods.ir.query import All, Not, Predicate, Related
from codemods.ir.table import Relation, RelationKind, Table
from codemods.writers.access import Bound, source_of
from codemods.writers.code import RefusedError
from codemods.writers.draft import Draft
from codemods.writers.layout import Doc, call
from codemods.writers.predicates import Arrow, Tester
from codemods.writers.sources import one

ANY_ROW = All(())


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
        test = Arrow(other, Tester(draft, target, other).test(where))
        return call(draft.library("onlyIf"), found, test.doc)


def null_test(draft: Draft, table: Table, row: str, relation: Relation, sign: str, operator: str) -> str:
    """`row.teamId === null || `: null refers to nothing. Empty where the key cannot be null."""
    tests = [f"{row}.{draft.names.field(table, name)} {sign} null" for name in _nullable_key(table, relation)]
    return "".join(f"{test} {operator} " for test in tests)


def _nullable_key(table: Table, relation: Relation) -> list[str]:
    own = relation.fields if relation.kind is RelationKind.BELONGS_TO else relation.references
    return [name for name in own if (field := table.field(name)) is not None and field.nullable]
