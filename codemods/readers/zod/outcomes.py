"""What a transform makes of a value, as far as its function shows."""

from __future__ import annotations

import re
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.validator import Kind, Shape
from codemods.readers.zod.constructors import union_of
from codemods.readers.zod.reading import ANY
from codemods.source.tree import FUNCTION_KINDS, find_all, member, named, operator_of, parameters, unwrap

_OPEN = Shape(Kind.ANY, crosses=False)
_TEXT = Shape(Kind.STRING)
_TEXTS = Shape(Kind.ARRAY, (_TEXT,))

_FUNCTIONS = {
    "Number": Shape(Kind.NUMBER),
    "parseInt": Shape(Kind.NUMBER),
    "parseFloat": Shape(Kind.NUMBER),
    "Number.parseInt": Shape(Kind.NUMBER),
    "Number.parseFloat": Shape(Kind.NUMBER),
    "String": _TEXT,
    "Boolean": Shape(Kind.BOOLEAN),
    "BigInt": Shape(Kind.BIGINT),
    "Date.parse": Shape(Kind.NUMBER),
    "Date.now": Shape(Kind.NUMBER),
}
_METHODS = {
    **dict.fromkeys(
        """trim trimStart trimEnd toLowerCase toUpperCase replace replaceAll padStart padEnd toString toISOString
        toFixed join substring charAt normalize repeat toDateString toLocaleString""".split(),
        _TEXT,
    ),
    **dict.fromkeys(("getTime", "indexOf", "charCodeAt"), Shape(Kind.NUMBER)),
    **dict.fromkeys(("includes", "startsWith", "endsWith", "test", "some", "every"), Shape(Kind.BOOLEAN)),
    "split": _TEXTS,
}
_LITERALS = {
    "string": _TEXT,
    "template_string": _TEXT,
    "number": Shape(Kind.NUMBER),
    "true": Shape(Kind.BOOLEAN),
    "false": Shape(Kind.BOOLEAN),
    "null": Shape(Kind.NULL),
    "undefined": Shape(Kind.UNION, optional=True),
}
_OPERATORS = {
    **dict.fromkeys(("===", "!==", "==", "!=", "<", ">", "<=", ">=", "in", "instanceof"), Shape(Kind.BOOLEAN)),
    **dict.fromkeys(("-", "*", "/", "%", "**"), Shape(Kind.NUMBER)),
}
_UNARY = {"!": Shape(Kind.BOOLEAN), "+": Shape(Kind.NUMBER), "-": Shape(Kind.NUMBER), "typeof": _TEXT}
_CHOOSING = frozenset({"&&", "||", "??"})
_BLOCKS = FUNCTION_KINDS | {"class_declaration"}
_MAKES_NO_DATA = re.compile(r"\bnew\s+(?!RegExp\b|URL\b|URLSearchParams\b|Intl\.|\w*Error\b)|\bSymbol\(|\bBuffer\.")


def outcome_of(function: SgNode, taken: Shape) -> Shape:
    """The shape of what a function returns that is given a value of the shape `taken`; ANY where that is open."""
    plain = unwrap(function)
    if taken.kind is Kind.BIGINT:
        return _OPEN
    if plain.kind() not in FUNCTION_KINDS:
        return _FUNCTIONS.get(plain.text(), _OPEN)
    given = parameters(plain)
    name = given[0].name if given else None
    results = _results(plain)
    made = union_of(tuple(_shape(node, name, taken) for node in results)) if results else ANY
    return replace(made, crosses=not (_is_open(made) and _MAKES_NO_DATA.search(plain.text())))


def _is_open(shape: Shape) -> bool:
    return shape.kind is Kind.ANY or any(_is_open(child) for child in shape.children)


def _results(function: SgNode) -> list[SgNode]:
    """All expressions that a function returns; none where it may return nothing."""
    body = function.field("body")
    if body is None:
        return []
    if body.kind() != "statement_block":
        return [body]
    returns = [node for node in find_all(body, "return_statement") if _around(node) == function]
    ends = named(body)[-1].kind() in ("return_statement", "throw_statement") if named(body) else False
    return [named(node)[0] for node in returns] if ends and all(named(node) for node in returns) else []


def _around(node: SgNode) -> SgNode | None:
    return next((around for around in node.ancestors() if around.kind() in _BLOCKS), None)


def _shape(node: SgNode, name: str | None, taken: Shape) -> Shape:
    node = unwrap(node)
    match node.kind():
        case "identifier" | "undefined" if node.text() in (name, "undefined"):
            return taken if node.text() == name else _LITERALS["undefined"]
        case "member_expression":
            parts = member(node)
            return Shape(Kind.NUMBER) if parts and parts[1] == "length" and _is_plain(parts[0], name) else ANY
        case "new_expression":
            made = node.field("constructor")
            return Shape(Kind.DATE) if made is not None and made.text() == "Date" else ANY
        case "ternary_expression":
            sides = (node.field("consequence"), node.field("alternative"))
            return union_of(tuple(_shape(side, name, taken) for side in sides if side is not None))
        case "binary_expression":
            return _binary(node, name, taken)
        case "unary_expression":
            return _UNARY.get(operator_of(node) or "", ANY)
        case "call_expression":
            return _call(node, name)
        case kind:
            return _LITERALS.get(kind, ANY)


def _binary(node: SgNode, name: str | None, taken: Shape) -> Shape:
    operator, left, right = operator_of(node) or "", node.field("left"), node.field("right")
    if operator not in _CHOOSING or left is None or right is None:
        return _OPERATORS.get(operator, ANY)
    first = _shape(left, name, taken)
    if operator == "??":
        first = replace(first, nullable=False, optional=False)
    return union_of((first, _shape(right, name, taken)))


def _call(node: SgNode, name: str | None) -> Shape:
    callee = node.field("function")
    if callee is None:
        return ANY
    parts = member(callee)
    known = _FUNCTIONS.get(callee.text())
    if known is None and parts is not None and _is_plain(parts[0], name):
        known = _METHODS.get(parts[1])
    optional = any(child.kind() == "optional_chain" for child in callee.children())
    return replace(known, optional=known.optional or optional) if known is not None else ANY


def _is_plain(node: SgNode, name: str | None) -> bool:
    """A value whose methods are those of the language: the parameter, a literal, a date, or what came of one."""
    plain = unwrap(node)
    parts = member(plain)
    if parts is not None:
        return _is_plain(parts[0], name)
    if plain.kind() == "call_expression":
        callee = plain.field("function")
        return callee is not None and (callee.text() in _FUNCTIONS or _is_plain(callee, name))
    made = plain.field("constructor") if plain.kind() == "new_expression" else None
    return plain.text() == name or plain.kind() in (*_LITERALS, "array") or (made is not None and made.text() == "Date")
