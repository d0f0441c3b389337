"""One piece under analysis: its source, what is left to other readers, and where findings go."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ast_grep_py import SgNode

from codemods.ir.query import Query
from codemods.ir.spans import erased_by
from codemods.ir.table import Schema
from codemods.planner.facts import Facts
from codemods.planner.pieces import Piece, PieceKey
from codemods.planner.problems import Problem
from codemods.planner.stored.clients import client_parameter
from codemods.source import SourceFile, Span, parameters, span_of
from codemods.workspace import Workspace


class Scan:
    """What all readers of one piece share."""

    def __init__(
        self,
        workspace: Workspace,
        schema: Schema,
        facts: Facts,
        pieces: dict[PieceKey, Piece],
        queries: Sequence[Query],
        handler: bool,
        erased: Sequence[Span],
        framework: Collection[str],
    ) -> None:
        """`pieces` are all that are known so far, `queries` the database calls in this one."""
        self.workspace, self.schema, self.facts = workspace, schema, facts
        self.node: SgNode = facts.piece.node
        self.file: SourceFile = workspace.source(facts.piece.key.file)
        self._pieces = pieces
        self._query_starts = {each.start for query in queries for each in (query.call, *query.parts)}
        self._skipped = [*(_types(self.node) if handler else ()), *erased]
        self._skipped += [span for query in queries for span in erased_by(query)]
        facts.queries = list(queries)
        facts.client = None if handler else client_parameter(self.node, facts.queries)
        if facts.client is not None:
            self._skipped.append(span_of(parameters(self.node)[facts.client].node))
        own = {p.name for p in parameters(self.node)[:4] if p.name is not None} if handler else set()
        self.own_parameters = own | set(framework)
        """Names of the request, the response and the like, which have readers of their own."""

    def problem(self, node: SgNode | int, code: str, text: str) -> None:
        problem = Problem(code, text, self.file.place(node))
        if problem not in self.facts.problems:
            self.facts.problems.append(problem)

    def know(self, piece: Piece) -> None:
        """Note a piece that this one uses."""
        self._pieces.setdefault(piece.key, piece)

    def is_erased(self, node: SgNode) -> bool:
        """Framework code that its writer replaces."""
        span = span_of(node)
        return any(erased.holds(span) for erased in self._skipped)

    def erase(self, span: Span) -> None:
        """Leave a stretch of the piece to whoever found out what it means."""
        self._skipped.append(span)

    def drop(self, statement: SgNode) -> None:
        """A statement for which nothing is left to do."""
        self.erase(span_of(statement))
        self.facts.dropped.append(whole_lines(self.file.text, span_of(statement)))

    def starts_query(self, node: SgNode) -> bool:
        """Is it, or does it start with, the client of a database call?"""
        return span_of(node).start in self._query_starts


def _types(node: SgNode) -> list[Span]:
    """Parameter and return types of a handler: they name framework types that fall away."""
    fields = (node.field("parameters") or node.field("parameter"), node.field("return_type"))
    return [span_of(field) for field in fields if field is not None]


def whole_lines(text: str, span: Span) -> Span:
    """A statement with its line, where it has one for itself, else with the space behind it."""
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end
    if not text[start : span.start].strip() and text[span.end : end].strip() in ("", ";"):
        return Span(start, min(end + 1, len(text)))
    after = text[span.end : end]
    return Span(span.start, span.end + len(after) - len(after.lstrip()))
