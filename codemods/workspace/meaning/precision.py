"""Which says more of a value: what it was computed to be, or the type written for it."""

from __future__ import annotations

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
    Nothing,
    ObjectValue,
    Shape,
    Value,
    is_known,
)

_HERE = (FunctionValue, ClassValue, Instance, ObjectValue, ModuleValue)
_FROM_ELSEWHERE = (ExternalValue, GlobalValue)
_TYPED_HERE = (Instance, Shape, Both, Callable_)


def sharper(value: Value, written: Value | None) -> Value:
    """The one of the two that says more; `written` is a value of the written type, None when none is written."""
    if written is None or not is_known(written) or isinstance(written, Nothing):
        return value
    if not is_known(value) or isinstance(value, Nothing):
        return written
    if isinstance(value, _FROM_ELSEWHERE):
        return written if isinstance(written, _TYPED_HERE) or is_full(written) else value
    if isinstance(value, BuiltIn) and isinstance(written, BuiltIn) and value.name == written.name:
        return value if _holds_something(value) else written
    if isinstance(value, Shape | Callable_) and isinstance(written, Instance):
        return written
    return value


def is_made_here(value: Value) -> bool:
    """True for what the repository itself makes: its functions, classes, objects, and instances of its classes."""
    return isinstance(value, _HERE)


def is_full(value: Value) -> bool:
    """A built-in value about which nothing is left open, or an instance whose class is certain."""
    if isinstance(value, Instance):
        return value.exact
    if not isinstance(value, BuiltIn):
        return False
    return value.name not in ("Array", "Map", "Set", "Promise", "Object") or _holds_something(value)


def _holds_something(value: BuiltIn) -> bool:
    held = value.element
    if held is None or not is_known(held):
        return value.items is not None
    return not isinstance(held, BuiltIn) or held.name not in ("Array", "Promise") or _holds_something(held)
