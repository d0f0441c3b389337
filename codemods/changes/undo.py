"""Taking the last apply back, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codemods.changes.disk import Disk
from codemods.changes.errors import ChangedSinceApply, WriteFailed
from codemods.changes.journal import applies, forget, read_journal
from codemods.changes.restore import changed_since, restore


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo did: the restored paths, the folders that stay because they hold other files, the applies left."""

    paths: tuple[str, ...] = ()
    folders_left: tuple[str, ...] = ()
    applies_left: int = 0


def undo(root: Path, force: bool = False, disk: Disk | None = None) -> Undone | None:
    """Take back the last apply, interrupted or not; None when none is recorded.

    Raises ChangedSinceApply when a file was changed after the apply, unless `force` says to overwrite it.
    """
    disk = disk or Disk()
    recorded = applies(root)
    if not recorded:
        forget(root, None, disk)
        return None
    journal = read_journal(recorded[-1])
    changed = changed_since(root, journal)
    if changed and not force:
        raise ChangedSinceApply("files were changed after convexify wrote them", changed)
    try:
        left = restore(root, journal, disk)
        forget(root, journal, disk)
    except OSError as error:
        raise WriteFailed(f"the system refused a write: {error.strerror or error}", (str(error.filename),)) from error
    return Undone(tuple(entry.path for entry in journal.entries), left, len(recorded) - 1)
