"""Loops over lists: what their variables take, row by row."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.readers.express.follow import ValueNode, value_of
from codemods.source import SourceFile, arguments, member, named, parameters, unwrap
from codemods.source.tree import FUNCTION_KINDS, member_path, property_name
from codemods.workspace import Workspace


def row_values(workspace: Workspace, file: SourceFile, call: SgNode, node: SgNode) -> list[ValueNode | None]:
    """What an expression of a loop variable takes in a call, row by row; empty for all other expressions.

    `router` in `for (const router of [a, b])`, `row.router` in `rows.forEach((row) => …)`, and `router` in
    `rows.forEach(({ router }) => …)`. None for a row that does not have it.
    """
    root, path = member_path(node)
    if root.kind() != "identifier":
        return []
    for ancestor in call.ancestors():
        pattern, table = _loop(ancestor)
        taken = _taken(pattern, root.text()) if pattern is not None else None
        if taken is None:
            continue
        rows = _elements(workspace, file, table) if table is not None else []
        return [_inside(row, (*taken, *path)) for row in rows]
    return []


def _loop(node: SgNode) -> tuple[SgNode | None, SgNode | None]:
    """(pattern of the loop variable, list) of a loop, or of a function that is called for each element."""
    if node.kind() == "for_in_statement":
        operator = node.field("operator")
        goes_over = operator is None or operator.text() == "of"
        return (node.field("left"), node.field("right")) if goes_over else (None, None)
    given = parameters(node) if node.kind() in FUNCTION_KINDS else []
    if not given:
        return None, None
    holder = node.parent()
    outer = holder.parent() if holder is not None else None
    callee = outer.field("function") if outer is not None and outer.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    return given[0].pattern, parts[0] if parts is not None and parts[1] in ("forEach", "map") else None


def _taken(pattern: SgNode, name: str) -> tuple[str, ...] | None:
    """The keys that lead from an element to a variable of the pattern; None for a variable that is not of it."""
    match pattern.kind():
        case "identifier":
            return () if pattern.text() == name else None
        case "array_pattern":
            places = enumerate(named(pattern))
            return next(((str(index),) for index, node in places if node.text() == name), None)
        case "object_pattern":
            return next((key for node in named(pattern) if (key := _taken_key(node, name)) is not None), None)
        case _:
            return None


def _taken_key(node: SgNode, name: str) -> tuple[str, ...] | None:
    if node.kind() == "shorthand_property_identifier_pattern":
        return (name,) if node.text() == name else None
    key, value = node.field("key"), node.field("value")
    label = property_name(key) if key is not None else None
    return (label,) if label is not None and value is not None and value.text() == name else None


def _elements(workspace: Workspace, file: SourceFile, table: SgNode) -> list[ValueNode]:
    """The elements of a list, and the values of an object in `Object.values(…)`."""
    listed = _read(workspace, file, table)
    if listed is None:
        return []
    if listed.node.kind() == "array":
        return [ValueNode(listed.file, element) for element in named(listed.node)]
    callee, given = listed.node.field("function"), arguments(listed.node)
    if callee is None or callee.text() != "Object.values" or not given:
        return []
    held = _read(workspace, workspace.source(listed.file), given[0])
    if held is None or held.node.kind() != "object":
        return []
    return [ValueNode(held.file, pair.field("value") or pair) for pair in named(held.node)]


def _read(workspace: Workspace, file: SourceFile, node: SgNode) -> ValueNode | None:
    plain = unwrap(node)
    return value_of(workspace, file.path, plain) if plain.kind() == "identifier" else ValueNode(file.path, plain)


def _inside(value: ValueNode, path: tuple[str, ...]) -> ValueNode | None:
    """The value at the end of a path into literals."""
    node: SgNode | None = value.node
    for key in path:
        plain = unwrap(node) if node is not None else None
        if plain is None:
            return None
        elements = named(plain)
        if plain.kind() == "array" and key.isdigit():
            node = elements[int(key)] if int(key) < len(elements) else None
        else:
            node = _property(plain, key) if plain.kind() == "object" else None
    return ValueNode(value.file, node) if node is not None else None


def _property(row: SgNode, name: str) -> SgNode | None:
    for pair in named(row):
        key = pair.field("key")
        if pair.kind() == "pair" and key is not None and property_name(key) == name:
            return pair.field("value")
        if pair.kind() == "shorthand_property_identifier" and pair.text() == name:
            return pair
    return None
