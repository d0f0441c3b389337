"""Finds every call of Mongoose's models and documents in a file."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.ir.query import Query
from codemods.ir.table import Schema, Table
from codemods.readers.calls import CallSite, call_site
from codemods.readers.instances import Instances
from codemods.readers.links import Chain, chain_of
from codemods.readers.mongoose.extract import connection_query, document_query, made_query, model_query
from codemods.readers.mongoose.methods import CHAIN, DOCUMENT_METHODS, GIVING, MODEL_METHODS
from codemods.readers.mongoose.models import Models
from codemods.readers.mongoose.source import called_export
from codemods.source.file import SourceFile
from codemods.workspace import Workspace

_WORDS = re.compile(
    r"\.(?:" + "|".join([*MODEL_METHODS, *DOCUMENT_METHODS, "connect", "disconnect"]) + r")\b|\bnew\s+\w"
)
_CONNECTION = frozenset({("connect",), ("disconnect",), ("connection", "close")})


def find_queries(workspace: Workspace, path: str, schema: Schema) -> list[Query]:
    """The calls of a file in source order. One that only looks like a call of Mongoose is left to its own reader."""
    tables = {table.name for table in schema.tables if table.document is not None}
    if not tables or _WORDS.search(workspace.text(path)) is None:
        return []
    reader = _FileReader(workspace, workspace.source(path), schema)
    found = [query for node in reader.file.invocations if (query := reader.read(node)) is not None]
    return sorted(found, key=lambda query: query.call)


class _FileReader:
    def __init__(self, workspace: Workspace, file: SourceFile, schema: Schema) -> None:
        self.file = file
        self._workspace, self._schema = workspace, schema
        self._models = Models(workspace, schema)
        self._documents = Instances(self._models, GIVING)

    def read(self, node: SgNode) -> Query | None:
        site = call_site(node)
        if site is None:
            return None
        if site.is_new:
            table = self._model(site.function)
            return made_query(self._workspace, self.file, self._schema, table, site) if table is not None else None
        if site.target is None or site.method is None:
            return None
        if site.method in ("connect", "disconnect", "close"):
            return self._connection(site)
        table = self._model(site.target) if site.method in MODEL_METHODS else None
        if table is not None and table.document is not None and table.document.static(site.method) is not None:
            return None
        if table is not None:
            chain: Chain = chain_of(site, CHAIN)
            return model_query(self._workspace, self.file, self._schema, table, chain)
        if site.method in DOCUMENT_METHODS:
            held = self._documents.table(self.file, site.target)
            if held is not None:
                return document_query(self._workspace, self.file, self._schema, held, site)
        return None

    def _connection(self, site: CallSite) -> Query | None:
        exported = called_export(self._workspace, self.file, site.node)
        return connection_query(self.file, site) if exported in _CONNECTION else None

    def _model(self, node: SgNode) -> Table | None:
        return self._models.model(self.file, node)
