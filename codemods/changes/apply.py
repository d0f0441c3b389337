"""Writing a change set: all of it or nothing.

First the journal is forced to the disk, then every new content is written beside its goal; only when all of that
succeeded are the files put in place, by renames, which need no space. Whatever fails is rolled back at once, and a
process that is killed leaves a journal from which `undo` restores every byte.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from codemods.changes.changeset import FileChange
from codemods.changes.disk import Disk
from codemods.changes.errors import ChangeError, RollbackFailed, UnfinishedApply, WriteFailed
from codemods.changes.journal import (
    Entry,
    Folder,
    Journal,
    Old,
    applies,
    forget,
    hash_of,
    read_journal,
    write_journal,
)
from codemods.changes.preflight import check, check_unchanged, expected_state
from codemods.changes.restore import restore

DEFAULT_FOLDER_MODE = 0o755


def apply(root: Path, files: Sequence[FileChange], disk: Disk | None = None, undoable: bool = True) -> None:
    """Write the changes. No changes, nothing written: not even a journal, which `undoable` keeps for `undo`.

    Raises a ChangeError when something stands in the way; nothing is changed then, except after RollbackFailed.
    """
    if not files:
        return
    disk = disk or Disk()
    refuse_unfinished(root)
    check(root, files)
    journal = _record(root, files, disk)
    try:
        _carry_out(root, files, journal, disk)
        if not undoable:
            forget(root, journal, disk)
    except BaseException as error:
        _roll_back(root, journal, error)
        if isinstance(error, OSError):
            raise _write_failed(error) from error
        raise


def refuse_unfinished(root: Path) -> None:
    """Raise UnfinishedApply when an earlier apply waits to be undone."""
    if _unfinished(root):
        raise UnfinishedApply("an earlier apply was interrupted")


def _unfinished(root: Path) -> Journal | None:
    """The last apply, if it did not come to its end."""
    recorded = applies(root)
    last = read_journal(recorded[-1]) if recorded else None
    return None if last is None or last.finished else last


def _record(root: Path, files: Sequence[FileChange], disk: Disk) -> Journal:
    """The journal on the disk. When it cannot be written, nothing of it stays."""
    entries, blobs = _entries(root, files)
    removed = [entry.path for entry in entries if entry.new is None]
    kept = [entry.path for entry in entries if entry.new is not None]
    try:
        return write_journal(root, entries, blobs, _missing(root, kept), _emptied(root, removed, kept), disk)
    except BaseException as error:
        forget(root, _unfinished(root), Disk())
        if isinstance(error, OSError):
            raise _write_failed(error) from error
        raise


def _entries(root: Path, files: Sequence[FileChange]) -> tuple[list[Entry], dict[str, bytes]]:
    entries: list[Entry] = []
    blobs: dict[str, bytes] = {}
    after = {change.path: change.after for change in files}
    for number, (path, before) in enumerate(expected_state(files).items()):
        old = None
        if before is not None:
            old = Old(hash_of(before), stat.S_IMODE((root / path).stat().st_mode), str(number))
            blobs[old.blob] = before
        data = after.get(path)
        temp = str(PurePosixPath(path).parent / f".convexify-{number}.tmp")
        entries.append(Entry(path, old, None if data is None else hash_of(data), temp))
    return entries, blobs


def _missing(root: Path, paths: Sequence[str]) -> list[Folder]:
    """The folders that must be made for these paths, parents first."""
    folders = {parent for path in paths for parent in PurePosixPath(path).parents if not (root / parent).exists()}
    return [Folder(str(folder), DEFAULT_FOLDER_MODE) for folder in sorted(folders)]


def _emptied(root: Path, removed: Sequence[str], kept: Sequence[str]) -> list[Folder]:
    """The folders that hold nothing once these paths are removed, children first. Git would not keep them either."""
    gone = set(removed)
    in_use = {str(parent) for path in kept for parent in PurePosixPath(path).parents}
    folders: list[Folder] = []
    parents = {parent for path in removed for parent in PurePosixPath(path).parents if parent.parts}
    for folder in sorted(parents, key=lambda parent: (-len(parent.parts), parent)):
        names = {child.relative_to(root).as_posix() for child in (root / folder).iterdir()}
        if str(folder) not in in_use and names <= gone:
            gone.add(str(folder))
            folders.append(Folder(str(folder), stat.S_IMODE((root / folder).stat().st_mode)))
    return folders


def _carry_out(root: Path, files: Sequence[FileChange], journal: Journal, disk: Disk) -> None:
    for folder in journal.made:
        disk.make_folder(root / folder.path)
    content = {change.path: change for change in files if change.after is not None}
    for entry in journal.entries:
        if change := content.get(entry.path):
            disk.write(root / entry.temp, change.after or b"", None if change.action == "create" else change.mode)
    check_unchanged(root, expected_state(files))
    for entry in journal.entries:
        if entry.new is not None:
            disk.rename(root / entry.temp, root / entry.path)
    for entry in journal.entries:
        if entry.new is None:
            disk.remove(root / entry.path)
    for folder in journal.emptied:
        disk.remove_folder(root / folder.path)
    for parent in {(root / entry.path).parent for entry in journal.entries}:
        disk.sync(parent)
    journal.finish(disk)


def _roll_back(root: Path, journal: Journal, cause: BaseException) -> None:
    try:
        restore(root, journal, Disk())
        forget(root, journal, Disk())
    except OSError as error:
        raise RollbackFailed(f"{cause}; taking the written files back failed too: {error}") from cause


def _write_failed(error: OSError) -> ChangeError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    what = "the disk is full" if full else f"the system refused a write: {error.strerror or error}"
    path = (str(error.filename),) if error.filename else ()
    return WriteFailed(what, path)
