"""Where the application's own middleware runs at the edge: below a path for many routes, or before one alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from codemods.ir.app import App, CodeRef, Condition, Middleware, Role, Route, Use
from codemods.ir.query import Query
from codemods.ir.table import FieldType
from codemods.migrate.checks import EdgeWriter
from codemods.migrate.handed import uses_document
from codemods.planner.asking.request_facts import COOKIE_PARSER
from codemods.planner.checking.checks import Check
from codemods.planner.checking.validator_chains import Chain
from codemods.planner.closure import Closure
from codemods.planner.passing.left_out import is_unmissed
from codemods.planner.passing.steps import Step, parameter_reads
from codemods.planner.passing.unset import is_unset
from codemods.planner.pieces import PieceKey
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan, stopped_by
from codemods.readers.express.twins import STRATEGY
from codemods.source import find_all, member, unwrap
from codemods.workspace import Workspace
from codemods.writers.edge.cors import cors_policy
from codemods.writers.edge.edge_request import PARTIAL
from codemods.writers.edge.http import scope_of


@dataclass(frozen=True, slots=True)
class Shared:
    """Middleware that http.ts registers for all below a path, and the routes that need it."""

    use: Use
    step: Step
    plans: tuple[str, ...]


@dataclass(slots=True)
class StepOrder:
    """The registrations of middleware: `shared` ones in their order, `own` ones of a route by its key.

    A route's own are steps, and the checks that come before one of them.
    """

    shared: list[Shared] = field(default_factory=list)
    own: dict[str, list[Step | Check | Chain]] = field(default_factory=dict)

    passed: frozenset[CodeRef] = frozenset()
    """All that runs before a route that is carried over: it is registered as middleware, or none needs it."""
    known: frozenset[CodeRef] = frozenset()
    """All that runs before any route."""

    def runs(self, plan: RoutePlan) -> bool:
        """Is it an `all(path, fn)` whose function is middleware of the verbs behind it?"""
        return self.stands_before(plan) and plan.route.handler.expression in self.passed

    def stands_before(self, plan: RoutePlan) -> bool:
        """The same for verbs that may all stay behind, and have answers of their own."""
        return plan.route.method == "ALL" and not plan.carried and plan.route.handler.expression in self.known


def _passed(routes: Iterable[Route]) -> frozenset[CodeRef]:
    return frozenset(middleware.expression for route in routes for middleware in route.middleware)


def cors_of_all(workspace: Workspace, app: App) -> Middleware | None:
    """The application's CORS policy, where it is one that Hono has words for and holds for all paths."""
    first = next((use for use in app.uses if use.middleware.role is Role.CORS and use.path == "/"), None)
    found = first.middleware if first is not None and not first.exact and not first.middleware.conditions else None
    return found if found is not None and cors_policy(workspace, found) is not None else None


def without_repeated_cors(steps: Sequence[Step], root: Middleware | None) -> tuple[Step, ...]:
    """The steps without the policy that holds for all, and without one that is named again for preflight requests."""
    named = {root.name} if root is not None else set()
    kept = []
    for step in steps:
        is_policy = step.middleware.role is Role.CORS
        if not is_policy or step.middleware.name not in named:
            kept.append(step)
        named |= {step.middleware.name} if is_policy else set()
    return tuple(kept)


def refuse_steps(
    workspace: Workspace,
    edge: EdgeWriter,
    closure: Closure,
    plans: Sequence[RoutePlan],
    obstacles: dict[Middleware, Problem],
) -> bool:
    """Take back the routes whose middleware meets an obstacle; what only adds something, and is not missed, goes.

    `obstacles` gets what each middleware that stays behind is told.
    """
    news = False
    helpers = {key for plan in plans for step in plan.steps for key in _helpers(edge, step)} | edge.fault_helpers
    for plan in plans:
        news = _shares_helper(closure, plan, helpers) or news
        parsed = any(middleware.role is Role.COOKIES for middleware in plan.route.middleware)
        known: set[str] = {COOKIE_PARSER} if parsed else set()
        kept = []
        for step in plan.steps:
            problem = _obstacle(edge, closure, step, known) or _missing(workspace, edge, plan, step, known)
            if problem is None:
                known |= step.sets
                kept.append(step)
                continue
            obstacles.setdefault(step.middleware, replace(problem, code=stopped_by(step, problem).code))
            if not is_unmissed(step, plan.takes):
                plan.problems.insert(0, stopped_by(step, problem))
                kept += plan.steps[len(kept) :]
                break
        plan.rows = frozenset(name for step in kept if _reads_rows(closure, step) for name in step.provides)
        late = _reads_date(closure, plan) or uses_document(workspace, closure, plan)
        if late is not None:
            plan.problems.append(late)
        heads = next((step for step in kept if step.heads), None)
        if heads is not None and plan.builds_on and not plan.problems:
            plan.problems.append(
                stopped_by(heads, Problem("CX701", "sets headers that it builds on", plan.route.place))
            )
        news = news or len(kept) < len(plan.steps)
        plan.steps = tuple(kept)
    return news


def _row_readers(closure: Closure, plan: RoutePlan) -> list[Query]:
    """The database calls of the middleware before a route."""
    read = (step.piece.key for step in plan.steps if _reads_rows(closure, step))
    return [query for own in read for key in closure.reached(own) for query in closure.facts(key).queries]


def _reads_rows(closure: Closure, step: Step) -> bool:
    return step.twin in ("", STRATEGY) and closure.reaches_context(step.piece.key)


def _reads_date(closure: Closure, plan: RoutePlan) -> Problem | None:
    """Dates of a row that middleware hands on are text by then: nothing may read one as a date."""
    if plan.piece is None or not plan.carried or not plan.takes(plan.rows):
        return None
    dates = {name for query in _row_readers(closure, plan) for name in _dates(closure, query)}
    for key in closure.reached(plan.piece.key):
        for node in find_all(closure.piece(key).node, "member_expression"):
            parts = member(node)
            holder = member(unwrap(parts[0])) if parts is not None else None
            if parts is None or parts[1] not in dates:
                continue
            if (holder[1] if holder is not None else unwrap(parts[0]).text()) in plan.rows:
                text = f"reads `{parts[1]}` of `{unwrap(parts[0]).text()}`, a date that middleware hands on as text"
                return Problem("CX205", text, plan.route.place)
    return None


def _dates(closure: Closure, query: Query) -> list[str]:
    table = closure.schema.table(query.table) if query.table is not None else None
    columns = table.fields if table is not None else ()
    found = [column.name for column in columns if column.type is FieldType.DATETIME]
    return [name for name in found if query.select is None or name in query.select]


def settable(plans: Sequence[RoutePlan]) -> frozenset[str]:
    """The fields of the request that middleware sets."""
    return frozenset(name for plan in plans for step in plan.steps for name in step.sets)


def handed_on(plans: Sequence[RoutePlan]) -> frozenset[str]:
    """Those that are set at the edge, too: all middleware that sets them runs before a route that is carried over."""
    carried = {step.middleware for plan in plans if plan.carried for step in plan.steps}
    left = (step for plan in plans for step in plan.steps if step.middleware not in carried)
    return settable(plans) - {name for step in left for name in step.sets}


def _helpers(edge: EdgeWriter, step: Step) -> list[PieceKey]:
    return [piece.piece.key for piece in edge.step(step).whole][1:]


def _shares_helper(closure: Closure, plan: RoutePlan, helpers: set[PieceKey]) -> bool:
    """A function that middleware gives the request to is written for Hono, and no other can call it."""
    reached = closure.reached(plan.piece.key) if helpers and plan.piece is not None and plan.carried else ()
    shared = next((key for key in reached if key in helpers), None)
    if shared is not None:
        text = f"calls `{closure.piece(shared).name}`, to which middleware hands what it gets"
        plan.problems.append(Problem("CX205", text, plan.route.place))
    return shared is not None


def _obstacle(edge: EdgeWriter, closure: Closure, step: Step, known: set[str]) -> Problem | None:
    middleware = step.middleware
    if isinstance(step.tests, Condition):
        unless = "if" if step.tests.holds else "unless"
        return Problem("CX110", f"is only there {unless} `{step.tests.text}`", middleware.place)
    if step.types:
        return Problem("CX701", "sets the media type of what comes after it", middleware.place)
    found = list(edge.step(step).problems)
    if step.made:
        call = edge.call(middleware)
        found += [p for key in closure.reached(call.key) if key != step.piece.key for p in closure.own_problems(key)]
    return found[0] if found else None


def _missing(workspace: Workspace, edge: EdgeWriter, plan: RoutePlan, step: Step, known: set[str]) -> Problem | None:
    """A field of the request that the source may have set before the step, and the edge has not.

    A limiter may ask for who is signed in before anybody is; a guard that does so has lost what stood before it.
    """
    asked = {COOKIE_PARSER} & edge.step(step).asks
    names = (step.reads | asked) - step.sets - known
    if step.middleware.role is Role.RATE_LIMIT:
        chain = plan.route.middleware
        before = chain[: chain.index(step.middleware)]
        names = frozenset(name for name in names if name in asked or not is_unset(workspace, name, before))
    if not names:
        return None
    return Problem("CX701", f"reads `req.{min(names)}`, which nothing before it sets", step.middleware.place)


def order_steps(workspace: Workspace, edge: EdgeWriter, app: App, plans: Sequence[RoutePlan]) -> tuple[StepOrder, bool]:
    """Where each step of the routes is registered, and whether a route had to be taken back.

    http.ts registers in the order of the application; a route for which that would run other middleware, or in
    another order, than Express did is not carried over.
    """
    wanted = {step.middleware: step for plan in plans for step in plan.steps}
    uses = sorted((use for use in app.uses if use.middleware in wanted), key=lambda use: use.order)
    order, news = StepOrder(passed=_passed(plan.route for plan in plans), known=_passed(app.routes)), False
    owners: dict[Use, list[str]] = defaultdict(list)
    for plan in plans:
        before = [use for use in uses if _runs_before(use, plan)]
        chain = _chain(plan)
        own = [each for each in chain if not isinstance(each, Step) or _is_own(workspace, plan, each.middleware)]
        expected = [step.middleware for step in plan.steps if step not in own]
        if [use.middleware for use in before] != expected or chain[len(expected) :] != own:
            plan.problems.append(_disordered(plan, before, expected))
            news = True
            continue
        odd = _misled(workspace, edge, plan, before)
        if odd is not None:
            plan.problems.append(odd)
            news = True
            continue
        order.own[plan.key] = own
        for use in before:
            owners[use].append(plan.key)
    order.shared = [Shared(use, wanted[use.middleware], tuple(owners[use])) for use in uses if use in owners]
    return order, news


def _misled(workspace: Workspace, edge: EdgeWriter, plan: RoutePlan, before: Sequence[Use]) -> Problem | None:
    """Middleware that would see more of the path at the edge than on its router."""
    for step in plan.steps:
        reason = None
        if _is_relative(edge, step, plan, before):
            reason = "reads the path below the router that it is registered on"
        elif _sees_hidden(workspace, step, plan, before):
            reason = "reads parameters of mounts, which its router does not merge"
        if reason is not None:
            return stopped_by(step, Problem("CX701", reason, step.middleware.place))
    return None


def _sees_hidden(workspace: Workspace, step: Step, plan: RoutePlan, before: Sequence[Use]) -> bool:
    """May it read parameters that Express keeps from it, and the edge does not?"""
    uses = [use for use in before if use.middleware == step.middleware]
    hidden = frozenset[str]().union(*(use.hidden for use in uses)) if uses else plan.route.hidden
    if not hidden:
        return False
    if step.twin:
        return "params" in step.function.text()
    definition = step.middleware.definition
    reads = parameter_reads(workspace.source(definition.file), step.function) if definition is not None else None
    return reads is None or not hidden.isdisjoint(reads)


def _is_relative(edge: EdgeWriter, step: Step, plan: RoutePlan, before: Sequence[Use]) -> bool:
    """Does it ask for the path where Express leaves out what the routers above have taken?"""
    if not edge.step(step).asks & PARTIAL - {COOKIE_PARSER}:
        return False
    uses = [use for use in before if use.middleware == step.middleware]
    return any(use.path != "/" for use in uses) if uses else plan.depth > 0


def _chain(plan: RoutePlan) -> list[Step | Check | Chain]:
    """The steps of a route with the checks before them, in the order of the application."""
    known: dict[Middleware, Step | Check | Chain] = {check.middleware: check for check in plan.checks}
    known |= {step.middleware: step for step in plan.steps}
    chain = [known[middleware] for middleware in plan.route.middleware if middleware in known]
    while chain and not isinstance(chain[-1], Step):
        chain.pop()
    return chain


def _disordered(plan: RoutePlan, before: Sequence[Use], expected: Sequence[Middleware]) -> Problem:
    found = {use.middleware for use in before}
    odd = next((m for m in expected if m not in found), None) or next(
        (use.middleware for use in before if use.middleware not in expected), None
    )
    name = f"`{odd.name}`" if odd is not None else "its middleware"
    return Problem("CX701", f"runs after {name}, whose place in the order cannot be told", plan.route.place)


def _is_own(workspace: Workspace, plan: RoutePlan, middleware: Middleware) -> bool:
    """Is it an argument of the route's own registration?"""
    registration, place = plan.route.registration, middleware.place
    if registration.file != place.file:
        return False
    offset = workspace.source(place.file).offset(place.line, place.column)
    return registration.span.start <= offset < registration.span.end


def _runs_before(use: Use, plan: RoutePlan) -> bool:
    """Does http.ts run it before the route, by its place and its path?"""
    route = plan.route
    if use.application != route.application or use.order >= route.order or use.path is None or route.path is None:
        return False
    if scope_of(use) is None:
        return False
    own, path = _segments(use.path), _segments(route.path)
    is_open = bool(path) and (path[-1].startswith(("*", "{*")) or path[-1].endswith(("?", "}")))
    if not is_open and (len(own) > len(path) or (use.exact and len(own) != len(path))):
        return False
    return all(a == b or ":" in (a[0], b[0]) or b[0] in "*{" for a, b in zip(own, path, strict=False))


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]
