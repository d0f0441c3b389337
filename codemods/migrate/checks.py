"""Express middleware that moves to the HTTP edge: its own steps, validation, error handlers, not-found handlers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.ir.app import App, Middleware, Role
from codemods.planner.analysis import Analyser
from codemods.planner.answering.replies import Delegate
from codemods.planner.checking.checks import Check
from codemods.planner.checking.result_checks import Refusal
from codemods.planner.closure import FUNCTIONS, IN_CONTEXT, Closure
from codemods.planner.facts import Effect
from codemods.planner.passing.conditions import is_never_there
from codemods.planner.passing.steps import Step
from codemods.planner.passing.twin_steps import TwinDepths
from codemods.planner.pieces import Piece, PieceKey, PieceKind, function_piece
from codemods.planner.problems import Problem
from codemods.planner.routes import node_at
from codemods.readers.express.limiters import LimiterNames
from codemods.readers.express.twins import STRATEGY
from codemods.source import Edit, SourceFile, find_all, parameters, span_of
from codemods.source.tree import is_async
from codemods.workspace import Workspace
from codemods.writers.code import ImportSpec
from codemods.writers.delegates import erased_spans
from codemods.writers.edge.checks import port_check
from codemods.writers.edge.fault_helpers import class_tests, port_fault_helper
from codemods.writers.edge.faults import Behind, port_error_handler, port_not_found
from codemods.writers.edge.ported import Helper, Ported
from codemods.writers.edge.refusals import port_refusal
from codemods.writers.edge.steps import port_helper, port_step
from codemods.writers.edge.twins import port_twin, port_twins

_AT_EDGE = frozenset(Effect) - {Effect.CLOCK, Effect.SIGNS}
"""What handlers of errors and validations cannot do: they run beside the functions."""
_LATE = frozenset({Effect.SCHEDULES})
"""What middleware with a name cannot do: it reads and writes by internal functions."""


@dataclass(slots=True)
class EdgePiece:
    """A piece that is rewritten for the edge: its edits, what they use, and all that it reaches.

    `forwards` says that it may hand an error on to the next handler.
    """

    piece: Piece
    edits: list[Edit]
    imports: list[ImportSpec]
    library: frozenset[str]
    reached: tuple[PieceKey, ...]
    obstacles: Callable[[], list[Problem]]
    delegates: dict[PieceKey, Delegate] = field(default_factory=dict)
    forwards: bool = False
    asks: frozenset[str] = frozenset()
    """What only some registrations can give."""
    reads_path: bool = False
    helpers: tuple[EdgePiece, ...] = ()
    """Functions that it hands the request or its error to."""

    @property
    def whole(self) -> Iterator[EdgePiece]:
        """The piece with those that it hands the request to."""
        yield self
        for helper in self.helpers:
            yield from helper.whole

    def rewrite(self, ported: Ported) -> None:
        """Take other edits, with what they use."""
        self.edits, self.imports, self.library = ported.edits, ported.all_imports(), frozenset(ported.library)

    @property
    def problems(self) -> list[Problem]:
        """What stands in its way, as far as is known by now."""
        return self.obstacles()


@dataclass(slots=True)
class ErrorChain:
    """The error handlers of an application in their order, or why none of them is carried over."""

    pieces: list[EdgePiece] = field(default_factory=list)
    middleware: tuple[Middleware, ...] = ()
    unread: Problem | None = None

    @property
    def problem(self) -> Problem | None:
        """The first obstacle in any of them."""
        if self.unread is not None:
            return self.unread
        return next((problem for piece in self.pieces for problem in piece.problems), None)

    @property
    def carried(self) -> list[EdgePiece]:
        return self.pieces if self.problem is None else []


class EdgeWriter:
    """Ports middleware of one workspace; each function once."""

    def __init__(self, workspace: Workspace, app: App, closure: Closure, analyser: Analyser) -> None:
        self._workspace, self._closure, self._analyser = workspace, closure, analyser
        self._app = app
        self._limiters, self._depths = LimiterNames(workspace), TwinDepths(workspace, app)
        self._known: dict[PieceKey, EdgePiece] = {}
        self._checking: set[PieceKey] = set()
        """Functions that are ported as checks: no middleware."""
        self.fault_helpers: set[PieceKey] = set()
        """Functions that error handlers hand their errors to, and that look at the class."""
        self.settable: frozenset[str] = frozenset()
        """Fields of the request that any middleware sets."""
        self.handed_on: frozenset[str] = frozenset()
        """Those of them that come to be set at the edge wherever the source set them."""

    def factory(self, check: Check) -> EdgePiece:
        """The function that makes the check (`validate`), ported."""
        piece = check.factory
        if piece.key not in self._known:
            file = self._workspace.source(piece.key.file)
            ported = port_check(self._workspace, file, check.inner, piece.node)
            self._known[piece.key] = self._edge_piece(piece, ported, "CX401", check.inner)
            self._checking.add(piece.key)
        return self._known[piece.key]

    def refusal(self, refusal: Refusal) -> EdgePiece:
        """The test with which a handler refuses what checks have found, ported."""
        piece = Piece(
            PieceKey(refusal.file, span_of(refusal.test).start), PieceKind.INLINE, None, refusal.test, refusal.test
        )
        if piece.key not in self._known:
            ported = port_refusal(self._workspace, self._workspace.source(refusal.file), refusal)
            self._known[piece.key] = self._edge_piece(piece, ported, "CX401", refusal.test)
        return self._known[piece.key]

    def step(self, step: Step) -> EdgePiece:
        """A middleware, or the function that makes it, ported."""
        piece = step.piece
        if piece.key in self._checking:
            file = self._workspace.source(piece.key.file)
            problem = Problem("CX401", "checks the input of other routes", file.place(piece.node))
            return EdgePiece(piece, [], [], frozenset(), (), lambda: [problem])
        if piece.key not in self._known:
            file = self._workspace.source(piece.key.file)
            if step.twin:
                ported = port_twins(self._workspace, file, piece.node, self._limiters, self._depths)
            else:
                ported = port_step(self._workspace, file, step.function, piece)
            is_bare = (piece.kind is PieceKind.INLINE or step.twin) and step.twin != STRATEGY
            refused = IN_CONTEXT if is_bare else _LATE
            self._known[piece.key] = self._edge_piece(piece, ported, "CX701", step.function, refused)
            if not step.twin and self._closure.reaches_context(piece.key):
                self._known[piece.key].rewrite(port_step(self._workspace, file, step.function, piece, True))
            if piece.node.kind() == "method_definition" and not step.made:
                self._closure.turn_async(piece.key)
        return self._known[piece.key]

    def call(self, middleware: Middleware) -> Piece:
        """`validate(createBookSchema)` as an expression for the edge."""
        expression = middleware.expression
        file = self._workspace.source(expression.file)
        node = next((n for n in find_all(file.root, "call_expression", "identifier", "member_expression")
                     if span_of(n) == expression.span), None)  # fmt: skip
        assert node is not None
        piece = Piece(PieceKey(expression.file, expression.span.start), PieceKind.DECLARATION, None, node, node)
        self._analyser.facts(piece)
        return piece

    def error_chain(self, handlers: tuple[Middleware, ...]) -> ErrorChain:
        """Handlers in their order: one that is behind another only gets what that one passes on."""
        chain = ErrorChain(middleware=handlers)
        present = [one for one in handlers if not is_never_there(self._workspace, one.conditions)]
        for index, middleware in enumerate(present):
            if middleware.conditions:
                text = f"`{middleware.name}` is not always there"
                chain.unread = chain.unread or Problem("CX701", text, middleware.place)
            function = self._function(middleware)
            if function is None:
                name = f"`{middleware.name}` cannot be read"
                chain.unread = chain.unread or Problem("CX701", name, middleware.place)
                continue
            file, piece = function
            if piece.key not in self._known:
                behind = Behind.HANDLERS if index < len(present) - 1 else self._behind(middleware)
                ported = port_error_handler(self._workspace, file, piece.node, behind, self.settable)
                self._known[piece.key] = self._edge_piece(piece, ported, "CX701", piece.node)
            chain.pieces.append(self._known[piece.key])
            if not self._known[piece.key].forwards:
                break
        return chain

    def _behind(self, handler: Middleware) -> Behind:
        """What stands behind the last error handler."""
        places = [use.order for use in self._app.uses if use.middleware == handler]
        others = [use.order for use in self._app.uses if use.middleware.role is not Role.ERROR]
        others += [route.order for route in self._app.routes]
        return Behind.NOTHING if places and max(others, default=()) < max(places) else Behind.OTHERS

    def not_found(self, middleware: Middleware) -> EdgePiece | None:
        """The application's own 404."""
        found = self._function(middleware)
        if found is None:
            return None
        file, piece = found
        if piece.key not in self._known:
            ported = port_not_found(self._workspace, file, piece.node, self.settable)
            self._known[piece.key] = self._edge_piece(piece, ported, "CX701", piece.node)
        return self._known[piece.key]

    def _function(self, middleware: Middleware) -> tuple[SourceFile, Piece] | None:
        if middleware.definition is None:
            return None
        file = self._workspace.source(middleware.definition.file)
        node = node_at(file, middleware.definition.span)
        if node is None:
            return None
        inline = Piece(PieceKey(file.path, span_of(node).start), PieceKind.INLINE, None, node, None)
        return file, function_piece(file, node) or inline

    def _edge_piece(
        self, piece: Piece, ported: Ported, code: str, inner: SgNode, refused: frozenset[Effect] = _AT_EDGE
    ) -> EdgePiece:
        """Analyse what is left of the piece once its edits are made; `refused` effects have no place in it."""
        helpers = [self._helper(helper) for helper in ported.helpers]
        delegates = {key: each for found in ported.delegates for key, each in _with_own(found).items()}
        for delegate in delegates.values():
            self._analyser.facts(delegate.piece, erased=erased_spans(delegate), framework=_names(delegate))
        taken = parameters(inner) if not ported.is_helper else []
        names = [parameter.name for parameter in taken if parameter.name is not None]
        is_handler = span_of(inner) == span_of(piece.node) and not ported.is_helper
        names += ported.framework
        facts = self._analyser.facts(piece, is_handler, ported.erased(), names, ported.returned)
        facts.uses += [use for use in ported.uses if use not in facts.uses]
        facts.notes += [note for note in ported.notes if note not in facts.notes]
        facts.asynchronous, facts.context = tuple(ported.asynchronous), ported.environment
        reached = self._closure.reached(piece.key)
        is_step = refused in (IN_CONTEXT, _LATE)
        tested = self._class_tests(reached[1:], code) if not is_step else []
        fixed = [*ported.problems, *tested, *(problem for helper in helpers for problem in helper.problems)]
        met = self._closure.effects(piece.key) & refused
        if met:
            text = "reaches the database" if met & IN_CONTEXT else "reaches the outside world"
            fixed.append(Problem(code, text, ported.file.place(inner)))
        if self._closure.needs_node(piece.key):
            fixed.append(Problem("CX501", "needs Node, which the HTTP edge is not", ported.file.place(inner)))
        if any(not facts.waits_at(query.call) for query in facts.queries):
            fixed.append(Problem(code, "reaches the database before a request is there", ported.file.place(inner)))

        def missing() -> list[Problem]:
            names = sorted(ported.context_reads - self.handed_on) if not is_step else []
            place = ported.file.place(inner)
            return [Problem(code, f"reads `req.{name}`, which is not always carried over", place) for name in names]

        return EdgePiece(
            piece,
            ported.edits,
            ported.all_imports(),
            frozenset(ported.library),
            reached,
            lambda: list(dict.fromkeys([*fixed, *missing(), *self._closure.problems(piece.key)])),
            delegates,
            ported.forwards,
            frozenset(ported.asks).union(*(helper.asks for helper in helpers)),
            ported.reads_path or any(helper.reads_path for helper in helpers),
            tuple(helpers),
        )

    def _helper(self, helper: Helper) -> EdgePiece:
        """A function that is given the request or an error, ported; one that calls itself is known by then."""
        key = helper.piece.key
        if key not in self._known:
            file = self._workspace.source(key.file)
            empty = EdgePiece(helper.piece, [], [], frozenset(), (), list)
            self._known[key] = empty
            late = _LATE if is_async(helper.piece.node) else IN_CONTEXT
            port, refused = (port_fault_helper, _AT_EDGE) if helper.fault else (port_helper, late)
            self.fault_helpers |= {key} if helper.fault else set()
            if helper.twin:
                ported = port_twin(self._workspace, file, helper, self._limiters, self._depths)
            elif helper.strategy:
                ported, refused = self._strategy(helper.piece), _LATE
            else:
                ported = port(self._workspace, file, helper)
            self._known[key] = self._edge_piece(helper.piece, ported, "CX701", helper.piece.node, refused)
            if not helper.fault and not helper.strategy and self._closure.reaches_context(key):
                self._known[key].rewrite(port_helper(self._workspace, file, helper, True))
        return self._known[key]

    def _strategy(self, piece: Piece) -> Ported:
        """A strategy of passport as a function that tells who asks."""
        file = self._workspace.source(piece.key.file)
        ported = port_twins(self._workspace, file, piece.node, self._limiters, self._depths, True)
        ported.asynchronous.append(span_of(piece.node))
        return ported

    def _class_tests(self, keys: Sequence[PieceKey], code: str) -> list[Problem]:
        """Functions that an error handler calls see an error that crossed as data: without its class and methods."""
        found: list[Problem] = []
        for key in keys if code == "CX701" else ():
            if key in self.fault_helpers:
                continue
            piece = self._closure.piece(key)
            file = self._workspace.source(key.file)
            if piece.kind not in FUNCTIONS:
                continue
            for node, text in class_tests(file, piece.node):
                found.append(Problem(code, f"calls `{piece.name}`, {text}", file.place(node)))
        return found


def _with_own(delegate: Delegate) -> dict[PieceKey, Delegate]:
    """A function that answers, with those that answer for it."""
    return {delegate.piece.key: delegate, **delegate.plan.delegates()}


def _names(delegate: Delegate) -> list[str]:
    return [delegate.name] if delegate.name is not None else []
