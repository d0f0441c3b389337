"""Expressions of SQL as TypeScript, with SQL's idea of null: what is computed with null is null, and no test passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from codemods.ir.query import NOTHING, When
from codemods.ir.sql import (
    Aggregated,
    Apply,
    Asks,
    Column,
    Constant,
    Dialect,
    Expr,
    Given,
    Guarded,
    Inner,
    Kind,
    Selection,
    SqlType,
    Tested,
)
from codemods.ir.table import Table
from codemods.writers.code import RefusedError
from codemods.writers.layout import Doc, Group, Line, Nest, arrow, call, joined, listed
from codemods.writers.queries.draft import Draft
from codemods.writers.queries.guards import guard
from codemods.writers.stored.fields import SQL_COLUMNS, sql_column

EXACT = Kind.NUMERIC
_SIGNS = {"eq": "===", "ne": "!==", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_OPPOSITE = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}
_OPERATORS = {"add": "+", "sub": "-", "mul": "*", "mod": "%"}
_METHODS = {"lower": ".toLowerCase()", "upper": ".toUpperCase()", "trim": ".trim()", "length": ".length"}
_FUNCTIONS = {"abs": "Math.abs", "ceil": "Math.ceil", "floor": "Math.floor"}
_OF_MOMENTS = {
    "year": ("FullYear", ""), "month": ("Month", " + 1"), "day": ("Date", ""), "hour": ("Hours", ""),
    "minute": ("Minutes", ""), "second": ("Seconds", ""), "weekday": ("Day", ""), "weekday_from_1": ("Day", " + 1"),
}  # fmt: skip
_MOMENTS = (Kind.TIME, Kind.DATE)


@dataclass(frozen=True, slots=True)
class Value:
    """An expression; `waits` says that it holds an `await`."""

    doc: Doc
    may_be_null: bool = False
    waits: bool = False
    is_simple: bool = False
    """Reading it twice is no matter."""


@dataclass(frozen=True, slots=True)
class Env:
    """What the names of a statement are in the code: sources by the expression of their row, which is null for those
    that are `optional` where nothing met; and in a group, what its rows are called."""

    rows: dict[str, str] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    group: str = ""
    parameter: str = ""
    """How a function of one row names it."""
    inner: Env | None = None
    """A row of the group."""


class Values:
    """Writes the values and tests of one statement."""

    def __init__(
        self, draft: Draft, dialect: Dialect, inner: Callable[[Selection, Env, bool], Doc], needed: bool
    ) -> None:
        """`inner` gives a promise of the rows of a statement inside, or of the values of its one column. With `needed`
        parameters that are undefined are an error."""
        self._draft, self._dialect, self._inner, self._needed = draft, dialect, inner, needed
        self._tests: list[str] = []
        """The texts of the tests around what is written."""

    # ---- values -----------------------------------------------------------------------------------

    def value(self, expression: Expr, env: Env) -> Value:
        """What an expression computes."""
        match expression:
            case Column():
                return self._column(expression, env)
            case Constant():
                return self._constant(expression)
            case Given():
                return self._given(expression)
            case Aggregated():
                return self._aggregated(expression, env)
            case Inner(asks=Asks.VALUE):
                found = call(self._draft.library("valueOf"), self._inner(expression.selection, env, True))
                return Value(("(await ", found, ")"), True, True)
            case Inner() | Guarded():
                return self.test(expression, env)
            case Apply():
                if expression.kind is Kind.BOOLEAN and expression.function not in ("case", "coalesce", "nullif"):
                    return self._open(expression, env)
                return self._applied(expression, env)

    def _column(self, column: Column, env: Env) -> Value:
        if column.source not in env.rows:
            if env.group:
                raise RefusedError("CX301", f"`{column.field}` stands neither in GROUP BY nor in a function")
            raise RefusedError("CX301", f"no source {column.source}")
        table, row = env.tables[column.source], env.rows[column.source]
        stored = table.field(column.field)
        name = self._draft.names.field(table, column.field)
        nullable = stored is not None and stored.nullable and column.field != table.id_field
        if column.source in env.optional:
            return Value(f"({row}?.{name} ?? null)", True, is_simple=True)
        return Value(f"{row}.{name}", nullable, is_simple=True)

    def _constant(self, constant: Constant) -> Value:
        if constant.kind in _MOMENTS and constant.text.startswith('"'):
            function = "readTime" if constant.kind is Kind.TIME else "readDay"
            return Value(call(self._draft.library(function), constant.text))
        return Value(constant.text, constant.text == "null", is_simple=True)

    def _given(self, given: Given) -> Value:
        draft, span = self._draft, given.value
        if given.kind is Kind.UNKNOWN:
            raise RefusedError("CX301", f"what the parameter `{draft.facts.text(span)[:40]}` is for")
        if given.many:
            return Value(self._list(given))
        literal = draft.facts.literal(span)
        nullable = draft.facts.may_be_null(span) or draft.facts.may_be_undefined(span)
        if draft.facts.is_null(span):
            return Value("null", True, is_simple=True)
        if self._needed and draft.facts.may_be_undefined(span):
            return self._needing(given)
        value = draft.closed(span, "value", alone=True)
        if given.kind is Kind.ID:
            return Value(value if isinstance(value, str) else draft.closed(span, "value"), nullable)
        if literal is not None and _is_of(literal, given.kind):
            return Value(value)
        return Value(self.cast(given.kind, value), nullable)

    def _needing(self, given: Given) -> Value:
        """A parameter for which undefined is an error, also where no row is looked at."""
        draft, span = self._draft, given.value
        if draft.facts.text(span) in " ".join(self._tests):
            value: Doc = draft.closed(span, "value", alone=True)
        elif draft.seen is None:
            value = draft.hoist(span, "value")
            draft.checked.setdefault(span, draft.facts.text(span).rpartition(".")[2].strip('"[]'))
        else:
            value = call(draft.library("parameter"), draft.closed(span, "value", alone=True), '"value"')
        return Value(value if given.kind is Kind.ID else self.cast(given.kind, value), draft.facts.may_be_null(span))

    def cast(self, kind: Kind, value: Doc) -> Doc:
        """A value of the code, read as the database read parameters."""
        column = sql_column(SqlType(self._dialect, kind))
        return call(self._draft.library(column.to_store), value)

    def _list(self, given: Given) -> Doc:
        draft = self._draft
        value = draft.closed(given.value, "values", alone=True)
        if given.kind is Kind.ID:
            return call(draft.library("readList"), value)
        column = SQL_COLUMNS[given.kind]
        return call(draft.library("readList"), value, draft.library(column.to_store))

    def _open(self, expression: Expr, env: Env) -> Value:
        """A condition as a value, which is null where it is open."""
        yes, no = self.test(expression, env), self.test(expression, env, negated=True)
        parts = self._nullable_parts(expression, env)
        if not parts:
            return yes
        doc = Group(("(", yes.doc, Nest((Line(" "), "? true", Line(" "), ": ", no.doc, " ? false : null)"))))
        return Value(doc, True, yes.waits or no.waits)

    def _nullable_parts(self, expression: Expr, env: Env) -> bool:
        """May a condition be open?"""
        match expression:
            case Inner(asks=Asks.EXISTS):
                return False
            case Apply(function="is_null" | "same" | "is_true" | "is_false"):
                return False
            case Apply(arguments=arguments):
                return any(self._nullable_parts(each, env) for each in arguments)
            case Column() | Constant() | Given():
                return self.value(expression, env).may_be_null
            case _:
                return True

    def _applied(self, apply: Apply, env: Env) -> Value:
        name, kind = apply.function, apply.kind
        if name == "case":
            return self._case(apply, env)
        if name in _CLOCKS:
            return Value(_CLOCKS[name])
        values = [self.value(each, env) for each in apply.arguments]
        waits = any(value.waits for value in values)
        match name:
            case "coalesce":
                return self._coalesced(values, waits)
            case "nullif":
                same = self._compared(_met(apply.arguments), "===", values[0].doc, values[1].doc)
                return Value(Group(("(", same, " ? null : ", values[0].doc, ")")), True, waits)
            case "concat":
                parts = [value.doc if not value.may_be_null else ("(", value.doc, ' ?? "")') for value in values]
                return Value(("(", joined(parts, " + "), ")"), False, waits)
            case "greatest" | "least":
                function = self._draft.library("greatestIn" if name == "greatest" else "leastIn")
                kept = [value.doc for value in values]
                if any(value.may_be_null for value in values) or kind is EXACT:
                    raise RefusedError("CX301", f"{name.upper()} of what may be null")
                return Value((call(function, listed("[", kept, "]")), "!"), False, waits)
        if any(value.may_be_null for value in values):
            names = ["a", "b", "c"][: len(values)] if len(values) <= 3 else [f"v{n}" for n in range(len(values))]
            inner = self._computed(name, kind, list(names), apply)
            lambda_ = arrow(f"({', '.join(names)})", inner)
            function = self._draft.library("lifted")
            return Value(call(function, lambda_, *(value.doc for value in values)), True, waits)
        return Value(self._computed(name, kind, [value.doc for value in values], apply), False, waits)

    def _computed(self, name: str, kind: Kind, docs: Sequence[Doc], apply: Apply) -> Doc:
        """What a function makes of values that are not null."""
        draft = self._draft
        if name in _OPERATORS and kind is not EXACT:
            return ("(", docs[0], f" {_OPERATORS[name]} ", docs[1], ")")
        if name in ("add", "sub"):
            sign = ["-1"] if name == "sub" else []
            return (call(draft.library("exactSum"), *docs, *sign), "!")
        if name == "mul":
            return (call(draft.library("exactProduct"), *docs), "!")
        if name in ("whole_div", "div"):
            return call(draft.library("wholeQuotient" if name == "whole_div" else "quotientOf"), *docs)
        if name == "neg":
            return (
                ("(-", docs[0], ")")
                if kind is not EXACT
                else (call(draft.library("exactProduct"), docs[0], '"-1"'), "!")
            )
        if name in _METHODS:
            return (docs[0], _METHODS[name])
        if name in _FUNCTIONS:
            if kind is EXACT:
                raise RefusedError("CX301", f"{name.upper()} of an exact number")
            return call(_FUNCTIONS[name], docs[0])
        if name == "round":
            return self._rounded(kind, docs)
        if name == "join":
            return ("(", joined(list(docs), " + "), ")")
        if name == "to_day":
            return call(draft.library("dayOf"), docs[0])
        if name in _OF_MOMENTS:
            method, more = _OF_MOMENTS[name]
            found: Doc = ("new Date(", docs[0], f").getUTC{method}()")
            return ("(", found, more, ")") if more else found
        if name == "between":
            start, end, length = docs
            return ("Math.trunc((", end, " - ", start, ") / ", length, ")")
        if name in ("to_time", "to_int8") or (name == "to_float" and apply.arguments[0].kind is not EXACT):
            return docs[0]
        if name in ("to_numeric", "to_text"):
            return call("String", docs[0]) if apply.arguments[0].kind is not EXACT else docs[0]
        if name == "to_float":
            return call("Number", docs[0])
        if name == "to_int":
            rounded = call(draft.library("rounded"), docs[0], "0") if apply.arguments[0].kind is EXACT else docs[0]
            if apply.arguments[0].kind is Kind.FLOAT:
                raise RefusedError("CX301", "a floating number as a whole one")
            return call("Number", rounded)
        raise RefusedError("CX301", f"the function {name} of SQL")

    def _rounded(self, kind: Kind, docs: Sequence[Doc]) -> Doc:
        if kind is EXACT:
            return call(self._draft.library("rounded"), *docs)
        if kind is Kind.FLOAT:
            return call(self._draft.library("roundedFloat"), *docs)
        return docs[0]

    def _coalesced(self, values: list[Value], waits: bool) -> Value:
        parts: list[Doc] = []
        values = [value for value in values if value.doc != "null"] or values[:1]
        for value in values:
            parts.append(value.doc)
            if not value.may_be_null:
                break
        if len(parts) == 1:
            return values[0]
        last = values[len(parts) - 1]
        return Value(("(", joined(parts, " ?? "), ")"), last.may_be_null, waits)

    def _case(self, apply: Apply, env: Env) -> Value:
        *pairs, last = apply.arguments
        otherwise = self.value(last, env)
        doc, nullable, waits = otherwise.doc, otherwise.may_be_null, otherwise.waits
        for test, value in reversed(list(zip(pairs[::2], pairs[1::2], strict=True))):
            tested, chosen = self.test(test, env), self.value(value, env)
            doc = (tested.doc, Nest((Line(" "), "? ", chosen.doc, Line(" "), ": ", doc)))
            nullable, waits = nullable or chosen.may_be_null, waits or chosen.waits or tested.waits
        return Value(Group(("(", doc, ")")), nullable, waits)

    # ---- functions over rows ------------------------------------------------------------------------

    def _aggregated(self, aggregated: Aggregated, env: Env) -> Value:
        if not env.group or env.inner is None:
            raise RefusedError("CX301", f"{aggregated.function.upper()} outside of a group")
        rows: Doc = env.group
        if aggregated.where is not None:
            test = self.test(aggregated.where, env.inner)
            self._at_once(test)
            rows = call((rows, ".filter"), arrow(env.inner.parameter, test.doc))
        if aggregated.argument is None:
            return Value((rows, ".length"))
        found = self.value(aggregated.argument, env.inner)
        self._at_once(found)
        flags = ["true"] if aggregated.distinct else []
        values = call(self._draft.library("valuesIn"), rows, arrow(env.inner.parameter, found.doc), *flags)
        if aggregated.function == "count":
            return Value((values, ".length"))
        kind = aggregated.argument.kind
        exact = kind is EXACT or (aggregated.kind is EXACT and aggregated.function in ("sum", "avg"))
        function = self._draft.library(_AGGREGATES[aggregated.function, exact])
        order = [self._draft.library("exactOrder")] if exact and aggregated.function in ("min", "max") else []
        return Value(call(function, values, *order), True)

    def _at_once(self, value: Value) -> None:
        if value.waits:
            raise RefusedError("CX301", "a statement within a function over rows")

    # ---- tests ----------------------------------------------------------------------------------------

    def test(self, expression: Expr, env: Env, negated: bool = False) -> Value:
        """Whether a condition is true, or false with `negated`: open ones are neither."""
        match expression:
            case Inner(asks=Asks.EXISTS):
                found = call(self._draft.library("hasRows"), self._inner(expression.selection, env, False))
                return Value(("!(await " if negated else "(await ", found, ")"), False, True)
            case Inner(asks=Asks.AMONG, of=of):
                assert of is not None
                value = self.value(of, env)
                found = ("await ", self._inner(expression.selection, env, True))
                doc = call(self._draft.library("isOneOf"), value.doc, found)
                return Value((doc, f" === {'false' if negated else 'true'}"), False, True)
            case Guarded():
                return self._guarded(expression, env)
            case Apply(kind=Kind.BOOLEAN, function=name) if name not in ("case", "coalesce", "nullif"):
                return self._tested(expression, env, negated)
            case Constant():
                return Value(str((expression.text == "true") is not negated).lower())
        value = self.value(expression, env)
        if not value.may_be_null and value.is_simple:
            return Value((("!" if negated else ""), value.doc), False, value.waits)
        return Value((value.doc, f" === {'false' if negated else 'true'}"), False, value.waits)

    def _guarded(self, guarded: Guarded, env: Env) -> Value:
        """What only counts under tests of the code: where one went otherwise, it asks nothing."""
        with self.where_tested(guarded.tests):
            part = self.test(guarded.part, env)
        return self._any([*(Value(self.guard(each, not each.held)) for each in guarded.tests), part])

    @contextmanager
    def where_tested(self, tests: Sequence[Tested]) -> Iterator[None]:
        """Writes what counts under tests: what they found out of values is known there."""
        with ExitStack() as stack:
            for each in tests:
                stack.enter_context(self._draft.where_tested(_choice(each), held=each.held))
            yield

    def guard(self, tested: Tested, held: bool) -> Doc:
        """A test of the code, or its negation."""
        return guard(self._draft, _choice(tested), held=held)

    def _tested(self, apply: Apply, env: Env, negated: bool) -> Value:
        name, arguments = apply.function, apply.arguments
        match name:
            case "and" | "or":
                parts = [self.test(each, env, negated) for each in arguments]
                return self.all(parts) if (name == "and") is not negated else self._any(parts)
            case "not":
                return self.test(arguments[0], env, not negated)
            case "is_null":
                value = self.value(arguments[0], env)
                if isinstance(arguments[0], Column) and not value.may_be_null:
                    return Value("true" if negated else "false")
                return Value((value.doc, f" {'!==' if negated else '==='} null"), False, value.waits)
            case "is_true" | "is_false":
                found = self.test(arguments[0], env, name == "is_false")
                return Value(("!(", found.doc, ")"), False, found.waits) if negated else found
            case "in":
                return self._among(apply, env, negated)
            case "like" | "ilike":
                values = [self.value(each, env) for each in arguments]
                flags = ['"i"'] if name == "ilike" else []
                doc = call(self._draft.library("matchesLike"), *(value.doc for value in values), *flags)
                return Value((doc, f" === {'false' if negated else 'true'}"), False, any(v.waits for v in values))
            case "if_there":
                return self._unless_missing(arguments, env, negated)
            case "choice":
                return self._chosen(arguments, env, negated)
            case "same":
                left, right = (self.value(each, env) for each in arguments)
                if _met(arguments) is EXACT and (left.may_be_null or right.may_be_null):
                    raise RefusedError("CX301", "exact numbers that may be null, compared as the same")
                doc = self._compared(_met(arguments), "!==" if negated else "===", left.doc, right.doc)
                return Value(doc, False, left.waits or right.waits)
        return self._comparison(_OPPOSITE[name] if negated else name, arguments, env)

    def _unless_missing(self, arguments: tuple[Expr, ...], env: Env, negated: bool) -> Value:
        """A condition that counts only where a value is not undefined."""
        given, condition = arguments
        assert isinstance(given, Given)
        if not self._draft.facts.may_be_undefined(given.value):
            return self.test(condition, env, negated)
        if negated:
            raise RefusedError("CX301", "the opposite of a condition that may be left out")
        self._tests.append(self._draft.facts.text(given.value))
        found = self.test(condition, env)
        self._tests.pop()
        value = self._draft.closed(given.value, "value")
        return Value(Group(("(", value, " === undefined ||", Line(" "), found.doc, ")")), False, found.waits)

    def _chosen(self, arguments: tuple[Expr, ...], env: Env, negated: bool) -> Value:
        """A condition where a test of the code held, and another one where it did not."""
        test, *sides = arguments
        assert isinstance(test, Given)
        found = []
        self._tests.append(self._draft.facts.text(test.value))
        for held, side in zip((True, False), sides, strict=True):
            with self._draft.where_tested(When(test.value, NOTHING), held):
                found.append(self.test(side, env, negated))
        self._tests.pop()
        doc = self._draft.closed(test.value, "test", alone=True)
        yes, no = found
        parts = ("(", doc, Nest((Line(" "), "? ", yes.doc, Line(" "), ": ", no.doc)), ")")
        return Value(Group(parts), False, yes.waits or no.waits)

    def _comparison(self, name: str, arguments: tuple[Expr, ...], env: Env) -> Value:
        first, second = arguments
        if isinstance(first, Constant) and isinstance(second, Constant) and name in ("eq", "ne"):
            return Value(str((first.text == second.text) is (name == "eq")).lower())
        left, right = (self.value(each, env) for each in arguments)
        kind, sign, waits = _met(arguments), _SIGNS[name], left.waits or right.waits
        if name == "eq" and not (left.may_be_null and right.may_be_null) and kind is not EXACT:
            return Value(self._compared(kind, sign, left.doc, right.doc), False, waits)
        open_ = [side for side in (left, right) if side.may_be_null]
        if name == "eq" and kind is not EXACT:
            open_ = [side for side in open_ if side.is_simple][:1] or open_
        if all(side.is_simple for side in open_):
            checks: list[Doc] = [(side.doc, " !== null") for side in open_]
            return Value(_chain([*checks, self._compared(kind, sign, left.doc, right.doc)], "&&"), False, waits)
        compared = arrow("(a, b)", self._compared(kind, sign, "a", "b"))
        return Value((call(self._draft.library("lifted"), compared, left.doc, right.doc), " === true"), False, waits)

    def _compared(self, kind: Kind, sign: str, left: Doc, right: Doc) -> Doc:
        if kind is EXACT:
            return (call(self._draft.library("exactOrder"), left, right), f" {sign} 0")
        return (left, f" {sign} ", right)

    def _among(self, apply: Apply, env: Env, negated: bool) -> Value:
        value, *listed_ = (self.value(each, env) for each in apply.arguments)
        many = isinstance(apply.arguments[1], Given) and apply.arguments[1].many
        items = listed_[0].doc if many else listed("[", [each.doc for each in listed_], "]")
        if _met(apply.arguments) is EXACT:
            raise RefusedError("CX301", "IN of exact numbers")
        waits = any(each.waits for each in (value, *listed_))
        if negated:
            return Value((call(self._draft.library("isOneOf"), value.doc, items), " === false"), False, waits)
        if value.may_be_null or any(each.may_be_null for each in listed_):
            return Value((call(self._draft.library("isOneOf"), value.doc, items), " === true"), False, waits)
        return Value(call(self._draft.library("isIn"), value.doc, items), False, waits)

    def all(self, parts: Sequence[Value]) -> Value:
        """All of them hold."""
        return self._linked(parts, "&&", "true")

    def _any(self, parts: Sequence[Value]) -> Value:
        found = self._linked(parts, "||", "false")
        return Value(("(", found.doc, ")"), False, found.waits) if len(parts) > 1 else found

    def _linked(self, parts: Sequence[Value], operator: str, nothing: str) -> Value:
        parts = [part for part in parts if part.doc != nothing]
        if not parts:
            return Value(nothing)
        return Value(_chain([part.doc for part in parts], operator), False, any(part.waits for part in parts))


def _choice(tested: Tested) -> When:
    return When(tested.test, NOTHING, NOTHING, tested.case, tested.is_loose)


_CLOCKS: dict[str, Doc] = {
    "now": "Date.now()",
    "today": "Math.floor(Date.now() / 86_400_000) * 86_400_000",
    "now_text": 'new Date().toISOString().slice(0, 19).replace("T", " ")',
    "today_text": "new Date().toISOString().slice(0, 10)",
    "new_uuid": "crypto.randomUUID()",
}

_AGGREGATES = {
    ("sum", False): "sumIn",
    ("sum", True): "exactSumIn",
    ("avg", False): "meanIn",
    ("avg", True): "exactMeanIn",
    ("min", False): "leastIn",
    ("min", True): "leastIn",
    ("max", False): "greatestIn",
    ("max", True): "greatestIn",
}


def _met(values: Sequence[Expr]) -> Kind:
    """The kind in which values are compared."""
    return EXACT if any(value.kind is EXACT for value in values) else values[0].kind


def _chain(docs: Sequence[Doc], operator: str) -> Doc:
    return Group(joined(list(docs), (f" {operator}", Line(" "))))


def _is_of(literal: str, kind: Kind) -> bool:
    """Is a literal of the code a value of the kind as it stands?"""
    if kind is Kind.TEXT:
        return literal[:1] in "\"'"
    if kind in (Kind.INT, Kind.INT8):
        return literal.isdigit()
    return kind is Kind.BOOLEAN and literal in ("true", "false")
