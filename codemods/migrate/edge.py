"""The fragments of `convex/http.ts`: one a route, in the order in which Express tries them."""

from __future__ import annotations

from codemods.ir.app import Role
from codemods.migrate.assemble import APP, Assembler
from codemods.migrate.carry import Carried
from codemods.migrate.checks import EdgePiece
from codemods.migrate.reading import Reading
from codemods.outcome import CODES
from codemods.planner.pieces import PieceKind
from codemods.planner.routes import RoutePlan, path_params
from codemods.source.markers import marker
from codemods.writers.code import ImportSpec
from codemods.writers.http import EdgeCode, epilogue, error_fallback, hono_path, prologue, refused_route, route_code

HTTP = "http"


class EdgeAssembler:
    """Adds http.ts to the draft."""

    def __init__(self, reading: Reading, carried: Carried, assembler: Assembler, typed: bool) -> None:
        self._reading, self._carried, self._assembler, self._typed = reading, carried, assembler, typed

    def add(self) -> None:
        cors = any(m.role is Role.CORS for m in self._reading.app.middleware)
        self._code((0, ""), APP, prologue(self._typed, cors))
        plans = sorted(self._carried.plans, key=lambda plan: (plan.route.order, plan.route.place))
        for number, plan in enumerate(plans):
            self._route(number, plan)
        self._not_found()
        self._on_error()
        self._code((9, ""), APP, epilogue())

    def _code(self, order: tuple[int | str, ...], group: str, code: EdgeCode) -> None:
        self._assembler.add(HTTP, group, order, code.text, code.imports)
        for name in code.runtime:
            self._assembler.draft.runtime[name].add(group)

    def _route(self, number: int, plan: RoutePlan) -> None:
        path = plan.route.path
        group = self._assembler.route_group(plan)
        if path is None or not _servable(path) or plan.route.method in ("ALL", "HEAD", "OPTIONS"):
            return
        if not plan.carried:
            self._code((1, number), group, refused_route(plan.route.method, hono_path(path), plan.problems[0].code))
            return
        checks = self._carried.checks.get(plan.key, [])
        deep = self._carried.placement.validator_names.get(plan.key)
        code = route_code(plan, hono_path(path), plan.name, plan.module, [check.text for check in checks], deep)
        for check in checks:
            code.imports += check.imports
            code.runtime |= check.runtime
        self._code((1, number), group, code)

    def _not_found(self) -> None:
        handler = self._carried.not_found
        name = self._function(handler, (2, 0)) if handler is not None else None
        if name is not None:
            self._code((2, 1), APP, EdgeCode(f"app.notFound({name});"))

    def _on_error(self) -> None:
        handler = self._carried.error_handler
        name = self._function(handler, (3, 0)) if handler is not None else None
        code = error_fallback(name)
        if handler is not None and handler.problems:
            problem = handler.problems[0]
            text = f"the error handler {problem.text} ({problem.place.file}:{problem.place.line})"
            note = marker("CX701", f"{text}: {CODES['CX701'].help}")
            code.text = f"{note}\n{code.text}"
        self._code((3, 1), APP, code)

    def _function(self, handler: EdgePiece, order: tuple[int, int]) -> str | None:
        """The name under which http.ts reaches a ported function, which is written here when it has none."""
        if handler.problems:
            return None
        written = self._carried.written.get(handler.piece.key)
        if written is None:
            return None
        context = [ImportSpec("hono", "Context", "", True)] if self._typed else []
        if handler.piece.kind is not PieceKind.INLINE:
            name = self._carried.placement.names[handler.piece.key]
            module = self._carried.placement.modules[handler.piece.key.file]
            self._assembler.edge_imports(handler.piece.key, context)
            code = EdgeCode("", [ImportSpec(f"convex:{module}", name)])
            self._assembler.import_only(HTTP, APP, code.imports)
            return name
        name = "handleError" if handler is self._carried.error_handler else "answerNotFound"
        text = f"const {name} = {written.text};"
        self._code(order, APP, EdgeCode(text, [*written.imports, *context], set(written.runtime)))
        return name


def _servable(path: str) -> bool:
    return not any(character in path for character in "*()?+[]{}") and len(path_params(path)) >= 0
