"""Express middleware that moves to the HTTP edge: validation, error handlers, not-found handlers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from codemods.ir.app import Middleware
from codemods.planner.analysis import Analyser
from codemods.planner.closure import Closure
from codemods.planner.pieces import Piece, PieceKey, PieceKind, function_piece
from codemods.planner.problems import Problem
from codemods.planner.routes import Check, node_at
from codemods.source import Edit, SourceFile, Span, find_all, parameters, span_of
from codemods.workspace import Workspace
from codemods.writers.edge import Ported, port_check, port_error_handler, port_not_found


@dataclass(slots=True)
class EdgePiece:
    """A piece that is rewritten for the edge: its edits, library names, everything it reaches, and the obstacles."""

    piece: Piece
    edits: list[Edit]
    runtime: set[str]
    reached: tuple[PieceKey, ...] = ()
    problems: list[Problem] = field(default_factory=list)


class EdgeWriter:
    """Ports middleware of one workspace; each function once."""

    def __init__(self, workspace: Workspace, closure: Closure, analyser: Analyser) -> None:
        self._workspace, self._closure, self._analyser = workspace, closure, analyser
        self._known: dict[PieceKey, EdgePiece] = {}

    def factory(self, check: Check) -> EdgePiece:
        """The function that makes the check (`validate`), ported."""
        piece = check.factory
        assert piece is not None
        if piece.key not in self._known:
            file = self._workspace.source(piece.key.file)
            ported = port_check(file, check.inner)
            outer = [check.inner.field("return_type"), piece.node.field("return_type")]
            for node in outer:
                if node is not None and not any(edit.span == span_of(node) for edit in ported.edits):
                    ported.edits.append(Edit.delete(span_of(node)))
            names = [p.name for p in parameters(check.inner) if p.name is not None]
            self._known[piece.key] = self._ported(file, piece, ported, framework=names)
        return self._known[piece.key]

    def call(self, check: Check) -> Piece:
        """`validate(createBookSchema)` as an expression for the edge."""
        expression = check.middleware.expression
        file = self._workspace.source(expression.file)
        node = next((n for n in find_all(file.root, "call_expression", "identifier", "member_expression")
                     if span_of(n) == expression.span), None)  # fmt: skip
        assert node is not None
        piece = Piece(PieceKey(expression.file, expression.span.start), PieceKind.DECLARATION, None, node, node)
        self._analyser.facts(piece)
        return piece

    def error_handler(self, middleware: Middleware) -> EdgePiece | None:
        """The application's error handler, or None when its function cannot be read."""
        found = self._function(middleware)
        if found is None:
            return None
        file, piece = found
        if piece.key not in self._known:
            facts = self._analyser.facts(piece, handler=True)
            self._known[piece.key] = self._ported(file, piece, port_error_handler(file, piece.node, facts), True)
        return self._known[piece.key]

    def not_found(self, middleware: Middleware) -> EdgePiece | None:
        """The application's own 404."""
        found = self._function(middleware)
        if found is None:
            return None
        file, piece = found
        if piece.key not in self._known:
            self._analyser.facts(piece, handler=True)
            self._known[piece.key] = self._ported(file, piece, port_not_found(file, piece.node), True)
        return self._known[piece.key]

    def _function(self, middleware: Middleware) -> tuple[SourceFile, Piece] | None:
        if middleware.definition is None:
            return None
        file = self._workspace.source(middleware.definition.file)
        node = node_at(file, middleware.definition.span)
        piece = function_piece(file, node) if node is not None else None
        return (file, piece) if piece is not None else None

    def _ported(
        self, file: SourceFile, piece: Piece, ported: Ported, handler: bool = False, framework: Sequence[str] = ()
    ) -> EdgePiece:
        erased = [edit.span for edit in ported.edits if edit.span.start < edit.span.end and not edit.holes]
        facts = self._analyser.facts(piece, handler, erased, framework)
        lines = _lines(file, erased)
        own = [problem for problem in facts.problems if problem.place.line not in lines]
        self._drop_erased_uses(piece, erased)
        reached = self._closure.reached(piece.key)
        below = [problem for key in reached[1:] for problem in self._closure.facts(key).problems]
        problems = [*ported.problems, *own, *below]
        return EdgePiece(piece, ported.edits, ported.runtime, reached, list(dict.fromkeys(problems)))

    def _drop_erased_uses(self, piece: Piece, erased: Sequence[Span]) -> None:
        """Names that the port wrote away (`AppError` of an instanceof) are not used any more."""
        facts = self._analyser.facts(piece)
        facts.uses = [use for use in facts.uses if not any(span.holds(use.span) for span in erased)]
        facts.replaced = [r for r in facts.replaced if not any(span.holds(r.span) for span in erased)]
        if erased:
            file = self._workspace.source(piece.key.file)
            kept = []
            for use in facts.packages:
                nodes = [n for n in find_all(piece.node, "identifier", "type_identifier") if n.text() == use.local]
                if any(not any(span.holds(span_of(n)) for span in erased) for n in nodes):
                    kept.append(use)
            facts.packages = kept
            facts.problems = [p for p in facts.problems if p.place.line not in _lines(file, erased)]


def _lines(file: SourceFile, spans: Sequence[Span]) -> set[int]:
    return {file.place(span.start).line for span in spans}
