"""Options of Joi and yup that a schema is asked with, and what they make of what it lets through."""

from __future__ import annotations

from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.validator import Kind, Shape, Unknown
from codemods.source import arguments, member, named, unwrap

SETTING = frozenset({"prefs", "preferences", "options"})
"""Methods that give a schema options."""

_HARMLESS = frozenset({"abortEarly", "errors", "messages", "convert", "strict", "context", "cache", "dateFormat"})
_UNKNOWN = {"allowUnknown": Unknown.KEEP, "stripUnknown": Unknown.STRIP}


def with_options(call: SgNode, shape: Shape) -> Shape | None:
    """What a schema lets through under the options of a call; None for options that are not known."""
    told: dict[str, str] = {}
    for options in _options(call):
        if options.kind() != "object" or any(pair.kind() != "pair" for pair in named(options)):
            return None
        pairs = ((pair.field("key"), pair.field("value")) for pair in named(options))
        told |= {key.text(): value.text() for key, value in pairs if key is not None and value is not None}
    if not told.keys() <= _HARMLESS | _UNKNOWN.keys():
        return None
    for key, unknown in _UNKNOWN.items():
        if told.get(key, "false") not in ("true", "false"):
            return None
        shape = _lenient(shape, unknown) if told.get(key) == "true" else shape
    return shape


def _options(call: SgNode) -> list[SgNode]:
    """The options of `schema.prefs(options).validate(value, options)`."""
    found = arguments(call)[1:2]
    parts = member(call.field("function") or call)
    while parts is not None:
        inner = unwrap(parts[0])
        parts = member(inner.field("function") or inner) if inner.kind() == "call_expression" else None
        found += arguments(inner)[:1] if parts is not None and parts[1] in SETTING else []
    return [unwrap(options) for options in found]


def _lenient(shape: Shape, unknown: Unknown) -> Shape:
    """The shape with objects that take or drop keys that they do not declare."""
    children = tuple(_lenient(child, unknown) for child in shape.children)
    is_strict = shape.kind is Kind.OBJECT and shape.unknown is Unknown.REJECT
    return replace(shape, children=children, unknown=unknown if is_strict else shape.unknown)
