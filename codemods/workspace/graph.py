"""Which files import which, read from their text so that nothing need be parsed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

from codemods.source.bindings import Bindings, Export, Import
from codemods.workspace.imports import InFile, Resolved

# Each alternative starts with a letter, the boundary looked for behind it: that keeps the search fast.
_IMPORTED = re.compile(
    r"""(?:from(?<!\wfrom)\s*|import(?<!\wimport)\s*\(?\s*|require(?<!\wrequire)\s*\(\s*)["']([^"'\n]+)["']"""
)
_COMMENT = ("//", "*", "/*")


def imported_specs(text: str) -> tuple[str, ...]:
    """The specifiers of all imports, re-exports and requires in `text`, in order; those in comments left out."""
    return tuple(
        dict.fromkeys(match[1] for match in _IMPORTED.finditer(text) if not _is_commented(text, match.start()))
    )


def _is_commented(text: str, offset: int) -> bool:
    return text[text.rfind("\n", 0, offset) + 1 : offset].lstrip().startswith(_COMMENT)


def package_name(spec: str) -> str:
    """The package that a specifier names, without a subpath."""
    return "/".join(spec.split("/")[: 2 if spec.startswith("@") else 1])


@dataclass(slots=True)
class Link:
    """How one file brings in another one: its imports, and the exports that pass something on."""

    imports: list[Import] = field(default_factory=list)
    exports: list[Export] = field(default_factory=list)


def links_of(path: str, bindings: Bindings, resolve: Callable[[str, str], Resolved]) -> dict[str, Link]:
    """By path, the files of the repository that the file at `path` brings in."""
    links: dict[str, Link] = defaultdict(Link)
    for found in bindings.imports:
        target = resolve(path, found.module)
        if isinstance(target, InFile):
            links[target.path].imports.append(found)
    for export in bindings.exports:
        source = resolve(path, export.module) if export.module is not None else None
        if isinstance(source, InFile):
            links[source.path].exports.append(export)
    return dict(links)


class ImportGraph:
    """The imports between the files of one repository, in both directions."""

    def __init__(
        self,
        files: Iterable[str],
        specs: Callable[[str], tuple[str, ...]],
        resolve: Callable[[str, str], Resolved],
    ) -> None:
        self._files = files
        self._specs = specs
        self._resolve = resolve

    def imports_of(self, path: str) -> tuple[str, ...]:
        """The files that `path` imports, sorted."""
        return self._forward.get(path, ())

    def importers(self, path: str) -> tuple[str, ...]:
        """The files that import `path`, sorted."""
        return self._backward.get(path, ())

    @cached_property
    def packages(self) -> frozenset[str]:
        """What the files import by a name rather than by a path, subpaths of packages left off."""
        specs = (spec for path in self._files for spec in self._specs(path))
        return frozenset(package_name(spec) for spec in specs if not spec.startswith("."))

    @cached_property
    def _forward(self) -> dict[str, tuple[str, ...]]:
        return {path: tuple(sorted(self._targets(path))) for path in self._files}

    @cached_property
    def _backward(self) -> dict[str, tuple[str, ...]]:
        backward: dict[str, list[str]] = {}
        for path, targets in self._forward.items():
            for target in targets:
                backward.setdefault(target, []).append(path)
        return {path: tuple(sorted(sources)) for path, sources in backward.items()}

    def _targets(self, path: str) -> set[str]:
        resolved = (self._resolve(path, spec) for spec in self._specs(path))
        return {found.path for found in resolved if isinstance(found, InFile) and found.path != path}
