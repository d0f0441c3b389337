"""What the code files hold for other libraries: database calls, validators and timers, and their Zod schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codemods.outcome import Item, Place
from codemods.readers.sites import find_sites
from codemods.readers.zod import find_schemas
from codemods.rules.project import find_projects, is_in
from codemods.workspace import Role, Workspace

CODE_ROLES = frozenset({Role.SERVER, Role.SCRIPT, Role.MIGRATION})


@dataclass(frozen=True, slots=True)
class SchemaSite:
    """A Zod schema: the variable or property that holds it, and where it starts."""

    name: str | None
    place: Place
    offset: int


@dataclass(frozen=True, slots=True)
class FileSites:
    """The sites of one file."""

    items: tuple[Item, ...]
    schemas: tuple[SchemaSite, ...]


@dataclass(frozen=True, slots=True)
class Sites:
    """The sites of all code files, and the syntax errors of the files that were parsed for them."""

    by_file: Mapping[str, FileSites]
    errors: Mapping[str, tuple[Place, ...]]


def code_files(workspace: Workspace) -> list[str]:
    """Files whose database calls, validators and timers have to be mentioned: not those that are on Convex."""
    folders = [folder for project in find_projects(workspace) for folder in project.functions]
    return [
        path
        for path in workspace.files
        if workspace.role_of(path) in CODE_ROLES and not any(is_in(path, folder) for folder in folders)
    ]


def read_sites(workspace: Workspace) -> Sites:
    """Read all code files, whatever else is known of the workspace by now: answers depend on the files alone."""
    alone = workspace.apart()
    by_file = {path: read_file(alone, path) for path in code_files(alone)}
    return Sites(by_file, alone.errors())


def read_file(workspace: Workspace, path: str) -> FileSites:
    """Sites of one file; also where it has syntax errors, as far as they can be seen."""
    schemas = find_schemas(workspace, path)
    return FileSites(
        tuple(find_sites(workspace, path)),
        tuple(SchemaSite(schema.name, schema.place, schema.node.range().start.index) for schema in schemas),
    )
