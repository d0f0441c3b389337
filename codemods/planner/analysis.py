"""What one piece of source needs and does: the pieces it uses, packages, database calls, timers, effects, obstacles."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ast_grep_py import SgNode

from codemods.ir.query import NEUTRAL, READS, Op, Query, looks_up_rows
from codemods.ir.table import Schema
from codemods.planner.error_data import read_error_data
from codemods.planner.facts import Effect, Facts
from codemods.planner.instances import Instances
from codemods.planner.names import Names
from codemods.planner.passing.log_files import read_log_file
from codemods.planner.pieces import CONSTANTS, Piece, PieceKey, annotation_of, overloads
from codemods.planner.receivers import Receivers
from codemods.planner.running.globals import Globals
from codemods.planner.running.loads import Loads
from codemods.planner.running.packages import Packages
from codemods.planner.running.reports import read_reports
from codemods.planner.running.setups import Setups
from codemods.planner.running.sockets import read_sockets
from codemods.planner.scan import Scan, whole_lines
from codemods.planner.settings.secret_reads import SecretReads
from codemods.planner.settings.verifiers import name_parameters
from codemods.planner.stored.decimals import Decimals
from codemods.planner.stored.documents import Documents
from codemods.planner.stored.model_rows import ModelRows, RowOf
from codemods.planner.stored.payloads import Payloads
from codemods.planner.stored.values import node_covering
from codemods.source import SourceFile, Span, named, span_of
from codemods.source.tree import VARIABLE_KINDS
from codemods.workspace import Workspace


class Analyser:
    """Analyses pieces of a workspace, each once."""

    def __init__(
        self,
        workspace: Workspace,
        schema: Schema,
        queries_of: Callable[[str], list[Query]],
        is_job: Callable[[SourceFile, SgNode], bool],
        row_of: RowOf = lambda file, node: None,
    ) -> None:
        self._workspace = workspace
        self._schema = schema
        self._queries_of = queries_of
        self._is_job = is_job
        self._row_of = row_of
        self._known: dict[PieceKey, Facts] = {}
        self._handlers: dict[PieceKey, Callable[[], Sequence[Span]]] = {}
        self._setups = Setups(workspace)
        self.pieces: dict[PieceKey, Piece] = {}

    def facts(
        self,
        piece: Piece,
        handler: bool = False,
        erased: Sequence[Span] = (),
        framework: Collection[str] = (),
        returned: Sequence[Span] = (),
        dropped: Sequence[Span] = (),
    ) -> Facts:
        """The facts of a piece. For a handler, request, response and `next` are left to their own readers.

        `erased` spans hold framework code that its writer replaces; calls on `framework` names are left to it too.
        `returned` are the statements of promise chains that answer, `dropped` those of which nothing is left.
        """
        if piece.key not in self._known:
            self.pieces[piece.key] = piece
            facts = Facts(piece)
            facts.returned = tuple(returned)
            text = self._workspace.source(piece.key.file).text
            facts.dropped += [whole_lines(text, statement) for statement in dropped]
            self._known[piece.key] = facts
            if piece.key in self._handlers:
                handler, erased = True, self._handlers[piece.key]()
            self._scan(facts, handler, erased, framework)
        return self._known[piece.key]

    def note_handler(self, piece: Piece, erased: Callable[[], Sequence[Span]]) -> None:
        """Treat a piece as a handler if its facts are ever asked for: it may be reached from another one."""
        self._handlers.setdefault(piece.key, erased)

    @property
    def schema(self) -> Schema:
        return self._schema

    def _scan(self, facts: Facts, handler: bool, erased: Sequence[Span], framework: Collection[str]) -> None:
        piece = facts.piece
        span = span_of(piece.node)
        queries = [query for query in self._queries_of(piece.key.file) if span.holds(query.call)]
        scan = Scan(self._workspace, self._schema, facts, self.pieces, queries, handler, erased, framework)
        _database(scan)
        read_log_file(scan)
        read_reports(scan)
        read_sockets(scan)
        packages = Packages(scan, self._setups)
        names, runtime = Names(scan, packages), Globals(scan, self._is_job)
        Instances(scan).read()
        Loads(scan, names).read()
        SecretReads(scan).read()
        name_parameters(scan)
        Payloads(scan).read()
        Decimals(scan).read()
        documents = Documents(scan)
        documents.statics()
        annotation = None if handler or erased or framework else annotation_of(piece)
        if annotation is not None and any(one.span.holds(span_of(annotation)) for one in facts.replaced):
            annotation = None
        for node in (*overloads(piece), *([annotation] if annotation is not None else ()), scan.node):
            for binding in scan.file.bindings.free(node).bindings:
                for reference in scan.file.bindings.references_in(binding, node):
                    if not scan.is_erased(reference):
                        names.use(binding, reference)
        for name in scan.file.bindings.free(scan.node).globals:
            runtime.use(name)
        documents.read()
        ModelRows(scan, self._row_of).read()
        read_error_data(scan)
        names.this()
        Receivers(scan, packages).calls()


def _database(scan: Scan) -> None:
    """The effects of the database calls, and what they cannot be carried over for."""
    facts = scan.facts
    if facts.piece.kind in CONSTANTS and facts.queries:
        first = facts.queries[0]
        scan.problem(first.call.start, "CX307", f"{first.name} is called where nothing can be carried over")
    facts.queries = [query for query in facts.queries if not _is_dropped(scan, query)]
    facts.awaited += [query.call for query in facts.queries if query.sql is not None and query.sql.is_sync]
    for query in facts.queries:
        for reason in query.unsupported:
            scan.problem(query.call.start, "CX301", f"{query.name}: {reason}")
        if query.op is Op.RAW:
            scan.problem(query.call.start, "CX305", f"{query.name} is raw SQL")
        if query.op is Op.CLOCK or (query.op is Op.CONDITION and not looks_up_rows(query.where)):
            continue
        if query.op in READS:
            facts.effects.add(Effect.READS)
        elif query.op not in NEUTRAL | {Op.MAKE}:
            facts.effects.add(Effect.WRITES)


def _is_dropped(scan: Scan, query: Query) -> bool:
    """A statement that connects to the database, or asks whether it is there: a function of Convex has it."""
    node = node_covering(scan.file, query.call)
    while node is not None and node.kind() in ("call_expression", "await_expression", "parenthesized_expression"):
        node = node.parent()
    if query.op is Op.CONNECT and not query.unsupported and node is not None and _is_only_client(scan, node):
        return True
    is_statement = node is not None and node.kind() == "expression_statement"
    if query.op is not Op.CONNECT or query.unsupported or node is None or not is_statement:
        return False
    scan.drop(node)
    return True


def _is_only_client(scan: Scan, declarator: SgNode) -> bool:
    """Drops `const client = await pool.connect();` where the client is only there for calls of the database."""
    statement, name = declarator.parent(), declarator.field("name")
    binding = scan.file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
    alone = statement is not None and statement.kind() in VARIABLE_KINDS and len(named(statement)) == 1
    if declarator.kind() != "variable_declarator" or statement is None or binding is None or not alone:
        return False
    if binding.reassigned or not all(scan.is_erased(each) or scan.starts_query(each) for each in binding.references):
        return False
    scan.drop(statement)
    return True
