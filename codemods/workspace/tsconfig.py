"""Path aliases: the `baseUrl` and `paths` of tsconfig and jsconfig files, with `extends` followed."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codemods.outcome import CODES, Diagnostic, Place, Severity
from codemods.workspace.jsonc import InvalidConfig, parse_object, string_list
from codemods.workspace.packages import capture

ReadText = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Aliases:
    """How the files below a tsconfig may write imports. Folders are relative to the root of the repository.

    `paths` holds pairs of a pattern (`@/*`) and its targets, which are paths with at most one `*`.
    """

    folder: str
    base: str | None = None
    paths: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def candidates(self, spec: str) -> Iterator[str]:
        """Paths, without regard to extensions, that `spec` may stand for: the most specific pattern first."""
        matches = [
            (len(pattern.partition("*")[0]), captured, targets)
            for pattern, targets in self.paths
            if (captured := capture(pattern, spec)) is not None
        ]
        for _, captured, targets in sorted(matches, key=lambda match: -match[0]):
            yield from (target.replace("*", captured) for target in targets)
        if self.base is not None:
            yield _join(self.base, spec)

    def claims(self, spec: str) -> bool:
        """True when a pattern other than the catch-all `*` matches, so that `spec` can be no package."""
        return any(pattern != "*" and capture(pattern, spec) is not None for pattern, _ in self.paths)


@dataclass(frozen=True, slots=True)
class TsConfigs:
    """The aliases of every folder that has a tsconfig, and what was wrong with those files."""

    by_folder: dict[str, tuple[Aliases, ...]]
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Raw:
    """The options of one file after its `extends`: paths are still relative to the file that wrote them."""

    base: str | None = None
    paths: dict[str, tuple[str, ...]] | None = None
    paths_folder: str = ""
    references: tuple[str, ...] = ()


class _Reader:
    def __init__(self, read: ReadText) -> None:
        self._read = read
        self.diagnostics: dict[tuple[str, str], Diagnostic] = {}

    def load(self, path: str, chain: tuple[str, ...] = ()) -> _Raw | None:
        text = self._read(path)
        if text is None:
            return None
        try:
            data = parse_object(text)
        except InvalidConfig as error:
            self._report(path, f"{path}: {error}", Severity.WARNING, error.line)
            return _Raw()
        raw = _Raw()
        for parent in _extended(data.get("extends")):
            self._inherit(raw, path, parent, (*chain, path))
        self._apply(raw, path, data)
        return raw

    def _inherit(self, raw: _Raw, path: str, parent: str, chain: tuple[str, ...]) -> None:
        if not parent.startswith("."):
            message = f"{path} extends the package {parent}, whose options are not read"
            self._report(path, message, Severity.INFO)
            return
        target = _join(posixpath.dirname(path), parent)
        options = (target, f"{target}.json", f"{target}/tsconfig.json")
        for candidate in options:
            if candidate in chain:
                self._report(path, f"{path} extends itself through {candidate}", Severity.WARNING)
                return
            inherited = self.load(candidate, chain) if candidate.endswith(".json") else None
            if inherited is not None:
                raw.base = inherited.base if inherited.base is not None else raw.base
                if inherited.paths is not None:
                    raw.paths, raw.paths_folder = inherited.paths, inherited.paths_folder
                return
        self._report(path, f"{path} extends {parent}, which does not exist", Severity.WARNING)

    def _apply(self, raw: _Raw, path: str, data: dict[str, object]) -> None:
        folder = posixpath.dirname(path)
        options = data.get("compilerOptions")
        options = options if isinstance(options, dict) else {}
        base = options.get("baseUrl")
        if isinstance(base, str):
            raw.base = _join(folder, base.removeprefix("${configDir}/"))
        paths = options.get("paths")
        if isinstance(paths, dict):
            raw.paths = {str(pattern): string_list(targets) for pattern, targets in paths.items()}
            raw.paths_folder = folder
        references = data.get("references")
        if isinstance(references, list):
            raw.references = tuple(
                target for item in references if isinstance(item, dict) and isinstance(target := item.get("path"), str)
            )

    def _report(self, path: str, message: str, severity: Severity, line: int = 1) -> None:
        diagnostic = Diagnostic("CX903", severity, message, CODES["CX903"].help, Place(path, line))
        self.diagnostics.setdefault((path, message), diagnostic)


def read_tsconfigs(paths: list[str], read: ReadText) -> TsConfigs:
    """The aliases of the tsconfig and jsconfig files at `paths`; `read` gives a file's text, None if it has none.

    `tsconfig.json` speaks for its folder; without one, the other tsconfig files there do. The project references of
    a tsconfig.json in its own folder (`tsconfig.app.json`) speak too.
    """
    reader = _Reader(read)
    by_folder: dict[str, tuple[Aliases, ...]] = {}
    for folder, names in sorted(_by_folder(paths).items()):
        found = [(name, raw) for name in _speakers(names) if (raw := reader.load(_join(folder, name))) is not None]
        for _, raw in list(found):
            local = [name for name in raw.references if posixpath.basename(_join("", name)) in names]
            loaded = ((name, reader.load(_join(folder, name))) for name in local)
            found += [(name, item) for name, item in loaded if item is not None]
        by_folder[folder] = tuple(_aliases(folder, raw) for _, raw in found)
    return TsConfigs(by_folder, tuple(sorted(reader.diagnostics.values(), key=lambda item: item.place)))


def _by_folder(paths: list[str]) -> dict[str, list[str]]:
    folders: dict[str, list[str]] = {}
    for path in paths:
        folders.setdefault(posixpath.dirname(path), []).append(posixpath.basename(path))
    return folders


def _speakers(names: list[str]) -> list[str]:
    for preferred in ("tsconfig.json", "jsconfig.json"):
        if preferred in names:
            return [preferred]
    return sorted(names)


def _extended(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else string_list(value)


def _aliases(folder: str, raw: _Raw) -> Aliases:
    root = raw.base if raw.base is not None else raw.paths_folder
    paths = tuple(
        (pattern, tuple(_target(root, folder, target) for target in targets))
        for pattern, targets in (raw.paths or {}).items()
    )
    return Aliases(folder, raw.base, paths)


def _target(root: str, folder: str, target: str) -> str:
    own = "${configDir}/"
    return _join(folder, target.removeprefix(own)) if target.startswith(own) else _join(root, target)


def _join(folder: str, path: str) -> str:
    joined = posixpath.normpath(posixpath.join(folder, path))
    return "" if joined == "." else joined
