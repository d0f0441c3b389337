"""What each method of a Zod schema does to its shape, in one table.

Source: https://zod.dev/api, and https://v3.zod.dev for the third version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from codemods.ir.validator import Kind, Shape, Unknown
from codemods.readers.zod.constructors import ID_FORMATS, intersected, union_of, with_rest
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
    output_of,
)

Method = Callable[[Shape, Call, Reader], Shape]


def _same(shape: Shape, call: Call, reader: Reader) -> Shape:
    return shape


def _check(shape: Shape, call: Call, reader: Reader) -> Shape:
    return checked(shape, call.source)


def _convert(shape: Shape, call: Call, reader: Reader) -> Shape:
    return checked(shape, call.source, coerced=True)


def _transform(shape: Shape, call: Call, reader: Reader) -> Shape:
    given = call.argument(0)
    made = reader.outcome(given, output_of(shape)) if given is not None else ANY
    return converted(shape, made, call.source)


def _pipe(shape: Shape, call: Call, reader: Reader) -> Shape:
    return converted(shape, _inner(call, reader), call.source)


def _optional(shape: Shape, call: Call, reader: Reader) -> Shape:
    """What is missing stays so, whatever default it wraps."""
    return replace(shape, optional=True, default=None)


def _nullable(shape: Shape, call: Call, reader: Reader) -> Shape:
    return replace(shape, nullable=True)


def _nullish(shape: Shape, call: Call, reader: Reader) -> Shape:
    return replace(shape, optional=True, nullable=True, default=None)


def _required_value(shape: Shape, call: Call, reader: Reader) -> Shape:
    return replace(shape, optional=False)


def _default(shape: Shape, call: Call, reader: Reader) -> Shape:
    given = call.argument(0)
    text = reader.text(given) if given is not None else "undefined"
    if given is not None and given.kind() in ("arrow_function", "function_expression"):
        text = f"({text})()"
    return replace(shape, optional=True, default=text)


def _catch(shape: Shape, call: Call, reader: Reader) -> Shape:
    """Nothing is ever refused: anything may come in, and what the schema makes comes out."""
    return converted(ANYTHING, output_of(shape), call.source, shape.residual)


def _source(shape: Shape, call: Call, reader: Reader) -> Shape:
    """What an effect takes in."""
    return shape.wire or shape


def _array(shape: Shape, call: Call, reader: Reader) -> Shape:
    return Shape(Kind.ARRAY, (shape,))


def _inner(call: Call, reader: Reader) -> Shape:
    given = call.argument(0)
    return reader.read(given) if given is not None else ANY


def _rest(shape: Shape, call: Call, reader: Reader) -> Shape:
    return with_rest(shape, _inner(call, reader), call.source)


def _or(shape: Shape, call: Call, reader: Reader) -> Shape:
    return union_of((shape, _inner(call, reader)))


def _and(shape: Shape, call: Call, reader: Reader) -> Shape:
    return intersected(shape, _inner(call, reader), call.source)


def _unwrap(shape: Shape, call: Call, reader: Reader) -> Shape:
    if shape.optional or shape.nullable or shape.default is not None:
        return replace(shape, optional=False, nullable=False, default=None)
    return shape.children[0] if shape.kind is Kind.ARRAY else shape


# objects


def _on_object(effect: Method) -> Method:
    """Methods of objects: on a schema that could not be read they change nothing."""

    def apply(shape: Shape, call: Call, reader: Reader) -> Shape:
        if shape.kind is Kind.OBJECT:
            return effect(shape, call, reader)
        reader.reject(f"method `{call.name}` on a schema that is no known object")
        return shape

    return apply


def _extend(shape: Shape, call: Call, reader: Reader) -> Shape:
    given = call.argument(0)
    return object_of({**fields_of(shape), **(reader.fields(given) if given is not None else {})}, shape)


def _set_key(shape: Shape, call: Call, reader: Reader) -> Shape:
    names = reader.literals(call.arguments[0]) if len(call.arguments) == 2 else None
    if names is None or len(names) != 1:
        reader.reject("setKey: its key is made elsewhere")
        return shape
    return object_of({**fields_of(shape), names[0][1:-1]: reader.read(call.arguments[1])}, shape)


def _merge(shape: Shape, call: Call, reader: Reader) -> Shape:
    """The merged schema decides about unknown keys."""
    other = _inner(call, reader)
    if other.kind is not Kind.OBJECT:
        reader.reject("merge with a schema that is no known object")
        return shape
    return replace(object_of({**fields_of(shape), **fields_of(other)}, shape), unknown=other.unknown)


def _named(call: Call, reader: Reader) -> tuple[str, ...] | None:
    """The keys that a call names; None when it names none and means all."""
    given = call.argument(0)
    return reader.keys(given) if given is not None and given.kind() != "string" else None


def _pick(shape: Shape, call: Call, reader: Reader) -> Shape:
    names = _named(call, reader) or ()
    return object_of({key: field for key, field in fields_of(shape).items() if key in names}, shape)


def _omit(shape: Shape, call: Call, reader: Reader) -> Shape:
    names = _named(call, reader) or ()
    return object_of({key: field for key, field in fields_of(shape).items() if key not in names}, shape)


def _partial(shape: Shape, call: Call, reader: Reader) -> Shape:
    names = _named(call, reader)
    # Zod 3 leaves an absent optional field absent, whatever default it wraps.
    return _each_field(shape, names, _absent)


def _absent(field: Shape) -> Shape:
    return replace(field, optional=True, default=None)


def _required(shape: Shape, call: Call, reader: Reader) -> Shape:
    names = _named(call, reader)
    return _each_field(shape, names, lambda field: field if field.default else replace(field, optional=False))


def _each_field(shape: Shape, names: tuple[str, ...] | None, change: Callable[[Shape], Shape]) -> Shape:
    fields = fields_of(shape).items()
    return object_of({key: change(field) if names is None or key in names else field for key, field in fields}, shape)


def _deep_partial(shape: Shape, call: Call, reader: Reader) -> Shape:
    return _deeply_optional(shape)


def _deeply_optional(shape: Shape) -> Shape:
    if shape.kind is Kind.OBJECT:
        return object_of({key: _absent(_deeply_optional(field)) for key, field in fields_of(shape).items()}, shape)
    return replace(shape, children=tuple(_deeply_optional(child) for child in shape.children))


def _unknown_keys(unknown: Unknown) -> Method:
    return lambda shape, call, reader: replace(shape, unknown=unknown)


def _catchall(shape: Shape, call: Call, reader: Reader) -> Shape:
    return checked(replace(shape, unknown=Unknown.KEEP), call.source)


def _keyof(shape: Shape, call: Call, reader: Reader) -> Shape:
    return literals_union(tuple(f'"{key}"' for key in shape.keys))


# enums


def _extract(shape: Shape, call: Call, reader: Reader) -> Shape:
    wanted = _values(call, reader)
    return replace(shape, children=tuple(each for each in shape.children if _value(each) in wanted), enum=None)


def _exclude(shape: Shape, call: Call, reader: Reader) -> Shape:
    unwanted = _values(call, reader)
    return replace(shape, children=tuple(each for each in shape.children if _value(each) not in unwanted), enum=None)


def _values(call: Call, reader: Reader) -> frozenset[str]:
    given = call.argument(0)
    values = reader.literals(given) if given is not None else None
    if values is None:
        reader.reject(f"{call.name}: its values are built elsewhere")
    return frozenset(value.strip("\"'`") for value in values or ())


def _value(shape: Shape) -> str:
    return (shape.literal or "").strip("\"'`")


_LENGTHS = ("min", "max", "length", "nonempty", "size", "minSize", "maxSize", "mime", "property")
_NET_FORMATS = ("email", "url", "httpUrl", "ip", "ipv4", "ipv6", "cidr", "cidrv4", "cidrv6", "jwt", "e164")
_TEXT_FORMATS = ("emoji", "regex", "includes", "startsWith", "endsWith", "base64", "base64url", "hex")
_CASES = ("lowercase", "uppercase", "datetime", "date", "time", "duration")
_RANGES = ("positive", "negative", "nonnegative", "nonpositive", "gt", "gte", "lt", "lte")
_NUMBERS = ("int", "finite", "safe", "multipleOf", "step")
_REFINEMENTS = ("refine", "superRefine", "refinement", "check", "with", "implement")
_CONVERSIONS = ("trim", "toLowerCase", "toUpperCase", "normalize", "slugify", "overwrite")
_LABELS = ("describe", "meta", "register", "brand", "readonly", "openapi", "clone")

METHODS: Mapping[str, Method] = {
    **dict.fromkeys((*_LENGTHS, *ID_FORMATS, *_NET_FORMATS, *_TEXT_FORMATS, *_CASES), _check),
    **dict.fromkeys((*_RANGES, *_NUMBERS, *_REFINEMENTS), _check),
    **dict.fromkeys(_CONVERSIONS, _convert),
    **dict.fromkeys(_LABELS, _same),
    **dict.fromkeys(("innerType", "sourceType", "in"), _source),
    "transform": _transform,
    "pipe": _pipe,
    "to": _pipe,
    "optional": _optional,
    "exactOptional": _optional,
    "nullable": _nullable,
    "nullish": _nullish,
    "nonoptional": _required_value,
    "default": _default,
    "prefault": _default,
    "catch": _catch,
    "array": _array,
    "or": _or,
    "and": _and,
    "rest": _rest,
    "unwrap": _unwrap,
    "removeDefault": _unwrap,
    "extend": _on_object(_extend),
    "safeExtend": _on_object(_extend),
    "augment": _on_object(_extend),
    "setKey": _on_object(_set_key),
    "merge": _on_object(_merge),
    "pick": _on_object(_pick),
    "omit": _on_object(_omit),
    "partial": _on_object(_partial),
    "required": _on_object(_required),
    "deepPartial": _on_object(_deep_partial),
    "strict": _on_object(_unknown_keys(Unknown.REJECT)),
    "passthrough": _on_object(_unknown_keys(Unknown.KEEP)),
    "loose": _on_object(_unknown_keys(Unknown.KEEP)),
    "nonstrict": _on_object(_unknown_keys(Unknown.KEEP)),
    "strip": _on_object(_unknown_keys(Unknown.STRIP)),
    "catchall": _on_object(_catchall),
    "keyof": _on_object(_keyof),
    "extract": _extract,
    "exclude": _exclude,
}

PARSERS = frozenset(
    {"parse", "safeParse", "parseAsync", "safeParseAsync", "spa", "decode", "encode", "safeDecode", "safeEncode"}
)
"""Methods that use a schema instead of making one."""
