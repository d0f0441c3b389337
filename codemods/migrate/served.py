"""Static folders that uploads are kept in: `express.static` over them goes on at the edge, out of Convex's storage."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.ir.app import Condition, Middleware, Role, Use
from codemods.migrate.carried import Carried
from codemods.planner.passing.conditions import is_never_there, open_tests
from codemods.planner.passing.left_out import is_silent
from codemods.planner.paths import EdgePath, edge_path
from codemods.readers.express.folders import folder_of
from codemods.readers.express.twins import DISK, MULTER, TAKES, twin_calls
from codemods.readers.literals import Computed, Property, entries
from codemods.source import FUNCTION_KINDS, arguments, find_all, parameters, property_name, span_of, unwrap
from codemods.workspace import Workspace
from codemods.writers.edge.served import Served

_PACKAGES = frozenset({"express", "serve-static"})
_FOLDERS = {MULTER: "dest", DISK: "destination"}


def served_folders(carried: Carried, uses: tuple[Use, ...]) -> tuple[Served, ...]:
    """Every registration that finds uploads of routes that are carried over, and that nothing lost stands before."""
    written = _written(carried)
    taking = {plan.group for plan in carried.carried if any(step.twin == TAKES for step in plan.steps)}
    groups = tuple(sorted(taking))
    found = []
    for use in uses if written else ():
        middleware = use.middleware
        folder = _folder(carried.workspace, middleware)
        tests = open_tests(carried.workspace, middleware.conditions)
        path = edge_path(use.path, 4) if use.path is not None and not use.exact else None
        if folder is None or isinstance(tests, Condition) or not isinstance(path, EdgePath) or path.parameters:
            continue
        if is_never_there(carried.workspace, middleware.conditions) or not _is_open(carried, use, uses):
            continue
        places = {place for each in written if (place := _place(path.text, folder, each)) is not None}
        outer = {one for one in places if not any(one[1] != two[1] and _is_below(one[1], two[1]) for two in places)}
        found += [Served(use, prefix, below, tests, groups) for prefix, below in sorted(outer)]
    return tuple(found)


def _written(carried: Carried) -> set[str | None]:
    """The folders that uploads go to; None stands for one that only the running function knows."""
    steps = {step for plan in carried.carried for step in plan.steps if step.twin == TAKES}
    pieces = {piece.piece.key: piece.piece for step in steps for piece in carried.edge.step(step).whole}
    found: set[str | None] = set()
    for key, piece in pieces.items():
        for call in twin_calls(carried.workspace, carried.workspace.source(key.file), piece.node):
            given = arguments(call.node)
            if call.function in _FOLDERS and given and unwrap(given[0]).kind() == "object":
                found |= set(_folders(carried.workspace, call.file, unwrap(given[0]), _FOLDERS[call.function]))
    return found


def _folders(workspace: Workspace, path: str, options: SgNode, name: str) -> Iterator[str | None]:
    for entry in entries(options):
        match entry:
            case Property(key, value) if key == name and unwrap(value).kind() not in FUNCTION_KINDS:
                yield folder_of(workspace, path, value)
            case Property(key, value) if key == name:
                yield from _chosen(workspace, path, unwrap(value))
            case Computed(node) if property_name(node.field("name")) == name:
                yield from _chosen(workspace, path, node)


def _chosen(workspace: Workspace, path: str, function: SgNode) -> Iterator[str | None]:
    """The folders that a function chooses: `cb(null, "uploads")`."""
    callback = next((one.name for one in parameters(function)[2:3]), None)
    for call in find_all(function, "call_expression"):
        given, callee = arguments(call), call.field("function")
        if callee is not None and callee.text() == callback and given and given[0].text() in ("null", "undefined"):
            yield folder_of(workspace, path, given[1]) if len(given) > 1 else None


def _folder(workspace: Workspace, middleware: Middleware) -> str | None:
    """The folder that `express.static("uploads")` serves; None for one with options, and for all other middleware."""
    if middleware.role is not Role.STATIC or middleware.library not in _PACKAGES:
        return None
    file = workspace.source(middleware.expression.file)
    calls = find_all(file.root, "call_expression")
    call = next((node for node in calls if span_of(node) == middleware.expression.span), None)
    given = arguments(call) if call is not None else []
    return folder_of(workspace, file.path, given[0]) if len(given) == 1 else None


def _place(path: str, folder: str, written: str | None) -> tuple[str, str] | None:
    """The path below which a folder's uploads are found, and what it is the path of; None where there are none."""
    if written is None or written == folder or _is_below(folder, written):
        return path, folder
    if not _is_below(written, folder):
        return None
    return f"{path.rstrip('/')}/{posixpath.relpath(written, folder)}", written


def _is_below(folder: str, above: str) -> bool:
    return not folder.startswith(("/", "..")) if above == "." else folder.startswith(f"{above.rstrip('/')}/")


def _is_open(carried: Carried, use: Use, uses: tuple[Use, ...]) -> bool:
    """Does all that Express runs before it run at the edge, too?"""
    running = {shared.use for shared in carried.order.shared}
    before = (one for one in uses if one.order < use.order and one.application == use.application)
    return all(one in running or is_silent(one.middleware) or not _covers(one, use) for one in before)


def _covers(other: Use, use: Use) -> bool:
    if other.middleware.role in (Role.ERROR, Role.NOT_FOUND) or other.exact:
        return False
    own, path = (other.path or "/").rstrip("/"), use.path or "/"
    return own == "" or ":" in own or path == own or path.startswith(f"{own}/") or own.startswith(path.rstrip("/"))
