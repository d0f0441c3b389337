"""Putting files back to what a journal says they were. Can be interrupted and run again at any point."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

from codemods.changes.disk import Disk
from codemods.changes.journal import Entry, Journal, Old, hash_of


def changed_since(root: Path, journal: Journal) -> tuple[str, ...]:
    """The paths that hold neither what was there before the apply nor what it wrote."""
    return tuple(entry.path for entry in journal.entries if current(root / entry.path) not in _expected(entry))


def current(path: Path) -> str | None:
    """The hash of what lies at a path, None for nothing, and a word that is no hash for what is not a plain file."""
    if path.is_symlink() or path.is_dir():
        return "not a file"
    try:
        return hash_of(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None


def restore(root: Path, journal: Journal, disk: Disk) -> tuple[str, ...]:
    """Restore every file and folder; returns the folders that stay because others put something into them."""
    for folder in reversed(journal.emptied):
        _make_folders(root / folder.path, disk)
        if stat.S_IMODE((root / folder.path).stat().st_mode) != folder.mode:
            disk.set_mode(root / folder.path, folder.mode)
    for entry in journal.entries:
        if (root / entry.temp).exists():
            disk.remove(root / entry.temp)
        if entry.old is None:
            disk.remove(root / entry.path)
        else:
            _put_back(root / entry.path, entry.old, journal.place / entry.old.blob, disk)
    stay = tuple(f.path for f in reversed(journal.made) if not disk.remove_folder(root / f.path))
    for parent in {(root / entry.path).parent for entry in journal.entries}:
        disk.sync(parent)
    return stay


def _expected(entry: Entry) -> tuple[str | None, str | None]:
    return (entry.old.hash if entry.old else None, entry.new)


def _put_back(path: Path, old: Old, blob: Path, disk: Disk) -> None:
    """Move the kept bytes into place: a rename needs no space, and the next run finds the file as it should be."""
    if current(path) == old.hash:
        if stat.S_IMODE(path.stat().st_mode) != old.mode:
            disk.set_mode(path, old.mode)
        return
    if not blob.exists():  # an undo that was interrupted put it back already, and its owner went on from there
        return
    _make_folders(path.parent, disk)
    disk.set_mode(blob, old.mode)
    try:
        disk.rename(blob, path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = path.with_name(".convexify-undo.tmp")
        disk.write(beside, blob.read_bytes(), old.mode)
        disk.rename(beside, path)


def _make_folders(folder: Path, disk: Disk) -> None:
    if not folder.exists():
        _make_folders(folder.parent, disk)
        disk.make_folder(folder)
