"""The options of TypeORM's finders as the parts of a SELECT: `where`, `order`, `select`, `take`, `skip`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode
from sqlglot import exp

from codemods.readers.assembled.reading import shortened
from codemods.readers.calls import CallSite, call_site
from codemods.readers.knex.terms import Terms, column_of
from codemods.readers.literals import Property, entries, literal_of
from codemods.readers.sql.entities import Entity
from codemods.readers.sql.reading import UnreadError
from codemods.readers.sql.statements import IfThere
from codemods.source.tree import named, string_value, unwrap

_COMPARISONS: Mapping[str, type[exp.Binary]] = {
    "MoreThan": exp.GT, "MoreThanOrEqual": exp.GTE, "LessThan": exp.LT, "LessThanOrEqual": exp.LTE, "Like": exp.Like,
    "ILike": exp.ILike, "Equal": exp.EQ,
}  # fmt: skip


KNOWN = frozenset("where order select take skip cache comment loadEagerRelations".split())
NAMES = KNOWN | {"relations", "join", "withDeleted", "lock", "transaction", "relationLoadStrategy"}
"""All options of finders."""


@dataclass(frozen=True, slots=True)
class Options:
    """Reads the options of one call. `operator` gives the name under which TypeORM exports what a call runs."""

    terms: Terms
    entity: Entity
    operator: Callable[[SgNode], str | None]
    named: Callable[[str], Entity | None] = lambda name: None
    """The entity of a class."""
    joins: list[exp.Join] = field(default_factory=list)
    """The tables that conditions on related rows need."""
    source: str = ""
    """What the statement calls the table; empty for its own name."""
    skips: bool = True
    """Conditions whose value is undefined are left out."""

    def select(self, given: SgNode | None) -> exp.Select:
        """The SELECT of a finder."""
        options = dict(self._entries(given, "options")) if given is not None else {}
        unknown = options.keys() - KNOWN
        if unknown:
            raise UnreadError(f"option `{sorted(unknown)[0]}`")
        found = exp.Select(expressions=self._shown(options.get("select")))
        found.set("from_", exp.From(this=exp.Table(this=exp.to_identifier(self.entity.table, quoted=True))))
        condition = self.where(options["where"]) if "where" in options else None
        if condition is not None:
            found.set("where", exp.Where(this=condition))
        found.set("joins", self.joins)
        if "order" in options:
            found.set("order", exp.Order(expressions=list(self._order(options["order"]))))
        for name, kind, part in (("take", exp.Limit, "limit"), ("skip", exp.Offset, "offset")):
            if name in options:
                found.set(part, kind(expression=self._number(options[name])))
        return found

    def shown_columns(self) -> list[exp.Expr]:
        """The columns that an entity has where nothing else is said."""
        return [self._column(column.name) for column in self.entity.columns if column.is_shown]

    def where(self, node: SgNode) -> exp.Expr | None:
        """An object of conditions, or a list of alternatives."""
        literal = literal_of(self.terms.reading.file, node, ("object", "array"))
        if literal is None:
            raise UnreadError(f"conditions in `{shortened(node.text())}`, which is put together elsewhere")
        if literal.kind() == "array":
            sides = [self.where(each) for each in named(literal)]
            if self.joins:
                raise UnreadError("alternatives with conditions on related rows")
            if not sides or any(side is None for side in sides):
                return None
            found = [exp.Paren(this=side) for side in sides if side is not None]
            whole: exp.Expr = found[0]
            for each in found[1:]:
                whole = exp.Or(this=whole, expression=each)
            return exp.Paren(this=whole) if len(found) > 1 else whole
        parts = [part for key, value in self._entries(literal, "where") for part in self._condition(key, value)]
        if not parts:
            return None
        joined = parts[0]
        for part in parts[1:]:
            joined = exp.And(this=joined, expression=part)
        return joined

    # ---- conditions -----------------------------------------------------------------------------

    def _condition(self, key: str, value: SgNode) -> Iterable[exp.Expr]:
        inner = unwrap(value)
        if inner.text() in ("undefined", "null"):
            return
        if key in self.entity.relations:
            yield from self._related(key, inner)
            return
        self._known(key)
        if inner.kind() == "object":
            raise UnreadError(f"an object as the value of `{key}`")
        yield self._compared(self._column(key), inner)

    def _known(self, name: str) -> None:
        if all(column.name != name for column in self.entity.columns):
            raise UnreadError(f"no column `{name}` in {self.entity.name}")

    def _related(self, key: str, value: SgNode) -> Iterable[exp.Expr]:
        """`{ user: { id } }`: the key of the related row, and conditions on its other columns."""
        column = self.entity.keys.get(key)
        if column is None or value.kind() != "object":
            raise UnreadError(f"conditions on the related `{key}`")
        others: list[tuple[str, SgNode]] = []
        for name, each in self._entries(value, key):
            if name == "id" and unwrap(each).text() not in ("undefined", "null"):
                yield self._compared(self._column(column), unwrap(each))
            elif name != "id":
                others.append((name, each))
        if not others:
            return
        target = self.named(self.entity.targets[key])
        if target is None or not self.skips:
            raise UnreadError(f"conditions on the related `{key}`")
        inner = replace(self, entity=target, source=f"{self.source or self.entity.table}__{key}")
        table = exp.Table(this=exp.to_identifier(target.table, quoted=True))
        table.set("alias", exp.TableAlias(this=exp.to_identifier(inner.source, quoted=True)))
        on = exp.EQ(this=inner._column("id"), expression=self._column(column))
        self.joins.append(exp.Join(this=table, on=on))
        for name, each in others:
            yield from inner._condition(name, each)

    def _column(self, name: str) -> exp.Expr:
        """A column of the entity, under the name that its table has in the statement."""
        return column_of(f"{self.source or self.entity.table}.{name}")

    def _compared(self, left: exp.Expr, value: SgNode) -> exp.Expr:
        name = self.operator(value) if value.kind() == "call_expression" else None
        if name is None:
            right = self.terms.given(value)
            equal = exp.EQ(this=left, expression=right)
            return IfThere(this=right.copy(), expression=equal) if self.skips else equal
        site = call_site(value)
        assert site is not None
        return self._operated(left, name, site)

    def _operated(self, left: exp.Expr, name: str, site: CallSite) -> exp.Expr:
        given = [unwrap(each) for each in site.arguments]
        if name == "IsNull":
            return exp.Is(this=left, expression=exp.Null())
        if name == "Not":
            operator = self.operator(given[0]) if given[0].kind() == "call_expression" else None
            inner_site = call_site(given[0]) if operator is not None else None
            if operator is None or inner_site is None:
                return exp.Not(this=exp.EQ(this=left, expression=self.terms.given(given[0])))
            return exp.Not(this=exp.Paren(this=self._operated(left, operator, inner_site)))
        if name == "Between" and len(given) == 2:
            return exp.Between(this=left, low=self.terms.given(given[0]), high=self.terms.given(given[1]))
        if name == "In" and len(given) == 1:
            return exp.EQ(this=left, expression=exp.Any(this=self.terms.given(given[0])))
        kind = _COMPARISONS.get(name)
        if kind is None or len(given) != 1:
            raise UnreadError(f"the operator `{name}`")
        return kind(this=left, expression=self.terms.given(given[0]))

    # ---- the rest -------------------------------------------------------------------------------

    def _shown(self, given: SgNode | None) -> list[exp.Expr]:
        if given is None:
            return self.shown_columns()
        literal = literal_of(self.terms.reading.file, given, ("object", "array"))
        if literal is None:
            raise UnreadError("a choice of columns from elsewhere")
        if literal.kind() == "array":
            names = [string_value(unwrap(each)) for each in named(literal)]
        else:
            names = [key for key, value in self._entries(literal, "select") if unwrap(value).text() == "true"]
        for name in names:
            self._known(name or "")
        return [self._column(column.name) for column in self.entity.columns if column.name in names]

    def _order(self, given: SgNode) -> Iterable[exp.Ordered]:
        for key, value in self._entries(given, "order"):
            self._known(key)
            word = (string_value(unwrap(value)) or unwrap(value).text()).upper()
            if word not in ("ASC", "DESC", "1", "-1"):
                raise UnreadError(f"the order `{shortened(value.text())}`")
            yield exp.Ordered(this=self._column(key), desc=word in ("DESC", "-1"))

    def _number(self, node: SgNode) -> exp.Expr:
        text = unwrap(node).text()
        return exp.Literal.number(int(text)) if text.isdigit() else self.terms.given(node)

    def _entries(self, node: SgNode, what: str) -> Iterable[tuple[str, SgNode]]:
        literal = literal_of(self.terms.reading.file, node)
        if literal is None:
            raise UnreadError(f"{what} in `{shortened(node.text())}`, which is put together elsewhere")
        for entry in entries(literal):
            if not isinstance(entry, Property):
                raise UnreadError(f"{what} that are spread or computed")
            yield entry.key, entry.value
