"""Reads `where` into a predicate tree.

Operators: https://www.prisma.io/docs/orm/reference/prisma-client-reference#filter-conditions-and-operators
"""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.query import All, Any, Compare, Condition, Not, Predicate, Related
from codemods.ir.table import Field, FieldType, Relation, RelationKind, Table
from codemods.readers.literals import literal_of, may_be_object
from codemods.readers.prisma.reading import Reading, is_undefined
from codemods.source.tree import named, string_value, unwrap

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
TEXT_OPERATORS = frozenset({Compare.CONTAINS, Compare.STARTS_WITH, Compare.ENDS_WITH, Compare.EQ, Compare.NE})
TO_MANY = ("some", "every", "none")
TO_ONE = ("is", "isNot")
NOTHING = All(())


def read_where(reading: Reading, node: SgNode, table: Table) -> Predicate:
    """The predicate of a `where` argument."""
    if is_undefined(node):
        return NOTHING
    parts = [
        _entry(reading, prop.key, prop.value, table)
        for prop in reading.properties(node, "where")
        if not is_undefined(prop.value)
    ]
    return _all(parts)


def _all(parts: list[Predicate]) -> Predicate:
    flat: list[Predicate] = []
    for part in parts:
        flat += part.parts if isinstance(part, All) else (part,)
    return flat[0] if len(flat) == 1 else All(tuple(flat))


def _entry(reading: Reading, key: str, value: SgNode, table: Table) -> Predicate:
    if key == "AND":
        return _all(_branches(reading, key, value, table))
    if key == "OR":
        return Any(tuple(_branches(reading, key, value, table)))
    if key == "NOT":
        return _all([Not(part) for part in _branches(reading, key, value, table)])
    field, relation = table.field(key), table.relation(key)
    if field is not None:
        return _column(reading, field, value)
    if relation is not None:
        return _relation(reading, relation, value, table)
    return _compound_key(reading, key, value, table)


def _branches(reading: Reading, key: str, value: SgNode, table: Table) -> list[Predicate]:
    """The alternatives of AND, OR and NOT, which take one object or a list of them."""
    literal = literal_of(reading.file, value, ("object", "array"))
    if literal is None:
        reading.reject(f"where: {key} is built elsewhere")
        return []
    if literal.kind() == "object":
        return [read_where(reading, literal, table)]
    found: list[Predicate] = []
    for item in named(literal):
        if item.kind() == "spread_element":
            reading.reject(f"where: spread in {key}")
        else:
            found.append(read_where(reading, item, table))
    return found


# columns


def _column(reading: Reading, field: Field, value: SgNode) -> Predicate:
    literal = literal_of(reading.file, value)
    if field.type is FieldType.JSON or field.is_list:
        reading.reject(f"where: {'list' if field.is_list else 'JSON'} field `{field.name}`")
        return NOTHING
    if literal is not None:
        return _operators(reading, field, literal)
    if may_be_object(reading.file, value):
        reading.reject(f"where: condition on `{field.name}` is chosen at run time")
        return NOTHING
    return Condition(field.name, Compare.EQ, reading.span(value))


def _operators(reading: Reading, field: Field, literal: SgNode) -> Predicate:
    properties = [prop for prop in reading.properties(literal, "where") if not is_undefined(prop.value)]
    insensitive = False
    for prop in properties:
        if prop.key == "mode":
            insensitive = string_value(unwrap(prop.value)) == "insensitive"
            if not insensitive and string_value(unwrap(prop.value)) != "default":
                reading.reject("where: mode is chosen at run time")
    parts = [_operator(reading, field, prop.key, prop.value, insensitive) for prop in properties if prop.key != "mode"]
    return _all(parts)


def _operator(reading: Reading, field: Field, key: str, value: SgNode, insensitive: bool) -> Predicate:
    operator = OPERATORS.get(key)
    if operator is None:
        reading.reject(f"where: operator `{key}`")
        return NOTHING
    nested = literal_of(reading.file, value)
    if nested is not None and operator is Compare.NE:
        return Not(_operators(reading, field, nested))
    if nested is not None or may_be_object(reading.file, value):
        reading.reject(f"where: operand of `{key}`")
        return NOTHING
    return Condition(field.name, operator, reading.span(value), insensitive and operator in TEXT_OPERATORS)


# relations and compound keys


def _relation(reading: Reading, relation: Relation, value: SgNode, table: Table) -> Predicate:
    target = reading.table(relation.table)
    inner = unwrap(value)
    if inner.text() == "null":
        return _missing(relation, reading, inner)
    literal = literal_of(reading.file, value)
    if literal is None or target is None:
        reading.reject(f"where: filter on relation `{relation.field}` is built elsewhere")
        return NOTHING
    properties = reading.properties(literal, "where")
    if relation.kind in (RelationKind.BELONGS_TO, RelationKind.HAS_ONE):
        if not any(prop.key in TO_ONE for prop in properties):
            return Related(relation.field, "is", read_where(reading, literal, target))
        return _all([_quantified(reading, relation, prop.key, prop.value, target, TO_ONE) for prop in properties])
    return _all([_quantified(reading, relation, prop.key, prop.value, target, TO_MANY) for prop in properties])


def _missing(relation: Relation, reading: Reading, null: SgNode) -> Predicate:
    """`author: null`: no related row."""
    if relation.kind is RelationKind.BELONGS_TO and len(relation.fields) == 1:
        return Condition(relation.fields[0], Compare.EQ, reading.span(null))
    return Related(relation.field, "none", NOTHING)


def _quantified(
    reading: Reading, relation: Relation, key: str, value: SgNode, target: Table, allowed: tuple[str, ...]
) -> Predicate:
    if key not in allowed:
        reading.reject(f"where: relation filter `{key}`")
        return NOTHING
    if unwrap(value).text() == "null":
        missing = _missing(relation, reading, unwrap(value))
        return Not(missing) if key == "isNot" else missing
    part = read_where(reading, value, target)
    return Not(Related(relation.field, "is", part)) if key == "isNot" else Related(relation.field, key, part)


def _compound_key(reading: Reading, key: str, value: SgNode, table: Table) -> Predicate:
    """`userId_postId: { userId, postId }`: the key's name is free, so its content decides."""
    literal = literal_of(reading.file, value)
    if literal is None:
        reading.reject(f"where: unknown field `{key}`")
        return NOTHING
    properties = reading.properties(literal, "where")
    names = {prop.key for prop in properties}
    keys = [table.primary_key, *table.uniques]
    if not any(len(each) > 1 and set(each) == names for each in keys):
        reading.reject(f"where: unknown field `{key}`")
        return NOTHING
    return All(tuple(Condition(prop.key, Compare.EQ, reading.span(prop.value)) for prop in properties))
