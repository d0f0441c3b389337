"""From an expression to the expression that its name stands for: one step further than the declaration."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source import SourceFile, unwrap
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
