"""New modules whose paths are taken: edits that bring their code into the files that are there.

Nothing that exists is overwritten, but for what an earlier run wrote in place of a route that it could not carry
over. What cannot stand beside the existing code is a conflict, and keeps its groups from being written.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from codemods.changes import Base, Conflict, FileEdit, NewModule
from codemods.migrate.merge.declarations import Difference, Piece, beside_siblings, merge_declarations, pieces_of
from codemods.migrate.merge.edge import merge_http, serves_hono
from codemods.migrate.merge.environment import merge_environment
from codemods.migrate.merge.found import Merging, joined
from codemods.migrate.merge.statements import statements_of
from codemods.migrate.merge.tables import merge_schema
from codemods.outcome import Diagnostic, Place, Severity
from codemods.source import LANGUAGES, SourceFile, UnreadableFile
from codemods.writers.library import all_names, module_of

__all__ = ["Merged", "foreign_router", "merge_modules"]


@dataclass(frozen=True, slots=True)
class Merged:
    """The modules that are new, the edits of those that exist, and what stands in the way."""

    modules: tuple[NewModule, ...]
    edits: tuple[FileEdit, ...]
    conflicts: tuple[Conflict, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def merge_modules(modules: Sequence[NewModule], base: Base, folder: str) -> Merged:
    """Bring the modules of the functions folder into the files that are there already."""
    new: list[NewModule] = []
    edits: list[FileEdit] = []
    conflicts: list[Conflict] = []
    diagnostics: list[Diagnostic] = []
    for module in modules:
        merging = _merged(module, base, folder)
        if merging is None:
            new.append(module)
            continue
        conflicts += merging.conflicts
        diagnostics += merging.diagnostics
        if merging.additions:
            edits.append(FileEdit(module.path, additions=tuple(merging.additions)))
    return Merged(tuple(new), tuple(edits), tuple(conflicts), tuple(diagnostics))


def foreign_router(base: Base, path: str) -> Diagnostic | None:
    """Why no old URL can be added to the `http` module at `path`; None when it is new or serves Hono as ours does."""
    found = _existing(path, base)
    if found is None:
        return None
    file = _readable(found, base)
    if found == path and isinstance(file, SourceFile) and serves_hono(file):
        return None
    message = (
        f"{found} is not a Hono application called app that new HttpRouterWithHono(app) serves, so the old URLs were "
        "not added to it; the functions were written"
    )
    advice = (
        "Serve it with Hono (convex-helpers/server/hono), its own routes included, or move it out of the way; "
        "then run again."
    )
    return Diagnostic("CX106", Severity.WARNING, message, advice, Place(found))


def _merged(module: NewModule, base: Base, folder: str) -> Merging | None:
    """None when the module is new, or nothing that code can be merged into."""
    ending = posixpath.splitext(module.path)[1]
    found = _existing(module.path, base) if ending in LANGUAGES else None
    if found is None:
        return None
    fragments, merging = joined(module), Merging()
    everyone = dict.fromkeys(name for fragment in fragments for name in fragment.groups)
    if found != module.path:
        reason = f"{found} is there, and {module.path} would be the same module to Convex"
        merging.conflict(everyone, "CX106", reason, Place(found))
        return merging
    file = _readable(found, base)
    if not isinstance(file, SourceFile):
        merging.conflict(everyone, *file, Place(found))
        return merging
    name = posixpath.relpath(posixpath.splitext(module.path)[0], folder or ".")
    match name:
        case "schema":
            return merge_schema(file, fragments, base)
        case "convex.config":
            return merge_environment(file, fragments)
        case "http":
            return merge_http(file, fragments)
    pieces = pieces_of(file, fragments)
    keep = _is_library(name) and _is_ours(file, pieces, name)
    difference = Difference.KEEP if keep else Difference.CONFLICT
    return merge_declarations(file, pieces, lambda piece: difference, beside_siblings(file))


def _existing(path: str, base: Base) -> str | None:
    """The file of this module, whatever its language."""
    stem = posixpath.splitext(path)[0]
    return next((name for name in (path, *(f"{stem}{one}" for one in LANGUAGES)) if base.read(name) is not None), None)


def _readable(path: str, base: Base) -> SourceFile | tuple[str, str]:
    """The file, or the code and the reason why nothing can be added to it."""
    try:
        file = SourceFile.from_bytes(path, base.read(path) or b"")
    except UnreadableFile as error:
        return "CX901", f"{path} cannot be added to: {error.reason}"
    return ("CX902", f"{path} has syntax errors, so nothing can be added to it") if file.has_errors else file


def _is_library(name: str) -> bool:
    runtime = {module_of(one) for one in all_names()}
    return name in runtime or name == "lib/enums" or name.startswith("tables/")


def _is_ours(file: SourceFile, pieces: Sequence[Piece], name: str) -> bool:
    """Was the file written by an earlier run? Then its owner may have changed it on purpose."""
    if any(piece.existing is not None and piece.existing.tokens == piece.statement.tokens for piece in pieces):
        return True
    known = {one for one in all_names() if module_of(one) == name}
    found = {one.removeprefix("type ") for statement in statements_of(file) for one in statement.names}
    return bool(found) and found <= known
