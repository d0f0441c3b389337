"""Reads `where` into a predicate tree.

Operators: https://www.prisma.io/docs/orm/reference/prisma-client-reference#filter-conditions-and-operators
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

from ast_grep_py import SgNode

from codemods.ir.query import (
    NOTHING,
    Alike,
    All,
    Any,
    Compare,
    Condition,
    Not,
    Predicate,
    Related,
    all_of,
)
from codemods.ir.table import Field, FieldType, Relation, RelationKind, Table
from codemods.readers.assembled import Choice, Items, Object, Part, Same, Value
from codemods.readers.assembled.conditions import chosen, named, read_object, with_name
from codemods.readers.assembled.reading import Reading, is_undefined, shortened
from codemods.readers.literals import may_be_object
from codemods.readers.prisma.asked import asked_of
from codemods.source.tree import member, string_value, unwrap

OPERATORS: Mapping[str, Compare] = {
    "equals": Compare.EQ,
    "not": Compare.NE,
    "in": Compare.IN,
    "notIn": Compare.NOT_IN,
    "lt": Compare.LT,
    "lte": Compare.LTE,
    "gt": Compare.GT,
    "gte": Compare.GTE,
    "contains": Compare.CONTAINS,
    "startsWith": Compare.STARTS_WITH,
    "endsWith": Compare.ENDS_WITH,
}
LISTS = frozenset({Compare.IN, Compare.NOT_IN})
LIST_OPERATORS: Mapping[str, Compare] = {
    "has": Compare.HAS,
    "hasSome": Compare.HAS_SOME,
    "hasEvery": Compare.HAS_EVERY,
    "isEmpty": Compare.IS_EMPTY,
    "equals": Compare.EQ,
}
TEXT_OPERATORS = frozenset({Compare.CONTAINS, Compare.STARTS_WITH, Compare.ENDS_WITH, Compare.EQ, Compare.NE})
TO_MANY = ("some", "every", "none")
TO_ONE = ("is", "isNot")


def read_condition(reading: Reading, node: Value, table: Table) -> Predicate:
    """The predicate of the `where` of a call: what a variable holds keeps its name."""
    return with_name(reading, node, read_where(reading, node, table))


def read_where(reading: Reading, given: Value | None, table: Table) -> Predicate:
    """The predicate of an object of conditions."""
    value = reading.value(given, "where")
    match value:
        case Choice():
            return chosen(reading, value, lambda each: read_where(reading, each, table))
        case Object(entries) if any(isinstance(each, Part) for each in entries.values()):
            return _with_parts(reading, entries, table)
        case SgNode() if (condition := asked_of(reading, value, table, read_where)) is not None:
            return condition
    return read_object(reading, value, "where", lambda key, each: _entry(reading, key, each, table))


def _with_parts(reading: Reading, entries: Mapping[str, Value], table: Table) -> Predicate:
    """The conditions that functions give for a spread each, and those that are written beside them."""
    given: dict[SgNode, list[str]] = {}
    for key, each in entries.items():
        if isinstance(each, Part):
            given.setdefault(each.node, []).append(key)
    conditions = [asked_of(reading, node, table, read_where, keys=keys) for node, keys in given.items()]
    for node, condition in zip(given, conditions, strict=True):
        if condition is None:
            reading.reject(f"where: spread of `{shortened(node.text())}`")
    rest = Object({key: each for key, each in entries.items() if not isinstance(each, Part)})
    return all_of([*(each for each in conditions if each is not None), read_where(reading, rest, table)])


def _entry(reading: Reading, key: str, given: Value, table: Table) -> Predicate:
    value = reading.value(given, "where")
    if value is None:
        return NOTHING
    if isinstance(value, Choice):
        return chosen(reading, value, lambda each: _entry(reading, key, each, table))
    if key == "AND":
        holder = reading.holder(given)
        every = all_of(_branches(reading, key, value, table, NOTHING))
        return named(holder.name, every) if holder is not None else every
    if key == "OR":
        return Any(tuple(_branches(reading, key, value, table, Any(()))))
    if key == "NOT":
        return all_of([Not(part) for part in _branches(reading, key, value, table, NOTHING)])
    field, relation = table.field(key), table.relation(key)
    if field is not None:
        return _column(reading, field, value)
    if relation is not None:
        return _relation(reading, relation, value, table)
    return _compound_key(reading, key, value, table)


def _branches(reading: Reading, key: str, value: Value, table: Table, absent: Predicate) -> list[Predicate]:
    """The alternatives of AND, OR and NOT, which take one object or a list of them."""
    match value:
        case Object():
            return [read_where(reading, value, table)]
        case Items(items):
            return [_branch(reading, item, table, absent) for item in items]
        case SgNode() if (
            key == "AND" and (condition := asked_of(reading, value, table, read_where, is_list=True)) is not None
        ):
            return [condition]
        case _:
            reading.reject(f"where: {key} is built elsewhere")
            return []


def _branch(reading: Reading, item: Value, table: Table, absent: Predicate) -> Predicate:
    if isinstance(item, Same) and absent == NOTHING:
        return Alike(reading.span(item.node))
    if isinstance(item, Choice):
        return chosen(reading, item, lambda each: _branch(reading, each, table, absent), absent)
    return read_where(reading, item, table)


# columns


def _column(reading: Reading, field: Field, value: Value) -> Predicate:
    if field.type is FieldType.JSON:
        reading.reject(f"where: JSON field `{field.name}`")
        return NOTHING
    if field.is_list:
        return _list(reading, field, value)
    if isinstance(value, Object):
        return read_operators(reading, field, value)
    return _compared(
        reading, field.name, Compare.EQ, value, f"where: condition on `{field.name}` is chosen at run time"
    )


def _list(reading: Reading, field: Field, value: Value) -> Predicate:
    """`tags: { has: x }`."""
    if not isinstance(value, Object):
        reading.reject(f"where: list field `{field.name}`")
        return NOTHING
    parts: list[Predicate] = []
    for key, given in value.entries.items():
        operator = LIST_OPERATORS.get(key)
        if operator is None or not isinstance(given, SgNode):
            reading.reject(f"where: operator `{key}` on list `{field.name}`")
        elif not is_undefined(given):
            parts.append(Condition(field.name, operator, reading.span(given)))
    return all_of(parts)


def _compared(
    reading: Reading, name: str, op: Compare, value: Value, problem: str, any_case: bool = False
) -> Predicate:
    """A comparison with an expression; a list that is written out is an expression too."""
    if not isinstance(value, SgNode) or (op not in LISTS and may_be_object(reading.file, value)):
        reading.reject(problem)
        return NOTHING
    return Condition(name, op, reading.span(value), any_case and op in TEXT_OPERATORS)


def read_operators(reading: Reading, field: Field, conditions: Object) -> Predicate:
    """The conditions of `{ gt: 1, not: 5 }` on a column."""
    given = {key: value for key, value in conditions.entries.items() if key != "mode"}
    mode = reading.value(conditions.entries.get("mode"), "where")
    name = _mode(mode) if isinstance(mode, SgNode) else None if mode is None else ""
    if name not in (None, "insensitive", "default"):
        reading.reject("where: mode is chosen at run time")
    return all_of([_operator(reading, field, key, value, name == "insensitive") for key, value in given.items()])


def _mode(node: SgNode) -> str:
    """`"insensitive"`, or `Prisma.QueryMode.insensitive`."""
    accessed = member(node)
    if accessed is not None and accessed[0].text().endswith("QueryMode"):
        return accessed[1]
    return string_value(unwrap(node)) or ""


def _operator(reading: Reading, field: Field, key: str, given: Value, insensitive: bool) -> Predicate:
    operator = OPERATORS.get(key)
    if operator is None:
        reading.reject(f"where: operator `{key}`")
        return NOTHING
    if operator in LISTS and isinstance(given, SgNode) and not is_undefined(given):
        return _compared(reading, field.name, operator, given, "", insensitive)
    value = reading.value(given, "where")
    match value:
        case None:
            return NOTHING
        case Choice():
            return chosen(reading, value, lambda each: _operator(reading, field, key, each, insensitive))
        case Object() if operator is Compare.NE:
            return Not(read_operators(reading, field, value))
        case _:
            return _compared(reading, field.name, operator, value, f"where: operand of `{key}`", insensitive)


# relations and compound keys


def _relation(reading: Reading, relation: Relation, value: Value, table: Table) -> Predicate:
    target = reading.table(relation.table)
    if _is_null(value):
        return _missing(relation, reading, value)
    if not isinstance(value, Object) or target is None:
        reading.reject(f"where: filter on relation `{relation.field}` is built elsewhere")
        return NOTHING
    given = value.entries.items()
    if relation.kind in (RelationKind.BELONGS_TO, RelationKind.HAS_ONE):
        if not any(key in TO_ONE for key, _ in given):
            return Related(relation.field, "is", read_where(reading, value, target))
        return all_of([_quantified(reading, relation, key, each, target, TO_ONE) for key, each in given])
    return all_of([_quantified(reading, relation, key, each, target, TO_MANY) for key, each in given])


def _is_null(value: Value | None) -> TypeGuard[SgNode]:
    return isinstance(value, SgNode) and unwrap(value).text() == "null"


def _missing(relation: Relation, reading: Reading, null: SgNode) -> Predicate:
    """`author: null`: no related row."""
    if relation.kind is RelationKind.BELONGS_TO and len(relation.fields) == 1:
        return Condition(relation.fields[0], Compare.EQ, reading.span(null))
    return Related(relation.field, "none", NOTHING)


def _quantified(
    reading: Reading, relation: Relation, key: str, given: Value, target: Table, allowed: tuple[str, ...]
) -> Predicate:
    if key not in allowed:
        reading.reject(f"where: relation filter `{key}`")
        return NOTHING
    value = reading.value(given, "where")
    if _is_null(value):
        missing = _missing(relation, reading, value)
        return Not(missing) if key == "isNot" else missing
    if value is None:
        return NOTHING
    if isinstance(value, Choice):
        return chosen(reading, value, lambda each: _quantified(reading, relation, key, each, target, allowed))
    part = read_where(reading, value, target)
    return Not(Related(relation.field, "is", part)) if key == "isNot" else Related(relation.field, key, part)


def _compound_key(reading: Reading, key: str, value: Value, table: Table) -> Predicate:
    """`userId_postId: { userId, postId }`: the key's name is free, so its content decides."""
    given = value.entries if isinstance(value, Object) else {}
    keys = [table.primary_key, *table.uniques]
    if not any(len(each) > 1 and set(each) == set(given) for each in keys):
        reading.reject(f"where: unknown field `{key}`")
        return NOTHING
    parts = [_compared(reading, name, Compare.EQ, each, f"where: `{name}` of `{key}`") for name, each in given.items()]
    return All(tuple(parts))
