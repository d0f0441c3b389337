"""Everything that is read from a repository before anything is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ast_grep_py import SgNode

from codemods.ir.app import App
from codemods.ir.query import Query
from codemods.ir.table import Schema
from codemods.ir.validator import Shape
from codemods.outcome import Diagnostic, Item, ItemKind, Outcome, Place
from codemods.readers.express import Registered, read_app, read_registrations
from codemods.readers.prisma import Alteration, find_alterations, read_schema
from codemods.readers.prisma.queries import find_queries
from codemods.readers.sites import TimerKind, classify_timer, find_sites
from codemods.readers.zod import ZodSchema, find_schemas, shape_of
from codemods.rules.project import find_projects, is_in
from codemods.source import SourceFile
from codemods.workspace import Role, Workspace

CODE_ROLES = frozenset({Role.SERVER, Role.SCRIPT, Role.MIGRATION})


@dataclass
class Reading:
    """The application as the readers see it. Queries are read file by file, when they are asked for."""

    workspace: Workspace
    registered: Registered
    app: App
    schema: Schema
    diagnostics: list[Diagnostic] = field(default_factory=list)
    schema_items: tuple[Item, ...] = ()
    _queries: dict[str, list[Query]] = field(default_factory=dict)

    @cached_property
    def _altered(self) -> tuple[Alteration, ...]:
        return find_alterations(self.workspace, self.schema)

    def queries(self, path: str) -> list[Query]:
        if path not in self._queries:
            self._queries[path] = find_queries(self.workspace, path, self.schema, self._altered)
        return self._queries[path]

    def schemas(self, path: str) -> Sequence[ZodSchema]:
        return find_schemas(self.workspace, path, self.schema)

    def sites(self, path: str) -> list[Item]:
        """Sites of other libraries; also where the file has syntax errors, as far as they can be seen."""
        return find_sites(self.workspace, path)

    def shape(self, path: str, node: SgNode) -> Shape | None:
        """The shape of a Zod schema expression, or None when it is none, or not wholly understood."""
        found = shape_of(self.workspace, path, node, self.schema)
        return None if found.unsupported else found.shape

    def is_job(self, file: SourceFile, call: SgNode) -> bool:
        return classify_timer(file, call) is TimerKind.JOB

    def code_files(self) -> list[str]:
        """Files whose database calls, validators and timers have to be mentioned: not those that are on Convex."""
        folders = [folder for project in find_projects(self.workspace) for folder in project.functions]
        return [
            path
            for path in self.workspace.files
            if self.workspace.role_of(path) in CODE_ROLES and not any(is_in(path, folder) for folder in folders)
        ]


def read(workspace: Workspace) -> Reading:
    """Read routes and tables; everything else on demand."""
    schema = read_schema(workspace)
    registered = read_registrations(workspace)
    return Reading(
        workspace, registered, read_app(workspace, registered), schema.schema, list(schema.diagnostics), schema.items
    )


def broken_files(workspace: Workspace) -> list[Item]:
    """Server files with syntax errors: what stands in them may have been missed."""
    found = []
    for path in workspace.files:
        if workspace.role_of(path) is not Role.SERVER:
            continue
        source = workspace.source(path)
        if "root" in vars(source) and source.has_errors:
            reason = "CX902 file has syntax errors"
            found.append(Item(ItemKind.FILE, path, Outcome.NEEDS_REVIEW, Place(path), reason))
    return found
