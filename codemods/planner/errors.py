"""The application's own error classes: how far a class is from `Error`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import find_all, unwrap
from codemods.workspace import Declared, Workspace


def extends_error(workspace: Workspace, file: str, node: SgNode, depth: int = 0) -> bool:
    """True for a class that extends Error, itself or through classes of the repository."""
    base = base_class(node)
    if base is None or depth > 8:
        return False
    source = workspace.source(file)
    if base.text() == "Error" and source.bindings.resolve(base) is None:
        return True
    meaning = workspace.meaning_of(file, base)
    return isinstance(meaning, Declared) and extends_error(workspace, meaning.file, meaning.node, depth + 1)


def base_class(node: SgNode) -> SgNode | None:
    """The expression after `extends`."""
    heritage = next((child for child in node.children() if child.kind() == "class_heritage"), None)
    if heritage is None:
        return None
    clauses = find_all(heritage, "extends_clause")
    value = clauses[0].field("value") if clauses else next((c for c in heritage.children() if c.is_named()), None)
    return unwrap(value) if value is not None else None
