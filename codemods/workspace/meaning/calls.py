"""What calls return: of functions here, of packages, of the language itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.tree import FUNCTION_KINDS, annotated, arguments, enclosing, find_all, is_generator, member, named
from codemods.workspace.meaning import language
from codemods.workspace.meaning.precision import is_full, is_made_here, sharper
from codemods.workspace.meaning.values import (
    CALLED,
    CIRCULAR,
    ELEMENT,
    NOTHING,
    BuiltIn,
    Callable_,
    ClassValue,
    ExternalValue,
    FunctionValue,
    GlobalValue,
    Instance,
    ObjectValue,
    OneOf,
    UnknownValue,
    Value,
    is_known,
    join,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_MAX_RETURNS = 12
# Containers that make an instance of a class on demand.
_CONTAINERS = frozenset({"typedi", "tsyringe", "inversify"})


def call(ev: Evaluator, file: str, node: SgNode, function: SgNode) -> Value:
    """The result of the call `node`, whose function is the expression `function`."""
    found = member(function)
    if found is not None:
        receiver = ev.value(file, found[0])
        if found[1] == "bind" and isinstance(receiver, FunctionValue | Callable_):
            return receiver
        if isinstance(receiver, BuiltIn):
            return language.method_result(ev, file, receiver, found[1], arguments(node))
    value = ev.value(file, function)
    if isinstance(value, ExternalValue) and value.module in _CONTAINERS:
        return _injected(ev, file, node, value)
    if isinstance(value, GlobalValue):
        return language.global_result(ev, file, value, arguments(node))
    return ev.result(value)


def _injected(ev: Evaluator, file: str, node: SgNode, function: ExternalValue) -> Value:
    """`container.get<Service>(token)` and `container.resolve(Service)`: an instance of the class."""
    if function.path[-1:] in (("get",), ("resolve",)):
        types, given = node.field("type_arguments"), arguments(node)
        if types is not None:
            return ev.type(file, named(types)[0])
        cls = ev.value(file, given[0]) if given else None
        if isinstance(cls, ClassValue):
            return Instance(cls)
    return ev.result(function)


def result(ev: Evaluator, function: Value) -> Value:
    """What a call of `function` returns, whatever its arguments."""
    match function:
        case FunctionValue(file=file, node=node):
            return _returned(ev, file, node)
        case Callable_(file=file, node=node):
            return _annotated(ev, file, node) or UnknownValue(function.reason)
        case ExternalValue(module=module, path=path):
            return ExternalValue(module, (*path, CALLED))
        case GlobalValue(name=name, path=path):
            return GlobalValue(name, (*path, CALLED))
        case OneOf(parts=parts):
            return join([ev.result(part) for part in parts])
        case UnknownValue():
            return function
        case _:
            return UnknownValue("the result of calling something that is no function")


def constructed(ev: Evaluator, cls: Value) -> Value:
    """What `new` makes of `cls`."""
    match cls:
        case ClassValue():
            return Instance(cls, exact=True)
        case GlobalValue(name=name, path=()):
            return BuiltIn(name)
        case ExternalValue() | UnknownValue():
            return cls
        case GlobalValue():
            return cls
        case FunctionValue():
            made = ev.result(cls)
            return made if isinstance(made, ObjectValue) else UnknownValue("made by a function used as a constructor")
        case OneOf(parts=parts):
            return join([constructed(ev, part) for part in parts])
        case _:
            return UnknownValue("made by something that is no class")


def awaited(value: Value) -> Value:
    """What `await` makes of a value."""
    if isinstance(value, OneOf):
        return join([awaited(part) for part in value.parts])
    if isinstance(value, BuiltIn) and value.name == "Promise":
        return value.element or UnknownValue("what the promise resolves to is not known")
    return value


def element(value: Value) -> Value | None:
    """What an array or another collection holds; None when `value` is none."""
    match value:
        case BuiltIn(name="Array" | "Set" | "Map" | "Object", element=held):
            return held or UnknownValue("what the collection holds is not known")
        case BuiltIn(name="String"):
            return value
        case ExternalValue(module=module, path=path):
            return ExternalValue(module, (*path, ELEMENT))
        case GlobalValue(name=name, path=path):
            return GlobalValue(name, (*path, ELEMENT))
        case OneOf(parts=parts):
            held_by = [element(part) for part in parts]
            return join([held for held in held_by if held is not None]) if all(held_by) else None
        case _:
            return None


def item(value: Value, position: int) -> Value:
    """What the element at `position` of an array is."""
    if isinstance(value, BuiltIn) and value.items is not None and value.name == "Array":
        in_range = position < len(value.items)
        return value.items[position] if in_range else UnknownValue("an element that is not written")
    if isinstance(value, OneOf):
        return join([item(part, position) for part in value.parts])
    return element(value) or (value if isinstance(value, UnknownValue) else UnknownValue("an element of no array"))


def _returned(ev: Evaluator, file: str, node: SgNode) -> Value:
    """The written return type, unless the body shows more: which function, object or class it is."""
    declared = _annotated(ev, file, node)
    if declared is None or not is_known(declared):
        return _body_value(ev, file, node)
    written = awaited(declared)
    if is_full(written):
        return declared
    value = _body_value(ev, file, node)
    made = awaited(value)
    of_package = isinstance(written, ExternalValue) and is_known(made)
    return value if of_package or is_made_here(made) or sharper(made, written) is made else declared


def _annotated(ev: Evaluator, file: str, node: SgNode) -> Value | None:
    annotation = node.field("return_type")
    if annotation is None and node.kind() == "method_signature":
        annotation = node.field("type")
    if annotation is None:
        return None
    if annotation.kind() in ("type_predicate_annotation", "asserts_annotation"):
        return BuiltIn("Boolean")
    written = annotated(annotation)
    return ev.type(file, written) if written is not None else None


def _body_value(ev: Evaluator, file: str, node: SgNode) -> Value:
    body = node.field("body")
    if body is None:
        return UnknownValue("the function has no body here")
    if is_generator(node):
        return UnknownValue("what a generator yields is not followed")
    if body.kind() != "statement_block":
        value = ev.value(file, body)
    else:
        returns = _own_returns(body, node)
        if len(returns) > _MAX_RETURNS:
            return UnknownValue("the function returns in too many places")
        given = [named(statement) for statement in returns]
        value = join([ev.value(file, parts[0]) for parts in given if parts]) if any(given) else NOTHING
    is_async = any(child.kind() == "async" for child in node.children())
    return BuiltIn("Promise", awaited(value)) if is_async and value is not CIRCULAR else value


def _own_returns(body: SgNode, function: SgNode) -> list[SgNode]:
    """The return statements of a function, without those of functions inside it."""
    return [
        statement
        for statement in find_all(body, "return_statement")
        if enclosing(statement, FUNCTION_KINDS) == function
    ]
