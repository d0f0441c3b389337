"""Finds the Convex projects of a repository: their functions folders, and which files belong to them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codemods.workspace import Workspace
from codemods.workspace.jsonc import InvalidConfig, parse_object

_DEFAULT_FOLDER = "convex"
_VERSION = re.compile(r"(\d+)\.(\d+)")
_SCHEMA = re.compile(r"(?:^|/)schema\.[cm]?[jt]s$")
_COMPONENT = re.compile(r"(?:^|/)convex\.config\.[cm]?[jt]s$")
_TEST = re.compile(r"(?:^|/)(?:__tests__|__mocks__)/|\.(?:test|spec|setup)\.[cm]?[jt]sx?$")
_TEST_FOLDER = re.compile(r"(?:^|/)(?:tests?|e2e)/")


@dataclass(frozen=True, slots=True)
class Project:
    """A package with Convex functions. Paths are relative to the workspace's root, "" for the root itself.

    `functions` are the functions folders: the one of `convex.json` and those of components (folders with a
    `convex.config.ts`). `version` is the lowest version of the npm package that package.json admits, if it says so.
    """

    folder: str
    functions: tuple[str, ...]
    version: tuple[int, int] | None = None

    def functions_folder(self, path: str) -> str | None:
        """The functions folder that holds the path; the innermost where they are nested."""
        held = [folder for folder in self.functions if is_in(path, folder)]
        return max(held, key=len, default=None)

    def holds(self, path: str) -> bool:
        """True when the path lies in the project's package."""
        return is_in(path, self.folder)


def is_in(path: str, folder: str) -> bool:
    """True when the path lies in the folder ("" holds everything)."""
    return not folder or path.startswith(f"{folder}/")


def is_test(project: Project, path: str) -> bool:
    """True for tests and what they share: they may call anything, and are never deployed.

    A folder called `tests` within the functions folder is deployed like any other.
    """
    if project.functions_folder(path) is None and _TEST_FOLDER.search(path, len(project.folder)):
        return True
    return _TEST.search(path) is not None


def find_projects(workspace: Workspace) -> tuple[Project, ...]:
    """The Convex projects of a workspace, sorted by folder."""
    folders: dict[str, set[str]] = {}
    for owner, functions in (*_declared(workspace), *_recognised(workspace)):
        folders.setdefault(owner, set()).add(functions)
    return tuple(
        Project(owner, tuple(sorted(functions)), _version(workspace, owner))
        for owner, functions in sorted(folders.items())
    )


def _declared(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """(package folder, functions folder) of the packages that have a convex.json or depend on convex."""
    for package in workspace.packages:
        configured = configured_folder(workspace, package.folder)
        if configured is None and "convex" not in package.dependencies:
            continue
        functions = posixpath.normpath(posixpath.join(package.folder, configured or _DEFAULT_FOLDER))
        if any(is_in(path, functions) for path in workspace.files):
            yield package.folder, functions


def configured_folder(workspace: Workspace, folder: str) -> str | None:
    """What convex.json names as functions folder; None without one. https://docs.convex.dev/production/project-configuration"""
    try:
        text = (workspace.root / folder / "convex.json").read_text(encoding="utf-8")
        functions = parse_object(text).get("functions")
    except (OSError, UnicodeDecodeError, InvalidConfig):
        return None
    return functions if isinstance(functions, str) and functions else _DEFAULT_FOLDER


def _recognised(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Functions folders that show themselves: `convex/` with a schema or generated code, and components."""
    seen: set[str] = set()
    for path in workspace.files:
        folder = posixpath.dirname(path)
        if folder in seen or not folder:
            continue
        if _COMPONENT.search(path) or (_is_convex_folder(folder) and _is_set_up(workspace, path, folder)):
            seen.add(folder)
            yield _owner(workspace, folder), folder


def _is_convex_folder(folder: str) -> bool:
    return posixpath.basename(folder) == _DEFAULT_FOLDER


def _is_set_up(workspace: Workspace, path: str, folder: str) -> bool:
    return _SCHEMA.search(path) is not None or (workspace.root / folder / "_generated").is_dir()


def _owner(workspace: Workspace, folder: str) -> str:
    """The folder of the nearest package above a functions folder, else the folder that holds it."""
    package = workspace.package_of(f"{folder}/x.ts")
    return package.folder if package is not None else posixpath.dirname(folder)


def _version(workspace: Workspace, folder: str) -> tuple[int, int] | None:
    package = next((package for package in workspace.packages if package.folder == folder), None)
    found = _VERSION.search(package.dependencies.get("convex", "")) if package else None
    return (int(found[1]), int(found[2])) if found else None
