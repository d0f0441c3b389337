"""Decides for each route whether it can be carried over, and as what: its arguments, answers, checks and obstacles."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from dataclasses import replace as with_changes

from ast_grep_py import SgNode

from codemods.ir.app import Condition, Middleware, Role, Route
from codemods.ir.validator import Kind, Shape
from codemods.planner.answering.responses import Form, Reply, ResponsePlan, plan_response
from codemods.planner.asking.request_facts import COOKIE_PARSER
from codemods.planner.asking.requests import Part, RequestPlan, plan_request
from codemods.planner.checking.checks import Check, outputs, read_check, validated
from codemods.planner.checking.result_checks import Refusal, may_have_found, own_refusal, whole_lines
from codemods.planner.checking.shapes import ShapeOf
from codemods.planner.checking.validator_chains import Chain, merged, read_chain
from codemods.planner.passing.conditions import Test, is_never_there, read_tests
from codemods.planner.passing.left_out import is_silent, reads_no_body
from codemods.planner.passing.steps import Step, read_step
from codemods.planner.passing.twin_steps import read_twin
from codemods.planner.paths import EdgePath, edge_path, expression_of
from codemods.planner.pieces import Piece, PieceKey, function_piece
from codemods.planner.problems import Problem
from codemods.planner.stored.dates import crosses, date_paths, has_unclear_dates
from codemods.readers.express.packages import Fate, known
from codemods.readers.express.strategies import PASSPORT
from codemods.readers.express.strategies import refusal as strategy_refusal
from codemods.readers.express.twins import TAKES
from codemods.source import SourceFile, Span, find_all, span_of
from codemods.workspace import Workspace

REFUSING: dict[Role, tuple[str, str]] = {
    Role.GUARD: ("CX801", "is guarded by"),
    Role.RATE_LIMIT: ("CX802", "is rate limited by"),
    Role.UPLOAD: ("CX702", "takes an upload through"),
    Role.SESSION: ("CX801", "uses the session of"),
    Role.VALIDATION: ("CX401", "is validated by"),
    Role.CONTEXT: ("CX701", "runs after"),
    Role.OTHER: ("CX701", "runs after"),
    Role.NOT_FOUND: ("CX701", "runs after"),
}
"""Middleware that a route cannot do without, and that is not carried over: code and the words before its name."""

PORTED = frozenset({Role.GUARD, Role.RATE_LIMIT, Role.VALIDATION, Role.CONTEXT, Role.OTHER})
"""Middleware that moves to the edge where its function can be read."""

OTHER_APPLICATION = "CX108"


@dataclass(slots=True)
class RoutePlan:
    """One route on its way. A route with problems is not carried over; the first one is what its owner is told."""

    route: Route
    piece: Piece | None
    request: RequestPlan | None = None
    response: ResponsePlan | None = None
    path: EdgePath | None = None
    """The path in Hono's words; None where it has none."""
    pattern: str | None = None
    """A literal of a regular expression for its requests, where Hono has no form for its path."""
    checks: tuple[Check | Chain, ...] = ()
    steps: tuple[Step, ...] = ()
    """The application's own middleware before the handler, in order."""
    refusal: Refusal | None = None
    """What the handler refuses first of what checks have found, which the edge does from now on."""
    tests: tuple[Test, ...] = ()
    """What hands a request on to the routes below: the source did not always register the route."""
    problems: list[Problem] = field(default_factory=list)
    rows: frozenset[str] = frozenset()
    """Fields on the request that may hold rows of the database, and so dates."""
    dead: bool = False
    """Another route always answers first."""
    exact: bool = True
    """The argument validators say all that the source checks."""
    name: str = ""
    module: str = ""
    beside: str = ""
    """The module for what http.ts imports: the same, unless the function runs on Node."""
    kind: str = ""
    settles: bool = False
    undoes: bool = False
    """Its function is taken back where something fails that is done whole or not at all."""
    crosses: bool = False
    """Its function runs internal functions."""
    stale: bool = False
    """Its function is a query that asks what time it is."""
    acts: bool = False
    """Its function is an action."""
    ids: frozenset[str] = frozenset()
    """Validated fields that turned out to hold Convex ids, whatever the schema says of them."""

    @property
    def key(self) -> str:
        """What tells the route from all others, mounts included."""
        place = self.route.place
        return f"{place.file}:{place.line}:{place.column}:{self.route.method} {self.route.path}"

    @property
    def group(self) -> str:
        """The group of its changes: they are accepted or refused together."""
        place = self.route.place
        return f"route:{place.file}:{place.line}:{self.route.method}"

    def takes(self, fields: frozenset[str]) -> bool:
        """Is the handler given any of these fields that middleware puts on the request?"""
        given = self.request.arguments if self.request is not None else ()
        return any(argument.part is Part.CONTEXT and argument.key in fields for argument in given)

    @property
    def status(self) -> int:
        """The status of success, where there is only one."""
        found = [reply.status for reply in self.successes if reply.status is not None]
        return found[0] if found else 200

    @property
    def successes(self) -> tuple[Reply, ...]:
        return self.response.successes if self.response is not None else ()

    @property
    def form(self) -> Form:
        return self.successes[0].form if self.successes else Form.JSON

    @property
    def enveloped(self) -> bool:
        """The function itself says with which status it answers."""
        return self.response is not None and self.response.enveloped

    @property
    def builds_on(self) -> bool:
        """Its function asks for headers that are set, or adds to them."""
        builder = self.response.builder if self.response is not None else None
        return builder is not None and builder.builds_on

    @property
    def internal(self) -> bool:
        """Only the edge may call its function: it checks the input, says who asks, or whether the route is there."""
        checked = bool(self.checks or self.tests) or any(not step.harmless for step in self.steps)
        return not self.exact or checked or (self.request is not None and self.request.trusts)

    @property
    def served(self) -> bool:
        """Do requests to the application that is migrated reach it?"""
        return self.route.mounted and all(problem.code != OTHER_APPLICATION for problem in self.problems)

    @property
    def schema_checks(self) -> list[Check]:
        """The checks that a function of the application makes."""
        return [check for check in self.checks if isinstance(check, Check)]

    @property
    def ported(self) -> tuple[Middleware, ...]:
        """The middleware that comes along."""
        return (*(check.middleware for check in self.checks), *(step.middleware for step in self.steps))

    @property
    def depth(self) -> int:
        """How many segments of its path the routers above it have taken."""
        path, local = self.route.path or "", self.route.local_path or ""
        return sum(bool(part) for part in path.split("/")) - sum(bool(part) for part in local.split("/"))

    @property
    def carried(self) -> bool:
        return not self.problems


def plan_route(workspace: Workspace, route: Route, shape_of: ShapeOf, express: int) -> RoutePlan:
    """Everything about one route that does not depend on other routes; of a refused one not more than why.

    `express` is the major version, on which the meaning of paths and bodies depends.
    """
    piece = _handler_piece(workspace, route)
    plan = RoutePlan(route, piece)
    _check_registration(workspace, plan, express)
    shapes = _read_middleware(workspace, plan, shape_of, express)
    if piece is None:
        text = route.handler.problem or "the handler could not be read"
        plan.problems.append(Problem("CX101", text, route.place))
    if piece is None or plan.problems:
        return plan
    file = workspace.source(piece.key.file)
    provided = _provided(plan)
    plan.response = plan_response(file, piece.node, workspace=workspace, builds=True, provided=provided)
    gone: Span | None = None
    refusal = own_refusal(workspace, file, piece.node)
    if isinstance(refusal, Problem):
        plan.problems.append(refusal)
    elif refusal is not None:
        gone = whole_lines(file, refusal.span)
        plan.response = plan.response.without(gone, file)
        plan.refusal = refusal if may_have_found(workspace, route) else None
    path = plan.path or EdgePath("")
    request = plan_request(file, piece.node, path, shapes, provided, workspace, express, gone)
    plan.request = with_changes(request, files=_files(plan, request))
    plan.problems += [*plan.request.problems, *plan.response.problems]
    if has_unclear_dates(plan.request.shape):
        plan.problems.append(Problem("CX403", "is given dates where numbers may stand as well", route.place))
    if any(argument.part is Part.BODY for argument in plan.request.arguments) and not _parses(plan):
        plan.problems.append(Problem("CX205", "reads `req.body` before any parser makes it", route.place))
    return plan


def _parses(plan: RoutePlan) -> bool:
    """May anything before the handler have made `req.body`?"""
    return not all(reads_no_body(middleware) for middleware in plan.route.middleware)


def _provided(plan: RoutePlan) -> frozenset[str]:
    """The properties of the request that middleware before the handler has set."""
    parses = any(middleware.role is Role.COOKIES for middleware in plan.route.middleware)
    sets = frozenset(name for step in plan.steps for name in step.provides)
    return sets | {COOKIE_PARSER} if parses else sets


def _files(plan: RoutePlan, request: RequestPlan) -> tuple[str, ...]:
    """The arguments for what uploads hand on."""
    keys = {name for step in plan.steps if step.twin == TAKES for name in step.sets}
    given = [each for each in request.arguments if each.part is Part.CONTEXT and each.key in keys]
    return tuple(argument.name for argument in given)


def _handler_piece(workspace: Workspace, route: Route) -> Piece | None:
    definition = route.handler.definition
    if definition is None:
        return None
    node = node_at(workspace.source(definition.file), definition.span)
    return function_piece(workspace.source(definition.file), node) if node is not None else None


def node_at(file: SourceFile, span: Span) -> SgNode | None:
    """The function node at a span."""
    return file.functions.get(span)


SERVED = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ALL"})
"""Methods that Convex routes, and all of them."""


def _check_registration(workspace: Workspace, plan: RoutePlan, express: int) -> None:
    route = plan.route
    if route.problem is not None:
        plan.problems.append(Problem("CX102", route.problem, route.place))
    if route.path is None:
        plan.problems.append(Problem("CX102", "its path is computed", route.place))
        plan.pattern = _below(route, express)
    else:
        path = edge_path(route.path, express)
        if isinstance(path, str):
            plan.problems.append(Problem("CX102", f"the path {path}", route.place))
            plan.pattern = expression_of(route.path, express)
        else:
            seen = tuple(name for name in path.parameters if name not in route.hidden)
            plan.path = with_changes(path, parameters=seen, hidden=route.hidden)
    tests = read_tests(workspace, route.conditions)
    if isinstance(tests, Condition):
        unless = "if" if tests.holds else "unless"
        plan.problems.append(Problem("CX110", f"is only there {unless} `{tests.text}`", route.place))
    else:
        plan.tests = tests
    if not route.mounted:
        plan.problems.append(Problem("CX103", "no application mounts its router", route.place))
    if route.method == "HEAD":
        plan.problems.append(Problem("CX704", "Convex answers HEAD with what GET answers", route.place))
    elif route.method not in SERVED:
        plan.problems.append(Problem("CX704", f"Convex does not serve {route.method}", route.place))


def _below(route: Route, express: int) -> str | None:
    """The regular expression of a route below its mounts; None where it has none, or may match in many places."""
    written, mount = route.expression, (route.mount or "").rstrip("/")
    if written is None or route.mount is None or not mount:
        return written if route.mount is not None else None
    before = expression_of(mount, express)
    return f"{before[:-2]}{written[2:]}" if before is not None and re.match(r"/\^[^|]*/\w*$", written) else None


def _read_middleware(workspace: Workspace, plan: RoutePlan, shape_of: ShapeOf, express: int) -> dict[Part, Shape]:
    """Sort the chain before the handler, up to what refuses the route; returns the shapes of what is validated."""
    shapes: dict[Part, Shape] = {}
    checks: list[Check | Chain] = []
    steps: list[Step] = []
    for middleware in plan.route.middleware:
        if plan.problems:
            break
        if is_never_there(workspace, middleware.conditions):
            continue
        twin = read_twin(workspace, middleware)
        if twin is not None:
            steps.append(twin)
            continue
        if is_silent(middleware):
            continue
        check = _read_check(workspace, plan, middleware, shape_of, shapes, express)
        if check is not None:
            checks.append(check)
            continue
        parses_cookies = any(each.role is Role.COOKIES for each in plan.route.middleware)
        chain = read_chain(workspace, middleware, express, parses_cookies)
        if isinstance(chain, Problem):
            plan.problems.append(chain)
            continue
        if chain is not None:
            checks.append(chain)
            plan.exact = False
            for part, shape in chain.shapes.items():
                shapes[part] = merged(shapes[part], shape) if part in shapes else shape
            continue
        step = read_step(workspace, middleware) if middleware.role in PORTED else None
        if step is not None:
            steps.append(step)
            _hands_on_plainly(workspace, plan, step, shape_of)
        else:
            plan.problems.append(_refusal(workspace, middleware))
    plan.checks, plan.steps = tuple(checks), tuple(steps)
    return shapes


def _read_check(
    workspace: Workspace,
    plan: RoutePlan,
    middleware: Middleware,
    shape_of: ShapeOf,
    shapes: dict[Part, Shape],
    express: int,
) -> Check | None:
    """A validation whose schemas say what the handler gets, noted in `shapes`."""
    check = read_check(workspace, middleware) if middleware.role is Role.VALIDATION else None
    if check is None:
        return None
    found = validated(check, shape_of, express)
    if found is None and check.changes:
        text = f"is validated by `{middleware.name}`, whose schema cannot be read"
        plan.problems.append(Problem("CX401", text, middleware.place))
    plan.exact = plan.exact and found is not None
    for part, shape in (found or {}).items():
        if part in check.changes and not crosses(shape):
            plan.problems.append(Problem("CX403", f"`{middleware.name}` {_NO_DATA}", middleware.place))
        if part is Part.PARAMS and plan.route.hidden:
            text = f"`{middleware.name}` validates parameters of mounts, which its router does not merge"
            plan.problems.append(Problem("CX401", text, middleware.place))
        plan.exact = plan.exact and shape.exact
        shapes[part] = received(shape, part in check.changes, part)
    return check


def _hands_on_plainly(workspace: Workspace, plan: RoutePlan, step: Step, shape_of: ShapeOf) -> None:
    """What a middleware parses and hands on has to be data that can cross into a function."""
    middleware = step.middleware
    if middleware.role is not Role.VALIDATION or not (step.changes or step.sets):
        return
    found = outputs(workspace, middleware, shape_of)
    if found is None:
        text = f"is validated by `{middleware.name}`, whose schema cannot be read"
        plan.problems.append(Problem("CX401", text, middleware.place))
    elif any(date_paths(shape) or not crosses(shape) for shape in found):
        plan.problems.append(Problem("CX403", f"`{middleware.name}` {_NO_DATA}", middleware.place))


_NO_DATA = "may make objects of its input that cannot cross into a function"


def _refusal(workspace: Workspace, middleware: Middleware) -> Problem:
    """What a route is told of middleware that is not carried over."""
    code, words = REFUSING[middleware.role]
    package = known(middleware)
    asked = _of_passport(workspace, middleware) if middleware.library == PASSPORT else None
    if asked is not None:
        reason = f": {asked}"
    elif package is not None and package.fate is Fate.PORTED and middleware.role is Role.GUARD:
        reason = ", which takes more than a secret"
    elif package is not None and package.fate is Fate.PORTED:
        reason = ", which a function makes: no name would tell its counts from those of others"
    else:
        reason = f": {package.reason}" if package is not None else ""
    return Problem(code, f"{words} `{middleware.name}`{reason}", middleware.place)


def _of_passport(workspace: Workspace, middleware: Middleware) -> str | None:
    expression = middleware.expression
    file = workspace.source(expression.file)
    nodes = find_all(file.root, "call_expression", "identifier", "member_expression")
    node = next((each for each in nodes if span_of(each) == expression.span), None)
    return strategy_refusal(workspace, file.path, node) if node is not None else None


def stopped_by(step: Step, problem: Problem) -> Problem:
    """What a route is told whose middleware meets an obstacle."""
    middleware = step.middleware
    code, words = REFUSING.get(middleware.role, REFUSING[Role.OTHER])
    joint = ", which" if problem.text[:1].isalpha() else ":"
    return Problem(code, f"{words} `{middleware.name}`{joint} {problem.text}", middleware.place)


_SINGLE = frozenset({Kind.STRING, Kind.NUMBER, Kind.BIGINT, Kind.BOOLEAN, Kind.DATE})
"""What is made of one value of a query, which is text."""


def received(shape: Shape, changes: bool, part: Part) -> Shape:
    """What the handler gets: the schema's output when the check replaces the part, else the wire value as it came."""
    if not changes and shape.wire is not None and part is Part.PARAMS:
        return Shape(Kind.STRING, optional=shape.optional)
    if not changes and shape.wire is not None:
        optional, nullable = shape.optional or shape.wire.optional, shape.nullable or shape.wire.nullable
        if part is Part.QUERY and shape.wire.kind is Kind.ANY and shape.kind in _SINGLE:
            return Shape(Kind.STRING, optional=optional)
        return received(with_changes(shape.wire, optional=optional, nullable=nullable), changes, part)
    children = tuple(received(child, changes, part) for child in shape.children)
    shape = with_changes(shape, children=children)
    if changes:
        return with_changes(shape, optional=shape.optional and shape.default is None, default=None)
    if shape.kind is Kind.DATE or (shape.coerced and shape.kind is not Kind.OBJECT):
        kind = Kind.STRING if part is not Part.BODY else Kind.ANY
        missing = shape.optional or shape.default is not None
        return Shape(kind, optional=missing, nullable=shape.nullable, residual=shape.residual)
    return with_changes(shape, optional=shape.optional or shape.default is not None, default=None)


def handler_key(plan: RoutePlan) -> PieceKey | None:
    return plan.piece.key if plan.piece is not None else None
