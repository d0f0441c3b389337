"""The user's repository: files, packages, path aliases, the import graph, and what names mean."""

from codemods.workspace.discovery import FileInfo
from codemods.workspace.imports import Asset, Builtin, InFile, InPackage, Missing, Resolved
from codemods.workspace.meaning.words import Called, Declared, External, FunctionRef, Global, Meaning, Site, Unknown
from codemods.workspace.packages import Package
from codemods.workspace.roles import Role
from codemods.workspace.skipping import Skip
from codemods.workspace.workspace import Progress, Workspace, WorkspaceError

__all__ = [
    "Asset",
    "Builtin",
    "Called",
    "Declared",
    "External",
    "FileInfo",
    "FunctionRef",
    "Global",
    "InFile",
    "InPackage",
    "Meaning",
    "Missing",
    "Package",
    "Progress",
    "Resolved",
    "Role",
    "Site",
    "Skip",
    "Unknown",
    "Workspace",
    "WorkspaceError",
]
