"""What an import names: a file of the repository, a package, a module of Node, or nothing that can be found."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from codemods.workspace.builtins import builtin_module
from codemods.workspace.discovery import folders_above
from codemods.workspace.generated import PRISMA_CLIENT, within
from codemods.workspace.jsonc import strings
from codemods.workspace.packages import Package, capture, conditional_targets, entry_candidates, sources_of
from codemods.workspace.tsconfig import Aliases

# What TypeScript and the usual bundlers try, in order; a declaration file only where there is no code.
_EXTENSIONS = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".d.ts", ".d.mts", ".d.cts")
# TypeScript sources are imported under the names of the files they compile to.
_COMPILED = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}


@dataclass(frozen=True, slots=True)
class InFile:
    """A source file of the repository."""

    path: str


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the repository that is no source: JSON, a template, an image."""

    path: str


@dataclass(frozen=True, slots=True)
class InPackage:
    """An installed package; `subpath` is what follows its name ("" for the entry)."""

    name: str
    subpath: str = ""

    @property
    def module(self) -> str:
        """The import as written: name and subpath."""
        return f"{self.name}/{self.subpath}" if self.subpath else self.name


@dataclass(frozen=True, slots=True)
class Builtin:
    """A module of Node, named without `node:`."""

    name: str


@dataclass(frozen=True, slots=True)
class Missing:
    """An import that leads nowhere, and why."""

    spec: str
    reason: str


Resolved = InFile | Asset | InPackage | Builtin | Missing


@dataclass(frozen=True, slots=True)
class Tree:
    """What the resolution of imports needs to know of a repository. Paths are relative to its root."""

    files: Mapping[str, object]
    packages: Mapping[str, Package]
    aliases: Mapping[str, tuple[Aliases, ...]]
    links: Mapping[str, str]
    prisma: tuple[str, ...]
    exists: Callable[[str], bool]
    skipped: Callable[[str], str | None]


class Importer:
    """Resolves import specifiers of one repository. Answers are cached by folder and specifier."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._cache: dict[tuple[str, str], Resolved] = {}
        self._by_name = {package.name: package for package in tree.packages.values() if package.name}

    def resolve(self, from_path: str, spec: str) -> Resolved:
        """What `spec` stands for in the file `from_path`."""
        folder = posixpath.dirname(from_path)
        key = (folder, spec)
        if key not in self._cache:
            self._cache[key] = self._resolve(from_path, folder, spec.partition("?")[0])
        return self._cache[key]

    def _resolve(self, from_path: str, folder: str, spec: str) -> Resolved:
        if not spec:
            return Missing(spec, "the import names nothing")
        if spec.startswith(("./", "../")) or spec in (".", ".."):
            return self._relative(folder, spec)
        if spec.startswith("/"):
            return Missing(spec, "an absolute path")
        if spec.startswith("#"):
            found = self._first(self._own_imports(from_path, spec))
            return found or self._aliased(from_path, spec) or Missing(spec, 'not in the "imports" of package.json')
        builtin = builtin_module(spec)
        if builtin is not None:
            return Builtin(builtin)
        if ":" in spec.split("/")[0]:
            return Missing(spec, "a URL, not a module of this repository")
        return self._aliased(from_path, spec) or self._workspace_package(spec) or self._package(from_path, spec)

    def _relative(self, folder: str, spec: str) -> Resolved:
        path = posixpath.normpath(posixpath.join(folder, spec))
        if path.startswith(".."):
            return Missing(spec, "leads out of the repository")
        found = self._file("" if path == "." else path)
        if found is not None:
            return found
        reason = self._tree.skipped(path)
        return Missing(spec, f"was not read: {reason}" if reason else "no such file")

    def _file(self, path: str) -> Resolved | None:
        """The file that `path`, with or without extension, or a folder's index, stands for."""
        path = self._unlinked(path)
        if within(path, self._tree.prisma):
            return InPackage(PRISMA_CLIENT)
        for candidate in _file_names(path):
            if candidate in self._tree.files:
                return InFile(candidate)
        package = self._tree.packages.get(path)
        if package is not None and path and package.problem is None:
            for entry in entry_candidates(package, ""):
                for candidate in _file_names(posixpath.normpath(f"{path}/{entry}")):
                    if candidate in self._tree.files:
                        return InFile(candidate)
        if posixpath.splitext(path)[1] and self._tree.exists(path) and not self._tree.skipped(path):
            return Asset(path)
        return None

    def _first(self, paths: Iterable[str]) -> Resolved | None:
        return next((found for path in paths if (found := self._file(path)) is not None), None)

    def _unlinked(self, path: str) -> str:
        for link, target in self._tree.links.items():
            if path == link or path.startswith(link + "/"):
                return target + path[len(link) :]
        return path

    def _aliased(self, from_path: str, spec: str) -> Resolved | None:
        """Path aliases: of the nearest tsconfig first, then of those above it, then of package.json."""
        claimed = False
        for folder in folders_above(from_path):
            for aliases in self._tree.aliases.get(folder, ()):
                found = self._first(aliases.candidates(spec))
                if found is not None:
                    return found
                claimed = claimed or aliases.claims(spec)
            found = self._first(self._module_aliases(folder, spec))
            if found is not None:
                return found
        if claimed and not self._is_dependency(from_path, _split_package(spec)[0]):
            return Missing(spec, "a path alias under which no file lies")
        return None

    def _module_aliases(self, folder: str, spec: str) -> Iterator[str]:
        """`_moduleAliases` of package.json: https://www.npmjs.com/package/module-alias."""
        package = self._tree.packages.get(folder)
        for alias, target in strings(package.data.get("_moduleAliases")).items() if package else ():
            if spec == alias or spec.startswith(alias + "/"):
                yield posixpath.normpath(posixpath.join(folder, target) + spec[len(alias) :])

    def _own_imports(self, from_path: str, spec: str) -> Iterator[str]:
        """`imports` of the nearest package.json: https://nodejs.org/api/packages.html#subpath-imports."""
        package = next((self._tree.packages[f] for f in folders_above(from_path) if f in self._tree.packages), None)
        imports = package.data.get("imports") if package else None
        for pattern, value in imports.items() if isinstance(imports, dict) else ():
            captured = capture(pattern, spec)
            if captured is None or package is None:
                continue
            for target in conditional_targets(value):
                for entry in sources_of(target.replace("*", captured)):
                    yield posixpath.normpath(posixpath.join(package.folder, entry))

    def _workspace_package(self, spec: str) -> Resolved | None:
        """A package of this repository, by its name."""
        name, subpath = _split_package(spec)
        package = self._by_name.get(name)
        if package is None:
            return None
        paths = (posixpath.normpath(posixpath.join(package.folder, p)) for p in entry_candidates(package, subpath))
        return self._first(paths)

    def _package(self, from_path: str, spec: str) -> Resolved:
        name, subpath = _split_package(spec)
        if not name or name.startswith((".", "_", "~")) or name == "@":
            return Missing(spec, "names no package")
        return InPackage(name, subpath)

    def _is_dependency(self, from_path: str, name: str) -> bool:
        packages = (self._tree.packages.get(folder) for folder in folders_above(from_path))
        return any(package is not None and name in package.dependencies for package in packages)


def _file_names(path: str) -> Iterator[str]:
    stem, extension = posixpath.splitext(path)
    yield from (stem + source for source in _COMPILED.get(extension, ()))
    if extension:
        yield path
    yield from (path + source for source in _EXTENSIONS)
    index = f"{path}/index" if path else "index"
    yield from (index + source for source in _EXTENSIONS)


def _split_package(spec: str) -> tuple[str, str]:
    parts = spec.split("/")
    size = 2 if spec.startswith("@") else 1
    if len(parts) < size or not all(parts[:size]):
        return "", ""
    return "/".join(parts[:size]), "/".join(parts[size:])
