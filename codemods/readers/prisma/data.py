"""Reads `data`: what a write sets, counts up, connects and disconnects.

Nested writes: https://www.prisma.io/docs/orm/reference/prisma-client-reference#nested-queries
"""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.ir.query import Assignment, Change, Data
from codemods.ir.table import Field, FieldType, Relation, RelationKind, Table
from codemods.readers.literals import (
    Computed,
    Property,
    Spread,
    binding_of,
    entries,
    literal_of,
    may_be_object,
)
from codemods.readers.prisma.reading import Reading, is_undefined
from codemods.source.span import Span
from codemods.source.tree import find_all, member, named, property_name, unwrap

ARITHMETIC: Mapping[str, Change] = {
    "set": Change.SET,
    "increment": Change.INCREMENT,
    "decrement": Change.DECREMENT,
}
UNSUPPORTED_ARITHMETIC = frozenset({"multiply", "divide", "push", "unset"})
TO_MANY = frozenset({RelationKind.HAS_MANY, RelationKind.MANY_TO_MANY})

Part = Assignment | Span


def read_data(reading: Reading, node: SgNode, table: Table) -> Data:
    """The parts of a `data` argument: assignments, and expressions whose fields are taken over as they are."""
    inner = unwrap(node)
    literal = inner if inner.kind() == "object" else None
    if literal is None and _writes_relations(reading, inner, table):
        literal = literal_of(reading.file, inner)
        if literal is None:
            reading.reject("data: built elsewhere")
    if literal is None:
        return Data((reading.span(node),))
    parts: list[Part] = []
    for entry in entries(literal):
        match entry:
            case Property(key, value):
                parts += _property(reading, key, value, table)
            case Spread(value):
                parts += _spread(reading, value, table)
            case Computed():
                reading.reject("data: computed key")
    return Data(tuple(parts))


def read_rows(reading: Reading, node: SgNode, table: Table) -> tuple[Data, ...] | Span:
    """The rows of createMany: each row of a literal list, else the expression that yields them."""
    literal = literal_of(reading.file, node, ("array", "object"))
    if literal is None or any(unwrap(item).kind() != "object" for item in _rows(literal)):
        return reading.span(node)
    return tuple(read_data(reading, row, table) for row in _rows(literal))


def _rows(literal: SgNode) -> list[SgNode]:
    return [literal] if literal.kind() == "object" else named(literal)


def _spread(reading: Reading, value: SgNode, table: Table) -> list[Part]:
    """`...input`; the fields of a literal, such as `...(x && { y })`, must be plain columns."""
    if _writes_relations(reading, unwrap(value), table):
        reading.reject("data: spread writes a relation or counts")
    return [reading.span(value)]


def _writes_relations(reading: Reading, node: SgNode, table: Table) -> bool:
    """True when an object that is not written in place is seen to hold more than plain column values."""
    if _has_operations(node, table):
        return True
    binding = binding_of(reading.file, node)
    if binding is None:
        return False
    if binding.value is not None and _has_operations(binding.value, table):
        return True
    return any(_sets_relation(reference, table) for reference in binding.references)


def _has_operations(node: SgNode, table: Table) -> bool:
    for pair in find_all(node, "pair", "shorthand_property_identifier"):
        key = pair.text() if pair.kind() == "shorthand_property_identifier" else property_name(pair.field("key"))
        if key is None or not _is_own_entry(pair, node):
            continue
        value = pair.field("value")
        if table.relation(key) is not None or (value is not None and _is_operation(table.field(key), value)):
            return True
    return False


def _is_own_entry(pair: SgNode, node: SgNode) -> bool:
    """True for an entry of the object itself, not of an object within one of its values."""
    for around in pair.ancestors():
        if around == node:
            return True
        if around.kind() == "pair":
            return False
    return True


def _is_operation(field: Field | None, value: SgNode) -> bool:
    inner = unwrap(value)
    if field is None or field.type is FieldType.JSON or inner.kind() != "object":
        return False
    return any(isinstance(e, Property) and e.key in ARITHMETIC.keys() | UNSUPPORTED_ARITHMETIC for e in entries(inner))


def _sets_relation(reference: SgNode, table: Table) -> bool:
    """`data.author = { connect: … }`, or a count: `data.views = { increment: 1 }`."""
    access = reference.parent()
    found = member(access) if access is not None else None
    assignment = access.parent() if access is not None else None
    if found is None or assignment is None or assignment.kind() != "assignment_expression":
        return False
    value = assignment.field("right")
    operation = value is not None and _is_operation(table.field(found[1]), value)
    return assignment.field("left") == access and (operation or table.relation(found[1]) is not None)


# one property


def _property(reading: Reading, key: str, value: SgNode, table: Table) -> list[Part]:
    field, relation = table.field(key), table.relation(key)
    if field is not None:
        return _column(reading, field, value)
    if relation is not None:
        return _relation(reading, relation, value)
    if not is_undefined(value):
        reading.reject(f"data: unknown field `{key}`")
    return []


def _column(reading: Reading, field: Field, value: SgNode) -> list[Part]:
    inner = unwrap(value)
    if field.type is FieldType.JSON or (inner.kind() != "object" and not may_be_object(reading.file, inner)):
        return [Assignment(field.name, reading.span(value))]
    literal = literal_of(reading.file, inner)
    if literal is None:
        reading.reject(f"data: `{field.name}` is chosen at run time")
        return []
    found: list[Part] = []
    for prop in reading.properties(literal, "data"):
        if prop.key in ARITHMETIC:
            found.append(Assignment(field.name, reading.span(prop.value), ARITHMETIC[prop.key]))
        else:
            reading.reject(f"data: `{prop.key}` of `{field.name}`")
    return found


def _relation(reading: Reading, relation: Relation, value: SgNode) -> list[Part]:
    if is_undefined(value):
        return []
    if unwrap(value).kind() != "object" and literal_of(reading.file, value) is None:
        reading.reject(f"data: relation `{relation.field}` is built elsewhere")
        return []
    found: list[Part] = []
    for prop in reading.properties(value, "data"):
        if prop.key in ("connect", "disconnect"):
            found += _links(reading, relation, Change(prop.key), prop.value)
        else:
            reading.reject(f"data: nested `{prop.key}`")
    return found


def _links(reading: Reading, relation: Relation, change: Change, value: SgNode) -> list[Part]:
    """The rows of `connect` and `disconnect`: an object, a literal list of them, or `true` for the only one."""
    if change is Change.DISCONNECT and unwrap(value).text() == "true":
        return [Assignment(relation.field, reading.span(value), change)]
    literal = literal_of(reading.file, value, ("object", "array"))
    if literal is None:
        what = f"{change.value} of a computed list" if relation.kind in TO_MANY else "built elsewhere"
        reading.reject(f"data: {what}")
        return []
    found: list[Part] = []
    for row in _rows(literal):
        properties = reading.properties(row, "data") if row.kind() != "spread_element" else []
        if len(properties) == 1 and not may_be_object(reading.file, properties[0].value):
            key, target = properties[0].key, properties[0].value
            found.append(Assignment(relation.field, reading.span(target), change, key))
        else:
            reading.reject(f"data: {change.value} by several columns or by a computed key")
    return found
