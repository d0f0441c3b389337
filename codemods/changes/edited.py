"""The bytes of an existing file with the edits of the accepted groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from codemods.changes.base import Base
from codemods.changes.changeset import FileEdit
from codemods.changes.made import Made, culprits, faults, syntax_errors
from codemods.source.edits import Edit, Rendered, render
from codemods.source.file import BOM, UnreadableFile, decode


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
    rendered = _rendered(edit, text, live)
    refused = dict.fromkeys(item.edit.group for item in rendered.refused if item.edit.group)
    if refused:
        return Made(faults=faults(edit.path, refused, "CX904", rendered.refused[0].reason))
    errors = syntax_errors(edit.path, text)
    if syntax_errors(edit.path, rendered.text) <= errors:
        return Made((BOM if before.startswith(BOM) else b"") + rendered.text.encode())
    broken = culprits(groups, lambda some: syntax_errors(edit.path, _rendered(edit, text, some).text) > errors)
    return Made(faults=faults(edit.path, broken, "CX905", "the edited file does not parse as well as before"))


def _rendered(edit: FileEdit, text: str, live: frozenset[str]) -> Rendered:
    return render(text, chosen(edit, live))


def chosen(edit: FileEdit, live: frozenset[str]) -> list[Edit]:
    """The edits of the accepted groups, those that need no group, and the joint ones whose groups are all accepted."""
    if not live:
        return []
    own = [item for item in edit.edits if not item.group or item.group in live]
    return own + [replace(joint.edit, group="") for joint in edit.joint if live.issuperset(joint.needs)]
