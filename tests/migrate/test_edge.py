"""What Express does around its routes, done by the HTTP edge: errors, unknown paths, malformed bodies, validation.

The expected answers are those that Express gives to the same requests.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from convex_project import Answer, ConvexProject, Json, Request
from harness import CodemodTest, Migrated, dedented

ERRORS = """
    export class AppError extends Error {
      isOperational = true;
      constructor(message: string, public statusCode: number) {
        super(message);
        this.name = "AppError";
      }
    }

    export class NotFoundError extends AppError {
      constructor(what: string) {
        super(`${what} not found`, 404);
      }
    }
    """

ROUTES = """
    app.use(express.json());

    app.get("/items/:id", (req, res) => {
      const { id } = req.params;
      if (id === "0") throw new NotFoundError("Item");
      if (id === "1") throw new AppError("Bad item", 422);
      res.json({ id });
    });

    app.post("/items", (req, res) => {
      const { name } = req.body;
      res.status(201).json({ name: name ?? null });
    });
    """


def app(after: str, before: str = ROUTES, imports: str = "") -> dict[str, str]:
    """An application with two routes; `after` is what stands behind them."""
    head = 'import express, { NextFunction, Request, Response } from "express";\n'
    errors = 'import { AppError, NotFoundError } from "./errors";\n'
    parts = (head, errors, imports, "const app = express();\n", before, after, "export default app;\n")
    return {"src/app.ts": "\n".join(dedented(part) for part in parts), "src/errors.ts": ERRORS}


def asked(method: str, url: str, body: Json = None) -> Request:
    kind = {"content-type": "application/json"} if isinstance(body, str) else {}
    return Request(method, url, body, kind)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Served:
    """A migrated application that answers."""

    migrated: Migrated
    project: ConvexProject

    @property
    def http(self) -> str:
        return self.migrated.convex["convex/http.ts"]

    def answers(self, *requests: Request) -> list[Answer]:
        return self.project.serve(requests)

    def said(self, *requests: Request) -> list[tuple[int, Json]]:
        return [(answer.status, answer.body) for answer in self.answers(*requests)]


class Server:
    def __init__(self, codemod: CodemodTest) -> None:
        self._codemod = codemod

    def serve(self, files: dict[str, str]) -> Served:
        """Migrates, and checks that the result has no type errors."""
        migrated = self._codemod.migrate(files)
        project = ConvexProject(migrated.root)
        assert project.codegen() == []
        assert project.tsc() == []
        lines = migrated.convex["convex/http.ts"].splitlines()
        assert [line for line in lines if len(line) > 100 and "TODO(convexify" not in line] == []
        return Served(migrated, project)


@pytest.fixture
def server(codemod: CodemodTest) -> Server:
    return Server(codemod)


# ---- without handlers --------------------------------------------------------------------------------------------


def test_without_handlers_the_answers_are_those_of_express(server: Server) -> None:
    served = server.serve(app(""))
    answers = served.answers(
        asked("GET", "/items/0"),
        asked("GET", "/items/1"),
        asked("POST", "/items", '{"name":'),
        asked("POST", "/items", '"text"'),
        asked("GET", "/nowhere"),
    )
    assert [answer.status for answer in answers] == [404, 422, 400, 400, 404]
    assert answers[1].headers["content-type"].startswith("text/html")
    assert answers[1].text == "<pre>Unprocessable Entity</pre>"


def test_bodies_that_are_no_objects_are_read_like_objects_without_fields(server: Server) -> None:
    served = server.serve(app(""))
    assert served.said(
        asked("POST", "/items", [1]), asked("POST", "/items"), asked("POST", "/items", {"name": "a"})
    ) == [(201, {"name": None}), (201, {"name": None}), (201, {"name": "a"})]


# ---- error handlers ----------------------------------------------------------------------------------------------

CHAIN = """
    function logErrors(err: Error, req: Request, res: Response, next: NextFunction) {
      console.error(err.stack, { url: req.url, user: req.ip });
      next(err);
    }

    const convertErrors: express.ErrorRequestHandler = (err, req, res, next) => {
      let error = err;
      if (!(error instanceof AppError)) error = new AppError(err.message, err.status || 500);
      next(error);
    };

    const answerErrors: express.ErrorRequestHandler = (err, req, res, next) => {
      let { statusCode, message } = err;
      if (process.env.NODE_ENV === "production" && !err.isOperational) message = "Internal";
      res.status(statusCode).send({ code: statusCode, message, kind: err.constructor.name });
    };

    app.all("*", (req, res, next) => {
      next(new NotFoundError(`${req.method} ${req.originalUrl}`));
    });
    app.use(logErrors, convertErrors);
    app.use(answerErrors);
    """


def test_error_handlers_run_in_their_order(server: Server) -> None:
    served = server.serve(app(CHAIN))
    assert "logErrors(" in served.http
    assert served.said(
        asked("GET", "/items/0"),
        asked("GET", "/items/1"),
        asked("GET", "/items/7"),
        asked("POST", "/items", "{"),
        asked("GET", "/nowhere?x=1"),
    ) == [
        (404, {"code": 404, "message": "Item not found", "kind": "NotFoundError"}),
        (422, {"code": 422, "message": "Bad item", "kind": "AppError"}),
        (200, {"id": "7"}),
        (400, {"code": 400, "message": "Expected property name or '}' in JSON at position 1", "kind": "AppError"}),
        (404, {"code": 404, "message": "GET /nowhere?x=1 not found", "kind": "NotFoundError"}),
    ]
    for name in ("logErrors", "convertErrors", "answerErrors", "ALL /*"):
        assert served.migrated.outcome(name) == "migrated"


SENDERS = """
    const sendToDevelopers = (err: any, res: Response) => {
      res.status(err.statusCode).json({ status: err.status, error: err, stack: err.stack });
    };

    const sendToUsers = (err: any, res: Response) => {
      if (err.isOperational) {
        res.status(err.statusCode).json({ status: err.status, message: err.message, own: Object.keys(err) });
      } else {
        res.status(500).json({ status: "error", message: "Something went wrong" });
      }
    };

    function handleErrors(err: any, req: Request, res: Response, next: NextFunction) {
      err.statusCode = err.statusCode || 500;
      err.status = err.status || "fail";
      if (process.env.NODE_ENV === "development") {
        sendToDevelopers(err, res);
      } else {
        let error = { ...err };
        error.message = err.message;
        if (error.name === "CastError") error = new AppError("Invalid", 400);
        sendToUsers(error, res);
      }
    }

    app.use(handleErrors);
    """


def test_functions_that_answer_for_a_handler_come_along(server: Server) -> None:
    served = server.serve(app(SENDERS))
    found, broken = served.said(asked("GET", "/items/0"), asked("POST", "/items", "{"))
    own = ["isOperational", "message", "name", "status", "statusCode"]
    assert isinstance(found[1], dict)
    assert isinstance(found[1]["own"], list)
    assert (found[0], found[1]["message"], sorted(map(str, found[1]["own"]))) == (404, "Item not found", own)
    assert broken == (500, {"status": "error", "message": "Something went wrong"})


STATUS = """
    const notFound = (req: Request, res: Response, next: NextFunction) => {
      const error = new Error(`Not Found - ${req.originalUrl}`);
      res.status(404);
      next(error);
    };

    const errorHandler = (err: Error, req: Request, res: Response, next: NextFunction) => {
      const statusCode = res.statusCode === 200 ? 500 : res.statusCode;
      res.status(statusCode);
      res.json({ message: err.message, stack: process.env.NODE_ENV === "production" ? null : err.stack });
    };

    app.use(notFound);
    app.use(errorHandler);
    """


def test_the_status_of_the_response_comes_with_the_error(server: Server) -> None:
    served = server.serve(app(STATUS))
    assert served.said(asked("GET", "/nowhere"), asked("GET", "/items/0")) == [
        (404, {"message": "Not Found - /nowhere", "stack": None}),
        (500, {"message": "Item not found", "stack": None}),
    ]


FACTORY = """
    const errorHandler = (): express.ErrorRequestHandler => {
      return (err, req, res, next) => {
        if (err instanceof NotFoundError) {
          return res.status(404).json({ error: err.message });
        }
        next(err);
      };
    };

    app.use("/api", (req: Request, res: Response) => res.status(404).json({ error: "no such part of the API" }));
    app.use((_req, res) => {
      res.status(404).send("Not here");
    });
    app.use(errorHandler());
    """


def test_what_no_handler_answers_is_answered_as_by_express(server: Server) -> None:
    served = server.serve(app(FACTORY))
    assert served.said(
        asked("GET", "/items/0"), asked("GET", "/items/1"), asked("GET", "/api/x"), asked("GET", "/nowhere")
    ) == [
        (404, {"error": "Item not found"}),
        (422, "<pre>Unprocessable Entity</pre>"),
        (404, {"error": "no such part of the API"}),
        (404, "Not here"),
    ]


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (
            "(err: any, req: Request, res: Response, next: any) => { res.render('error'); }",
            "renders a view, and Convex has no engine for views",
        ),
        ("(err: any, req: Request, res: Response, next: any) => { console.error(err); }", "never answers"),
        ("errorHandler()", "`errorHandler()` cannot be read"),
    ],
)
def test_if_one_handler_stays_behind_all_do(codemod: CodemodTest, handler: str, reason: str) -> None:
    text = """
        function logErrors(err: Error, req: Request, res: Response, next: NextFunction) {
          console.error(err);
          next(err);
        }
        app.use(logErrors);
        """
    after = f"{dedented(text)}\napp.use({handler});"
    migrated = codemod.migrate(app(after, imports='import { errorHandler } from "nowhere";'))
    http = migrated.convex["convex/http.ts"]
    assert f"// TODO(convexify CX701): the error handler {reason} (src/app.ts:" in http
    assert "sendFault(c, faultOf(error))" in http
    assert "logErrors" not in http
    assert (migrated.outcome("GET /items/:id") == "migrated") == ("renders" in reason)
    assert migrated.outcome("logErrors").startswith(f"needs-review CX701 {reason} (src/app.ts:")


def test_handlers_of_one_router_are_left_to_their_owner(codemod: CodemodTest) -> None:
    text = """
        const router = express.Router();
        router.get("/a", (req, res) => {
          res.json({ a: 1 });
        });
        router.use(function routerErrors(err: any, req: Request, res: Response, next: any) {
          res.status(500).json({ error: "router" });
        });
        app.use("/router", router);
        """
    migrated = codemod.migrate(app(text))
    reason = "needs-review CX701 `inline function` serves one router alone (src/app.ts:"
    assert migrated.outcome("inline function").startswith(reason)
    refused = "needs-review CX701 hands its errors to `inline function`, which serves one router alone (src/app.ts:"
    assert migrated.outcome("GET /router/a").startswith(refused)


# ---- scripts -----------------------------------------------------------------------------------------------------


def test_http_js_says_what_the_application_is(codemod: CodemodTest) -> None:
    files = {
        "src/app.js": """
            const express = require("express");
            const app = express();
            app.get("/a", (req, res) => {
              res.json({ a: 1 });
            });
            app.use(require("./handle"));
            """,
        "src/handle.js": """
            module.exports = function handle(err, req, res, next) {
              res.status(500).json({ error: err.message });
            };
            """,
    }
    migrated = codemod.migrate(files)
    http = migrated.convex["convex/http.js"]
    assert ' * @type {import("convex-helpers/server/hono").HonoWithConvex<\n' in http
    assert migrated.outcome('require("./handle")') == "migrated"


# ---- paths -------------------------------------------------------------------------------------------------------

PATHS = """
    app.get("/users/:id", (req, res) => {
      res.json({ id: req.params.id });
    });
    app.get("/numbers/:id(\\\\d+)", (req, res) => {
      res.json({ id: req.params.id });
    });
    app.get("/files/:name.json", (req, res) => {
      res.json({ name: req.params.name });
    });
    app.get("/range/:from-:to", (req, res) => {
      res.json({ from: req.params.from });
    });
    app.all("/any", (req, res) => {
      res.json({ method: req.method });
    });
    app.get("/any/below", (req, res) => {
      res.json({ below: true });
    });
    """


def test_paths_mean_what_they_meant(server: Server) -> None:
    served = server.serve(app("", before=PATHS))
    assert served.said(
        asked("GET", "/users/a%20b"),
        asked("GET", "/users/a%2Fb/"),
        asked("GET", "/numbers/12"),
        asked("GET", "/any/below"),
        asked("PUT", "/any"),
    ) == [
        (200, {"id": "a b"}),
        (200, {"id": "a/b"}),
        (200, {"id": "12"}),
        (200, {"below": True}),
        (200, {"method": "PUT"}),
    ]
    assert served.answers(asked("GET", "/numbers/x"))[0].status == 404
    for path in ("/files/:name.json", "/range/:from-:to"):
        assert served.migrated.outcome(f"GET {path}").startswith(f"needs-review CX102 the path `{path}` is a pattern")
    refused = (501, {"error": "Not migrated", "code": "CX102"})
    assert served.said(asked("GET", "/files/a.json"), asked("GET", "/range/1-2")) == [refused, refused]


REFUSED_BEFORE_ALL = """
    app.get("/files/:name.json", (req, res) => { res.json({ name: req.params.name }); });
    app.get(/^\\/item-(\\d+)$/, (req, res) => { res.json({ item: req.params[0] }); });
    app.head("/probe", (req, res) => { res.status(204).end(); });
    app.all("*", (req, res) => { res.status(404).json({ lost: true }); });
    """


def test_no_other_route_answers_for_a_refused_one(server: Server) -> None:
    served = server.serve(app("", before=REFUSED_BEFORE_ALL))
    refused = [asked("GET", "/files/a.json"), asked("GET", "/item-1"), asked("HEAD", "/probe")]
    others = [asked("GET", "/files/a.txt"), asked("GET", "/item-x"), asked("GET", "/probe")]
    assert [answer.status for answer in served.answers(*refused, *others)] == [501] * 3 + [404] * 3
    assert served.said(*others) == [(404, {"lost": True})] * 3


def test_an_endpoint_that_is_registered_as_middleware_is_not_forgotten(server: Server) -> None:
    """It stays behind, and nothing else answers for it."""
    before = """
        app.use("/health", (req, res) => { res.json({ ok: true }); });
        app.get("/items", (req, res) => { res.json([]); });
        """
    served = server.serve(app("app.use((req, res) => { res.status(404).json({}); });", before=before))
    requests = (
        asked("GET", "/health"),
        asked("POST", "/health/deep"),
        asked("GET", "/items"),
        asked("GET", "/healthy"),
    )
    assert [answer.status for answer in served.answers(*requests)] == [501, 501, 200, 404]


MISSING = {
    "of the application": ("app.use(lost);", {"/nowhere": 501, "/api/nowhere": 501}),
    "of a path": ('app.use("/api", lost);', {"/nowhere": 404, "/api/nowhere": 501}),
    "of a router": ('const api = express.Router();\napi.use(lost);\napp.use("/api", api);', {"/api/nowhere": 501}),
    "never there": ('if (process.env.NODE_ENV === "test") app.use(lost);', {"/nowhere": 404}),
}


@pytest.mark.parametrize(("registration", "statuses"), MISSING.values(), ids=MISSING)
def test_nothing_else_answers_for_a_404_that_stays_behind(
    server: Server, registration: str, statuses: dict[str, int]
) -> None:
    lost = "const lost = (req: Request, res: Response) => { res.status(404).render('lost'); };"
    served = server.serve(app(f"{lost}\n{registration}", before='app.get("/items", (req, res) => { res.json([]); });'))
    answers = served.answers(asked("GET", "/items"), *(asked("GET", path) for path in statuses))
    assert [answer.status for answer in answers] == [200, *statuses.values()]


# ---- validation --------------------------------------------------------------------------------------------------

ROUTER = """
    import { Router } from "express";
    import { z } from "zod";
    import { NAMES } from "./validate";

    const itemSchema = z.object({ name: z.string().min(2), price: z.number().default(1) });
    const idSchema = z.object({ id: z.string().regex(/^[0-9]+$/) });
    export const router = Router();

    router.post("/items", BODY, (req, res) => {
      res.status(201).json({ name: req.body.name, price: req.body.price });
    });
    router.get("/items/:id", PARAMS, (req, res) => {
      res.json({ id: req.params.id });
    });
    """

TYPES = 'import { NextFunction, Request, RequestHandler, Response } from "express";'

SHAPES = {
    "behind": (
        'validate(itemSchema, "body")',
        'validate(idSchema, "params")',
        """
        type Part = "body" | "params";
        export const validate = (schema: ZodSchema, part: Part = "body") =>
          (req: Request, res: Response, next: NextFunction) => {
            const result = schema.safeParse(req[part]);
            if (!result.success) {
              return res.status(400).json({ error: "invalid" });
            }
            req[part] = result.data;
            next();
          };
        """,
    ),
    "front": (
        'validate("body", itemSchema)',
        'validate("params", idSchema)',
        """
        export function validate(part: "body" | "params", schema: ZodSchema): RequestHandler {
          return async (req, res, next) => {
            try {
              req[part] = await schema.parseAsync(req[part]);
              next();
            } catch (error) {
              res.status(400).json({ error: error instanceof ZodError ? "invalid" : "broken" });
            }
          };
        }
        """,
    ),
    "keys": (
        "validate({ body: itemSchema })",
        "validate({ params: idSchema })",
        """
        type Schemas = { body?: ZodSchema; params?: ZodSchema };
        export const validate = (schemas: Schemas): RequestHandler => (req, res, next) => {
          try {
            if (schemas.body) req.body = schemas.body.parse(req.body);
            if (schemas.params) req.params = schemas.params.parse(req.params);
            next();
          } catch {
            res.status(400).json({ error: "invalid" });
          }
        };
        """,
    ),
    "around": (
        "validateBody(itemSchema)",
        "validateParams(idSchema)",
        """
        const validate = ({ body, params }: { body?: ZodSchema; params?: ZodSchema }) => {
          return async (req: Request, res: Response, next: NextFunction) => {
            try {
              if (body) req.body = await body.parseAsync(req.body);
              if (params) req.params = (await params.parseAsync(req.params)) as any;
              next();
            } catch (error) {
              res.status(400).json({ error: "invalid" });
            }
          };
        };
        export const validateBody = (schema: ZodSchema) => {
          return validate({ body: schema });
        };
        export const validateParams = (schema: ZodSchema) => validate({ params: schema });
        """,
    ),
    "envelope": (
        "validate(z.object({ body: itemSchema }))",
        "validate(z.object({ params: idSchema }))",
        """
        export const validate = (schema: AnyZodObject) => async (req: Request, res: Response, next: NextFunction) => {
          const parsed = await schema.safeParseAsync({ body: req.body, query: req.query, params: req.params });
          if (parsed.success) {
            Object.assign(req, parsed.data);
            next();
          } else {
            res.status(400).json({ error: "invalid" });
          }
        };
        """,
    ),
    "static": (
        "Validator.body(itemSchema)",
        "Validator.params(idSchema)",
        """
        export class Validator {
          static body(schema: ZodSchema) {
            return (req: Request, res: Response, next: NextFunction): void => {
              const { success, data } = schema.safeParse(req.body);
              if (!success) {
                res.status(400).json({ error: "invalid" });
                return;
              }
              req.body = data;
              next();
            };
          }
          static params(schema: ZodSchema) {
            return (req: Request, res: Response, next: NextFunction): void => {
              if (!schema.safeParse(req.params).success) {
                res.status(400).json({ error: "invalid" });
                return;
              }
              next();
            };
          }
        }
        """,
    ),
    "direct": (
        "validateItem",
        "validateId",
        """
        const itemSchema = z.object({ name: z.string().min(2), price: z.number().default(1) });
        export const validateItem: RequestHandler = (req, res, next) => {
          const result = itemSchema.safeParse(req.body);
          if (!result.success) {
            res.status(400).json({ error: "invalid" });
            return;
          }
          req.body = result.data;
          next();
        };
        export function validateId(req: Request, res: Response, next: NextFunction) {
          if (!/^[0-9]+$/.test(req.params.id)) return res.status(400).json({ error: "invalid" });
          return next();
        }
        """,
    ),
}


def routed(shape: str) -> dict[str, str]:
    """A router below the name of the shape, and the file with its validation."""
    body, params, text = SHAPES[shape]
    names = ", ".join(sorted({call.partition("(")[0].partition(".")[0] for call in (body, params)}))
    zod = 'import { AnyZodObject, ZodError, ZodSchema, z } from "zod";\n'
    return {
        f"src/{shape}/routes.ts": ROUTER.replace("NAMES", names).replace("BODY", body).replace("PARAMS", params),
        f"src/{shape}/validate.ts": f"{TYPES}\n{zod}{dedented(text)}",
    }


@pytest.fixture(scope="module")
def validating(tmp_path_factory: pytest.TempPathFactory) -> Served:
    """One application with a router for every shape of validation."""
    mounts = "\n".join(f'app.use("/{shape}", {shape});' for shape in SHAPES)
    imports = "\n".join(f'import {{ router as {shape} }} from "./{shape}/routes";' for shape in SHAPES)
    files = app(mounts, "app.use(express.json());", imports)
    for shape in SHAPES:
        files |= routed(shape)
    return Server(CodemodTest(tmp_path_factory.mktemp("validating"))).serve(files)


@pytest.fixture(scope="module")
def validated(validating: Served) -> dict[str, list[tuple[int, Json]]]:
    """What the routers answer to good and bad requests."""
    requests = [
        request
        for shape in SHAPES
        for request in (
            asked("POST", f"/{shape}/items", {"name": "ab"}),
            asked("GET", f"/{shape}/items/12"),
            asked("POST", f"/{shape}/items", {"name": "a"}),
            asked("POST", f"/{shape}/items", {"name": "ab", "price": "1"}),
            asked("POST", f"/{shape}/items", [1]),
            asked("GET", f"/{shape}/items/x"),
        )
    ]
    said = validating.said(*requests)
    return {shape: said[6 * number : 6 * number + 6] for number, shape in enumerate(SHAPES)}


@pytest.mark.parametrize("shape", SHAPES)
def test_validation_refuses_what_it_refused(
    validating: Served, validated: dict[str, list[tuple[int, Json]]], shape: str
) -> None:
    assert validating.migrated.outcome(f"POST /{shape}/items") == "migrated"
    *passed, invalid1, invalid2, invalid3, invalid4 = validated[shape]
    assert passed == [(201, {"name": "ab", "price": 1}), (200, {"id": "12"})]
    assert [invalid1, invalid2, invalid3, invalid4] == [(400, {"error": "invalid"})] * 4


MORE = {
    "stores": ("(req as any).validated = schema.parse(req.body); next();", "req.validated", 500),
    "converts": ("req.body = { ...schema.parse(req.body), extra: true }; next();", "req.body", 500),
    "answers": ("if (!schema.safeParse(req.body).success) return res.json({ error: 1 }); next();", "req.body", 200),
}


@pytest.mark.parametrize("name", MORE)
def test_validation_that_does_more_runs_as_middleware(server: Server, name: str) -> None:
    middleware, read, refused = MORE[name]
    served = server.serve(checked_app(name, middleware, f"(req: any, res) => {{ res.json({{ a: {read}.a }}); }}"))
    assert served.migrated.outcome("POST /items") == "migrated"
    assert served.said(asked("POST", "/items", {"a": "b"})) == [(200, {"a": "b"})]
    [answer] = served.answers(asked("POST", "/items", {"a": 1}))
    assert answer.status == refused


@pytest.mark.parametrize("schema", ["z.object({ a: z.coerce.date() })", "made()"])
def test_validation_whose_result_may_not_cross_keeps_its_routes(codemod: CodemodTest, schema: str) -> None:
    files = checked_app("stores", MORE["stores"][0], "(req: any, res) => { res.json(req.validated); }", schema)
    assert codemod.migrate(files).outcome("POST /items").startswith("needs-review CX40")


def checked_app(
    name: str, middleware: str, handler: str, schema: str = "z.object({ a: z.string() })"
) -> dict[str, str]:
    given = "(schema: ZodSchema) => (req: Request, res: Response, next: NextFunction)"
    text = f"export const {name} = {given} => {{ {middleware} }};"
    route = f'app.post("/items", {name}({schema}), {handler});'
    imports = f'import {{ z }} from "zod";\nimport {{ made }} from "./made";\nimport {{ {name} }} from "./check";'
    files = app("", route, imports)
    files["src/check.ts"] = f'{TYPES}\nimport {{ ZodSchema }} from "zod";\n{text}\n'
    files["src/made.ts"] = (
        'import { z } from "zod";\nexport function made() { return [z.object({ a: z.any() })][0]; }\n'
    )
    return files
