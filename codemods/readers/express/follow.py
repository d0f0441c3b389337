"""From an expression to the expression that its name stands for: one step further than the declaration."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source import SourceFile, named, span_of, string_value, unwrap
from codemods.workspace import Declared, FunctionRef, Workspace


@dataclass(frozen=True, slots=True)
class ValueNode:
    """An expression in a file."""

    file: str
    node: SgNode


def value_of(workspace: Workspace, path: str, node: SgNode) -> ValueNode | None:
    """The initialiser of the constant, field or property that a name means; None when there is none to read."""
    meaning = workspace.meaning_of(path, node)
    if not isinstance(meaning, Declared):
        return None
    value = _value(meaning)
    return ValueNode(meaning.file, unwrap(value)) if value is not None else None


def _value(meaning: Declared) -> SgNode | None:
    binding = meaning.binding
    if binding is None:
        return meaning.node.field("value") or meaning.node
    return None if binding.reassigned else binding.value


def inline_function(file: SourceFile, node: SgNode) -> FunctionRef:
    """A function written in place."""
    return FunctionRef(file.path, node, None, "")


def bare(node: SgNode | None) -> SgNode | None:
    """`unwrap` for a field that may be missing."""
    return unwrap(node) if node is not None else None


def constant_text(workspace: Workspace, file: SourceFile, node: SgNode, depth: int = 0) -> str | None:
    """The string that an expression always is: literals, constants, templates and sums of them; else None."""
    plain = unwrap(node)
    literal = string_value(plain)
    if literal is not None or depth > 6:
        return literal
    match plain.kind():
        case "template_string":
            return _template(workspace, file, plain, depth)
        case "binary_expression":
            operator, sides = plain.field("operator"), (plain.field("left"), plain.field("right"))
            texts = [constant_text(workspace, file, side, depth + 1) if side is not None else None for side in sides]
            if operator is None or operator.text() != "+" or texts[0] is None or texts[1] is None:
                return None
            return texts[0] + texts[1]
        case "identifier" | "member_expression":
            value = value_of(workspace, file.path, plain)
            if value is None or value.node == plain:
                return None
            return constant_text(workspace, workspace.source(value.file), value.node, depth + 1)
        case _:
            return None


def _template(workspace: Workspace, file: SourceFile, node: SgNode, depth: int) -> str | None:
    parts: list[str] = []
    position = span_of(node).start + 1
    for child in node.children():
        if child.kind() != "template_substitution":
            continue
        inner = named(child)
        text = constant_text(workspace, file, inner[0], depth + 1) if inner else None
        if text is None:
            return None
        parts += [file.text[position : span_of(child).start], text]
        position = span_of(child).end
    return "".join([*parts, file.text[position : span_of(node).end - 1]])
