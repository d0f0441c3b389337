"""Conditions on documents as JavaScript tests of one row, as MongoDB compares: null equals what is missing.

https://www.mongodb.com/docs/manual/reference/operator/query/
"""

from __future__ import annotations

from codemods.ir.document import DocumentPath, Holds
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
)
from codemods.ir.table import Table
from codemods.source.span import Span
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, arrow, call, joined
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.guards import guard
from codemods.writers.queries.predicates import Arrow, Test

_SIGNS = {Compare.LT: "<", Compare.LTE: "<=", Compare.GT: ">", Compare.GTE: ">="}
_LITERALS = {Holds.STRING: "\"'`", Holds.NUMBER: "-0123456789", Holds.BOOLEAN: "tf"}


def stored_value(draft: Draft, table: Table, name: str, value: Span, many: bool = False, alone: bool = True) -> Doc:
    """A value as the field stores it: a literal of its type as it is, all others cast."""
    path = path_of(table, name)
    literal = draft.facts.literal(value)
    if literal is not None and path is not None and literal[:1] in _LITERALS.get(path.holds, ""):
        plain = not {"lowercase", "uppercase", "trim"} & set(path.options)
        if plain and not many:
            return draft.closed(value, name, alone=alone)
    if draft.facts.is_null(value):
        return "null"
    function = draft.library("storedAll" if many else "stored")
    model = draft.table_function(table, "model")
    return call(function, model, f'"{name}"', draft.closed(value, name, alone=True))


def path_of(table: Table, name: str) -> DocumentPath | None:
    """The path of a condition."""
    return table.document.path(name) if table.document is not None else None


class DocumentTester:
    """Writes the tests of one row."""

    def __init__(self, draft: Draft, table: Table, row: str) -> None:
        self._draft, self._table, self._row = draft, table, row

    def arrow(self, parts: list[Predicate]) -> Arrow | None:
        """The function that tests a row for all parts; None when there are none."""
        return Arrow(self._row, self.test(All(tuple(parts)))) if parts else None

    def test(self, predicate: Predicate) -> Test:
        """The test of a predicate."""
        match predicate:
            case Condition():
                return Test(self._condition(predicate))
            case Not(part=part):
                return Test(("!(", self.test(part).doc, ")"))
            case All(parts=parts):
                return _linked([self.test(part) for part in parts], "&&", "true")
            case Any(parts=parts):
                return _linked([self.test(part) for part in parts], "||", "false")
            case Named(part=part):
                return self.test(part)
            case When():
                return self._when(predicate)
            case Related():
                raise RefusedError("CX301", f"a condition on {predicate.relation}")
            case Asked() | Alike():
                raise RefusedError("CX301", "a condition that is made elsewhere")
            case IsNull() | Compared():
                raise RefusedError("CX301", "a condition in SQL's terms")

    def _when(self, choice: When) -> Test:
        with self._draft.where_tested(choice, held=True):
            then = self.test(choice.part)
        with self._draft.where_tested(choice, held=False):
            otherwise = self.test(choice.otherwise)
        return Test(("(", guard(self._draft, choice, held=True), " ? ", then.doc, " : ", otherwise.doc, ")"))

    def _condition(self, condition: Condition) -> Doc:
        path = path_of(self._table, condition.field)
        key = condition.field == "_id"
        if path is None and not key:
            raise RefusedError("CX301", f"{self._table.name} has no path {condition.field}")
        negated = condition.op in (Compare.NE, Compare.NOT_IN)
        if key:
            tested = self._one(condition, f"{self._row}._id", sure=True)
            return ("!", tested) if negated else tested
        assert path is not None
        name = condition.field
        if "." not in name and path.is_plain:
            stored = f"{self._row}.{self._draft.names.field(self._table, name)}"
            tested = self._one(condition, stored, sure=path.required)
        else:
            with self._draft.scope():
                value = self._draft.fresh("value")
            inner = self._one(condition, value, sure=False)
            dotted = ".".join("id" if part == "_id" else part for part in name.split("."))
            tested = call(self._draft.library("anyAt"), self._row, f'"{dotted}"', arrow(f"({value})", inner))
        return ("!", tested) if negated else tested

    def _one(self, condition: Condition, access: str, sure: bool) -> Doc:
        """The test of one value, without its negation."""
        draft, name = self._draft, condition.field
        match condition.op:
            case Compare.EQ | Compare.NE:
                value = stored_value(draft, self._table, name, condition.value)
                is_plain = sure and condition.op is Compare.EQ
                if is_plain and draft.facts.literal(condition.value) is not None and value != "null":
                    return (f"{access} === ", value)
                return call(draft.library("isSame"), access, value)
            case Compare.IN | Compare.NOT_IN:
                values = stored_value(draft, self._table, name, condition.value, many=True)
                return call(draft.library("isAmong"), access, values)
            case Compare.MATCHES:
                given = [draft.closed(condition.value, name, alone=True)]
                given += [draft.closed(condition.options, "options", alone=True)] if condition.options else []
                return call(draft.library("matchesText"), access, *given)
            case Compare.EXISTS:
                wanted = draft.facts.literal(condition.value)
                if wanted not in ("true", "false"):
                    raise RefusedError("CX301", f"$exists of {name} is chosen at run time")
                return f"{access} {'!==' if wanted == 'true' else '==='} undefined"
            case _ if condition.op in _SIGNS:
                if name == "_id":
                    raise RefusedError("CX301", "comparison of generated ids")
                literal = draft.facts.literal(condition.value)
                if not access.startswith(f"{self._row}.") or literal is None or draft.facts.is_null(condition.value):
                    value = stored_value(draft, self._table, name, condition.value)
                    return call(draft.library("isBeyond"), access, f'"{_SIGNS[condition.op]}"', value)
                value = stored_value(draft, self._table, name, condition.value, alone=False)
                test: Doc = (f"{access} {_SIGNS[condition.op]} ", value)
                if sure:
                    return test
                return (f"({access} !== undefined && {access} !== null && ", test, ")")
            case _:
                raise RefusedError("CX301", f"{condition.op} of {name}")


def _linked(tests: list[Test], operator: str, empty: str) -> Test:
    if not tests:
        return Test(empty)
    if len(tests) == 1:
        return tests[0]
    docs = [("(", Nest(test.doc), ")") if isinstance(test.doc, Group) else test.doc for test in tests]
    return Test(Group(joined(docs, (f" {operator}", Line(" ")))))
