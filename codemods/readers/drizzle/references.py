"""Which table, and which column of it, an expression names: `users`, `schema.users.id`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source.file import SourceFile, span_of
from codemods.source.tree import member, string_value, unwrap
from codemods.workspace import Declared, Workspace

Place = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Defined:
    """A table by the variable that holds it, its declaration and the call that makes it."""

    name: str
    file: SourceFile
    declarator: SgNode
    call: SgNode

    @property
    def key(self) -> Place:
        """Where the variable is declared."""
        return self.file.path, span_of(self.declarator).start


class References:
    """Answers for the tables of one workspace, by where their variables are declared."""

    def __init__(self, workspace: Workspace, tables: Mapping[Place, str]) -> None:
        self._workspace = workspace
        self._tables = tables
        self._names = frozenset(tables.values())

    def table(self, file: SourceFile, node: SgNode) -> str | None:
        """The table that an expression names."""
        inner = unwrap(node)
        if inner.kind() not in ("identifier", "member_expression", "shorthand_property_identifier"):
            return None
        meaning = self._workspace.meaning_of(file.path, inner)
        if not isinstance(meaning, Declared):
            return None
        return self._tables.get((meaning.file, span_of(meaning.node).start))

    def column(self, file: SourceFile, node: SgNode) -> tuple[str, str] | None:
        """The table and the column that an expression names."""
        inner = unwrap(node)
        parts = member(inner)
        if parts is None and inner.kind() == "subscript_expression":
            base, name = inner.field("object"), string_value(inner.field("index"))
            parts = (base, name) if base is not None and name is not None else None
        table = self.table(file, parts[0]) if parts is not None else None
        return (table, parts[1]) if table is not None and parts is not None else None

    def named(self, name: str) -> str | None:
        """The table of that name, as relational queries name it."""
        return name if name in self._names else None
