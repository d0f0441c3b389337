"""Schemas that come along ahead of their routes: what is left to be written by hand finds its validation there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ast_grep_py import SgNode

from codemods.migrate.reading import Reading
from codemods.planner.closure import Closure
from codemods.planner.facts import Effect
from codemods.planner.pieces import PieceKey, declaration_piece
from codemods.source import named, span_of
from codemods.workspace import Role


def schema_pieces(reading: Reading, closure: Closure, others: Collection[str]) -> tuple[PieceKey, ...]:
    """The constants of server files that hold schemas; `others` are the homes of applications that stay."""
    return tuple(_pieces(reading, closure, others))


def _pieces(reading: Reading, closure: Closure, others: Collection[str]) -> Iterator[PieceKey]:
    for path in server_files(reading, others):
        offsets = [schema.offset for schema in reading.sites(path).schemas]
        file = reading.workspace.source(path)
        for statement in named(file.root):
            span, declarator = span_of(statement), _only_declarator(statement)
            if declarator is None or not any(span.start <= offset < span.end for offset in offsets):
                continue
            name = declarator.field("name")
            piece = declaration_piece(file, declarator, name.text()) if name is not None else None
            if piece is not None and name is not None and name.kind() == "identifier":
                closure.start(piece, False)
                yield piece.key


def server_files(reading: Reading, others: Collection[str]) -> Iterator[str]:
    """The files of the server; `others` are the homes of applications that stay."""
    workspace = reading.workspace
    for path in reading.code_files():
        if workspace.role_of(path) is Role.SERVER and workspace.home_of(path) not in others:
            yield path


def _only_declarator(statement: SgNode) -> SgNode | None:
    """`export const schema = …`"""
    declaration = statement.field("declaration") or statement
    declarators = named(declaration) if declaration.kind() == "lexical_declaration" else []
    return declarators[0] if len(declarators) == 1 else None


def carried_ahead(closure: Closure, keys: tuple[PieceKey, ...]) -> tuple[PieceKey, ...]:
    """Those that nothing stands in the way of, with all that they use; running them makes values and no more."""
    clear = [key for key in keys if not closure.problems(key) and closure.effects(key) <= {Effect.CLOCK}]
    return tuple(dict.fromkeys(reached for key in clear for reached in closure.reached(key)))
