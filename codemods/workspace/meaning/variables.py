"""What declared names hold: variables, destructured names, functions, classes, imports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.binding import REST, Binding, BindingKind
from codemods.source.tree import unwrap
from codemods.workspace.meaning import calls, collections, modules, parameters
from codemods.workspace.meaning.precision import sharper
from codemods.workspace.meaning.values import (
    BuiltIn,
    Callable_,
    ClassValue,
    FunctionValue,
    NamespaceValue,
    Shape,
    UnknownValue,
    Value,
    is_known,
    join,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_MAX_ASSIGNMENTS = 8


def evaluate(ev: Evaluator, file: str, binding: Binding) -> Value:
    """What the name `binding` of `file` holds."""
    if binding.imported is not None:
        return modules.import_value(ev, file, binding.imported)
    match binding.kind:
        case BindingKind.FUNCTION:
            return _function(file, binding)
        case BindingKind.CLASS:
            return ClassValue(file, binding.declaration)
        case BindingKind.ENUM:
            return Shape(file, binding.declaration)
        case BindingKind.NAMESPACE:
            return NamespaceValue(file, binding.declaration)
        case BindingKind.CONST | BindingKind.LET | BindingKind.VAR:
            return _variable(ev, file, binding)
        case BindingKind.PARAMETER:
            return taken(ev, file, parameters.evaluate(ev, file, binding), binding)
        case BindingKind.CATCH:
            return UnknownValue("a caught value may be anything")
        case _:
            return UnknownValue(f"`{binding.name}` is a type, not a value")


def _function(file: str, binding: Binding) -> Value:
    if binding.reassigned:
        return UnknownValue(f"`{binding.name}` is assigned again")
    if binding.declaration.kind() == "function_signature":
        return Callable_(file, binding.declaration, f"`{binding.name}` is declared here and defined elsewhere")
    return FunctionValue(file, binding.declaration)


def _variable(ev: Evaluator, file: str, binding: Binding) -> Value:
    if binding.declaration.kind() == "for_in_statement":
        return taken(ev, file, _looped(ev, file, binding.declaration), binding)
    values: list[Value] = []
    if binding.source is not None:
        values.append(taken(ev, file, ev.value(file, binding.source), binding))
    if binding.reassigned:
        assigned = assignments(binding)
        if assigned is None:
            return _declared_type(ev, file, binding) or UnknownValue(f"`{binding.name}` is assigned in many places")
        values += [ev.value(file, node) for node in assigned if not _starts_from(ev, file, node, binding)]
    value = join(values) if values else UnknownValue(f"`{binding.name}` is never assigned here")
    if _is_empty(value) and binding.type_annotation is None:
        return collections.filled(ev, file, value, binding)
    return sharper(value, _declared_type(ev, file, binding))


def _is_empty(value: Value) -> bool:
    return isinstance(value, BuiltIn) and value.element is None and value.name in ("Array", "Map", "Set", "Promise")


def _declared_type(ev: Evaluator, file: str, binding: Binding) -> Value | None:
    annotation = binding.type_annotation
    if annotation is None:
        return None
    typed = taken(ev, file, ev.type(file, annotation), binding)
    return typed if is_known(typed) else None


def _looped(ev: Evaluator, file: str, loop: SgNode) -> Value:
    operator, right = loop.field("operator"), loop.field("right")
    if operator is None or right is None:
        return UnknownValue("incomplete loop")
    if operator.text() == "in":
        return BuiltIn("String")
    over = ev.value(file, right)
    return calls.element(over) or (over if not is_known(over) else UnknownValue("loops over an unknown collection"))


def assignments(binding: Binding) -> list[SgNode] | None:
    """The expressions assigned to a name after its declaration; None when one of them cannot be told, or too many.

    `+=` and its like do not count: the name goes on to hold what it held, a number or a text.
    """
    found: list[SgNode] = []
    for reference in binding.references:
        parent = reference.parent()
        if parent is None:
            continue
        if parent.kind() in ("assignment_expression", "augmented_assignment_expression"):
            if parent.field("left") != reference:
                continue
            right = parent.field("right")
            if right is None:
                return None
            if not _is_arithmetic(parent):
                found.append(right)
        elif "pattern" in parent.kind() and not parent.kind().startswith("shorthand"):
            return None
    return found if len(found) <= _MAX_ASSIGNMENTS else None


def _starts_from(ev: Evaluator, file: str, expression: SgNode, binding: Binding) -> bool:
    """`query = await query.where(x)`: what the name holds then says no more than what it held before."""
    node = unwrap(expression, awaited=True)
    while node.kind() in ("call_expression", "member_expression", "subscript_expression"):
        inner = node.field("function") or node.field("object")
        if inner is None:
            return False
        node = unwrap(inner, awaited=True)
    return node.kind() == "identifier" and ev.bindings(file).resolve(node) is binding


def _is_arithmetic(assignment: SgNode) -> bool:
    operator = assignment.field("operator")
    return operator is not None and operator.text() not in ("??=", "||=", "&&=")


def taken(ev: Evaluator, file: str, value: Value, binding: Binding) -> Value:
    """The part of `value` that the pattern around the name takes."""
    for key in binding.path:
        if key == REST:
            continue
        if key == "[]":
            return UnknownValue("the key of the pattern is computed")
        value = calls.item(value, int(key)) if key.isdigit() else ev.member(value, key)
    if binding.path and binding.default is not None and not is_known(value):
        default = ev.value(file, binding.default)
        return default if isinstance(default, BuiltIn) and default.name != "Array" else value
    return value
