"""Where a repository defines its tables: `.sql` files, and texts in code that hold data definitions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode
from sqlglot import exp

from codemods.ir.sql import Dialect
from codemods.outcome import Place
from codemods.readers.sql.entities import PACKAGE as ORM
from codemods.readers.sql.entities import WORD as ENTITY
from codemods.readers.sql.entities import entities_in, entity_definitions
from codemods.readers.sql.migrations import SCHEMA_CALL, schema_calls
from codemods.readers.sql.statements import statements_in
from codemods.readers.sql.texts import text_value
from codemods.source.file import span_of
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


_BUILDERS = frozenset({"knex", "typeorm"})
"""Packages that load the driver themselves, by a name in their settings."""

_CLIENT = re.compile(r"\b(?:client|type)\s*:\s*[^,\n]*?['\"`]([\w-]+)['\"`]")
_CLIENTS: Mapping[str, Dialect] = {
    **DIALECTS,
    "postgres": Dialect.POSTGRES,
    "postgresql": Dialect.POSTGRES,
    "pgnative": Dialect.POSTGRES,
    "sqlite": Dialect.SQLITE,
}


def dialect_of(workspace: Workspace) -> Dialect | None:
    """The dialect of the drivers that the repository uses; None where it uses none that is read."""
    found = next((dialect for package, dialect in DIALECTS.items() if package in workspace.imported_packages), None)
    if _BUILDERS.isdisjoint(workspace.used_packages):
        return found
    return _configured(workspace) or found


def _configured(workspace: Workspace) -> Dialect | None:
    """The dialect that the settings of a query builder name, or that of the first driver which is installed."""
    for path in sorted(workspace.files, key=lambda path: (workspace.role_of(path) is Role.CONFIG, path)):
        text = workspace.text(path)
        if workspace.role_of(path) not in _READ or not any(
            f'{each}"' in text or f"{each}'" in text for each in _CLIENTS
        ):
            continue
        for name in _CLIENT.findall(workspace.text(path)):
            if name in _CLIENTS:
                return _CLIENTS[name]
    return next((dialect for package, dialect in DIALECTS.items() if package in workspace.used_packages), None)


_PARSER = re.compile(
    r"setTypeParser\(\s*(?:20|[\w.]*\bINT8)\s*,[^;]*?\b(?:Number|parseInt|parseFloat|Number\.parseInt)\b"
)


def gives_large_numbers(workspace: Workspace) -> bool:
    """Is the driver told to give large integers as numbers?"""
    return any(
        workspace.role_of(path) in _READ and _PARSER.search(workspace.text(path)) is not None
        for path in workspace.files
        if "setTypeParser" in workspace.text(path)
    )


def definitions(workspace: Workspace, dialect: Dialect) -> Iterator[Definition]:
    """All of them, in the order in which they are applied: files by their names and numbers, then what code holds."""
    texts = [path for path in workspace.other_files if path.endswith(".sql") and "down.sql" not in path]
    for path in sorted(texts, key=_in_turn):
        text = workspace.text(path)
        for start, statement in statements_in(text, dialect):
            yield Definition(statement, Place(path, text.count("\n", 0, start) + 1, 1))
    tables = _entity_tables(workspace)
    for path in sorted(workspace.files, key=lambda path: (_order(workspace, path), _in_turn(path))):
        text = workspace.text(path)
        is_entity = bool(tables) and ENTITY in text
        if workspace.role_of(path) in _READ and (_DEFINES.search(text) or SCHEMA_CALL in text or is_entity):
            yield from _in_code(workspace, path, dialect, tables)


def _entity_tables(workspace: Workspace) -> Mapping[str, str]:
    """The tables of TypeORM's entities by the names of the classes."""
    if ORM not in workspace.used_packages:
        return {}
    files = [workspace.source(path) for path in workspace.files if ENTITY in workspace.text(path)]
    return {entity.name: entity.table for file in files for entity in entities_in(file)}


def _in_code(workspace: Workspace, path: str, dialect: Dialect, tables: Mapping[str, str]) -> Iterator[Definition]:
    file = workspace.source(path)
    texts = [(node, text_value(node)) for node in find_all(file.root, "string", "template_string")]
    found = [(node, text) for node, text in texts if text is not None and _DEFINES.search(text)]
    found += schema_calls(file, dialect) if SCHEMA_CALL in workspace.text(path) else []
    found += entity_definitions(file, dialect, tables) if tables and ENTITY in workspace.text(path) else []
    for node, text in sorted(found, key=lambda each: span_of(each[0]).start):
        if not _is_undoing(node):
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
