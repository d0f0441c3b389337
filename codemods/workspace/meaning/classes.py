"""Members of classes and their instances: methods, fields, parameter properties, what constructors assign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.tree import FIELD_KINDS, annotated, find_all, member, named, parameters, property_name
from codemods.workspace.meaning import objects
from codemods.workspace.meaning import parameters as received
from codemods.workspace.meaning.precision import sharper
from codemods.workspace.meaning.values import (
    BuiltIn,
    Callable_,
    ClassValue,
    ExternalValue,
    FunctionValue,
    GlobalValue,
    Instance,
    UnknownValue,
    Value,
    join,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_METHODS = frozenset({"method_definition", "abstract_method_signature", "method_signature"})


def instance_member(ev: Evaluator, value: Instance, name: str) -> Value:
    """What the property `name` of an instance holds."""
    found = _found(ev, value.of, name, static=False)
    if not value.exact:
        overriding = [sub for sub in ev.heritage.subclasses(value.of) if _own(ev, sub, name, static=False)]
        if overriding:
            return _overridden(ev, value, name, found, overriding)
    if found is None:
        return UnknownValue(f"class {class_name(value.of)} has no member {name}")
    if isinstance(found, Callable_) and found.node.kind() == "abstract_method_signature":
        return UnknownValue(f"{class_name(value.of)}.{name} is abstract")
    return found


def static_member(ev: Evaluator, value: ClassValue, name: str) -> Value:
    """What the static property `name` of a class holds."""
    found = _found(ev, value, name, static=True)
    if found is not None:
        return found
    if name == "name":
        return BuiltIn("String")
    added = objects.added_member(ev, value.file, value.node, name)
    return added or UnknownValue(f"class {class_name(value)} has no static member {name}")


def class_name(value: ClassValue) -> str:
    """The name that the class is declared with."""
    name = value.node.field("name")
    return name.text() if name is not None else "without a name"


def _overridden(ev: Evaluator, value: Instance, name: str, found: Value | None, subs: list[ClassValue]) -> Value:
    """A member that subclasses define anew: known when the base leaves it to exactly one of them."""
    is_abstract = found is None or (isinstance(found, Callable_) and found.node.kind() == "abstract_method_signature")
    if is_abstract and len(subs) == 1:
        return instance_member(ev, Instance(subs[0], exact=True), name)
    if isinstance(found, FunctionValue | Callable_):
        own = [found] if isinstance(found, FunctionValue) else []
        values = [*own, *(instance_member(ev, Instance(sub, exact=True), name) for sub in subs)]
        candidates = tuple(values) if all(isinstance(one, FunctionValue) for one in values) else ()
        reason = f"{class_name(value.of)}.{name} is overridden by subclasses"
        return Callable_(found.file, found.node, reason, candidates)
    return found or UnknownValue(f"{class_name(value.of)}.{name} is defined by several subclasses")


def _found(ev: Evaluator, cls: ClassValue, name: str, *, static: bool) -> Value | None:
    """The member of the class or of what it extends."""
    own = _own(ev, cls, name, static=static)
    if own:
        return _value(ev, cls, name, own, static=static)
    match ev.heritage.base(cls):
        case ClassValue() as base:
            return _found(ev, base, name, static=static) if base != cls else None
        case ExternalValue(module=module, path=path):
            return ExternalValue(module, (*path, name))
        case GlobalValue(name="Error", path=()) if name in ("message", "stack", "name"):
            return BuiltIn("String")
        case GlobalValue(name=of, path=path):
            return GlobalValue(of, (*path, name) if static else (*path, "prototype", name))
        case UnknownValue() as unknown:
            return unknown
        case _:
            return None


def _own(ev: Evaluator, cls: ClassValue, name: str, *, static: bool) -> list[SgNode]:
    return members_of(ev, cls, static).get(name, [])


def members_of(ev: Evaluator, cls: ClassValue, static: bool) -> dict[str, list[SgNode]]:
    """The nodes that define each member: methods, fields, parameter properties, and assignments to `this.x`."""
    return ev.heritage.members(cls)[static]


def collect(cls: ClassValue) -> tuple[dict[str, list[SgNode]], dict[str, list[SgNode]]]:
    """The members of instances, and those of the class itself."""
    tables: tuple[dict[str, list[SgNode]], dict[str, list[SgNode]]] = ({}, {})
    body = cls.node.field("body")
    for part in named(body) if body is not None else ():
        static = any(child.kind() == "static" for child in part.children())
        if part.kind() in _METHODS or part.kind() in FIELD_KINDS:
            name = property_name(part.field("name") or part.field("property"))
            if name is not None:
                tables[static].setdefault(name, []).append(part)
            if name == "constructor":
                for parameter in parameters(part):
                    if parameter.is_property and parameter.name is not None:
                        tables[False].setdefault(parameter.name, []).append(parameter.node)
        if part.kind() in _METHODS or part.kind() == "class_static_block":
            own_name = cls.node.field("name")
            _collect_assignments(part, static, own_name.text() if own_name is not None else "", tables)
    return tables


def _collect_assignments(
    part: SgNode, static: bool, class_name: str, tables: tuple[dict[str, list[SgNode]], dict[str, list[SgNode]]]
) -> None:
    """`this.x = …` in methods, and `Class.x = …` of static members."""
    for assignment in find_all(part, "assignment_expression", "augmented_assignment_expression"):
        left = assignment.field("left")
        taken = member(left) if left is not None else None
        if taken is None:
            continue
        target = taken[0].text()
        if target == "this":
            tables[static or part.kind() == "class_static_block"].setdefault(taken[1], []).append(assignment)
        elif target == class_name:
            tables[True].setdefault(taken[1], []).append(assignment)


def _value(ev: Evaluator, cls: ClassValue, name: str, nodes: list[SgNode], *, static: bool) -> Value:
    """The one value on which the definitions of a member agree, else what its written type says."""
    methods = [node for node in nodes if node.kind() in _METHODS]
    if methods:
        return _method(ev, cls.file, methods)
    typed = next((value for node in nodes if (value := _typed(ev, cls.file, node)) is not None), None)
    given = [value for node in nodes if (value := _given(ev, cls, node)) is not None]
    if given:
        return sharper(join(given), typed)
    return typed or UnknownValue(f"{class_name(cls)}.{name} is never assigned")


def _method(ev: Evaluator, file: str, methods: list[SgNode]) -> Value:
    with_body = [node for node in methods if node.kind() == "method_definition"]
    getter = next((node for node in with_body if objects.is_getter(node)), None)
    if getter is not None:
        return ev.result(FunctionValue(file, getter))
    if with_body:
        return FunctionValue(file, with_body[-1])
    return Callable_(file, methods[0], "the method is abstract")


def _typed(ev: Evaluator, file: str, node: SgNode) -> Value | None:
    annotation = annotated(node.field("type"))
    return ev.type(file, annotation) if annotation is not None else None


def _given(ev: Evaluator, cls: ClassValue, node: SgNode) -> Value | None:
    """What one definition gives the member; None when it only declares it."""
    match node.kind():
        case "required_parameter" | "optional_parameter":
            return _parameter_property(ev, cls, node)
        case "assignment_expression" | "augmented_assignment_expression":
            right = node.field("right")
            return ev.value(cls.file, right) if right is not None else None
        case _:
            value = node.field("value")
            return ev.value(cls.file, value) if value is not None else None


def _parameter_property(ev: Evaluator, cls: ClassValue, node: SgNode) -> Value | None:
    constructor = next((outer for outer in node.ancestors() if outer.kind() == "method_definition"), None)
    for index, parameter in enumerate(parameters(constructor)) if constructor is not None else ():
        if parameter.node == node and constructor is not None:
            return received.received(ev, cls.file, constructor, index, parameter)
    return None
