"""Reads conditions: `and(eq(users.id, id), isNull(users.deletedAt))`.

https://orm.drizzle.team/docs/operators
"""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.query import NOTHING, Any, Column, Compare, Compared, Condition, IsNull, Not, Predicate, all_of
from codemods.ir.table import FieldType
from codemods.readers.assembled import Choice, Items, Value
from codemods.readers.assembled.conditions import chosen, named, with_name
from codemods.readers.assembled.reading import shortened
from codemods.readers.drizzle.fragments import read_fragment
from codemods.readers.drizzle.scope import Scope, returned
from codemods.source.tree import arguments, unwrap
from codemods.source.tree import named as inner_nodes

COMPARISONS: Mapping[str, Compare] = {
    "eq": Compare.EQ,
    "ne": Compare.NE,
    "gt": Compare.GT,
    "gte": Compare.GTE,
    "lt": Compare.LT,
    "lte": Compare.LTE,
    "inArray": Compare.IN,
    "notInArray": Compare.NOT_IN,
    "like": Compare.LIKE,
    "ilike": Compare.LIKE,
    "arrayContains": Compare.HAS_EVERY,
    "arrayOverlaps": Compare.HAS_SOME,
}
_NEGATED: Mapping[str, str] = {"notLike": "like", "notIlike": "ilike", "notBetween": "between"}
_LISTS = frozenset({Compare.HAS_EVERY, Compare.HAS_SOME})


def read_condition(scope: Scope, given: SgNode) -> Predicate:
    """The predicate of a `where`: an expression, or a callback that is given the table and the operators."""
    inner, callback = returned(given)
    if callback is not None:
        scope = scope.within(callback)
    return with_name(scope.reading, inner, read_part(scope, inner))


def read_part(scope: Scope, given: Value | None) -> Predicate:
    """The predicate of one condition, NOTHING for what is undefined."""
    value = scope.reading.value(given, "where")
    match value:
        case None:
            return NOTHING
        case Choice():
            return chosen(scope.reading, value, lambda each: read_part(scope, each))
        case SgNode():
            return _expression(scope, unwrap(value))
        case _:
            scope.reading.reject("where: built elsewhere")
            return NOTHING


def _expression(scope: Scope, node: SgNode) -> Predicate:
    if node.text() == "undefined":
        return NOTHING
    name = scope.operator(node)
    if name is not None and name in _NEGATED:
        return Not(_operator(scope, _NEGATED[name], node))
    if name is not None:
        return _operator(scope, name, node)
    fragment = scope.fragment(node)
    if fragment is not None:
        return read_fragment(scope, fragment)
    scope.reading.reject(f"where: {scope.reading.origin(node)}")
    return NOTHING


def _operator(scope: Scope, name: str, call: SgNode) -> Predicate:
    given = arguments(call)
    match name:
        case "and":
            return all_of(_listed(scope, given, NOTHING))
        case "or":
            return _either(scope, given)
        case "not" if given:
            return Not(read_part(scope, given[0]))
        case "isNull" | "isNotNull" if given:
            column = _column(scope, given[0], name)
            part = IsNull(column.field, column.source) if column is not None else NOTHING
            return Not(part) if name == "isNotNull" else part
        case "between" if len(given) == 3:
            lower = _comparison(scope, "gte", given[0], given[1])
            return all_of([lower, _comparison(scope, "lte", given[0], given[2])])
        case _ if name in COMPARISONS and len(given) == 2:
            return _comparison(scope, name, given[0], given[1])
        case _:
            scope.reading.reject(f"where: `{name}`")
            return NOTHING


def _either(scope: Scope, given: list[SgNode]) -> Predicate:
    """`or(…)`, whose alternatives that are undefined do not count; without any, all rows are wanted."""
    found = _listed(scope, given, Any(()))
    parts = tuple(part for part in found if part != NOTHING)
    if any(part == NOTHING for part in found) and not parts:
        return NOTHING
    if not parts or all(_may_be_absent(part) for part in parts):
        scope.reading.reject("where: `or` whose alternatives may all be absent")
    return Any(parts)


def _may_be_absent(part: Predicate) -> bool:
    return getattr(part, "otherwise", None) == Any(()) or getattr(part, "part", None) == Any(())


def _listed(scope: Scope, given: list[SgNode], absent: Predicate) -> list[Predicate]:
    """The operands, through lists that are spread into the call."""
    found: list[Predicate] = []
    for node in given:
        if node.kind() != "spread_element":
            found.append(_operand(scope, node, absent))
            continue
        inner = inner_nodes(node)[0]
        value = scope.reading.value(inner, "where")
        if not isinstance(value, Items):
            scope.reading.reject(f"where: {scope.reading.origin(value) if value is not None else 'built elsewhere'}")
            continue
        parts = [_operand(scope, item, absent) for item in value.items]
        holder = scope.reading.holder(inner)
        is_named = holder is not None and absent == NOTHING
        found += [named(holder.name, all_of(parts))] if holder is not None and is_named else parts
    return found


def _operand(scope: Scope, given: Value, absent: Predicate) -> Predicate:
    value = scope.reading.value(given, "where")
    if isinstance(value, Choice):
        return chosen(scope.reading, value, lambda each: _operand(scope, each, absent), absent)
    return read_part(scope, value)


def _column(scope: Scope, node: SgNode, name: str) -> Column | None:
    column = scope.column(node)
    if column is None:
        scope.reading.reject(f"where: `{name}` of `{shortened(node.text())}`")
    return column


def _comparison(scope: Scope, name: str, left: SgNode, right: SgNode) -> Predicate:
    column = _column(scope, left, name)
    if column is None:
        return NOTHING
    return compared(scope, column, COMPARISONS[name], right, any_case=name == "ilike")


def compared(scope: Scope, column: Column, op: Compare, right: SgNode, any_case: bool = False) -> Predicate:
    """A comparison of a column with a value or with another column."""
    value, field = unwrap(right), scope.field(column)
    other = scope.column(value)
    if other is not None:
        return Compared(column, op, other)
    if scope.is_built(value) or _is_query(value):
        scope.reading.reject(f"where: `{column.field}` is compared with `{shortened(value.text())}`")
        return NOTHING
    if field.type is FieldType.JSON or (field.is_list and op not in _LISTS):
        scope.reading.reject(f"where: `{column.field}`, a {'list' if field.is_list else 'JSON column'}")
        return NOTHING
    return Condition(column.field, op, scope.reading.span(right), any_case, source=column.source)


def _is_query(node: SgNode) -> bool:
    """A query within a query."""
    return node.kind() == "call_expression" and ".from(" in node.text()
