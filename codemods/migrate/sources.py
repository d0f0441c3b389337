"""What becomes of the source files whose routes are carried over: cut, deleted, or kept with a marker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from codemods.changes.changeset import Deletion, FileEdit
from codemods.migrate.carried import Carried
from codemods.migrate.cuts import Cut, Needs, cut_edits
from codemods.migrate.project import find_project
from codemods.migrate.reading import Reading
from codemods.migrate.removal.decide import leftovers, removable
from codemods.migrate.removal.elements import Element, FileElements, Kind
from codemods.migrate.removal.leaving import Leaving
from codemods.migrate.removal.moved import Moved, moved
from codemods.migrate.removal.survey import Survey
from codemods.migrate.todo import marked_routes, marker_edits
from codemods.outcome import Group, Item, ItemKind, Outcome, Place, Target
from codemods.source import SourceFile, member
from codemods.workspace import InFile, Role, Workspace

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
    keep_sources: bool,
) -> SourceChanges:
    """The changes of the source files, none of them with `keep_sources`."""
    if keep_sources:
        return SourceChanges()
    left = [plan for plan in carried.plans if not plan.carried and not carried.is_answered(plan)]
    marks = marker_edits(workspace, [(plan, plan.group) for plan in left])
    if not carried.carried:
        return SourceChanges(edits=tuple(FileEdit(path, tuple(edits)) for path, edits in sorted(marks.items())))
    found = moved(reading, carried)
    survey = Survey(reading, found)
    files = survey.run()
    going = _decide(workspace, files)
    cuts = _cuts(workspace, files, going)
    edits = [
        cut_edits(workspace.source(path), cuts.get(path, []), marks.get(path, []))
        for path in sorted({*cuts, *marks})
        if cuts.get(path) or marks.get(path)
    ]
    gone = {file.whole.file: going[file.whole] for file in files if file.whole in going}
    return SourceChanges(
        edits=tuple(edits),
        deletions=tuple(Deletion(path, tuple(sorted(needs))) for path, needs in sorted(gone.items())),
        items=tuple(_items(workspace, reading, carried, found, files, going)),
        renames={
            carried.placement.main_module(path): path
            for path in sorted(carried.placement.modules)
            if path in gone and _is_moved(workspace.source(path), carried)
        },
    )


def _is_moved(file: SourceFile, carried: Carried) -> bool:
    """Was most of a file carried over, so that its module is the file in a new place?"""
    imported = {item.statement for item in file.bindings.imports}
    whole = len(file.text) - sum(span.end - span.start for span in imported)
    spans = {carried.closure.piece(key).span for key in carried.written if key.file == file.path}
    return 2 * sum(span.end - span.start for span in spans) >= whole


# ---- what goes ------------------------------------------------------------------------------------


def _decide(workspace: Workspace, files: Sequence[FileElements]) -> dict[Element, Needs]:
    """What goes; a file that must still be loaded by someone keeps the file that loads it."""
    while True:
        going = removable(files)
        lost = [file for file in files if file.whole in going and _orphans(workspace, file, files, going)]
        if not lost:
            return going
        for file in lost:
            file.whole.refuse("it loads a module that stays")


def _orphans(
    workspace: Workspace, file: FileElements, files: Sequence[FileElements], going: Mapping[Element, Needs]
) -> bool:
    """Would a module that does something when it is loaded, and stays, lose its last importer with this file?"""
    gone = {other.whole.file for other in files if other.whole in going}
    for other in files:
        path = other.whole.file
        if path in gone or path not in workspace.imports_of(file.whole.file) or not _acts(other, going):
            continue
        importers = [one for one in workspace.importers(path) if workspace.role_of(one) is not Role.TEST]
        if all(one in gone for one in importers):
            return True
    return False


def _acts(file: FileElements, going: Mapping[Element, Needs]) -> bool:
    """Does loading the file do something that stays?"""
    return any(
        one.kind not in (Kind.IMPORT, Kind.EXPORT)
        and one not in going
        and one.obstacle is not None
        and one.node is not None
        and one.node.kind()
        in ("expression_statement", "if_statement", "for_statement", "for_in_statement", "try_statement")
        for one in file.top
    )


def _cuts(workspace: Workspace, files: Sequence[FileElements], going: Mapping[Element, Needs]) -> dict[str, list[Cut]]:
    by_path = {file.whole.file: file for file in files}
    found: dict[str, list[Cut]] = {}
    for path, elements in by_path.items():

        def loads(module: str, path: str = path) -> bool:
            target = workspace.resolve_import(path, module)
            other = by_path.get(target.path) if isinstance(target, InFile) else None
            return other is not None and other.whole not in going and _acts(other, going)

        cuts = Leaving(workspace.source(path), going, loads).cuts(elements)
        if cuts:
            found[path] = cuts
    return found


# ---- the report -----------------------------------------------------------------------------------


def _items(
    workspace: Workspace,
    reading: Reading,
    carried: Carried,
    found: Moved,
    files: Sequence[FileElements],
    going: Mapping[Element, Needs],
) -> list[Item]:
    """Files that moved, went or were left with something in them, and the tests of those that went."""
    project = find_project(workspace, reading.app)
    used = {*found.pieces, *(file for file, _ in found.routes)}
    items: list[Item] = []
    tests: set[str] = set()
    for file in files:
        tests |= _tests_of(workspace, file, going)
        path = file.whole.file
        if file.whole in going:
            module = carried.placement.main_module(path) if path in carried.placement.modules else None
            target = Target(f"{project.folder}/{module}{project.extension}") if module is not None else None
            items.append(Item(ItemKind.FILE, path, Outcome.MIGRATED, Place(path), None, target))
        elif path in used:
            what = leftovers(file, going)
            reason = f"CX105 still holds {what[0]}" if what else "CX105 files that stay use it"
            items.append(Item(ItemKind.FILE, path, Outcome.NEEDS_REVIEW, Place(path), reason))
    items += [_tested(path) for path in sorted(tests)]
    return items


def _tests_of(workspace: Workspace, file: FileElements, going: Mapping[Element, Needs]) -> set[str]:
    """The tests that import a file that goes, or code of it that does."""
    path = file.whole.file
    tests = {one for one in workspace.importers(path) if workspace.role_of(one) is Role.TEST}
    if file.whole in going:
        return tests
    exports = workspace.source(path).bindings.exports
    names = {one.name for one in exports if (at := file.at(one.span.start)) is not None and at in going}
    return {test for test in tests if names & _taken(workspace, test, path)}


def _taken(workspace: Workspace, importer: str, path: str) -> set[str]:
    """The names that one file imports of another; of the module as a whole, those that follow it."""
    found: set[str] = set()
    source = workspace.source(importer)
    for item in source.bindings.imports:
        target = workspace.resolve_import(importer, item.module)
        if isinstance(target, InFile) and target.path == path:
            binding = source.bindings.top_level.get(item.local)
            parents = [reference.parent() for reference in binding.references] if binding is not None else []
            members = [member(parent) for parent in parents if parent is not None]
            found |= {item.imported} | {parts[1] for parts in members if parts is not None}
    return found


def _tested(path: str) -> Item:
    return Item(ItemKind.FILE, path, Outcome.NEEDS_REVIEW, Place(path), "CX105 tests a module that was moved")
