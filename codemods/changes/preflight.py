"""Checks before an apply: everything that would stop it halfway is found while nothing is written yet."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath

from codemods.changes.changeset import FileChange
from codemods.changes.errors import ChangedSincePlanning, ChangeError, LeavesRoot, NameTaken, NotWritable
from codemods.changes.journal import HOME, STATE

_Expected = dict[str, bytes | None]


def check(root: Path, files: Sequence[FileChange]) -> None:
    """Raise the ChangeError that an apply of these files would meet, with all paths that it concerns."""
    expected = expected_state(files)
    paths = [*expected, f"{HOME}/{STATE}/.gitignore"]
    for error, message, fails in _CHECKS:
        found = tuple(dict.fromkeys(hit for path in paths if (hit := fails(root, path))))
        if found:
            raise error(message, found)
    check_unchanged(root, expected)


def expected_state(files: Iterable[FileChange]) -> _Expected:
    """What each touched path must hold before the apply (None: nothing)."""
    expected: _Expected = {}
    for change in files:
        if change.action == "rename":
            expected[change.path] = None
            expected[change.from_path or change.path] = change.before
        else:
            expected[change.path] = change.before
    return expected


def check_unchanged(root: Path, expected: _Expected) -> None:
    """Raise ChangedSincePlanning unless every path holds what the changes were computed from."""
    changed = tuple(path for path, data in expected.items() if _content(root / path) != data)
    if changed:
        raise ChangedSincePlanning("the files changed while convexify was working", changed)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ChangeError(f"{path} cannot be read: {error.strerror}") from error


def _through_link(root: Path, path: str) -> str | None:
    """The first part of the path that is a symbolic link, or the path itself when it is not below the root."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts:
        return path
    return next((str(part) for part in _downwards(pure) if (root / part).is_symlink()), None)


def _taken(root: Path, path: str) -> str | None:
    """The part of the path at which a file stands in the place of a folder, or the reverse."""
    pure = PurePosixPath(path)
    if (root / pure).is_dir():
        return path
    return next((str(part) for part in _downwards(pure.parent) if (root / part).is_file()), None)


def _read_only(root: Path, path: str) -> str | None:
    """The file, or else its nearest existing folder, when it may not be written."""
    full = root / path
    if full.exists() and not _writable(full):
        return path
    folder = full.parent
    while not folder.exists():
        folder = folder.parent
    return None if _writable(folder) else (folder.relative_to(root).as_posix() + "/").removeprefix("./") or "./"


def _writable(path: Path) -> bool:
    """The permission bits count even for the superuser, to whom everything is allowed."""
    return os.access(path, os.W_OK) and bool(path.stat().st_mode & 0o222)


def _downwards(path: PurePosixPath) -> list[PurePosixPath]:
    return [part for part in [*reversed(path.parents), path] if part.parts]


_CHECKS: tuple[tuple[type[ChangeError], str, Callable[[Path, str], str | None]], ...] = (
    (LeavesRoot, "paths lead through symbolic links, which convexify does not follow", _through_link),
    (NameTaken, "a file and a folder would have the same name", _taken),
    (NotWritable, "files or folders are read-only", _read_only),
)
