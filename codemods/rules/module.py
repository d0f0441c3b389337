"""One file of a Convex project as rules see it, and the code base that it belongs to."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.rules.project import Project, is_test
from codemods.rules.suppressions import Suppression, find_suppressions
from codemods.source.bindings import Bindings, Import
from codemods.source.file import SourceFile, UnreadableFile
from codemods.source.span import Span
from codemods.source.tree import named, string_value
from codemods.workspace import Workspace
from codemods.workspace.imports import InFile

if TYPE_CHECKING:
    from codemods.rules.functions import Registered

_NOT_ENTRIES = frozenset({"schema"})


class CodeBase:
    """The files of one workspace, each read and parsed at most once. Fixes replace single files in memory."""

    def __init__(self, workspace: Workspace, projects: tuple[Project, ...]) -> None:
        self.workspace = workspace
        self.projects = projects
        self._modules: dict[str, Module | None] = {}

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """The files that belong to a project, without those that Convex generates."""
        return tuple(path for path in self.workspace.files if not _is_generated(path) and self.project_of(path))

    def module(self, path: str) -> Module | None:
        """The module at a path; None for a file that cannot be read or belongs to no project."""
        if path not in self._modules:
            self._modules[path] = self._open(path)
        return self._modules[path]

    def replace(self, module: Module, text: str) -> Module:
        """The module with a new text, which others meet from now on."""
        file = SourceFile(module.path, text, bom=module.file.bom)
        self._modules[module.path] = replaced = Module(file, module.project, self)
        return replaced

    def resolve(self, from_path: str, spec: str) -> str | None:
        """The path of the file that an import names; None when it is none of this workspace."""
        found = self.workspace.resolve_import(from_path, spec)
        return found.path if isinstance(found, InFile) else None

    def project_of(self, path: str) -> Project | None:
        """The project whose package holds the path; the innermost where packages are nested."""
        held = [project for project in self.projects if project.functions_folder(path) is not None]
        held = held or [project for project in self.projects if self._owns(project, path)]
        return max(held, key=lambda project: len(project.folder), default=None)

    @cached_property
    def used_by_functions(self) -> frozenset[str]:
        """The paths that files of functions folders import: what is registered there may be exported from here."""
        folders = [project.functions_folder for project in self.projects]
        paths = [path for path in self.workspace.files if any(folder(path) is not None for folder in folders)]
        modules = [module for path in paths if (module := self.module(path)) is not None]
        return frozenset(found.path for module in modules for found in module.imported)

    def _owns(self, project: Project, path: str) -> bool:
        package = self.workspace.package_of(path)
        return project.holds(path) and (package is None or package.folder == project.folder)

    def _open(self, path: str) -> Module | None:
        project = self.project_of(path)
        if project is None or path not in self.workspace.files:
            return None
        try:
            return Module(self.workspace.source(path), project, self)
        except UnreadableFile:
            return None


class Module:
    """A file with what rules ask of it. Everything is computed on first use.

    `culprits` keeps what `reach.py` found out about the file's functions, for the files that import them.
    """

    def __init__(self, file: SourceFile, project: Project, code: CodeBase) -> None:
        self.file = file
        self.project = project
        self.code = code
        self.culprits: dict[str, dict[Span, tuple[str, str]]] = {}
        self._held: dict[tuple[str, ...], bool] = {}

    @property
    def path(self) -> str:
        """POSIX path relative to the workspace's root."""
        return self.file.path

    @property
    def text(self) -> str:
        return self.file.text

    @property
    def root(self) -> SgNode:
        return self.file.root

    @property
    def bindings(self) -> Bindings:
        return self.file.bindings

    @cached_property
    def import_names(self) -> dict[str, Import]:
        """The imports of the file by their local names."""
        return {found.local: found for found in self.bindings.imports if found.local}

    @cached_property
    def functions_folder(self) -> str | None:
        """The functions folder that holds this file; None outside of `convex/`."""
        return self.project.functions_folder(self.path)

    @property
    def name(self) -> str:
        """What `api` calls the file: its path within the functions folder, without extension."""
        return posixpath.splitext(posixpath.relpath(self.path, self.functions_folder or "."))[0]

    @cached_property
    def is_test(self) -> bool:
        return is_test(self.project, self.path)

    @property
    def is_entry(self) -> bool:
        """True when Convex bundles the file as a module of functions.

        Names with a second dot, a leading dot or a blank and the schema are left out, as the CLI does:
        https://github.com/get-convex/convex-backend/blob/main/npm-packages/convex/src/bundler/index.ts
        """
        base = posixpath.basename(self.path)
        stem, _ = posixpath.splitext(base)
        in_folder = self.functions_folder is not None
        return in_folder and "." not in stem and " " not in self.path and stem not in _NOT_ENTRIES

    @cached_property
    def uses_node(self) -> bool:
        """True when the file begins with the directive "use node"."""
        return any(value == "use node" for value in _directives(self.root))

    @cached_property
    def imported(self) -> tuple[Module, ...]:
        """The modules of the project that this file imports or exports from, types left out."""
        specs = {found.module for found in self.bindings.imports if not found.type_only}
        specs |= {found.module for found in self.bindings.exports if found.module is not None}
        paths = {path for spec in sorted(specs) if (path := self.code.resolve(self.path, spec)) is not None}
        return tuple(module for path in sorted(paths) if (module := self.code.module(path)) is not None)

    def holds(self, literals: tuple[str, ...]) -> bool:
        """True when the text holds one of the literals; the answer is kept."""
        if literals not in self._held:
            self._held[literals] = any(literal in self.text for literal in literals)
        return self._held[literals]

    def mentions(self, literals: tuple[str, ...]) -> bool:
        """True when the text of this file, or of one that it imports, holds one of the literals."""
        return self.holds(literals) or any(other.holds(literals) for other in self.imported)

    @cached_property
    def functions(self) -> tuple[Registered, ...]:
        """The Convex functions that the file registers."""
        from codemods.rules.functions import find_registered

        return find_registered(self)

    @cached_property
    def suppressions(self) -> list[Suppression]:
        return find_suppressions(self.file)


def _is_generated(path: str) -> bool:
    return "_generated" in path.split("/")[:-1]


def _directives(root: SgNode) -> Iterator[str]:
    for statement in named(root):
        value = string_value(next(iter(named(statement)), None)) if statement.kind() == "expression_statement" else None
        if value is None:
            return
        yield value
