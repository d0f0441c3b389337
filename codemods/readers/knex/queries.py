"""Finds every statement of Knex in a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode
from sqlglot import exp

from codemods.ir.query import Assembly, Op, Query
from codemods.ir.sql import Dialect, Gives, SqlWork, Verb, sources_of
from codemods.ir.table import Reach, Schema
from codemods.readers.assembled.reading import Reading
from codemods.readers.calls import CallSite, call_site
from codemods.readers.knex.builders import Built, alias_of, built_in
from codemods.readers.knex.source import PACKAGE, STARTING, Connections
from codemods.readers.knex.statement import LINKS, Statement
from codemods.readers.knex.terms import Terms
from codemods.readers.knex.works import work
from codemods.readers.links import Chain, chain_of, waits_inside
from codemods.readers.sql.definitions import dialect_of
from codemods.readers.sql.drivers import Sent
from codemods.readers.sql.queries import OPS, REACHED, statement_query
from codemods.readers.sql.reading import UnreadError
from codemods.source.file import SourceFile
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS, find_all, member, unwrap
from codemods.workspace import Workspace

_RAW = {Dialect.POSTGRES: Gives.RESULT, Dialect.MYSQL: Gives.PAIR, Dialect.SQLITE: Gives.ROWS}
_CLOCK = "knex now"
_CONTROLS = frozenset({"destroy", "commit", "rollback"})


def find_queries(workspace: Workspace, path: str, schema: Schema) -> list[Query]:
    """The statements of a file in source order."""
    if PACKAGE not in workspace.used_packages or not _mentions(workspace, path):
        return []
    dialect = dialect_of(workspace)
    if dialect is None:
        return []
    reader = _FileReader(workspace, workspace.source(path), schema, dialect)
    found = [query for node in reader.file.calls if (query := reader.read(node)) is not None]
    whole = [query for query in found if query.op is not Op.TRANSACTION and query.name != _CLOCK]
    found = [query for query in found if not any(_is_within(query, other) for other in whole)]
    return sorted((_with_parts(query, reader.parts) for query in found), key=lambda query: query.call)


def _is_within(query: Query, other: Query) -> bool:
    """Is a statement part of another one?"""
    return query.call != other.call and any(each.holds(query.call) for each in _stretches(other))


def _stretches(query: Query) -> Iterable[Span]:
    """The source of which a statement is made."""
    yield query.call
    for assembly in query.assembled:
        yield from assembly.statements


def _with_parts(query: Query, parts: Iterable[Span]) -> Query:
    if query.op is Op.TRANSACTION:
        return query
    own = [part for part in parts if part != query.call and any(each.holds(part) for each in _stretches(query))]
    return replace(query, parts=tuple(own))


_WORDS = re.compile(r"\(|`")


def _mentions(workspace: Workspace, path: str) -> bool:
    return _WORDS.search(workspace.text(path)) is not None


@dataclass(frozen=True, slots=True)
class _Start:
    """Where a statement starts, its links up to its promise, and the variables that it is built in."""

    site: CallSite
    chain: Chain
    built: Built | None = None


@dataclass(slots=True)
class _FileReader:
    workspace: Workspace
    file: SourceFile
    schema: Schema
    dialect: Dialect
    connections: Connections = field(init=False)
    parts: list[Span] = field(default_factory=list)
    """Calls that start a statement, or make a part of one."""

    def __post_init__(self) -> None:
        self.connections = Connections(self.workspace, self.file)

    def read(self, node: SgNode) -> Query | None:
        site = call_site(node)
        if site is None:
            return None
        if site.target is not None and site.method in _CONTROLS and self.connections.holds(site.target):
            return self._plain(site, Op.RAW, (f"`{site.method}` by hand",))
        if self.connections.helper(node, "now") is not None:
            return replace(self._plain(site, Op.CLOCK, ()), sql=_clock(self.dialect))
        if not self.connections.starts(site):
            return None
        self.parts.append(self.file.span(node))
        if site.method == "transaction" and site.target is not None:
            return self._transaction(site)
        if site.method == "raw" and site.target is not None:
            return self._raw(site)
        return self._statement(site)

    # ---- statements -----------------------------------------------------------------------------

    def _statement(self, site: CallSite) -> Query:
        start = self._start(site)
        reading = Reading(self.file, start.chain.whole, self.schema, self.workspace)
        query = self._plain(site, Op.FIND_MANY, ())
        query = replace(query, call=self.file.span(start.chain.whole), assembled=tuple(self._assembled(start)))
        try:
            if start.built is not None and start.built.problem:
                raise UnreadError(start.built.problem)
            if start.chain.unknown is not None:
                raise UnreadError(f"`{start.chain.unknown}` of a statement")
            terms = Terms(reading, self.connections, self.dialect)
            terms.subquery = lambda node: self._inside(terms, node)
            found = work(self.schema, self._parts(terms, start))
        except UnreadError as error:
            return replace(query, unsupported=(str(error),), assembled=())
        return self._of_work(query, found, reading)

    def _of_work(self, query: Query, found: SqlWork, reading: Reading) -> Query:
        if waits_inside(reading.call):
            # The call that is written anew starts with the `await`, which is then lacking.
            found = replace(found, is_sync=True)
        sources = list(sources_of(found))
        name = found.table or (sources[0].table if sources else "")
        table = self.schema.table(name)
        for reason in (*table.unsupported, *_gaps(self.schema, name, found.verb)) if table is not None else ():
            reading.reject(f"table {name}: {reason}")
        return replace(query, op=OPS[found.verb], table=name, sql=found, unsupported=tuple(reading.reasons))

    def _start(self, site: CallSite) -> _Start:
        chain = chain_of(site, LINKS)
        built = built_in(self.file, chain, LINKS)
        return _Start(site, built.chain if built is not None else chain, built)

    def _parts(self, terms: Terms, start: _Start) -> Statement:
        """The links of a statement, read in their order."""
        statement = Statement(terms)
        links: list[CallSite] = []
        if start.site.target is not None and start.site.method in STARTING:
            links.append(start.site)
        else:
            if len(start.site.arguments) != 1:
                raise UnreadError("options of a table")
            statement.table = terms.table(start.site.arguments[0])
        for link in (*links, *(start.chain.links if start.built is None else start.built.before)):
            statement.add(link)
        if start.built is not None:
            start.built.add_to(statement)
            for link in start.chain.links:
                statement.add(link)
        return statement

    def _inside(self, terms: Terms, node: SgNode) -> exp.Select | None:
        """The statement that an expression is, within another one."""
        inner = unwrap(node)
        links: list[CallSite] = []
        while inner.kind() == "call_expression":
            site = call_site(inner)
            if site is None:
                return None
            if self.connections.starts(site):
                if site.method in ("raw", "transaction"):
                    return None
                chain = Chain(site, tuple(reversed(links)), node)
                found = self._parts(terms, _Start(site, chain))
                if found.write is not None or found.is_first:
                    raise UnreadError("a statement inside that is no plain SELECT")
                return found.select()
            links.append(site)
            if site.target is None:
                return None
            inner = unwrap(site.target)
        return None

    def _assembled(self, start: _Start) -> Iterable[Assembly]:
        """The variables that hold the connection, and the statement while it is built."""
        if start.built is not None and start.built.assembly is not None:
            yield start.built.assembly
        holder = start.site.target if start.site.method in STARTING else start.site.function
        alias = alias_of(self.file, holder) if holder is not None else None
        if alias is not None:
            yield alias

    # ---- everything else ------------------------------------------------------------------------

    def _raw(self, site: CallSite) -> Query | None:
        """A whole statement as text; what stands within another statement is a part of that."""
        assert site.target is not None
        if not _is_awaited(site.node):
            return None
        values = site.arguments[1:]
        is_one = bool(values) and unwrap(values[0]).kind() not in ("array", "object", "identifier")
        sent = Sent(self.dialect, _RAW[self.dialect], self.file, site.arguments[0], values, spread=is_one)
        query = statement_query(self.workspace, self.file, self.schema, site, sent, site.target.text())
        return (
            replace(query, sql=replace(query.sql, is_sync=waits_inside(site.node))) if query.sql is not None else query
        )

    def _transaction(self, site: CallSite) -> Query:
        given = site.arguments
        body = given[0] if given and unwrap(given[0]).kind() in FUNCTION_KINDS else None
        problems = [] if body is not None else ["a transaction that is opened and closed by hand"]
        for call in find_all(body, "call_expression") if body is not None else ():
            inner = call_site(call)
            if inner is not None and inner.method in ("commit", "rollback", "savepoint") and inner.target is not None:
                problems += [f"`{inner.method}`"] if self.connections.holds(inner.target) else []
        query = self._plain(site, Op.TRANSACTION, tuple(dict.fromkeys(problems)))
        return replace(query, body=self.file.span(body) if body is not None else None)

    def _plain(self, site: CallSite, op: Op, problems: tuple[str, ...]) -> Query:
        holder = site.target if site.target is not None and (site.method in STARTING | _CONTROLS) else site.function
        return Query(
            file=self.file.path,
            call=self.file.span(site.node),
            name=_name(site),
            op=op,
            table=None,
            client=unwrap(holder).text(),
            unsupported=problems,
        )


def _clock(dialect: Dialect) -> SqlWork:
    return SqlWork(dialect, Verb.SELECT, Gives.ROWS)


def _gaps(schema: Schema, name: str, verb: Verb) -> list[str]:
    table = schema.table(name)
    assert table is not None
    return [gap.reason for gap in table.gaps if gap.reach in REACHED[verb] and gap.reach is not Reach.NONE]


def _name(site: CallSite) -> str:
    if not site.arguments or (site.target is not None and site.method in STARTING):
        return f"knex {site.method}"
    return f"knex {' '.join(site.arguments[0].text().split())[:40]}".replace('"', "").replace("'", "")


def _is_awaited(node: SgNode) -> bool:
    """Is the promise of a call used, and not the call as a part of another one?"""
    parent = node.parent()
    while parent is not None and parent.kind() in ("parenthesized_expression", "as_expression", "non_null_expression"):
        parent = parent.parent()
    if parent is None:
        return False
    if parent.kind() == "member_expression":
        access = member(parent)
        return access is not None and access[1] in ("then", "catch", "finally")
    return parent.kind() in ("await_expression", "return_statement", "arrow_function", "expression_statement")
