"""Finds every call of Sequelize's models, instances and connection in a file."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.ir.query import Op, Query
from codemods.ir.table import Schema, Table
from codemods.readers.calls import CallSite, call_site
from codemods.readers.instances import Giving, Instances
from codemods.readers.sequelize.extract import instance_query, model_query
from codemods.readers.sequelize.instances import Changes
from codemods.readers.sequelize.methods import CONNECTION_METHODS, INSTANCE_METHODS, MODEL_METHODS
from codemods.readers.sequelize.models import Models
from codemods.readers.sequelize.source import is_connection
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, arguments, unwrap
from codemods.workspace import Workspace

_WORDS = re.compile(r"\.(?:" + "|".join([*MODEL_METHODS, *INSTANCE_METHODS, *CONNECTION_METHODS]) + r")\b")
GIVING = Giving(
    one=frozenset({"findOne", "findByPk", "findById", "create"}),
    many=frozenset({"findAll", "bulkCreate"}),
    same=frozenset({"then", "filter", "slice", "save", "update", "reload"}),
)
"""What gives instances."""


class Rows:
    """The models as the search for instances asks for them."""

    def __init__(self, models: Models, schema: Schema) -> None:
        self._models, self._schema = models, schema

    @property
    def workspace(self) -> Workspace:
        return self._models.workspace

    def model(self, file: SourceFile, node: SgNode) -> Table | None:
        """The table of the model that an expression is."""
        name = self._models.name(file, node)
        return self._schema.table(name) if name is not None else None

    def row(self, file: SourceFile, node: SgNode) -> Table | None:
        """Nothing is a row by itself."""
        return None


def instances(models: Models, schema: Schema) -> Instances:
    """The search for what was read or made with a model."""
    return Instances(Rows(models, schema), GIVING)


def find_queries(workspace: Workspace, path: str, schema: Schema, models: Models | None) -> list[Query]:
    """The calls of a file in source order. One that only looks like a call of Sequelize is left to its own reader."""
    if models is None or _WORDS.search(workspace.text(path)) is None:
        return []
    reader = _FileReader(workspace.source(path), schema, models)
    found = [query for node in reader.file.calls if (query := reader.read(node)) is not None]
    return sorted(found, key=lambda query: query.call)


class _FileReader:
    def __init__(self, file: SourceFile, schema: Schema, models: Models) -> None:
        self.file = file
        self._schema, self._models = schema, models
        self._rows = Rows(models, schema)
        self._instances = instances(models, schema)
        self._changes = Changes(file)

    def read(self, node: SgNode) -> Query | None:
        site = call_site(node)
        if site is None or site.target is None or site.method is None or site.is_new:
            return None
        if site.method in MODEL_METHODS:
            table = self._rows.model(self.file, site.target)
            if table is not None:
                return model_query(self._models, self.file, self._schema, table, site)
        if site.method in INSTANCE_METHODS:
            held = self._instances.table(self.file, site.target)
            if held is not None:
                return instance_query(self._models, self.file, self._schema, held, site, self._changes)
        if site.method in CONNECTION_METHODS and is_connection(self._models.workspace, self.file, site.target):
            return self._connection(site, CONNECTION_METHODS[site.method])
        return None

    def _connection(self, site: CallSite, op: Op) -> Query:
        given = arguments(site.node)
        body = unwrap(given[-1]) if given and unwrap(given[-1]).kind() in FUNCTION_KINDS else None
        problems: tuple[str, ...] = ()
        if op is Op.TRANSACTION and body is None:
            problems = ("a transaction that is committed by hand",)
        elif op is Op.RAW:
            problems = ("raw SQL",)
        assert site.target is not None
        return Query(
            file=self.file.path,
            call=self.file.span(site.node),
            name=f"sequelize {site.method}",
            op=op,
            table=None,
            client=site.target.text(),
            body=self.file.span(body) if body is not None and op is Op.TRANSACTION else None,
            unsupported=problems,
        )
