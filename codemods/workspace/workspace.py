"""The user's repository: its files, packages, imports and roles, and what every name in it means."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Container, Mapping
from copy import copy
from functools import cached_property
from pathlib import Path

from ast_grep_py import SgNode

from codemods.outcome import CODES, Diagnostic, Place, Severity
from codemods.source.file import SourceFile, UnreadableFile
from codemods.workspace.discovery import FileInfo, Listing, discover, folders_above
from codemods.workspace.generated import prisma_outputs, within
from codemods.workspace.graph import ImportGraph, Link, imported_specs, links_of
from codemods.workspace.imports import Importer, Resolved, Tree
from codemods.workspace.meaning.words import Called, Declared, External, Global, Meaning, Site, Unknown
from codemods.workspace.packages import Package, read_package
from codemods.workspace.resolve import Resolver
from codemods.workspace.roles import Role, Roles
from codemods.workspace.skipping import Skip, text_reason
from codemods.workspace.tsconfig import read_tsconfigs

Progress = Callable[[str, int, int], None]


class WorkspaceError(Exception):
    """The path given is no repository that can be read; the message says why."""


class Workspace:
    """A repository, read once. Nothing is parsed before it is asked for, and then only once."""

    def __init__(self, root: Path, listing: Listing, progress: Progress | None) -> None:
        self.root = root
        self._skips = list(listing.skips)
        self._found: list[Diagnostic] = [_not_read(skip) for skip in listing.skips if skip.reason.startswith("cannot")]
        self._others = {path: text for path in listing.others if (text := self._read_other(path)) is not None}
        prisma = prisma_outputs({path: text for path, text in self._others.items() if path.endswith(".prisma")})
        self._sources: dict[str, SourceFile] = {}
        self.files: Mapping[str, FileInfo] = self._read_all(listing.files, prisma, progress)
        self.other_files: tuple[str, ...] = tuple(sorted(self._others))
        by_folder = self._read_packages(listing.configs)
        self.packages: tuple[Package, ...] = tuple(by_folder[folder] for folder in sorted(by_folder))
        configs = [path for path in listing.configs if _is_tsconfig(path)]
        aliases = read_tsconfigs(configs, self._read_config)
        self._found += aliases.diagnostics
        self._links: dict[str, Mapping[str, Link]] = {}
        self._specs_of: dict[str, tuple[str, ...]] = {}
        self._owners: dict[str, Package | None] = {}
        self._by_folder = by_folder
        self.skips: tuple[Skip, ...] = tuple(sorted(self._skips))
        self._skip_reasons = {skip.path: skip.reason for skip in self.skips}
        tree = Tree(
            files=self.files,
            packages=by_folder,
            aliases=aliases.by_folder,
            links=listing.links,
            prisma=prisma,
            exists=self._exists,
            skipped=self.skip_reason,
        )
        self._importer = Importer(tree)
        self._roles = Roles(self.files, by_folder, self.package_of, self._specs)

    @classmethod
    def open(cls, root: Path, progress: Progress | None = None) -> Workspace:
        """The workspace at `root`. Raises WorkspaceError when `root` is no directory that can be read.

        `progress` is called with the path, the number of files read so far, and the number of files.
        """
        if not root.exists():
            raise WorkspaceError(f"{root} does not exist")
        if not root.is_dir():
            raise WorkspaceError(f"{root} is not a directory")
        if not os.access(root, os.R_OK | os.X_OK):
            raise WorkspaceError(f"{root} cannot be read: permission denied")
        return cls(root.resolve(), discover(root), progress)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the repository itself: unread files (CX901), files parsed so far whose syntax is
        broken (CX902), invalid configuration (CX903)."""
        broken = map(_syntax, self.broken())
        return tuple(sorted([*self._found, *broken], key=lambda item: (item.place, item.code, item.message)))

    def broken(self) -> list[SourceFile]:
        """The files parsed so far whose syntax is broken."""
        return [source for source in self._met() if source.has_errors]

    def errors(self) -> dict[str, tuple[Place, ...]]:
        """The syntax errors of the files parsed so far, none for most."""
        return {source.path: source.errors for source in self._met()}

    def note_errors(self, errors: Mapping[str, tuple[Place, ...]]) -> None:
        """Take over what `errors` found in another process: those files count as parsed."""
        for path, places in errors.items():
            self._sources[path].errors = places

    def _met(self) -> list[SourceFile]:
        return [source for source in self._sources.values() if not vars(source).keys().isdisjoint(("root", "errors"))]

    def apart(self) -> Workspace:
        """The same files, without what is known of their names by now."""
        other = copy(self)
        vars(other).pop("_names", None)
        return other

    def without(self, hidden: Container[str]) -> Workspace:
        """The repository as if these files were not there: paths stay what they are, and imports must not lead there.

        Packages go whose every file is hidden.
        """
        other = self.apart()
        for name in ("_graph", "used_packages"):
            vars(other).pop(name, None)
        other.files = {path: file for path, file in self.files.items() if path not in hidden}
        other.other_files = tuple(path for path in self.other_files if path not in hidden)
        gone = {self.home_of(path) for path in self.files if path in hidden} - {self.home_of(p) for p in other.files}
        other._by_folder = {folder: package for folder, package in self._by_folder.items() if folder not in gone}
        other.packages = tuple(package for package in self.packages if package.folder not in gone)
        return other

    def source(self, path: str) -> SourceFile:
        """The file at `path`; parsed when its tree is first used. Raises KeyError for a path not in `files`."""
        return self._sources[path]

    def text(self, path: str) -> str:
        """The text of a source file, or of one of the `other_files`, without parsing it."""
        return self._others[path] if path in self._others else self._sources[path].text

    def skip_reason(self, path: str) -> str | None:
        """Why `path`, or a folder that holds it, was passed over; None when it was not."""
        for part in (path, *folders_above(path)):
            if part in self._skip_reasons:
                return self._skip_reasons[part]
        return None

    def package_of(self, path: str) -> Package | None:
        """The package that owns `path`: the nearest package.json above it."""
        folder = posixpath.dirname(path)
        if folder not in self._owners:
            owners = (self._by_folder.get(above) for above in folders_above(path))
            self._owners[folder] = next((package for package in owners if package is not None), None)
        return self._owners[folder]

    def home_of(self, path: str) -> str:
        """The folder of the package that owns `path`; empty, as for the root, where none does."""
        package = self.package_of(path)
        return package.folder if package is not None else ""

    def depends_on(self, path: str, package_name: str) -> bool:
        """True when the package of `path`, or one in a folder above it, lists `package_name` as a dependency."""
        packages = (self._by_folder.get(folder) for folder in folders_above(path))
        return any(package is not None and package_name in package.dependencies for package in packages)

    def role_of(self, path: str) -> Role:
        """What the file at `path` is for."""
        return self._roles.role_of(path)

    def resolve_import(self, from_path: str, spec: str) -> Resolved:
        """What the import specifier `spec` stands for in the file `from_path`."""
        return self._importer.resolve(from_path, spec)

    def imports_of(self, path: str) -> tuple[str, ...]:
        """The files of the repository that `path` imports or passes on, read without parsing."""
        return self._graph.imports_of(path)

    def links(self, path: str) -> Mapping[str, Link]:
        """How the file at `path` brings in other files of the repository, by their paths."""
        if path not in self._links:
            self._links[path] = links_of(path, self.source(path).bindings, self.resolve_import)
        return self._links[path]

    def importers(self, path: str) -> tuple[str, ...]:
        """The files that import `path` or pass it on, read without parsing."""
        return self._graph.importers(path)

    @property
    def imported_packages(self) -> frozenset[str]:
        """The packages that files of the repository import, and names that stand for files of its own."""
        return self._graph.packages

    @cached_property
    def used_packages(self) -> frozenset[str]:
        """The packages that files of the repository import, and those that any package.json names."""
        return self.imported_packages.union(*(package.dependencies for package in self._by_folder.values()))

    def meaning_of(self, file: str, expression: SgNode) -> Meaning:
        """The declaration that `expression` names, with imports, re-exports and aliases followed."""
        return self._names.meaning_of(file, expression)

    def member_of(self, file: str, expression: SgNode, name: str) -> Meaning:
        """The declaration of the property `name` of what `expression` evaluates to."""
        return self._names.member_of(file, expression, name)

    def calls_of(self, file: str, function: SgNode) -> tuple[Site, ...] | None:
        """All calls of a function outside of tests; None when they cannot all be told."""
        return self._names.calls_of(file, function)

    def function_of(self, file: str, expression: SgNode) -> Called:
        """The function that a call of `expression` runs."""
        return self._names.function_of(file, expression)

    def callee(self, file: str, call: SgNode) -> Called:
        """The function that the call or `new` expression runs."""
        return self._names.callee(file, call)

    def is_overridden(self, file: str, cls: SgNode, name: str) -> bool:
        """Does a class of the repository that extends this one define a member of that name anew?"""
        return self._names.is_overridden(file, cls, name)

    def instance_of(self, file: str, expression: SgNode) -> Declared | External | Global | Unknown:
        """What the expression is an instance of."""
        return self._names.instance_of(file, expression)

    @cached_property
    def _names(self) -> Resolver:
        return Resolver(self)

    @cached_property
    def _graph(self) -> ImportGraph:
        return ImportGraph(self.files, self._specs, self.resolve_import)

    def _specs(self, path: str) -> tuple[str, ...]:
        """What the file at `path` imports, as written."""
        if path not in self._specs_of:
            self._specs_of[path] = imported_specs(self.text(path))
        return self._specs_of[path]

    def _read_all(
        self, files: list[FileInfo], prisma: tuple[str, ...], progress: Progress | None
    ) -> dict[str, FileInfo]:
        read: dict[str, FileInfo] = {}
        for number, file in enumerate(files, start=1):
            if progress is not None:
                progress(file.path, number, len(files))
            output = within(file.path, prisma)
            if output is not None:
                self._skip(output, "generated by Prisma")
            elif self._read_source(file):
                read[file.path] = file
        return read

    def _read_source(self, file: FileInfo) -> bool:
        try:
            source = SourceFile.from_bytes(file.path, (self.root / file.path).read_bytes())
        except (OSError, UnreadableFile) as error:
            self._unreadable(file.path, error)
            return False
        reason = None if file.declaration else text_reason(source.text)
        if reason is not None:
            self._skip(file.path, reason)
            return False
        self._sources[file.path] = source
        return True

    def _read_other(self, path: str) -> str | None:
        try:
            return (self.root / path).read_bytes().decode("utf-8").removeprefix("\ufeff")
        except (OSError, UnicodeDecodeError) as error:
            self._unreadable(path, error)
            return None

    def _unreadable(self, path: str, error: OSError | UnreadableFile | UnicodeDecodeError) -> None:
        match error:
            case UnreadableFile():
                reason = error.reason
            case UnicodeDecodeError():
                reason = "not UTF-8"
            case _:
                reason = f"cannot be read: {(error.strerror or 'unknown error').lower()}"
        self._skip(path, reason)
        self._found.append(_not_read(Skip(path, reason)))

    def _skip(self, path: str, reason: str) -> None:
        skip = Skip(path, reason)
        if skip not in self._skips:
            self._skips.append(skip)

    def _read_packages(self, configs: list[str]) -> dict[str, Package]:
        packages: dict[str, Package] = {}
        for path in configs:
            if posixpath.basename(path) == "package.json":
                folder = posixpath.dirname(path)
                text = self._read_config(path)
                unread = Package(folder, problem="cannot be read")
                packages[folder] = read_package(folder, text) if text is not None else unread
        if not packages and self.files:
            packages[""] = Package("", problem="there is no package.json")
        self._found += [_invalid_package(package) for package in packages.values() if package.problem is not None]
        return packages

    def _read_config(self, path: str) -> str | None:
        if path.startswith(".."):
            return None
        try:
            return (self.root / path).read_bytes().decode("utf-8", "replace")
        except OSError:
            return None

    def _exists(self, path: str) -> bool:
        return (self.root / path).is_file()


def _is_tsconfig(path: str) -> bool:
    return posixpath.basename(path).startswith(("tsconfig", "jsconfig"))


def _not_read(skip: Skip) -> Diagnostic:
    return _diagnostic("CX901", f"{skip.path} was not read: {skip.reason}", Place(skip.path))


def _syntax(source: SourceFile) -> Diagnostic:
    place = source.errors[0] if source.errors else Place(source.path)
    return _diagnostic("CX902", f"{source.path} has syntax errors", place)


def _invalid_package(package: Package) -> Diagnostic:
    return _diagnostic("CX903", f"{package.path}: {package.problem}", Place(package.path, package.problem_line))


def _diagnostic(code: str, message: str, place: Place) -> Diagnostic:
    return Diagnostic(code, Severity.WARNING, message, CODES[code].help, place)
