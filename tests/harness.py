"""`CodemodTest`: files in, files out, and what must hold for every migration whatever it does.

Every case also checks that the dry run wrote nothing, that written files parse, that the patch gives the same bytes as
an apply, that a second run has nothing to do, and that undo restores every byte.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from textwrap import dedent

from codemods.changes import FileChange, Options, Settled, settle
from codemods.changes.apply import apply
from codemods.changes.patch import git_patch
from codemods.changes.undo import undo
from codemods.migrate import plan
from codemods.outcome import Item
from codemods.source import LANGUAGES, SourceFile

Files = Mapping[str, str | bytes]

STATE = ".convexify"
PACKAGE = """{
  "name": "app",
  "dependencies": {
    "@prisma/client": "^6.0.0",
    "express": "^4.21.0",
    "zod": "^3.24.0"
  }
}
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file on disk: its bytes and its permission bits."""

    data: bytes
    mode: int


@dataclass(frozen=True, slots=True)
class Migrated:
    """A migrated tree with everything that was reported about it."""

    root: Path
    settled: Settled
    files: Mapping[str, str]
    """The tree after the apply: path -> text."""

    @property
    def convex(self) -> dict[str, str]:
        return {path: text for path, text in self.files.items() if path.startswith("convex/")}

    @property
    def codes(self) -> list[str]:
        """The codes of the diagnostics, in the order of their reporting."""
        return [diagnostic.code for diagnostic in self.settled.diagnostics]

    def item(self, name: str) -> Item:
        """The only item of that name, such as `GET /users/:id`."""
        found = [item for item in self.settled.items if item.name == name]
        assert len(found) == 1, f"{len(found)} items are named {name!r}; there are {self._names()}"
        return found[0]

    def outcome(self, name: str) -> str:
        """`migrated`, or the outcome with its reason: `needs-review CX312 …`."""
        item = self.item(name)
        return str(item.outcome) if item.reason is None else f"{item.outcome} {item.reason}"

    def _names(self) -> list[str]:
        return sorted(f"{item.kind} {item.name!r}" for item in self.settled.items)


class CodemodTest:
    """Runs migrations in folders of their own below `tmp_path`."""

    def __init__(self, tmp_path: Path) -> None:
        self._tmp_path = tmp_path
        self._runs = 0

    def migrate(
        self, before: Files, after: Mapping[str, str | None] | None = None, options: Options | None = None
    ) -> Migrated:
        """Migrates `before` and checks what holds for every case.

        Texts are dedented, bytes taken as they are, and a package.json that depends on Express is added when there
        is none. `after` gives the exact text of files after the apply, None for files that must be gone; paths that
        it does not name are not compared.
        """
        root = self._folder()
        write_files(root, {"package.json": PACKAGE, **before})
        return self.migrate_folder(root, after, options)

    def migrate_folder(
        self, root: Path, after: Mapping[str, str | None] | None = None, options: Options | None = None
    ) -> Migrated:
        """The same for a folder that is on disk already; it is left migrated."""
        options = options or Options()
        original = read_tree(root)
        settled = settle(plan(root, options))
        assert read_tree(root) == original, "the dry run changed files"
        _check_paths(settled)
        _check_parses(settled)
        expected = _after(original, settled)
        self._check_patch(original, settled, expected)
        self._check_undo(original, settled)
        apply(root, settled.files)
        _same_trees(_without_state(read_tree(root)), expected, "the apply and the dry run differ")
        _check_second_run(root, options)
        migrated = Migrated(root, settled, {path: entry.data.decode() for path, entry in expected.items()})
        _check_after(migrated, after or {})
        return migrated

    def _folder(self) -> Path:
        self._runs += 1
        folder = self._tmp_path / f"app{self._runs}"
        folder.mkdir()
        return folder

    def _check_patch(self, original: Mapping[str, Entry], settled: Settled, expected: Mapping[str, Entry]) -> None:
        if not settled.files:
            return
        root = self._copy(original)
        patch = git_patch(settled.files)
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(root.parent)}
        for arguments in (["--check"], []):
            command = ["git", "apply", "--whitespace=nowarn", *arguments, "-"]
            done = subprocess.run(command, cwd=root, env=environment, input=patch, capture_output=True, check=False)
            assert done.returncode == 0, f"git apply refused the patch:\n{done.stderr.decode()}"
        _same_trees(read_tree(root), expected, "the patch and the dry run differ", modes=False)

    def _check_undo(self, original: Mapping[str, Entry], settled: Settled) -> None:
        root = self._copy(original)
        folders = _folders(root)
        apply(root, settled.files)
        undo(root)
        _same_trees(read_tree(root), original, "undo left the tree changed")
        assert _folders(root) == folders, "undo left folders changed"

    def _copy(self, original: Mapping[str, Entry]) -> Path:
        root = self._folder()
        for path, entry in original.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(entry.data)
            target.chmod(entry.mode)
        return root


def write_files(root: Path, files: Files) -> None:
    """Writes dedented texts, and bytes as they are."""
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(dedented(content).encode() if isinstance(content, str) else content)


def dedented(text: str) -> str:
    """A text as tests write it: the first line end and the common indentation are the test's, not the file's."""
    return dedent(text.removeprefix("\n"))


def read_tree(root: Path) -> dict[str, Entry]:
    """Every regular file below `root`; node_modules and git's own are none of ours."""
    found: dict[str, Entry] = {}
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if name not in {"node_modules", ".git"}]
        for name in files:
            path = Path(folder, name)
            entry = Entry(path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
            found[path.relative_to(root).as_posix()] = entry
    return dict(sorted(found.items()))


def _folders(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_dir()}


def _without_state(tree: Mapping[str, Entry]) -> dict[str, Entry]:
    return {path: entry for path, entry in tree.items() if not path.startswith(f"{STATE}/")}


def _after(original: Mapping[str, Entry], settled: Settled) -> dict[str, Entry]:
    """The tree that the changes say they make."""
    tree = dict(original)
    for change in settled.files:
        for gone in {change.path, change.from_path} - {None}:
            tree.pop(str(gone), None)
    for change in settled.files:
        if change.after is not None:
            tree[change.path] = Entry(change.after, change.mode)
    return dict(sorted(tree.items()))


def _check_paths(settled: Settled) -> None:
    for change in settled.files:
        path = PurePosixPath(change.path)
        assert not path.is_absolute() and ".." not in path.parts, f"{change.path} is no path below the root"
        assert change.before != change.after or change.from_path, f"{change.path} is listed but not changed"


def _check_parses(settled: Settled) -> None:
    for change in settled.files:
        if change.after is None:
            continue
        suffix = PurePosixPath(change.path).suffix
        if suffix == ".json":
            json.loads(_jsonc(change))
        elif suffix in LANGUAGES:
            assert _errors(change.path, change.after) <= _errors_before(change), (
                f"{change.path} has syntax errors:\n{change.after.decode()}"
            )


def _jsonc(change: FileChange) -> str:
    """The text of a JSON file; tsconfig.json may hold comments, which stand on lines of their own in what we write."""
    assert change.after is not None
    text = change.after.decode("utf-8-sig")
    if "tsconfig" not in change.path:
        return text
    lines = text.splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith(("/*", "*", "//")))


def _errors_before(change: FileChange) -> int:
    if change.before is None:
        return 0
    return _errors(change.from_path or change.path, change.before)


def _errors(path: str, data: bytes) -> int:
    return len(SourceFile.from_bytes(path, data).errors)


def _check_second_run(root: Path, options: Options) -> None:
    again = settle(plan(root, options)).files
    listed = "\n".join(f"{change.action} {change.path}" for change in again)
    assert not again, f"a second run still has changes:\n{listed}"


def _check_after(migrated: Migrated, after: Mapping[str, str | None]) -> None:
    for path, text in after.items():
        if text is None:
            assert path not in migrated.files, f"{path} is still there"
        else:
            assert path in migrated.files, f"{path} was not written; there are {sorted(migrated.files)}"
            assert migrated.files[path] == dedented(text)


def _same_trees(found: Mapping[str, Entry], expected: Mapping[str, Entry], message: str, modes: bool = True) -> None:
    assert sorted(found) == sorted(expected), message
    for path, entry in expected.items():
        assert found[path].data == entry.data, f"{message}: {path}"
        if modes:
            assert found[path].mode == entry.mode, f"{message}: the mode of {path}"


def copy_project(source: Path, target: Path) -> None:
    """A copy of a project without what its owner would not commit."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("node_modules", "_generated", STATE))
