"""What each constructor of the Zod namespace accepts, in one table.

Source: https://zod.dev/api, and https://v3.zod.dev for the third version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.validator import Kind, Shape, Unknown
from codemods.readers.zod.reading import (
    ANY,
    ANYTHING,
    Call,
    Reader,
    checked,
    converted,
    fields_of,
    literals_union,
    object_of,
)

Constructor = Callable[[Call, Reader], Shape]

_LITERAL_KINDS = frozenset({"string", "number", "true", "false", "template_string", "unary_expression"})


def _plain(kind: Kind, **modifiers: bool) -> Constructor:
    return lambda call, reader: Shape(kind, optional=modifiers.get("optional", False))


def _checked(kind: Kind, *, coerced: bool = False) -> Constructor:
    return lambda call, reader: checked(Shape(kind), call.source, coerced=coerced)


def _never(call: Call, reader: Reader) -> Shape:
    return Shape(Kind.UNION)


def _undefined(call: Call, reader: Reader) -> Shape:
    return Shape(Kind.UNION, optional=True)


def _object(unknown: Unknown) -> Constructor:
    def construct(call: Call, reader: Reader) -> Shape:
        given = call.argument(0)
        return replace(object_of(reader.fields(given) if given is not None else {}), unknown=unknown)

    return construct


def _inner(call: Call, reader: Reader, position: int = 0) -> Shape:
    given = call.argument(position)
    if given is None:
        reader.reject(f"{call.name}: argument is missing")
        return ANY
    return reader.read(given)


def _array(call: Call, reader: Reader) -> Shape:
    return Shape(Kind.ARRAY, (_inner(call, reader),))


def _set(call: Call, reader: Reader) -> Shape:
    return replace(checked(_array(call, reader), call.source, coerced=True), crosses=False)


def _map(call: Call, reader: Reader) -> Shape:
    pair = object_of({"key": _inner(call, reader, 0), "value": _inner(call, reader, 1)})
    return checked(Shape(Kind.ARRAY, (pair,), crosses=False), call.source, coerced=True)


def _members(call: Call, reader: Reader, position: int = 0) -> tuple[Shape, ...]:
    given = call.argument(position)
    items = reader.items(given) if given is not None else None
    if items is None:
        reader.reject(f"{call.name}: its members are built elsewhere")
        return (ANY,)
    return tuple(reader.read(item) for item in items)


def _union(call: Call, reader: Reader) -> Shape:
    return union_of(_members(call, reader))


def _discriminated_union(call: Call, reader: Reader) -> Shape:
    return union_of(_members(call, reader, 1))


def _exclusive_union(call: Call, reader: Reader) -> Shape:
    return checked(union_of(_members(call, reader)), call.source)


def union_of(members: tuple[Shape, ...]) -> Shape:
    """A union; what one member allows to be missing or null, the whole does."""
    null = any(each.kind is Kind.NULL or each.nullable for each in members)
    optional = any(each.optional for each in members)
    kept = tuple(
        replace(each, nullable=False, optional=False)
        for each in members
        if each.kind is not Kind.NULL and not (each.kind is Kind.UNION and not each.children)
    )
    wire = union_of(tuple(each.wire or each for each in members)) if any(each.wire for each in members) else None
    if len(kept) == 1:
        return replace(kept[0], nullable=null, optional=optional, wire=wire)
    kind = Kind.UNION if kept else Kind.NULL
    return Shape(kind, kept, nullable=null and bool(kept), optional=optional, wire=wire)


def _intersection(call: Call, reader: Reader) -> Shape:
    return intersected(_inner(call, reader, 0), _inner(call, reader, 1), call.source)


def intersected(left: Shape, right: Shape, source: str) -> Shape:
    """Objects are merged, each alternative of a union with them; other values may be anything that passes both."""
    if left.kind is Kind.UNION and left.children:
        return union_of(tuple(intersected(child, right, source) for child in left.children))
    if right.kind is Kind.UNION and right.children:
        return union_of(tuple(intersected(left, child, source) for child in right.children))
    if left.kind is Kind.OBJECT and right.kind is Kind.OBJECT:
        merged = object_of({**fields_of(left), **fields_of(right)}, left)
        return replace(merged, residual=(*left.residual, *right.residual))
    return Shape(Kind.ANY, residual=(source,), crosses=not (_hides(left) or _hides(right)))


def _hides(shape: Shape) -> bool:
    """Does it hold what cannot cross into a function as it is?"""
    return shape.kind is Kind.DATE or not shape.crosses or any(_hides(child) for child in shape.children)


def _tuple(call: Call, reader: Reader) -> Shape:
    shape = Shape(Kind.TUPLE, _members(call, reader))
    return with_rest(shape, _inner(call, reader, 1), call.source) if len(call.arguments) > 1 else shape


def with_rest(shape: Shape, rest: Shape, source: str) -> Shape:
    """A tuple with any number of other values behind it."""
    return checked(replace(shape, children=(*shape.children, rest)), source)


def _record(call: Call, reader: Reader) -> Shape:
    if len(call.arguments) < 2:
        return Shape(Kind.RECORD, (Shape(Kind.STRING), _inner(call, reader)))
    return _keyed_record(_inner(call, reader, 0), _inner(call, reader, 1), optional=reader.major < 4)


def _partial_record(call: Call, reader: Reader) -> Shape:
    return _keyed_record(_inner(call, reader, 0), _inner(call, reader, 1), optional=True)


def _keyed_record(key: Shape, value: Shape, *, optional: bool) -> Shape:
    """A record over an enum is an object; Zod 4 requires all its keys, Zod 3 none."""
    names = literal_keys(key)
    if names is None:
        return Shape(Kind.RECORD, (key, value))
    field = replace(value, optional=True, default=None) if optional else value
    return replace(object_of(dict.fromkeys(names, field)), unknown=Unknown.REJECT)


def literal_keys(key: Shape) -> tuple[str, ...] | None:
    """The names of a key shape that is made of string literals only."""
    members = key.children if key.kind is Kind.UNION else (key,)
    if not members or any(each.kind is not Kind.LITERAL for each in members):
        return None
    names = [each.literal or "" for each in members]
    return tuple(name[1:-1] for name in names) if all(name[:1] in "\"'`" for name in names) else None


def _enum(call: Call, reader: Reader) -> Shape:
    given = call.argument(0)
    values = reader.literals(given) if given is not None else None
    if given is None or values is None:
        reader.reject(f"enum `{reader.text(given) if given is not None else ''}` could not be read")
        return ANY
    return literals_union(values, None if given.kind() in ("array", "object") else reader.text(given))


def _literal(call: Call, reader: Reader) -> Shape:
    given = call.argument(0)
    if given is None:
        reader.reject("literal: argument is missing")
        return ANY
    items = reader.items(given) if given.kind() == "array" else [given]
    return union_of(tuple(_one_literal(item, reader) for item in items or []))


def _one_literal(node: SgNode, reader: Reader) -> Shape:
    text = reader.text(node)
    if text == "null":
        return Shape(Kind.NULL)
    if text == "undefined":
        return Shape(Kind.UNION, optional=True)
    if node.kind() in _LITERAL_KINDS:
        return Shape(Kind.LITERAL, literal=text)
    values = reader.literals(node)
    if values is not None and len(values) == 1:
        return Shape(Kind.LITERAL, literal=values[0])
    reader.reject(f"literal `{text}` could not be read")
    return ANY


def _lazy(call: Call, reader: Reader) -> Shape:
    function = call.argument(0)
    body = function.field("body") if function is not None else None
    if body is None or body.kind() == "statement_block":
        reader.reject("lazy: its function could not be read")
        return ANY
    return reader.read(body)


def _preprocess(call: Call, reader: Reader) -> Shape:
    """What arrives is changed before it is checked, so that the shape holds for the outcome only."""
    given = call.argument(0)
    source = f".preprocess({reader.text(given) if given is not None else ''})"
    return converted(ANYTHING, _inner(call, reader, 1), source)


def _codec(call: Call, reader: Reader) -> Shape:
    return converted(_inner(call, reader, 0), _inner(call, reader, 1), call.source)


def _string_boolean(call: Call, reader: Reader) -> Shape:
    return converted(Shape(Kind.STRING), Shape(Kind.BOOLEAN), call.source)


def _wrapped(modifier: str) -> Constructor:
    """`z.optional(schema)` and its like."""

    def construct(call: Call, reader: Reader) -> Shape:
        inner = _inner(call, reader)
        return replace(
            inner,
            optional=inner.optional or modifier in ("optional", "nullish"),
            nullable=inner.nullable or modifier in ("nullable", "nullish"),
        )

    return construct


def _plain_optional(kind: Kind) -> Constructor:
    """`z.ostring()`: version 3's short forms."""
    return lambda call, reader: Shape(kind, optional=True)


def _as_method(name: str) -> Constructor:
    """`z.prefault(schema, value)`, which is `schema.prefault(value)`."""
    return lambda call, reader: reader.applied(name, _inner(call, reader), call)


def _open_transform(call: Call, reader: Reader) -> Shape:
    """`z.transform(f)`, the second half of a pipe."""
    given = call.argument(0)
    return converted(ANYTHING, reader.outcome(given, ANY) if given is not None else ANY, call.source)


def _impossible(reason: str) -> Constructor:
    def construct(call: Call, reader: Reader) -> Shape:
        reader.reject(reason)
        return ANY

    return construct


ID_FORMATS = ("uuid", "uuidv4", "uuidv6", "uuidv7", "guid", "nanoid", "cuid", "cuid2", "ulid", "xid", "ksuid")
_NET_FORMATS = ("email", "url", "httpUrl", "hostname", "ipv4", "ipv6", "cidrv4", "cidrv6", "mac", "e164", "jwt")
_TEXT_FORMATS = ("emoji", "base64", "base64url", "hex", "hash", "lowercase", "uppercase")
_OTHER_FORMATS = ("datetime", "duration", "time", "templateLiteral", "stringFormat")
_NUMBER_FORMATS = ("int", "int32", "uint32", "float32", "float64", "nan")

CONSTRUCTORS: Mapping[str, Constructor] = {
    "string": _plain(Kind.STRING),
    "number": _plain(Kind.NUMBER),
    "bigint": _plain(Kind.BIGINT),
    "boolean": _plain(Kind.BOOLEAN),
    "date": _plain(Kind.DATE),
    "null": _plain(Kind.NULL),
    "any": _plain(Kind.ANY, optional=True),
    "unknown": _plain(Kind.ANY, optional=True),
    "json": _plain(Kind.ANY),
    "never": _never,
    "undefined": _undefined,
    "void": _undefined,
    **dict.fromkeys((*ID_FORMATS, *_NET_FORMATS, *_TEXT_FORMATS, *_OTHER_FORMATS), _checked(Kind.STRING)),
    **dict.fromkeys(_NUMBER_FORMATS, _checked(Kind.NUMBER)),
    **dict.fromkeys(("int64", "uint64"), _checked(Kind.BIGINT)),
    "stringbool": _string_boolean,
    "custom": _checked(Kind.ANY),
    "instanceof": _checked(Kind.ANY),
    "object": _object(Unknown.STRIP),
    "strictObject": _object(Unknown.REJECT),
    "looseObject": _object(Unknown.KEEP),
    "interface": _object(Unknown.STRIP),
    "array": _array,
    "set": _set,
    "map": _map,
    "tuple": _tuple,
    "record": _record,
    "partialRecord": _partial_record,
    "looseRecord": _partial_record,
    "union": _union,
    "discriminatedUnion": _discriminated_union,
    "xor": _exclusive_union,
    "intersection": _intersection,
    "enum": _enum,
    "nativeEnum": _enum,
    "literal": _literal,
    "lazy": _lazy,
    "preprocess": _preprocess,
    "codec": _codec,
    "pipe": _codec,
    **{name: _as_method(name) for name in ("prefault", "catch", "readonly", "nonoptional", "keyof")},
    "transform": _open_transform,
    "pipeline": _codec,
    "ostring": _plain_optional(Kind.STRING),
    "onumber": _plain_optional(Kind.NUMBER),
    "oboolean": _plain_optional(Kind.BOOLEAN),
    "optional": _wrapped("optional"),
    "nullable": _wrapped("nullable"),
    "nullish": _wrapped("nullish"),
    "file": _impossible("file"),
    "function": _impossible("function"),
    "promise": _impossible("promise"),
    "symbol": _impossible("symbol"),
}

COERCED: Mapping[str, Kind] = {
    "string": Kind.STRING,
    "number": Kind.NUMBER,
    "bigint": Kind.BIGINT,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
}
"""`z.coerce.X()`: what comes out. Anything may come in, so the shape is marked as coerced."""
