"""The database calls of a piece, written as edits of its text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from codemods.ir.query import READS, Op, Query
from codemods.ir.table import Schema
from codemods.planner.pieces import Piece
from codemods.planner.problems import Problem
from codemods.planner.running.floating import is_floating
from codemods.planner.stored.values import node_covering
from codemods.source import Edit, SourceFile, Span, named, span_of
from codemods.writers.acting.crossing import Crossing
from codemods.writers.code import DbCode, ImportSpec, Refusal, Rewrite, TableUse, ValueFacts
from codemods.writers.names import SchemaNames
from codemods.writers.queries.conditions import Assemblies
from codemods.writers.queries.db import write_query


@dataclass(slots=True)
class DatabaseEdits:
    """What the calls of one piece become, and what that takes."""

    edits: list[Edit] = field(default_factory=list)
    rewrites: list[Rewrite] = field(default_factory=list)
    imports: list[ImportSpec] = field(default_factory=list)
    tables: set[TableUse] = field(default_factory=set)
    indexes: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    runtime: set[str] = field(default_factory=set)
    transactions: dict[Span, tuple[str | Span, ...]] = field(default_factory=dict)
    """Functions that do what was one transaction, by the calls that they take the place of."""
    alone: dict[Span, Span] = field(default_factory=dict)
    """Transactions that become internal mutations of their own: their calls, and the callbacks or lists of calls."""
    notes: list[tuple[str, str, Query]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    functions: dict[str, str] = field(default_factory=dict)
    """Internal functions that do the work of an action: texts by name."""
    beyond: dict[str, tuple[ImportSpec, ...]] = field(default_factory=dict)
    """What those functions import."""
    dropped: set[Span] = field(default_factory=set)
    """Values of which nothing is left."""


def write_queries(
    file: SourceFile,
    piece: Piece,
    queries: list[Query],
    schema: Schema,
    names: SchemaNames,
    facts: ValueFacts,
    ctx: str,
    taken: Collection[str],
    crossing: Crossing | None = None,
    returned: Collection[Span] = (),
    apart: Collection[Span] | None = None,
) -> DatabaseEdits:
    """Write every call; what cannot be written becomes a problem of the piece. `taken` names are the module's own.

    In an action, `crossing` is its way to the database; in a mutation that of the calls `apart`, which roll back
    alone. `returned` are the statements of promise chains that answer.
    """
    found = DatabaseEdits()
    written: list[tuple[Query, DbCode]] = []
    local = file.bindings.declared_in(piece.node)
    avoid = {*taken, *file.bindings.top_level, *(binding.name for binding in local)}
    changing = {binding.name for binding in local if binding.reassigned}
    crossed = [query for query in queries if crossing is not None and (apart is None or query.call in apart)]
    found.alone = {
        query.call: query.body for query in crossed if query.body is not None and not _only_reads(file, query, queries)
    }
    for query in queries:
        is_sync = query.sql is not None and query.sql.is_sync
        if not is_sync and query.op is not Op.CLOCK and is_floating(file, query.call, returned):
            text = f"{query.name} is called and not awaited"
            found.problems.append(Problem("CX209", text, file.place(query.call.start)))
        is_inner = any(body.holds(query.call) for body in found.alone.values())
        crosses = crossing if query in crossed and not is_inner else None
        if query.call in found.alone and apart is not None and _is_used(file, query):
            text = f"{query.name} has to run alone, and its result is used"
            found.problems.append(Problem("CX304", text, file.place(query.call.start)))
        if crosses is not None and crosses.old_ids and query.op is Op.TRANSACTION:
            text = f"{query.name} is run by middleware"
            found.problems.append(Problem("CX202", text, file.place(query.call.start)))
        if query.op in (Op.TRANSACTION, Op.CONNECT, Op.RAW):
            write_control(file, query, found)
            continue
        indent, used = (
            file.indent_at(query.call.start),
            _is_used(file, query) and not _is_listed(file, query, found.alone),
        )
        code = write_query(query, schema, names, facts, ctx, indent, avoid, used, changing, crosses)
        if isinstance(code, Refusal):
            number = code.code if apart is None or crosses is None else "CX304"
            found.problems.append(Problem(number, f"{query.name}: {code.reason}", file.place(query.call.start)))
            continue
        _add(file, found, query, code)
        written.append((query, code))
    assemblies = Assemblies(file, written)
    found.problems += assemblies.problems()
    found.rewrites += assemblies.rewrites()
    return found


def _cast_of(file: SourceFile, query: Query) -> int | None:
    """Where `(await prisma.user.findUnique({ select: … })) as User` casts part of a row, whose keys are others now."""
    if query.select is None or query.op not in (Op.FIND_UNIQUE, Op.FIND_FIRST, Op.FIND_MANY):
        return None
    node = node_covering(file, query.call)
    parent = node.parent() if node is not None else None
    while parent is not None and parent.kind() in ("await_expression", "parenthesized_expression"):
        node, parent = parent, parent.parent()
    if node is None or parent is None or parent.kind() != "as_expression":
        return None
    plain = any(kind in parent.text()[len(node.text()) :] for kind in ("any", "unknown", "const"))
    return None if plain else span_of(node).end


def _is_listed(file: SourceFile, query: Query, alone: Mapping[Span, Span]) -> bool:
    """Is it an element of the list of a transaction, whose results nobody sees?"""
    node = node_covering(file, query.call)
    array = node.parent() if node is not None else None
    return array is not None and array.kind() == "array" and span_of(array) in alone.values()


def _only_reads(file: SourceFile, transaction: Query, queries: list[Query]) -> bool:
    """Is it a list of reads? Each of them saw what was there when its turn came."""
    body = transaction.body
    inner = [query for query in queries if body is not None and body.holds(query.call)]
    return body is not None and file.slice(body).startswith("[") and all(query.op in READS for query in inner)


def _add(file: SourceFile, found: DatabaseEdits, query: Query, code: DbCode) -> None:
    is_built = query.sql is not None and query.sql.is_built
    # Types that a builder is given are gone with it, and so is what would be changed in them.
    found.rewrites.append(Rewrite(query.call, code.parts, erases=is_built))
    cast = _cast_of(file, query)
    if cast is not None:
        found.edits.append(Edit.insert(cast, " as unknown"))
    gone = [Rewrite(span, (), erases=True) for span in query.annotations]
    found.rewrites += [each for each in gone if each not in found.rewrites]
    if code.comments:
        start = statement_start(file, query.call)
        indent = file.indent_at(start)
        found.edits.append(Edit.insert(start, "".join(f"{comment}\n{indent}" for comment in code.comments)))
    found.imports += code.imports
    found.tables |= code.tables
    found.indexes |= code.indexes
    found.runtime |= code.runtime
    found.functions |= code.functions
    found.beyond |= dict.fromkeys(code.functions, code.beyond)
    found.dropped |= code.dropped
    found.notes += [(number, text, query) for number, text in code.diagnostics]


def write_control(file: SourceFile, query: Query, found: DatabaseEdits) -> None:
    """Transactions: the mutation is one. Opening a connection: nothing to do, but the call has to go by hand."""
    place = file.place(query.call.start)
    if query.op is not Op.TRANSACTION or query.body is None:
        found.problems.append(Problem("CX301", f"{query.name} has no counterpart", place))
        return
    body = query.body
    text = file.slice(body)
    if text.startswith("["):
        found.transactions[query.call] = _in_order(file, body)
        return
    if not re.match(r"(async\b|\(|function\b|\w+\s*=>)", text):
        found.problems.append(Problem("CX304", f"{query.name} is given calls that are made elsewhere", place))
        return
    found.transactions[query.call] = (body,)


def _in_order(file: SourceFile, array: Span) -> tuple[str | Span, ...]:
    """`[a, b]` → `async () => [await a, await b] as const`: one after the other, as a transaction runs them."""
    node = node_covering(file, array)
    elements = [span_of(element) for element in named(node)] if node is not None else []
    parts: list[str | Span] = ["async () => ["]
    for index, element in enumerate(elements):
        parts += ["await " if index == 0 else ", await ", element]
    return (*parts, "] as const")


def transaction_parameters(file: SourceFile, queries: list[Query]) -> list[Span]:
    """The callbacks of `$transaction(async (tx) => …)`, whose parameter goes."""
    return [q.body for q in queries if q.op is Op.TRANSACTION and q.body is not None and file.slice(q.body)[0] != "["]


def _is_used(file: SourceFile, query: Query) -> bool:
    """False for `await prisma.user.delete(…);` as a statement of its own."""
    node = node_covering(file, query.call)
    parent = node.parent() if node is not None else None
    while parent is not None and parent.kind() in ("await_expression", "parenthesized_expression"):
        parent = parent.parent()
    return parent is None or parent.kind() != "expression_statement"


def statement_start(file: SourceFile, call: Span) -> int:
    """Where the statement around a call begins, which may be several lines above."""
    node = node_covering(file, call)
    for ancestor in node.ancestors() if node is not None else []:
        parent = ancestor.parent()
        if parent is not None and parent.kind() in ("statement_block", "program", "switch_case"):
            return span_of(ancestor).start
    return call.start
