"""Reads object literals as rules need them: which keys they have, and what stands there."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source.tree import named, property_name


def entries(node: SgNode) -> dict[str, SgNode]:
    """The values of an object literal by their keys; a method or shorthand stands for itself, spreads are left out."""
    found: dict[str, SgNode] = {}
    for child in named(node):
        match child.kind():
            case "pair":
                name, value = property_name(child.field("key")), child.field("value")
            case "method_definition":
                name, value = property_name(child.field("name")), child
            case "shorthand_property_identifier":
                name, value = child.text(), child
            case _:
                continue
        if name is not None and value is not None:
            found.setdefault(name, value)
    return found
