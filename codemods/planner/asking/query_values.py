"""How a handler treats a value of the query: as text, as a list, or as an object made of `filter[name]=…`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ast_grep_py import SgNode

from codemods.planner.places_of_use import wrapped
from codemods.source import member, span_of

_LIST_METHODS = frozenset(
    {"map", "forEach", "filter", "some", "every", "reduce", "flatMap", "join", "push", "find", "sort", "entries"}
)
_TEXT_METHODS = frozenset(
    {"length", "trim", "trimStart", "trimEnd", "toLowerCase", "toUpperCase", "toLocaleLowerCase", "split", "includes",
     "startsWith", "endsWith", "replace", "replaceAll", "match", "matchAll", "search", "slice", "substring", "substr",
     "toString", "indexOf", "lastIndexOf", "charAt", "charCodeAt", "codePointAt", "at", "concat", "normalize",
     "padStart", "padEnd", "repeat", "localeCompare", "valueOf"}
)  # fmt: skip


def is_list(nodes: Iterable[SgNode]) -> bool:
    """Does any of the uses expect that the name was given several times?"""
    return any(_is_list(node) for node in nodes)


def _is_list(node: SgNode) -> bool:
    for cast in (ancestor for ancestor in node.ancestors() if ancestor.kind() == "as_expression"):
        if span_of(wrapped(node)).holds(span_of(cast)) and re.search(r"\[\]|\bArray<", cast.text()):
            return True
    outer = wrapped(node)
    above = outer.parent()
    if above is None:
        return False
    if above.kind() == "arguments":
        call = above.parent()
        return call is not None and call.text().startswith(("Array.isArray(", "Array.from("))
    if above.kind() in ("spread_element", "for_in_statement") or above.text().startswith("typeof "):
        return True
    if above.kind() == "binary_expression" and _falls_back(above):
        return True
    return _property(outer) in _LIST_METHODS


def _falls_back(node: SgNode) -> bool:
    """`req.query.tags ?? []`"""
    right = node.field("right")
    return right is not None and right.kind() == "array"


def reads_inside(nodes: Iterable[SgNode]) -> SgNode | None:
    """The first use that reads a field of the value, as only an object has."""
    for node in nodes:
        name = _property(wrapped(node))
        if name is not None and name not in _LIST_METHODS and name not in _TEXT_METHODS:
            return node
    return None


def _property(outer: SgNode) -> str | None:
    above = outer.parent()
    parts = member(above) if above is not None and above.kind() == "member_expression" else None
    return parts[1] if parts is not None and span_of(parts[0]) == span_of(outer) else None
