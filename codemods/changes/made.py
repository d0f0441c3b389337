"""What came of one file of a change set, and finding the groups that broke it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from codemods.changes.changeset import Dropped
from codemods.source.file import LANGUAGES, error_count, parse


@dataclass(frozen=True, slots=True)
class Fault:
    """A group that must be left out because of the file at `path`, or of what stands in that line of it."""

    path: str
    dropped: Dropped
    line: int = 1


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of a file (None: there is no such file with these groups), or the groups that stand in the way."""

    data: bytes | None = None
    faults: tuple[Fault, ...] = ()


def faults(path: str, groups: Iterable[str], code: str, reason: str) -> tuple[Fault, ...]:
    """The same fault for several groups."""
    return tuple(Fault(path, Dropped(group, code, reason)) for group in groups)


def culprits(candidates: Iterable[str], breaks: Callable[[frozenset[str]], bool]) -> list[str]:
    """The groups that break the file when groups are added one by one, in order, to those that do not."""
    kept: frozenset[str] = frozenset()
    found = []
    for name in candidates:
        if breaks(kept | {name}):
            found.append(name)
        else:
            kept |= {name}
    return found


_WITH_COMMENTS = ("tsconfig", "jsconfig")


def syntax_errors(path: str, text: str) -> int:
    """How many places of the file do not parse; 0 for languages that are not checked."""
    name = PurePosixPath(path).name
    if name.endswith(".json"):
        return 0 if name.startswith(_WITH_COMMENTS) else _json_errors(text)
    language = LANGUAGES.get(PurePosixPath(path).suffix.lower())
    return error_count(parse(text, language)) if language else 0


def _json_errors(text: str) -> int:
    try:
        json.loads(text)
    except ValueError:
        return 1
    return 0
