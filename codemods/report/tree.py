"""The changed files as a tree with the lines that each gains and loses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codemods.changes.changeset import FileChange
from codemods.changes.diff import Counts, counts_of, hunks_of
from codemods.report.escape import visible
from codemods.report.paint import Line

_STYLES = {"create": "green", "modify": "yellow", "rename": "cyan", "delete": "red"}
_WORDS = {"create": "new", "modify": "changed", "delete": "deleted"}


def tree_lines(files: Sequence[FileChange]) -> Iterator[Line]:
    """One line a file under its folder; folders in the order of their paths."""
    counted = {change.path: counts_of(hunks_of(change)) for change in files}
    width = max((len(_name(change)) for change in files), default=0)
    above: list[str] = []
    for change in sorted(files, key=_folders_first):
        folders = change.path.split("/")[:-1]
        for depth in range(_shared(above, folders), len(folders)):
            yield [("  " * depth + visible(folders[depth]) + "/", "bold")]
        above = folders
        yield _file_line(change, counted[change.path], len(folders), width)


def _name(change: FileChange) -> str:
    parts = change.path.split("/")
    return "  " * (len(parts) - 1) + visible(parts[-1])


def _folders_first(change: FileChange) -> list[tuple[bool, str]]:
    *folders, name = change.path.split("/")
    return [*((False, folder) for folder in folders), (True, name)]


def _shared(first: Sequence[str], second: Sequence[str]) -> int:
    """How many leading folders the two have in common."""
    count = 0
    while count < min(len(first), len(second)) and first[count] == second[count]:
        count += 1
    return count


def _file_line(change: FileChange, counts: Counts, depth: int, width: int) -> Line:
    style = _STYLES[change.action]
    what = f"from {visible(change.from_path or '')}" if change.action == "rename" else _WORDS[change.action]
    return [
        (_name(change).ljust(width) + "  ", style),
        (f"+{counts.added}".rjust(6), "green" if counts.added else "dim"),
        (f" -{counts.removed}".ljust(8), "red" if counts.removed else "dim"),
        (what, style),
    ]
