"""Finds `ctx.db` and its like: what a function takes from the context that Convex hands it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.rules.functions import Kind
from codemods.rules.module import Module
from codemods.rules.origin import External, origin_of
from codemods.source.tree import FUNCTION_KINDS, find_all, named, parameters, property_name, wrapped_up

_CONTEXT_TYPES = {"QueryCtx": Kind.QUERY, "MutationCtx": Kind.MUTATION, "ActionCtx": Kind.ACTION}
_TYPE_MODULES = frozenset({"_generated/server", "convex/server"})


@dataclass(frozen=True, slots=True)
class Contextual:
    """A function whose first parameter is a Convex context, and the kind of function that the context is of."""

    function: SgNode
    kind: Kind


def contextual_functions(module: Module) -> Iterator[Contextual]:
    """The handlers of a file, and the helpers whose first parameter is typed as a context."""
    handlers = [one for one in module.functions if one.handler is not None]
    for one in handlers:
        if one.handler is not None:
            yield Contextual(one.handler, one.kind)
    if not any(name in module.text for name in _CONTEXT_TYPES):
        return
    for function in find_all(module.root, *sorted(FUNCTION_KINDS)):
        if any(function == one.handler for one in handlers):
            continue
        kind = _annotated_kind(module, function)
        if kind is not None:
            yield Contextual(function, kind)


def taken_from_context(module: Module, function: SgNode, name: str) -> Iterator[SgNode]:
    """Where a function takes a member of its context: `ctx.db`, or the name in `{ db }` where it is destructured."""
    first = next(iter(parameters(function)), None)
    if first is None:
        return
    if first.pattern.kind() == "object_pattern":
        yield from _destructured(first.pattern, name)
        return
    binding = module.bindings.resolve(first.pattern)
    for reference in binding.references if binding is not None else ():
        reference = wrapped_up(reference)
        parent = reference.parent()
        if parent is None:
            continue
        if parent.kind() == "member_expression" and parent.field("object") == reference:
            taken = parent.field("property")
            if taken is not None and taken.text() == name:
                yield parent
        elif parent.kind() == "variable_declarator" and parent.field("value") == reference:
            pattern = parent.field("name")
            if pattern is not None and pattern.kind() == "object_pattern":
                yield from _destructured(pattern, name)


def receivers(module: Module, function: SgNode, name: str) -> Iterator[SgNode]:
    """The expressions that stand for a member of the context: `ctx.db`, and each `db` that was destructured."""
    for node in taken_from_context(module, function, name):
        if node.kind() == "member_expression":
            yield node
        elif (binding := module.bindings.resolve(node)) is not None:
            yield from binding.references


def _destructured(pattern: SgNode, name: str) -> Iterator[SgNode]:
    """The local identifier that stands for the member `name` of a destructuring pattern."""
    for part in named(pattern):
        if part.kind() == "shorthand_property_identifier_pattern" and part.text() == name:
            yield part
        elif part.kind() == "pair_pattern" and property_name(part.field("key")) == name:
            value = part.field("value")
            if value is not None:
                yield value


def _annotated_kind(module: Module, function: SgNode) -> Kind | None:
    first = next(iter(parameters(function)), None)
    if first is None or first.type is None:
        return None
    name = first.type.field("name") if first.type.kind() == "generic_type" else first.type
    if name is None or name.kind() != "type_identifier":
        return None
    match origin_of(module, name):
        case External(source, (member,)) if source in _TYPE_MODULES:
            return _CONTEXT_TYPES.get(member.removeprefix("Generic"))
        case _:
            return None
