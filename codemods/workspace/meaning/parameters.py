"""What parameters receive: by their type, their default, the call around the function, or all calls of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.binding import Binding
from codemods.source.tree import FUNCTION_KINDS, Parameter, enclosing, parameters
from codemods.workspace.meaning import contexts
from codemods.workspace.meaning.values import (
    BuiltIn,
    Callable_,
    Instance,
    Nothing,
    Shape,
    UnknownValue,
    Value,
    is_known,
    join,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_SIGNATURES = FUNCTION_KINDS | {"function_type", "method_signature", "call_signature", "constructor_type"}


def evaluate(ev: Evaluator, file: str, binding: Binding) -> Value:
    """What the parameter that declares `binding` receives, before any destructuring."""
    found = _place(binding)
    if found is None:
        return UnknownValue(f"`{binding.name}` belongs to no function")
    function, index, parameter = found
    return received(ev, file, function, index, parameter)


def received(ev: Evaluator, file: str, function: SgNode, index: int, parameter: Parameter) -> Value:
    """What `parameter`, number `index` of `function`, receives."""
    typed = _typed(ev, file, parameter)
    if typed is not None and is_known(typed) and not _is_vague(typed):
        return typed
    by_context = contexts.parameter(ev, file, function, index)
    if (typed is None or not is_known(typed)) and by_context is not None and is_known(by_context):
        return by_context
    passed = _passed(ev, file, function, index, parameter)
    if passed is not None and is_known(passed) and not isinstance(passed, Nothing):
        return passed
    if typed is not None:
        return typed
    if parameter.default is not None and by_context is None:
        default = ev.value(file, parameter.default)
        if isinstance(default, BuiltIn | Instance):
            return default
    name = parameter.name or parameter.pattern.text()
    return by_context or UnknownValue(f"parameter `{name}` may receive anything")


def _place(binding: Binding) -> tuple[SgNode, int, Parameter] | None:
    function = enclosing(binding.node, _SIGNATURES)
    if function is None:
        return None
    start = binding.node.range().start.index
    for index, parameter in enumerate(parameters(function)):
        found = parameter.node.range()
        if found.start.index <= start < found.end.index:
            return function, index, parameter
    return None


def _typed(ev: Evaluator, file: str, parameter: Parameter) -> Value | None:
    return ev.type(file, parameter.type) if parameter.type is not None else None


def _is_vague(value: Value) -> bool:
    """A type that several things may satisfy: what is really passed may say more."""
    return isinstance(value, Shape | Callable_)


def _passed(ev: Evaluator, file: str, function: SgNode, index: int, parameter: Parameter) -> Value | None:
    """What all uses of the function agree to pass; None when they cannot all be told."""
    if parameter.is_rest or function.kind() not in FUNCTION_KINDS:
        return None
    values = contexts.passed(ev, file, function, index)
    if values and parameter.default is not None:
        values.append(ev.value(file, parameter.default))
    return join(values) if values else None
