"""Shapes as Convex validators, and what a validator cannot say of them.

https://docs.convex.dev/functions/validation
"""

from __future__ import annotations

from collections.abc import Iterator

from codemods.ir.validator import Kind, Shape, Unknown
from codemods.writers.layout import Doc, call, listed, record, text_of
from codemods.writers.names import is_field_name

_PLAIN = {
    Kind.STRING: "v.string()",
    Kind.NUMBER: "v.number()",
    Kind.BIGINT: "v.int64()",
    Kind.BOOLEAN: "v.boolean()",
    Kind.DATE: "v.number()",
    Kind.NULL: "v.null()",
    Kind.ANY: "v.any()",
}
"""Kinds whose validator does not depend on anything else. A date is epoch milliseconds."""

_LITERALS = {"null": "v.null()", "undefined": "v.null()"}


def validator_text(shape: Shape, indent: str = "", column: int = 0) -> str:
    """`v.object({ title: v.string(), tags: v.optional(v.array(v.string())) })`."""
    return text_of(_property(shape), indent, column)


def args_text(shape: Shape, indent: str = "  ", column: int = 8) -> str:
    """The value of `args`: the fields of an object as a plain map, any other shape as a validator."""
    if not _has_fields(shape):
        return text_of(_required(shape), indent, column)
    return text_of(_fields(shape), indent, column)


def validator_problems(shape: Shape, path: str = "") -> Iterator[tuple[str, str]]:
    """(path, what the validator does not check), for checks at run time and reports; residuals are not repeated."""
    if shape.kind is Kind.ANY:
        yield path, "has no type"
    if shape.kind is Kind.OBJECT:
        if shape.unknown is Unknown.KEEP:
            yield path, "accepts keys that it does not declare"
        for key in shape.keys:
            if not is_field_name(key):
                yield _below(path, key), "is no name that a Convex validator can have"
    if shape.kind is Kind.RECORD and shape.children and shape.children[0].kind is not Kind.STRING:
        yield path, "checks its keys"
    if shape.kind is Kind.TUPLE:
        yield path, "has a fixed length"
    for index, child in enumerate(shape.children):
        key = shape.keys[index] if shape.kind is Kind.OBJECT else "[]"
        yield from validator_problems(child, _below(path, key) if shape.kind is not Kind.UNION else path)


def _property(shape: Shape) -> Doc:
    """The validator where a key may be missing: a property of an object."""
    inner = _required(shape)
    return call("v.optional", inner) if shape.optional or shape.default is not None else inner


def _element(shape: Shape) -> Doc:
    """The validator where a value must be: what is missing from a list arrives as null."""
    return _union([*_members(shape), "v.null()"] if shape.optional else _members(shape))


def _required(shape: Shape) -> Doc:
    return _union(_members(shape))


def _members(shape: Shape) -> list[Doc]:
    """The alternatives of a shape, null included."""
    if shape.kind is Kind.UNION:
        members = [member for child in shape.children for member in _members(child)]
        members += ["v.null()"] if any(child.optional for child in shape.children) else []
    else:
        members = [_single(shape)]
    return [*members, "v.null()"] if shape.nullable else members


def _single(shape: Shape) -> Doc:
    match shape.kind:
        case Kind.LITERAL:
            literal = shape.literal or "null"
            return _LITERALS.get(literal) or f"v.literal({literal})"
        case Kind.ARRAY:
            return call("v.array", _element(shape.children[0]) if shape.children else "v.any()")
        case Kind.TUPLE:
            members = [member for child in shape.children for member in _members(child)]
            return call("v.array", _union(members) if members else "v.any()")
        case Kind.RECORD:
            return call("v.record", "v.string()", _element(shape.children[-1]) if shape.children else "v.any()")
        case Kind.OBJECT:
            return call("v.object", _fields(shape)) if _has_fields(shape) else _loose(shape)
        case _:
            return _PLAIN[shape.kind]


def _union(members: list[Doc]) -> Doc:
    distinct: list[Doc] = []
    for member in members:
        if member not in distinct:
            distinct.append(member)
    if "v.any()" in distinct:
        return "v.any()"
    return distinct[0] if len(distinct) == 1 else ("v.union", listed("(", distinct, ")"))


def _has_fields(shape: Shape) -> bool:
    closed = shape.kind is Kind.OBJECT and shape.unknown is not Unknown.KEEP
    return closed and all(is_field_name(key) for key in shape.keys)


def _loose(shape: Shape) -> Doc:
    """An object whose keys a validator cannot list: any keys, or any value where even those are not ASCII."""
    plain = all(key.isascii() and key.isprintable() and not key.startswith("$") for key in shape.keys)
    return "v.record(v.string(), v.any())" if plain and shape.unknown is not Unknown.KEEP else "v.any()"


def _fields(shape: Shape) -> Doc:
    pairs = zip(shape.keys, shape.children, strict=True)
    return record([(f"{key}: ", _property(child)) for key, child in pairs])


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
