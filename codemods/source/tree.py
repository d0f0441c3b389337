"""Small typed questions to the syntax tree that the grammar alone cannot answer in one call."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

FUNCTION_KINDS = frozenset(
    {
        "arrow_function",
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "method_definition",
    }
)

CLASS_KINDS = frozenset({"class_declaration", "abstract_class_declaration", "class"})

VARIABLE_KINDS = frozenset({"lexical_declaration", "variable_declaration"})
"""Statements that declare variables."""

FIELD_KINDS = frozenset({"public_field_definition", "field_definition"})
"""Fields of a class, in TypeScript and in JavaScript."""

STRING_KINDS = frozenset({"string", "template_string"})

WRAPPERS = frozenset(
    {
        "as_expression",
        "non_null_expression",
        "parenthesized_expression",
        "satisfies_expression",
        "type_assertion",
    }
)
"""What may stand around an expression and leaves its value as it is."""

WRITES = {
    "assignment_expression": "left",
    "augmented_assignment_expression": "left",
    "update_expression": "argument",
}
"""Expressions that give a variable or a property another value, and the field that names it."""

_PARAMETER_WRAPPERS = frozenset({"required_parameter", "optional_parameter"})

_NAME = re.compile(r"[A-Za-z_$][\w$]*")

_ESCAPE = re.compile(r"\\(\r\n|u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])")

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0"}

_LINE_CONTINUATIONS = frozenset({"\n", "\r", "\r\n", "\u2028", "\u2029"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function.

    `pattern` is the identifier or the destructuring pattern; `name` is set for a plain identifier (also of a rest
    parameter). `is_property` marks a TypeScript constructor parameter that also declares a field.
    """

    node: SgNode
    pattern: SgNode
    name: str | None
    type: SgNode | None
    default: SgNode | None
    is_rest: bool
    is_optional: bool
    is_property: bool


def named(node: SgNode) -> list[SgNode]:
    """The named children, comments left out."""
    return [child for child in node.children() if child.is_named() and child.kind() != "comment"]


def same_node(one: SgNode | None, other: SgNode | None) -> bool:
    """True when both are the same node of the same tree."""
    return one is not None and one == other


def key(node: SgNode) -> tuple[str, int, int]:
    """What tells a node from all others of its file, and stays the same when the file is parsed again."""
    found = node.range()
    return node.kind(), found.start.index, found.end.index


def unwrap(node: SgNode, *, awaited: bool = False) -> SgNode:
    """The expression within parentheses, `as`, `satisfies`, `<T>x` and `!`; within `await` too when `awaited`."""
    while (kind := node.kind()) in WRAPPERS or (awaited and kind == "await_expression"):
        inner = named(node)
        if not inner:
            return node
        node = inner[-1 if kind == "type_assertion" else 0]
    return node


def operator_of(node: SgNode) -> str:
    """The operator of an expression or an assignment; empty where the node has none."""
    found = node.field("operator")
    return found.text() if found is not None else ""


def wrapped_up(node: SgNode) -> SgNode:
    """The expression with the parentheses, casts and `!` around it: the way back from `unwrap`."""
    while (parent := node.parent()) is not None and parent.kind() in WRAPPERS:
        node = parent
    return node


def shortened(node: SgNode) -> str:
    """The text of a node on one line, for a message."""
    text = " ".join(node.text().split())
    return text if len(text) <= 60 else text[:57] + "…"


def is_async(function: SgNode) -> bool:
    """Is a function marked `async`?"""
    return any(child.kind() == "async" for child in function.children())


def is_generator(function: SgNode) -> bool:
    """Does a function or method yield?"""
    return "generator" in function.kind() or any(child.kind() == "*" for child in function.children())


def arguments(call: SgNode) -> list[SgNode]:
    """The arguments of a call or `new` expression, comments left out."""
    found = call.field("arguments")
    return named(found) if found is not None and found.kind() == "arguments" else []


def member(node: SgNode) -> tuple[SgNode, str] | None:
    """Object and property name of `a.b`, `a?.b` and `a["b"]`; None when the name is computed."""
    node = unwrap(node)
    kind = node.kind()
    if kind == "member_expression":
        target, name = node.field("object"), node.field("property")
        return (target, name.text()) if target is not None and name is not None else None
    if kind == "subscript_expression":
        target, index = node.field("object"), node.field("index")
        name_text = string_value(index) if index is not None else None
        return (target, name_text) if target is not None and name_text is not None else None
    return None


def member_path(node: SgNode) -> tuple[SgNode, tuple[str, ...]]:
    """The expression at the bottom of a chain `a.b.c`, and the names after it: `(a, ("b", "c"))`."""
    names: list[str] = []
    node = unwrap(node)
    while (found := member(node)) is not None:
        node = unwrap(found[0])
        names.append(found[1])
    return node, tuple(reversed(names))


def string_value(node: SgNode | None) -> str | None:
    """The value of a string literal, or of a template without substitutions; None for everything else."""
    if node is None or node.kind() not in STRING_KINDS:
        return None
    if node.kind() == "template_string" and node.find(kind="template_substitution") is not None:
        return None
    return unescaped(node.text()[1:-1])


def unescaped(text: str) -> str:
    """What the text between quotes stands for."""
    return _ESCAPE.sub(_unescaped, text)


def _unescaped(found: re.Match[str]) -> str:
    code = found[1]
    if code in _LINE_CONTINUATIONS:
        return ""
    if len(code) > 1:
        return chr(int(code.strip("ux{}"), 16))
    return _ESCAPES.get(code, code)


def property_name(node: SgNode | None) -> str | None:
    """The name that a key of an object, class or pattern states; None when it is computed."""
    if node is None:
        return None
    match node.kind():
        case "string":
            return string_value(node)
        case "computed_property_name":
            return string_value(next(iter(named(node)), None))
        case _:
            return node.text()


def property_text(name: str) -> str:
    """A name as it stands in an object: `accept`, `"user-agent"`."""
    return name if _NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def parameters(function: SgNode) -> list[Parameter]:
    """The parameters of a function, method or arrow, also of a bare `x => …`. A `this` parameter is left out."""
    bare = function.field("parameter")
    if bare is not None:
        return [_parameter(bare)]
    listed = function.field("parameters")
    found = [_parameter(node) for node in named(listed)] if listed is not None else []
    return [parameter for parameter in found if parameter.pattern.kind() != "this"]


def _parameter(node: SgNode) -> Parameter:
    typed = node.kind() in _PARAMETER_WRAPPERS
    pattern = (node.field("pattern") or node) if typed else node
    default = node.field("value") if typed else None
    if pattern.kind() == "assignment_pattern":
        default = pattern.field("right")
        pattern = pattern.field("left") or pattern
    is_rest = pattern.kind() == "rest_pattern"
    if is_rest:
        pattern = next(iter(named(pattern)), pattern)
    annotation = node.field("type") if typed else None
    return Parameter(
        node=node,
        pattern=pattern,
        name=pattern.text() if pattern.kind() == "identifier" else None,
        type=annotated(annotation),
        default=default,
        is_rest=is_rest,
        is_optional=node.kind() == "optional_parameter" or default is not None,
        is_property=typed and any(c.kind() in {"accessibility_modifier", "readonly"} for c in node.children()),
    )


def annotated(annotation: SgNode | None) -> SgNode | None:
    """The type within a `: T` annotation."""
    if annotation is None or annotation.kind() != "type_annotation":
        return annotation
    return next(iter(named(annotation)), None)


def enclosing(node: SgNode, kinds: frozenset[str]) -> SgNode | None:
    """The nearest ancestor of one of the kinds."""
    return next((found for found in node.ancestors() if found.kind() in kinds), None)


def ancestors(node: SgNode) -> Iterator[SgNode]:
    """The nodes around a node, the nearest first."""
    yield from node.ancestors()


def find_all(node: SgNode, *kinds: str) -> list[SgNode]:
    """All nodes of the kinds at or below `node`, in the order of the text; kinds unknown to the grammar match nothing.

    The grammar cannot be read from a node, so the kinds are tried one by one when it lacks any.
    """
    try:
        return _find(node, kinds)
    except RuntimeError:
        return _find(node, [kind for kind in kinds if is_known_kind(node, kind)])


def _find(node: SgNode, kinds: Sequence[str]) -> list[SgNode]:
    if len(kinds) == 1:
        return node.find_all(kind=kinds[0])
    return node.find_all({"rule": {"any": [{"kind": kind} for kind in kinds]}}) if kinds else []


def is_known_kind(node: SgNode, kind: str) -> bool:
    """Does the grammar of a node's language have the kind?"""
    try:
        node.matches(kind=kind)
    except RuntimeError:
        return False
    return True
