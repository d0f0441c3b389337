"""The report's items: every route, middleware, validator, database call, table and timer with its one outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from codemods.ir.app import Middleware, Role
from codemods.ir.query import Op, Query
from codemods.migrate.carried import Carried
from codemods.migrate.models import function_around
from codemods.migrate.project import Project
from codemods.migrate.reading import Reading, broken_files
from codemods.migrate.shadows import DEAD
from codemods.migrate.tables import table_diagnostics, table_items
from codemods.outcome import CODES, Diagnostic, Item, ItemKind, Outcome, Place, Severity, Target
from codemods.planner.passing.conditions import is_never_there
from codemods.planner.passing.left_out import is_silent
from codemods.planner.pieces import PieceKey
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.planner.stored.values import node_covering
from codemods.readers.calls import call_site
from codemods.readers.express.packages import LOGS, Fate, known
from codemods.source import Span
from codemods.workspace import Role as FileRole


def all_items(
    reading: Reading,
    carried: Carried | None,
    marked: Mapping[str, tuple[str, str]],
    project: Project | None = None,
) -> list[Item]:
    """All items, in order of kind and place."""
    items: list[Item] = [*_routes(reading, carried, project, marked), *_middleware(reading, carried)]
    regions = _Regions(carried, project)
    for path in reading.code_files():
        queries = list(_queries(reading, path, regions))
        known = {item.source for item in queries} | set(_parts(reading, path))
        items += queries
        items += _validators(reading, path, regions)
        items += [regions.settle(item) for item in reading.sites(path).items if item.source not in known]
    items += table_items(reading, carried, project)
    items += reading.schema_items
    items += broken_files(reading.workspace)
    return sorted(dict.fromkeys(items), key=lambda item: (item.kind, item.source, item.name))


def _routes(
    reading: Reading, carried: Carried | None, project: Project | None, marked: Mapping[str, tuple[str, str]]
) -> Iterable[Item]:
    if carried is None or project is None:
        return
    for route in reading.app.routes:
        key = RoutePlan(route, None).key
        if key in marked:
            code, text = marked[key]
            outcome = Outcome.SKIPPED if text.endswith(DEAD) else Outcome.NEEDS_REVIEW
            yield Item(ItemKind.ROUTE, route.name, outcome, route.place, f"{code} {text}")
    for plan in carried.plans:
        yield _route(plan, project, carried)


def _route(plan: RoutePlan, project: Project, carried: Carried) -> Item:
    group = plan.group
    target = Target(f"{project.folder}/{plan.module}{project.extension}", plan.name, plan.kind)
    if carried.at_edge(plan):
        target = Target(f"{project.folder}/http{project.extension}")
        return Item(ItemKind.ROUTE, plan.route.name, Outcome.MIGRATED, plan.route.place, None, target, group)
    if plan.carried:
        return Item(ItemKind.ROUTE, plan.route.name, Outcome.MIGRATED, plan.route.place, None, target, group)
    reason = plan.problems[0].reason
    if plan.dead:
        return Item(ItemKind.ROUTE, plan.route.name, Outcome.SKIPPED, plan.route.place, reason, None, group)
    outcome = Outcome.UNSUPPORTED if plan.problems[0].code in _IMPOSSIBLE else Outcome.NEEDS_REVIEW
    return Item(ItemKind.ROUTE, plan.route.name, outcome, plan.route.place, reason, target, group)


def _middleware(reading: Reading, carried: Carried | None) -> Iterable[Item]:
    """Middleware of applications and routers, and that of single routes, each place once."""
    pieces = [piece.piece.key for piece in carried.handlers.pieces] if carried is not None else []
    files = {(key.file, key.offset) for key in pieces}
    found: dict[tuple[Place, str], Item] = {}
    plans = carried.carried if carried is not None else []
    checks = {(middleware.place, middleware.name) for plan in plans for middleware in plan.ported}
    routes = [m for route in reading.app.routes for m in (*route.middleware, *route.error_handlers)]
    for middleware in (*routes, *reading.app.middleware):
        mark = (middleware.place, middleware.name)
        if mark in found:
            continue
        outcome, reason = _middleware_outcome(reading, middleware, files)
        if carried is not None and carried.serves(middleware):
            outcome, reason = Outcome.MIGRATED, None
        if mark in checks or (carried is not None and carried.holds_cors(middleware)):
            outcome, reason = Outcome.MIGRATED, None
        problem = None
        if carried is not None:
            problem = carried.handlers.problem(middleware) or carried.obstacles.get(middleware)
        if problem is not None and outcome is Outcome.NEEDS_REVIEW:
            reason = problem.reason
        found[mark] = Item(ItemKind.MIDDLEWARE, middleware.name, outcome, middleware.place, reason)
    return found.values()


_IMPOSSIBLE = frozenset({"CX705", "CX706"})
"""What a route does that nothing in Convex can do."""

_CODES = {
    Role.GUARD: "CX801",
    Role.SESSION: "CX801",
    Role.RATE_LIMIT: "CX802",
    Role.UPLOAD: "CX702",
    Role.VALIDATION: "CX401",
}
_SILENT_REASONS = {
    Role.BODY_PARSER: "the edge parses bodies",
    Role.CACHE: "Convex remembers what queries answer until their data changes",
    Role.LOGGING: LOGS,
}


def _middleware_outcome(
    reading: Reading, middleware: Middleware, ported: set[tuple[str, int]]
) -> tuple[Outcome, str | None]:
    definition, package = middleware.definition, known(middleware)
    if is_never_there(reading.workspace, middleware.conditions):
        return Outcome.SKIPPED, f"CX110 is only there if `{middleware.conditions[0].text}`"
    if definition is not None and (definition.file, definition.span.start) in ported:
        return Outcome.MIGRATED, None
    code = _CODES.get(middleware.role, "CX701")
    match package.fate if package is not None else None:
        case Fate.DONE if package is not None:
            return Outcome.SKIPPED, f"CX701 {package.reason}"
        case Fate.ELSEWHERE if package is not None:
            return Outcome.UNSUPPORTED, f"CX703 {package.reason}"
        case Fate.LEFT if package is not None:
            return Outcome.NEEDS_REVIEW, f"{code} {package.reason}"
    if is_silent(middleware) and middleware.role is not Role.CORS:
        return Outcome.SKIPPED, f"CX701 {_SILENT_REASONS.get(middleware.role, 'nothing to carry over')}"
    return Outcome.NEEDS_REVIEW, f"{code} {CODES[code].title}"


class _Regions:
    """Which places of the source belong to pieces that were carried over, and where they went."""

    def __init__(self, carried: Carried | None, project: Project | None) -> None:
        self._spans: dict[str, list[tuple[Span, PieceKey]]] = {}
        self._groups: dict[PieceKey, list[str]] = {}
        self._carried, self._project = carried, project
        self._at_edge: set[PieceKey] = set()
        """Expressions that make checks, which stand in http.ts itself."""
        if carried is None:
            return
        for key in carried.written:
            span = carried.closure.piece(key).span
            self._spans.setdefault(key.file, []).append((span, key))
        for plan in carried.carried:
            made = [carried.edge.call(check.middleware) for check in plan.checks]
            for piece in made:
                self._spans.setdefault(piece.key.file, []).append((piece.span, piece.key))
            self._at_edge |= {piece.key for piece in made}
            for key in (*carried.pieces(plan), *(piece.key for piece in made)):
                self._groups.setdefault(key, []).append(plan.group)

    def piece_at(self, file: str, offset: int) -> PieceKey | None:
        return next((key for span, key in self._spans.get(file, []) if span.start <= offset < span.end), None)

    def groups(self, key: PieceKey) -> tuple[str, ...] | None:
        """The groups of the routes that take a piece along; None for what goes with the application itself."""
        return tuple(dict.fromkeys(self._groups[key])) if key in self._groups else None

    def target(self, key: PieceKey) -> Target | None:
        if self._carried is None or self._project is None:
            return None
        if key in self._at_edge:
            return Target(f"{self._project.folder}/http{self._project.extension}")
        known = key.file in self._carried.placement.modules
        module = self._carried.placement.module(key) if known else None
        name = self._carried.placement.names.get(key)
        return Target(f"{self._project.folder}/{module}{self._project.extension}", name) if module else None

    def is_of_route(self, key: PieceKey) -> bool:
        """Does some route reach the piece, or is there nothing that would say so?"""
        return self._carried is None or key in self._carried.reached

    def problem(self, key: PieceKey) -> Problem | None:
        """The first obstacle in a piece that was tried and left."""
        if self._carried is None or key not in self._carried.tried:
            return None
        return next(iter(self._carried.closure.problems(key)), None)

    def settle(self, item: Item) -> Item:
        """A site inside a carried piece was carried over with it."""
        whole = (ItemKind.VALIDATOR, ItemKind.UPLOAD)
        if item.kind not in (ItemKind.TIMER, *whole) or self._carried is None:
            return item
        source = self._carried.workspace.source(item.source.file)
        offset = source.offset(item.source.line, item.source.column)
        key = self.piece_at(item.source.file, offset)
        if key is None:
            return item
        if item.kind in whole:
            return Item(item.kind, item.name, Outcome.MIGRATED, item.source, None, self.target(key), self.groups(key))
        facts = self._carried.closure.facts(key)
        calls = [*(timer.call for timer in facts.timers), *facts.limits]
        if any(source.place(call.start).line == item.source.line for call in calls):
            return Item(item.kind, item.name, Outcome.MIGRATED, item.source, None, self.target(key), self.groups(key))
        return item


def _queries(reading: Reading, path: str, regions: _Regions) -> Iterable[Item]:
    script = reading.workspace.role_of(path) is not FileRole.SERVER
    for query in reading.queries(path):
        if query.op is Op.CONDITION:
            continue
        place = _query_place(reading, query)
        key = regions.piece_at(path, query.call.start)
        if key is not None:
            yield Item(
                ItemKind.QUERY, query.name, Outcome.MIGRATED, place, None, regions.target(key), regions.groups(key)
            )
        elif query.op is Op.CONNECT and not query.unsupported:
            yield Item(ItemKind.QUERY, query.name, Outcome.SKIPPED, place, "CX301 Convex needs no connection")
        elif script:
            yield Item(ItemKind.QUERY, query.name, Outcome.SKIPPED, place, f"CX307 {CODES['CX307'].title}")
        else:
            outcome, reason = _left_call(reading, regions, query)
            yield Item(ItemKind.QUERY, query.name, outcome, place, reason)


def _parts(reading: Reading, path: str) -> Iterable[Place]:
    """The places of calls that only make parts of others."""
    file = reading.workspace.source(path)
    for query in reading.queries(path):
        for part in query.parts:
            node = node_covering(file, part)
            site = call_site(node) if node is not None else None
            yield file.place(site.place) if site is not None else file.place(part.start)


def _left_call(reading: Reading, regions: _Regions, query: Query) -> tuple[Outcome, str]:
    if query.unsupported:
        return Outcome.NEEDS_REVIEW, f"CX301 {query.unsupported[0]}"
    if query.op is Op.RAW:
        return Outcome.NEEDS_REVIEW, f"CX305 {CODES['CX305'].title}"
    piece = function_around(reading.workspace.source(query.file), query)
    if piece is None or regions.is_of_route(piece.key):
        return Outcome.NEEDS_REVIEW, "CX301 its route is not carried over"
    if reading.workspace.calls_of(query.file, piece.node) == ():
        return Outcome.SKIPPED, f"CX307 nothing calls `{piece.name}`"
    problem = regions.problem(piece.key)
    if problem is not None:
        return Outcome.NEEDS_REVIEW, problem.reason
    return Outcome.NEEDS_REVIEW, f"CX307 no route that was found runs `{piece.name}`"


def _query_place(reading: Reading, query: Query) -> Place:
    """The line of the method name, where the call spreads over lines."""
    file = reading.workspace.source(query.file)
    if query.name.startswith("sql "):
        node = node_covering(file, query.call)
        site = call_site(node) if node is not None else None
        return file.place(site.place) if site is not None else file.place(query.call.start)
    text = file.slice(query.call)
    method = query.name.split(" ")[1].rsplit(".", 1)[-1]
    at = text.find(f".{method}")
    return file.place(query.call.start + at + 1) if at >= 0 else file.place(query.call.start)


def _validators(reading: Reading, path: str, regions: _Regions) -> Iterable[Item]:
    for schema in reading.sites(path).schemas:
        key = regions.piece_at(path, schema.offset)
        name = schema.name or "zod schema"
        if key is not None:
            yield Item(
                ItemKind.VALIDATOR, name, Outcome.MIGRATED, schema.place, None, regions.target(key), regions.groups(key)
            )
        else:
            reason = f"CX404 {CODES['CX404'].title}"
            yield Item(ItemKind.VALIDATOR, name, Outcome.NEEDS_REVIEW, schema.place, reason)


def carried_diagnostics(reading: Reading, carried: Carried) -> list[Diagnostic]:
    """What the owner should know of routes that were carried over: scans, arguments without a type, renamed tables."""
    found: dict[Diagnostic, None] = {}
    for plan in carried.carried:
        if plan.request is not None and plan.request.untyped:
            names = ", ".join(plan.request.untyped)
            found.setdefault(
                _diagnostic("CX402", f"{plan.route.name}: nothing says what {names} may be", plan.route.place)
            )
        if plan.response is not None and plan.response.open_ends and plan.piece is not None:
            place = reading.workspace.source(plan.piece.key.file).place(plan.response.open_ends[0].start)
            text = f"{plan.route.name} may end without an answer: where Express never answered, the function throws"
            found.setdefault(_diagnostic("CX207", text, place))
        if plan.acts:
            found.setdefault(
                _diagnostic("CX212", f"{plan.route.name} is {_why_action(carried, plan)}", plan.route.place)
            )
        if plan.stale:
            text = f"{plan.route.name} reads the database and asks for the time or for chance"
            found.setdefault(_diagnostic("CX211", text, plan.route.place))
    for key in dict.fromkeys((*(key for plan in carried.carried for key in carried.pieces(plan)), *carried.ahead)):
        for note in carried.closure.facts(key).notes:
            found.setdefault(_diagnostic(note.code, note.text, note.place))
        for code, text, query in carried.database[key].notes if key in carried.database else ():
            found.setdefault(_diagnostic(code, f"{query.name}: {text}", _query_place(reading, query)))
    for about in table_diagnostics(reading, carried):
        found.setdefault(about)
    return list(found)


_FOR_INFORMATION = frozenset({"CX212", "CX402"})


def _why_action(carried: Carried, plan: RoutePlan) -> str:
    """`an action because `createUser` → `hashPassword` → bcrypt`: the way that led to the verdict."""
    closure = carried.closure
    assert plan.piece is not None
    found = closure.way_outside(plan.piece.key)
    if found is None:
        return "an action"
    end, outside = found
    names = [closure.piece(key).name or plan.name for key in closure.way(plan.piece.key, end)]
    kind = "an action on Node" if closure.needs_node(plan.piece.key) else "an action"
    return f"{kind} because {' → '.join([*(f'`{name}`' for name in names), outside.module])}"


def _diagnostic(code: str, message: str, place: Place) -> Diagnostic:
    return Diagnostic(
        code, Severity.INFO if code in _FOR_INFORMATION else Severity.WARNING, message, CODES[code].help, place
    )
