"""Follows the names of types to their declarations, through imports and re-exports."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.source import Binding
from codemods.workspace import Declared, InFile, Workspace


@dataclass(frozen=True, slots=True)
class TypeDeclaration:
    """A type, interface, class or enum in a file."""

    file: str
    binding: Binding


def type_of(workspace: Workspace, path: str, binding: Binding, depth: int = 0) -> TypeDeclaration | None:
    """The declaration behind a name; None when it is outside the repository or cannot be followed."""
    imported = binding.imported
    if imported is None:
        return TypeDeclaration(path, binding)
    target = workspace.resolve_import(path, imported.module)
    if not isinstance(target, InFile) or imported.imported == "*":
        return None
    return _exported(workspace, target.path, imported.imported, depth)


def _exported(workspace: Workspace, path: str, name: str, depth: int) -> TypeDeclaration | None:
    if depth > 12:
        return None
    file = workspace.source(path)
    for export in file.bindings.exports:
        if export.name == name and export.local is not None:
            local = file.bindings.types.get(export.local) or file.bindings.top_level.get(export.local)
            return type_of(workspace, path, local, depth + 1) if local is not None else None
        if export.module is None or export.name not in (name, "*"):
            continue
        target = workspace.resolve_import(path, export.module)
        if isinstance(target, InFile):
            wanted = export.imported if export.name == name and export.imported not in (None, "*") else name
            found = _exported(workspace, target.path, wanted or name, depth + 1)
            if found is not None:
                return found
    return None


def declared_type(found: TypeDeclaration) -> Declared:
    return Declared(found.file, found.binding.declaration, found.binding, found.binding.name)
