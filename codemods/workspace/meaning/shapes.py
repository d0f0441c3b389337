"""Members of values of which only the type is known: interfaces, object types, enums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.tree import annotated, named, property_name
from codemods.workspace.meaning.values import (
    BuiltIn,
    Callable_,
    ClassValue,
    FunctionValue,
    Instance,
    ObjectValue,
    Shape,
    UnknownValue,
    Value,
    is_known,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_BODIES = frozenset({"interface_body", "object_type"})


def member(ev: Evaluator, shape: Shape, name: str) -> Value:
    """What the property `name` of a value of this shape holds."""
    if shape.node.kind() == "enum_declaration":
        return BuiltIn("String")
    signature = _signature(shape.node, name)
    if signature is None:
        return _inherited(ev, shape, name)
    if signature.kind() == "method_signature":
        return _implemented(ev, shape, name) or _uncertain(ev, shape, name, signature)
    annotation = annotated(signature.field("type"))
    if annotation is None:
        return UnknownValue(f"property {name} has no type")
    typed = ev.type(shape.file, annotation)
    if isinstance(typed, Callable_):
        return _implemented(ev, shape, name) or _uncertain(ev, shape, name, typed.node)
    return typed


def only_implementer(ev: Evaluator, shape: Shape) -> Instance | ObjectValue | None:
    """The one class or object that implements an interface; None when there are none or several."""
    if shape.node.kind() != "interface_declaration":
        return None
    match ev.heritage.implementers(shape):
        case [ClassValue() as cls]:
            return Instance(cls, exact=True)
        case [ObjectValue() as literal]:
            return literal
        case _:
            return None


def _implemented(ev: Evaluator, shape: Shape, name: str) -> FunctionValue | None:
    only = only_implementer(ev, shape)
    found = ev.member(only, name) if only is not None else None
    return found if isinstance(found, FunctionValue) else None


def _uncertain(ev: Evaluator, shape: Shape, name: str, node: SgNode) -> Callable_:
    own_name = shape.node.field("name")
    label = own_name.text() if own_name is not None else "a type"
    count = len(ev.heritage.implementers(shape)) if shape.node.kind() == "interface_declaration" else 0
    who = f"{count} implementations" if count else "no implementation that is known"
    return Callable_(shape.file, node, f"{label}.{name} has {who}", _candidates(ev, shape, name))


def _candidates(ev: Evaluator, shape: Shape, name: str) -> tuple[Value, ...]:
    """The functions that the implementations give; empty unless all of them are known."""
    if shape.node.kind() != "interface_declaration":
        return ()
    owners = (Instance(one) if isinstance(one, ClassValue) else one for one in ev.heritage.implementers(shape))
    found = tuple(dict.fromkeys(ev.member(owner, name) for owner in owners))
    return found if all(isinstance(value, FunctionValue) for value in found) else ()


def _body(node: SgNode) -> SgNode | None:
    if node.kind() in _BODIES:
        return node
    return node.field("body")


def _signature(node: SgNode, name: str) -> SgNode | None:
    body = _body(node)
    for part in named(body) if body is not None else ():
        if part.kind() in ("property_signature", "method_signature") and property_name(part.field("name")) == name:
            return part
    return None


def _inherited(ev: Evaluator, shape: Shape, name: str) -> Value:
    """A member of what the interface extends, or the one that its index signature gives to every name."""
    unknown = UnknownValue(f"the type has no member {name}")
    for clause in shape.node.children():
        if clause.kind() == "extends_type_clause":
            for part in named(clause):
                found = ev.member(ev.type(shape.file, part), name)
                if is_known(found):
                    return found
    body = _body(shape.node)
    for part in named(body) if body is not None else ():
        annotation = annotated(part.field("type")) if part.kind() == "index_signature" else None
        if annotation is not None:
            return ev.type(shape.file, annotation)
    return unknown
