"""How a function is declared: its name, and the class it belongs to."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source.tree import CLASS_KINDS, FIELD_KINDS, property_name
from codemods.workspace.meaning.values import (
    ANY,
    BuiltIn,
    Callable_,
    ClassValue,
    ExternalValue,
    FunctionValue,
    GlobalValue,
    Instance,
    OneOf,
    UnknownValue,
    Value,
)
from codemods.workspace.meaning.words import Called, External, FunctionRef, Global, Unknown

# What may lie between a function and the variable, field or property that holds it: a wrapper, a type.
_BETWEEN = frozenset(
    {"arguments", "call_expression", "as_expression", "satisfies_expression", "parenthesized_expression"}
)


def called(value: Value) -> Called:
    """The function that a call of `value` runs."""
    match value:
        case FunctionValue(file=file, node=node):
            return reference(file, node)
        case ExternalValue(module=module, path=path):
            return External(module, path)
        case GlobalValue(name=name, path=path):
            return Global(name, path)
        case Callable_(reason=reason, candidates=candidates):
            return Unknown(reason, _references(candidates))
        case UnknownValue(reason=reason):
            return Unknown(reason)
        case ClassValue(file=file, node=node):
            return FunctionRef(file, node, node, _text(node.field("name")))
        case OneOf(parts=parts):
            return _alike(parts) or Unknown("may be one of several functions", _references(parts))
        case BuiltIn(name=name):
            return Unknown(f"a {name} is no function")
        case Instance():
            return Unknown("an instance of a class is no function")
        case _:
            return Unknown("what is called is no function that can be seen")


def _alike(parts: tuple[Value, ...]) -> External | Global | None:
    """Functions of one package, or of the language, that have the same name: `pool.query` and `client.query`."""
    external = [part for part in parts if isinstance(part, ExternalValue)]
    if len(external) == len(parts) and len({(part.module, part.path[-1:]) for part in external}) == 1:
        return External(external[0].module, (ANY, *external[0].path[-1:]))
    built_in = [part for part in parts if isinstance(part, GlobalValue)]
    if len(built_in) == len(parts) and len({part.path for part in built_in}) == 1:
        return Global(ANY, built_in[0].path)
    return None


def _references(values: tuple[Value, ...]) -> tuple[FunctionRef, ...]:
    """The functions among which a call chooses; empty unless all of them are functions of the repository."""
    functions = [value for value in values if isinstance(value, FunctionValue)]
    if len(functions) != len(values):
        return ()
    return tuple(reference(value.file, value.node) for value in functions)


def reference(file: str, function: SgNode) -> FunctionRef:
    """The function `function` of `file` with its name and class."""
    holder = _holder(function)
    cls = _class_of(function if function.kind() == "method_definition" else holder)
    part = function if function.kind() == "method_definition" else holder
    is_static = cls is not None and part is not None and any(child.kind() == "static" for child in part.children())
    return FunctionRef(file, function, cls, _name(function, holder), cls is not None, is_static)


def _holder(function: SgNode) -> SgNode | None:
    """The declarator, field, pair or assignment whose value is the function, or a call that wraps it."""
    node = function.parent()
    while node is not None and node.kind() in _BETWEEN:
        node = node.parent()
    return node


def _class_of(part: SgNode | None) -> SgNode | None:
    if part is None or (part.kind() != "method_definition" and part.kind() not in FIELD_KINDS):
        return None
    body = part.parent()
    cls = body.parent() if body is not None else None
    return cls if cls is not None and cls.kind() in CLASS_KINDS else None


def _name(function: SgNode, holder: SgNode | None) -> str:
    own = function.field("name")
    if own is not None:
        return property_name(own) or own.text()
    match holder.kind() if holder is not None else "":
        case "variable_declarator":
            return _text(holder.field("name") if holder is not None else None)
        case "public_field_definition" | "field_definition" if holder is not None:
            return property_name(holder.field("name") or holder.field("property")) or ""
        case "pair" if holder is not None:
            return property_name(holder.field("key")) or ""
        case "assignment_expression" if holder is not None:
            return _text(holder.field("left")).rpartition(".")[2]
        case _:
            return ""


def _text(node: SgNode | None) -> str:
    return node.text() if node is not None else ""
