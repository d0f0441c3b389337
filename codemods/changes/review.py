"""The decisions of a review: which groups are accepted and rejected, and which one to ask about next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from codemods.changes.base import Base
from codemods.changes.changeset import Action, FileChange, Result, dependents, with_needs
from codemods.outcome import Group, Item, Outcome


@dataclass(frozen=True, slots=True)
class Review:
    """Decisions so far. Every method returns a new review; a decision pulls along what depends on it."""

    groups: tuple[Group, ...]
    accepted: frozenset[str] = frozenset()
    rejected: frozenset[str] = frozenset()
    urgent: tuple[str, ...] = ()
    """Groups to ask about before all others: the parts of one that was just split."""

    @property
    def open(self) -> tuple[Group, ...]:
        """The undecided groups in the order of asking: first those that no other one needs.

        Accepting a route brings its tables, so that most tables need no question of their own.
        """
        decided = self.accepted | self.rejected
        needed = {name for group in self.groups for name in group.needs if name != group.id}
        undecided = [group for group in self.groups if group.id not in decided]
        last = needed - set(self.urgent)
        return tuple(sorted(undecided, key=lambda group: (group.id not in self.urgent, group.id in last)))

    def needs(self, name: str) -> tuple[Group, ...]:
        """The undecided groups that accepting this one accepts too."""
        found = with_needs(self.groups, [name]) - self.accepted - {name}
        return tuple(group for group in self.groups if group.id in found)

    def dependents(self, name: str) -> tuple[Group, ...]:
        """The undecided groups that rejecting this one rejects too."""
        found = dependents(self.groups, [name]) - self.rejected
        return tuple(group for group in self.groups if group.id in found)

    def accept(self, names: Iterable[str]) -> Review:
        """Accept groups and what they need."""
        return replace(self, accepted=self.accepted | with_needs(self.groups, names))

    def reject(self, names: Iterable[str]) -> Review:
        """Reject groups and what needs them."""
        lost = frozenset(names)
        return replace(self, rejected=self.rejected | lost | dependents(self.groups, lost))

    def rest_of_file(self, group: Group) -> tuple[Group, ...]:
        """The undecided groups that come from the same source file."""
        return tuple(other for other in self.open if other.source.file == group.source.file)


def step(before: Result, after: Result, base: Base) -> tuple[FileChange, ...]:
    """What more acceptance changes: the difference between the files of two results."""
    old, new = _state(before), _state(after)

    def was(path: str) -> bytes | None:
        return old[path] if path in old else base.read(path)

    moved = {change.path: change.from_path for change in after.files if change.from_path and was(change.path) is None}
    changes = []
    for path in sorted(old.keys() | new.keys()):
        first, second = was(path), new[path] if path in new else base.read(path)
        if first == second or path in moved.values():
            continue
        if source := moved.get(path):
            changes.append(FileChange("rename", path, source, was(source), second))
        else:
            changes.append(FileChange(_action(first, second), path, None, first, second))
    return tuple(changes)


def _action(before: bytes | None, after: bytes | None) -> Action:
    return "create" if before is None else "delete" if after is None else "modify"


def _state(result: Result) -> dict[str, bytes | None]:
    """What the result's paths hold; the source of a rename holds nothing."""
    state: dict[str, bytes | None] = {change.from_path: None for change in result.files if change.from_path}
    return state | {change.path: change.after for change in result.files}


def items_of_parts(
    items: Iterable[Item], parts: Mapping[str, tuple[str, ...]], accepted: frozenset[str]
) -> tuple[Item, ...]:
    """Items whose group was split: carried by a part when all parts were decided alike, else for review."""
    return tuple(_of_parts(item, parts, accepted) for item in items)


def _of_parts(item: Item, parts: Mapping[str, tuple[str, ...]], accepted: frozenset[str]) -> Item:
    split = [parts[group] for group in item.groups if group in parts]
    if not split:
        return item
    whole = [group for group in item.groups if group not in parts]
    taken = [names[0] for names in split if accepted.issuperset(names)]
    if all(accepted.isdisjoint(names) or accepted.issuperset(names) for names in split) or taken:
        return replace(item, group=(*whole, *(names[0] for names in split)))
    return replace(item, group=None, outcome=Outcome.NEEDS_REVIEW, reason="CX906 accepted only in part", target=None)
