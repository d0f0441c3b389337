"""What error handlers do beside answering: functions that look at the error, logs, `next()`, answers given twice."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from harness import CodemodTest
from middleware_app import app, served
from side_by_side import compare

ERRORS = """
    import type { Request } from "express";

    export class AppError extends Error {
      isOperational = true;
      constructor(message: string, public status: number) {
        super(message);
      }
    }

    export class Limited extends Error {}

    export const logError = (err: AppError | Error, req: Request): void => {
      const info = { message: err.message, url: req.url, agent: req.get("User-Agent") };
      if (err instanceof AppError && err.isOperational) console.warn("Operational", info);
      else console.error("Unknown", info);
    };

    export const described = (err: any): { status: number; messages: string[] } => {
      if (err instanceof AppError) return { status: err.status, messages: [err.message] };
      if (isLimited(err)) return { status: 416, messages: err.message.split(" ").filter((word) => word !== "of") };
      return { status: 500, messages: [] };
    };

    function isLimited(error: Error) {
      return error instanceof Limited;
    }
    """
APP = """
    import express, { ErrorRequestHandler } from "express";
    import { AppError, Limited, described, logError } from "./errors";

    const app = express();
    app.use(express.json());
    app.get("/api/items/:id", (req, res) => {
      if (req.params.id === "0") throw new AppError("No item", 401);
      if (req.params.id === "1") throw new Limited("out of range");
      if (req.params.id === "2") throw new Error("unknown");
      res.json({ id: req.params.id });
    });
    app.get("/pages", () => {
      throw new Error("no page");
    });

    const handleErrors: ErrorRequestHandler = (err, req, res, next) => {
      if (!req.path.startsWith("/api")) {
        next();
        return;
      }
      logError(err, req);
      const { status, messages } = described(err);
      if (status === 401) {
        res.status(status).json({ refused: true });
      }
      res.status(status).json({ status, messages });
      return;
    };
    app.use(handleErrors);
    app.listen(Number(process.env.PORT));
    """


def test_error_handlers_answer_as_on_express(tmp_path: Path) -> None:
    urls = [*(f"/api/items/{number}" for number in range(4)), "/pages"]
    files = {"src/app.ts": dedent(APP), "src/errors.ts": dedent(ERRORS)}
    result = compare(tmp_path, files, "\n\n".join(f"###\nGET http://localhost{url}" for url in urls))
    assert result.differences == []
    assert result.note == "5 of 5 answers are the same"


DATA = """
    import express from "express";

    class Refused extends Error {
      status: number;
      data?: Record<string, unknown>;
      constructor(status: number, message: string, data?: Record<string, unknown>) {
        super(message);
        this.status = status;
        if (data) this.data = data;
      }
    }

    const app = express();
    app.get("/full", () => {
      throw new Refused(409, "full", { free: 0 });
    });
    app.get("/gone", () => {
      throw new Refused(410, "gone");
    });
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(err.status || 500).json({ message: err.message, ...(err.data ? err.data : {}) });
    });
    app.listen(Number(process.env.PORT));
    """


def test_errors_may_have_a_field_of_the_name_that_convex_uses(tmp_path: Path) -> None:
    asked = "\n\n".join(f"###\nGET http://localhost/{path}" for path in ("full", "gone"))
    result = compare(tmp_path, {"src/app.ts": dedent(DATA)}, asked)
    assert result.differences == []
    assert result.note == "2 of 2 answers are the same"


def test_code_that_reads_such_a_field_of_what_it_caught_stays(codemod: CodemodTest) -> None:
    routes = """
        class Refused extends Error {
          constructor(message: string, public readonly data: object) {
            super(message);
          }
          get count() {
            return Object.keys(this.data).length;
          }
        }
        function check() {
          throw new Refused("no", {});
        }
        app.get("/a", (req, res) => {
          try { res.json(check()); } catch (error: any) { res.status(409).json(error.data); }
        });
        app.get("/b", (req, res) => res.json(check()));
        """
    migrated = codemod.migrate(app(routes))
    served(migrated)
    assert "reads `error.data` of an error" in migrated.outcome("GET /a")
    written = "".join(migrated.convex.values())
    assert "public readonly ownData: object" in written and "Object.keys(this.ownData)" in written


def test_functions_that_look_at_the_class_of_an_error_get_the_fault_that_it_became(codemod: CodemodTest) -> None:
    routes = """
        import { described, logError } from "./errors";
        app.get("/a", (req, res) => res.json(1));
        app.use((err: any, req: Request, res: Response, next: NextFunction) => {
          logError(err, req);
          const { status, messages } = described(err);
          res.status(status).json({ messages });
        });
        """
    migrated = codemod.migrate(app(routes, errors=ERRORS))
    served(migrated)
    written = "".join(migrated.convex.values())
    assert 'if (err.kinds.includes("AppError")) return' in written
    assert 'return error.kinds.includes("Limited");' in written
    assert "console.error(err);" in written and "logError" not in written


def test_a_function_cannot_get_errors_and_faults(codemod: CodemodTest) -> None:
    routes = """
        import { described } from "./errors";
        app.get("/a", (req, res) => res.json(described(new Error("a"))));
        app.get("/b", (req, res) => res.json(1));
        app.use((err: any, req: Request, res: Response, next: NextFunction) => {
          res.status(500).json(described(err));
        });
        """
    migrated = codemod.migrate(app(routes, errors=ERRORS))
    assert "calls `described`, to which middleware hands what it gets" in migrated.outcome("GET /a")
    assert migrated.outcome("GET /b") == "migrated"


LEFT = {
    "it may be asked for more": "res.status(500).json({ seen: globalThis.seen });",
    "it goes on to what stands behind it": "next();",
}


@pytest.mark.parametrize("statement", LEFT.values(), ids=LEFT)
def test_routes_stay_behind_with_the_handler_of_their_errors(codemod: CodemodTest, statement: str) -> None:
    routes = f"""
        app.get("/a", (req, res) => res.json(1));
        app.use((err: any, req: Request, res: Response, next: NextFunction) => {{
          {statement}
        }});
        app.use("/late", (req, res) => res.json("late"));
        """
    migrated = codemod.migrate(app(routes))
    assert migrated.outcome("GET /a").startswith("needs-review CX701 hands its errors to a handler that stays behind: ")


TWICE = """
    import express from "express";

    const app = express();
    app.get("/users/:id", (req, res) => {
      if (req.params.id === "0") res.status(404).json({ error: "no user" });
      res.json({ id: req.params.id });
    });
    app.listen(Number(process.env.PORT));
    """


def test_the_first_answer_is_the_one_that_is_sent(tmp_path: Path) -> None:
    urls = ["/users/0", "/users/1"]
    requests = "\n\n".join(f"###\nGET http://localhost{url}" for url in urls)
    result = compare(tmp_path, {"src/app.ts": dedent(TWICE)}, requests)
    assert result.differences == []
    assert result.note == "2 of 2 answers are the same"


COOKIES = """
    import { Response } from "express";

    const common = { sameSite: "strict", httpOnly: true } as const;

    const path = "/refresh";

    export const clearSession = (res: Response) => res.clearCookie("access").clearCookie("refresh", { path });

    export function startSession(res: Response, id: string): void {
      res.cookie("access", id, { ...common, maxAge: 900_000 });
      res.set("X-Session", "started");
    }
    """
WITH_COOKIES = """
    import express, { ErrorRequestHandler } from "express";
    import { clearSession, startSession } from "./cookies";

    const app = express();
    app.use((req, res, next) => {
      res.cookie("seen", req.path).set("X-Seen", "yes");
      if (req.query.session) startSession(res, String(req.query.session));
      next();
    });
    app.get("/items/:id", (req, res) => {
      if (req.params.id === "0") throw new Error("No item");
      res.json({ id: req.params.id });
    });
    app.post("/session", (req, res) => {
      startSession(res, "7");
      res.status(201).json({ started: true });
    });
    const handleErrors: ErrorRequestHandler = (err, req, res, next) => {
      if (req.path.startsWith("/items")) {
        clearSession(res);
        res.set("X-Cleared", "items");
      }
      res.status(500).json({ message: err.message });
    };
    app.use(handleErrors);
    app.listen(Number(process.env.PORT));
    """


def test_functions_set_cookies_for_middleware_error_handlers_and_handlers(tmp_path: Path) -> None:
    urls = ["/items/1", "/items/0", "/items/1?session=5", "/items/0?session=5"]
    files = {"src/app.ts": dedent(WITH_COOKIES), "src/cookies.ts": dedent(COOKIES)}
    requests = [*(f"GET http://localhost{url}" for url in urls), "POST http://localhost/session"]
    result = compare(tmp_path, files, "\n\n".join(f"###\n{each}" for each in requests))
    assert result.differences == []
    assert result.note == "5 of 5 answers are the same"


def test_cookies_are_set_on_the_context_by_the_methods_of_the_response(codemod: CodemodTest) -> None:
    routes = """
        import { clearSession } from "./cookies";
        app.get("/a", (req, res) => res.json(1));
        app.use((err: any, req: Request, res: Response, next: NextFunction) => {
          clearSession(res);
          res.status(500).json({ message: err.message });
        });
        """
    migrated = codemod.migrate(app(routes, cookies=COOKIES))
    served(migrated)
    written = "".join(migrated.convex.values())
    assert "setOn(c, (res) => clearSession(res));" in written
    assert "(res: ResponseBuilder) => res.clearCookie(" in written


@pytest.mark.parametrize(
    "body",
    [
        'res.type("xml");',
        'res.set("Content-Type", "text/xml");',
        "res.status(404);",
        'res.append("Vary", "Origin");',
        "res.set(JSON.parse(res.req.body));",
    ],
)
def test_what_decides_about_the_answer_is_not_set_by_another_function(codemod: CodemodTest, body: str) -> None:
    routes = f"""
        const prepare = (res: Response) => {{ {body} }};
        app.get("/a", (req, res) => res.json(1));
        app.use((err: any, req: Request, res: Response, next: NextFunction) => {{
          prepare(res);
          res.json({{ message: err.message }});
        }});
        """
    migrated = codemod.migrate(app(routes))
    assert migrated.outcome("GET /a").startswith("needs-review CX701 hands its errors to a handler that stays behind: ")
