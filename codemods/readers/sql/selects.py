"""SELECT statements: sources and joins, conditions, groups, order and page."""

from __future__ import annotations

from sqlglot import exp

from codemods.ir.sql import (
    Aggregated,
    Apply,
    Constant,
    Dialect,
    Expr,
    Joining,
    Key,
    Kind,
    Selection,
    Shown,
    Source,
    Whole,
)
from codemods.readers.sql.expressions import Expressions, name_of
from codemods.readers.sql.reading import Scope, Sight, UnreadError, as_kind

_IGNORED = frozenset({"kind", "hint", "operation_modifiers"})
_KNOWN = frozenset(
    {"expressions", "from_", "joins", "where", "group", "having", "order", "limit", "offset", "distinct", "locks"}
)


def select_of(scope: Scope, node: exp.Expr) -> Selection:
    """What a SELECT reads, in a scope of its own."""
    while isinstance(node, exp.Subquery | exp.Paren):
        node = node.this
    if not isinstance(node, exp.Select):
        raise UnreadError(f"{type(node).__name__.upper()} of SQL")
    for part, value in node.args.items():
        if value and part not in _KNOWN | _IGNORED:
            raise UnreadError(f"{part.strip('_').upper()} of a SELECT")
    expressions = Expressions(scope, select_of)
    sources = _sources(scope, node, expressions)
    shown = shown_of(scope, node.expressions, expressions)
    scope.shown = {each.name: each.value for each in shown if isinstance(each, Shown)}
    where = expressions.conjuncts(node.args["where"].this if node.args.get("where") else None)
    group, having = node.args.get("group"), node.args.get("having")
    if group is not None and any(value for part, value in group.args.items() if part != "expressions"):
        raise UnreadError("GROUP BY with more than columns")
    by = tuple(_position(scope, shown, each, expressions) for each in (group.expressions if group else ()))
    limit, offset = node.args.get("limit"), node.args.get("offset")
    return Selection(
        sources,
        where,
        shown,
        grouped=bool(by) or any(_aggregates(each.value) for each in shown if isinstance(each, Shown)),
        by=by,
        having=expressions.conjuncts(having.this if having else None),
        order=_order(scope, node.args.get("order"), shown, expressions),
        limit=_number(limit.expression if limit else None, expressions),
        offset=_number(offset.expression if offset else None, expressions),
        distinct=_distinct(node),
    )


def _aggregates(value: Expr) -> bool:
    """Is it computed of several rows? Statements inside have rows of their own."""
    match value:
        case Aggregated():
            return True
        case Apply(arguments=arguments):
            return any(_aggregates(argument) for argument in arguments)
        case _:
            return False


def _distinct(node: exp.Select) -> bool:
    distinct = node.args.get("distinct")
    if distinct is not None and distinct.args.get("on") is not None:
        raise UnreadError("DISTINCT ON")
    return distinct is not None


def _sources(scope: Scope, node: exp.Select, expressions: Expressions) -> tuple[Source, ...]:
    first = node.args.get("from_")
    if first is None:
        return ()
    found = [source_of(scope, first.this)]
    for join in node.args.get("joins") or ():
        side, kind = str(join.side or "").upper(), str(join.kind or "").upper()
        if side not in ("", "LEFT") or kind not in ("", "INNER", "OUTER", "CROSS") or join.args.get("using"):
            raise UnreadError(f"{side} {kind} JOIN".strip() if not join.args.get("using") else "JOIN … USING")
        source = source_of(scope, join.this)
        joining = Joining.LEFT if side == "LEFT" else Joining.INNER
        found.append(Source(source.name, source.table, joining, expressions.conjuncts(join.args.get("on"))))
    return tuple(found)


def source_of(scope: Scope, node: exp.Expr) -> Source:
    """A table under the name that the statement gives it."""
    if not isinstance(node, exp.Table) or node.args.get("joins"):
        raise UnreadError("a SELECT in the place of a table")
    table = scope.table(node.name)
    name = node.alias or node.name
    scope.sights.append(Sight(name, table))
    return Source(name, table.name)


def shown_of(scope: Scope, nodes: list[exp.Expr], expressions: Expressions) -> tuple[Shown | Whole, ...]:
    """The columns of a result."""
    found: list[Shown | Whole] = []
    for node in nodes:
        if isinstance(node, exp.Star) or (isinstance(node, exp.Column) and isinstance(node.this, exp.Star)):
            names = [node.table] if isinstance(node, exp.Column) else [sight.name for sight in scope.sights]
            found += [_whole(scope, name) for name in names]
            continue
        inner = node.this if isinstance(node, exp.Alias) else node
        value = expressions.read(inner)
        if value.kind is Kind.UNKNOWN:
            value = as_kind(value, Kind.TEXT)
        found.append(Shown(_name(scope, node), value))
    return tuple(found)


def _whole(scope: Scope, name: str) -> Whole:
    sight = scope.sight(name)
    for column in sight.table.fields:
        if column.sql is not None and column.sql.kind is Kind.UNKNOWN:
            raise UnreadError(f"all columns of {sight.table.name}, of which `{column.name}` has no counterpart")
    return Whole(sight.name)


def _name(scope: Scope, node: exp.Expr) -> str:
    """Columns go by the name that their table has for them."""
    if isinstance(node, exp.Column):
        value = scope.column(node)
        return getattr(value, "field", node.name)
    return name_of(node, scope)


def _position(scope: Scope, shown: tuple[Shown | Whole, ...], node: exp.Expr, expressions: Expressions) -> Expr:
    """`ORDER BY 1`, a name of the result, or any expression."""
    if isinstance(node, exp.Literal) and not node.is_string:
        at = int(node.this) - 1
        each = shown[at] if at < len(shown) else None
        if not isinstance(each, Shown):
            raise UnreadError(f"the column {node.this} of the result")
        return each.value
    if isinstance(node, exp.Column) and not node.table and node.name in scope.shown:
        return scope.shown[node.name]
    return expressions.read(node)


def _order(
    scope: Scope, order: exp.Order | None, shown: tuple[Shown | Whole, ...], expressions: Expressions
) -> tuple[Key, ...]:
    keys: list[Key] = []
    for each in order.expressions if order is not None else ():
        value = _position(scope, shown, each.this, expressions)
        if value.kind is Kind.JSON:
            raise UnreadError("an order by JSON")
        descending = bool(each.args.get("desc"))
        keys.append(Key(value, descending, _nulls_first(scope, each, descending)))
    return tuple(keys)


def _nulls_first(scope: Scope, node: exp.Ordered, descending: bool) -> bool:
    """PostgreSQL holds null for the greatest value, the others for the least; sqlglot knows what is written."""
    found = node.args.get("nulls_first")
    if found is not None:
        return bool(found)
    return descending if scope.dialect is Dialect.POSTGRES else not descending


def _number(node: exp.Expr | None, expressions: Expressions) -> Expr | None:
    if node is None or isinstance(node, exp.Null):
        return None
    value = as_kind(expressions.read(node), Kind.INT)
    if isinstance(value, Constant) and not value.text.isdigit():
        raise UnreadError(f"a page of {value.text} rows")
    return value
