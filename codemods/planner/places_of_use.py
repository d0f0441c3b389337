"""How an expression stands in the code around it: wrapped in casts, called, written to, or taken apart."""

from __future__ import annotations

from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.source import SourceFile, Span, named, same_node, span_of
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


def alias_of(reference: SgNode) -> SgNode | None:
    """The declarator of `const r = req`."""
    above = wrapped(reference).parent()
    name = above.field("name") if above is not None and above.kind() == "variable_declarator" else None
    return above if name is not None and name.kind() == "identifier" else None


@dataclass(frozen=True, slots=True)
class Alias:
    """`const r = req as AuthRequest;`, a statement that gives a value another name, and all uses of that."""

    name: str
    statement: Span
    uses: tuple[SgNode, ...] = field(compare=False)


def renamed(file: SourceFile, reference: SgNode) -> Alias | None:
    """The statement that only gives a value another name."""
    declarator = alias_of(reference)
    statement = declarator.parent() if declarator is not None else None
    name = declarator.field("name") if declarator is not None else None
    binding = file.bindings.resolve(name) if name is not None else None
    if statement is None or binding is None or binding.reassigned:
        return None
    is_alone = sum(child.kind() == "variable_declarator" for child in named(statement)) == 1
    return Alias(binding.name, span_of(statement), tuple(binding.references)) if is_alone else None


def assured(node: SgNode) -> Span | None:
    """`x && `, `!x || `: the part of an expression that only asks whether a value is there."""
    top, operator = wrapped(node), "&&"
    above = top.parent()
    if above is not None and above.kind() == "unary_expression" and above.text().startswith("!"):
        top, operator = wrapped(above), "||"
        above = top.parent()
    right = above.field("right") if above is not None and above.kind() == "binary_expression" else None
    if above is None or right is None or operator_of(above) != operator or not same_node(above.field("left"), top):
        return None
    return Span(span_of(top).start, span_of(right).start)
