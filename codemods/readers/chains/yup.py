"""What each constructor and method of yup accepts and gives back, in two tables. https://github.com/jquense/yup"""

from __future__ import annotations

from dataclasses import replace

from codemods.ir.validator import Kind, Shape, Unknown
from codemods.readers.chains.words import (
    Call,
    Constructor,
    Library,
    Method,
    Reader,
    anything,
    checked,
    literal_union,
    made,
    plain,
    with_fields,
)


def _object(call: Call, reader: Reader) -> Shape:
    """Keys that are not declared stay."""
    shape = Shape(Kind.OBJECT, unknown=Unknown.KEEP, residual=(call.source,), coerced=True)
    return with_fields(shape, call, reader, Unknown.KEEP)


def _array(call: Call, reader: Reader) -> Shape:
    shape = Shape(Kind.ARRAY, (Shape(Kind.ANY),), optional=True, residual=(call.source,), coerced=True)
    return _of(shape, call, reader)


def _of(shape: Shape, call: Call, reader: Reader) -> Shape:
    if not call.arguments:
        return shape
    element = reader.read(call.arguments[0])
    return checked(replace(shape, children=(replace(element, optional=False),)), call.source)


def _unread(call: Call, reader: Reader) -> Shape:
    reader.reject(f"`{call.name}`")
    return Shape(Kind.ANY, optional=True, residual=(call.source,))


CONSTRUCTORS: dict[str, Constructor] = {
    "string": plain(Kind.STRING, coerced=True),
    "number": plain(Kind.NUMBER, coerced=True),
    "boolean": plain(Kind.BOOLEAN, coerced=True),
    "bool": plain(Kind.BOOLEAN, coerced=True),
    "date": plain(Kind.DATE, coerced=True),
    "mixed": plain(Kind.ANY),
    "any": plain(Kind.ANY),
    "object": _object,
    "array": _array,
    "tuple": _unread,
    "lazy": _unread,
    "ref": _unread,
}


def _required(shape: Shape, call: Call, reader: Reader) -> Shape:
    return checked(replace(shape, optional=False, nullable=False), call.source)


def _defined(shape: Shape, call: Call, reader: Reader) -> Shape:
    return checked(replace(shape, optional=False), call.source)


def _optional(shape: Shape, call: Call, reader: Reader) -> Shape:
    return replace(shape, optional=True)


def _nullable(shape: Shape, call: Call, reader: Reader) -> Shape:
    return replace(shape, nullable=True)


def _not_required(shape: Shape, call: Call, reader: Reader) -> Shape:
    return replace(shape, optional=True, nullable=True)


def _default(shape: Shape, call: Call, reader: Reader) -> Shape:
    """What is missing is replaced; by something computed, it may become anything."""
    if not call.arguments or call.arguments[0].text() == "undefined":
        return replace(shape, optional=True)
    given = reader.literals(call.arguments[:1])
    if given is None or len(given) != 1:
        return anything(shape, call, reader)
    return replace(literal_union(shape, given, only=False), optional=True, default=call.arguments[0].text())


def _one_of(shape: Shape, call: Call, reader: Reader) -> Shape:
    return checked(literal_union(shape, reader.literals(call.arguments[:1]), only=True), call.source)


def _shape(shape: Shape, call: Call, reader: Reader) -> Shape:
    return with_fields(shape, call, reader, shape.unknown)


def _no_unknown(shape: Shape, call: Call, reader: Reader) -> Shape:
    """Keys that are not declared are refused or taken off."""
    return checked(replace(shape, unknown=Unknown.STRIP), call.source)


def _either(shape: Shape, call: Call, reader: Reader) -> Shape:
    """One of several schemas or values, which may make dates of what they get."""
    if "date(" in call.source or "Date" in call.source:
        reader.reject(f"`{call.name}` with dates")
    return anything(shape, call, reader)


METHODS: dict[str, Method] = {
    "required": _required,
    "defined": _defined,
    "nonNullable": _defined,
    "optional": _optional,
    "nullable": _nullable,
    "notRequired": _not_required,
    "default": _default,
    "oneOf": _one_of,
    "equals": _one_of,
    "shape": _shape,
    "noUnknown": _no_unknown,
    "exact": _no_unknown,
    "of": _of,
    "transform": made,
    "when": _either,
    "json": anything,
    "from": anything,
    "camelCase": anything,
    "snakeCase": anything,
    "constantCase": anything,
    "concat": anything,
    "pick": anything,
    "omit": anything,
    "partial": anything,
    "deepPartial": anything,
    "strip": anything,
}

CHECKS = frozenset(
    """compact datetime describe email ensure integer isFalse isTrue label length lessThan lowercase matches max meta
    min moreThan negative notOneOf positive round strict test trim truncate typeError unknown uppercase url
    uuid""".split()
)

YUP = Library(frozenset({"yup"}), CONSTRUCTORS, METHODS, CHECKS)
