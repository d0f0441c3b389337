"""Properties of object literals, and those added to objects and functions by assignment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.binding import Binding
from codemods.source.tree import member, named, property_name, wrapped_up
from codemods.workspace.meaning.values import (
    NOTHING,
    FunctionValue,
    GlobalValue,
    ObjectValue,
    UnknownValue,
    Value,
    is_known,
    join,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

OBJECT_METHODS = frozenset({"hasOwnProperty", "toString", "valueOf", "toLocaleString", "isPrototypeOf"})


def object_member(ev: Evaluator, value: ObjectValue, name: str) -> Value:
    """What the property `name` of an object literal holds."""
    part = property_node(value.node, name)
    added = added_member(ev, value.file, value.node, name)
    if part is not None:
        written = _property(ev, value.file, part)
        return join([written, added]) if added is not None else written
    if added is not None:
        return added
    has_spread = False
    for spread in (part for part in named(value.node) if part.kind() == "spread_element"):
        has_spread = True
        inner = named(spread)
        found = ev.member(ev.value(value.file, inner[0]), name) if inner else None
        if found is not None and is_known(found):
            return found
    if name in OBJECT_METHODS:
        return GlobalValue("Object", ("prototype", name))
    if has_spread:
        return UnknownValue(f"the object has no property {name} that can be seen")
    return NOTHING


def any_member(ev: Evaluator, value: ObjectValue) -> Value:
    """What `value[key]` holds for a key that only running the code can name: what all properties agree on."""
    parts = named(value.node)
    if not parts or any(part.kind() == "spread_element" for part in parts):
        return UnknownValue("the name of the property is computed")
    return join([_property(ev, value.file, part) for part in parts])


def property_node(literal: SgNode, name: str) -> SgNode | None:
    """The last part of an object literal that defines `name`: a pair, a method or a shorthand property."""
    found: SgNode | None = None
    for part in named(literal):
        match part.kind():
            case "pair" if property_name(part.field("key")) == name:
                found = part
            case "method_definition" if property_name(part.field("name")) == name:
                found = part
            case "shorthand_property_identifier" if part.text() == name:
                found = part
            case _:
                pass
    return found


def _property(ev: Evaluator, file: str, part: SgNode) -> Value:
    if part.kind() == "pair":
        value = part.field("value")
        return ev.value(file, value) if value is not None else UnknownValue("incomplete property")
    if part.kind() == "method_definition" and is_getter(part):
        return ev.result(FunctionValue(file, part))
    return ev.value(file, part)


def is_getter(method: SgNode) -> bool:
    """True for `get x() {}`."""
    return any(child.kind() == "get" for child in method.children())


def added_member(ev: Evaluator, file: str, holder: SgNode, name: str) -> Value | None:
    """What was assigned to `x.name`, where `x` is the variable or function that `holder` is bound to."""
    nodes = assigned_nodes(ev, file, holder, name)
    return join([ev.value(file, node) for node in nodes]) if nodes else None


def assigned_nodes(ev: Evaluator, file: str, holder: SgNode, name: str) -> list[SgNode]:
    """The expressions assigned to property `name` of what `holder` is bound to, in its own file."""
    binding = _bound_to(ev, file, holder)
    if binding is None:
        return []
    found: list[SgNode] = []
    for reference in binding.references:
        target = reference.parent()
        assignment = target.parent() if target is not None else None
        if assignment is None or assignment.kind() != "assignment_expression" or assignment.field("left") != target:
            continue
        taken, right = member(target) if target is not None else None, assignment.field("right")
        if taken is not None and taken[0] == reference and taken[1] == name and right is not None:
            found.append(right)
    return found


def _bound_to(ev: Evaluator, file: str, holder: SgNode) -> Binding | None:
    declaration: SgNode | None = holder
    if holder.field("name") is None or holder.kind() in ("object", "arrow_function", "function_expression", "class"):
        declaration = wrapped_up(holder).parent()
    if declaration is None or declaration.kind() not in _BINDING_KINDS:
        return None
    name = declaration.field("name")
    return ev.bindings(file).resolve(name) if name is not None else None


_BINDING_KINDS = frozenset(
    {"variable_declarator", "function_declaration", "class_declaration", "abstract_class_declaration"}
)
