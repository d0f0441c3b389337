"""Everything that is read from a repository before anything is decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial

from ast_grep_py import SgNode

from codemods.ir.app import App
from codemods.ir.query import Query
from codemods.ir.table import Schema, Table
from codemods.ir.validator import Shape
from codemods.migrate.aside import Aside
from codemods.migrate.sites import FileSites, Sites, read_file, read_sites
from codemods.outcome import Diagnostic, Item, ItemKind, Outcome, Place
from codemods.readers import drizzle, knex, mongoose, sequelize, sql, typeorm
from codemods.readers.chains import chain_shape
from codemods.readers.express import Registered, read_app, read_registrations
from codemods.readers.instances import Instances
from codemods.readers.prisma import Alteration, find_alterations, read_schema
from codemods.readers.prisma.queries import find_conditions, find_queries
from codemods.readers.sites import TimerKind, classify_timer
from codemods.readers.zod import shape_of
from codemods.source import SourceFile, Span
from codemods.workspace import Role, Workspace


@dataclass
class Reading:
    """The application as the readers see it. Queries are read file by file, when they are asked for."""

    workspace: Workspace
    aside: Aside[Sites]
    registered: Registered
    app: App
    schema: Schema
    drizzle: drizzle.TableReading = field(default_factory=drizzle.TableReading)
    """The tables of Drizzle, and how expressions name them."""
    sequelize: sequelize.ModelReading = field(default_factory=sequelize.ModelReading)
    """The models of Sequelize, likewise."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    schema_items: tuple[Item, ...] = ()
    _calls: dict[str, list[Query]] = field(default_factory=dict)
    _queries: dict[str, list[Query]] = field(default_factory=dict)

    @cached_property
    def _altered(self) -> tuple[Alteration, ...]:
        return find_alterations(self.workspace, self.schema)

    def queries(self, path: str) -> list[Query]:
        if path not in self._queries:
            found = [*self._prisma_calls(path), *self._conditions.get(path, ())]
            found += mongoose.find_queries(self.workspace, path, self.schema)
            found += drizzle.find_queries(self.workspace, path, self.schema, self.drizzle.references)
            found += sequelize.find_queries(self.workspace, path, self.schema, self.sequelize.models)
            found += sql.find_queries(self.workspace, path, self.schema)
            found += knex.find_queries(self.workspace, path, self.schema)
            found += typeorm.find_queries(self.workspace, path, self.schema)
            self._queries[path] = sorted(found, key=_start)
        return self._queries[path]

    def _prisma_calls(self, path: str) -> list[Query]:
        if path not in self._calls:
            self._calls[path] = find_queries(self.workspace, path, self.schema, self._altered)
        return self._calls[path]

    @cached_property
    def _conditions(self) -> dict[str, list[Query]]:
        """What functions make for the calls of any file, by the files of these functions."""
        calls = [query for path in self.workspace.files for query in self._prisma_calls(path)]
        return find_conditions(self.workspace, self.schema, calls)

    def row_of(self, file: SourceFile, node: SgNode) -> Table | None:
        """The table of the instance of a model that an expression is."""
        return self._instances.table(file, node) if self._instances is not None else None

    @cached_property
    def _instances(self) -> Instances | None:
        models = self.sequelize.models
        return sequelize.instances(models, self.schema) if models is not None else None

    def sites(self, path: str) -> FileSites:
        """Sites of other libraries, and Zod schemas."""
        known = self._sites.by_file.get(path)
        return known if known is not None else read_file(self.workspace, path)

    @cached_property
    def _sites(self) -> Sites:
        found = self.aside.result()
        self.workspace.note_errors(found.errors)
        return found

    def shape(self, path: str, node: SgNode) -> Shape | None:
        """The shape of a schema expression, or None when it is none, or not wholly understood."""
        found = shape_of(self.workspace, path, node, self.schema)
        if not found.unsupported:
            return found.shape
        chain = chain_shape(self.workspace, path, node, self.schema)
        return None if chain is None or chain.unsupported else chain.shape

    def is_job(self, file: SourceFile, call: SgNode) -> bool:
        return classify_timer(file, call) is TimerKind.JOB

    def code_files(self) -> list[str]:
        """Files whose database calls, validators and timers have to be mentioned."""
        return [path for path in self._sites.by_file if path in self.workspace.files]


def read(workspace: Workspace, sites: Aside[Sites] | None = None) -> Reading:
    """Read routes and tables; everything else on demand. `sites` may be on their way."""
    sites = sites or Aside(partial(read_sites, workspace))
    schema, models = read_schema(workspace), mongoose.read_models(workspace)
    built, defined = drizzle.read_tables(workspace), sequelize.read_models(workspace)
    read = [schema.schema, models.schema, built.schema, defined.schema]
    if not any(each.tables for each in read):
        read.append(sql.read_tables(workspace))
    tables = Schema(
        tuple(t for each in read for t in each.tables),
        tuple(e for each in read for e in each.enums),
        any(each.large_numbers for each in read),
    )
    registered = read_registrations(workspace)
    app = read_app(workspace, registered)
    diagnostics = [*schema.diagnostics, *models.diagnostics, *built.diagnostics, *defined.diagnostics]
    return Reading(workspace, sites, registered, app, tables, built, defined, diagnostics, schema.items)


def _start(query: Query) -> Span:
    return query.call


def broken_files(workspace: Workspace) -> list[Item]:
    """Server files with syntax errors: what stands in them may have been missed."""
    return [
        Item(ItemKind.FILE, file.path, Outcome.NEEDS_REVIEW, Place(file.path), "CX902 file has syntax errors")
        for file in workspace.broken()
        if workspace.role_of(file.path) is Role.SERVER
    ]
