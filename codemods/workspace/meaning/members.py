"""What the properties of a value hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.tree import named, property_name
from codemods.workspace.meaning import ambient, classes, objects, shapes
from codemods.workspace.meaning.objects import OBJECT_METHODS
from codemods.workspace.meaning.values import (
    Both,
    BuiltIn,
    Callable_,
    ClassValue,
    ExternalValue,
    FunctionValue,
    GlobalValue,
    Instance,
    ModuleValue,
    NamespaceValue,
    Nothing,
    ObjectValue,
    OneOf,
    Shape,
    UnknownValue,
    Value,
    is_known,
    join,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_CALLERS = frozenset({"call", "apply", "bind"})


def member(ev: Evaluator, value: Value, name: str) -> Value:
    """What `value.name` holds."""
    match value:
        case Instance():
            return classes.instance_member(ev, value, name)
        case ClassValue():
            return classes.static_member(ev, value, name)
        case ObjectValue():
            return objects.object_member(ev, value, name)
        case ModuleValue(path=path):
            return ev.export(path, name)
        case NamespaceValue():
            return _namespace(ev, value, name)
        case ExternalValue(module=module, path=path):
            return ExternalValue(module, (*path, name))
        case GlobalValue(name=of, path=()) if of in ambient.GLOBAL_OBJECTS:
            return ambient.declared_global(ev, name) or GlobalValue(of, (name,))
        case GlobalValue(name="process", path=("env",)):
            return BuiltIn("String")
        case GlobalValue(name=of, path=path):
            return GlobalValue(of, (*path, name))
        case BuiltIn():
            return _built_in(value, name)
        case Shape():
            return shapes.member(ev, value, name)
        case Both(parts=parts):
            found = [ev.member(part, name) for part in parts]
            return next((item for item in found if is_known(item)), found[0])
        case OneOf(parts=parts):
            return join([ev.member(part, name) for part in parts])
        case FunctionValue() | Callable_():
            return _function(ev, value, name)
        case Nothing():
            return UnknownValue("a property of null or undefined")
        case UnknownValue():
            return value


def _built_in(value: BuiltIn, name: str) -> Value:
    if name in ("length", "size"):
        return BuiltIn("Number")
    if value.name == "Object" and value.element is not None and name not in OBJECT_METHODS:
        return value.element
    if value.name == "Error" and name in ("message", "name", "stack"):
        return BuiltIn("String")
    return GlobalValue(value.name, ("prototype", name))


def _function(ev: Evaluator, value: FunctionValue | Callable_, name: str) -> Value:
    if name in _CALLERS:
        return value
    if isinstance(value, FunctionValue):
        added = objects.added_member(ev, value.file, value.node, name)
        if added is not None:
            return added
    return GlobalValue("Function", ("prototype", name))


def _namespace(ev: Evaluator, value: NamespaceValue, name: str) -> Value:
    for body in named(value.node):
        for statement in named(body) if body.kind() == "statement_block" else ():
            declaration = statement.field("declaration") or statement
            for part in (declaration, *named(declaration)):
                if _declares(part, name):
                    binding = ev.bindings(value.file).resolve(_name(part))
                    if binding is not None:
                        return ev.binding(value.file, binding)
    return UnknownValue(f"the namespace has no member {name}")


def _declares(node: SgNode, name: str) -> bool:
    return node.field("name") is not None and property_name(_name(node)) == name


def _name(node: SgNode) -> SgNode:
    return node.field("name") or node
