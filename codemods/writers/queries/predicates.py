"""Conditions as JavaScript tests of one row, with SQL's idea of null and Prisma's of undefined.

A comparison with null is never true in SQL, negated or not, so negation is pushed down to the comparisons. A value
that is undefined means that there is no such condition; under OR, that the alternative is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from codemods.ir.query import (
    Alike,
    All,
    Any,
    Asked,
    Compare,
    Compared,
    Condition,
    IsNull,
    Named,
    Not,
    Predicate,
    Related,
    When,
    looks_up_rows,
)
from codemods.ir.table import Field, FieldType, Table
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, arrow, call, joined, listed, record
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.guards import guard
from codemods.writers.stored.fields import column_of, id_target, is_indexable, members_of

OPPOSITE = {
    Compare.EQ: Compare.NE,
    Compare.NE: Compare.EQ,
    Compare.LT: Compare.GTE,
    Compare.GTE: Compare.LT,
    Compare.GT: Compare.LTE,
    Compare.LTE: Compare.GT,
    Compare.IN: Compare.NOT_IN,
    Compare.NOT_IN: Compare.IN,
}

SIGNS = {
    Compare.EQ: "===",
    Compare.NE: "!==",
    Compare.LT: "<",
    Compare.LTE: "<=",
    Compare.GT: ">",
    Compare.GTE: ">=",
}

COMPARED = {
    FieldType.STRING: "string", FieldType.INT: "number", FieldType.FLOAT: "number", FieldType.BOOLEAN: "boolean",
    FieldType.DATETIME: "date", FieldType.ENUM: "string",
}  # fmt: skip
"""What values are that an object of conditions has for a column."""

_RANGES = frozenset({Compare.LT, Compare.LTE, Compare.GT, Compare.GTE})
_TEXT = {Compare.CONTAINS: "includes", Compare.STARTS_WITH: "startsWith", Compare.ENDS_WITH: "endsWith"}
_LISTS = frozenset({Compare.HAS, Compare.HAS_SOME, Compare.HAS_EVERY, Compare.IS_EMPTY})
_UNORDERED = frozenset({FieldType.BOOLEAN, FieldType.ENUM, FieldType.BYTES, FieldType.JSON})


@dataclass(frozen=True, slots=True)
class Test:
    """A boolean expression; one that is a chain of `&&` or `||` lists what it links."""

    doc: Doc
    waits: bool = False
    both: tuple[Doc, ...] = ()
    either: tuple[Doc, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrow:
    """`(row) => test`."""

    row: str
    test: Test

    name: Doc = ""
    """The function itself, where code has it already."""

    @property
    def doc(self) -> Doc:
        """The function."""
        if self.name:
            return self.name
        prefix = "async " if self.test.waits else ""
        return arrow(f"{prefix}({self.row})", self.test.doc)


class Tester:
    """Writes the tests of one row. A `lenient` one lets pass what a comparison with null leaves open."""

    def __init__(self, draft: Draft, table: Table, row: str, lenient: bool = False) -> None:
        self._draft = draft
        self._table = table
        self._row = row
        self._lenient = lenient

    def test(self, predicate: Predicate, negated: bool = False) -> Test:
        """The test of a predicate, or of its being false."""
        match predicate:
            case Condition():
                return self._optional(predicate, self._condition(predicate, negated))
            case IsNull(field=field):
                return Test(f"{self._access(field)} {'!==' if negated else '==='} null")
            case Compared():
                return self._compared(predicate, negated)
            case Not(part=part):
                return self.test(part, not negated)
            case Related():
                return Test(
                    self._draft.relations.test(self._draft, self._table, self._row, predicate, negated), waits=True
                )
            case All(parts=parts):
                return self._negated_all(parts) if negated else both([self.test(part) for part in parts])
            case Any(parts=parts):
                return both([self.test(part, True) for part in parts]) if negated else self._alternatives(parts)
            case When():
                return self._when(predicate, negated)
            case Named():
                return self._named(predicate, negated)
            case Asked():
                return self._asked(predicate, negated)
            case Alike():
                return self._alike(predicate, negated)

    def _when(self, choice: When, negated: bool) -> Test:
        """A choice made at run time. A side without conditions asks nothing, negated or not."""
        with self._draft.where_tested(choice, held=True):
            then = self.test(choice.part, negated)
        with self._draft.where_tested(choice, held=False):
            otherwise = self.test(choice.otherwise, negated)
        yes, no = Test(guard(self._draft, choice, held=True)), Test(guard(self._draft, choice, held=False))
        if choice.otherwise == All(()):
            return either([no, then])
        if choice.part == All(()):
            return either([yes, otherwise])
        if choice.otherwise == Any(()) and not negated:
            return both([yes, then])
        body = Nest((Line(" "), "? ", then.doc, Line(" "), ": ", otherwise.doc))
        return Test(("(", Group((yes.doc, body)), ")"), then.waits or otherwise.waits)

    def _named(self, condition: Named, negated: bool) -> Test:
        """The condition that code assembled before, which is a function now; an action cannot hand that one over."""
        if self._draft.in_action:
            return self.test(condition.part, negated)
        waits = looks_up_rows(condition.part)
        self._draft.named[condition.name] = (self._table, condition.part)
        called = f"{condition.name}({self._row})"
        sign = "!" if negated else ""
        return Test(f"{sign}(await {called})" if waits else f"{sign}{called}", waits)

    def _asked(self, condition: Asked, negated: bool) -> Test:
        """The condition that a function makes, which is a function as well."""
        if self._draft.in_action:
            raise RefusedError("CX202", "a condition that an action cannot pass on")
        if negated:
            raise RefusedError("CX301", "NOT over a condition that a function makes")
        called = f"{condition.name or self._draft.hoist(condition.source, 'isWanted')}({self._row})"
        return Test(f"(await {called})" if condition.waits else called, condition.waits)

    def _alike(self, condition: Alike, negated: bool) -> Test:
        """The columns that an object names, which are looked at once before the rows."""
        if self._draft.in_action:
            raise RefusedError("CX202", "a condition that an action cannot pass on")
        if negated or self._draft.prepared is None:
            raise RefusedError("CX301", "a condition on whatever columns an object names")
        columns = record([self._compared_column(field) for field in self._table.fields if is_comparable(field)])
        made = call(self._draft.library("likeness"), self._asked_values(condition), columns)
        return Test(f"{self._draft.prepare('isAlike', made)}({self._row})")

    def _asked_values(self, condition: Alike) -> Doc:
        """The object, an empty one where the tests around did not give what they should."""
        draft = self._draft
        own = f"Object.keys({draft.facts.text(condition.values)})"
        tests = [(choice, held) for choice, held in draft.tests if own not in draft.facts.text(choice.test)]
        if not tests:
            return draft.value(condition.values)
        guards = joined([guard(draft, choice, held) for choice, held in tests], " && ")
        return (guards, " ? ", draft.operand(condition.values), " : {}")

    def _compared_column(self, field: Field) -> Doc:
        stored = "_id" if field.name == self._table.id_field else self._draft.names.field(self._table, field.name)
        members = members_of(field, self._draft.schema)
        kind: Doc = listed("[", [f'"{member}"' for member in members], "]")
        if not members:
            is_id = field.name == self._table.id_field or id_target(field, self._draft.schema) is not None
            kind = f'"{"string" if is_id else COMPARED[field.type]}"'
        return (f"{field.name}: ", listed("[", [f'"{stored}"', kind], "]"))

    def _negated_all(self, parts: tuple[Predicate, ...]) -> Test:
        if len(parts) > 1 and any(self._may_vanish(part) for part in parts):
            raise RefusedError("CX301", "NOT over several conditions of which some may be undefined")
        return either([self.test(part, True) for part in parts])

    def _alternatives(self, parts: tuple[Predicate, ...]) -> Test:
        return either([self._alternative(part) for part in parts])

    def _alternative(self, part: Predicate) -> Test:
        """One side of an OR, which is not there when all its values are undefined."""
        while isinstance(part, All) and len(part.parts) == 1:
            part = part.parts[0]
        if not self._may_vanish(part):
            return self.test(part)
        if not isinstance(part, Condition):
            raise RefusedError("CX301", "an alternative of OR may be empty")
        value = self._draft.guarded(part.value, part.field)
        return both([Test((value, " !== undefined")), self._condition(part, False)])

    def _may_vanish(self, part: Predicate) -> bool:
        match part:
            case Condition(value=value):
                return self._draft.may_vanish(value)
            case All(parts=parts):
                return all(self._may_vanish(each) for each in parts)
            case Asked() | Alike():
                return True
            case Not(part=inner) | Named(part=inner):
                return self._may_vanish(inner)
            case When(part=inner, otherwise=otherwise):
                with self._draft.where_tested(part, held=True):
                    vanishes = self._may_vanish(inner)
                with self._draft.where_tested(part, held=False):
                    return vanishes or self._may_vanish(otherwise)
            case _:
                return False

    def _optional(self, condition: Condition, test: Test) -> Test:
        if not self._draft.may_vanish(condition.value):
            return test
        value = self._draft.guarded(condition.value, condition.field)
        return either([Test((value, " === undefined")), test])

    def _condition(self, condition: Condition, negated: bool) -> Test:
        field = self._draft_field(condition)
        access = self._access(condition.field)
        if condition.op is Compare.LIKE:
            return self._like(condition, field, access, negated)
        if condition.op in _LISTS or (field is not None and field.is_list):
            return self._of_list(condition, field, access, negated)
        if condition.op in _TEXT:
            return self._text(condition, field, access, negated)
        op = OPPOSITE[condition.op] if negated else condition.op
        if op in (Compare.IN, Compare.NOT_IN):
            return self._list(condition, field, access, op)
        if condition.insensitive:
            return self._insensitive(condition, field, access, op)
        if op in _RANGES and field is not None and field.type in _UNORDERED:
            raise RefusedError("CX301", f"comparison of {condition.field}, a {field.type} column")
        if field is None and op in _RANGES:
            raise RefusedError("CX301", "comparison of a generated id")
        value = self._value(condition, field)
        if op in _RANGES and field is not None and field.type is FieldType.DECIMAL:
            units = self._draft.library("units")
            compared: Doc = (call(units, access), f" {SIGNS[op]} ", call(units, value))
            return self._not_null(field, access, self._given(condition, op, Test(compared)))
        test = self._given(condition, op, Test((access, f" {SIGNS[op]} ", value)))
        is_exact = value == "null" or (op is Compare.EQ and not self._lenient and not self._may_equal_null(condition))
        return test if is_exact else self._not_null(field, access, test)

    def _may_equal_null(self, condition: Condition) -> bool:
        return self._draft.strict and self._draft.facts.may_be_null(condition.value)

    def _given(self, condition: Condition, op: Compare, test: Test) -> Test:
        """In SQL, nothing is less than null, and nothing is unlike it."""
        if op is Compare.EQ or not self._may_equal_null(condition):
            return test
        value = self._draft.guarded(condition.value, condition.field)
        return both([Test((value, " != null")), test])

    def _like(self, condition: Condition, field: Field | None, access: str, negated: bool) -> Test:
        """A text against a pattern of SQL; null is like nothing, and unlike nothing."""
        if field is None or field.type not in (FieldType.STRING, FieldType.ENUM) or field.is_list:
            raise RefusedError("CX301", f"a pattern for {condition.field}")
        insensitive = [] if not condition.insensitive else ['"i"']
        made = call(self._draft.library("isLike"), access, self._bare(condition, alone=True), *insensitive)
        if not negated:
            return Test(made)
        return self._not_null(field, access, self._given(condition, Compare.NE, Test(("!", made))))

    def _access(self, name: str) -> str:
        return f"{self._row}.{self._draft.names.field(self._table, name)}"

    def _compared(self, condition: Compared, negated: bool) -> Test:
        """Two columns of the row, which compare as they are stored."""
        op = OPPOSITE.get(condition.op) if negated else condition.op
        columns = [self._table.field(each.field) for each in (condition.left, condition.right)]
        known = [field for field in columns if field is not None and column_of(field).ordered]
        if op not in SIGNS or len(known) < 2 or known[0].type is not known[1].type:
            raise RefusedError("CX301", f"a comparison of {condition.left.field} with {condition.right.field}")
        left, right = self._access(known[0].name), self._access(known[1].name)
        there = [Test(f"{self._access(field.name)} !== null") for field in known if field.nullable]
        return both([*there, Test(f"{left} {SIGNS[op]} {right}")])

    def _of_list(self, condition: Condition, field: Field | None, access: str, negated: bool) -> Test:
        """`tags: { hasSome: x }`: a list is never null."""
        if field is None or not field.is_list or column_of(field).to_store:
            raise RefusedError("CX301", f"a list condition on {condition.field}")
        sign = "!" if negated else ""
        value = self._bare(condition, alone=True)
        match condition.op:
            case Compare.IS_EMPTY:
                text = self._draft.facts.literal(condition.value)
                if text not in ("true", "false"):
                    raise RefusedError("CX301", f"isEmpty of {condition.field} is chosen at run time")
                return Test(f"{access}.length {'===' if (text == 'true') != negated else '!=='} 0")
            case Compare.HAS:
                return Test((sign, call(self._draft.library("isIn"), value, access)))
            case Compare.HAS_SOME | Compare.HAS_EVERY:
                method = "some" if condition.op is Compare.HAS_SOME else "every"
                with self._draft.scope():
                    item = self._draft.fresh("value")
                holds = call(self._draft.library("isIn"), item, access)
                return Test((sign, call((self._bare(condition), f".{method}"), arrow(f"({item})", holds))))
            case Compare.EQ:
                return Test((sign, call(self._draft.library("isSameList"), access, value)))
            case _:
                raise RefusedError("CX301", f"a list condition on {condition.field}")

    def _value(self, condition: Condition, field: Field | None) -> Doc:
        draft = self._draft
        if draft.facts.is_null(condition.value):
            return "null"
        converted = field is not None and bool(column_of(field).to_store)
        value = self._bare(condition, alone=converted)
        return value if field is None else draft.stored(self._table, field, condition.value, value, cast=False)

    def _bare(self, condition: Condition, alone: bool = False) -> Doc:
        if self._draft.casts and self._draft.facts.may_be_undefined(condition.value):
            # Asked for before there is a row, since there may be none.
            name = self._draft.hoist(condition.value, condition.field)
            self._draft.checked[condition.value] = condition.field
            return name
        if self._draft.may_vanish(condition.value):
            return self._draft.guarded(condition.value, condition.field, alone)
        return self._draft.closed(condition.value, condition.field, alone=alone)

    def _text(self, condition: Condition, field: Field | None, access: str, negated: bool) -> Test:
        if field is None or field.type is not FieldType.STRING or field.is_list:
            raise RefusedError("CX301", f"text comparison of {condition.field}")
        lower = ".toLowerCase()" if condition.insensitive else ""
        sign = "!" if negated else ""
        doc = (f"{sign}{access}{lower}.{_TEXT[condition.op]}(", self._bare(condition, alone=not lower), lower, ")")
        return self._not_null(field, access, Test(doc))

    def _insensitive(self, condition: Condition, field: Field | None, access: str, op: Compare) -> Test:
        if field is None or field.type is not FieldType.STRING or op not in (Compare.EQ, Compare.NE):
            raise RefusedError("CX301", f"case-insensitive comparison of {condition.field}")
        doc = (f"{access}.toLowerCase() {SIGNS[op]} ", self._bare(condition), ".toLowerCase()")
        return self._not_null(field, access, Test(doc))

    def _list(self, condition: Condition, field: Field | None, access: str, op: Compare) -> Test:
        convert = field and field.type in (FieldType.DATETIME, FieldType.DECIMAL, FieldType.BIGINT)
        values = self._bare(condition, alone=not convert)
        if field and convert:
            one = self._draft.stored(self._table, field, condition.value, "value")
            values = (values, ".map((value) => ", one, ")")
        sign = "!" if op is Compare.NOT_IN else ""
        test = Test((sign, call(self._draft.library("isIn"), access, values)))
        return self._not_null(field, access, test)

    def _not_null(self, field: Field | None, access: str, test: Test) -> Test:
        if field is None or not field.nullable:
            return test
        if self._lenient:
            return either([Test(f"{access} === null"), test])
        return both([Test(f"{access} !== null"), test])

    def _draft_field(self, condition: Condition) -> Field | None:
        """The field of a condition; None for the generated key."""
        if condition.field == self._table.id_field:
            return None
        field = self._table.field(condition.field)
        if field is None:
            raise RefusedError("CX301", f"no column {condition.field} in {self._table.name}")
        if field.is_list and condition.op in (*_LISTS, Compare.EQ):
            return field
        is_null_test = self._draft.facts.is_null(condition.value)
        if not is_indexable(field) and not (is_null_test and not field.is_list):
            raise RefusedError("CX301", f"condition on {condition.field}, a {'list' if field.is_list else field.type}")
        return field


def is_comparable(field: Field) -> bool:
    """May a value that is only known at run time be compared with it?"""
    return not field.is_list and field.type in COMPARED


def both(tests: list[Test]) -> Test:
    """The test that all of them hold."""
    if len(tests) == 1:
        return tests[0]
    if not tests:
        return Test("true")
    links = tuple(link for test in tests for link in test.both or (_enclosed(test, test.either),))
    return Test(_chain(links, "&&"), any(test.waits for test in tests), both=links)


def either(tests: list[Test]) -> Test:
    """The test that one of them holds."""
    if len(tests) == 1:
        return tests[0]
    if not tests:
        return Test("false")
    links = tuple(link for test in tests for link in test.either or (_enclosed(test, test.both),))
    return Test(_chain(links, "||"), any(test.waits for test in tests), either=links)


def _enclosed(test: Test, linked: tuple[Doc, ...]) -> Doc:
    return ("(", Nest(test.doc), ")") if linked else test.doc


def _chain(docs: Sequence[Doc], operator: str) -> Doc:
    return Group(joined(docs, (f" {operator}", Line(" "))))
