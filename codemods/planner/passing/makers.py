"""Middleware that calls make: the function that returns it, and what that function's parameters stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.readers.zod.constants import Constants
from codemods.readers.zod.references import follow, returned
from codemods.source import (
    SourceFile,
    arguments,
    named,
    parameters,
    property_name,
    span_of,
    unwrap,
)
from codemods.workspace import FunctionRef, Workspace

_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Given:
    """An expression that a function is called with. `names` says what the parameters in it stand for."""

    file: SourceFile
    node: SgNode
    names: Names

    def settled(self) -> Given | None:
        """What a parameter stands for; any other expression as it is. None for what was not given."""
        plain = unwrap(self.node)
        if plain.kind() not in ("identifier", "shorthand_property_identifier") or plain.text() not in self.names:
            return Given(self.file, plain, self.names)
        outer = self.names[plain.text()]
        return outer.settled() if outer is not None else None

    def property(self, name: str) -> Given | None:
        """A property of an object literal."""
        found = property_value(self.node, name)
        return Given(self.file, found, self.names).settled() if found is not None else None

    def text(self, workspace: Workspace) -> str | None:
        """The text that it is: a literal, a constant or a member of an enum."""
        values = Constants(workspace, Schema()).of(self.file, self.node)
        return values[0][1:-1] if values is not None and len(values) == 1 and values[0][0] in "\"'`" else None

    def literal(self, workspace: Workspace) -> Given:
        """The object literal that it stands for, also where a constant of any module names it."""
        settled = self.settled() or self
        named = settled.node if settled.node.kind() in ("identifier", "member_expression") else None
        target = follow(workspace, settled.file, named) if named is not None else None
        return Given(workspace.source(target[0]), target[1], {}) if target is not None else settled


Names = Mapping[str, "Given | None"]


@dataclass(frozen=True, slots=True)
class Maker:
    """The innermost function around the middleware, or the middleware itself, with what its parameters stand for."""

    file: SourceFile
    function: SgNode
    names: Names


def maker_of(workspace: Workspace, call: Given, file: SourceFile, inner: SgNode, depth: int = 0) -> Maker | None:
    """`validate({ body: schema })`, also by way of `validateBody(schema)`, which returns such a call."""
    target = workspace.callee(call.file.path, call.node)
    if not isinstance(target, FunctionRef) or depth > _DEPTH:
        return None
    made_in = workspace.source(target.file)
    names = dict(_bound(workspace, made_in, target.node, call))
    if target.file == file.path and span_of(target.node).holds(span_of(inner)):
        return Maker(made_in, target.node, names)
    result = returned(target.node)
    if result is None or result.kind() != "call_expression":
        return None
    return maker_of(workspace, Given(made_in, result, names), file, inner, depth + 1)


def _bound(
    workspace: Workspace, made_in: SourceFile, function: SgNode, call: Given
) -> Iterator[tuple[str, Given | None]]:
    """What each parameter of a function stands for in a call of it."""
    given = arguments(call.node)
    for index, parameter in enumerate(parameters(function)):
        passed = Given(call.file, given[index], call.names) if index < len(given) else None
        settled = passed.settled() if passed is not None else None
        if settled is None and parameter.default is not None:
            settled = Given(made_in, parameter.default, {})
        if parameter.name is not None:
            yield parameter.name, settled
        elif parameter.pattern.kind() == "object_pattern":
            yield from _taken_apart(parameter.pattern, settled.literal(workspace) if settled is not None else None)


def _taken_apart(pattern: SgNode, whole: Given | None) -> Iterator[tuple[str, Given | None]]:
    """`({ body, params: path }) => …`"""
    for element in named(pattern):
        if element.kind() == "shorthand_property_identifier_pattern":
            yield element.text(), whole.property(element.text()) if whole is not None else None
        value, key = element.field("value"), property_name(element.field("key"))
        if element.kind() == "pair_pattern" and value is not None and key is not None and value.kind() == "identifier":
            yield value.text(), whole.property(key) if whole is not None else None


def property_value(holder: SgNode, name: str) -> SgNode | None:
    """The value of a property of an object literal."""
    plain = unwrap(holder)
    for pair in named(plain) if plain.kind() == "object" else []:
        key, value = pair.field("key"), pair.field("value")
        if key is not None and value is not None and key.text() == name:
            return value
        if pair.kind() == "shorthand_property_identifier" and pair.text() == name:
            return pair
    return None
