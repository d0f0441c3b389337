"""Statements that set a package up for everyone: `dayjs.extend(utc);` goes where the package is used."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cached_property

from ast_grep_py import SgNode

from codemods.planner.pieces import Piece, PieceKey, PieceKind
from codemods.planner.running.npm import KEPT, package_nature
from codemods.source import SourceFile, member, named, span_of, unwrap
from codemods.workspace import Role, Workspace
from codemods.workspace.graph import package_name

_SETS_UP = re.compile(
    r"(extend|mixin|plugin|locale|config|configure|defaults|setup|init|set|use|register|add)([A-Z].*)?"
)
"""Methods that change what a package does from then on."""


class Setups:
    """The top-level calls on packages in one repository."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def of(self, module: str) -> list[Piece]:
        """What is done to a package when the files that do it are loaded."""
        return self._found.get(package_name(module), [])

    @cached_property
    def _found(self) -> dict[str, list[Piece]]:
        found: dict[str, list[Piece]] = defaultdict(list)
        for path in self._workspace.files:
            if self._workspace.role_of(path) is not Role.SERVER:
                continue
            file = self._workspace.source(path)
            for statement in file.root.children():
                module = _set_up(file, statement) if statement.kind() == "expression_statement" else None
                if module is not None and package_nature(module) in KEPT:
                    key = PieceKey(path, span_of(statement).start)
                    piece = Piece(key, PieceKind.DECLARATION, None, statement, statement)
                    found[package_name(module)].append(piece)
        return found


def sets_up(name: str) -> bool:
    """Does a method of that name only change what a package does from then on?"""
    return _SETS_UP.fullmatch(name) is not None


def _set_up(file: SourceFile, statement: SgNode) -> str | None:
    """The package on which a statement calls something: `dayjs` for `dayjs.extend(utc)`."""
    call = next(iter(named(statement)), None)
    callee = call.field("function") if call is not None and call.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    if parts is None or not sets_up(parts[1]):
        return None
    base: SgNode | None = unwrap(parts[0])
    while base is not None and (inner := member(base)) is not None:
        base = unwrap(inner[0])
    binding = file.bindings.resolve(base) if base is not None and base.kind() == "identifier" else None
    return binding.imported.module if binding is not None and binding.imported is not None else None
