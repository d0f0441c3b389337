"""Middleware of packages as steps at the edge, where the runtime library has a twin of the package's function."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from ast_grep_py import SgNode

from codemods.ir.app import App, Middleware, Role
from codemods.planner.passing.steps import Step, fields_of
from codemods.planner.pieces import Piece, PieceKey, PieceKind, declaration_piece
from codemods.readers.express.twins import BEARER, STRATEGY, TAKES, UPLOADS, TwinCall, twin_of
from codemods.readers.literals import Property, entries
from codemods.source import FUNCTION_KINDS, arguments, member, named, span_of, string_value, unwrap
from codemods.workspace import FunctionRef, Workspace

_GOES_ON = frozenset({"cors", UPLOADS, "formBody", "jsonBody", "textBody"})
"""Twins that refuse no request that reaches a function, and change nothing in it."""

_CHANGES = frozenset({"hpp", "xssClean"})
_USUAL = {"jsonBody": frozenset({"verify", "inflate", "extended", "parameterLimit"})}
"""Parsers that the edge stands for without being told, as long as they have no options but these."""


def read_twin(workspace: Workspace, middleware: Middleware) -> Step | None:
    """A middleware that a package's function makes; None where nothing has to run for it, or it is unknown."""
    call = twin_of(workspace, middleware)
    if call is None or _is_usual(workspace, call):
        return None
    piece = _piece(workspace, call)
    sets = _puts(workspace, call)
    return Step(
        middleware,
        piece,
        call.node,
        piece.kind is not PieceKind.INLINE,
        sets,
        sets,
        changes=call.function in _CHANGES,
        harmless=call.function in _GOES_ON,
        reads=frozenset(_fields(workspace, call)),
        twin=call.function,
    )


def _puts(workspace: Workspace, call: TwinCall) -> frozenset[str]:
    """What it hands on: files, or who is signed in."""
    if call.function == TAKES:
        return frozenset({"file" if _last_name(call.node) == "single" else "files"})
    if call.function == STRATEGY:
        return frozenset({"user", "authInfo"})
    return frozenset({claims_property(workspace, call)} if call.function == BEARER else ())


def _last_name(call: SgNode) -> str:
    """The name of the method that is called."""
    parts = member(call.field("function") or call)
    return parts[1] if parts is not None else ""


def claims_property(workspace: Workspace, call: TwinCall) -> str:
    """Where express-jwt puts the claims of a token: up to version 6 on `req.user`."""
    given = arguments(call.node)
    options = unwrap(given[0]) if given else None
    for entry in entries(options) if options is not None and options.kind() == "object" else ():
        name = string_value(unwrap(entry.value)) if isinstance(entry, Property) else None
        if isinstance(entry, Property) and entry.key in ("requestProperty", "userProperty") and name is not None:
            return name
    return "auth" if major_version(workspace, call.file, "express-jwt", 8) >= 7 else "user"


def _fields(workspace: Workspace, call: TwinCall) -> Iterator[str]:
    """What its functions read of what earlier middleware has put on the request and the response."""
    given = arguments(call.node)
    options = unwrap(given[0]) if given else None
    for function in named(options) if options is not None and options.kind() == "object" else []:
        value = unwrap(function.field("value") or function)
        if value.kind() in (*FUNCTION_KINDS, "method_definition"):
            yield from (field.name for field in fields_of(workspace.source(call.file), value))


def major_version(workspace: Workspace, path: str, name: str, usual: int) -> int:
    """The major version of a package that a file gets."""
    package = workspace.package_of(path)
    found = re.search(r"\d+", package.dependencies.get(name, "") if package is not None else "")
    return int(found.group()) if found is not None else usual


def may_throw(workspace: Workspace, path: str, value: SgNode) -> bool:
    """Is it a function that throws, or may be one, for all that can be read?"""
    if value.kind() in ("true", "false", "number", "string", "object", "new_expression"):
        return False
    target = workspace.function_of(path, value) if value.kind() in ("identifier", "member_expression") else None
    text = target.node.text() if isinstance(target, FunctionRef) else value.text()
    return "throw" in text


def _is_usual(workspace: Workspace, call: TwinCall) -> bool:
    allowed = _USUAL.get(call.function)
    given = arguments(call.node)
    if allowed is None or not given:
        return allowed is not None
    options = unwrap(given[0])
    return options.kind() == "object" and all(
        isinstance(entry, Property)
        and entry.key in allowed
        and not may_throw(workspace, call.file, unwrap(entry.value))
        for entry in entries(options)
    )


def _piece(workspace: Workspace, call: TwinCall) -> Piece:
    """The declaration that holds the call, else the call itself; a strategy runs where it is asked."""
    file = workspace.source(call.file)
    holder = call.node.parent() if call.function != STRATEGY else None
    while holder is not None and holder.kind() not in ("variable_declarator", "export_statement", "arguments"):
        holder = holder.parent()
    if holder is not None and holder.kind() != "arguments" and call.maker is None:
        name = holder.field("name")
        declared = declaration_piece(file, holder, name.text() if name is not None else "default")
        if declared is not None:
            return declared
    return Piece(PieceKey(file.path, span_of(call.node).start), PieceKind.INLINE, None, call.node, None)


class TwinDepths:
    """How many segments of the path stand above the registrations of a middleware, and are cut off for it."""

    def __init__(self, workspace: Workspace, app: App) -> None:
        self._workspace, self._app = workspace, app

    def of(self, call: TwinCall) -> int | None:
        """None where that is not known, or differs from registration to registration."""
        found = self._all[call.file, span_of(call.node).start]
        return next(iter(found)) if len(found) == 1 else None

    @cached_property
    def _all(self) -> dict[tuple[str, int], set[int | None]]:
        found: dict[tuple[str, int], set[int | None]] = defaultdict(set)
        places = [(use.middleware, _count(use.path)) for use in self._app.uses]
        shared = {middleware for middleware, _ in places}
        for route in self._app.routes:
            path, local = _count(route.path), _count(route.local_path)
            depth = path - local if path is not None and local is not None else None
            places += [(middleware, depth) for middleware in route.middleware if middleware not in shared]
        for middleware, depth in places:
            call = twin_of(self._workspace, middleware) if middleware.role is Role.RATE_LIMIT else None
            if call is not None:
                found[call.file, span_of(call.node).start].add(depth)
        return found


def _count(path: str | None) -> int | None:
    """The number of segments of a path."""
    return sum(bool(segment) for segment in path.split("/")) if path is not None else None
