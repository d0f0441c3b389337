"""Parts of values that are passed on: `load({ id: Number(req.params.id) })` for `function load(query)`, list items."""

from __future__ import annotations

from collections.abc import Sequence

from ast_grep_py import SgNode

from codemods.source import Binding, SourceFile, member, named, parameters, property_name, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS, enclosing, operator_of


def position_of(binding: Binding) -> tuple[SgNode, int] | None:
    """The function and the index of a parameter, or of the pattern in which one stands."""
    function = enclosing(binding.node, FUNCTION_KINDS)
    if function is None:
        return None
    patterns = enumerate(span_of(parameter.pattern) for parameter in parameters(function))
    index = next((index for index, span in patterns if span.start <= binding.start < span.end), None)
    return (function, index) if index is not None else None


_EACH = frozenset({"every", "filter", "find", "findIndex", "flatMap", "forEach", "map", "some"})
"""Methods of lists that give each item to a function, as its first argument."""


def list_of(binding: Binding) -> SgNode | None:
    """The list whose items a variable stands for: `for (const id of ids)`, `ids.map((id) => …)`."""
    if binding.path:
        return None
    loop = binding.declaration
    if loop.kind() == "for_in_statement":
        is_of = any(child.kind() == "of" for child in loop.children())
        return loop.field("right") if is_of else None
    position = position_of(binding)
    given = position[0].parent() if position is not None and position[1] == 0 else None
    call = given.parent() if given is not None and given.kind() == "arguments" else None
    parts = member(call.field("function") or call) if call is not None else None
    return parts[0] if parts is not None and parts[1] in _EACH else None


def branches(node: SgNode) -> list[SgNode]:
    """What an expression may be, or holds: branches of `a ? b : c`, sides of `a ?? b`, items of `[a, b]`."""
    if node.kind() in ("array", "spread_element"):
        return named(node)
    names: tuple[str, ...] = ()
    if node.kind() == "ternary_expression":
        names = ("consequence", "alternative")
    elif node.kind() == "binary_expression" and operator_of(node) in ("||", "??"):
        names = ("left", "right")
    return [branch for name in names if (branch := node.field(name)) is not None]


def part_of(file: SourceFile, node: SgNode, path: Sequence[str]) -> SgNode | None:
    """What an object holds under a path, itself for an empty one; None where it is not written out.

    The object is a literal, or a variable that starts as one.
    """
    for name in path:
        plain = unwrap(node)
        binding = file.bindings.resolve(plain) if plain.kind() == "identifier" else None
        if binding is not None and binding.value is not None and not binding.path:
            plain = unwrap(binding.value)
        found = _property(plain, name) if plain.kind() == "object" else None
        if found is None:
            return None
        node = found
    return node


def _property(node: SgNode, name: str) -> SgNode | None:
    """The value of the last property of that name; spreads behind it may hold another one."""
    for entry in reversed(named(node)):
        label = entry.field("key")
        if entry.kind() == "spread_element":
            return None
        if entry.kind() == "pair" and label is not None and property_name(label) == name:
            return entry.field("value")
        if entry.kind() == "shorthand_property_identifier" and entry.text() == name:
            return entry
    return None
