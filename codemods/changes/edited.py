"""The bytes of an existing file with the edits of the accepted groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from codemods.changes.added_imports import taken_names, with_imports
from codemods.changes.base import Base
from codemods.changes.changeset import FileEdit
from codemods.changes.made import Fault, Made, culprits, faults, syntax_errors
from codemods.source.edits import Edit, render
from codemods.source.file import BOM, UnreadableFile, decode

ADDED = "addition "
"""Begins the names under which additions stand in a rendering: each is taken or refused by itself."""


def edited_file(edit: FileEdit, live: frozenset[str], order: Sequence[str], base: Base) -> Made:
    """The file for these groups, or the groups that cannot be written: it is gone, edits overlap, it parses worse."""
    groups = [name for name in order if name in live]
    before = base.read(edit.path)
    if before is None:
        return Made(faults=faults(edit.path, groups, "CX901", "the file to edit does not exist"))
    try:
        text = decode(edit.path, before)
    except UnreadableFile as error:
        return Made(faults=faults(edit.path, groups, "CX901", error.reason))
    made = _rendered(edit, text, live)
    if made.faults:
        return Made(faults=made.faults)
    left = syntax_errors(edit.path, made.text)
    errors = syntax_errors(edit.path, text) if left else 0
    if left <= errors:
        return Made((BOM if before.startswith(BOM) else b"") + made.text.encode())
    broken = culprits(groups, lambda some: syntax_errors(edit.path, _rendered(edit, text, some).text) > errors)
    return Made(faults=faults(edit.path, broken, "CX905", "the edited file does not parse as well as before"))


@dataclass(frozen=True, slots=True)
class _Edited:
    text: str
    faults: tuple[Fault, ...] = ()


def _rendered(edit: FileEdit, text: str, live: frozenset[str]) -> _Edited:
    """The new text, and the groups whose edits overlap or whose imports bind a name that is taken."""
    additions = [item for item in edit.additions if live.intersection(item.groups)]
    own = [replace(item.edit, group=f"{ADDED}{number}") for number, item in enumerate(additions)]
    rendered = render(text, [*chosen(edit, live), *own])
    found: tuple[Fault, ...] = ()
    for refused in rendered.refused:
        name = refused.edit.group
        owners = list(additions[int(name.removeprefix(ADDED))].groups) if name.startswith(ADDED) else [name]
        found += faults(edit.path, [owner for owner in owners if owner in live], "CX904", refused.reason)
    if not additions:
        return _Edited(rendered.text, found)
    wanted = [spec for item in additions for spec in item.imports]
    for taken in taken_names(edit.path, text, wanted):
        owners = sorted({name for item in additions if taken.spec in item.imports for name in item.groups})
        found += faults(edit.path, [owner for owner in owners if owner in live], "CX107", taken.reason)
    return _Edited(rendered.text if found else with_imports(edit.path, text, rendered.text, wanted), found)


def chosen(edit: FileEdit, live: frozenset[str]) -> list[Edit]:
    """The edits of the accepted groups, those that need no group, and the joint ones whose groups are all accepted."""
    if not live:
        return []
    own = [item for item in edit.edits if not item.group or item.group in live]
    return own + [replace(joint.edit, group="") for joint in edit.joint if live.issuperset(joint.needs)]
