"""The links of a statement of Knex, put together as the statement of SQL that they make."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ast_grep_py import SgNode
from sqlglot import exp

from codemods.ir.sql import Dialect
from codemods.readers.calls import CallSite
from codemods.readers.knex.conditions import Conditions, Part, all_of, is_condition
from codemods.readers.knex.terms import Terms, column_of
from codemods.readers.literals import Property, entries, literal_of, property_of
from codemods.readers.sql.reading import UnreadError
from codemods.source.tree import FUNCTION_KINDS, named, parameters, string_value, unwrap

JOINS: Mapping[str, str] = {"join": "", "innerJoin": "", "leftJoin": "LEFT", "leftOuterJoin": "LEFT"}
AGGREGATES: Mapping[str, type[exp.AggFunc]] = {
    "count": exp.Count, "countDistinct": exp.Count, "sum": exp.Sum, "sumDistinct": exp.Sum, "avg": exp.Avg,
    "avgDistinct": exp.Avg, "min": exp.Min, "max": exp.Max,
}  # fmt: skip
_NOTHING = frozenset({"forUpdate", "forShare", "skipLocked", "noWait", "timeout", "transacting", "debug", "connection"})
"""Links that change nothing where statements run one after the other."""

_KINDS = ("", "In", "Null", "Between", "Exists", "Raw", "Like", "ILike", "Column")
_CONDITIONS = frozenset(
    f"{before}{no}{kind}"
    for before in ("where", "andWhere", "orWhere", "having", "andHaving", "orHaving")
    for no in ("", "Not")
    for kind in _KINDS
)


@dataclass(slots=True)
class Write:
    """What a statement writes: one of INSERT, UPDATE and DELETE, of the given data."""

    verb: str
    data: tuple[SgNode, ...] = ()
    step: int = 0
    """1 for `increment`, -1 for `decrement`."""


@dataclass(slots=True)
class Statement:
    """A statement while its links are read."""

    terms: Terms
    table: exp.Table | None = None
    shown: list[exp.Expr] = field(default_factory=list)
    where: list[Part] = field(default_factory=list)
    joins: list[exp.Join] = field(default_factory=list)
    group: list[exp.Expr] = field(default_factory=list)
    having: list[Part] = field(default_factory=list)
    order: list[exp.Ordered] = field(default_factory=list)
    limit: exp.Expr | None = None
    offset: exp.Expr | None = None
    distinct: bool = False
    is_first: bool = False
    plucks: bool = False
    write: Write | None = None
    returning: list[exp.Expr] | None = None
    conflict: tuple[SgNode, ...] | None = None
    resolution: CallSite | None = None

    def add(self, link: CallSite) -> None:
        """Read one link."""
        method = link.method or ""
        read = _LINKS.get(method)
        if read is not None:
            read(self, link)
        elif is_condition(method):
            self.where += self._conditions.read(link)
        elif is_condition(method, "having"):
            self.having += self._conditions.read(link)
        elif method not in _NOTHING:
            raise UnreadError(f"`{method}`")

    def select(self) -> exp.Select:
        """The statement as a SELECT."""
        if self.table is None:
            raise UnreadError("a statement without a table")
        found = exp.Select(expressions=self.shown or [exp.Star()])
        found.set("from_", exp.From(this=self.table))
        found.set("joins", self.joins)
        self._limited(found)
        having = all_of(self.having)
        if self.group:
            found.set("group", exp.Group(expressions=self.group))
        if having is not None:
            found.set("having", exp.Having(this=having))
        if self.order:
            found.set("order", exp.Order(expressions=self.order))
        if self.distinct:
            found.set("distinct", exp.Distinct())
        return found

    def _limited(self, found: exp.Select) -> None:
        condition = self.condition()
        if condition is not None:
            found.set("where", exp.Where(this=condition))
        limit = exp.Literal.number(1) if self.is_first and self.limit is None else self.limit
        if limit is not None:
            found.set("limit", exp.Limit(expression=limit))
        if self.offset is not None:
            found.set("offset", exp.Offset(expression=self.offset))

    def condition(self) -> exp.Expr | None:
        """All conditions on its rows."""
        return all_of(self.where)

    @property
    def _conditions(self) -> Conditions:
        return Conditions(self.terms)

    # ---- links ----------------------------------------------------------------------------------

    def _from(self, link: CallSite) -> None:
        self.table = self.terms.table(link.arguments[0])

    def _as(self, link: CallSite) -> None:
        if self.table is None:
            raise UnreadError("`as` of a statement inside")
        self.table.set("alias", exp.TableAlias(this=exp.to_identifier(self.terms.text(link.arguments[0]), quoted=True)))

    def _select(self, link: CallSite) -> None:
        self.shown += self.terms.columns(link.arguments)

    def _distinct(self, link: CallSite) -> None:
        self.distinct = True
        self._select(link)

    def _first(self, link: CallSite) -> None:
        self.is_first = True
        self._select(link)

    def _pluck(self, link: CallSite) -> None:
        self.plucks = True
        self._select(link)

    def _aggregate(self, link: CallSite) -> None:
        kind, distinct = AGGREGATES[link.method or ""], (link.method or "").endswith("Distinct")
        node = unwrap(link.arguments[0]) if link.arguments else None
        if node is not None and node.kind() == "object":
            for entry in entries(node):
                if not isinstance(entry, Property):
                    raise UnreadError(f"`{link.method}` of columns that are spread")
                value = self._function(kind, column_of(self.terms.text(entry.value)), distinct)
                self.shown.append(exp.alias_(value, entry.key, quoted=True))
            return
        if len(link.arguments) > 1:
            literal = unwrap(link.arguments[1])
            alias_node = property_of(literal, "as") if literal.kind() == "object" else None
            if alias_node is None:
                raise UnreadError(f"`{link.method}` of several columns")
            column, alias = link.arguments[0], self.terms.text(alias_node)
            self.shown.append(exp.alias_(self._function(kind, self.terms.column(column), distinct), alias, quoted=True))
            return
        column_text, _, alias = (self.terms.text(node) if node is not None else "*").partition(" as ")
        value = self._function(kind, column_of(column_text), distinct)
        self.shown.append(exp.alias_(value, alias.strip() or self._named(link, column_text.strip()), quoted=True))

    def _function(self, kind: type[exp.AggFunc], column: exp.Expr, distinct: bool) -> exp.Expr:
        inner = exp.Distinct(expressions=[column]) if distinct else column
        return kind(this=inner)

    def _named(self, link: CallSite, column: str) -> str:
        """What the database calls a function over a column for which code has no name."""
        method = (link.method or "").removesuffix("Distinct")
        if self.terms.dialect is Dialect.POSTGRES:
            return method
        quoted = ".".join(part if part == "*" else f"`{part}`" for part in column.split("."))
        return f"{method}({'distinct ' if (link.method or '').endswith('Distinct') else ''}{quoted})"

    def _join(self, link: CallSite) -> None:
        side = JOINS[link.method or ""]
        table, *given = link.arguments
        inside = unwrap(given[0]) if given else None
        if inside is not None and inside.kind() in FUNCTION_KINDS:
            on = self._conditions.group(inside)
        elif inside is not None and len(given) == 1 and inside.kind() == "object":
            pairs = [each for each in entries(inside) if isinstance(each, Property)]
            on = all_of([Part(False, self._met(column_of(each.key), "=", each.value)) for each in pairs])
        elif len(given) in (2, 3):
            operator = string_value(given[1]) if len(given) == 3 else "="
            on = self._met(self.terms.column(given[0]), operator, given[-1])
        elif inside is not None and self.terms.connections.helper(inside, "raw") is not None:
            site = self.terms.connections.helper(inside, "raw")
            assert site is not None
            on = self.terms.raw(site)
        else:
            raise UnreadError(f"`{link.method}` of {len(given)} columns")
        self.joins.append(exp.Join(this=self.terms.table(table), side=side or None, on=on))

    def _met(self, left: exp.Expr, operator: str | None, right: SgNode) -> exp.Expr:
        if operator != "=":
            raise UnreadError(f"a join by `{operator}`")
        return exp.EQ(this=left, expression=self.terms.column(right))

    def _group(self, link: CallSite) -> None:
        self.group += self.terms.columns(link.arguments)

    def _group_raw(self, link: CallSite) -> None:
        self.group += self.terms.fragment(link, "SELECT 1 GROUP BY {}").args["group"].expressions

    def _order(self, link: CallSite) -> None:
        node = unwrap(link.arguments[0])
        if node.kind() == "array":
            for each in named(node):
                self._key(each)
            return
        nulls = self.terms.text(link.arguments[2]) if len(link.arguments) > 2 else ""
        self._ordered(node, link.arguments[1] if len(link.arguments) > 1 else None, nulls)

    def _key(self, node: SgNode) -> None:
        inner = unwrap(node)
        if inner.kind() != "object":
            self._ordered(inner, None, "")
            return
        column, direction, nulls = (property_of(inner, name) for name in ("column", "order", "nulls"))
        if column is None:
            raise UnreadError("an order of what is no column")
        self._ordered(column, direction, self.terms.text(nulls) if nulls is not None else "")

    def _ordered(self, column: SgNode, direction: SgNode | None, nulls: str) -> None:
        word = self.terms.text(direction).lower() if direction is not None else "asc"
        ordered = exp.Ordered(this=self.terms.column(column), desc=word == "desc")
        if nulls:
            ordered.set("nulls_first", nulls.lower() == "first")
        self.order.append(ordered)

    def _order_raw(self, link: CallSite) -> None:
        self.order += self.terms.fragment(link, "SELECT 1 ORDER BY {}").args["order"].expressions

    def _limit(self, link: CallSite) -> None:
        self.limit = self._number(link.arguments[0])

    def _offset(self, link: CallSite) -> None:
        self.offset = self._number(link.arguments[0])

    def _number(self, node: SgNode) -> exp.Expr:
        text = unwrap(node).text()
        return exp.Literal.number(int(text)) if text.isdigit() else self.terms.given(node)

    def _modify(self, link: CallSite) -> None:
        """`modify((qb) => { … })`: what the function adds, conditions only."""
        function = unwrap(link.arguments[0])
        if function.kind() not in FUNCTION_KINDS or len(link.arguments) > 1 or not parameters(function):
            raise UnreadError("`modify` by a function that is built elsewhere")
        found = self._conditions.group(function)
        self.where += [Part(False, found)] if found is not None else []

    # ---- writes ---------------------------------------------------------------------------------

    def _writes(self, verb: str, data: Sequence[SgNode], step: int = 0) -> None:
        if self.write is not None:
            raise UnreadError("a statement that writes twice")
        self.write = Write(verb, tuple(data), step)

    def _insert(self, link: CallSite) -> None:
        self._writes("insert", link.arguments[:1])
        self._returned(link.arguments[1:2])

    def _update(self, link: CallSite) -> None:
        is_pair = len(link.arguments) > 1 and string_value(link.arguments[0]) is not None
        self._writes("update", link.arguments[: 2 if is_pair else 1])
        self._returned(link.arguments[2 if is_pair else 1 :][:1])

    def _delete(self, link: CallSite) -> None:
        self._writes("delete", ())
        self._returned(link.arguments[:1])

    def _step(self, link: CallSite) -> None:
        self._writes("update", link.arguments, 1 if link.method == "increment" else -1)

    def _returning(self, link: CallSite) -> None:
        self._returned(link.arguments)

    def _returned(self, nodes: Sequence[SgNode]) -> None:
        if nodes and unwrap(nodes[0]).kind() != "object":
            self.returning = self.terms.columns(nodes)

    def _on_conflict(self, link: CallSite) -> None:
        self.conflict = link.arguments

    def _resolve(self, link: CallSite) -> None:
        self.resolution = link

    def conflict_keys(self) -> list[exp.Expr]:
        """The columns whose conflict is resolved."""
        given = self.conflict or ()
        nodes = [each for node in given for each in (named(node) if node.kind() == "array" else [node])]
        return [exp.to_identifier(self.terms.text(node), quoted=True) for node in nodes]


def literal_rows(terms: Terms, node: SgNode) -> list[SgNode] | None:
    """The object literals that are inserted; None where a list is built elsewhere."""
    inner = unwrap(node)
    if inner.kind() == "object":
        return [inner]
    literal = literal_of(terms.reading.file, inner, ("array", "object"))
    if literal is None:
        return None
    rows = [unwrap(each) for each in named(literal)] if literal.kind() == "array" else [literal]
    return rows if all(each.kind() == "object" for each in rows) else None


_LINKS: Mapping[str, Callable[[Statement, CallSite], None]] = {
    "from": Statement._from,
    "into": Statement._from,
    "table": Statement._from,
    "as": Statement._as,
    "select": Statement._select,
    "column": Statement._select,
    "columns": Statement._select,
    "distinct": Statement._distinct,
    "first": Statement._first,
    "pluck": Statement._pluck,
    **dict.fromkeys(AGGREGATES, Statement._aggregate),
    **dict.fromkeys(JOINS, Statement._join),
    "groupBy": Statement._group,
    "groupByRaw": Statement._group_raw,
    "orderBy": Statement._order,
    "orderByRaw": Statement._order_raw,
    "limit": Statement._limit,
    "offset": Statement._offset,
    "modify": Statement._modify,
    "insert": Statement._insert,
    "update": Statement._update,
    "del": Statement._delete,
    "delete": Statement._delete,
    "increment": Statement._step,
    "decrement": Statement._step,
    "returning": Statement._returning,
    "onConflict": Statement._on_conflict,
    "ignore": Statement._resolve,
    "merge": Statement._resolve,
}

LINKS = frozenset({*_LINKS, *_NOTHING, *_CONDITIONS})
"""The methods of links that are read."""
