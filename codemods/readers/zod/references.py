"""Follows a name to the expression that it stands for, in this file or another one."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source.binding import BindingKind
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, find_all, named, unwrap
from codemods.workspace import Declared, Workspace

_VARIABLES = frozenset({BindingKind.CONST, BindingKind.LET, BindingKind.VAR})

Place = tuple[str, SgNode]


def follow(workspace: Workspace, file: SourceFile, node: SgNode) -> Place | None:
    """File and expression of the value that `node` names; None when it is no variable that is set once."""
    binding = file.bindings.resolve(node) if node.kind() in ("identifier", "shorthand_property_identifier") else None
    if binding is not None and binding.kind in _VARIABLES and binding.value is not None and not binding.imported:
        return None if binding.reassigned else (file.path, unwrap(binding.value))
    if binding is not None and binding.kind is BindingKind.ENUM:
        return file.path, binding.declaration
    meaning = workspace.meaning_of(file.path, node)
    if not isinstance(meaning, Declared):
        return None
    value = value_of(meaning)
    return (meaning.file, value) if value is not None else None


def value_of(declared: Declared) -> SgNode | None:
    """The expression that a declaration binds: an initialiser, a property's value, or an enum."""
    node = declared.node
    if node.kind() == "enum_declaration":
        return node
    value = node.field("value")
    return unwrap(value) if value is not None else None


def returned(function: SgNode) -> SgNode | None:
    """The only expression that a function returns."""
    body = function.field("body")
    if body is None or body.kind() != "statement_block":
        return unwrap(body) if body is not None else None
    found = [node for node in find_all(body, "return_statement") if _function_around(node) == function]
    return unwrap(named(found[0])[0]) if len(found) == 1 and named(found[0]) else None


def _function_around(node: SgNode) -> SgNode | None:
    return next((around for around in node.ancestors() if around.kind() in FUNCTION_KINDS), None)
