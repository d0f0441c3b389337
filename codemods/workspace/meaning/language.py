"""What the methods and functions of the language itself return."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.workspace.meaning.methods import (
    ELEMENT,
    ERRORS,
    FIXED,
    GLOBALS,
    PASSED_ON,
    SAME,
    STRING,
)
from codemods.workspace.meaning.values import (
    CALLED,
    BuiltIn,
    FunctionValue,
    GlobalValue,
    UnknownValue,
    Value,
    is_known,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator


def method_result(ev: Evaluator, file: str, receiver: BuiltIn, method: str, given: list[SgNode]) -> Value:
    """What `receiver.method(...given)` returns."""
    name, held = receiver.name, receiver.element
    fixed = FIXED.get(name, {}).get(method)
    if fixed is not None:
        return fixed
    if method in SAME.get(name, ()):
        return BuiltIn(name, held) if name == "Array" else receiver
    if name == "Array" and method in ELEMENT:
        return held or UnknownValue("what the array holds is not known")
    if name == "Map":
        return _map_result(receiver, method)
    if (name, method) in (("Set", "values"), ("Set", "keys"), ("Array", "values")):
        return BuiltIn("Array", held)
    if (name, method) in (("Array", "map"), ("Array", "flatMap")):
        return BuiltIn("Array", _callback_result(ev, file, given))
    if (name, method) == ("Array", "reduce"):
        return ev.value(file, given[1]) if len(given) > 1 else held or UnknownValue("the result of reduce")
    if (name, method) == ("Promise", "then"):
        return BuiltIn("Promise", resolved(_callback_result(ev, file, given)))
    return GlobalValue(name, ("prototype", method, CALLED))


def _map_result(receiver: BuiltIn, method: str) -> Value:
    """A Map holds pairs of a key and a value."""
    key, value = receiver.items if receiver.items is not None else (None, None)
    match method:
        case "get":
            return value or UnknownValue("what the map holds is not known")
        case "keys":
            return BuiltIn("Array", key)
        case "values":
            return BuiltIn("Array", value)
        case "entries":
            return BuiltIn("Array", receiver.element)
        case _:
            return GlobalValue("Map", ("prototype", method, CALLED))


def global_result(ev: Evaluator, file: str, function: GlobalValue, given: list[SgNode]) -> Value:
    """What a call of a global, or of something reached from it, returns."""
    steps = (function.name, *function.path)
    if steps in GLOBALS:
        return GLOBALS[steps]
    if steps in PASSED_ON and given:
        return ev.value(file, given[0])
    if steps[0] in ERRORS and len(steps) == 1:
        return BuiltIn("Error")
    first = ev.value(file, given[0]) if given and steps in _BY_FIRST else None
    return _BY_FIRST[steps](first) if first is not None else GlobalValue(function.name, (*function.path, CALLED))


def _array_of(value: Value) -> Value:
    held = value.element if isinstance(value, BuiltIn) else None
    return BuiltIn("Array", STRING if value == STRING else held)


def _map_of(value: Value) -> Value:
    """`new Map(pairs)`: the pairs that the array holds."""
    pair = value.element if isinstance(value, BuiltIn) else None
    is_pair = isinstance(pair, BuiltIn) and pair.items is not None and len(pair.items) == 2
    return BuiltIn("Map", pair, pair.items) if is_pair and isinstance(pair, BuiltIn) else BuiltIn("Map")


def collection_of(name: str, given: Value | None) -> Value:
    """What `new name(given)` makes of a Map, Set or Array."""
    if given is None or name == "Array":
        return BuiltIn(name)
    return _map_of(given) if name == "Map" else BuiltIn(name, given.element if isinstance(given, BuiltIn) else None)


def _all_resolved(value: Value) -> Value:
    """`Promise.all([...])`: an array of what the promises resolve to."""
    if not isinstance(value, BuiltIn) or value.name != "Array":
        return BuiltIn("Promise", BuiltIn("Array"))
    items = tuple(resolved(item) or item for item in value.items) if value.items is not None else None
    return BuiltIn("Promise", BuiltIn("Array", resolved(value.element), items))


def _promised(value: Value) -> Value:
    return value if isinstance(value, BuiltIn) and value.name == "Promise" else BuiltIn("Promise", value)


def _values_of(value: Value) -> Value:
    """What a dictionary holds: the type of its values is known for `Record` and the like."""
    return BuiltIn("Array", value.element if isinstance(value, BuiltIn) else None)


def _entries_of(value: Value) -> Value:
    held = value.element if isinstance(value, BuiltIn) else None
    return BuiltIn("Array", BuiltIn("Array", None, (STRING, held or UnknownValue("what the object holds"))))


_BY_FIRST: dict[tuple[str, ...], Callable[[Value], Value]] = {
    ("Array", "from"): _array_of,
    ("Promise", "all"): _all_resolved,
    ("Promise", "resolve"): _promised,
    ("Object", "values"): _values_of,
    ("Object", "entries"): _entries_of,
}


def resolved(value: Value | None) -> Value | None:
    """What a promise resolves to; any other value itself."""
    return value.element if isinstance(value, BuiltIn) and value.name == "Promise" else value


def _callback_result(ev: Evaluator, file: str, given: list[SgNode]) -> Value | None:
    if not given:
        return None
    callback = ev.value(file, given[0])
    if isinstance(callback, GlobalValue):
        return global_result(ev, file, callback, [])
    returned = ev.result(callback) if isinstance(callback, FunctionValue) else None
    return returned if returned is not None and is_known(returned) else None
