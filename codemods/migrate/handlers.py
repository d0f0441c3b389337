"""What answers for the application as a whole: its error handlers in order, its 404s, and its catch-all routes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.app import App, Middleware, Role
from codemods.migrate.checks import EdgePiece, EdgeWriter, ErrorChain
from codemods.outcome import Place
from codemods.planner.answering.replies import Delegate
from codemods.planner.passing.left_out import is_silent
from codemods.planner.pieces import PieceKey
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.source import arguments, member, span_of, string_value, unwrap
from codemods.workspace import Workspace

_EVERYTHING = re.compile(r"/?(\*\w*|\{\*\w+\}|\(\.\*\))?")
_BELOW = re.compile(r"((?:/[\w.~-]+)+)/?(\*\w*|\{\*\w+\}|\(\.\*\))?")


@dataclass(slots=True)
class Handlers:
    """The handlers that http.ts registers once.

    `scoped` are 404s of some paths or methods, `catchers` the routes that are 404s.
    """

    errors: ErrorChain = field(default_factory=ErrorChain)
    missing: EdgePiece | None = None
    scoped: list[tuple[str, str, EdgePiece]] = field(default_factory=list)
    catchers: frozenset[str] = frozenset()
    refused: dict[tuple[Place, str], Problem] = field(default_factory=dict)
    """Why a middleware, by place and name, is not carried over, where more is known than its kind."""

    @property
    def not_found(self) -> EdgePiece | None:
        return self.missing if self.missing is not None and not self.missing.problems else None

    @property
    def below(self) -> list[tuple[str, str, EdgePiece]]:
        """The 404s of some paths that are carried over: Hono's method and path, and the function."""
        return [(method, path, piece) for method, path, piece in self.scoped if not piece.problems]

    @property
    def pieces(self) -> list[EdgePiece]:
        """All functions that are carried over."""
        missing = [self.not_found] if self.not_found is not None else []
        return [*self.errors.carried, *missing, *(piece for _, _, piece in self.below)]

    @property
    def delegates(self) -> dict[PieceKey, Delegate]:
        """Functions that answer for them."""
        return {key: delegate for piece in self.pieces for key, delegate in piece.delegates.items()}

    def answers(self, plan: RoutePlan) -> bool:
        """A route for every path, carried over as the application's 404."""
        return plan.key in self.catchers and bool(self.pieces)

    def problem(self, middleware: Middleware) -> Problem | None:
        """Why a handler stays behind."""
        known = self.refused.get((middleware.place, middleware.name))
        if known is not None:
            return known
        found = self.errors.problem if middleware in self.errors.middleware else None
        return replace(found, code="CX701") if found is not None else None


def find_handlers(workspace: Workspace, edge: EdgeWriter, app: App, plans: Sequence[RoutePlan]) -> Handlers:
    """Port the handlers of the application that is migrated."""
    served = [plan for plan in plans if plan.served]
    shared = _shared_chain(app, served)
    found = Handlers(edge.error_chain(shared))
    for plan in served:
        _refuse_others(plan, shared, found)
    homes = {workspace.home_of(plan.route.application) for plan in served}
    for middleware in app.middleware:
        if middleware.role is Role.NOT_FOUND and workspace.home_of(middleware.expression.file) in homes:
            _missing(workspace, edge, middleware, found)
    if found.missing is None:
        _catchers(edge, served, found)
    return found


def _shared_chain(app: App, plans: Sequence[RoutePlan]) -> tuple[Middleware, ...]:
    """The error handlers that http.ts has: those behind most routes, and none of a single router."""
    top = {use.middleware for use in app.uses if use.path == "/"}
    of_all = {m for plan in plans for m in plan.route.error_handlers if all(m in p.route.error_handlers for p in plans)}
    chains = Counter(tuple(m for m in plan.route.error_handlers if m in top | of_all) for plan in plans)
    return chains.most_common(1)[0][0] if chains else ()


def _refuse_others(plan: RoutePlan, shared: tuple[Middleware, ...], found: Handlers) -> None:
    """A route whose errors go another way than those of most is not carried over."""
    handlers = plan.route.error_handlers
    for middleware in (m for m in handlers if m not in shared):
        text = f"`{middleware.name}` serves one router alone"
        found.refused[middleware.place, middleware.name] = Problem("CX701", text, middleware.place)
        text = f"hands its errors to `{middleware.name}`, which serves one router alone"
        plan.problems.append(Problem("CX701", text, middleware.place))
    for middleware in (m for m in shared if m not in handlers):
        text = f"is registered behind `{middleware.name}`, which takes the errors of other routes"
        plan.problems.append(Problem("CX701", text, middleware.place))


def _missing(workspace: Workspace, edge: EdgeWriter, middleware: Middleware, found: Handlers) -> None:
    piece, path = edge.not_found(middleware), _path(workspace, middleware)
    problem = None
    if piece is None:
        problem = Problem("CX701", f"`{middleware.name}` cannot be read", middleware.place)
    elif piece.problems:
        problem = replace(piece.problems[0], code="CX701")
    elif path is None:
        problem = Problem("CX701", f"`{middleware.name}` serves one router or pattern alone", middleware.place)
    if problem is not None or piece is None or path is None:
        if problem is not None:
            found.refused[middleware.place, middleware.name] = problem
        return
    if path == "":
        found.missing = found.missing or piece
    else:
        found.scoped.append(("all", f"{path}/*", piece))


def _path(workspace: Workspace, middleware: Middleware) -> str | None:
    """The path below which a middleware of the application runs; None for one of a router or under a pattern."""
    call = _registration(workspace, middleware)
    if call is None:
        return ""
    callee = call.field("function")
    receiver = member(callee) if callee is not None else None
    if receiver is not None and _is_router(workspace, middleware.expression.file, receiver[0]):
        return None
    first = arguments(call)[0]
    if span_of(first) == middleware.expression.span:
        return ""
    path = string_value(first)
    if path is None:
        return None if first.kind() in ("regex", "string", "template_string", "identifier", "array") else ""
    if _EVERYTHING.fullmatch(path):
        return ""
    below = _BELOW.fullmatch(path)
    return below.group(1) if below is not None else None


def _registration(workspace: Workspace, middleware: Middleware) -> SgNode | None:
    """`app.use(path, handler)` around a handler."""
    file = workspace.source(middleware.expression.file)
    span = middleware.expression.span
    for call in _calls_around(file.root, span.start):
        if any(span_of(argument) == span for argument in arguments(call)):
            return call
    return None


def _calls_around(root: SgNode, offset: int) -> Iterator[SgNode]:
    """The calls around an offset, the outermost first."""
    node: SgNode | None = root
    while node is not None:
        if node.kind() == "call_expression":
            yield node
        node = next((c for c in node.children() if span_of(c).start <= offset < span_of(c).end), None)


def _is_router(workspace: Workspace, path: str, receiver: SgNode) -> bool:
    base = unwrap(receiver)
    binding = workspace.source(path).bindings.resolve(base) if base.kind() == "identifier" else None
    value = binding.value if binding is not None else None
    return value is not None and re.search(r"\bRouter\s*\(", value.text()) is not None


def _catchers(edge: EdgeWriter, plans: Sequence[RoutePlan], found: Handlers) -> None:
    """`app.all("*", …)` behind all routes is the application's 404, `app.get("*", …)` that of one method."""
    last = max(plans, key=lambda plan: plan.route.order, default=None)
    definition = last.route.handler.definition if last is not None else None
    if last is None or definition is None or last.carried:
        return
    if not all(is_silent(middleware) for middleware in last.route.middleware):
        return
    if last.route.path is None or not _EVERYTHING.fullmatch(last.route.path):
        return
    handler = last.route.handler
    piece = edge.not_found(
        Middleware(Role.NOT_FOUND, handler.name or "", last.route.place, handler.expression, definition)
    )
    if piece is None or piece.problems:
        return
    found.catchers = frozenset({last.key})
    if last.route.method == "ALL":
        found.missing = piece
    else:
        found.scoped.append((last.route.method.lower(), "*", piece))
