"""The conditions of Knex's links: `where`, `whereIn`, `orWhereNull`, `havingRaw`, `on`, and groups of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode
from sqlglot import exp

from codemods.readers.assembled.reading import shortened
from codemods.readers.calls import CallSite, call_site
from codemods.readers.knex.terms import Terms, column_of
from codemods.readers.literals import Property, entries, literal_of
from codemods.readers.sql.reading import UnreadError
from codemods.readers.sql.statements import Chosen
from codemods.source.tree import FUNCTION_KINDS, named, parameters, string_value, unwrap

CONDITION = re.compile(r"(?P<join>or|and)?(?P<part>where|having|on)(?P<no>not)?(?P<kind>\w*)", re.IGNORECASE)
KINDS = frozenset({"", "in", "null", "between", "exists", "raw", "like", "ilike", "column", "val"})
_COMPARISONS: Mapping[str, type[exp.Binary]] = {
    "<": exp.LT, "<=": exp.LTE, ">": exp.GT, ">=": exp.GTE, "like": exp.Like, "ilike": exp.ILike,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A condition, and whether it is an alternative to those before it."""

    is_or: bool
    condition: exp.Expr


def is_condition(method: str, part: str = "where") -> bool:
    """Is a link a condition of that part of a statement?"""
    found = CONDITION.fullmatch(method)
    return found is not None and found["part"].lower() == part and found["kind"].lower() in KINDS


def all_of(parts: Sequence[Part]) -> exp.Expr | None:
    """The conditions as SQL reads their row: AND binds before OR."""
    groups: list[list[exp.Expr]] = []
    for part in parts:
        if part.is_or and groups:
            groups.append([part.condition])
        elif groups:
            groups[-1].append(part.condition)
        else:
            groups = [[part.condition]]
    alternatives = [_joined(exp.And, group) for group in groups]
    return _joined(exp.Or, alternatives) if alternatives else None


def _joined(kind: type[exp.Connector], parts: Sequence[exp.Expr]) -> exp.Expr:
    found = parts[0]
    for part in parts[1:]:
        found = kind(this=_wrapped(found), expression=_wrapped(part))
    return found


def _wrapped(part: exp.Expr) -> exp.Expr:
    return exp.Paren(this=part) if isinstance(part, exp.Or) else part


class Conditions:
    """Reads the conditions of one statement."""

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def read(self, link: CallSite) -> Iterable[Part]:
        """The conditions that a link adds."""
        found = CONDITION.fullmatch(link.method or "")
        assert found is not None
        is_or = (found["join"] or "").lower() == "or"
        kind, is_not = found["kind"].lower(), found["no"] is not None
        is_on = found["part"].lower() == "on"
        if kind == "" and len(link.arguments) == 1 and _is_object(self._terms, link.arguments[0]):
            parts = list(self._object(link.arguments[0], is_not))
            whole = all_of([Part(False, each) for each in parts])
            if whole is not None:
                yield Part(is_or, whole)
            return
        read = _READERS.get(kind)
        if read is None:
            raise UnreadError(f"`{link.method}`")
        if kind == "" and is_on:
            yield Part(is_or, self._columns(link))
            return
        condition = read(self, link, is_not)
        if condition is not None:
            yield Part(is_or, condition)

    # ---- one by one -----------------------------------------------------------------------------

    def _plain(self, link: CallSite, is_not: bool) -> exp.Expr | None:
        given = link.arguments
        if len(given) == 1:
            return self._alone(given[0], is_not)
        if len(given) == 2:
            return self._compared(given[0], "=", given[1], is_not)
        if len(given) != 3:
            raise UnreadError(f"`{link.method}` of {len(given)} values")
        operator = string_value(given[1])
        if operator is None:
            raise UnreadError(f"`{shortened(given[1].text())}`, which is only known at run time, as an operator")
        return self._compared(given[0], " ".join(operator.lower().split()), given[2], is_not)

    def _alone(self, node: SgNode, is_not: bool) -> exp.Expr | None:
        """A function that adds conditions of its own, a piece of SQL, or a constant."""
        inner = unwrap(node)
        if inner.kind() in FUNCTION_KINDS:
            found = self.group(inner)
            return _not(found, is_not) if found is not None else None
        site = self._terms.connections.helper(inner, "raw")
        if site is not None:
            return _not(self._raw_of(site), is_not)
        if inner.kind() in ("true", "false"):
            return exp.Boolean(this=(inner.kind() == "true") is not is_not)
        raise UnreadError(f"conditions in `{shortened(inner.text())}`, which is put together elsewhere")

    def _object(self, node: SgNode, is_not: bool) -> Iterable[exp.Expr]:
        literal = literal_of(self._terms.reading.file, node)
        assert literal is not None
        for entry in entries(literal):
            if not isinstance(entry, Property):
                raise UnreadError("conditions that are spread from an object")
            yield self._equal(column_of(entry.key), entry.value, is_not)

    def _compared(self, column: SgNode, operator: str, value: SgNode, is_not: bool) -> exp.Expr:
        left = self._terms.column(column)
        match operator:
            case "=" | "==" | "is":
                return self._equal(left, value, is_not)
            case "!=" | "<>" | "is not":
                if is_not:
                    raise UnreadError("`whereNot` of what differs")
                return self._equal(left, value, True)
            case "in" | "not in":
                return self._among(left, value, is_not is not (operator == "not in"))
            case "between" | "not between":
                return self._within(left, value, is_not is not (operator == "not between"))
            case "not like" | "not ilike":
                return _not(_COMPARISONS[operator[4:]](this=left, expression=self._terms.value(value)), not is_not)
        kind = _COMPARISONS.get(operator)
        if kind is None:
            raise UnreadError(f"the operator `{operator}`")
        return _not(kind(this=left, expression=self._terms.value(value)), is_not)

    def _equal(self, left: exp.Expr, value: SgNode, is_not: bool) -> exp.Expr:
        """Knex makes IS NULL of what is null, when the statement is built."""
        inner = unwrap(value)
        if inner.text() == "undefined":
            raise UnreadError("a comparison with undefined")
        if inner.text() == "null":
            return _not(exp.Is(this=left, expression=exp.Null()), is_not)
        right = self._terms.value(value)
        if self._terms.is_constant(value):
            return (exp.NEQ if is_not else exp.EQ)(this=left, expression=right)
        same = exp.NullSafeEQ(this=left, expression=right)
        if not is_not:
            return same
        there = exp.Not(this=exp.Is(this=left.copy(), expression=exp.Null()))
        return exp.And(this=there, expression=exp.Not(this=same))

    def _columns(self, link: CallSite) -> exp.Expr:
        """`on("a.id", "b.a_id")`, with an operator between them or without."""
        given = link.arguments
        if len(given) not in (2, 3):
            raise UnreadError(f"`{link.method}` of {len(given)} values")
        operator = string_value(given[1]) if len(given) == 3 else "="
        kinds: dict[str, type[exp.Binary]] = {"=": exp.EQ, "!=": exp.NEQ, "<>": exp.NEQ, **_COMPARISONS}
        kind = kinds.get(operator or "")
        if kind is None:
            raise UnreadError(f"the operator `{given[1].text()}`")
        return kind(this=self._terms.column(given[0]), expression=self._terms.column(given[-1]))

    def _column(self, link: CallSite, is_not: bool) -> exp.Expr:
        return _not(self._columns(link), is_not)

    def _val(self, link: CallSite, is_not: bool) -> exp.Expr | None:
        """`onVal("a.kind", "x")`: a column of a join, and a value."""
        return self._plain(link, is_not)

    def _null(self, link: CallSite, is_not: bool) -> exp.Expr:
        return _not(exp.Is(this=self._terms.column(link.arguments[0]), expression=exp.Null()), is_not)

    def _in(self, link: CallSite, is_not: bool) -> exp.Expr:
        if len(link.arguments) != 2 or unwrap(link.arguments[0]).kind() == "array":
            raise UnreadError(f"`{link.method}` of several columns")
        return self._among(self._terms.column(link.arguments[0]), link.arguments[1], is_not)

    def _among(self, left: exp.Expr, values: SgNode, is_not: bool) -> exp.Expr:
        inner = unwrap(values)
        inside = self._terms.subquery(inner)
        if inside is not None:
            return _not(exp.In(this=left, query=exp.Subquery(this=inside)), is_not)
        if inner.kind() == "array" and all(each.kind() != "spread_element" for each in named(inner)):
            items = [self._terms.value(each) for each in named(inner)]
            found = exp.In(this=left, expressions=items) if items else exp.Boolean(this=False)
            return _not(found, is_not)
        if inner.kind() in FUNCTION_KINDS:
            raise UnreadError("a statement that a function builds")
        anything = exp.EQ(this=left, expression=exp.Any(this=self._terms.given(inner)))
        return _not(anything, is_not)

    def _between(self, link: CallSite, is_not: bool) -> exp.Expr:
        return self._within(self._terms.column(link.arguments[0]), link.arguments[1], is_not)

    def _within(self, left: exp.Expr, limits: SgNode, is_not: bool) -> exp.Expr:
        inner = unwrap(limits)
        values = named(inner) if inner.kind() == "array" else []
        if len(values) != 2:
            raise UnreadError("`between` of what is no list of two")
        low, high = (self._terms.value(each) for each in values)
        return _not(exp.Between(this=left, low=low, high=high), is_not)

    def _like(self, link: CallSite, is_not: bool) -> exp.Expr:
        kind = exp.ILike if (link.method or "").lower().endswith("ilike") else exp.Like
        column, value = link.arguments
        return _not(kind(this=self._terms.column(column), expression=self._terms.value(value)), is_not)

    def _exists(self, link: CallSite, is_not: bool) -> exp.Expr:
        inside = self._terms.subquery(unwrap(link.arguments[0]))
        if inside is None:
            raise UnreadError("`exists` of what is no statement")
        return _not(exp.Exists(this=inside), is_not)

    def _raw(self, link: CallSite, is_not: bool) -> exp.Expr:
        return self._raw_of(link)

    def _raw_of(self, site: CallSite) -> exp.Expr:
        where = self._terms.fragment(site, "SELECT 1 WHERE ({})").args["where"]
        found: exp.Expr = where.this
        return found

    # ---- groups ---------------------------------------------------------------------------------

    def group(self, function: SgNode) -> exp.Expr | None:
        """What a function adds: `(qb) => qb.where(…).orWhere(…)`, `function () { this.where(…); }`."""
        given = parameters(function)
        name = given[0].name if given else None
        body = function.field("body")
        statements = named(body) if body is not None and body.kind() == "statement_block" else [body]
        parts: list[Part] = []
        for statement in statements:
            if statement is not None and statement.kind() != "comment":
                parts += self._statement(statement, lambda node: node.text() in ("this", name))
        return all_of(parts)

    def _statement(self, statement: SgNode, is_builder: Callable[[SgNode], bool]) -> Iterable[Part]:
        match statement.kind():
            case "expression_statement" | "return_statement":
                yield from self._links(named(statement)[0], is_builder) if named(statement) else ()
            case "if_statement":
                yield self.choice(statement, lambda each: self._statement(each, is_builder))
            case "statement_block" | "else_clause":
                for each in named(statement):
                    yield from self._statement(each, is_builder) if each.kind() != "comment" else ()
            case _:
                yield from self._links(statement, is_builder)

    def choice(self, statement: SgNode, read: Callable[[SgNode], Iterable[Part]]) -> Part:
        """An `if` whose branches do nothing but to add conditions."""
        test, then = statement.field("condition"), statement.field("consequence")
        otherwise = statement.field("alternative")
        assert test is not None and then is not None
        sides = [list(read(each)) if each is not None else [] for each in (then, otherwise)]
        if any(part.is_or for side in sides for part in side):
            raise UnreadError("an alternative that depends on a test")
        return Part(False, self.chosen(unwrap(test), all_of(sides[0]), all_of(sides[1])))

    def chosen(self, test: SgNode, then: exp.Expr | None, otherwise: exp.Expr | None) -> exp.Expr:
        """A condition where a test of the code held, and another one where it did not."""
        name = self._terms.given(test)
        yes, no = (each if each is not None else exp.Boolean(this=True) for each in (then, otherwise))
        return Chosen(this=name, true=yes, false=no)

    def _links(self, node: SgNode, is_builder: Callable[[SgNode], bool]) -> Iterable[Part]:
        links: list[CallSite] = []
        node = unwrap(node)
        while node.kind() == "call_expression":
            site = call_site(node)
            if site is None or site.target is None or site.method is None:
                break
            links.append(site)
            node = unwrap(site.target)
        if not links or not is_builder(node):
            raise UnreadError(f"`{shortened(node.text())}` among the conditions")
        for link in reversed(links):
            if not any(is_condition(link.method or "", part) for part in ("where", "having", "on")):
                raise UnreadError(f"`{link.method}` among the conditions")
            yield from self.read(link)


def _is_object(terms: Terms, node: SgNode) -> bool:
    return literal_of(terms.reading.file, node) is not None


def _not(condition: exp.Expr, is_not: bool) -> exp.Expr:
    return exp.Not(this=exp.Paren(this=condition)) if is_not else condition


_READERS: Mapping[str, Callable[[Conditions, CallSite, bool], exp.Expr | None]] = {
    "": Conditions._plain,
    "in": Conditions._in,
    "null": Conditions._null,
    "between": Conditions._between,
    "exists": Conditions._exists,
    "raw": Conditions._raw,
    "like": Conditions._like,
    "ilike": Conditions._like,
    "column": Conditions._column,
    "val": Conditions._val,
}
