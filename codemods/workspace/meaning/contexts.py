"""What the code around a function, object or array says about its type: the call it is passed to, an annotation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.tree import WRAPPERS, annotated, arguments, member, parameters, property_name, unwrap
from codemods.workspace.meaning import calls, uses
from codemods.workspace.meaning.values import (
    BuiltIn,
    Callable_,
    ClassValue,
    ExternalValue,
    FunctionValue,
    GlobalValue,
    UnknownValue,
    Value,
    is_known,
    join,
    parameter_step,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

# Which parameter of a callback receives an element of the collection whose method it is passed to.
_ELEMENT_PARAMETERS: dict[tuple[str, str], tuple[int, ...]] = {
    **{
        ("Array", method): (0,)
        for method in ["map", "filter", "forEach", "find", "findIndex", "findLast", "some", "every", "flatMap"]
    },
    ("Array", "sort"): (0, 1),
    ("Array", "toSorted"): (0, 1),
    ("Array", "reduce"): (1,),
    ("Set", "forEach"): (0,),
    ("Map", "forEach"): (0,),
    ("Promise", "then"): (0,),
}


def parameter(ev: Evaluator, file: str, function: SgNode, index: int) -> Value | None:
    """What the code around `function` passes as its parameter number `index`; None when it says nothing."""
    by_collection = _element(ev, file, function, index)
    if by_collection is not None:
        return by_collection
    by_wrapper = _wrapped(ev, file, function, index)
    if by_wrapper is not None and is_known(by_wrapper):
        return by_wrapper
    context = contextual(ev, file, function)
    return parameter_of(ev, context, index) if context is not None else by_wrapper


def passed(ev: Evaluator, file: str, function: SgNode, index: int) -> list[Value]:
    """What each use of the expression `function` passes as parameter number `index`; empty when that is not known."""
    values: list[Value] = []
    for use in uses.uses_of(ev, file, function) or ():
        if use.is_argument:
            value = parameter(ev, use.file, use.node, index)
            if value is None:
                return []
            values.append(value)
            continue
        given = arguments(use.node)
        if any(argument.kind() == "spread_element" for argument in given[: index + 1]):
            return []
        if index < len(given):
            values.append(ev.value(use.file, given[index]))
    return values


def _wrapped(ev: Evaluator, file: str, function: SgNode, index: int) -> Value | None:
    """What a function here passes on to the function that it is given: `fn(req, res, next)` in a wrapper.

    Where that is a parameter of the function which the wrapper returns, it is what the wrapped function gets in
    the place of the call.
    """
    call = _call_around(function)
    target = call.field("function") if call is not None else None
    wrapper = ev.value(file, target) if target is not None else None
    if call is None or not isinstance(wrapper, FunctionValue):
        return None
    listed = parameters(wrapper.node)
    position = arguments(call).index(function)
    binding = ev.bindings(wrapper.file).resolve(listed[position].pattern) if position < len(listed) else None
    if binding is None:
        return None
    values: list[Value] = []
    for reference in binding.references:
        inner = reference.parent()
        given = arguments(inner) if inner is not None and inner.field("function") == reference else []
        if index < len(given):
            outer = _parameter_of_result(ev, wrapper, given[index])
            given_on = ev.value(wrapper.file, given[index])
            values.append(given_on if outer is None else ev.received(file, call, outer))
    return join(values) if values else None


def received(ev: Evaluator, file: str, expression: SgNode, index: int) -> Value:
    """What the function that `expression` evaluates to gets as parameter number `index` where it is used."""
    value = parameter(ev, file, expression, index)
    if value is not None and is_known(value):
        return value
    values = passed(ev, file, expression, index)
    return join(values) if values else value or UnknownValue("what is passed cannot be told")


def _parameter_of_result(ev: Evaluator, wrapper: FunctionValue, argument: SgNode) -> int | None:
    """The position of `argument` among the parameters of the function that `wrapper` returns."""
    binding = ev.bindings(wrapper.file).resolve(argument) if argument.kind() == "identifier" else None
    result = ev.result(wrapper)
    if binding is None or not isinstance(result, FunctionValue) or result.file != wrapper.file:
        return None
    for position, found in enumerate(parameters(result.node)):
        if ev.bindings(wrapper.file).resolve(found.pattern) is binding:
            return position
    return None


def _call_around(argument: SgNode) -> SgNode | None:
    """The call that `argument` is given to."""
    holder = argument.parent()
    call = holder.parent() if holder is not None and holder.kind() == "arguments" else None
    return call if call is not None and call.kind() == "call_expression" else None


def parameter_of(ev: Evaluator, function: Value, index: int) -> Value | None:
    """What a function of this kind receives as parameter number `index`."""
    match function:
        case ExternalValue(module=module, path=path):
            return ExternalValue(module, (*path, parameter_step(index)))
        case GlobalValue(name=name, path=path):
            return GlobalValue(name, (*path, parameter_step(index)))
        case Callable_(file=file, node=node) | FunctionValue(file=file, node=node):
            listed = parameters(node)
            if index < len(listed) and listed[index].type is not None:
                written = listed[index].type
                return ev.type(file, written) if written is not None else None
            return None
        case UnknownValue():
            return function
        case _:
            return None


def contextual(ev: Evaluator, file: str, node: SgNode) -> Value | None:
    """A value of the type that the code around the expression `node` expects of it; None when it says nothing."""
    parent = node.parent()
    while parent is not None and parent.kind() in WRAPPERS and not _is_cast(parent):
        node, parent = parent, parent.parent()
    if parent is None:
        return None
    match parent.kind():
        case "arguments":
            return _argument(ev, file, node, parent)
        case "variable_declarator" | "public_field_definition":
            annotation = annotated(parent.field("type"))
            return ev.type(file, annotation) if annotation is not None and parent.field("value") == node else None
        case "satisfies_expression" | "as_expression":
            written = parent.child(2)
            return ev.type(file, written) if written is not None and parent.child(0) == node else None
        case "pair":
            return _property(ev, file, parent)
        case "array":
            around = contextual(ev, file, parent)
            is_external = isinstance(around, ExternalValue)
            return around if around is None or is_external else calls.element(around)
        case _:
            return None


def _is_cast(node: SgNode) -> bool:
    if node.kind() == "type_assertion":
        return True
    last = node.child(2)
    return node.kind() in ("as_expression", "satisfies_expression") and last is not None and last.text() != "const"


def _argument(ev: Evaluator, file: str, node: SgNode, around: SgNode) -> Value | None:
    call = around.parent()
    given = arguments(call) if call is not None else []
    if call is None or node not in given:
        return None
    function = call.field("function") or call.field("constructor")
    if function is None:
        return None
    value = ev.value(file, function)
    match value:
        case ExternalValue() | GlobalValue() | UnknownValue():
            return value
        case FunctionValue() | Callable_():
            return parameter_of(ev, value, given.index(node))
        case ClassValue():
            constructor = ev.heritage.constructor(value)
            return parameter_of(ev, constructor, given.index(node)) if constructor is not None else None
        case _:
            return None


def _property(ev: Evaluator, file: str, pair: SgNode) -> Value | None:
    key, holder = property_name(pair.field("key")), pair.parent()
    around = contextual(ev, file, holder) if key is not None and holder is not None else None
    if around is None or key is None:
        return None
    value = ev.member(around, key)
    return value if is_known(value) else None


def _element(ev: Evaluator, file: str, function: SgNode, index: int) -> Value | None:
    """Elements that the methods of a collection, and `then` of a promise, hand to their callbacks."""
    call = _call_around(function)
    target = call.field("function") if call is not None else None
    found = member(target) if target is not None else None
    if call is None or found is None or function not in arguments(call)[:1]:
        return None
    receiver = ev.value(file, unwrap(found[0]))
    if isinstance(receiver, BuiltIn) and index in _ELEMENT_PARAMETERS.get((receiver.name, found[1]), ()):
        held = receiver.items[1] if receiver.name == "Map" and receiver.items is not None else receiver.element
        return held or UnknownValue(f"what the {receiver.name.lower()} holds is not known")
    return None
