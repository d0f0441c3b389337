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
    binding = meaning.binding
    value = binding.value if binding is not None and not binding.reassigned else None
    if value is None:
        value = meaning.node.field("value") or (meaning.node if meaning.binding is None else None)
    return ValueNode(meaning.file, unwrap(value)) if value is not None else None


def inline_function(file: SourceFile, node: SgNode) -> FunctionRef:
    """A function written in place."""
    return FunctionRef(file.path, node, None, "")


def bare(node: SgNode | None) -> SgNode | None:
    """`unwrap` for a field that may be missing."""
    return unwrap(node) if node is not None else None
