"""Where a repository defines its tables: `.sql` files, and texts in code that hold data definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode
from sqlglot import exp

from codemods.ir.sql import Dialect
from codemods.outcome import Place
from codemods.readers.sql.statements import statements_in
from codemods.readers.sql.texts import text_value
from codemods.source.tree import find_all
from codemods.workspace import Role, Workspace

DIALECTS: Mapping[str, Dialect] = {
    "pg": Dialect.POSTGRES,
    "@electric-sql/pglite": Dialect.POSTGRES,
    "mysql2": Dialect.MYSQL,
    "mysql": Dialect.MYSQL,
    "better-sqlite3": Dialect.SQLITE,
    "sqlite3": Dialect.SQLITE,
}
"""The drivers that are read, and what their databases speak."""

_DEFINES = re.compile(r"\b(?:CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|TYPE)|ALTER\s+TABLE|DROP\s+TABLE)\b", re.IGNORECASE)
_NUMBERS = re.compile(r"(\d+)")
_READ = frozenset({Role.SERVER, Role.MIGRATION, Role.SCRIPT, Role.CONFIG})


@dataclass(frozen=True, slots=True)
class Definition:
    """A statement that defines or changes a table or type, and where it stands."""

    statement: exp.Expr
    place: Place


def dialect_of(workspace: Workspace) -> Dialect | None:
    """The dialect of the drivers that the repository uses; None where it uses none that is read."""
    return next((dialect for package, dialect in DIALECTS.items() if package in workspace.imported_packages), None)


def definitions(workspace: Workspace, dialect: Dialect) -> Iterator[Definition]:
    """All of them, in the order in which they are applied: files by their names and numbers, then what code holds."""
    texts = [path for path in workspace.other_files if path.endswith(".sql") and "down.sql" not in path]
    for path in sorted(texts, key=_in_turn):
        text = workspace.text(path)
        for start, statement in statements_in(text, dialect):
            yield Definition(statement, Place(path, text.count("\n", 0, start) + 1, 1))
    for path in sorted(workspace.files, key=lambda path: (_order(workspace, path), _in_turn(path))):
        if workspace.role_of(path) in _READ and _DEFINES.search(workspace.text(path)):
            yield from _in_code(workspace, path, dialect)


def _in_code(workspace: Workspace, path: str, dialect: Dialect) -> Iterator[Definition]:
    file = workspace.source(path)
    for node in find_all(file.root, "string", "template_string"):
        text = text_value(node)
        if text is not None and not _is_undoing(node) and _DEFINES.search(text):
            for _, statement in statements_in(text, dialect):
                yield Definition(statement, file.place(node))


def _is_undoing(node: SgNode) -> bool:
    """Does it stand in what takes a migration back: `export async function down`, `exports.down = …`?"""
    for above in node.ancestors():
        name = above.field("name") or above.field("left") or above.field("key")
        if name is not None and name.text().rsplit(".", 1)[-1] in ("down", "rollback"):
            return True
    return False


def _order(workspace: Workspace, path: str) -> int:
    """Scripts come last: they mend what is there."""
    return 1 if workspace.role_of(path) is Role.SCRIPT else 0


def _in_turn(path: str) -> tuple[str | int, ...]:
    parts = _NUMBERS.split(path)
    return tuple(f"{int(part):012}" if part.isdigit() else part for part in parts)
