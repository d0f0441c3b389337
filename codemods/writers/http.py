"""`convex/http.ts`: the old URLs, answered by Hono, each calling its function."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from codemods.ir.validator import Kind, Shape, Unknown
from codemods.planner.requests import Argument, Part
from codemods.planner.responses import Form
from codemods.planner.routes import RoutePlan
from codemods.writers.answers import REASONS
from codemods.writers.code import ImportSpec
from codemods.writers.library import spec_of

_WIDTH = 98


@dataclass(slots=True)
class EdgeCode:
    """One statement of http.ts with what it needs."""

    text: str
    imports: list[ImportSpec] = field(default_factory=list)
    runtime: set[str] = field(default_factory=set)

    def library(self, *names: str) -> None:
        self.runtime |= set(names)
        self.imports += [spec_of(name) for name in names]


def prologue(typed: bool, cors: bool) -> EdgeCode:
    """The application object."""
    code = EdgeCode("")
    code.imports = [ImportSpec("hono", "Hono")]
    if typed:
        code.imports += [
            ImportSpec("convex-helpers/server/hono", "HonoWithConvex", "", True),
            ImportSpec("convex:_generated/server", "ActionCtx", "", True),
        ]
    annotation = ": HonoWithConvex<ActionCtx>" if typed else ""
    code.text = f"const app{annotation} = new Hono({{ strict: false }});"
    if cors:
        code.imports.append(ImportSpec("hono/cors", "cors"))
        code.text += '\n\napp.use("*", cors());'
    return code


def epilogue() -> EdgeCode:
    """The default export that Convex serves."""
    return EdgeCode("export default new HttpRouterWithHono(app);", [
        ImportSpec("convex-helpers/server/hono", "HttpRouterWithHono")
    ])  # fmt: skip


def error_fallback(handler: str | None) -> EdgeCode:
    """`onError`: answers that functions threw, then the application's own error handler, then Express's 500."""
    last = f"{handler}(faultOf(error), c)" if handler else 'c.text("Internal Server Error", 500)'
    code = EdgeCode(
        "app.onError((error, c) => {\n  const answer = answerOf(error);\n"
        f"  return answer !== null ? sendAnswer(c, answer) : {last};\n}});"
    )
    code.library("answerOf", "sendAnswer", *(["faultOf"] if handler else []))
    return code


def refused_route(method: str, path: str, code: str) -> EdgeCode:
    """A route that is not carried over: it keeps its place in the order, and says so."""
    return EdgeCode(f'app.{method.lower()}("{path}", (c) => c.json({{ error: "Not migrated", code: "{code}" }}, 501));')


def route_code(
    plan: RoutePlan, path: str, function: str, module: str, checks: Sequence[str], deep: str | None
) -> EdgeCode:
    """The route's registration: read the input, check it, call the function, answer as Express did.

    `checks` are the texts of check calls (`validate(createBook)`); `deep` names the exported argument validator
    when nested objects have to lose undeclared keys.
    """
    code = EdgeCode("")
    reads = _Reads(plan, bool(checks))
    arguments = reads.object_text(path)
    if deep is not None:
        alias = f"{deep}"
        code.imports += [ImportSpec("convex-helpers/validators", "parse"), ImportSpec(f"convex:{module}", alias)]
        arguments = f"parse({alias}, {arguments})"
    lines = []
    if checks:
        code.library("readInput")
        lines.append("const req = await readInput(c);")
        lines += [f"await {check}(req);" for check in checks]
    elif reads.uses_body:
        code.library("readBody")
        lines.append("const body = await readBody(c);")
    visibility = "internal" if plan.kind.startswith("internal") else "api"
    code.imports.append(ImportSpec("convex:_generated/api", visibility))
    runner = "runQuery" if plan.kind.lower().endswith("query") else "runMutation"
    call = f"await c.env.{runner}({visibility}.{module.replace('/', '.')}.{function}, {arguments})"
    if plan.settles:
        code.library("unsettle")
        call = f"unsettle({call})"
    lines += _answer(plan, call, code)
    body = "\n".join(f"  {line}" for line in "\n".join(lines).split("\n"))
    code.text = f'app.{plan.route.method.lower()}("{path}", async (c) => {{\n{body}\n}});'
    return code


def _sent_by(code: EdgeCode, name: str, call: str, status: int = 200) -> list[str]:
    """`return sendAnswer(c, await …);`"""
    code.library(name)
    end = "" if status == 200 else f", {status}"
    line = f"return {name}(c, {call}{end});"
    if len(line) <= _WIDTH and "\n" not in call:
        return [line]
    return [f"const result = {call};", f"return {name}(c, result{end});"]


def _answer(plan: RoutePlan, call: str, code: EdgeCode) -> list[str]:
    status = plan.status
    if plan.enveloped:
        return _sent_by(code, "sendAnswer", call)
    match plan.form:
        case Form.EMPTY:
            return [f"{call};", f"return c.body(null, {status});"]
        case Form.STATUS_TEXT:
            if status == 204:
                return [f"{call};", "return c.body(null, 204);"]
            return [f"{call};", f'return c.text("{REASONS.get(status, str(status))}", {status});']
        case Form.SENT:
            return _sent_by(code, "send", call, status)
        case Form.TEXT:
            return _sent("html", call, status)
        case _:
            return _sent("json", call, status)


def _sent(method: str, call: str, status: int) -> list[str]:
    code = "" if status == 200 else f", {status}"
    line = f"return c.{method}({call}{code});"
    if len(line) <= _WIDTH and "\n" not in call:
        return [line]
    return [f"const result = {call};", f"return c.{method}(result{code});"]


class _Reads:
    """Where each argument comes from at the edge."""

    def __init__(self, plan: RoutePlan, checked: bool) -> None:
        self._arguments = plan.request.arguments if plan.request is not None else ()
        self._checked = checked

    @property
    def uses_body(self) -> bool:
        return any(argument.part is Part.BODY for argument in self._arguments)

    def object_text(self, path: str) -> str:
        """`{ id: c.req.param("id"), title: body.title }`."""
        pairs = [f"{argument.name}: {self._source(argument)}" for argument in self._arguments]
        flat = f"{{ {', '.join(pairs)} }}" if pairs else "{}"
        if len(flat) <= 72:
            return flat
        return "{\n" + "".join(f"  {pair},\n" for pair in pairs) + "}"

    def _source(self, argument: Argument) -> str:
        if self._checked:
            return f"req.{argument.part}" if argument.key is None else f"req.{argument.part}.{argument.key}"
        match argument.part, argument.key:
            case Part.BODY, None:
                return "body"
            case Part.BODY, key:
                return f"body.{key}"
            case Part.PARAMS, None:
                return "c.req.param()"
            case Part.PARAMS, key:
                return f'c.req.param("{key}")'
            case _, None:
                return "c.req.query()"
            case _, key:
                return f'c.req.query("{key}")'


def needs_deep_parse(plan: RoutePlan) -> bool:
    """True when an argument has objects inside whose undeclared keys the source dropped or ignored."""
    arguments = plan.request.arguments if plan.request is not None else ()
    return any(_strips(argument.shape) for argument in arguments)


def _strips(shape: Shape) -> bool:
    own = shape.kind is Kind.OBJECT and shape.unknown is not Unknown.KEEP
    return own or any(_strips(child) for child in shape.children)


def hono_path(path: str) -> str:
    """Express's path as Hono writes it (both use `:name`)."""
    return re.sub(r"/{2,}", "/", path)


def unused(names: Mapping[str, str]) -> list[str]:
    return [name for name in names if not name]
