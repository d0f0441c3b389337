"""The migration of a workspace, step by step: read, decide, write, and say what became of everything."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from fnmatch import fnmatch
from itertools import compress
from pathlib import Path

from codemods.changes.base import DiskBase
from codemods.changes.changeset import ChangeSet, Deletion, FileEdit, Joint, NewModule
from codemods.changes.migration import Migration, Options
from codemods.ir.app import Route
from codemods.migrate.applications import joined, read_applications
from codemods.migrate.aside import Aside
from codemods.migrate.assemble import APP, Assembler
from codemods.migrate.carried import Carried
from codemods.migrate.carry import Carrier
from codemods.migrate.edge import HTTP, EdgeAssembler
from codemods.migrate.items import all_items, carried_diagnostics
from codemods.migrate.manifest import removed
from codemods.migrate.merge import foreign_router, merge_modules
from codemods.migrate.project import (
    VERSIONS,
    Project,
    find_project,
    invalid_package,
    package_edit,
    project_modules,
    unused_packages,
)
from codemods.migrate.reading import Reading
from codemods.migrate.sites import Sites
from codemods.migrate.sources import marked_routes, source_changes
from codemods.outcome import Diagnostic, Item, ItemKind, Outcome
from codemods.workspace import Workspace
from codemods.workspace.graph import package_name

NOTHING = (
    "No Express application found. Give the folder of the server: the one whose package.json depends on express, "
    "or a folder above it."
)


def planned(root: Path, workspace: Workspace, sites: Aside[Sites], options: Options) -> Migration:
    """The migration of the workspace at `root`, whose sites are read meanwhile."""
    readings = read_applications(workspace, sites)
    if not readings[0].app.routes:
        items = tuple(all_items(readings[0], None, {}))
        return Migration(root, items, _diagnostics(readings[0]), skips=workspace.skips, notes=(NOTHING,))
    base = DiskBase(root)
    found = [_application(root, reading, options, base) for reading in readings]
    return joined({project.home: migration for project, migration in found})


def _application(root: Path, reading: Reading, options: Options, base: DiskBase) -> tuple[Project, Migration]:
    """The migration of one application, and its Convex project."""
    workspace = reading.workspace
    marked = marked_routes(workspace, reading.app)
    chosen = [_selected(route.name, route.place.file, options) for route in reading.app.routes]
    left_out = [_not_selected(route) for route, ok in zip(reading.app.routes, chosen, strict=True) if not ok]
    reading.app = replace(reading.app, routes=tuple(compress(reading.app.routes, chosen)))
    carried = Carrier(reading, frozenset(marked)).run()
    project = find_project(workspace, reading.app)
    changes, found, files = _changes(reading, carried, project, options, base)
    items = [*all_items(reading, carried, marked, project), *left_out, *files]
    diagnostics = (*_diagnostics(reading), *carried_diagnostics(reading, carried), *found)
    return project, Migration(root, tuple(items), diagnostics, changes, workspace.skips)


def _selected(name: str, file: str, options: Options) -> bool:
    by_file = not options.only or any(fnmatch(file, pattern) for pattern in options.only)
    by_route = not options.routes or any(fnmatch(name, pattern) for pattern in options.routes)
    return by_file and by_route


def _not_selected(route: Route) -> Item:
    return Item(ItemKind.ROUTE, route.name, Outcome.SKIPPED, route.place, "CX906 was not selected")


def _diagnostics(reading: Reading) -> tuple[Diagnostic, ...]:
    return (*reading.workspace.diagnostics, *reading.diagnostics)


def _changes(
    reading: Reading, carried: Carried, project: Project, options: Options, base: DiskBase
) -> tuple[ChangeSet, tuple[Diagnostic, ...], tuple[Item, ...]]:
    """The change set, what its owner should know about files that it would not touch, and the files that it moves."""
    if not carried.plans:
        return ChangeSet(base=base), (), ()
    assembler = Assembler(reading, carried, project, selected=bool(options.only or options.routes))
    foreign = foreign_router(base, assembler.module_path(HTTP)) if options.http else None
    http = options.http and foreign is None
    if http:
        EdgeAssembler(reading, carried, assembler, project.typed).add()
    assembler.carried_pieces()
    assembler.stubs()
    assembler.shared()
    carried.tables = assembler.used_tables()
    sources = source_changes(reading.workspace, reading, carried, options.keep_sources)
    modules = [*assembler.modules(dict(sources.renames))]
    tsconfig = f"{project.folder}/tsconfig.json"
    modules += project_modules(project, APP, base.read(tsconfig) is not None)
    leaving = _unused(reading, carried, project, modules, sources.deletions)
    package = _package(reading.workspace, project, base, modules, http, leaving)
    edits: list[FileEdit] = [*sources.edits, *_freed(project, base, leaving, sources.deletions)]
    if isinstance(package, NewModule):
        modules.append(package)
    elif package is not None:
        edits.append(package)
    groups = [*assembler.groups(), *sources.groups]
    merged = merge_modules(modules, base, project.folder)
    all_edits = (*edits, *merged.edits)
    changes = ChangeSet(tuple(groups), merged.modules, all_edits, sources.deletions, base, merged.conflicts)
    invalid = invalid_package(project, base.read(project.package_path) is not None)
    found = (*(one for one in (foreign, invalid) if one is not None), *merged.diagnostics)
    return changes, found, sources.items


def _package(
    workspace: Workspace,
    project: Project,
    base: DiskBase,
    modules: Iterable[NewModule],
    http: bool,
    leaving: Collection[str],
) -> FileEdit | NewModule | None:
    """What generated code needs, added to package.json: also what other packages of the repository brought before."""
    imported = _packages(modules)
    elsewhere = {
        name: version
        for package in workspace.packages
        for name, version in package.dependencies.items()
        if name in imported and not version.startswith(("workspace:", "file:", "link:"))
    }
    needed = {"convex"} | (imported & VERSIONS.keys()) | ({"hono"} if http else set())
    wanted = elsewhere | {name: VERSIONS[name] for name in needed}
    return package_edit(project, _text(base, project.package_path), APP, wanted, leaving)


def _unused(
    reading: Reading,
    carried: Carried,
    project: Project,
    modules: Iterable[NewModule],
    deletions: tuple[Deletion, ...],
) -> list[str]:
    """Packages that nothing imports any more, once the whole application has moved."""
    if not deletions or not carried.is_whole:
        return []
    gone = {deletion.path for deletion in deletions}
    return unused_packages(reading.workspace, project, gone, _packages(modules))


def _freed(project: Project, base: DiskBase, names: Collection[str], deletions: tuple[Deletion, ...]) -> list[FileEdit]:
    """The unused packages taken out of package.json, when all is accepted that makes them so."""
    text = _text(base, project.package_path)
    needs = tuple(sorted({need for deletion in deletions for need in deletion.needs}))
    joint = tuple(Joint(edit, needs) for edit in removed(text, names)) if text is not None and names else ()
    return [FileEdit(project.package_path, (), joint)] if joint else []


def _packages(modules: Iterable[NewModule]) -> set[str]:
    """The packages that new modules import."""
    found = set()
    for module in modules:
        for fragment in module.fragments:
            found |= {package_name(spec.module) for spec in fragment.imports if not spec.module.startswith(".")}
    return found


def _text(base: DiskBase, path: str) -> str | None:
    data = base.read(path)
    return data.decode("utf-8-sig", "replace") if data is not None else None
