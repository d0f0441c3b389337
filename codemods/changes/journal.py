"""The journal of an apply: what every file was before, forced to the disk before any file is touched.

It lies in `.convexify/state/<number>/`, one folder for each apply: `journal.json`, the old contents as numbered
files, and a marker that is `open` while the apply runs and `done` after it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from codemods.changes.disk import Disk
from codemods.changes.errors import BadJournal

VERSION = 1
HOME = ".convexify"
STATE = "state"


@dataclass(frozen=True, slots=True)
class Old:
    """A file before the apply: the hash of its bytes, its permission bits, and where the journal keeps the bytes."""

    hash: str
    mode: int
    blob: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One path: what it was (None: not there), the hash of what it becomes (None: removed), and its temporary file."""

    path: str
    old: Old | None
    new: str | None
    temp: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that the apply makes or removes, with its permission bits."""

    path: str
    mode: int


@dataclass(frozen=True, slots=True)
class Journal:
    """An apply as recorded. `made` has parents before children, `emptied` children before parents."""

    place: Path
    entries: tuple[Entry, ...]
    made: tuple[Folder, ...] = ()
    emptied: tuple[Folder, ...] = ()

    @property
    def finished(self) -> bool:
        """False when the apply was interrupted."""
        return (self.place / "done").exists()

    def finish(self, disk: Disk) -> None:
        """Mark the apply as complete. A rename, so that it needs no space on the disk."""
        disk.rename(self.place / "open", self.place / "done")
        disk.sync(self.place)


def hash_of(data: bytes) -> str:
    """The hash by which the journal knows a file's bytes."""
    return sha256(data).hexdigest()


def state_folder(root: Path) -> Path:
    """Where the journals of a repository lie."""
    return root / HOME / STATE


def applies(root: Path) -> list[Path]:
    """The folders of the recorded applies, oldest first."""
    state = state_folder(root)
    if not state.is_dir():
        return []
    return sorted(path for path in state.iterdir() if path.name.isdigit())


def write_journal(
    root: Path,
    entries: Sequence[Entry],
    blobs: dict[str, bytes],
    made: Sequence[Folder],
    emptied: Sequence[Folder],
    disk: Disk,
) -> Journal:
    """Record an apply before it begins. The record appears in one step: there is none, or there is all of it."""
    state = state_folder(root)
    disk.make_folder(state.parent)
    disk.make_folder(state)
    disk.write(state / ".gitignore", b"*\n")
    number = int(applies(root)[-1].name) + 1 if applies(root) else 1
    place, draft = state / f"{number:04}", state / f"{number:04}.draft"
    disk.remove_tree(draft)
    disk.make_folder(draft)
    for name, data in blobs.items():
        disk.write(draft / name, data)
    record = {
        "version": VERSION,
        "entries": [asdict(entry) for entry in entries],
        "made": [asdict(folder) for folder in made],
        "emptied": [asdict(folder) for folder in emptied],
    }
    disk.write(draft / "open", b"")
    disk.write(draft / "journal.json", json.dumps(record, indent=1).encode())
    disk.sync(draft)
    disk.rename(draft, place)
    for folder in (state, state.parent, root):
        disk.sync(folder)
    return Journal(place, tuple(entries), tuple(made), tuple(emptied))


def read_journal(place: Path) -> Journal:
    """A recorded apply. Raises BadJournal for one that is damaged or of another version."""
    try:
        record = json.loads((place / "journal.json").read_bytes())
        if record["version"] != VERSION:
            raise BadJournal(f"{place / 'journal.json'} was written by another version of convexify")
        return Journal(
            place,
            tuple(_entry(item) for item in record["entries"]),
            tuple(Folder(**item) for item in record["made"]),
            tuple(Folder(**item) for item in record["emptied"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadJournal(f"{place / 'journal.json'} cannot be read: {error}") from error


def forget(root: Path, journal: Journal | None, disk: Disk) -> None:
    """Remove a journal, drafts and remains; with the last journal the whole state goes."""
    state = state_folder(root)
    if journal is not None:
        gone = journal.place.with_suffix(".gone")
        disk.rename(journal.place, gone)
        disk.sync(state)
    rests = [path for path in state.iterdir() if path.suffix in (".gone", ".draft")] if state.is_dir() else []
    for rest in rests:
        disk.remove_tree(rest)
    if not applies(root) and state.parent.is_dir():
        disk.remove_tree(state)
        disk.remove_folder(state.parent)


def _entry(item: dict[str, object]) -> Entry:
    old = item["old"]
    kept = Old(**old) if isinstance(old, dict) else None
    new = item["new"]
    return Entry(str(item["path"]), kept, None if new is None else str(new), str(item["temp"]))
