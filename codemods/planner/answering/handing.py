"""Calls that are given the response: which argument it is, and what remains without it."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source import Span, arguments, member, named, parameters, property_name, shortened, span_of
from codemods.source.tree import wrapped_up


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a function takes something: its parameter of that number, or the property `key` that it takes of it."""

    index: int
    key: str | None = None

    def name_in(self, function: SgNode) -> SgNode | None:
        """What the function calls it; None where it takes it in another way, or not at all."""
        given = parameters(function)[self.index : self.index + 1]
        if not given or given[0].is_rest:
            return None
        if self.key is None:
            return given[0].pattern if given[0].name is not None else None
        element = self.element_of(given[0].pattern)
        value = element.field("value") if element is not None else None
        if element is None or element.kind() == "shorthand_property_identifier_pattern":
            return element
        return value if value is not None and value.kind() == "identifier" else None

    def element_of(self, holder: SgNode) -> SgNode | None:
        """The part of an object, a pattern or a type that stands for the property."""
        return next((part for part in _parts(holder) if _label(part) == self.key), None)

    def dropped_from(self, holder: SgNode) -> Span | None:
        """The same with the comma or semicolon that goes with it."""
        parts, element = _parts(holder), self.element_of(holder)
        return dropped_argument(parts, parts.index(element)) if element is not None else None


_HOLDERS = frozenset({"object", "object_pattern", "object_type", "interface_body"})


def _parts(holder: SgNode) -> list[SgNode]:
    return [part for part in named(holder) if part.kind() != "comment"] if holder.kind() in _HOLDERS else []


def _label(part: SgNode) -> str | None:
    label = part.field("key") or part.field("name")
    return property_name(label) if label is not None else part.text()


def call_around(reference: SgNode) -> tuple[SgNode | None, Slot]:
    """The call that is given the response, and where: `send(res, data)`, `send({ res, data })`."""
    argument, key = wrapped_up(reference), None
    parent = argument.parent()
    holder = parent.parent() if parent is not None and parent.kind() == "pair" else parent
    if holder is not None and holder.kind() == "object":
        key = _label(parent) if parent is not None and parent.kind() == "pair" else argument.text()
        argument = wrapped_up(holder)
        parent = argument.parent()
    call = parent.parent() if parent is not None and parent.kind() == "arguments" else None
    if call is None or call.kind() != "call_expression":
        return None, Slot(0)
    return call, Slot([span_of(node) for node in arguments(call)].index(span_of(argument)), key)


def dropped(call: SgNode, slot: Slot) -> Span:
    """What a call loses that is not given the response any more."""
    given = arguments(call)
    inner = slot.dropped_from(given[slot.index])
    return inner if slot.key is not None and inner is not None else dropped_argument(given, slot.index)


def handed_words(call: SgNode) -> str:
    """What is wrong with a call that is given the response."""
    function = call.field("function")
    parts = member(function) if function is not None else None
    streams = parts is not None and parts[1] in ("pipe", "pipeline")
    return "streams its reply" if streams else f"hands the response on to `{shortened(function or call)}`"


def dropped_argument(given: list[SgNode], index: int) -> Span:
    """One argument with the comma that goes with it."""
    own = span_of(given[index])
    if index + 1 < len(given):
        return Span(own.start, span_of(given[index + 1]).start)
    return Span(span_of(given[index - 1]).end, own.end) if index > 0 else own
