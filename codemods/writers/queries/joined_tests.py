"""Conditions on joined rows. Where a left join found no row, its columns are null."""

from __future__ import annotations

from codemods.ir.query import Compared, Condition, IsNull, Predicate
from codemods.writers.code import RefusedError
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.predicates import OPPOSITE, SIGNS, Test, Tester, both, either
from codemods.writers.queries.shapes import Source, Sources
from codemods.writers.stored.fields import column_of


class JoinedTester(Tester):
    """Writes the tests of joined rows."""

    def __init__(self, draft: Draft, sources: Sources) -> None:
        own = sources.known[0]
        super().__init__(draft, own.table, own.path)
        self._sources = sources

    def test(self, predicate: Predicate, negated: bool = False) -> Test:
        """The test of a predicate, or of its being false."""
        match predicate:
            case Condition(source=source) | IsNull(source=source) if source:
                return self._of_source(self._sources.of(source), predicate, negated)
            case Compared(left=left, right=right) if left.source or right.source:
                return self._across(predicate, negated)
            case _:
                return super().test(predicate, negated)

    def _of_source(self, source: Source, predicate: Condition | IsNull, negated: bool) -> Test:
        made = Tester(self._draft, source.table, source.path).test(predicate, negated)
        if not source.optional:
            return made
        if isinstance(predicate, IsNull) and not negated:
            return either([Test(f"{source.path} === null"), made])
        return both([Test(f"{source.path} !== null"), made])

    def _across(self, condition: Compared, negated: bool) -> Test:
        op = OPPOSITE.get(condition.op) if negated else condition.op
        sides = [(self._sources.of(each.source), each.field) for each in (condition.left, condition.right)]
        fields = [source.table.field(name) for source, name in sides]
        known = [field for field in fields if field is not None and column_of(field).ordered]
        if op not in SIGNS or len(known) < 2 or known[0].type is not known[1].type:
            raise RefusedError("CX301", f"a comparison of {condition.left.field} with {condition.right.field}")
        there = [Test(f"{source.path} !== null") for source, _ in sides if source.optional]
        access = [f"{source.path}.{self._draft.names.field(source.table, name)}" for source, name in sides]
        there += [Test(f"{text} !== null") for text, field in zip(access, known, strict=True) if field.nullable]
        return both([*there, Test(f"{access[0]} {SIGNS[op]} {access[1]}")])
