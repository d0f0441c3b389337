"""Splitting a group into one part a file, where its files make sense without each other."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace

from codemods.changes.changeset import ChangeSet, FileEdit, Fragment, ImportSpec, Joint, NewModule
from codemods.outcome import Group


@dataclass(frozen=True, slots=True)
class Parts:
    """A change set in which a group is replaced by its parts, one for each file, new files first."""

    changes: ChangeSet
    names: tuple[str, ...]


def split(changes: ChangeSet, name: str) -> Parts | None:
    """Replace a group by parts; None when all of it lies in one file.

    A part needs the parts whose new code it imports, and an edit of a source file needs all new code: a route is
    only taken out of its source when the code that does its work is written.
    """
    written = {path for path, _ in _new_code(changes, name)}
    edited = sorted({e.path for e in changes.edits if any(item.group == name for item in e.edits)})
    created = sorted(written.difference(edited))
    if len(created) + len(edited) < 2:
        return None
    parts = {path: f"{name}/{number}" for number, path in enumerate([*created, *edited], start=1)}
    whole = changes.group(name)
    groups: list[Group] = []
    for group in changes.groups:
        if group.id != name:
            groups.append(replace(group, needs=_spread(group.needs, name, parts)))
            continue
        for path, part in parts.items():
            needs = [parts[other] for other in (created if path in edited else _imports(changes, path, name))]
            own = tuple(need for need in needs if need != part)
            groups.append(replace(whole, id=part, title=f"{whole.title}: {path}", needs=whole.needs + own))
    split_changes = replace(
        changes,
        groups=tuple(groups),
        modules=tuple(_module(module, name, parts) for module in changes.modules),
        edits=tuple(_edit(edit, name, parts) for edit in changes.edits),
        deletions=tuple(replace(gone, needs=_spread(gone.needs, name, parts)) for gone in changes.deletions),
    )
    return Parts(split_changes, tuple(parts.values()))


def _new_code(changes: ChangeSet, name: str) -> Iterator[tuple[str, tuple[ImportSpec, ...]]]:
    """The paths to which a group brings code, with the imports of each piece of it."""
    for module in changes.modules:
        yield from ((module.path, piece.imports) for piece in module.fragments if name in piece.groups)
    for edit in changes.edits:
        yield from ((edit.path, piece.imports) for piece in edit.additions if name in piece.groups)


def _spread(needs: tuple[str, ...], name: str, parts: dict[str, str]) -> tuple[str, ...]:
    """Who needed the group needs all its parts."""
    if name not in needs:
        return needs
    return (*(need for need in needs if need != name), *parts.values())


def _imports(changes: ChangeSet, path: str, name: str) -> list[str]:
    """The files with new code of the group that this one's part imports."""
    pieces = list(_new_code(changes, name))
    others = {_stem(other): other for other, _ in pieces}
    wanted = {
        posixpath.normpath(posixpath.join(posixpath.dirname(path), spec.module))
        for own, imports in pieces
        if own == path
        for spec in imports
        if spec.module.startswith(".")
    }
    return [others[_stem(target)] for target in sorted(wanted) if _stem(target) in others]


def _stem(path: str) -> str:
    stem, ending = posixpath.splitext(path)
    return stem if ending in (".ts", ".tsx", ".js", ".jsx", ".mjs") else path


def _module(module: NewModule, name: str, parts: dict[str, str]) -> NewModule:
    return replace(module, fragments=tuple(_fragment(f, module.path, name, parts) for f in module.fragments))


def _fragment(fragment: Fragment, path: str, name: str, parts: dict[str, str]) -> Fragment:
    if name not in fragment.groups:
        return fragment
    return replace(fragment, group=tuple(parts[path] if group == name else group for group in fragment.groups))


def _edit(edit: FileEdit, name: str, parts: dict[str, str]) -> FileEdit:
    edits = tuple(replace(item, group=parts[edit.path]) if item.group == name else item for item in edit.edits)
    joint = tuple(Joint(item.edit, _spread(item.needs, name, parts)) for item in edit.joint)
    additions = tuple(
        replace(item, groups=tuple(parts[edit.path] if group == name else group for group in item.groups))
        for item in edit.additions
    )
    return FileEdit(edit.path, edits, joint, additions)
