"""`convex/http.ts`: the old URLs, answered by Hono, each calling its function."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from codemods.ir.app import Use
from codemods.ir.validator import Kind, Shape, Unknown
from codemods.planner.answering.responses import Form
from codemods.planner.asking.edge_facts import INPUT, Part, edge_read
from codemods.planner.asking.requests import Argument
from codemods.planner.paths import EdgePath, edge_path
from codemods.planner.routes import SERVED, RoutePlan
from codemods.planner.stored.dates import has_gaps
from codemods.source.tree import property_text
from codemods.writers.answers import REASONS
from codemods.writers.code import ImportSpec
from codemods.writers.layout import WIDTH, Doc, Flat, arrow, call, record, text_of
from codemods.writers.library import spec_of

_STEP = "  "
_SCRIPT_TYPE = """/**
 * @type {import("convex-helpers/server/hono").HonoWithConvex<
 *   import("./_generated/server").ActionCtx
 * >}
 */
"""


RAW_PATHS = "getPath: rawPath"


@dataclass(slots=True)
class EdgeCode:
    """One statement of http.ts with what it needs."""

    text: str
    imports: list[ImportSpec] = field(default_factory=list)
    runtime: set[str] = field(default_factory=set)

    def library(self, *names: str) -> None:
        self.runtime |= set(names)
        self.imports += [spec_of(name) for name in names]


def prologue(typed: bool, cors: str | None, variables: Mapping[str, str], raw: bool = False) -> EdgeCode:
    """The application object; `variables` are what middleware sets on Hono's context, with their types.

    With `raw`, it finds routes by the path without decoding it first, as Express does: what decides by the path would
    otherwise take `/%61dmin` for another one than the route of `/admin`.
    """
    code = EdgeCode("", [ImportSpec("hono", "Hono")])
    made = "new Hono({ strict: false });"
    if raw:
        code.library("rawPath")
        made = f"new Hono({{ {RAW_PATHS} }});"
    if typed:
        code.imports += [
            ImportSpec("convex-helpers/server/hono", "HonoWithConvex", "", True),
            ImportSpec("convex:_generated/server", "ActionCtx", "", True),
        ]
        own = ", Variables" if variables else ""
        code.text = f"const app: HonoWithConvex<ActionCtx{own}> = {made}"
        if variables:
            fields = "".join(f"{_STEP}{property_text(name)}: {type_};\n" for name, type_ in sorted(variables.items()))
            code.text = f"/** What middleware hands on. */\ntype Variables = {{\n{fields}}};\n\n{code.text}"
    else:
        own = ",\n *   Record<string, any>" if variables else ""
        script = _SCRIPT_TYPE.replace("ActionCtx\n", f"ActionCtx{own}\n")
        code.text = f"{script}const app = {made}"
    if cors is not None:
        code.imports.append(ImportSpec("hono/cors", "cors"))
        code.text += f'\n\napp.use("*", {cors});'
    return code


def epilogue() -> EdgeCode:
    """The default export that Convex serves."""
    return EdgeCode(
        "export default new HttpRouterWithHono(app);",
        [ImportSpec("convex-helpers/server/hono", "HttpRouterWithHono")],
    )


def error_fallback(handlers: Sequence[str]) -> EdgeCode:
    """`onError`: answers that functions threw, then the error handlers in their order, else what Express answers.

    Every handler but the last gets a function that hands errors on to the one behind it.
    """
    code = EdgeCode("")
    code.library("answerOf", "faultOf", "sendAnswer", *([] if handlers else ["sendFault"]))
    last = _handled(handlers, "error") if handlers else call("sendFault", "c", "faultOf(error)")
    short = f"  return answer !== null ? sendAnswer(c, answer) : {text_of(Flat(last))};"
    if len(short) <= WIDTH and len(handlers) < 2:
        answer = short
    else:
        answer = (
            "  if (answer !== null) return sendAnswer(c, answer);\n"
            f"  return {text_of((last, ';'), _STEP, len(_STEP) + len('return '))}"
        )
    code.text = f"app.onError((error, c) => {{\n  const answer = answerOf(error);\n{answer}\n}});"
    return code


def _handled(handlers: Sequence[str], error: str) -> Doc:
    first, *rest = handlers
    given: list[Doc] = [f"faultOf({error})", "c"]
    if rest:
        given.append(arrow("(err)", _handled(rest, "err")))
    return call(first, *given)


def scope_of(use: Use) -> str | None:
    """The path under which Hono registers middleware, `/api/*`; None where it has no form for it."""
    found = edge_path(use.path, 4) if use.path is not None else None
    if not isinstance(found, EdgePath) or found.ends_openly:
        return None
    return found.text if use.exact else "*" if found.text == "/" else f"{found.text}/*"


def shared_step(use: Use, step: str) -> EdgeCode:
    """`app.use("/api/*", requireKey);`"""
    return EdgeCode(f"app.{'all' if use.exact else 'use'}({json.dumps(scope_of(use))}, {step});")


def refused_route(plan: RoutePlan) -> EdgeCode | None:
    """A route that is not carried over: it keeps its place in the order, and says so.

    What Hono cannot route by, a pattern or HEAD, the handler asks for; None for what never arrives here.
    """
    asked = [f"!{plan.pattern}.test(c.req.path)"] if plan.pattern is not None else []
    callee, method = _callee(plan), plan.route.method
    if method == "HEAD":
        callee, asked = "app.get", [*asked, 'c.req.method !== "HEAD"']
    if method not in (*SERVED, "HEAD") or (plan.path is None and plan.pattern is None):
        return None
    answer = f'notMigrated("{plan.problems[0].code}")'
    code = EdgeCode("")
    code.library("notMigrated")
    handler = _handler(plan, [f"return {answer}(c);"], code, asked) if plan.tests or asked else answer
    code.text = _registered(callee, _path(plan), (), handler)
    return code


def refused_endpoint(use: Use) -> EdgeCode:
    """A function that is not carried over and answers whatever is asked below its path."""
    code = EdgeCode(f'app.all({json.dumps(scope_of(use))}, notMigrated("CX701"));')
    code.library("notMigrated")
    return code


def _callee(plan: RoutePlan) -> str:
    return f"app.{plan.route.method.lower()}"


def _path(plan: RoutePlan) -> str:
    return json.dumps(plan.path.text if plan.path is not None else "*")


def _handler(plan: RoutePlan, lines: Sequence[str], code: EdgeCode, asked: Sequence[str] = ()) -> str:
    """The function that answers; what the source did not always register goes on to what comes after it."""
    tests = [f"if ({test}) return next();" for test in (*asked, *(test.text for test in plan.tests))]
    if any(test.variables for test in plan.tests):
        code.imports.append(ImportSpec("convex:_generated/server", "env"))
    body = "\n".join(f"{_STEP}{line}" for line in (*tests, *lines))
    return f"async {'(c, next)' if tests else '(c)'} => {{\n{body}\n}}"


def route_code(
    plan: RoutePlan,
    steps: Sequence[str],
    checks: Sequence[str],
    deep: ImportSpec | None,
    shared: bool = False,
    around: bool = False,
) -> EdgeCode:
    """The route's registration: read the input, check it, call the function, answer as Express did.

    `steps` are the texts of its own middleware, `checks` those of check calls (`validate(createBook)`); `deep` is the
    exported argument validator when nested objects have to lose undeclared keys. With `shared`, what comes before may
    have changed the input; with `around`, checks look at headers, too.
    """
    code = EdgeCode("")
    reads = _Reads(plan, bool(checks) or shared, bool(steps))
    lines = []
    if checks or (shared and reads.uses_input):
        lines += _checked(checks, _input("sharedInput" if shared else "readInput", around, code))
    elif reads.uses_body:
        code.library("readBody")
        lines.append("const body = await readBody(c);")
    if reads.lists:
        code.library("readQuery")
    code.library(*sorted(reads.library))
    given = reads.given()
    if plan.request is not None and (plan.request.dates or has_gaps(plan.request.shape)):
        code.library("toArguments")
        given = call("toArguments", given)
    if deep is not None:
        code.imports += [ImportSpec("convex-helpers/validators", "parse"), deep]
        given = call("parse", deep.binds, given)
    lines += _answer(plan, _called(plan, given, code), code)
    code.text = _registered(_callee(plan), _path(plan), steps, _handler(plan, lines, code))
    return code


def conditional_step(step: EdgeCode, tests: Sequence[str], asks: bool) -> EdgeCode:
    """Middleware that hands a request on at once where one of the tests holds."""
    lines = "".join(f"{_STEP}if ({test}) return next();\n" for test in tests)
    inline = re.match(r"async \((\w+), (\w+)\) => \{\n", step.text)
    if inline is not None and inline[2] == "next":
        step.text = f"{inline[0]}{lines}{step.text[inline.end() :]}"
    else:
        step.text = f"async (c, next) => {{\n{lines}{_STEP}return {step.text}(c, next);\n}}"
    if asks:
        step.imports.append(ImportSpec("convex:_generated/server", "env"))
    return step


def check_step(checks: Sequence[str], around: bool = False) -> EdgeCode:
    """Checks that run before middleware; `around` says that they look at headers, too."""
    code = EdgeCode("")
    given = _input("sharedInput", around, code)
    single = f"await {checks[0]}({given});"
    is_short = len(checks) == 1 and "\n" not in single and len(_STEP + single) <= WIDTH
    lines = [single] if is_short else _checked(checks, given)
    body = "".join(f"{_STEP}{line}\n" for line in lines)
    code.text = f"async (c, next) => {{\n{body}{_STEP}await next();\n}}"
    return code


def _input(reader: str, around: bool, code: EdgeCode) -> str:
    """What reads the input of a request."""
    code.library(reader, *(["addHeaders"] if around else []))
    return f"addHeaders(c, await {reader}(c))" if around else f"await {reader}(c)"


def _checked(checks: Sequence[str], given: str) -> list[str]:
    return [f"const req = {given};", *(f"await {check}(req);" for check in checks)]


def _registered(callee: str, path: str, steps: Sequence[str], handler: str) -> str:
    """The call on one line up to the handler's body where that fits, else an argument a line."""
    opening = f"{callee}({', '.join([path, *steps])}, "
    if not any("\n" in step for step in steps) and len(opening + handler.split("\n")[0]) <= WIDTH:
        return f"{opening}{handler});"
    given = (argument.replace("\n", f"\n{_STEP}") for argument in (path, *steps, handler))
    return f"{callee}(\n" + "".join(f"{_STEP}{argument},\n" for argument in given) + ");"


def _called(plan: RoutePlan, given: Doc, code: EdgeCode) -> Doc:
    """`await c.env.runQuery(api.books.getBook, { id: c.req.param("id") })`."""
    visibility = "internal" if plan.kind.startswith("internal") else "api"
    code.imports.append(ImportSpec("convex:_generated/api", visibility))
    runner = next(f"run{kind}" for kind in ("Query", "Mutation", "Action") if plan.kind.lower().endswith(kind.lower()))
    reference = f"{visibility}.{plan.module.replace('/', '.')}.{plan.name}"
    called = call(f"c.env.{runner}", reference, given)
    if plan.undoes:
        code.library("undone")
        called = call("undone", called)
    if not plan.settles:
        return ("await ", called)
    code.library("unsettle")
    return call("unsettle", ("await ", called))


def _answer(plan: RoutePlan, called: Doc, code: EdgeCode) -> list[str]:
    status = plan.status
    if plan.enveloped:
        send = "sendBuilt" if plan.response is not None and plan.response.built else "sendAnswer"
        code.library(send)
        return _sent(f"{send}(c, ", called, 200)
    match plan.form:
        case Form.EMPTY:
            return [_statement(called), f"return c.body(null, {status});"]
        case Form.STATUS_TEXT:
            text = f'c.text("{REASONS.get(status, str(status))}", {status})' if status != 204 else "c.body(null, 204)"
            return [_statement(called), f"return {text};"]
        case Form.SENT:
            code.library("send")
            return _sent("send(c, ", called, status)
        case Form.TEXT:
            return _sent("c.html(", called, status)
        case _:
            return _sent("c.json(", called, status)


def _sent(opening: str, called: Doc, status: int) -> list[str]:
    """`return c.json(await …, 201);`, the result on a line of its own where that gets too long."""
    end = ");" if status == 200 else f", {status});"
    line = f"return {opening}{text_of(Flat(called))}{end}"
    if len(_STEP + line) <= WIDTH:
        return [line]
    return [_statement(("const result = ", called)), f"return {opening}result{end}"]


def _statement(doc: Doc) -> str:
    return text_of((doc, ";"), _STEP, len(_STEP))


class _Reads:
    """Where each argument comes from at the edge."""

    def __init__(self, plan: RoutePlan, checked: bool, steps: bool) -> None:
        """Behind `steps` of its own, Hono's types no longer know the parameters of a route's path."""
        self._steps, self._rows = steps, plan.rows
        given = plan.request.arguments if plan.request is not None else ()
        self._arguments = tuple(argument for argument in given if not argument.is_absent)
        self._checked, self._depth = checked, plan.depth

    @property
    def library(self) -> set[str]:
        """Names of the runtime library in what the edge knows."""
        known = (argument for argument in self._arguments if argument.part not in INPUT)
        found = {
            name for argument in known for name in edge_read(argument.part, argument.key, depth=self._depth).library
        }
        return found | ({"asData"} if any(map(self._is_row, self._arguments)) else set())

    def _is_row(self, argument: Argument) -> bool:
        """Has middleware put there what the database gave?"""
        return argument.part is Part.CONTEXT and argument.key in self._rows

    @property
    def uses_body(self) -> bool:
        return any(argument.part is Part.BODY for argument in self._arguments)

    @property
    def uses_input(self) -> bool:
        """Is any argument a part of the input?"""
        return any(argument.part in INPUT for argument in self._arguments)

    @property
    def lists(self) -> bool:
        """Is there a query value that may be given several times?"""
        return not self._checked and any(map(_is_nested, self._arguments))

    def given(self) -> Doc:
        """`{ id: c.req.param("id"), title: body.title }`."""
        pairs = [(property_text(argument.name), self._source(argument)) for argument in self._arguments]
        return record([name if name == source else f"{name}: {source}" for name, source in pairs])

    def _source(self, argument: Argument) -> str:
        if argument.part not in INPUT:
            text = edge_read(argument.part, argument.key, depth=self._depth).text
            return f"asData({text})" if self._is_row(argument) else text
        if self._checked:
            return _property(f"req.{argument.part}", argument.key, argument.is_loose)
        match argument.part, argument.key:
            case Part.BODY, key:
                return _property("body", key, argument.is_loose)
            case Part.PARAMS, None:
                return "c.req.param()"
            case Part.PARAMS, key:
                sure = "!" if self._steps and not argument.shape.optional else ""
                return f"c.req.param({json.dumps(key)}){sure}"
            case _, key if _is_nested(argument):
                return _property("readQuery(c)", key)
            case _, key:
                return f"c.req.query({json.dumps(key)})"


def _is_nested(argument: Argument) -> bool:
    """The whole query, or a value of it that may be a list or an object."""
    structured = argument.key is None or argument.shape.kind in (Kind.UNION, Kind.ANY)
    return argument.part is Part.QUERY and structured


def _property(base: str, key: str | None, is_loose: bool = False) -> str:
    if key is None:
        return base
    if property_text(key) == key:
        return f"{base}{'?.' if is_loose else '.'}{key}"
    return f"{base}{'?.' if is_loose else ''}[{json.dumps(key)}]"


def needs_deep_parse(plan: RoutePlan) -> bool:
    """True when an argument has objects inside whose undeclared keys the source dropped or ignored."""
    arguments = plan.request.arguments if plan.request is not None else ()
    return any(_strips(argument.shape) for argument in arguments)


def _strips(shape: Shape) -> bool:
    own = shape.kind is Kind.OBJECT and shape.unknown is not Unknown.KEEP
    return own or any(_strips(child) for child in shape.children)


def unfolded(text: str) -> str:
    """A function on one line that got too long for it, its body on lines of its own."""
    if "\n" in text or len(text) <= WIDTH:
        return text
    block = re.fullmatch(r"(.*? => \{) (.*) (\};)", text)
    if block is not None:
        return f"{block[1]}\n{_STEP}{block[2]}\n{block[3]}"
    return re.sub(r"^(.*?=>) ", rf"\1\n{_STEP}", text, count=1)
