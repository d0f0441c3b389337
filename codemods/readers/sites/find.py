"""Runs all site readers over a file, one item a site."""

from __future__ import annotations

from dataclasses import replace

from codemods.outcome import Item, ItemKind, Outcome
from codemods.readers.sites.registry import READERS
from codemods.readers.sites.view import FileView
from codemods.source.tree import key
from codemods.workspace import Role, Workspace

_OFFLINE = frozenset({Role.SCRIPT, Role.MIGRATION})
_REPORTED = _OFFLINE | {Role.SERVER}


def find_sites(workspace: Workspace, path: str) -> list[Item]:
    """The sites of a server file in source order. Of scripts and migrations only database calls count: skipped."""
    role = workspace.role_of(path)
    if role not in _REPORTED:
        return []
    items = _items(FileView(workspace, path))
    return [_offline(item) for item in items if item.kind is ItemKind.QUERY] if role in _OFFLINE else items


def _items(view: FileView) -> list[Item]:
    found: dict[tuple[str, int, int], Item] = {}
    for reader in READERS:
        if reader.concerns(view):
            for call, item in reader.read(view):
                found.setdefault(key(call.node), item)
    return sorted(found.values(), key=lambda item: (item.source, item.kind, item.name))


def _offline(item: Item) -> Item:
    return replace(item, outcome=Outcome.SKIPPED, reason="CX307 database call outside any route")
