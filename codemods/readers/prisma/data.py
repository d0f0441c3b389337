"""Reads `data`: what a write sets, counts up, connects and disconnects.

Nested writes: https://www.prisma.io/docs/orm/reference/prisma-client-reference#nested-queries
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ast_grep_py import SgNode

from codemods.ir.query import Assignment, Change, Data, DataPart
from codemods.ir.table import Field, FieldType, Relation, RelationKind, Table
from codemods.readers.assembled.reading import Reading, is_undefined
from codemods.readers.assembled.resolve import keys_given
from codemods.readers.literals import (
    Computed,
    Property,
    Spread,
    binding_of,
    entries,
    literal_of,
    may_be_object,
)
from codemods.readers.prisma.nested import ACTIONS, read_nested
from codemods.source.span import Span
from codemods.source.tree import find_all, member, named, property_name, unwrap

ARITHMETIC: Mapping[str, Change] = {
    "set": Change.SET,
    "increment": Change.INCREMENT,
    "decrement": Change.DECREMENT,
    "multiply": Change.MULTIPLY,
    "divide": Change.DIVIDE,
    "push": Change.PUSH,
}


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
    parts: list[DataPart] = []
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


def _spread(reading: Reading, value: SgNode, table: Table) -> list[DataPart]:
    """`...input`; the fields of a literal, such as `...(x && { y })`, must be plain columns."""
    if _writes_relations(reading, unwrap(value), table):
        reading.reject("data: spread writes a relation or counts")
    return [reading.span(value)]


def _writes_relations(reading: Reading, node: SgNode, table: Table) -> bool:
    """True when an object that is not written in place is seen to hold more than plain column values."""
    if _has_operations(node, table):
        return True
    keys = keys_given(reading.workspace, reading.file, node) if reading.workspace is not None else None
    if any(table.relation(key) is not None for key in keys or ()):
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
    return any(isinstance(e, Property) and e.key in ARITHMETIC for e in entries(inner))


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


def _property(reading: Reading, key: str, value: SgNode, table: Table) -> list[DataPart]:
    field, relation = table.field(key), table.relation(key)
    if field is not None:
        return _column(reading, field, value)
    if relation is not None:
        return list(_relation(reading, relation, value))
    if not is_undefined(value):
        reading.reject(f"data: unknown field `{key}`")
    return []


def _column(reading: Reading, field: Field, value: SgNode) -> list[DataPart]:
    inner = unwrap(value)
    if field.type is FieldType.JSON or (inner.kind() != "object" and not may_be_object(reading.file, inner)):
        return [Assignment(field.name, reading.span(value))]
    literal = literal_of(reading.file, inner)
    if literal is None:
        reading.reject(f"data: `{field.name}` is chosen at run time")
        return []
    found: list[DataPart] = []
    for prop in reading.properties(literal, "data"):
        change = ARITHMETIC.get(prop.key)
        if change is not None and (change is Change.SET or (change is Change.PUSH) is field.is_list):
            found.append(Assignment(field.name, reading.span(prop.value), change))
        else:
            reading.reject(f"data: `{prop.key}` of `{field.name}`")
    return found


def _relation(reading: Reading, relation: Relation, value: SgNode) -> Iterator[DataPart]:
    """What `relation: { create: …, connect: … }` does, one after the other as it is written."""
    target = reading.table(relation.table)
    if is_undefined(value) or target is None:
        return
    if literal_of(reading.file, value) is None:
        reading.reject(f"data: relation `{relation.field}` is built elsewhere")
        return
    for prop in reading.properties(value, "data"):
        if prop.key not in ACTIONS:
            reading.reject(f"data: nested `{prop.key}`")
        elif not is_undefined(prop.value):
            yield from _action(reading, relation, prop.key, prop.value, target)


def _action(reading: Reading, relation: Relation, key: str, value: SgNode, target: Table) -> Iterator[DataPart]:
    is_own = relation.kind is RelationKind.BELONGS_TO
    if key == "disconnect" and is_own and unwrap(value).text() == "true":
        yield Assignment(relation.field, reading.span(value), Change.DISCONNECT)
        return
    if key == "connect" and is_own and (column := _single_key(reading, value)) is not None:
        yield Assignment(relation.field, reading.span(column.value), Change.CONNECT, column.key)
        return
    nested = read_nested(reading, relation, key, value, target, read_data)
    if nested is not None:
        yield nested


def _single_key(reading: Reading, value: SgNode) -> Property | None:
    """`connect: { email: x }`."""
    literal = literal_of(reading.file, value)
    found = list(entries(literal)) if literal is not None else []
    one = found[0] if len(found) == 1 else None
    return one if isinstance(one, Property) and not may_be_object(reading.file, one.value) else None


def is_set(reading: Reading, node: SgNode | None, part: str) -> bool:
    """A switch that must be written as `true` or `false`."""
    text = unwrap(node).text() if node is not None else "false"
    if text not in ("true", "false", "undefined"):
        reading.reject(f"{part} is chosen at run time")
    return text == "true"
