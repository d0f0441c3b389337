"""What becomes of the source files whose routes are carried over: cut, deleted, or kept with a marker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from codemods.changes.changeset import Deletion, FileEdit
from codemods.migrate.carry import Carried
from codemods.migrate.reading import Reading
from codemods.migrate.todo import marked_routes, marker_edits
from codemods.outcome import Group, Item
from codemods.planner.routes import RoutePlan
from codemods.workspace import Workspace

__all__ = ["SourceChanges", "marked_routes", "source_changes"]


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """Edits and deletions of existing files. `renames` names the source file that a module of convex/ replaces."""

    edits: tuple[FileEdit, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    groups: tuple[Group, ...] = ()
    items: tuple[Item, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)


def source_changes(
    workspace: Workspace,
    reading: Reading,
    carried: Carried,
    group_of: Callable[[RoutePlan], str],
    keep_sources: bool,
) -> SourceChanges:
    """The changes of the source files, none of them with `keep_sources`."""
    if keep_sources:
        return SourceChanges()
    marks = marker_edits(workspace, [(plan, group_of(plan)) for plan in carried.plans if not plan.carried])
    return SourceChanges(edits=tuple(FileEdit(path, tuple(edits)) for path, edits in sorted(marks.items())))
