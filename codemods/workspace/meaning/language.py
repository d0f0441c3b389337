"""What the methods and functions of the language itself return."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.workspace.meaning.values import (
    CALLED,
    NOTHING,
    BuiltIn,
    FunctionValue,
    GlobalValue,
    UnknownValue,
    Value,
    is_known,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_STRING, _NUMBER, _BOOLEAN = BuiltIn("String"), BuiltIn("Number"), BuiltIn("Boolean")

# Results that do not depend on the receiver or the arguments.
_FIXED: dict[str, dict[str, Value]] = {
    "String": {
        **dict.fromkeys(
            [
                "charAt",
                "concat",
                "normalize",
                "padEnd",
                "padStart",
                "repeat",
                "replace",
                "replaceAll",
                "slice",
                "substring",
                "substr",
                "toLowerCase",
                "toUpperCase",
                "toLocaleLowerCase",
                "toLocaleUpperCase",
                "trim",
                "trimStart",
                "trimEnd",
                "toString",
                "valueOf",
                "at",
            ],
            _STRING,
        ),
        **dict.fromkeys(["charCodeAt", "codePointAt", "indexOf", "lastIndexOf", "localeCompare", "search"], _NUMBER),
        **dict.fromkeys(("endsWith", "includes", "startsWith"), _BOOLEAN),
        **dict.fromkeys(("split", "match", "matchAll"), BuiltIn("Array", _STRING)),
    },
    "Number": dict.fromkeys(("toFixed", "toString", "toPrecision", "toLocaleString", "toExponential"), _STRING),
    "Boolean": {"toString": _STRING},
    "RegExp": {"test": _BOOLEAN, "exec": BuiltIn("Array", _STRING), "toString": _STRING},
    "Date": {
        **dict.fromkeys(
            [
                "toISOString",
                "toString",
                "toJSON",
                "toLocaleString",
                "toLocaleDateString",
                "toLocaleTimeString",
                "toDateString",
                "toTimeString",
                "toUTCString",
            ],
            _STRING,
        ),
        **dict.fromkeys(
            [
                "getTime",
                "valueOf",
                "getFullYear",
                "getMonth",
                "getDate",
                "getDay",
                "getHours",
                "getMinutes",
                "getSeconds",
                "getMilliseconds",
                "getTimezoneOffset",
                "getUTCFullYear",
                "getUTCMonth",
                "getUTCDate",
                "getUTCDay",
                "getUTCHours",
                "getUTCMinutes",
                "getUTCSeconds",
                "setTime",
                "setFullYear",
                "setMonth",
                "setDate",
                "setHours",
                "setMinutes",
                "setSeconds",
                "setMilliseconds",
                "setUTCHours",
            ],
            _NUMBER,
        ),
    },
    "Array": {
        **dict.fromkeys(("join", "toString"), _STRING),
        **dict.fromkeys(("includes", "every", "some"), _BOOLEAN),
        **dict.fromkeys(("indexOf", "lastIndexOf", "findIndex", "findLastIndex", "push", "unshift"), _NUMBER),
        "forEach": NOTHING,
        "keys": BuiltIn("Array", _NUMBER),
    },
    "Map": {"has": _BOOLEAN, "delete": _BOOLEAN, "forEach": NOTHING, "clear": NOTHING},
    "Set": {"has": _BOOLEAN, "delete": _BOOLEAN, "forEach": NOTHING, "clear": NOTHING},
}
# Methods that return the collection itself or one like it, and those that return one element.
_SAME = {
    "Array": frozenset(["filter", "slice", "sort", "reverse", "concat", "splice", "fill", "toSorted", "toReversed"]),
    "Map": frozenset({"set"}),
    "Set": frozenset({"add"}),
    "Promise": frozenset({"finally", "catch"}),
}
_ELEMENT = {
    "Array": frozenset(["find", "findLast", "pop", "shift", "at"]),
    "Map": frozenset({"get"}),
}
_ITERATED = {"Map": frozenset({"values"}), "Set": frozenset({"values", "keys"}), "Array": frozenset({"values"})}

_GLOBALS: dict[tuple[str, ...], Value] = {
    ("String",): _STRING,
    ("Number",): _NUMBER,
    ("Boolean",): _BOOLEAN,
    ("parseInt",): _NUMBER,
    ("parseFloat",): _NUMBER,
    ("isNaN",): _BOOLEAN,
    ("Date",): _STRING,
    ("Date", "now"): _NUMBER,
    ("Date", "parse"): _NUMBER,
    ("Date", "UTC"): _NUMBER,
    ("Number", "parseInt"): _NUMBER,
    ("Number", "parseFloat"): _NUMBER,
    ("Number", "isInteger"): _BOOLEAN,
    ("Number", "isNaN"): _BOOLEAN,
    ("Array", "isArray"): _BOOLEAN,
    ("Object", "keys"): BuiltIn("Array", _STRING),
    ("JSON", "stringify"): _STRING,
    ("String", "raw"): _STRING,
    ("encodeURIComponent",): _STRING,
    ("decodeURIComponent",): _STRING,
}
# Globals that hand back what they are given, or wrap it.
_PASSED_ON = frozenset({("Object", "freeze"), ("Object", "assign"), ("Object", "seal"), ("structuredClone",)})
_ERRORS = frozenset({"Error", "TypeError", "RangeError"})


def method_result(ev: Evaluator, file: str, receiver: BuiltIn, method: str, given: list[SgNode]) -> Value:
    """What `receiver.method(...given)` returns."""
    name, held = receiver.name, receiver.element
    fixed = _FIXED.get(name, {}).get(method)
    if fixed is not None:
        return fixed
    if method in _SAME.get(name, ()):
        return receiver
    if method in _ELEMENT.get(name, ()):
        return held or UnknownValue(f"what the {name.lower()} holds is not known")
    if method in _ITERATED.get(name, ()):
        return BuiltIn("Array", held)
    if (name, method) == ("Array", "map"):
        return BuiltIn("Array", _callback_result(ev, file, given))
    if (name, method) == ("Array", "reduce"):
        return ev.value(file, given[1]) if len(given) > 1 else held or UnknownValue("the result of reduce")
    if (name, method) == ("Promise", "then"):
        return BuiltIn("Promise", _flat(_callback_result(ev, file, given)))
    return GlobalValue(name, ("prototype", method, CALLED))


def global_result(ev: Evaluator, file: str, function: GlobalValue, given: list[SgNode]) -> Value:
    """What a call of a global, or of something reached from it, returns."""
    steps = (function.name, *function.path)
    if steps in _GLOBALS:
        return _GLOBALS[steps]
    if steps in _PASSED_ON and given:
        return ev.value(file, given[0])
    if steps[0] in _ERRORS and len(steps) == 1:
        return BuiltIn("Error")
    first = ev.value(file, given[0]) if given and steps in _BY_FIRST else None
    return _BY_FIRST[steps](first) if first is not None else GlobalValue(function.name, (*function.path, CALLED))


def _array_of(value: Value) -> Value:
    held = value.element if isinstance(value, BuiltIn) else None
    return BuiltIn("Array", _STRING if value == _STRING else held)


def _all_resolved(value: Value) -> Value:
    """`Promise.all([...])`: an array of what the promises resolve to, where they all agree."""
    held = value.element if isinstance(value, BuiltIn) and value.name == "Array" else None
    return BuiltIn("Promise", BuiltIn("Array", _flat(held) if held is not None and is_known(held) else None))


def _resolved(value: Value) -> Value:
    return value if isinstance(value, BuiltIn) and value.name == "Promise" else BuiltIn("Promise", value)


def _values_of(value: Value) -> Value:
    """What a dictionary holds: the type of its values is known for `Record` and the like."""
    return BuiltIn("Array", value.element if isinstance(value, BuiltIn) else None)


def _entries_of(value: Value) -> Value:
    return BuiltIn("Array", BuiltIn("Array", None))


_BY_FIRST: dict[tuple[str, ...], Callable[[Value], Value]] = {
    ("Array", "from"): _array_of,
    ("Promise", "all"): _all_resolved,
    ("Promise", "resolve"): _resolved,
    ("Object", "values"): _values_of,
    ("Object", "entries"): _entries_of,
}


def _flat(value: Value | None) -> Value | None:
    return value.element if isinstance(value, BuiltIn) and value.name == "Promise" else value


def _callback_result(ev: Evaluator, file: str, given: list[SgNode]) -> Value | None:
    if not given:
        return None
    callback = ev.value(file, given[0])
    if isinstance(callback, GlobalValue):
        return global_result(ev, file, callback, [])
    returned = ev.result(callback) if isinstance(callback, FunctionValue) else None
    return returned if returned is not None and is_known(returned) else None
