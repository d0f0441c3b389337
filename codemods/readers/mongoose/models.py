"""Which model an expression names: one that is made here or elsewhere, asked for by its name, or `this` of a static."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.ir.table import Schema, Table
from codemods.readers.mongoose.owners import Owners
from codemods.readers.mongoose.source import named_model
from codemods.source.file import SourceFile
from codemods.source.tree import unwrap
from codemods.workspace import Workspace

_NAMING = frozenset({"identifier", "member_expression", "call_expression", "this"})


class Models:
    """Answers for the whole workspace."""

    def __init__(self, workspace: Workspace, schema: Schema) -> None:
        self.workspace = workspace
        self.schema = schema
        self._owners: dict[str, Owners] = {}

    def owners(self, file: SourceFile) -> Owners:
        """What `this` is in the functions of a file."""
        if file.path not in self._owners:
            self._owners[file.path] = Owners(self.schema, file)
        return self._owners[file.path]

    def row(self, file: SourceFile, node: SgNode) -> Table | None:
        """The table of the document that is `this` of a method."""
        return self.owners(file).document(node)

    def model(self, file: SourceFile, node: SgNode) -> Table | None:
        """The table of the model."""
        inner = unwrap(node)
        if inner.kind() not in _NAMING:
            return None
        own = self.owners(file).model(inner)
        if own is not None:
            return own
        name = named_model(self.workspace, file, inner)
        table = self.schema.table(name) if name is not None else None
        return table if table is not None and table.document is not None else None
