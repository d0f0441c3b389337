"""Finds every call of a file that sends a statement of SQL."""

from __future__ import annotations

import re
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.query import Op, Query
from codemods.ir.sql import Apply, Given, Kind, SqlWork, Verb, parts_of, sources_of
from codemods.ir.table import Reach, Schema
from codemods.readers.assembled.reading import Reading
from codemods.readers.calls import CallSite, call_site
from codemods.readers.links import waits_inside
from codemods.readers.sites.sql_text import statement_name
from codemods.readers.sql.definitions import dialect_of
from codemods.readers.sql.drivers import WORDS, Control, Drivers, Sent
from codemods.readers.sql.placeholders import marked, parameters_of
from codemods.readers.sql.reading import NUMBERS, Scope, UnreadError
from codemods.readers.sql.statements import parsed
from codemods.readers.sql.texts import HOLE, Texts
from codemods.readers.sql.writes import work_of
from codemods.source.file import SourceFile
from codemods.source.span import Span
from codemods.source.tree import unwrap
from codemods.workspace import Workspace

_COMMIT = re.compile(r"^\s*(?:COMMIT|END)\b[\s\w]*;?\s*$", re.IGNORECASE)
_BEGIN = re.compile(r"^\s*(?:BEGIN|START\s+TRANSACTION)\b[\s\w]*;?\s*$", re.IGNORECASE)
_TRANSACTION = "a transaction that statements begin and end"
_ROLLBACK = re.compile(r"^\s*ROLLBACK\b[\s\w]*;?\s*$", re.IGNORECASE)
_PING = re.compile(r"^\s*SELECT\s+1(\s+AS\s+\w+)?\s*;?\s*$", re.IGNORECASE)
_LOCK = re.compile(r"^\s*SELECT\s+pg_advisory_xact_lock\([^()]*\)\s*;?\s*$", re.IGNORECASE)
"""Mutations run one after the other, as far as they touch the same rows."""
_REPLACE = re.compile(r"^\s*REPLACE\s+INTO\b", re.IGNORECASE)
_QUOTED_HOLE = re.compile(rf"['\"`][^'\"`]*:{HOLE}\d+[^'\"`]*['\"`]")
OPS = {
    Verb.SELECT: Op.FIND_MANY,
    Verb.INSERT: Op.CREATE_MANY,
    Verb.UPDATE: Op.UPDATE_MANY,
    Verb.DELETE: Op.DELETE_MANY,
}
REACHED = {
    Verb.SELECT: frozenset[Reach](),
    Verb.INSERT: frozenset({Reach.CREATES, Reach.WRITES}),
    Verb.UPDATE: frozenset({Reach.WRITES}),
    Verb.DELETE: frozenset({Reach.DELETES, Reach.WRITES}),
}


def find_queries(workspace: Workspace, path: str, schema: Schema) -> list[Query]:
    """The calls of a file in source order."""
    if dialect_of(workspace) is None or WORDS.search(workspace.text(path)) is None:
        return []
    reader = _FileReader(workspace, workspace.source(path), schema)
    found = [query for node in reader.file.invocations if (query := reader.read(node)) is not None]
    # What is prepared in the place where it is run is part of the call that runs it.
    return [query for query in found if not any(_is_part(query, other) for other in found)]


def _is_part(query: Query, other: Query) -> bool:
    return query.op is Op.CONNECT and other is not query and other.call.start == query.call.start


def statement_query(
    workspace: Workspace, file: SourceFile, schema: Schema, site: CallSite, sent: Sent, client: str
) -> Query:
    """The query of a statement that a call sends."""
    return _FileReader(workspace, file, schema).statement(site, sent, client)


class _FileReader:
    def __init__(self, workspace: Workspace, file: SourceFile, schema: Schema) -> None:
        self.file = file
        self._workspace, self._schema = workspace, schema
        self._drivers = Drivers(workspace, file)

    def read(self, node: SgNode) -> Query | None:
        site = call_site(node)
        found = self._drivers.read(site) if site is not None else None
        if site is None or found is None:
            return None
        client = site.target.text() if site.target is not None else site.function.text()
        if isinstance(found, Control):
            begins = found.method == "beginTransaction"
            reasons = (_TRANSACTION,) if begins else ()
            op = Op.RAW if begins else Op.CONNECT
            name = f"sql {found.method}"
            return Query(self.file.path, self.file.span(node), name, op, None, client, unsupported=reasons)
        return self.statement(site, found, client)

    def statement(self, site: CallSite, sent: Sent, client: str) -> Query:
        """The query of a statement that a call sends."""
        text = Texts(self._workspace, sent.file).read(sent.text)
        call = self.file.span(site.node)
        if text.problem is not None:
            return self._refused(site, "sql (computed)", client, text.problem)
        name = f"sql {statement_name(text.text)}".replace(f":{HOLE}", "$")
        if any(nothing.match(text.text) for nothing in (_COMMIT, _PING, _LOCK)):
            return Query(self.file.path, call, name, Op.CONNECT, None, client)
        if _BEGIN.match(text.text):
            return Query(self.file.path, call, name, Op.RAW, None, client, unsupported=(_TRANSACTION,))
        if _ROLLBACK.match(text.text):
            return Query(
                self.file.path, call, name, Op.RAW, None, client, unsupported=("ROLLBACK of what was written",)
            )
        if text.holes and (sent.file is not self.file or _QUOTED_HOLE.search(text.text)):
            return self._refused(site, name, client, "values are put into its quoted text")
        reading = Reading(self.file, site.node, self._schema, self._workspace)
        try:
            work = self._work(site, sent, text.text, text.holes, reading)
        except UnreadError as error:
            return self._refused(site, name, client, str(error))
        table = self._target(work)
        for reason in self._gaps(table, work.verb):
            reading.reject(reason)
        return Query(
            self.file.path, call, name, OPS[work.verb], table, client, sql=work, unsupported=tuple(reading.reasons)
        )

    def _work(self, site: CallSite, sent: Sent, text: str, holes: list[SgNode], reading: Reading) -> SqlWork:
        values = sent.values
        if values and unwrap(values[-1]).kind() in ("arrow_function", "function_expression"):
            raise UnreadError("a callback")
        found = parameters_of(self.file, values, sent.spread, holes)
        if isinstance(found, str):
            raise UnreadError(found)
        if text.count(HOLE) != len(holes):
            raise UnreadError("a value is put into its text twice")
        statement = parsed(_REPLACE.sub("INSERT OR REPLACE INTO", marked(text).text), sent.dialect)
        if statement is None:
            raise UnreadError("its text is not understood")
        spans = {name: reading.span(node) for name, node in found.items()}
        work = work_of(Scope(self._schema, sent.dialect, spans, text=text), statement, sent.gives)
        _check_holes(work, {spans[name] for name in found if name.startswith(HOLE)})
        work = replace(work, is_sync=sent.spread or waits_inside(site.node))
        types = site.node.field("type_arguments")
        inner = [child for child in types.children() if child.is_named()] if types is not None else []
        return replace(work, type=self.file.span(inner[0])) if len(inner) == 1 else work

    def _target(self, work: SqlWork) -> str | None:
        sources = list(sources_of(work))
        return sources[0].table if sources else work.table

    def _gaps(self, name: str | None, verb: Verb) -> list[str]:
        table = self._schema.table(name) if name is not None else None
        if table is None:
            return ["it names no table"]
        reached = [gap.reason for gap in table.gaps if gap.reach in REACHED[verb]]
        return [f"table {table.name}: {reason}" for reason in (*table.unsupported, *reached)]

    def _refused(self, site: CallSite, name: str, client: str, reason: str) -> Query:
        return Query(self.file.path, self.file.span(site.node), name, Op.FIND_MANY, None, client, unsupported=(reason,))


def _check_holes(work: SqlWork, holes: set[Span]) -> None:
    """What code puts into the text itself is a value only where no quotes or commas can come with it."""
    for part in parts_of(work):
        if (
            isinstance(part, Apply)
            and part.function == "in"
            and any(isinstance(each, Given) and each.value in holes for each in part.arguments)
        ):
            raise UnreadError("a list is put into its text")
        if isinstance(part, Given) and part.value in holes and part.kind not in NUMBERS | {Kind.ID, Kind.BOOLEAN}:
            raise UnreadError("a piece of SQL is put into its text")
