"""Columns that a table of columns names: `sortable[key] ?? users.createdAt`."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.drizzle.references import References
from codemods.readers.literals import Property, entries, is_changed, literal_of
from codemods.source.file import SourceFile
from codemods.source.tree import operator_of, unwrap
from codemods.workspace import Declared, Workspace

Named = tuple[str, str]
"""A table and its column."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """`key` is what is looked up among `columns`, by their names there; `otherwise` stands for all other names."""

    key: SgNode
    columns: tuple[tuple[str, Named], ...]
    otherwise: Named | None = None


def lookup_of(workspace: Workspace, references: References, file: SourceFile, node: SgNode) -> Lookup | None:
    """The look-up that an expression is; None for every other one."""
    inner, otherwise = unwrap(node), None
    if inner.kind() == "binary_expression" and operator_of(inner) in ("||", "??"):
        left, right = inner.field("left"), inner.field("right")
        otherwise = references.column(file, right) if right is not None else None
        if left is None or otherwise is None:
            return None
        inner = unwrap(left)
    table, key = inner.field("object"), inner.field("index")
    if inner.kind() != "subscript_expression" or table is None or key is None:
        return None
    columns = _columns(workspace, references, file, unwrap(table))
    return Lookup(unwrap(key), columns, otherwise) if columns else None


def _columns(
    workspace: Workspace, references: References, file: SourceFile, node: SgNode
) -> tuple[tuple[str, Named], ...]:
    """The entries of a constant object that holds columns alone."""
    meaning = workspace.meaning_of(file.path, node)
    value = meaning.node.field("value") if isinstance(meaning, Declared) else None
    if not isinstance(meaning, Declared) or value is None:
        return ()
    home = workspace.source(meaning.file)
    binding = meaning.binding
    literal = literal_of(home, value)
    if literal is None or literal.kind() != "object" or (binding and (binding.reassigned or is_changed(binding))):
        return ()
    found = [(each.key, references.column(home, each.value)) if isinstance(each, Property) else ("", None)
             for each in entries(literal)]  # fmt: skip
    columns = tuple((name, column) for name, column in found if column is not None)
    return columns if len(columns) == len(found) else ()
