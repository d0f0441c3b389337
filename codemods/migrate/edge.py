"""The fragments of `convex/http.ts`: one a route, in the order in which Express tries them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from codemods.ir.app import Role, Use
from codemods.migrate.assemble import APP, Assembler
from codemods.migrate.carried import Carried
from codemods.migrate.checks import EdgePiece
from codemods.migrate.reading import Reading
from codemods.migrate.steps import Shared
from codemods.outcome import CODES, Place
from codemods.planner.checking.checks import Check
from codemods.planner.checking.result_checks import Refusal
from codemods.planner.checking.validator_chains import Chain
from codemods.planner.passing.conditions import Test, is_never_there
from codemods.planner.passing.steps import Step
from codemods.planner.pieces import Piece, PieceKey, PieceKind
from codemods.planner.routes import RoutePlan, node_at
from codemods.readers.express.twins import STRATEGY
from codemods.source import parameters, span_of
from codemods.source.markers import marker
from codemods.writers.code import ImportSpec
from codemods.writers.edge.cors import cors_policy
from codemods.writers.edge.edge_names import EdgeNames
from codemods.writers.edge.http import (
    EdgeCode,
    check_step,
    conditional_step,
    epilogue,
    error_fallback,
    prologue,
    refused_endpoint,
    refused_route,
    route_code,
    scope_of,
    shared_step,
    unfolded,
)
from codemods.writers.edge.refusals import refusal_text
from codemods.writers.edge.served import Served, served_files, served_folder
from codemods.writers.library import edge_names
from codemods.writers.shifting import reindented
from codemods.writers.splice import Written

HTTP = "http"
FALLBACKS = ("answerMissing", "answerNotFound", "handleError")
"""Names of functions that had none."""


class EdgeAssembler:
    """Adds http.ts to the draft."""

    def __init__(self, reading: Reading, carried: Carried, assembler: Assembler, typed: bool) -> None:
        self._reading, self._carried, self._assembler, self._typed = reading, carried, assembler, typed
        self._named: set[str] = set()
        self._refusals: dict[str, tuple[str, EdgeCode, list[str]]] = {}
        """Names and groups of the functions that refuse what checks have found, by their text."""
        self._strategies: dict[PieceKey, str] = {}
        strategies = [step for plan in carried.carried for step in plan.steps if step.twin == STRATEGY]
        self._names = EdgeNames([*edge_names(), *FALLBACKS, *(["authenticate"] if strategies else [])])

    def add(self) -> None:
        self._prologue()
        for number, (_, _, entry) in enumerate(self._entries()):
            if isinstance(entry, Shared):
                self._shared(number, entry)
            elif isinstance(entry, Use):
                self._code((1, number), APP, refused_endpoint(entry))
            elif isinstance(entry, Served):
                step = self._under(entry.tests, served_files(entry))
                self._code((1, number), entry.groups, served_folder(entry, step))
            else:
                self._route(number, entry)
        for name, code, groups in self._refusals.values():
            self._code((0, name), tuple(sorted(set(groups))), code)
        self._not_found()
        self._on_error()
        self._code((9, ""), APP, epilogue())

    def _entries(self) -> list[tuple[tuple[int, ...], Place, Shared | RoutePlan | Use | Served]]:
        """Middleware and routes as Express tries them."""
        steps = [(shared.use.order, shared.use.middleware.place, shared) for shared in self._carried.order.shared]
        routes = [(plan.route.order, plan.route.place, plan) for plan in self._carried.plans]
        ends = [(use.order, use.middleware.place, use) for use in self._endpoints()]
        served = [(each.use.order, each.use.middleware.place, each) for each in self._carried.served]
        return sorted([*steps, *routes, *ends, *served], key=lambda entry: entry[:2])

    def _endpoints(self) -> Iterator[Use]:
        """Functions that stay behind and answer all requests below a path: `app.use("/health", (req, res) => …)`."""
        carried = {shared.use.middleware for shared in self._carried.order.shared}
        carried |= {middleware for plan in self._carried.carried for middleware in plan.route.middleware}
        pieces = {(piece.piece.key.file, piece.piece.key.offset) for piece in self._carried.handlers.pieces}
        served = {plan.route.application for plan in self._carried.carried}
        for use in self._reading.app.uses:
            middleware, definition = use.middleware, use.middleware.definition
            if middleware in carried or use.application not in served or scope_of(use) is None or definition is None:
                continue
            function = node_at(self._reading.workspace.source(definition.file), definition.span)
            ends = middleware.role is Role.OTHER and function is not None and len(parameters(function)) == 2
            missing = middleware.role is Role.NOT_FOUND and (definition.file, definition.span.start) not in pieces
            if (ends or missing) and not is_never_there(self._reading.workspace, middleware.conditions):
                yield use

    def _prologue(self) -> None:
        """The application object with its CORS policy; one that cannot be read closes the API to other origins."""
        root, steps = self._carried.cors, [step for plan in self._carried.carried for step in plan.steps]
        policy = cors_policy(self._reading.workspace, root) if root is not None else None
        variables = {name: "any" for step in steps for name in step.sets}
        raw = any(self._carried.edge.step(step).reads_path for step in steps)
        code = prologue(self._typed, policy.text if policy is not None else None, variables, raw)
        for left in self._reading.app.middleware:
            if left.role is Role.CORS and not self._carried.holds_cors(left):
                code.text += "\n\n" + marker("CX701", f"port the CORS policy of {left.place.file}:{left.place.line}")
        for name in policy.env if policy is not None else ():
            code.imports.append(ImportSpec("convex:_generated/server", "env"))
            self._assembler.draft.env[name].add(APP)
        self._code((0, ""), APP, code)

    def _code(self, order: tuple[int | str, ...], group: str | tuple[str, ...], code: EdgeCode) -> None:
        self._assembler.add(HTTP, group, order, code.text, code.imports)
        for name in code.runtime:
            self._assembler.draft.runtime[name] |= {group} if isinstance(group, str) else set(group)

    def _shared(self, number: int, shared: Shared) -> None:
        """Middleware for all below a path, there as long as one of its routes is."""
        step = self._step(shared.step)
        code = shared_step(shared.use, step.text)
        code.imports += step.imports
        code.runtime |= step.runtime
        groups = [plan.group for plan in self._carried.plans if plan.key in shared.plans]
        self._code((1, number), tuple(sorted(set(groups))), code)

    def _early(self, group: Sequence[Check | Chain], written: Mapping[Check | Chain, Written]) -> EdgeCode:
        """Checks that come before middleware of the route, as middleware."""
        found = [self._names.named(written[check].text, written[check].imports) for check in group]
        around = any(isinstance(check, Chain) and check.looks_around for check in group)
        code = check_step([text for text, _ in found], around)
        code.imports += [spec for _, imports in found for spec in imports]
        code.runtime |= {name for check in group for name in written[check].runtime}
        return code

    def _step(self, step: Step) -> EdgeCode:
        """A middleware as it stands in its registration, under the conditions of the original."""
        return self._under(step.tests if isinstance(step.tests, tuple) else (), self._registered(step))

    def _under(self, tests: Sequence[Test], code: EdgeCode) -> EdgeCode:
        """Middleware that hands a request on where a test holds."""
        variables = {name for test in tests for name in test.variables}
        for name in variables:
            self._assembler.draft.env[name].add(APP)
        return conditional_step(code, [test.text for test in tests], bool(variables)) if tests else code

    def _registered(self, step: Step) -> EdgeCode:
        """A middleware as it stands in its registration, with what it needs."""
        piece = step.piece
        if not step.made and piece.kind is not PieceKind.INLINE:
            spec = self._imported(piece)
            return EdgeCode(spec.binds, [spec])
        if step.twin == STRATEGY:
            return EdgeCode(self._strategy(step))
        written = self._carried.made[step.middleware] if step.made else self._carried.written[piece.key]
        text = written.text
        if not step.made:
            file = self._reading.workspace.source(piece.key.file)
            text = reindented(text, file.language, file.indent_at(span_of(piece.node).start), "")
        text, imports = self._names.named(text, written.imports)
        return EdgeCode(text, imports, set(written.runtime))

    def _strategy(self, step: Step) -> str:
        """The name of a strategy, which stands above all routes that ask it."""
        key = step.piece.key
        if key not in self._strategies:
            number = len(self._strategies) + 1
            self._strategies[key] = "authenticate" if number == 1 else f"authenticate{number}"
            groups = {plan.group for plan in self._carried.carried if _asks(plan, key)}
            code = self._constant(self._strategies[key], step.piece)
            self._code((0, f"strategy {number}"), tuple(sorted(groups)), code)
        return self._strategies[key]

    def _constant(self, name: str, piece: Piece) -> EdgeCode:
        """A function that had no name, as a constant of http.ts."""
        written = self._carried.written[piece.key]
        file = self._reading.workspace.source(piece.key.file)
        text = reindented(written.text, file.language, file.indent_at(span_of(piece.node).start), "")
        text, imports = self._names.named(f"const {name} = {text};", written.imports)
        return EdgeCode(unfolded(text), imports, set(written.runtime))

    def _imported(self, piece: Piece) -> ImportSpec:
        """The import of a ported function that has a name."""
        name = self._carried.placement.names[piece.key]
        module = self._carried.placement.module(piece.key)
        local = self._names.local(ImportSpec(f"convex:{module}", name))
        return ImportSpec(f"convex:{module}", name, local if local != name else "")

    def _route(self, number: int, plan: RoutePlan) -> None:
        if plan.dead or (not plan.carried and self._carried.is_answered(plan)):
            return
        group = plan.group
        for name in (name for test in plan.tests for name in test.variables):
            self._assembler.draft.env[name].add(group)
        if not plan.carried:
            refused = refused_route(plan) if plan.served else None
            if refused is not None:
                self._code((1, number), group, refused)
            return
        own = self._carried.order.own.get(plan.key, [])
        checks = dict(zip(plan.checks, self._carried.checks.get(plan.key, []), strict=False))
        late = [written for check, written in checks.items() if check not in own]
        named = [self._names.named(check.text, check.imports) for check in late]
        steps: list[EdgeCode] = []
        for are_steps, chain in groupby(own, lambda each: isinstance(each, Step)):
            listed = list(chain)
            early = [each for each in listed if not isinstance(each, Step)]
            steps += [self._step(each) for each in listed if isinstance(each, Step)] if are_steps else []
            steps += [self._early(early, checks)] if early else []
        around = any(isinstance(check, Chain) and check.looks_around for check in checks if check not in own)
        changed = any(step.changes for step in plan.steps) or len(late) < len(checks)
        steps = [self._under(plan.tests, step) for step in steps]
        texts = [step.text for step in steps]
        called = [text for text, _ in named]
        called += [self._refusal(plan.refusal, group)] if plan.refusal is not None else []
        code = route_code(plan, texts, called, self._validator(plan), changed, around)
        for step in steps:
            code.imports += step.imports
            code.runtime |= step.runtime
        code.imports += [spec for _, imports in named for spec in imports]
        for check in late:
            code.runtime |= check.runtime
        self._code((1, number), group, code)

    def _refusal(self, refusal: Refusal, group: str) -> str:
        """The name of the function in http.ts that refuses what checks have found; equal ones are one."""
        written = self._carried.written[self._carried.edge.refusal(refusal).piece.key]
        file = self._reading.workspace.source(refusal.file)
        base = file.indent_at(span_of(refusal.test).start)
        test, imports = self._names.named(reindented(written.text, file.language, base, "  "), written.imports)
        request = parameters(refusal.function)[0].name or "req"
        text = refusal_text(test, refusal, f"{request}: Input" if self._typed else request)
        fallback = f"refuseInvalid{len(self._refusals) + 1}" if self._refusals else "refuseInvalid"
        code = EdgeCode(f"const {fallback} = {text}", [*imports, ImportSpec("express-validator", "validationResult")])
        code.runtime |= written.runtime
        if self._typed:
            code.library("Input")
        name, _, groups = self._refusals.setdefault(text, (fallback, code, []))
        groups.append(group)
        return name

    def _validator(self, plan: RoutePlan) -> ImportSpec | None:
        """The exported argument validator that takes undeclared keys off nested objects."""
        name = self._carried.placement.validator_names.get(plan.key)
        if name is None:
            return None
        spec = ImportSpec(f"convex:{plan.beside}", name)
        local = self._names.local(spec)
        return ImportSpec(spec.module, name, local if local != name else "")

    def _not_found(self) -> None:
        for number, (method, path, handler) in enumerate(self._carried.handlers.below):
            name = self._function(handler, (2, number, 0), "answerMissing")
            self._code((2, number, 1), APP, EdgeCode(f'app.{method}("{path}", {name});'))
        handler_of_all = self._carried.handlers.not_found
        if handler_of_all is not None:
            name = self._function(handler_of_all, (3, 0), "answerNotFound")
            self._code((3, 1), APP, EdgeCode(f"app.notFound({name});"))

    def _on_error(self) -> None:
        chain = self._carried.handlers.errors
        code = error_fallback([self._function(piece, (4, n), "handleError") for n, piece in enumerate(chain.carried)])
        problem = chain.problem
        if problem is not None:
            text = f"the error handler {problem.text} ({problem.place.file}:{problem.place.line})"
            note = marker("CX701", f"{text}: {CODES['CX701'].help}")
            code.text = f"{note}\n{code.text}"
        self._code((5, 0), APP, code)

    def _function(self, handler: EdgePiece, order: tuple[int, ...], fallback: str) -> str:
        """The name under which http.ts reaches a ported function, which is written here when it has none."""
        if handler.piece.kind is not PieceKind.INLINE:
            spec = self._imported(handler.piece)
            self._assembler.import_only(HTTP, APP, [spec])
            return spec.binds
        name = fallback if fallback not in self._named else f"{fallback}{len(self._named) + 1}"
        self._named.add(name)
        self._code(order, APP, self._constant(name, handler.piece))
        return name


def _asks(plan: RoutePlan, key: PieceKey) -> bool:
    return any(step.piece.key == key for step in plan.steps)
