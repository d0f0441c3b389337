"""Finds every call of a file that sends a statement of SQL."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.ir.query import Op, Query
from codemods.ir.sql import Apply, Given, Kind, SqlWork, Verb, parts_of, sources_of
from codemods.ir.table import Reach, Schema
from codemods.readers.assembled.reading import Reading
from codemods.readers.assembled.values import Test
from codemods.readers.calls import CallSite, call_site
from codemods.readers.links import waits_inside
from codemods.readers.literals import is_pure
from codemods.readers.sql.definitions import dialect_of
from codemods.readers.sql.drivers import WORDS, Control, Drivers, Sent
from codemods.readers.sql.making import BuiltError, is_made
from codemods.readers.sql.merged import Sent as SentAs
from codemods.readers.sql.merged import merged
from codemods.readers.sql.placeholders import listed_parameters, marked, parameters_of
from codemods.readers.sql.reading import NUMBERS, Scope, UnreadError
from codemods.readers.sql.statements import parsed
from codemods.readers.sql.texts import HOLE, Text, Texts
from codemods.readers.sql.variants import Variant, built
from codemods.readers.sql.writes import work_of
from codemods.readers.statement_names import statement_name
from codemods.source.file import SourceFile, span_of
from codemods.source.span import Span
from codemods.source.tree import find_all, unwrap
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
    Verb.SAVE: Op.UPSERT,
    Verb.REMOVE: Op.DELETE_MANY,
}
REACHED = {
    Verb.SELECT: frozenset[Reach](),
    Verb.INSERT: frozenset({Reach.CREATES, Reach.WRITES}),
    Verb.UPDATE: frozenset({Reach.WRITES}),
    Verb.DELETE: frozenset({Reach.DELETES, Reach.WRITES}),
    Verb.REMOVE: frozenset({Reach.DELETES, Reach.WRITES}),
    Verb.SAVE: frozenset({Reach.CREATES, Reach.SAVES, Reach.WRITES}),
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
        values = parameters_of(self.file, sent.values, sent.spread, text.holes)
        is_chosen = any(is_made(hole) for hole in text.holes)
        if text.problem is not None or isinstance(values, str) or is_chosen:
            return self._built(site, sent, client, text.problem or str(values))
        call = self.file.span(site.node)
        name = f"sql {statement_name(text.text)}".replace(f":{HOLE}", "$")
        if any(nothing.match(text.text) for nothing in (_COMMIT, _PING, _LOCK)):
            return Query(self.file.path, call, name, Op.CONNECT, None, client)
        if _BEGIN.match(text.text):
            return Query(self.file.path, call, name, Op.RAW, None, client, unsupported=(_TRANSACTION,))
        if _ROLLBACK.match(text.text):
            return Query(
                self.file.path, call, name, Op.RAW, None, client, unsupported=("ROLLBACK of what was written",)
            )
        reading = Reading(self.file, site.node, self._schema, self._workspace)
        try:
            work = self._work(site, sent, text, values, reading.span)
        except UnreadError as error:
            return self._refused(site, name, client, str(error))
        return self._query(site, name, client, work, reading)

    def _query(self, site: CallSite, name: str, client: str, work: SqlWork, reading: Reading) -> Query:
        table = self._target(work)
        for reason in self._gaps(table, work.verb):
            reading.reject(reason)
        return Query(
            self.file.path,
            self.file.span(site.node),
            name,
            OPS[work.verb],
            table,
            client,
            sql=work,
            assembled=tuple(reading.assembled),
            unsupported=tuple(reading.reasons),
        )

    def _built(self, site: CallSite, sent: Sent, client: str, problem: str) -> Query:
        """A statement that is put together under tests, which all of its variants say."""
        if sent.file is not self.file or (len(sent.values) > 1 and not sent.spread):
            return self._refused(site, "sql (computed)", client, problem)
        name = "sql (computed)"
        reading = Reading(self.file, site.node, self._schema, self._workspace)
        try:
            found = built(self._workspace, self.file, site.node, sent.text, sent.values, sent.spread, self._is_sent)
            name = f"sql {statement_name(found.variants[0].text.text)}".replace(f":{HOLE}", "$")
            place = _Places(self.file, reading).first
            sent_ = [SentAs(each.decided, self._variant(site, sent, each, place)) for each in found.variants]
            work = merged(sent_, lambda test: self._places(reading, test))
        except (BuiltError, UnreadError) as error:
            return self._refused(site, name, client, str(error))
        reading.assembled |= dict.fromkeys(found.assembled)
        return self._query(site, name, client, work, reading)

    def _variant(self, site: CallSite, sent: Sent, variant: Variant, place: Callable[[SgNode], Span]) -> SqlWork:
        values = listed_parameters(variant.values, variant.text.holes)
        if isinstance(values, str):
            raise UnreadError(values)
        return self._work(site, sent, variant.text, values, place)

    def _places(self, reading: Reading, test: Test) -> tuple[Span, Span | None]:
        return reading.span(test.node), reading.span(test.case) if test.case is not None else None

    def _is_sent(self, call: SgNode) -> bool:
        site = call_site(call)
        return site is not None and isinstance(self._drivers.read(site), Sent)

    def _work(
        self, site: CallSite, sent: Sent, text: Text, values: Mapping[str, SgNode], place: Callable[[SgNode], Span]
    ) -> SqlWork:
        """What a statement does; `place` says where a value stands."""
        if sent.values and unwrap(sent.values[-1]).kind() in ("arrow_function", "function_expression"):
            raise UnreadError("a callback")
        if text.holes and (sent.file is not self.file or _QUOTED_HOLE.search(text.text)):
            raise UnreadError("values are put into its quoted text")
        if text.text.count(HOLE) != len(text.holes):
            raise UnreadError("a value is put into its text twice")
        statement = parsed(_REPLACE.sub("INSERT OR REPLACE INTO", marked(text.text).text), sent.dialect)
        if statement is None:
            raise UnreadError("its text is not understood")
        spans = {name: place(node) for name, node in values.items()}
        work = work_of(Scope(self._schema, sent.dialect, spans, text=text.text), statement, sent.gives)
        _check_holes(work, {spans[name] for name in values if name.startswith(HOLE)})
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


class _Places:
    """Where the values of variants stand: the first of several places that say the same counts for all."""

    def __init__(self, file: SourceFile, reading: Reading) -> None:
        self._file, self._reading = file, reading
        self._found: dict[tuple[str, tuple[int, ...]], Span] = {}

    def first(self, node: SgNode) -> Span:
        span = self._reading.span(node)
        names = [self._file.bindings.resolve(each) for each in find_all(node, "identifier")]
        key = node.text(), tuple(span_of(each.node).start for each in names if each is not None)
        return self._found.setdefault(key, span) if is_pure(node) else span


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
