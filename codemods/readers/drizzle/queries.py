"""Finds every call of Drizzle's client in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.query import READS, Op, Query
from codemods.ir.sql import Gives
from codemods.ir.table import Schema
from codemods.readers.calls import CallSite, call_site
from codemods.readers.drizzle.extract import LINKS, STARTS, Found, statement
from codemods.readers.drizzle.references import References
from codemods.readers.drizzle.relational import RELATIONAL, relational_query
from codemods.readers.drizzle.source import PACKAGE
from codemods.readers.links import chain_of
from codemods.readers.origins import Origin, Origins
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, arguments, find_all, member, unwrap
from codemods.workspace import Workspace

_RAW = frozenset({"execute", "run", "all", "get", "values", "batch"})
_WORDS = re.compile(rf"\.\s*(?:{'|'.join(re.escape(name) for name in [*STARTS, *RELATIONAL, *_RAW, 'transaction'])})\b")
_TO_CLIENT = frozenset({"drizzle", "()", "transaction", "=>0", "default", "withReplicas"})
"""Steps that lead to a client."""
_DRIVERS: Mapping[str, Gives] = {
    f"{PACKAGE}/node-postgres": Gives.RESULT,
    f"{PACKAGE}/mysql2": Gives.PAIR,
    f"{PACKAGE}/better-sqlite3": Gives.RUN,
}
"""What a write without `returning` gives, by the module whose client it is."""


def find_queries(workspace: Workspace, path: str, schema: Schema, references: References | None) -> list[Query]:
    """The calls of a file in source order."""
    if references is None or _WORDS.search(workspace.text(path)) is None:
        return []
    reader = _FileReader(workspace, workspace.source(path), schema, references)
    found = [query for node in reader.file.calls if (query := reader.read(node)) is not None]
    return sorted(found, key=lambda query: query.call)


class _FileReader:
    def __init__(self, workspace: Workspace, file: SourceFile, schema: Schema, references: References) -> None:
        self.file = file
        self._workspace, self._schema, self._references = workspace, schema, references
        self._origins = Origins(workspace)

    def read(self, node: SgNode) -> Query | None:
        site = call_site(node)
        if site is None or site.target is None or site.method is None:
            return None
        if site.method in RELATIONAL:
            return self._relational(site, site.target)
        if site.method in STARTS:
            return self._statement(site, site.target)
        if site.method == "transaction":
            return self._transaction(site, site.target)
        return self._raw(site, site.target) if site.method in _RAW else None

    def _found(self, site: CallSite) -> Found:
        return Found(self._workspace, self.file, self._schema, self._references, chain_of(site, LINKS))

    def _statement(self, site: CallSite, target: SgNode) -> Query | None:
        """A statement of a client; also of a receiver that cannot be followed, but is given one of the tables."""
        origin = self._origin(site, target)
        found = self._found(site)
        if not is_client(origin) if origin is not None else found.table() is None:
            return None
        query = statement(found)
        tells = origin is not None and query.op not in READS and not query.returns_rows
        return replace(query, driver=_DRIVERS.get(origin.module)) if origin is not None and tells else query

    def _relational(self, site: CallSite, target: SgNode) -> Query | None:
        """`client.query.users.findMany()`."""
        named = member(target)
        query = member(named[0]) if named is not None else None
        name = self._references.named(named[1]) if named is not None else None
        table = self._schema.table(name) if name is not None else None
        if query is None or query[1] != "query" or table is None:
            return None
        origin = self._origins.of(self.file, query[0])
        if origin is not None and not is_client(origin):
            return None
        return relational_query(self._found(site), table, unwrap(query[0]).text())

    def _transaction(self, site: CallSite, target: SgNode) -> Query | None:
        if not self._is_client(site, target):
            return None
        given = arguments(site.node)
        body = unwrap(given[0]) if given and unwrap(given[0]).kind() in FUNCTION_KINDS else None
        problems = [] if body is not None else ["transaction: its work is built elsewhere"]
        for call in find_all(body, "call_expression") if body is not None else ():
            inner = call_site(call)
            if inner is not None and inner.method in ("rollback", "setTransaction") and inner.target is not None:
                problems += [f"`{inner.method}`"] if self._is_client(inner, inner.target) else []
        return self._query(site, target, Op.TRANSACTION, body, tuple(problems))

    def _raw(self, site: CallSite, target: SgNode) -> Query | None:
        if target.kind() == "call_expression" or not self._is_client(site, target):
            return None
        return self._query(site, target, Op.RAW, None, ("raw SQL",))

    def _query(self, site: CallSite, target: SgNode, op: Op, body: SgNode | None, problems: tuple[str, ...]) -> Query:
        return Query(
            file=self.file.path,
            call=self.file.span(site.node),
            name=f"drizzle {site.method}",
            op=op,
            table=None,
            client=target.text(),
            body=self.file.span(body) if body is not None else None,
            unsupported=problems,
        )

    def _is_client(self, site: CallSite, target: SgNode) -> bool | None:
        """Is a receiver a client? None where it cannot be followed."""
        origin = self._origin(site, target)
        return is_client(origin) if origin is not None else None

    def _origin(self, site: CallSite, target: SgNode) -> Origin | None:
        return self._origins.of_receiver(self.file, site.node, unwrap(target, awaited=True))


def is_client(origin: Origin) -> bool:
    """Is a value of a package Drizzle's client, or the one of a transaction?"""
    return origin.package == PACKAGE and set(origin.path) <= _TO_CLIENT and "()" in origin.path
