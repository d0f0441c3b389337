"""Handlers as registered Convex functions: queries and mutations with validators."""

from __future__ import annotations

import json

from codemods.planner.asking.requests import RequestPlan
from codemods.planner.pieces import PieceKind, with_comments
from codemods.planner.routes import RoutePlan
from codemods.source import Span, span_of
from codemods.writers.answers import answer_edits
from codemods.writers.placement import SERVER
from codemods.writers.shifting import indent_unit, reindented, without_useless_catch
from codemods.writers.splice import Splice

_SENT = "sent"
"""The arguments as they cross."""


class HandlerWriter:
    """Writes the function of one route."""

    def __init__(self, splice: Splice) -> None:
        self._splice = splice

    def write(self) -> str:
        route = self._splice.route
        assert route is not None and route.request is not None and route.response is not None
        node = self._splice.piece.node
        body = node.field("body")
        assert body is not None
        self._splice.edits += answer_edits(self._splice.file, node, route.response, self._splice.library)
        unit = indent_unit(self._splice.file)
        base = self._splice.file.indent_at(span_of(node).start)
        block = reindented(self._splice.render(span_of(body)), self._splice.file.language, base, unit)
        if route.response.forwards:
            block = without_useless_catch(block, self._splice.file.language)
        if self._received(route) == _SENT:
            block = self._with_values(route.request, block, unit)
        args, imports = self._splice.context.args_text(route)
        self._splice.written.imports += imports
        self._splice.bring(SERVER, route.kind)
        prefix = self._registration(route, args, unit)
        closing = ")" * (route.settles + route.undoes)
        return f"{self._comments(base)}{prefix}{block}{closing},\n}});"

    def _received(self, route: RoutePlan) -> str:
        """What the function calls its arguments as they arrive."""
        assert route.request is not None
        changed = route.request.dates or (route.request.files and self._is_on_node())
        return _SENT if changed else route.request.name

    def _is_on_node(self) -> bool:
        return self._splice.context.closure.needs_node(self._splice.piece.key)

    def _with_values(self, request: RequestPlan, block: str, unit: str) -> str:
        """The milliseconds that arrive become dates first, and the bytes of files buffers."""
        value = _SENT
        if request.dates:
            paths = ", ".join(json.dumps(path) for path in request.dates)
            value = f"{self._splice.library('withDates')}({_SENT}, [{paths}])"
        if request.files and self._is_on_node():
            files = [f"{name}: {self._splice.library('withBuffers')}({_SENT}.{name})" for name in request.files]
            value = f"{{ ...{value}, {', '.join(files)} }}"
        first = f"const {request.name} = {value};"
        separator = f"\n{unit}{unit}" if "\n" in block else " "
        return f"{{{separator}{first}{block[1:]}"

    def _comments(self, base: str) -> str:
        statement = self._splice.piece.statement
        if statement is None:
            return ""
        span = with_comments(self._splice.file, statement)
        text = self._splice.render(Span(span.start, span_of(statement).start))
        if self._splice.piece.kind is not PieceKind.METHOD:
            return text
        return reindented(text, self._splice.file.language, base, "").rstrip(" \t")

    def _registration(self, route: RoutePlan, args: str, unit: str) -> str:
        assert route.request is not None
        takes = bool(route.request.arguments)
        uses_ctx = self._splice.context.closure.reaches_context(self._splice.piece.key)
        received = self._received(route)
        given = f"{self._splice.ctx}, {received}" if takes else (self._splice.ctx if uses_ctx else "")
        name = self._splice.context.placement.name(self._splice.piece)
        result = self._result(route) if uses_ctx else ""
        head = f"export const {name} = {route.kind}({{\n{unit}args: {args},\n{unit}handler: "
        around = f"{self._splice.library('undoing')}({self._splice.ctx}, " if route.undoes else ""
        if route.settles:
            around += f"{'() => ' if around else ''}{self._splice.library('settle')}("
        return f"{head}({given}){result} => {around}async () => " if around else f"{head}async ({given}){result} => "

    def _result(self, route: RoutePlan) -> str:
        """What a function runs is typed by the module that the function is in: a written type ends the circle."""
        if not route.crosses or self._splice.file.language == "javascript":
            return ""
        if not route.enveloped:
            return ": Promise<unknown>"
        answer = "Built" if route.response is not None and route.response.built else "Answer"
        failed = f" | {self._splice.library('Failed')}" if route.settles else ""
        return f": Promise<{self._splice.library(answer)}{failed}>"
