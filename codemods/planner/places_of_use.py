"""How an expression stands in the code around it: wrapped in casts, called, written to, or taken apart."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import named, same_node, span_of
from codemods.source.tree import WRAPPERS, WRITES, operator_of, property_name


def element_of(element: SgNode) -> tuple[str, SgNode | None]:
    """The key of an element of a pattern, empty when it has none, and the name or pattern that it binds."""
    match element.kind():
        case "shorthand_property_identifier_pattern":
            return element.text(), element
        case "object_assignment_pattern":
            left = element.field("left")
            return (left.text(), left) if left is not None else ("", None)
        case "pair_pattern":
            value = element.field("value")
            if value is not None and value.kind() == "assignment_pattern":
                value = value.field("left")
            return property_name(element.field("key")) or "", value
        case _:
            return "", None


def with_default(node: SgNode) -> SgNode:
    """`req.body || {}` around `req.body`."""
    parent = node.parent()
    return parent if parent is not None and _is_default(parent, node) else node


def wrapped(node: SgNode) -> SgNode:
    """The expression with the parentheses, casts and the empty default around it."""
    outer = node
    while (parent := outer.parent()) is not None and (parent.kind() in WRAPPERS or _is_default(parent, outer)):
        outer = parent
    return outer


def _is_default(node: SgNode, value: SgNode) -> bool:
    """`req.body || {}`, `req.body ?? {}`"""
    if node.kind() != "binary_expression":
        return False
    left, right = node.field("left"), node.field("right")
    empty = right is not None and right.kind() == "object" and not named(right)
    return empty and operator_of(node) in ("||", "??") and left is not None and span_of(left) == span_of(value)


def call_of(node: SgNode) -> SgNode | None:
    """The call whose callee is this expression, if it is one."""
    current = node
    parent = current.parent()
    while parent is not None and parent.kind() in ("parenthesized_expression", "non_null_expression"):
        current, parent = parent, parent.parent()
    if parent is None or parent.kind() != "call_expression":
        return None
    return parent if same_node(parent.field("function"), current) else None


def is_written(node: SgNode) -> bool:
    parent = node.parent()
    name = WRITES.get(parent.kind()) if parent is not None else None
    return parent is not None and name is not None and same_node(parent.field(name), node)


def is_deleted(node: SgNode) -> bool:
    parent = node.parent()
    return parent is not None and parent.kind() == "unary_expression" and parent.text().startswith("delete")
