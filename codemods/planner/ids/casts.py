"""Expressions that make numbers of texts: `Number(x)`, `parseInt(x, 10)`, `+x`, `x * 1`, `ids.map(Number)`."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.source import SourceFile, arguments, member, parameters, unwrap
from codemods.source.tree import FUNCTION_KINDS, operator_of

_CASTS = frozenset({"Number", "parseInt", "Number.parseInt", "parseFloat", "Number.parseFloat", "BigInt"})
_NUMERIC = re.compile(r"\b(parseInt|parseFloat|Number|BigInt)\s*\(|map\(\s*(Number|parseInt|parseFloat|BigInt)\b")
_NEUTRAL = {"*": "1", "/": "1", "-": "0", "|": "0", ">>": "0", ">>>": "0"}
"""Operators that leave a number as it is, by the other side; they make one of a text."""


def makes_numbers(text: str) -> bool:
    """Does code convert something to a number?"""
    return _NUMERIC.search(text) is not None


def cast_operand(node: SgNode) -> SgNode | None:
    """What a conversion to a number is given; None for what is no conversion."""
    match node.kind():
        case "call_expression":
            return _called_with(node)
        case "unary_expression":
            return _signed(node)
        case "binary_expression":
            right, neutral = node.field("right"), _NEUTRAL.get(operator_of(node))
            return node.field("left") if right is not None and right.text() == neutral else None
        case _:
            return None


def is_cast(file: SourceFile, node: SgNode) -> bool:
    """A number made of a text, or a constant that holds one."""
    plain = unwrap(node)
    if cast_operand(plain) is not None:
        return True
    binding = file.bindings.resolve(plain) if plain.kind() == "identifier" else None
    return binding is not None and binding.value is not None and cast_operand(unwrap(binding.value)) is not None


def _called_with(call: SgNode) -> SgNode | None:
    callee, given = call.field("function"), arguments(call)
    if callee is None or not given:
        return None
    if callee.text() in _CASTS:
        return given[0]
    parts = member(callee)
    return parts[0] if parts is not None and parts[1] == "map" and _is_conversion(given[0]) else None


def _is_conversion(function: SgNode) -> bool:
    """`Number`, or `(id) => Number(id)`."""
    if function.kind() not in FUNCTION_KINDS:
        return function.text() in _CASTS
    given, body = parameters(function), function.field("body")
    operand = cast_operand(unwrap(body)) if body is not None else None
    return operand is not None and bool(given) and operand.text() == given[0].pattern.text()


def _signed(node: SgNode) -> SgNode | None:
    """`+x` and `~~x`."""
    inner = node.field("argument")
    if inner is None or node.text().startswith("+"):
        return inner
    twice = node.text().startswith("~") and inner.text().startswith("~")
    return inner.field("argument") if twice and inner.kind() == "unary_expression" else None
