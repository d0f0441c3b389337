"""Reads of the request that the edge answers: headers, cookies, the sender, and what middleware has put on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.asking.edge_facts import HEADER_FACTS, REQUEST_FACTS, SENDERS, Part
from codemods.source import arguments, member, named, span_of, string_value
from codemods.source.tree import property_name, wrapped_up

_VALUES = {"cookies": Part.COOKIES, "locals": Part.CONTEXT}
HEADER_READERS = frozenset({"get", "header"})
COOKIE_PARSER = "cookies"
"""Stands among the names that middleware provides when `req.cookies` is there."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the edge knows; no key: all headers."""

    part: Part
    key: str | None


@dataclass(frozen=True, slots=True)
class FactPattern:
    """`{ authorization, "user-agent": agent }`: the elements of a pattern and the facts that they take."""

    node: SgNode
    elements: tuple[tuple[SgNode, Fact], ...]


@dataclass(frozen=True, slots=True)
class FactRead:
    """An expression that is a fact, or the value that `pattern` takes apart into facts.

    `taken` says that it is an element of a pattern for the whole request.
    """

    node: SgNode
    fact: Fact | None
    pattern: FactPattern | None = None
    taken: bool = False

    @property
    def facts(self) -> Iterator[Fact]:
        if self.fact is not None:
            yield self.fact
        for _, fact in self.pattern.elements if self.pattern is not None else ():
            yield fact


def header_fact(name: str) -> Fact:
    """The fact behind a header's name; Express knows `referrer` as well."""
    plain = name.lower()
    if plain in HEADER_FACTS:
        return Fact(Part.REQUEST, HEADER_FACTS[plain])
    return Fact(Part.HEADERS, "referer" if plain == "referrer" else plain)


def fact_of(name: str, node: SgNode, provided: frozenset[str]) -> FactRead | str | None:
    """What a property of the request means, `node` being its outermost read; words when it cannot be carried over.

    None for a property that the edge does not know.
    """
    if name in ("headers", "cookies"):
        return _named_values(name, node, provided)
    if name in HEADER_READERS:
        return _header_call(name, node)
    if name in SENDERS:
        address = _property_above(node)
        return FactRead(address[0], Fact(Part.REQUEST, "ip")) if address and address[1] == "remoteAddress" else None
    fact = plain_fact(name, provided)
    return _plain(FactRead(node, fact), name) if fact is not None else None


def plain_fact(name: str, provided: frozenset[str]) -> Fact | None:
    """The fact that a property is as it stands."""
    if name in provided and name != COOKIE_PARSER:
        return Fact(Part.CONTEXT, name)
    return Fact(Part.REQUEST, name) if name in REQUEST_FACTS and name != "host" else None


def local_fact(node: SgNode, provided: frozenset[str]) -> FactRead | None:
    """`res.locals.user` and `const { user } = res.locals`, `node` being `res.locals`.

    The reader of the response says why when there is none.
    """
    inner = _property_above(node)
    if inner is None:
        taken = _taken_apart("locals", node)
        known = taken is not None and all(fact.key in provided for _, fact in taken.elements)
        return FactRead(node, None, taken) if known else None
    if inner[1] not in provided:
        return None
    found = _plain(FactRead(inner[0], Fact(Part.CONTEXT, inner[1])), inner[1])
    return found if isinstance(found, FactRead) else None


def _taken_apart(name: str, node: SgNode) -> FactPattern | None:
    """`const { token } = req.cookies`"""
    declarator = wrapped_up(node).parent()
    is_declared = declarator is not None and declarator.kind() == "variable_declarator"
    pattern = declarator.field("name") if declarator is not None and is_declared else None
    return pattern_facts(name, pattern) if pattern is not None and pattern.kind() == "object_pattern" else None


def pattern_facts(name: str, pattern: SgNode) -> FactPattern | None:
    """The facts that a pattern takes from `req.headers`, `req.cookies` or `res.locals`; None for more than names."""
    found = []
    for element in named(pattern):
        key = _key(element)
        if key is None:
            return None
        found.append((element, header_fact(key) if name == "headers" else Fact(_VALUES[name], key)))
    return FactPattern(pattern, tuple(found))


def _named_values(name: str, node: SgNode, provided: frozenset[str]) -> FactRead | str:
    """`req.headers.authorization`, `req.cookies.token`, `const { token } = req.cookies`."""
    if name == COOKIE_PARSER and COOKIE_PARSER not in provided:
        return "reads `req.cookies`, which nothing parses"
    inner = _property_above(node)
    if inner is not None:
        fact = header_fact(inner[1]) if name == "headers" else Fact(Part.COOKIES, inner[1])
        return _plain(FactRead(inner[0], fact), f"{name}.{inner[1]}")
    taken = _taken_apart(name, node)
    if taken is not None:
        return FactRead(node, None, taken)
    if name == COOKIE_PARSER:
        return "hands all cookies on"
    return _plain(FactRead(node, Fact(Part.HEADERS, None)), name)


def _header_call(name: str, node: SgNode) -> FactRead | str:
    """`req.get("user-agent")`"""
    call = node.parent()
    given = arguments(call) if call is not None and call.kind() == "call_expression" else []
    header = string_value(given[0]) if len(given) == 1 else None
    if call is None or header is None:
        return f"reads `req.{name}`" if call is None or not given else "reads a header whose name is computed"
    return FactRead(call, header_fact(header))


def _plain(read: FactRead, name: str) -> FactRead | str:
    """A value that is only read: neither written nor called."""
    parent = wrapped_up(read.node).parent()
    kind = parent.kind() if parent is not None else ""
    if parent is None or kind == "update_expression" or (kind == "unary_expression" and "delete" in parent.text()[:6]):
        return f"writes to `req.{name}`"
    if kind in ("assignment_expression", "augmented_assignment_expression"):
        left = parent.field("left")
        if left is not None and span_of(left).holds(span_of(read.node)):
            return f"writes to `req.{name}`"
    function = parent.field("function") if kind == "call_expression" else None
    called = function is not None and span_of(function) == span_of(read.node)
    return f"calls `req.{name}`" if called else read


def _property_above(node: SgNode) -> tuple[SgNode, str] | None:
    """The member expression on a value, and the name that it reads."""
    outer = wrapped_up(node)
    above = outer.parent()
    is_member = above is not None and above.kind() in ("member_expression", "subscript_expression")
    parts = member(above) if above is not None and is_member else None
    if above is None or parts is None or span_of(parts[0]) != span_of(outer):
        return None
    return above, parts[1]


def _key(element: SgNode) -> str | None:
    match element.kind():
        case "shorthand_property_identifier_pattern":
            return element.text()
        case "object_assignment_pattern":
            left = element.field("left")
            return left.text() if left is not None else None
        case "pair_pattern":
            value = element.field("value")
            plain = value is not None and value.kind() in ("identifier", "assignment_pattern")
            return property_name(element.field("key")) if plain else None
        case _:
            return None
