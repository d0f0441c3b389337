"""Repositories that hold several applications, each with a package of its own: every one becomes a Convex project.

Applications that share code or tables stay together: one Convex project serves the largest of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from codemods.changes.changeset import Addition, ChangeSet, Conflict, Deletion, FileEdit, Fragment, Joint, NewModule
from codemods.changes.migration import Migration
from codemods.migrate.aside import Aside
from codemods.migrate.reading import Reading, read
from codemods.migrate.sites import Sites
from codemods.outcome import Group, Item
from codemods.source.edit import Edit
from codemods.workspace import Workspace

SEVERAL = (
    "There are several applications ({}): each becomes a Convex project, with a database of its own. "
    "To migrate one of them, give its folder."
)


def read_applications(workspace: Workspace, sites: Aside[Sites] | None = None) -> tuple[Reading, ...]:
    """What is read of each application that shares nothing with the others, the one with most routes first."""
    whole = read(workspace, sites)
    homes = Counter(workspace.home_of(route.application) for route in whole.app.routes if route.mounted)
    parts = _apart(workspace, homes) if len(homes) > 1 else []
    if len(parts) < 2:
        return (whole,)
    readings = []
    for part in parts:
        others = frozenset[str]().union(*(other for other in parts if other is not part))
        readings.append(read(workspace.without(others), whole.aside))
    return tuple(reading for reading in readings if reading.app.routes)


def _apart(workspace: Workspace, homes: Mapping[str, int]) -> list[frozenset[str]]:
    """The files of each application, with all that they import; those of applications that share some together."""
    parts: list[frozenset[str]] = []
    for home in sorted(homes, key=lambda name: (-homes[name], len(name), name)):
        found = _reached(workspace, home)
        shared = [part for part in parts if part & found]
        whole = found.union(*shared)
        at = parts.index(shared[0]) if shared else len(parts)
        parts = [part for part in parts if part not in shared]
        parts.insert(at, whole)
    owned = frozenset[str]().union(*parts)
    is_shared = any(path.endswith(".prisma") and path not in owned for path in workspace.other_files)
    return [owned] if is_shared else parts


def _reached(workspace: Workspace, home: str) -> frozenset[str]:
    """The files of a package and those of the repository that they lead to."""
    others = (path for path in workspace.other_files if workspace.home_of(path) == home)
    queue = [path for path in workspace.files if workspace.home_of(path) == home]
    found = {*queue, *others}
    while queue:
        news = set(workspace.imports_of(queue.pop())) - found
        found |= news
        queue += news
    return frozenset(found)


# ---- one migration of several ---------------------------------------------------------------------------------------


def joined(migrations: Mapping[str, Migration]) -> Migration:
    """The migrations of several applications, by the folders of their packages, as one."""
    (first, *rest) = [
        migration if index == 0 else _labelled(migration, home)
        for index, (home, migration) in enumerate(migrations.items())
    ]
    if not rest:
        return first
    items: dict[tuple[object, ...], Item] = {}
    for item in (item for one in (first, *rest) for item in one.items):
        items.setdefault((item.kind, item.name, item.source), item)
    diagnostics = dict.fromkeys(found for one in (first, *rest) for found in one.diagnostics)
    return replace(
        first,
        items=tuple(sorted(items.values(), key=lambda item: (item.kind, item.source, item.name))),
        diagnostics=tuple(diagnostics),
        changes=_united([one.changes for one in (first, *rest)]),
        notes=(*first.notes, SEVERAL.format(", ".join(home or "." for home in migrations))),
    )


def _united(all_changes: Iterable[ChangeSet]) -> ChangeSet:
    sets = list(all_changes)
    return ChangeSet(
        groups=tuple(group for one in sets for group in one.groups),
        modules=tuple(module for one in sets for module in one.modules),
        edits=tuple(edit for one in sets for edit in one.edits),
        deletions=tuple(deletion for one in sets for deletion in one.deletions),
        base=sets[0].base,
        conflicts=tuple(conflict for one in sets for conflict in one.conflicts),
    )


def _labelled(migration: Migration, home: str) -> Migration:
    """The same migration with groups that go by other names than those of other applications."""
    label = _Label(home)
    changes = migration.changes
    return replace(
        migration,
        items=tuple(replace(item, group=label.names(item.groups) or None) for item in migration.items),
        changes=replace(
            changes,
            groups=tuple(label.group(group) for group in changes.groups),
            modules=tuple(label.module(module) for module in changes.modules),
            edits=tuple(label.file_edit(edit) for edit in changes.edits),
            deletions=tuple(Deletion(one.path, label.names(one.needs)) for one in changes.deletions),
            conflicts=tuple(label.conflict(conflict) for conflict in changes.conflicts),
        ),
    )


class _Label:
    """Puts the folder of an application behind the names of groups."""

    def __init__(self, home: str) -> None:
        self._home = home

    def names(self, groups: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self._name(group) for group in groups)

    def group(self, group: Group) -> Group:
        return replace(group, id=self._name(group.id), needs=self.names(group.needs))

    def module(self, module: NewModule) -> NewModule:
        return replace(module, fragments=tuple(self._fragment(fragment) for fragment in module.fragments))

    def file_edit(self, edit: FileEdit) -> FileEdit:
        return FileEdit(
            edit.path,
            tuple(self._edit(one) for one in edit.edits),
            tuple(Joint(self._edit(one.edit), self.names(one.needs)) for one in edit.joint),
            tuple(Addition(self._edit(one.edit), self.names(one.groups), one.imports) for one in edit.additions),
        )

    def conflict(self, conflict: Conflict) -> Conflict:
        return replace(conflict, group=self._name(conflict.group))

    def _fragment(self, fragment: Fragment) -> Fragment:
        named = self._name(fragment.group) if isinstance(fragment.group, str) else self.names(fragment.group)
        return replace(fragment, group=named)

    def _edit(self, edit: Edit) -> Edit:
        return replace(edit, group=self._name(edit.group))

    def _name(self, group: str) -> str:
        return f"{group} @{self._home}" if group else ""
