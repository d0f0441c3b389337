"""A copy of a project in a temporary folder, on which the proof works: the original is read, never written."""

from __future__ import annotations

import json
import os
import posixpath
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from codemods.changes.changeset import FileChange
from codemods.proof.tools import Packages, install, installed, wanted_packages
from codemods.rules.project import Project, configured_folder, find_projects
from codemods.workspace import InFile, Missing, Workspace, WorkspaceError
from codemods.workspace.graph import package_name

_LEFT_OUT = frozenset({"node_modules", ".git", ".convexify", ".convex-test-build", ".next", ".turbo"})


class NoProject(Exception):
    """There is no Convex project to prove, or more than one; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The copy. `root` stands for the folder that was given, `home` for the package of the Convex project.

    `folder` is the functions folder relative to `root`; `packages` are installed ones that serve, None when there are
    none. `missing` names those that are needed and not installed.
    """

    root: Path
    home: Path
    folder: str
    typed: bool
    packages: Packages | None
    imported: frozenset[str]

    @property
    def temporary(self) -> Path:
        """Where tools keep what they make on their way; it goes with the copy."""
        return self.root.parent / "temporary"

    @property
    def functions(self) -> str:
        """The functions folder, relative to `home`."""
        return (self.root / self.folder).relative_to(self.home).as_posix()

    def files(self) -> Iterator[tuple[str, Path]]:
        """The code of the functions folder: paths relative to `root`, and where they are."""
        for path in sorted((self.root / self.folder).rglob("*")):
            relative = path.relative_to(self.root).as_posix()
            if path.suffix in (".ts", ".js", ".tsx", ".jsx", ".mts", ".mjs") and "_generated" not in path.parts:
                yield relative, path

    def missing(self, names: Iterable[str], imports: bool = True) -> list[str]:
        """Which of these packages are not installed, and of those that the functions import."""
        wanted = {*names, *(self.imported if imports else ())}
        return self.packages.missing(wanted) if self.packages is not None else sorted(wanted)


@contextmanager
def bench(root: Path, changes: Iterable[FileChange] = (), may_install: bool = False) -> Iterator[Bench]:
    """A bench for the project at `root` as the changes would leave it. Raises NoProject and InstallError."""
    if not root.is_dir():
        raise WorkspaceError(f"{root} is not a directory")
    with TemporaryDirectory(prefix="convexify-proof-") as scratch:
        copied = Path(scratch).resolve() / "project"
        shutil.copytree(root, copied, symlinks=True, ignore=_ignored)
        _cut_links(copied)
        _write(copied, changes)
        workspace = Workspace.open(copied)
        project, folder = _project(workspace)
        home = copied / project.folder
        imported = _imported(workspace, folder)
        packages = _packages(root / project.folder, root, home, imported, may_install)
        if packages is not None:
            _link_packages(packages.folder, home / "node_modules")
        typed = any(path.startswith(f"{folder}/") and path.endswith(".ts") for path in workspace.files)
        made = Bench(copied, home, folder, typed, packages, imported)
        made.temporary.mkdir()
        yield made


def _cut_links(copied: Path) -> None:
    """Links that lead out of the copy: files are copied, folders left out. Nothing is written through them."""
    for folder, folders, files in os.walk(copied):
        for path in (Path(folder) / name for name in (*folders, *files)):
            if not path.is_symlink() or _leads_inside(path, copied):
                continue
            target = path.resolve() if path.is_file() else None
            path.unlink()
            if target is not None:
                shutil.copyfile(target, path)


def _leads_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _link_packages(installed: Path, target: Path) -> None:
    """One link for each package: what tools keep beside the packages goes into the copy."""
    target.mkdir()
    for entry in installed.iterdir():
        if entry.name.startswith("@"):
            (target / entry.name).mkdir()
            for package in entry.iterdir():
                (target / entry.name / package.name).symlink_to(package.resolve(), target_is_directory=True)
        elif not entry.name.startswith("."):
            (target / entry.name).symlink_to(entry.resolve(), target_is_directory=True)


def _ignored(folder: str, names: list[str]) -> set[str]:
    special = {name for name in names if not (Path(folder) / name).is_symlink() and _is_special(Path(folder) / name)}
    return {name for name in names if name in _LEFT_OUT} | special


def _is_special(path: Path) -> bool:
    """Sockets, pipes and devices, which cannot be copied."""
    return not path.is_dir() and not path.is_file()


def _write(root: Path, changes: Iterable[FileChange]) -> None:
    for change in changes:
        if change.from_path is not None:
            (root / change.from_path).unlink(missing_ok=True)
        if change.after is None:
            (root / change.path).unlink(missing_ok=True)
        else:
            (root / change.path).parent.mkdir(parents=True, exist_ok=True)
            (root / change.path).write_bytes(change.after)


def _project(workspace: Workspace) -> tuple[Project, str]:
    found = [(project, _functions(workspace, project)) for project in find_projects(workspace) if project.functions]
    if not found:
        raise NoProject("there is no Convex project: no package.json that depends on convex, with a functions folder")
    if len(found) > 1:
        names = ", ".join(project.folder or "." for project, _ in found)
        raise NoProject(f"there are several Convex projects ({names}): give the folder of one")
    return found[0]


def _functions(workspace: Workspace, project: Project) -> str:
    """The folder of the application itself, not that of a component."""
    own = posixpath.join(project.folder, configured_folder(workspace, project.folder) or "convex")
    return own if own in project.functions else project.functions[0]


def _imported(workspace: Workspace, folder: str) -> frozenset[str]:
    """The packages that the functions import."""
    files = [path for path in workspace.files if path.startswith(f"{folder}/")]
    named = [(path, found.module) for path in files for found in workspace.source(path).bindings.imports]
    named += [(path, each.module) for path in files for each in workspace.source(path).bindings.exports if each.module]
    specs = {
        module
        for path, module in named
        if not module.startswith((".", "node:"))
        and not isinstance(workspace.resolve_import(path, module), InFile | Missing)
    }
    return frozenset(package_name(spec) for spec in specs if package_name(spec) not in _BUILT_IN)


def _packages(own: Path, root: Path, home: Path, imported: frozenset[str], may_install: bool) -> Packages | None:
    """The project's own packages where they suffice, else the tool workspace, else the own ones for what they are."""
    needed = {"convex", "convex-test", "esbuild", "typescript", *imported}
    folders = [folder / "node_modules" for folder in (own, *own.parents) if folder == root or root in folder.parents]
    owned = next((Packages(folder.resolve()) for folder in folders if folder.is_dir()), None)
    if owned is not None and not owned.missing(needed):
        return owned
    wanted = wanted_packages(imported, _declared(home))
    return (install(wanted) if may_install else installed(wanted)) or owned


def _declared(home: Path) -> dict[str, str]:
    try:
        data = json.loads((home / "package.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return {}
    parts = [data.get(name) for name in ("devDependencies", "dependencies")] if isinstance(data, dict) else []
    return {
        name: spec
        for part in parts
        if isinstance(part, dict)
        for name, spec in part.items()
        if isinstance(name, str) and isinstance(spec, str)
    }


_BUILT_IN = frozenset(
    "assert async_hooks buffer child_process cluster crypto dgram dns events fs http http2 https net os path "
    "perf_hooks process querystring readline stream string_decoder timers tls tty url util v8 vm worker_threads "
    "zlib".split()
)
"""Node's own modules, which no package provides."""
