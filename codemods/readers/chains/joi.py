"""What each constructor and method of Joi accepts and gives back, in two tables. https://joi.dev/api"""

from __future__ import annotations

import re
from dataclasses import replace

from codemods.ir.validator import Kind, Shape, Unknown
from codemods.readers.chains.words import (
    Call,
    Constructor,
    Library,
    Method,
    Reader,
    alternatives,
    anything,
    checked,
    literal_union,
    made,
    plain,
    with_fields,
)

_WORDS_OF_DATES = ("date(", "Date")


def _object(call: Call, reader: Reader) -> Shape:
    """Without fields, an object may have any."""
    shape = Shape(Kind.OBJECT, optional=True, unknown=Unknown.KEEP, residual=(call.source,))
    return with_fields(shape, call, reader, Unknown.REJECT)


def _array(call: Call, reader: Reader) -> Shape:
    return Shape(Kind.ARRAY, (Shape(Kind.ANY),), optional=True, residual=(call.source,))


def _alternatives(call: Call, reader: Reader) -> Shape:
    if not call.arguments:
        return Shape(Kind.ANY, optional=True, residual=(call.source,))
    return alternatives(_members(call, reader), call.source)


def _members(call: Call, reader: Reader) -> tuple[Shape, ...]:
    read = [reader.read(argument) for argument in call.arguments]
    first = call.arguments[0]
    return read[0].children if len(read) == 1 and first.kind() == "array" else tuple(read)


def _unread(call: Call, reader: Reader) -> Shape:
    reader.reject(f"`{call.name}`")
    return Shape(Kind.ANY, optional=True, residual=(call.source,))


CONSTRUCTORS: dict[str, Constructor] = {
    "string": plain(Kind.STRING),
    "number": plain(Kind.NUMBER, coerced=True),
    "boolean": plain(Kind.BOOLEAN, coerced=True),
    "bool": plain(Kind.BOOLEAN, coerced=True),
    "date": plain(Kind.DATE, coerced=True),
    "any": plain(Kind.ANY),
    "object": _object,
    "array": _array,
    "alternatives": _alternatives,
    "alt": _alternatives,
    "binary": _unread,
    "function": _unread,
    "func": _unread,
    "link": _unread,
    "symbol": _unread,
}


def _required(shape: Shape, call: Call, reader: Reader) -> Shape:
    return checked(replace(shape, optional=False), call.source)


def _optional(shape: Shape, call: Call, reader: Reader) -> Shape:
    return replace(shape, optional=True)


def _forbidden(shape: Shape, call: Call, reader: Reader) -> Shape:
    """It may only be missing."""
    return Shape(Kind.ANY, optional=True, residual=(*shape.residual, call.source))


def _default(shape: Shape, call: Call, reader: Reader) -> Shape:
    if not call.arguments:
        return replace(shape, optional=True)
    given = reader.literals(call.arguments[:1])
    if given is not None and len(given) == 1:
        shape = literal_union(shape, given, only=False) if given[0] != "null" else replace(shape, nullable=True)
    elif call.arguments[0].kind() not in ("array", "object"):
        return _either(shape, call, reader)
    return replace(shape, optional=True, default=call.arguments[0].text())


def _allow(shape: Shape, call: Call, reader: Reader) -> Shape:
    values = reader.literals(call.arguments)
    return literal_union(shape, values, only=False) if values is not None else anything(shape, call, reader)


def _valid(shape: Shape, call: Call, reader: Reader) -> Shape:
    """Values instead of the type; references to other values leave the type."""
    if "insensitive" in "".join(shape.residual):
        return checked(shape, call.source)
    return checked(literal_union(shape, reader.literals(call.arguments), only=True), call.source)


def _insensitive(shape: Shape, call: Call, reader: Reader) -> Shape:
    """Without conversion, letters of the other case stay."""
    kind = Kind.STRING if shape.kind is Kind.UNION else shape.kind
    return checked(replace(shape, kind=kind, children=() if kind is Kind.STRING else shape.children), call.source)


def _keys(shape: Shape, call: Call, reader: Reader) -> Shape:
    told = any(source.startswith(("unknown", "pattern")) for source in shape.residual)
    return with_fields(shape, call, reader, shape.unknown if told else Unknown.REJECT)


def _unknown(shape: Shape, call: Call, reader: Reader) -> Shape:
    refuses = [argument.text() for argument in call.arguments] == ["false"]
    return checked(replace(shape, unknown=Unknown.REJECT if refuses else Unknown.KEEP), call.source)


def _loose(shape: Shape, call: Call, reader: Reader) -> Shape:
    """Keys by a pattern."""
    for argument in call.arguments:
        reader.read(argument)
    return checked(replace(shape, unknown=Unknown.KEEP), call.source)


def _items(shape: Shape, call: Call, reader: Reader) -> Shape:
    read = tuple(replace(reader.read(argument), optional=False) for argument in call.arguments)
    element = read[0] if len(read) == 1 else alternatives(read, call.source)
    if shape.kind is not Kind.ARRAY or not read:
        return checked(shape, call.source)
    return checked(replace(shape, children=(replace(element, optional=False),)), call.source)


def _sparse(shape: Shape, call: Call, reader: Reader) -> Shape:
    reader.reject("`sparse` lists")
    return shape


def _concat(shape: Shape, call: Call, reader: Reader) -> Shape:
    other = reader.read(call.arguments[0]) if call.arguments else shape
    if shape.kind is Kind.OBJECT and other.kind is Kind.OBJECT:
        return replace(_keys(shape, call, reader), optional=other.optional)
    return replace(other, optional=True) if shape.kind is Kind.ANY else anything(shape, call, reader)


def _try(shape: Shape, call: Call, reader: Reader) -> Shape:
    return replace(alternatives(_members(call, reader), call.source), optional=shape.optional)


def _custom(shape: Shape, call: Call, reader: Reader) -> Shape:
    if call.arguments and reader.keeps_value(call.arguments[0]):
        return checked(shape, call.source)
    return made(shape, call, reader)


def _either(shape: Shape, call: Call, reader: Reader) -> Shape:
    """One of several schemas or values, which may make dates of what they get."""
    if any(word in call.source for word in _WORDS_OF_DATES):
        reader.reject(f"`{call.name}` with dates")
    return anything(shape, call, reader)


def _options(shape: Shape, call: Call, reader: Reader) -> Shape:
    """Options that decide what may be missing, or which keys there are."""
    return _either(shape, call, reader) if re.search(r"presence|nknown|noDefaults", call.source) else shape


def _converted(shape: Shape, call: Call, reader: Reader) -> Shape:
    return checked(replace(shape, coerced=True), call.source)


METHODS: dict[str, Method] = {
    "required": _required,
    "exist": _required,
    "optional": _optional,
    "forbidden": _forbidden,
    "strip": _forbidden,
    "default": _default,
    "allow": _allow,
    "valid": _valid,
    "equal": _valid,
    "insensitive": _insensitive,
    "keys": _keys,
    "append": _keys,
    "unknown": _unknown,
    "pattern": _loose,
    "items": _items,
    "ordered": anything,
    "sparse": _sparse,
    "concat": _concat,
    "try": _try,
    "conditional": _either,
    "when": _either,
    "custom": _custom,
    "external": made,
    "failover": made,
    "cast": made,
    "raw": anything,
    "rename": anything,
    "empty": _converted,
    "trim": _converted,
    "lowercase": _converted,
    "uppercase": _converted,
    "replace": _converted,
    "truncate": _converted,
    "normalize": _converted,
    "case": _converted,
    "isoDate": _converted,
    "single": _converted,
    "truthy": _converted,
    "falsy": _converted,
    "sort": _converted,
    "fork": anything,
    "tailor": anything,
    "alter": anything,
    "options": _options,
    "prefs": _options,
    "preferences": _options,
}

CHECKS = frozenset(
    """alphanum and annotate assert base64 creditCard cidr dataUri describe description disallow domain email
    error example greater guid has hex hostname id integer invalid ip iso label length less link match
    max meta min message messages multiple nand negative not note only or oxor port positive precision
    ref regex schema sensitive shared strict tag timestamp token unique unit unsafe
    uri uuid warning warn with without xor""".split()
)

JOI = Library(frozenset({"joi", "@hapi/joi"}), CONSTRUCTORS, METHODS, CHECKS)
