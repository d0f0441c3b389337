"""Strategies of passport that hand what they say to a function: `passport.authenticate("jwt", options, callback)`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.planner.pieces import Piece, PieceKind, declaration_piece
from codemods.readers.express.strategies import PASSPORT, strategy_of
from codemods.source import SourceFile, arguments, find_all, member, span_of, unwrap
from codemods.workspace import Workspace

_GIVEN = 3


@dataclass(frozen=True, slots=True)
class Authentication:
    """`passport.authenticate("jwt", { session: false }, callback)(req, res, next)`: the whole, and the call in it."""

    outer: SgNode
    inner: SgNode

    @property
    def callee(self) -> SgNode:
        """`passport.authenticate`"""
        found = self.inner.field("function")
        assert found is not None
        return found

    @property
    def callback(self) -> SgNode:
        return arguments(self.inner)[-1]


def authentication(file: SourceFile, inner: SgNode) -> Authentication | None:
    """The authentication that a call of passport is the first half of."""
    callee, outer = inner.field("function"), inner.parent()
    parts = member(callee) if callee is not None and inner.kind() == "call_expression" else None
    base = unwrap(parts[0]) if parts is not None else None
    binding = file.bindings.resolve(base) if base is not None and base.kind() == "identifier" else None
    imported = binding.imported if binding is not None else None
    if parts is None or imported is None or imported.module != PASSPORT or parts[1] != "authenticate":
        return None
    if outer is None or outer.kind() != "call_expression" or outer.field("function") != inner:
        return None
    is_whole = len(arguments(inner)) == _GIVEN and len(arguments(outer)) == _GIVEN
    return Authentication(outer, inner) if is_whole else None


def authentications(file: SourceFile, function: SgNode) -> list[Authentication]:
    """All of them in a function."""
    if "authenticate(" not in function.text():
        return []
    found = (authentication(file, call) for call in find_all(function, "call_expression"))
    return [each for each in found if each is not None]


def authenticating(file: SourceFile, callback: SgNode) -> SgNode | None:
    """The authentication that calls a function back, once."""
    held = callback.parent()
    inner = held.parent() if held is not None and held.kind() == "arguments" else None
    found = authentication(file, inner) if inner is not None else None
    return found.outer if found is not None and span_of(found.callback) == span_of(callback) else None


def strategy_piece(workspace: Workspace, found: Authentication) -> Piece | str:
    """The constant that holds the strategy that is asked, or why there is none."""
    asked = strategy_of(workspace, found.inner)
    if isinstance(asked, str):
        return asked
    path, node = asked
    holder = node.parent()
    while holder is not None and holder.kind() in ("as_expression", "parenthesized_expression"):
        holder = holder.parent()
    name = holder.field("name") if holder is not None and holder.kind() == "variable_declarator" else None
    piece = declaration_piece(workspace.source(path), holder, name.text()) if holder is not None and name else None
    return replace(piece, kind=PieceKind.FUNCTION) if piece is not None else "its strategy is no constant of a module"
