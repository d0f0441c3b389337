"""From accepted groups to files: merges fragments, renders edits, and leaves out the groups that would break a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from codemods.changes.changeset import (
    ChangeSet,
    Deletion,
    Dropped,
    FileChange,
    FileEdit,
    NewModule,
    Result,
    closure,
    with_needs,
)
from codemods.changes.edited import edited_file
from codemods.changes.made import Fault, Made
from codemods.changes.merged import merged_module
from codemods.outcome import CODES, Diagnostic, Place, Severity


class Composer:
    """Renders one change set for any choice of groups, and remembers each file by the groups that it depends on."""

    def __init__(self, changes: ChangeSet) -> None:
        self._changes = changes
        self._order = [group.id for group in changes.groups]
        self._modules = _merge_modules(changes.modules)
        self._edits = _merge_edits(changes.edits)
        self._deletions = _merge_deletions(changes.deletions)
        self._made: dict[tuple[str, frozenset[str]], Made] = {}

    def render(self, accepted: frozenset[str] | None = None) -> Result:
        """The files for these groups (None: all); groups that cannot be written are dropped everywhere."""
        wanted = frozenset(self._order) if accepted is None else accepted
        faults = [*self._blocked(wanted), *self._unknown()]
        live = closure(self._changes.groups, wanted - {fault.dropped.group for fault in faults})
        while found := [fault for made in self._all(live) for fault in made.faults]:
            faults += found
            live = closure(self._changes.groups, live - {fault.dropped.group for fault in found})
        direct = {fault.dropped.group: fault.dropped for fault in reversed(faults)}
        dropped = [direct.get(name) or self._lost(name, direct) for name in self._order if name in wanted - live]
        diagnostics = dict.fromkeys(_diagnostic(fault) for fault in faults)
        return Result(tuple(self._files(live)), live, tuple(dropped), tuple(diagnostics))

    def _all(self, live: frozenset[str]) -> Iterator[Made]:
        for module in self._modules.values():
            yield self._module(module, live)
        gone = self._deleted(live)
        for edit in self._edits.values():
            if edit.path not in gone:
                yield self._edited(edit, live)

    def _module(self, module: NewModule, live: frozenset[str]) -> Made:
        names = {name for fragment in module.fragments for name in fragment.groups}
        key = (module.path, live & names)
        if key not in self._made:
            self._made[key] = merged_module(module, key[1], self._order, self._changes.base)
        return self._made[key]

    def _edited(self, edit: FileEdit, live: frozenset[str]) -> Made:
        key = (edit.path, live & _groups_of(edit))
        if key not in self._made:
            self._made[key] = edited_file(edit, key[1], self._order, self._changes.base)
        return self._made[key]

    def _deleted(self, live: frozenset[str]) -> frozenset[str]:
        """Files that go: every group that must be written is, and so is every group that edits the file."""
        return frozenset(
            path
            for path, needs in self._deletions.items()
            if live and live.issuperset(needs) and live.issuperset(self._editors(path)) and self._exists(path)
        )

    def _editors(self, path: str) -> frozenset[str]:
        return _groups_of(self._edits[path]) if path in self._edits else frozenset()

    def _exists(self, path: str) -> bool:
        return self._changes.base.read(path) is not None

    def _files(self, live: frozenset[str]) -> list[FileChange]:
        gone = set(self._deleted(live))
        files = []
        for module in sorted(self._modules.values(), key=lambda module: module.path):
            data = self._module(module, live).data
            if data is None or self._exists(module.path):
                continue
            source = module.from_path if module.from_path in gone else None
            gone.discard(source or "")
            files.append(self._created(module.path, source, data))
        files += [self._removed(path) for path in gone]
        for edit in self._edits.values():
            files += self._modified(edit, live)
        return sorted(files, key=lambda change: change.path)

    def _created(self, path: str, source: str | None, data: bytes) -> FileChange:
        if source is None:
            return FileChange("create", path, after=data)
        base = self._changes.base
        return FileChange("rename", path, source, base.read(source), data, base.mode(source))

    def _removed(self, path: str) -> FileChange:
        base = self._changes.base
        return FileChange("delete", path, before=base.read(path), mode=base.mode(path))

    def _modified(self, edit: FileEdit, live: frozenset[str]) -> list[FileChange]:
        before = self._changes.base.read(edit.path)
        if edit.path in self._deleted(live) or before is None:
            return []
        after = self._edited(edit, live).data
        if after is None or after == before:
            return []
        return [FileChange("modify", edit.path, None, before, after, self._changes.base.mode(edit.path))]

    def _blocked(self, wanted: frozenset[str]) -> Iterator[Fault]:
        """The wanted groups of which it was known beforehand that an existing file stands in their way."""
        for one in self._changes.conflicts:
            if one.group in wanted:
                yield Fault(one.place.file, Dropped(one.group, one.code, one.reason), one.place.line)

    def _unknown(self) -> Iterator[Fault]:
        """Changes and needs that name a group in no list of groups would vanish without a word."""
        known = set(self._order)
        owners = [(m.path, name) for m in self._modules.values() for f in m.fragments for name in f.groups]
        owners += [(edit.path, name) for edit in self._edits.values() for name in _groups_of(edit)]
        owners += [(group.source.file, name) for group in self._changes.groups for name in group.needs]
        for path, name in owners:
            if name not in known:
                yield Fault(path, Dropped(name, "CX904", f"the group {name} does not exist"))

    def _lost(self, name: str, direct: dict[str, Dropped]) -> Dropped:
        """Why a group fell that has no fault of its own: something that it needs has one."""
        groups = {group.id: group for group in self._changes.groups}
        for need in sorted(with_needs(self._changes.groups, [name]), key=self._order.index):
            if need in direct:
                reason = f"needs {groups[need].title}: {direct[need].reason}"
                return replace(direct[need], group=name, reason=reason)
        if any(need not in groups for need in groups[name].needs):
            return Dropped(name, "CX904", "needs a group that does not exist")
        return Dropped(name, "CX906", "something that it needs was not accepted")


def _groups_of(edit: FileEdit) -> frozenset[str]:
    own = {item.group for item in edit.edits if item.group}
    return frozenset(own.union(*(joint.needs for joint in edit.joint), *(added.groups for added in edit.additions)))


def _merge_modules(modules: Iterable[NewModule]) -> dict[str, NewModule]:
    merged: dict[str, NewModule] = {}
    for module in modules:
        known = merged.get(module.path)
        merged[module.path] = module if known is None else _both(known, module)
    return merged


def _both(first: NewModule, second: NewModule) -> NewModule:
    return replace(
        first,
        fragments=first.fragments + second.fragments,
        header=first.header or second.header,
        from_path=first.from_path or second.from_path,
    )


def _merge_edits(edits: Iterable[FileEdit]) -> dict[str, FileEdit]:
    merged: dict[str, FileEdit] = {}
    for edit in edits:
        known = merged.get(edit.path, FileEdit(edit.path))
        merged[edit.path] = FileEdit(
            edit.path, known.edits + edit.edits, known.joint + edit.joint, known.additions + edit.additions
        )
    return merged


def _merge_deletions(deletions: Iterable[Deletion]) -> dict[str, frozenset[str]]:
    merged: dict[str, frozenset[str]] = {}
    for deletion in deletions:
        merged[deletion.path] = merged.get(deletion.path, frozenset()) | frozenset(deletion.needs)
    return merged


def _diagnostic(fault: Fault) -> Diagnostic:
    dropped, path = fault.dropped, fault.path
    message = dropped.reason if path in dropped.reason else f"{path}: {dropped.reason}"
    return Diagnostic(dropped.code, Severity.ERROR, message, CODES[dropped.code].help, Place(path, fault.line))
