"""What `this` is in functions that a schema is given: a document in methods and hooks, the model in statics."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.ir.table import Schema, Table
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, enclosing, member, unwrap

_OWN_THIS = FUNCTION_KINDS - {"arrow_function"}


class Owners:
    """Answers for one file. A function that several models share is of none."""

    def __init__(self, schema: Schema, file: SourceFile) -> None:
        self._file = file
        self._documents: dict[int, list[Table]] = {}
        self._models: dict[int, list[Table]] = {}
        for table in schema.tables:
            document = table.document
            for function in (*document.methods, *document.hooks) if document is not None else ():
                if function.file == file.path and not function.is_query:
                    self._documents.setdefault(function.offset, []).append(table)
            for function in document.statics if document is not None else ():
                if function.file == file.path:
                    self._models.setdefault(function.offset, []).append(table)

    @property
    def has_models(self) -> bool:
        """Are there statics in the file?"""
        return bool(self._models)

    def document(self, node: SgNode) -> Table | None:
        """The table of the document that an expression is, as `this` or by a name for it."""
        return self._of(self._documents, node)

    def model(self, node: SgNode) -> Table | None:
        """The table of the model that an expression is: `this` of a static, `this.constructor` of a method."""
        parts = member(node)
        if parts is not None and parts[1] == "constructor":
            return self.document(unwrap(parts[0]))
        return self._of(self._models, node)

    def _of(self, known: dict[int, list[Table]], node: SgNode) -> Table | None:
        if not known:
            return None
        inner = unwrap(node)
        binding = self._file.bindings.resolve(inner) if inner.kind() == "identifier" else None
        if binding is not None and binding.value is not None and not binding.reassigned and not binding.path:
            inner = unwrap(binding.value)
        around = enclosing(inner, _OWN_THIS) if inner.kind() == "this" else None
        tables = known.get(span_of(around).start, []) if around is not None else []
        return tables[0] if len(tables) == 1 else None
