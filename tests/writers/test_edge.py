"""Error handlers, not-found handlers and validation middleware, rewritten for the HTTP edge one function at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import pytest
from ast_grep_py import SgNode
from repositories import written

from codemods.source import FUNCTION_KINDS, SourceFile, find_all, parameters, render
from codemods.workspace import Workspace
from codemods.writers.edge.checks import port_check
from codemods.writers.edge.faults import Behind, port_error_handler, port_not_found
from codemods.writers.edge.http import error_fallback, unfolded
from codemods.writers.edge.ported import Ported

Porter = Callable[[Workspace, SourceFile, SgNode], Ported]


def last_handler(workspace: Workspace, file: SourceFile, function: SgNode) -> Ported:
    return port_error_handler(workspace, file, function, Behind.OTHERS)


def first_handler(workspace: Workspace, file: SourceFile, function: SgNode) -> Ported:
    return port_error_handler(workspace, file, function, Behind.HANDLERS)


def check(workspace: Workspace, file: SourceFile, function: SgNode) -> Ported:
    return port_check(workspace, file, function, None)


class Edge:
    """Ports the function of a file that takes the most parameters."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def port(self, porter: Porter, text: str, path: str = "app.ts", others: Mapping[str, str] | None = None) -> Ported:
        workspace = written(self._root, {path: text, **(others or {})})
        self.file = workspace.source(path)
        functions = [node for kind in FUNCTION_KINDS for node in find_all(self.file.root, kind)]
        return porter(workspace, self.file, max(functions, key=lambda node: len(parameters(node))))

    def after(self, porter: Porter, text: str, path: str = "app.ts", others: Mapping[str, str] | None = None) -> str:
        """The text of the file with the edits; there must be no obstacle."""
        ported = self.port(porter, text, path, others)
        assert ported.problems == []
        rendered = render(self.file.text, ported.edits)
        assert rendered.refused == ()
        return rendered.text.strip()

    def obstacles(self, porter: Porter, text: str) -> list[str]:
        return [problem.text for problem in self.port(porter, text).problems]


@pytest.fixture
def edge(tmp_path: Path) -> Edge:
    return Edge(tmp_path)


def same(found: str, expected: str) -> None:
    assert found == dedent(expected).strip()


TYPED = "err: any, req: Request, res: Response, next: NextFunction"
ERRORS = "const handle: ErrorRequestHandler ="
AFTER = "const handle = (err: Fault, c: Context) =>"


def handler(body: str, given: str = TYPED) -> str:
    return f"function handle({given}) {{ {body} }}"


def ported(body: str, given: str = "err: Fault, c: Context") -> str:
    return f"function handle({given}) {{ {body} }}"


# ---- what the function looks like -----------------------------------------------------------------------------

BODY = "res.status(500).json({ error: err.message });"
PORTED = "return c.json({ error: err.message }, 500);"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{ERRORS} (err, req, res, next) => {{ BODY }};", f"{AFTER} {{ BODY }};"),
        ("const handle: express.ErrorRequestHandler = (err, req, res, next) => { BODY };", f"{AFTER} {{ BODY }};"),
        ("const handle = ((err, req, res, next) => { BODY }) satisfies ErrorRequestHandler;", f"{AFTER} {{ BODY }};"),
        ("const handle = wrap((err, req, res, next) => { BODY });", f"{AFTER} {{ BODY }};"),
        (f"function handle({TYPED}): void {{ BODY }}", "function handle(err: Fault, c: Context) { BODY }"),
        (f"class E {{ handle({TYPED}): void {{ BODY }} }}", "class E { handle(err: Fault, c: Context) { BODY } }"),
    ],
    ids=["annotated", "annotated by namespace", "satisfies", "wrapped", "declared", "static"],
)  # fmt: skip
def test_framework_types_and_wrappers_go(edge: Edge, before: str, after: str) -> None:
    assert edge.after(last_handler, before.replace("BODY", BODY)) == after.replace("BODY", PORTED)


def test_scripts_get_no_types(edge: Edge) -> None:
    text = "module.exports = (err, req, res, next) => { res.status(500).end(); };"
    same(edge.after(last_handler, text, "app.js"), "module.exports = (err, c) => { return c.body(null, 500); };")


def test_names_of_the_source_stay_its_own(edge: Edge) -> None:
    text = """
        import { Context } from "./own";
        function handle(err: any, req: Request, res: Response, next: NextFunction) {
          const c: Context = err.context;
          res.status(500).json(c);
        }
        """
    assert "handle(err: Fault, context: HonoContext)" in edge.after(last_handler, text)


# ---- answers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("res.status(err.status).json(body);", "return c.json(body, err.status as ContentfulStatusCode);"),
        ("res.status(err.status || 1).json(x);", "return c.json(x, (err.status || 1) as ContentfulStatusCode);"),
        ('res.status(404).send("<b>no</b>");', 'return c.html("<b>no</b>", 404);'),
        ("res.status(500).send(err.message);", "return send(c, err.message, 500);"),
        ("res.sendStatus(503);", 'return c.text("Service Unavailable", 503);'),
        ('res.set("X-A", "1").json(body);', 'return c.json(body, 200, { "X-A": "1" });'),
        ('res.status(429).set("Retry-After", err.after).end();',
         'return c.body(null, 429, { "Retry-After": String(err.after) });'),
        ("res.status(500); res.json(body);", "return c.json(body, 500);"),
        ("return res.status(500).end();", "return c.body(null, 500);"),
        ("if (res.headersSent) return next(err); res.sendStatus(500);", 'return c.text("Internal Server Error", 500);'),
        ("if (res.headersSent) next(err); else res.sendStatus(503);", 'return c.text("Service Unavailable", 503);'),
        ("if (!res.headersSent) { res.status(500).json(body); }", "return c.json(body, 500);"),
    ],
)  # fmt: skip
def test_answers_go_through_hono(edge: Edge, before: str, after: str) -> None:
    found = edge.after(last_handler, handler(before))
    assert " ".join(found.split()) == ported(after)


def test_what_runs_where_nothing_was_sent_takes_the_place_of_the_question(edge: Edge) -> None:
    text = """
        function handle(err, req, res, next) {
          if (res.headersSent) {
            next(err);
          } else {
            console.error(err);
            res.status(500);
            res.json({
              error: err.message,
            });
          }
        }
        """
    expected = """
        function handle(err, c) {
          console.error(err);
          return c.json({
            error: err.message,
          }, 500);
        }
        """
    same(edge.after(last_handler, text, "app.js"), expected)


def test_every_case_of_a_switch_returns(edge: Edge) -> None:
    text = """
        function handle(err, req, res, next) {
          switch (err.name) {
            case "CastError":
              res.status(404).json({ error: "no" });
              break;
            default:
              res.status(500).json({ error: "?" });
          }
        }
        """
    expected = """
        function handle(err, c) {
          switch (err.name) {
            case "CastError":
              return c.json({ error: "no" }, 404);
            default:
              return c.json({ error: "?" }, 500);
          }
        }
        """
    same(edge.after(last_handler, text, "app.js"), expected)


def test_a_path_without_an_answer_gets_that_of_express(edge: Edge) -> None:
    text = """
        function handle(err, req, res, next) {
          if (err.code === "P2002") {
            res.status(409).json({ error: "taken" });
            return;
          }
          if (err) res.status(500).json({ error: "?" });
        }
        """
    expected = """
        function handle(err, c) {
          if (err.code === "P2002") {
            return c.json({ error: "taken" }, 409);
          }
          if (err) return c.json({ error: "?" }, 500);
          return sendFault(c, err);
        }
        """
    same(edge.after(last_handler, text, "app.js"), expected)


# ---- handing on ------------------------------------------------------------------------------------------------------

CONVERTER = """
    export const convert: ErrorRequestHandler = (err, req, res, next) => {
      let error = err;
      if (!(error instanceof ApiError)) {
        error = new ApiError(err.status, err.message);
      }
      next(error);
    };
    """


def test_a_handler_hands_errors_on_to_the_one_behind_it(edge: Edge) -> None:
    expected = """
        export const convert = (err: Fault, c: Context, next: Forward) => {
          let error = err;
          if (!faultOf(error).kinds.includes("ApiError")) {
            error = new ApiError(err.status, err.message);
          }
          return next(error);
        };
        """
    same(edge.after(first_handler, CONVERTER), expected)


def test_behind_the_last_handler_is_the_answer_of_express(edge: Edge) -> None:
    assert "return sendFault(c, faultOf(error));" in edge.after(last_handler, CONVERTER)
    logs = handler("console.error(err); next(err);")
    assert edge.after(last_handler, logs) == ported("console.error(err); return sendFault(c, err);")


# ---- the error -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("err instanceof AppError", 'err.kinds.includes("AppError")'),
        ("!(err instanceof errors.AppError)", '!err.kinds.includes("AppError")'),
        ("err instanceof Prisma.PrismaClientKnownRequestError", 'err.kinds.includes("PrismaClientKnownRequestError")'),
        ("err.constructor.name", "err.kinds[0]"),
        ("(err as AppError).status", "err.status"),
        ("(<AppError>err).status", "err.status"),
        ("err.errors.map(e => e.path)", "err.errors.map((e: any) => e.path)"),
        ("err.errors.filter(Boolean).map(({ a }) => a)", "err.errors.filter(Boolean).map(({ a }: any) => a)"),
        ("Object.values(err.errors).map((e: any) => e.path)", "Object.values(err.errors).map((e: any) => e.path)"),
        ('process.env.NODE_ENV === "test" && err.stack', 'process.env.NODE_ENV === "test" && err.stack'),
    ],
)  # fmt: skip
def test_an_error_that_crossed_as_data_is_asked_for_its_fields(edge: Edge, before: str, after: str) -> None:
    found = edge.after(last_handler, handler(f"res.json({{ x: {before} }});"))
    assert found == ported(f"return c.json({{ x: {after} }});")


def test_classes_go_by_their_own_names(edge: Edge) -> None:
    text = """
        import { AppError as Base } from "./errors";
        export default (err, req, res, next) => { res.json(err instanceof Base); };
        """
    others = {"errors.ts": "export class AppError extends Error {}"}
    assert 'err.kinds.includes("AppError")' in edge.after(last_handler, text, others=others)


def test_other_names_of_the_error_lose_their_types(edge: Edge) -> None:
    text = """
        function handle(err: Error, req: Request, res: Response, next: NextFunction) {
          const { errors } = err as ValidationError;
          const error: AppError = err instanceof AppError ? err : new AppError(500);
          res.status(error.status).json(errors.map(({ path }) => path));
        }
        """
    expected = """
        function handle(err: Fault, c: Context) {
          const { errors } = err;
          const error = err.kinds.includes("AppError") ? err : new AppError(500);
          return c.json(errors.map(({ path }: any) => path), error.status as ContentfulStatusCode);
        }
        """
    same(edge.after(last_handler, text), expected)


def test_the_status_that_was_set_before_the_throw_comes_with_the_error(edge: Edge) -> None:
    text = handler("res.status(res.statusCode === 200 ? 500 : 400).end();")
    assert "(err.responseStatus ?? 200) === 200 ? 500 : 400" in edge.after(last_handler, text)


@pytest.mark.parametrize(
    "config",
    [
        "export default { env: process.env.NODE_ENV, port: 3000 };",
        'export default { env: process.env.NODE_ENV || "development" };',
        'import joi from "joi";\nconst { value } = joi.validate(process.env);\nexport default { env: value.NODE_ENV };',
    ],
    ids=["read", "read with a fallback", "validated"],
)
def test_the_environment_is_read_where_configurations_got_it_from(edge: Edge, config: str) -> None:
    text = 'import config from "./config";\n' + handler('res.json(config.env === "test" ? err.stack : null);')
    found = edge.after(last_handler, text, others={"config.ts": config})
    assert 'process.env.NODE_ENV === "test" ? err.stack : null' in found


# ---- the request -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("req.method", "c.req.method"),
        ("req.path", "new URL(c.req.url).pathname"),
        ("req.protocol", "new URL(c.req.url).protocol.slice(0, -1)"),
        ("req.originalUrl", "urlOf(c)"),
        ('req.headers["X-Request-Id"]', 'c.req.header("x-request-id")'),
        ("req.headers.authorization", 'c.req.header("authorization")'),
        ('req.get("Accept")', 'c.req.header("accept")'),
        ("req.query.debug", "c.req.query().debug"),
    ],
)
def test_the_request_is_read_from_the_context(edge: Edge, before: str, after: str) -> None:
    found = edge.after(last_handler, handler(f"res.json({{ at: {before} }});"))
    assert found == ported(f"return c.json({{ at: {after} }});")


def test_what_only_the_log_had_is_left_out(edge: Edge) -> None:
    text = """
        function handle(err, req, res, next) {
          logger.error(err.message, {
            method: req.method,
            user: req.user?.id,
            ip: req.ip,
          });
          console.error(`from ${req.ip}`, req.session);
          res.sendStatus(500);
        }
        """
    expected = """
        function handle(err, c) {
          logger.error(err.message, {
            method: c.req.method,
          });
          console.error(`from `);
          return c.text("Internal Server Error", 500);
        }
        """
    same(edge.after(last_handler, text, "app.js"), expected)


@pytest.mark.parametrize(
    ("statement", "obstacle"),
    [
        ('res.render("error", { err });', "renders a view, and Convex has no engine for views"),
        ("console.error(err);", "never answers"),
        ("res.status(500).json({ user: req.user });", "reads `req.user`"),
        ("track(req); res.sendStatus(500);", "reads `req`"),
        ("res.json({ same: err.constructor === AppError });", "compares the class of the error"),
        ("setTimeout(() => res.sendStatus(500), 1);", "answers from a callback"),
        ('res.cookie("a", 1).sendStatus(500);', "sets a cookie"),
    ],
)
def test_what_the_edge_does_not_know_is_an_obstacle(edge: Edge, statement: str, obstacle: str) -> None:
    assert edge.obstacles(last_handler, handler(statement)) == [obstacle]


LOG = 'import morgan from "morgan";\nmorgan.token("message", (req, res) => res.locals.errorMessage);\n'


@pytest.mark.parametrize("name", [".errorMessage", "['errorMessage']"])
def test_a_message_for_the_request_log_goes_with_the_log(edge: Edge, name: str) -> None:
    text = f"function handle(err, req, res, next) {{\n  res.locals{name} = err.message;\n  res.sendStatus(500);\n}}"
    after = 'function handle(err, c) {\n  return c.text("Internal Server Error", 500);\n}'
    assert edge.after(last_handler, text, "app.js", {"log.js": LOG}) == after


def test_a_message_that_others_read_stays(edge: Edge) -> None:
    others = {"log.js": LOG, "page.js": "export const show = (req, res) => res.locals.errorMessage;"}
    text = handler("res.locals.errorMessage = err.message; res.sendStatus(500);")
    problems = edge.port(last_handler, text, others=others).problems
    assert [problem.text for problem in problems] == ["uses res.locals"]


# ---- not found -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("const none = (req, res) => res.status(404).json({ at: req.path });",
         "const none = (c: Context) => c.json({ at: new URL(c.req.url).pathname }, 404);"),
        ("const none: RequestHandler = (req, res, next) => { next(new NotFound(req.url)); };",
         "const none = (c: Context): never => { throw new NotFound(urlOf(c)); };"),
        ("function none(_req: Request, _res: Response) { throw new NotFound(); }",
         "function none(): never { throw new NotFound(); }"),
        ("async function none(_req: Request, _res: Response, next: NextFunction) { next(new NotFound()); }",
         "async function none(): Promise<never> { throw new NotFound(); }"),
    ],
)  # fmt: skip
def test_not_found_handlers_answer_or_throw(edge: Edge, before: str, after: str) -> None:
    assert edge.after(port_not_found, before) == after


def test_a_status_goes_with_the_error_that_is_handed_on(edge: Edge) -> None:
    text = """
        function none(req, res, next) {
          const error = new Error(`Not Found - ${req.originalUrl}`);
          res.status(404);
          next(error);
        }
        """
    expected = """
        function none(c) {
          const error = new Error(`Not Found - ${urlOf(c)}`);
          throw withStatus(error, 404);
        }
        """
    same(edge.after(port_not_found, text, "app.js"), expected)


# ---- validation ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("const r = s.safeParse(req.body); if (!r.success) return res.status(400).json(r.error); next();",
         "const r = s.safeParse(req.body); if (!r.success) throw new HttpError(400, r.error);"),
        ("if (ok(req.query)) next(); else res.status(422).send();",
         "if (ok(req.query)) return; else throw new HttpError(422);"),
        ("req.query = s.parse(req.query) as unknown as Request[\"query\"]; return next();",
         "req.query = s.parse(req.query);"),
        ("const { body } = req; if (!body.name) return next(new Invalid()); next();",
         "const { body } = req; if (!body.name) throw new Invalid();"),
        ("Object.assign(req, s.parse(req)); next();", "Object.assign(req, s.parse(req));"),
    ],
)  # fmt: skip
def test_checks_throw_what_they_refuse(edge: Edge, before: str, after: str) -> None:
    text = f"function valid(req: Request, res: Response, next: NextFunction): void {{ {before} }}"
    assert " ".join(edge.after(check, text).split()) == f"function valid(req: Input) {{ {after} }}"


@pytest.mark.parametrize(
    ("statement", "obstacle"),
    [
        ("req.validated = s.parse(req.body); next();", "the validation reads more than the input"),
        ("later(next);", "hands `next` on"),
    ],
)
def test_checks_that_do_more_are_refused(edge: Edge, statement: str, obstacle: str) -> None:
    assert obstacle in edge.obstacles(check, f"function valid(req: any, res: any, next: any) {{ {statement} }}")


# ---- http.ts ---------------------------------------------------------------------------------------------------------


def test_the_error_handlers_stand_in_each_other() -> None:
    same(
        error_fallback(["logErrors", "convertErrors", "answerErrors"]).text,
        """
        app.onError((error, c) => {
          const answer = answerOf(error);
          if (answer !== null) return sendAnswer(c, answer);
          return logErrors(
            faultOf(error),
            c,
            (err) => convertErrors(faultOf(err), c, (err) => answerErrors(faultOf(err), c)),
          );
        });
        """,
    )


def test_without_a_handler_express_answers() -> None:
    assert "answer !== null ? sendAnswer(c, answer) : sendFault(c, faultOf(error));" in error_fallback([]).text


def test_functions_that_are_too_long_for_a_line_are_unfolded() -> None:
    name = "x" * 90
    assert unfolded(f'const none = (c) => {{ throw "{name}"; }};') == f'const none = (c) => {{\n  throw "{name}";\n}};'
    assert unfolded(f'const none = (c) => c.text("{name}", 404);') == f'const none = (c) =>\n  c.text("{name}", 404);'
    assert unfolded("const none = (c) => c.end();") == "const none = (c) => c.end();"
