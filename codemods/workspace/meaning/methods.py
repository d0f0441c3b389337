"""Tables of the methods and functions of the language: what each returns."""

from __future__ import annotations

from codemods.workspace.meaning.values import NOTHING, BuiltIn, Value

STRING, NUMBER, BOOLEAN = BuiltIn("String"), BuiltIn("Number"), BuiltIn("Boolean")
STRINGS = BuiltIn("Array", STRING)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_TEXT_TO_TEXT = _words(
    """charAt concat normalize padEnd padStart repeat replace replaceAll slice substring substr toLowerCase toUpperCase
    toLocaleLowerCase toLocaleUpperCase trim trimStart trimEnd toString valueOf at"""
)
_TEXT_TO_NUMBER = _words("charCodeAt codePointAt indexOf lastIndexOf localeCompare search")
_NUMBER_TO_TEXT = _words("toFixed toString toPrecision toLocaleString toExponential")
_DATE_TO_TEXT = _words(
    """toISOString toString toJSON toLocaleString toLocaleDateString toLocaleTimeString toDateString toTimeString
    toUTCString"""
)
_DATE_TO_NUMBER = _words(
    """getTime valueOf getFullYear getMonth getDate getDay getHours getMinutes getSeconds getMilliseconds
    getTimezoneOffset getUTCFullYear getUTCMonth getUTCDate getUTCDay getUTCHours getUTCMinutes getUTCSeconds setTime
    setFullYear setMonth setDate setHours setMinutes setSeconds setMilliseconds setUTCHours setUTCDate setUTCMonth"""
)
_ARRAY_TO_NUMBER = _words("indexOf lastIndexOf findIndex findLastIndex push unshift")
_KEYED: dict[str, Value] = {"has": BOOLEAN, "delete": BOOLEAN, "forEach": NOTHING, "clear": NOTHING}

# Results that depend neither on the receiver nor on the arguments.
FIXED: dict[str, dict[str, Value]] = {
    "String": {
        **dict.fromkeys(_TEXT_TO_TEXT, STRING),
        **dict.fromkeys(_TEXT_TO_NUMBER, NUMBER),
        **dict.fromkeys(("endsWith", "includes", "startsWith"), BOOLEAN),
        **dict.fromkeys(("split", "match", "matchAll"), STRINGS),
    },
    "Number": dict.fromkeys(_NUMBER_TO_TEXT, STRING),
    "Boolean": {"toString": STRING},
    "RegExp": {"test": BOOLEAN, "exec": STRINGS, "toString": STRING},
    "Date": {**dict.fromkeys(_DATE_TO_TEXT, STRING), **dict.fromkeys(_DATE_TO_NUMBER, NUMBER)},
    "Array": {
        **dict.fromkeys(("join", "toString"), STRING),
        **dict.fromkeys(("includes", "every", "some"), BOOLEAN),
        **dict.fromkeys(_ARRAY_TO_NUMBER, NUMBER),
        "forEach": NOTHING,
        "keys": BuiltIn("Array", NUMBER),
    },
    "Map": _KEYED,
    "Set": _KEYED,
}
# Methods that return the collection itself or one like it, and those that return one of its elements.
SAME = {
    "Array": frozenset(_words("filter slice sort reverse concat splice fill toSorted toReversed flat")),
    "Map": frozenset({"set"}),
    "Set": frozenset({"add"}),
    "Promise": frozenset({"finally", "catch"}),
}
ELEMENT = frozenset(_words("find findLast pop shift at"))

GLOBALS: dict[tuple[str, ...], Value] = {
    ("String",): STRING,
    ("Number",): NUMBER,
    ("Boolean",): BOOLEAN,
    ("parseInt",): NUMBER,
    ("parseFloat",): NUMBER,
    ("isNaN",): BOOLEAN,
    ("Date",): STRING,
    ("Date", "now"): NUMBER,
    ("Date", "parse"): NUMBER,
    ("Date", "UTC"): NUMBER,
    ("Number", "parseInt"): NUMBER,
    ("Number", "parseFloat"): NUMBER,
    ("Number", "isInteger"): BOOLEAN,
    ("Number", "isNaN"): BOOLEAN,
    ("Array", "isArray"): BOOLEAN,
    ("Object", "keys"): STRINGS,
    ("JSON", "stringify"): STRING,
    ("String", "raw"): STRING,
    ("encodeURIComponent",): STRING,
    ("decodeURIComponent",): STRING,
    **{("Math", name): NUMBER for name in _words("abs ceil floor max min pow random round sqrt trunc sign log")},
}
# Functions that hand back what they are given.
PASSED_ON = frozenset({("Object", "freeze"), ("Object", "assign"), ("Object", "seal"), ("structuredClone",)})
ERRORS = frozenset({"Error", "TypeError", "RangeError"})

# Method names that nothing but the values of the language has. A name that files of the repository define is not
# taken for one of these.
UNMISTAKABLE: dict[str, str] = {
    **dict.fromkeys((*_NUMBER_TO_TEXT,), "Number"),
    **dict.fromkeys((*_DATE_TO_TEXT, *_DATE_TO_NUMBER), "Date"),
    **dict.fromkeys(_words("every some reduce flatMap findIndex findLast splice unshift"), "Array"),
    **dict.fromkeys((*_TEXT_TO_TEXT, *_TEXT_TO_NUMBER), "String"),
    **dict.fromkeys(_words("includes startsWith endsWith split matchAll"), "String"),
    "hasOwnProperty": "Object",
}
for _shared in ("at", "concat", "normalize", "repeat", "replace", "search", "slice", "toJSON", "valueOf", "toString"):
    UNMISTAKABLE.pop(_shared, None)
