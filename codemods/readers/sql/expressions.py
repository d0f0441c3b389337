"""Expressions of SQL as what they compute, with the kinds that parameters and constants take from what they meet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sqlglot import exp

from codemods.ir.sql import Aggregated, Apply, Asks, Constant, Dialect, Expr, Given, Inner, Kind, Selection
from codemods.readers.sql.columns import kind_of
from codemods.readers.sql.reading import MOMENTS, NUMBERS, TEXTS, Scope, UnreadError, as_kind, common_kind
from codemods.readers.sql.statements import Chosen, IfThere
from codemods.readers.sql.tables import folded

SelectOf = Callable[[Scope, exp.Expr], Selection]

_COMPARISONS: Mapping[type[exp.Expr], str] = {
    exp.EQ: "eq", exp.NEQ: "ne", exp.LT: "lt", exp.LTE: "le", exp.GT: "gt", exp.GTE: "ge",
}  # fmt: skip
_ARITHMETIC: Mapping[type[exp.Expr], str] = {
    exp.Add: "add", exp.Sub: "sub", exp.Mul: "mul", exp.Div: "div", exp.Mod: "mod",
}  # fmt: skip
_OF_TEXT: Mapping[type[exp.Expr], str] = {exp.Lower: "lower", exp.Upper: "upper"}
_AGGREGATES: Mapping[type[exp.Expr], str] = {
    exp.Count: "count", exp.Sum: "sum", exp.Avg: "avg", exp.Min: "min", exp.Max: "max",
}  # fmt: skip
_OF_MOMENTS = {"YEAR": "year", "MONTH": "month", "DAY": "day", "HOUR": "hour", "MINUTE": "minute", "DOW": "weekday"}
_PARTS_OF_MOMENTS: Mapping[type[exp.Expr], str] = {
    exp.Year: "year", exp.Month: "month", exp.Day: "day", exp.Hour: "hour", exp.Minute: "minute", exp.Second: "second",
    exp.DayOfWeek: "weekday_from_1",
}  # fmt: skip
_UNITS = {"MILLISECOND": 1, "SECOND": 1000, "MINUTE": 60_000, "HOUR": 3_600_000, "DAY": 86_400_000, "WEEK": 604_800_000}


_PLAIN = frozenset({"this", "expression", "expressions"})
_PARTS: Mapping[type[exp.Expr], frozenset[str]] = {
    exp.Column: frozenset({"table"}),
    exp.Literal: frozenset({"is_string"}),
    exp.Is: frozenset({"negate"}),
    exp.Like: frozenset({"negate"}),
    exp.ILike: frozenset({"negate"}),
    exp.In: frozenset({"query"}),
    exp.Between: frozenset({"low", "high"}),
    exp.Case: frozenset({"ifs", "default"}),
    exp.If: frozenset({"true", "false"}),
    exp.Cast: frozenset({"to"}),
    exp.Round: frozenset({"decimals"}),
    exp.Greatest: frozenset({"ignore_nulls"}),
    exp.Least: frozenset({"ignore_nulls"}),
    exp.Count: frozenset({"big_int"}),
    exp.DPipe: frozenset({"safe"}),
    exp.Concat: frozenset({"safe", "coalesce"}),
    exp.Div: frozenset({"typed", "safe"}),
    exp.Subquery: frozenset({"alias"}),
    exp.Select: frozenset(exp.Select.arg_types),
    exp.Interval: frozenset({"unit"}),
    exp.TimestampDiff: frozenset({"unit"}),
    exp.Placeholder: frozenset({"kind"}),
    Chosen: frozenset({"true", "false"}),
}
"""The parts of each node that are read, besides its operands."""


class Expressions:
    """Reads the expressions of one scope. `select` reads statements inside."""

    def __init__(self, scope: Scope, select: SelectOf) -> None:
        self._scope, self._select = scope, select

    def conjuncts(self, node: exp.Expr | None) -> tuple[Expr, ...]:
        """The parts of a condition that all have to hold."""
        if node is None:
            return ()
        if isinstance(node, exp.Paren):
            return self.conjuncts(node.this)
        if isinstance(node, exp.And):
            return (*self.conjuncts(node.left), *self.conjuncts(node.right))
        return (self.truth(node),)

    def truth(self, node: exp.Expr) -> Expr:
        """A condition; numbers are true unless they are 0."""
        value = as_kind(self.read(node), Kind.BOOLEAN)
        if value.kind is Kind.INT and self._scope.dialect is not Dialect.POSTGRES:
            return Apply("ne", (value, Constant("0", Kind.INT)), Kind.BOOLEAN)
        if value.kind is not Kind.BOOLEAN:
            raise UnreadError(f"`{_short(node)}` as a condition")
        return value

    def read(self, node: exp.Expr) -> Expr:
        """What an expression computes. A part that nobody reads is refused: it may turn the meaning around."""
        known = _PLAIN | _PARTS.get(type(node), frozenset())
        unread = [part for part, value in node.args.items() if value and part not in known]
        if unread:
            raise UnreadError(f"`{_short(node)}` of SQL")
        match node:
            case exp.Paren():
                return self.read(node.this)
            case exp.Column():
                return self._column(node)
            case exp.Literal():
                return self._literal(node)
            case exp.Boolean():
                return self._boolean(bool(node.this))
            case exp.Null():
                return Constant("null", Kind.UNKNOWN)
            case exp.Placeholder() | exp.Parameter():
                return self._scope.given(node)
            case exp.And() | exp.Or():
                name = "and" if isinstance(node, exp.And) else "or"
                return Apply(name, (self.truth(node.left), self.truth(node.right)), Kind.BOOLEAN)
            case exp.Not():
                return Apply("not", (self.truth(node.this),), Kind.BOOLEAN)
            case exp.Is() | exp.NullSafeEQ() | exp.NullSafeNEQ():
                return self._is(node)
            case exp.In():
                return self._in(node)
            case exp.Between():
                return self._between(node)
            case exp.Like() | exp.ILike():
                return self._like(node)
            case exp.Exists():
                return Inner(self._select(self._scope.within(), node.this), Asks.EXISTS, Kind.BOOLEAN)
            case exp.Subquery() | exp.Select():
                return self._scalar(node)
            case exp.Cast() | exp.TryCast():
                return self._cast(node)
            case exp.Case() | exp.If():
                return self._case(node)
            case exp.Coalesce():
                return self._meeting("coalesce", [node.this, *node.expressions])
            case exp.Greatest() | exp.Least():
                name = "greatest" if isinstance(node, exp.Greatest) else "least"
                return self._meeting(name, [node.this, *node.expressions])
            case exp.Nullif():
                return self._meeting("nullif", [node.this, node.expression])
            case exp.Neg():
                return self._negative(node)
            case exp.DPipe() | exp.Concat():
                return self._concatenated(node)
            case exp.Round():
                return self._round(node)
            case exp.Abs():
                value = self.read(node.this)
                return Apply("abs", (value,), self._number(value, node))
            case exp.Ceil() | exp.Floor():
                value = self.read(node.this)
                return Apply("ceil" if isinstance(node, exp.Ceil) else "floor", (value,), self._number(value, node))
            case exp.TsOrDsToDate() | exp.Date():
                return self._of_moment("to_day", node, Kind.DATE)
            case exp.Extract():
                return self._extracted(node)
            case exp.TimestampDiff():
                return self._between_moments(node)
            case exp.Trim() if node.args.get("expression") is None:
                return Apply("trim", (self.text(node.this),), Kind.TEXT)
            case exp.Length():
                return Apply("length", (self.text(node.this),), Kind.INT)
            case exp.Filter():
                return self._filtered(node)
            case exp.CurrentTimestamp() | exp.CurrentDatetime():
                return self._now()
            case exp.CurrentDate():
                return self._today()
            case exp.Uuid():
                return Apply("new_uuid", (), Kind.UUID)
            case exp.Anonymous():
                return self._anonymous(node)
            case IfThere():
                return Apply("if_there", (self._scope.given(node.this), self.truth(node.expression)), Kind.BOOLEAN)
            case Chosen():
                sides = [self.truth(node.args[name]) for name in ("true", "false")]
                return Apply("choice", (self._scope.given(node.this), *sides), Kind.BOOLEAN)
        return self._by_table(node)

    def _by_table(self, node: exp.Expr) -> Expr:
        for types, read in (
            (_COMPARISONS, self._comparison),
            (_ARITHMETIC, self._arithmetic),
            (_OF_TEXT, self._of_text),
            (_AGGREGATES, self._aggregate),
            (_PARTS_OF_MOMENTS, self._part_of_moment),
        ):
            name = types.get(type(node))
            if name is not None:
                return read(name, node)
        raise UnreadError(f"`{_short(node)}` of SQL")

    # ---- values ---------------------------------------------------------------------------------

    def _column(self, node: exp.Column) -> Expr:
        identifier = node.this
        is_text = isinstance(identifier, exp.Identifier) and identifier.args.get("quoted") and not node.table
        try:
            return self._scope.column(node)
        except UnreadError:
            # SQLite takes a name in double quotes that is no column for a text.
            if is_text and self._scope.dialect is Dialect.SQLITE:
                return Constant(json.dumps(node.name, ensure_ascii=False), Kind.TEXT)
            raise

    def _literal(self, node: exp.Literal) -> Constant:
        if node.is_string:
            return Constant(json.dumps(str(node.this), ensure_ascii=False), Kind.UNKNOWN)
        text = str(node.this)
        if text.isdigit():
            return Constant(text, Kind.INT)
        exact = self._scope.dialect is not Dialect.SQLITE
        return Constant(json.dumps(text), Kind.NUMERIC) if exact else Constant(text, Kind.FLOAT)

    def _boolean(self, value: bool) -> Constant:
        if self._scope.dialect is Dialect.POSTGRES:
            return Constant("true" if value else "false", Kind.BOOLEAN)
        return Constant("1" if value else "0", Kind.INT)

    def text(self, node: exp.Expr) -> Expr:
        """A value where a text is wanted."""
        value = as_kind(self.read(node), Kind.TEXT)
        if value.kind not in TEXTS:
            raise UnreadError(f"`{_short(node)}` as a text")
        return value

    def _number(self, value: Expr, node: exp.Expr) -> Kind:
        if value.kind not in NUMBERS:
            raise UnreadError(f"`{_short(node)}` of what is no number")
        return value.kind

    def _of_text(self, name: str, node: exp.Expr) -> Expr:
        return Apply(name, (self.text(node.this),), Kind.TEXT)

    def _now(self) -> Expr:
        if self._scope.dialect is Dialect.SQLITE:
            return Apply("now_text", (), Kind.TEXT)
        return Apply("now", (), Kind.TIME)

    def _of_moment(self, name: str, node: exp.Expr, kind: Kind) -> Expr:
        value = self.read(node.this)
        if value.kind not in MOMENTS:
            raise UnreadError(f"`{_short(node)}` of SQL")
        return Apply(name, (value,), kind)

    def _extracted(self, node: exp.Extract) -> Expr:
        """`EXTRACT(YEAR FROM …)`: in PostgreSQL an exact number."""
        name = _OF_MOMENTS.get(node.this.name.upper())
        value = self.read(node.expression)
        is_double = "date_part" in self._scope.text.lower()
        if name is None or is_double or value.kind not in MOMENTS:
            raise UnreadError(f"`{_short(node)}` of SQL")
        part = Apply(name, (value,), Kind.INT)
        return Apply("to_numeric", (part,), Kind.NUMERIC) if self._scope.dialect is Dialect.POSTGRES else part

    def _part_of_moment(self, name: str, node: exp.Expr) -> Expr:
        """`YEAR(…)` of MySQL; its parser has a conversion to a day within."""
        inner = node.this.this if isinstance(node.this, exp.TsOrDsToDate) else node.this
        value = self.read(inner)
        if self._scope.dialect is not Dialect.MYSQL or value.kind not in MOMENTS:
            raise UnreadError(f"`{_short(node)}` of SQL")
        return Apply(name, (value,), Kind.INT)

    def _between_moments(self, node: exp.TimestampDiff) -> Expr:
        """`TIMESTAMPDIFF(SECOND, a, b)`: whole units from the one to the other."""
        unit = node.args["unit"].name.upper()
        start, end = self.read(node.expression), self.read(node.this)
        if unit not in _UNITS or start.kind not in MOMENTS or end.kind not in MOMENTS:
            raise UnreadError(f"`{_short(node)}` of SQL")
        length = Constant(f"{_UNITS[unit]:_}", Kind.INT)
        return Apply("between", (start, end, length), Kind.INT)

    def _today(self) -> Expr:
        return (
            Apply("today_text", (), Kind.TEXT)
            if self._scope.dialect is Dialect.SQLITE
            else Apply("today", (), Kind.DATE)
        )

    def _anonymous(self, node: exp.Anonymous) -> Expr:
        name, given = node.name.lower(), [each.name.lower() for each in node.expressions]
        if name == "now" and not given:
            return self._now()
        if name == "datetime" and given == ["now"]:
            return self._now()
        if name == "date" and given == ["now"]:
            return self._today()
        raise UnreadError(f"the function {node.name} of SQL")

    # ---- conditions -----------------------------------------------------------------------------

    def _met(self, nodes: list[exp.Expr]) -> list[Expr]:
        """The values, all of the kind in which they meet."""
        values = [self.read(node) for node in nodes]
        kind = common_kind([value.kind for value in values])
        if kind is Kind.UNKNOWN and any(isinstance(value, Constant) and value.text != "null" for value in values):
            kind = Kind.TEXT
        return [as_kind(value, kind) for value in values]

    def _comparison(self, name: str, node: exp.Expr) -> Expr:
        right = node.expression
        if isinstance(right, exp.Any | exp.All):
            return self._any(name, node, right)
        left, other = self._met([node.this, right])
        self._comparable(name, left, node)
        return Apply(name, (left, other), Kind.BOOLEAN)

    def _comparable(self, name: str, value: Expr, node: exp.Expr) -> None:
        if value.kind is Kind.UNKNOWN or value.kind is Kind.JSON:
            raise UnreadError(f"`{_short(node)}` compares values of an unknown kind")
        if name not in ("eq", "ne") and value.kind in (Kind.ID, Kind.UUID):
            raise UnreadError(f"`{_short(node)}` compares keys")

    def _any(self, name: str, node: exp.Expr, right: exp.Expr) -> Expr:
        """`id = ANY($1)`: one of the values of a list."""
        inner = right.this
        while isinstance(inner, exp.Paren | exp.Cast):
            inner = inner.this
        value = self.read(node.this)
        if name != "eq" or not isinstance(right, exp.Any) or not isinstance(inner, exp.Parameter | exp.Placeholder):
            raise UnreadError(f"`{_short(node)}` of SQL")
        given = self._scope.given(inner)
        return Apply("in", (value, Given(given.value, value.kind, many=True)), Kind.BOOLEAN)

    def _is(self, node: exp.Expr) -> Expr:
        right = node.expression
        if isinstance(node, exp.Is) and node.args.get("negate"):
            return Apply("not", (self._is(exp.Is(this=node.this, expression=right)),), Kind.BOOLEAN)
        if isinstance(node, exp.Is) and isinstance(right, exp.Null):
            return Apply("is_null", (self.read(node.this),), Kind.BOOLEAN)
        if isinstance(node, exp.Is) and isinstance(right, exp.Boolean):
            return Apply("is_true" if right.this else "is_false", (self.truth(node.this),), Kind.BOOLEAN)
        left, other = self._met([node.this, right])
        same = Apply("same", (left, other), Kind.BOOLEAN)
        return Apply("not", (same,), Kind.BOOLEAN) if isinstance(node, exp.NullSafeNEQ) else same

    def _in(self, node: exp.In) -> Expr:
        query = node.args.get("query")
        if query is not None:
            inner = self._select(self._scope.within(), query)
            return Inner(inner, Asks.AMONG, Kind.BOOLEAN, self.read(node.this))
        if not node.expressions:
            raise UnreadError(f"`{_short(node)}` of SQL")
        values = self._met([node.this, *node.expressions])
        self._comparable("eq", values[0], node)
        one = values[1] if len(values) == 2 else None
        if isinstance(one, Given) and self._scope.dialect is Dialect.MYSQL:
            # mysql2 spreads a list over the one parameter.
            return Apply("in", (values[0], Given(one.value, one.kind, many=True)), Kind.BOOLEAN)
        return Apply("in", tuple(values), Kind.BOOLEAN)

    def _between(self, node: exp.Between) -> Expr:
        value, low, high = self._met([node.this, node.args["low"], node.args["high"]])
        self._comparable("le", value, node)
        parts = (Apply("ge", (value, low), Kind.BOOLEAN), Apply("le", (value, high), Kind.BOOLEAN))
        return Apply("and", parts, Kind.BOOLEAN)

    def _like(self, node: exp.Expr) -> Expr:
        # PostgreSQL heeds the case in LIKE; SQLite and MySQL do not.
        heeds = isinstance(node, exp.Like) and self._scope.dialect is Dialect.POSTGRES
        values = (self.text(node.this), self.text(node.expression))
        like = Apply("like" if heeds else "ilike", values, Kind.BOOLEAN)
        return Apply("not", (like,), Kind.BOOLEAN) if node.args.get("negate") else like

    def _scalar(self, node: exp.Expr) -> Expr:
        selection = self._select(self._scope.within(), node)
        shown = selection.shown
        if len(shown) != 1 or not hasattr(shown[0], "value"):
            raise UnreadError(f"`{_short(node)}` as a value")
        return Inner(selection, Asks.VALUE, shown[0].value.kind)

    # ---- functions ------------------------------------------------------------------------------

    def _meeting(self, name: str, nodes: list[exp.Expr]) -> Expr:
        values = self._met(nodes)
        return Apply(name, tuple(values), common_kind([value.kind for value in values]))

    def _case(self, node: exp.Expr) -> Expr:
        ifs = node.args.get("ifs") or [node]
        subject = node.this if isinstance(node, exp.Case) else None
        tests: list[Expr] = []
        for each in ifs:
            if subject is None:
                tests.append(self.truth(each.this))
            else:
                tests.append(Apply("eq", tuple(self._met([subject, each.this])), Kind.BOOLEAN))
        last = node.args.get("default") if isinstance(node, exp.Case) else node.args.get("false")
        values = self._met([*(each.args["true"] for each in ifs), last if last is not None else exp.Null()])
        kind = common_kind([value.kind for value in values])
        pairs = [part for pair in zip(tests, values, strict=False) for part in pair]
        return Apply("case", (*pairs, values[-1]), kind)

    def _cast(self, node: exp.Expr) -> Expr:
        kind, value = kind_of(node.args["to"]), self.read(node.this)
        if kind is Kind.UNKNOWN:
            raise UnreadError(f"`{_short(node)}` of SQL")
        if isinstance(value, Given):
            return as_kind(value, kind)
        if value.kind is kind:
            return value
        if isinstance(value, Constant):
            return as_kind(value, kind)
        if value.kind in NUMBERS and kind in NUMBERS:
            return Apply(f"to_{kind.value}", (value,), kind)
        if value.kind in MOMENTS and kind in MOMENTS:
            return Apply("to_day", (value,), kind) if kind is Kind.DATE else Apply("to_time", (value,), kind)
        if kind is Kind.TEXT and value.kind in (Kind.INT, Kind.INT8, Kind.NUMERIC, Kind.UUID, Kind.ID):
            return Apply("to_text", (value,), kind)
        raise UnreadError(f"`{_short(node)}` of SQL")

    def _negative(self, node: exp.Neg) -> Expr:
        value = self.read(node.this)
        if isinstance(value, Constant) and not value.text.startswith('"'):
            return Constant(f"-{value.text}", value.kind)
        return Apply("neg", (value,), self._number(value, node))

    def _arithmetic(self, name: str, node: exp.Expr) -> Expr:
        interval = node.expression
        if isinstance(interval, exp.Interval):
            return self._moved(name, node, interval)
        left, right = self._met([node.this, interval])
        if isinstance(left, Given) and left.kind is Kind.UNKNOWN:
            raise UnreadError(f"`{_short(node)}` of two parameters")
        kind = self._number(left, node)
        if kind is Kind.NUMERIC and name in ("div", "mod"):
            raise UnreadError(f"`{_short(node)}` of exact numbers")
        if kind is Kind.INT and name == "div" and self._scope.dialect is Dialect.MYSQL:
            raise UnreadError(f"`{_short(node)}` of SQL")
        return Apply("whole_div" if name == "div" and kind is not Kind.FLOAT else name, (left, right), kind)

    def _moved(self, name: str, node: exp.Expr, interval: exp.Interval) -> Expr:
        value = self.read(node.this)
        amount, unit = interval.this, str(interval.args.get("unit") or "").upper().removesuffix("S")
        if value.kind not in MOMENTS or unit not in _UNITS or name not in ("add", "sub"):
            raise UnreadError(f"`{_short(node)}` of SQL")
        if isinstance(amount, exp.Literal) and str(amount.this).isdigit():
            shift: Expr = Constant(str(int(amount.this) * _UNITS[unit]), Kind.INT)
        else:
            inner = as_kind(self.read(amount), Kind.INT)
            shift = Apply("mul", (inner, Constant(str(_UNITS[unit]), Kind.INT)), Kind.INT)
        return Apply(name, (value, shift), Kind.TIME)

    def _concatenated(self, node: exp.Expr) -> Expr:
        parts = [node.left, node.right] if isinstance(node, exp.DPipe) else list(node.expressions)
        values = tuple(self._as_text(part) for part in parts)
        skips = isinstance(node, exp.Concat) and self._scope.dialect is Dialect.POSTGRES
        return Apply("concat" if skips else "join", values, Kind.TEXT)

    def _as_text(self, node: exp.Expr) -> Expr:
        while isinstance(node, exp.Coalesce) and not node.expressions:
            node = node.this
        value = as_kind(self.read(node), Kind.TEXT)
        if value.kind in (Kind.INT, Kind.INT8, Kind.NUMERIC):
            return Apply("to_text", (value,), Kind.TEXT)
        if value.kind not in TEXTS:
            raise UnreadError(f"`{_short(node)}` as a text")
        return value

    def _round(self, node: exp.Round) -> Expr:
        value, places = self.read(node.this), node.args.get("decimals")
        if places is not None and not (isinstance(places, exp.Literal) and str(places.this).isdigit()):
            raise UnreadError(f"`{_short(node)}` of SQL")
        digits = Constant(str(places.this) if places is not None else "0", Kind.INT)
        kind = self._number(value, node)
        if kind is Kind.FLOAT and self._scope.dialect is not Dialect.SQLITE:
            raise UnreadError(f"`{_short(node)}` of SQL")
        return Apply("round", (value, digits), Kind.FLOAT if self._scope.dialect is Dialect.SQLITE else kind)

    # ---- functions over rows --------------------------------------------------------------------

    def _aggregate(self, name: str, node: exp.Expr) -> Expr:
        inner = node.this
        distinct = isinstance(inner, exp.Distinct)
        if distinct:
            if len(inner.expressions) != 1:
                raise UnreadError(f"`{_short(node)}` of SQL")
            inner = inner.expressions[0]
        if name == "count" and isinstance(inner, exp.Star | exp.Literal):
            return Aggregated(name, None, self._scope.large)
        if getattr(node, "expressions", None):
            raise UnreadError(f"`{_short(node)}` of SQL")
        value = self.read(inner)
        if name == "count":
            return Aggregated(name, value, self._scope.large, distinct)
        kind = value.kind if name in ("min", "max") else self._sum_kind(name, self._number(value, node))
        if name in ("min", "max") and kind in (Kind.ID, Kind.BOOLEAN, Kind.JSON, Kind.UNKNOWN):
            raise UnreadError(f"`{_short(node)}` of SQL")
        found = Aggregated(name, value, kind, distinct)
        is_mysql = self._scope.dialect is Dialect.MYSQL
        if name != "avg" or not is_mysql or kind is not Kind.NUMERIC:
            return found
        if value.kind is Kind.NUMERIC:
            raise UnreadError("AVG of exact numbers in MySQL")
        # https://dev.mysql.com/doc/refman/8.4/en/arithmetic-functions.html: div_precision_increment is 4.
        return Apply("round", (found, Constant("4", Kind.INT)), Kind.NUMERIC)

    def _sum_kind(self, name: str, kind: Kind) -> Kind:
        if self._scope.dialect is Dialect.SQLITE:
            return Kind.FLOAT if name == "avg" else kind
        if kind is Kind.FLOAT:
            return kind
        if self._scope.dialect is Dialect.MYSQL:
            return Kind.NUMERIC
        return self._scope.large if name == "sum" and kind is Kind.INT else Kind.NUMERIC

    def _filtered(self, node: exp.Filter) -> Expr:
        found = self.read(node.this)
        where = node.expression.this if isinstance(node.expression, exp.Where) else node.expression
        if not isinstance(found, Aggregated):
            raise UnreadError(f"`{_short(node)}` of SQL")
        return Aggregated(found.function, found.argument, found.kind, found.distinct, self.truth(where))


def _short(node: exp.Expr) -> str:
    text = " ".join(node.sql().split())
    return text if len(text) <= 60 else text[:57] + "…"


def name_of(node: exp.Expr, scope: Scope) -> str:
    """The name that a column of the result has: one that is given, or what the database makes of the expression."""
    dialect = scope.dialect
    match node:
        case exp.Alias():
            identifier = node.args["alias"]
            quoted = isinstance(identifier, exp.Identifier) and identifier.args.get("quoted")
            text = identifier.name if isinstance(identifier, exp.Expr) else str(identifier)
            return text if quoted or dialect is not Dialect.POSTGRES else text.lower()
        case exp.Column():
            return node.name if dialect is not Dialect.POSTGRES or node.this.args.get("quoted") else folded(node.name)
        case exp.Paren():
            return name_of(node.this, scope)
        case exp.Cast() if isinstance(node.this, exp.Column) and dialect is Dialect.POSTGRES:
            return name_of(node.this, scope)
        case _ if dialect is Dialect.POSTGRES and isinstance(node, exp.Func) and not isinstance(node, exp.Cast):
            if isinstance(node, exp.Case):
                return "case"
            return node.sql_name().lower() if not isinstance(node, exp.Anonymous) else node.name.lower()
        case exp.Exists() if dialect is Dialect.POSTGRES:
            return "exists"
        case exp.Literal() | exp.Boolean() | exp.Parameter() if dialect is Dialect.POSTGRES:
            return "?column?"
    written = node.sql(dialect=dialect.value)
    at = scope.text.lower().find(written.lower())
    if dialect is not Dialect.POSTGRES and at >= 0:
        return scope.text[at : at + len(written)]
    if scope.outer is not None:
        return written
    raise UnreadError(f"`{_short(node)}` has no name in the result")
