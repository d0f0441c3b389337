"""Decides which routes are carried over: writes everything, takes back what meets an obstacle, until none does."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property, partial

from codemods.ir.query import Query
from codemods.migrate.actions import Actions, choose_actions
from codemods.migrate.ahead import carried_ahead, schema_pieces
from codemods.migrate.carried import Carried
from codemods.migrate.checks import EdgePiece, EdgeWriter
from codemods.migrate.handlers import find_handlers
from codemods.migrate.models import Models
from codemods.migrate.naming import IMPORTED, Names, name_routes
from codemods.migrate.reading import Reading
from codemods.migrate.served import served_folders
from codemods.migrate.shadows import mark_shadowed, only_once
from codemods.migrate.starting import analyse_handler, read_bytes
from codemods.migrate.steps import (
    cors_of_all,
    handed_on,
    order_steps,
    refuse_steps,
    settable,
    without_repeated_cors,
)
from codemods.planner.analysis import Analyser
from codemods.planner.answering.replies import Delegate
from codemods.planner.answering.responses import plan_response
from codemods.planner.asking.asked import AskedFunction
from codemods.planner.checking.checks import Check
from codemods.planner.checking.shapes import RequestFields, TypedFields
from codemods.planner.checking.validator_chains import Chain
from codemods.planner.closure import Closure
from codemods.planner.domains import camel
from codemods.planner.facts import Effect
from codemods.planner.ids.flow import IdFlow
from codemods.planner.passing.left_out import is_page
from codemods.planner.pieces import Piece, PieceKey, PieceKind, context_name
from codemods.planner.problems import Problem
from codemods.planner.routes import OTHER_APPLICATION, RoutePlan, handler_key, plan_route
from codemods.planner.running.rollback import caught_halfway, may_roll_back
from codemods.planner.running.undoing import read_undoing
from codemods.planner.shared_paths import align_paths
from codemods.planner.stored.bodies import open_body
from codemods.planner.stored.values import Values
from codemods.source import SourceFile, Span, span_of
from codemods.writers.acting.crossing import Crossing
from codemods.writers.arguments import argument_shape, arguments_text
from codemods.writers.code import ImportSpec
from codemods.writers.edge.check_calls import run_call
from codemods.writers.edge.http import needs_deep_parse
from codemods.writers.functions import PieceWriter
from codemods.writers.library import all_names
from codemods.writers.names import SchemaNames, schema_names
from codemods.writers.placement import Context
from codemods.writers.queries.atomicity import may_stop_halfway
from codemods.writers.queries.database import DatabaseEdits, write_queries
from codemods.writers.shifting import reindented
from codemods.writers.splice import Written

_ROUNDS = 12


class Carrier:
    """Runs the rounds."""

    def __init__(self, reading: Reading, marked: frozenset[str] = frozenset()) -> None:
        """Routes whose keys are `marked` were decided in an earlier run and are left alone."""
        self._reading = reading
        self._workspace = reading.workspace
        analyser = Analyser(reading.workspace, reading.schema, reading.queries, reading.is_job, reading.row_of)
        closure = Closure(analyser)
        self._analyser = analyser
        routes, express = only_once(reading.app.routes), reading.app.express_major
        planned = [plan_route(self._workspace, route, reading.shape, express) for route in routes]
        plans = [plan for plan in planned if plan.key not in marked]
        edge = EdgeWriter(reading.workspace, reading.app, closure, analyser)
        self._handled: dict[PieceKey, RoutePlan] = {}
        self._crossings: dict[str, Crossing] = {}
        """By module, the internal functions of its actions."""
        self._actions = Actions()
        self._whole: set[tuple[PieceKey, Span]] = set()
        """The calls whose failure takes the mutation back."""
        self._apart: dict[PieceKey, set[Span]] = defaultdict(set)
        """The calls of mutations that have to roll back alone, as internal mutations of their own."""
        self._state = Carried(reading.workspace, plans, closure, schema_names(reading.schema), Names(), edge)
        self._state.cors = cors_of_all(reading.workspace, reading.app)
        self._models = Models(reading, self._state)
        for plan in plans:
            plan.steps = without_repeated_cors(plan.steps, self._state.cors)

    def run(self) -> Carried:
        state = self._state
        for plan in state.plans:
            if plan.piece is None:
                continue
            if plan.response is None:
                self._analyser.note_handler(plan.piece, partial(self._erased, plan.piece))
                continue
            analyse_handler(self._analyser, plan.piece, plan.response, plan.request)
            read_bytes(self._state.closure, plan)
            open_body(plan, self._state.closure, self._reading.schema)
        state.edge.settable = settable(state.plans)
        for check in (check for plan in state.plans for check in plan.schema_checks):
            state.edge.factory(check)
        refuse_steps(self._workspace, state.edge, state.closure, state.plans, state.obstacles)
        self._other_applications()
        mark_shadowed(self._workspace, state.plans)
        self._shared_handlers()
        state.edge.handed_on = handed_on(state.plans)
        state.handlers = find_handlers(self._workspace, state.edge, self._reading.app, state.plans)
        self._settle()
        if self._models.look(self._other_homes):
            self._settle()
        state.served = served_folders(state, self._reading.app.uses)
        return state

    def _settle(self) -> None:
        for _ in range(_ROUNDS):
            self._collect()
            if not self._round():
                break

    @cached_property
    def _other_homes(self) -> frozenset[str]:
        """The packages of applications that stay as a whole."""
        others = (plan for plan in self._state.plans if plan.problems and plan.problems[0].code == OTHER_APPLICATION)
        return frozenset(self._workspace.home_of(plan.route.application) for plan in others)

    @cached_property
    def _schemas(self) -> tuple[PieceKey, ...]:
        return schema_pieces(self._reading, self._state.closure, self._other_homes)

    def _leaves_routes(self) -> bool:
        return any(plan.problems and not plan.dead for plan in self._state.plans)

    def _other_applications(self) -> None:
        """One Convex project serves one application: the one with most routes, by the package that owns it."""
        homes = Counter(self._workspace.home_of(plan.route.application) for plan in self._state.plans)
        main = max(homes, key=lambda name: (homes[name], -len(name)), default="")
        for plan in self._state.plans:
            if self._workspace.home_of(plan.route.application) != main:
                text = f"belongs to the application in {plan.route.application}"
                plan.problems.insert(0, Problem(OTHER_APPLICATION, text, plan.route.place))

    def _erased(self, piece: Piece) -> list[Span]:
        """What the answers of a handler leave behind."""
        file = self._workspace.source(piece.key.file)
        return plan_response(file, piece.node, workspace=self._workspace, builds=True).erased()

    def _delegates(self) -> dict[PieceKey, Delegate]:
        found = dict(self._state.handlers.delegates)
        for plan in self._state.carried:
            found |= plan.response.delegates() if plan.response is not None else {}
            for step in plan.steps:
                found |= self._state.edge.step(step).delegates
        return found

    def _asked(self) -> dict[PieceKey, AskedFunction]:
        plans = [plan.request for plan in self._state.carried if plan.request is not None]
        return {function.piece.key: function for plan in plans for function in plan.asked}

    def _shared_handlers(self) -> None:
        """One function can serve several routes when all of them give it the same arguments."""
        first: dict[PieceKey, RoutePlan] = {}
        align_paths(self._workspace, self._state.plans)
        for plan in self._state.plans:
            if plan.piece is None or not plan.carried:
                continue
            other = first.setdefault(plan.piece.key, plan)
            if other is plan or plan.request is None or other.request is None:
                continue
            if argument_shape(plan) != argument_shape(other) or len(plan.checks) != len(other.checks):
                text = f"shares its handler with {other.route.name}, which is called differently"
                plan.problems.append(Problem("CX210", text, plan.route.place))

    def _collect(self) -> None:
        """Give every route the obstacles that lie in what it reaches."""
        for plan in self._state.plans:
            if plan.piece is None or plan.problems:
                continue
            plan.problems += self._state.closure.problems(plan.piece.key)

    def _round(self) -> bool:
        """Write all pieces of the routes that still stand; True when an obstacle came up."""
        state = self._state
        news = self._refuse_checks()
        news = refuse_steps(self._workspace, state.edge, state.closure, state.carried, state.obstacles) or news
        state.order, unordered = order_steps(self._workspace, state.edge, self._reading.app, state.carried)
        state.edge.handed_on = handed_on(state.plans)
        news = unordered or news
        news = self._refuse_unhandled() or news
        carried = state.carried
        handlers = {plan.piece.key: plan for plan in carried if plan.piece is not None}
        self._handled = handlers
        edge = state.edge_pieces()
        extra = [key for piece in edge.values() for key in piece.reached]
        schemas = carried_ahead(state.closure, self._schemas) if self._leaves_routes() else ()
        state.ahead = (*schemas, *self._models.taken())
        keys = dict.fromkeys([*(key for plan in carried for key in state.pieces(plan)), *extra, *state.ahead])
        made = [state.edge.call(check.middleware).key for plan in carried for check in plan.checks]
        self._actions = choose_actions(self._workspace, state)
        news = any(plan.problems for plan in carried) or news
        ids = IdFlow(
            self._workspace,
            self._reading.schema,
            state.closure,
            [*keys, *made],
            carried,
            self._reading.shape,
            self._table_name,
        )
        for plan in carried:
            plan.ids = frozenset(ids.names)
        for key, problems in ids.problems.items():
            news = self._refuse(key, problems) or news
        name_routes(self._workspace, state.plans, state.closure, keys, state.placement)
        self._crossings = {}
        state.database = {key: self._queries(key) for key in keys}
        for key, found in state.database.items():
            news = self._refuse(key, found.problems) or news
        if news:
            return True
        self._whole = set()
        sharing: dict[PieceKey | None, list[RoutePlan]] = defaultdict(list)
        for plan in carried:
            sharing[handler_key(plan)].append(plan)
        for plan in carried:
            self._kind(plan, sharing[handler_key(plan)])
            news = self._half_committed(plan) or news
            if needs_deep_parse(plan):
                taken = {name for key, name in state.placement.validator_names.items() if key != plan.key}
                wanted = f"{plan.name}Args"
                longer = camel(f"{plan.beside}-{plan.name}-args")
                state.placement.validator_names[plan.key] = longer if wanted in taken else wanted
        return self._write(keys, handlers, edge, self._context(ids)) or news

    def _write(
        self,
        keys: Mapping[PieceKey, None],
        handlers: Mapping[PieceKey, RoutePlan],
        edge: Mapping[PieceKey, EdgePiece],
        context: Context,
    ) -> bool:
        state, news = self._state, False
        state.written = {}
        for key in keys:
            piece = state.closure.piece(key)
            ported = edge.get(key)
            inline = piece.kind is PieceKind.INLINE and key not in handlers
            writer = PieceWriter(
                context, piece, handlers.get(key), ported.edits if ported else (), "http" if inline else None
            )
            written = writer.write()
            if ported is not None:
                written.runtime |= ported.library
                written.imports += ported.imports
            state.written[key] = written
            news = self._refuse(key, [*written.problems, *self._models.unfit(piece, written.text)]) or news
        for plan in state.carried:
            calls = [self._check_call(context, check) for check in plan.checks]
            state.checks[plan.key] = calls
            problems = [problem for call in calls for problem in call.problems]
            if problems:
                plan.problems += problems
                news = True
        state.made = {
            step.middleware: PieceWriter(context, state.edge.call(step.middleware), None, (), "http").write()
            for plan in state.carried
            for step in plan.steps
            if step.made
        }
        return news

    def _check_call(self, context: Context, check: Check | Chain) -> Written:
        """What makes a check of the input, and is called with it."""
        piece = self._state.edge.call(check.middleware)
        written = PieceWriter(context, piece, None, (), "http").write()
        if isinstance(check, Chain):
            file = self._workspace.source(piece.key.file)
            base = file.indent_at(span_of(piece.node).start)
            written.text = run_call(reindented(written.text, file.language, base, "  "), file.language)
        return written

    def _refuse(self, key: PieceKey, problems: list[Problem]) -> bool:
        if problems and self._models.is_needed(key):
            return self._models.withdraw(key)
        news = [self._state.closure.refuse(key, problem) for problem in problems]
        return any(news)

    def _refuse_unhandled(self) -> bool:
        """Take back the routes whose errors no handler would answer as it did."""
        problem = self._state.handlers.errors.problem
        if problem is None or is_page(problem):
            return False
        carried = self._state.carried
        for plan in carried:
            text = f"hands its errors to a handler that stays behind: {problem.text}"
            plan.problems.append(Problem("CX701", text, problem.place))
        return bool(carried)

    def _refuse_checks(self) -> bool:
        """Take back the routes whose checks cannot be ported."""
        news = False
        for plan in self._state.carried:
            found = [problem for check in plan.checks for problem in self._check_problems(check)]
            found += self._state.edge.refusal(plan.refusal).problems if plan.refusal is not None else []
            plan.problems += found
            news = news or bool(found)
        return news

    def _check_problems(self, check: Check | Chain) -> list[Problem]:
        """What stands in the way of a check, and of what it is made with."""
        closure, edge = self._state.closure, self._state.edge
        call = edge.call(check.middleware).key
        factory = edge.factory(check) if isinstance(check, Check) else None
        problems = [*factory.problems] if factory is not None else []
        own = factory.piece.key if factory is not None else None
        problems += [each for key in closure.reached(call) if key != own for each in closure.own_problems(key)]
        if closure.needs_node(call):
            problems.append(Problem("CX501", "needs Node, which the HTTP edge is not", check.middleware.place))
        if factory is None and (closure.effects(call) & set(Effect) or closure.reaches_context(call)):
            text = f"is validated by `{check.middleware.name}`, which asks more than its input"
            problems.append(Problem("CX401", text, check.middleware.place))
        return problems

    def _queries(self, key: PieceKey) -> DatabaseEdits:
        facts = self._state.closure.facts(key)
        file = self._workspace.source(key.file)
        plan = self._handled.get(key)
        request = plan.request if plan is not None else None
        fields = RequestFields(file, facts.piece.node, request.arguments) if request is not None else None
        typed = TypedFields(self._workspace, self._reading.shape)
        used = {use.target for use in facts.uses if self._state.closure.needs_context(use.target)}
        reaching = {(target.file, target.offset) for target in used}
        turned = [use.call for use in facts.uses if use.call and self._state.closure.turns_async(use.target)]
        awaited = [*facts.awaited, *turned]
        values = Values(file, self._reading.schema, facts.queries, fields, typed, facts.receiver, reaching, awaited)
        ctx = context_name(file, facts.piece.node)
        taken = self._state.placement.names_in(self._state.placement.module(key))
        schema, names = self._reading.schema, self._state.names
        crossing, apart = None, self._apart.get(key)
        if key in self._state.closure.actions or apart:
            module = self._state.placement.modules[key.file]
            own = {*self._state.placement.names_in(module), *taken, *IMPORTED, *all_names(), *names.functions()}
            crossing = self._crossings.setdefault(module, Crossing(module, own))
            crossing.taken |= set(file.bindings.top_level)
            crossing.watched, crossing.context = bool(apart) or key in self._actions.watched, facts.context
            crossing.old_ids = key in self._actions.at_the_edge
        return write_queries(
            file, facts.piece, facts.queries, schema, names, values, ctx, taken, crossing, facts.returned, apart
        )

    def _kind(self, plan: RoutePlan, sharing: Sequence[RoutePlan]) -> None:
        """The kind of a route's function, which is one and the same for all routes that share it."""
        assert plan.piece is not None
        closure, key = self._state.closure, plan.piece.key
        writes = closure.writes(key) or Effect.SIGNS in closure.effects(key)
        reads = closure.reaches_context(key)
        base = (
            "mutation" if writes or (not reads and any(other.route.method != "GET" for other in sharing)) else "query"
        )
        stale = base == "query" and Effect.CLOCK in closure.effects(key)
        base = "action" if plan.acts or (stale and not reads) else base
        plan.stale = stale and reads
        internal = any(other.internal for other in sharing)
        plan.kind = f"internal{base[:1].upper()}{base[1:]}" if internal else base
        plan.settles = base == "mutation" and may_roll_back(self._state.closure, plan)
        plan.crosses = plan.acts or any(self._apart.get(reached) for reached in closure.reached(key))

    def _half_committed(self, plan: RoutePlan) -> bool:
        """A mutation that goes on after a failure has to take back what the failed call wrote before."""
        assert plan.piece is not None
        if plan.acts:
            return False
        is_whole = partial(may_stop_halfway, schema=self._reading.schema)
        undoing = read_undoing(self._state.closure, plan, is_whole, self._is_alone)
        caught = undoing.caught or caught_halfway(
            self._state.closure, plan, lambda query: is_whole(query) and not self._is_alone(query)
        )
        goes_on = plan.settles or caught is not None
        plan.undoes = goes_on and bool(undoing.calls)
        self._whole |= set(undoing.calls if plan.undoes else ())
        obstacles = undoing.obstacles if goes_on else ()
        refused = [undoing.caught] if undoing.caught is not None else []
        refused += [query for key, query in undoing.scattered if (key, query) in obstacles or self._is_alone(query)]
        if refused:
            place = self._workspace.source(refused[0].file).place(refused[0].call.start)
            plan.problems.append(Problem("CX304", f"{refused[0].name} may fail without failing the request", place))
            return True
        for key, query in obstacles:
            self._apart[key].add(query.call)
        return bool(obstacles)

    def _is_alone(self, query: Query) -> bool:
        """Is a call a mutation of its own?"""
        return any(key.file == query.file and query.call in calls for key, calls in self._apart.items())

    def _table_name(self, table: str) -> str:
        return self._state.names.of(table).table

    def _job_validator(self, file: SourceFile, span: Span) -> str:
        """`v.id("orders")` for the id of a row, else anything: the caller is the module itself."""
        values = Values(file, self._reading.schema, self._reading.queries(file.path))
        table = values.id_table(span)
        return f'v.id("{self._state.names.of(table).table}")' if table is not None else "v.any()"

    def _context(self, ids: IdFlow) -> Context:
        names, placement = self._state.names, self._state.placement
        return Context(
            workspace=self._workspace,
            closure=self._state.closure,
            placement=placement.placement(),
            ids=ids,
            database=self._state.database,
            args_text=lambda plan: _arguments(plan, names, placement),
            job_validator=self._job_validator,
            jobs={module: set(crossing.taken) for module, crossing in self._crossings.items()},
            delegates=self._delegates(),
            asked=self._asked(),
            watched=self._actions.watched,
            at_the_edge=self._actions.at_the_edge,
            whole=frozenset(self._whole),
        )


def _arguments(plan: RoutePlan, names: SchemaNames, placement: Names) -> tuple[str, list[ImportSpec]]:
    return arguments_text(plan, names, placement.validator_names.get(plan.key))
