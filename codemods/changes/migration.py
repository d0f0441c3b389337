"""What a migration plans, and what remains of the plan once its groups are accepted or rejected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from codemods.changes.changeset import ChangeSet, Dropped, FileChange
from codemods.outcome import CODES, Diagnostic, Item, ItemKind, Outcome, Place

Progress = Callable[[str, int, int], None]
"""Called with the current file, how many are done, and how many there are."""


class Skipped(Protocol):
    """A file or folder that was not looked at, and why."""

    @property
    def path(self) -> str: ...

    @property
    def reason(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Options:
    """What part of a repository to migrate, and how. Globs and patterns are as the command line takes them."""

    only: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    keep_sources: bool = False
    http: bool = True
    jobs: int = 1


@dataclass(frozen=True, slots=True)
class Migration:
    """A plan: everything found in the source with its outcome, and the change set. Nothing is written yet."""

    root: Path
    items: tuple[Item, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    changes: ChangeSet = field(default_factory=ChangeSet)
    skips: Sequence[Skipped] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """A plan with its decisions taken: what the reports show and what an apply writes."""

    root: Path
    items: tuple[Item, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    files: tuple[FileChange, ...] = ()
    notes: tuple[str, ...] = ()


def settle(migration: Migration, accepted: frozenset[str] | None = None, unwritable: Sequence[Dropped] = ()) -> Settled:
    """The plan when these groups are accepted (None: all of them).

    Items of a rejected group become skipped; items of a group that could not be written need review. `unwritable`
    names groups that a review found to be so and therefore did not accept.
    """
    result = migration.changes.render(accepted)
    dropped = {drop.group: drop for drop in [*unwritable, *result.dropped]}
    live = result.accepted if accepted is not None else None
    items = tuple(_item(item, dropped, live) for item in migration.items)
    return Settled(
        migration.root,
        items + _skip_items(migration),
        migration.diagnostics + result.diagnostics,
        result.files,
        migration.notes,
    )


def _item(item: Item, dropped: Mapping[str, Dropped], live: frozenset[str] | None) -> Item:
    if not item.groups:
        return item
    drops = [dropped[group] for group in item.groups if group in dropped]
    drop = drops[0] if len(drops) == len(item.groups) else None
    if drop is not None and (live is None or drop.code != "CX906"):
        return replace(item, outcome=Outcome.NEEDS_REVIEW, reason=f"{drop.code} {drop.reason}", target=None)
    if live is not None and not live.intersection(item.groups):
        return replace(item, outcome=Outcome.SKIPPED, reason=f"CX906 {CODES['CX906'].title}", target=None)
    return item


def _skip_items(migration: Migration) -> tuple[Item, ...]:
    known = {item.source.file for item in migration.items if item.kind is ItemKind.FILE}
    return tuple(
        Item(ItemKind.FILE, skip.path, Outcome.SKIPPED, Place(skip.path), f"CX901 {skip.reason}")
        for skip in migration.skips
        if skip.path not in known
    )
