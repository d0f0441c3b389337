"""Other names of the request and the response, and methods of errors that only give a field out."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from express_app import function_in
from harness import CodemodTest
from middleware_app import app, served
from side_by_side import compare

AUTH = """
    export interface AuthRequest extends Request { tenant?: string }
    export type AuthResponse = Response<any, { user: { name: string } }>;

    export const identify = (req: Request, res: AuthResponse, next: NextFunction) => {
      (req as AuthRequest).tenant = req.get("x-tenant") ?? "none";
      res.locals.user = { name: req.get("x-user") ?? "nobody" };
      next();
    };
    """


def test_casts_that_give_the_request_and_the_response_other_names_go(codemod: CodemodTest) -> None:
    routes = """
        import { AuthRequest, AuthResponse, identify } from "./identify";
        app.use(identify);
        app.post("/notes/:id", (req, res) => {
          const authRequest = req as AuthRequest;
          const authResponse = res as AuthResponse;
          const { name } = authResponse.locals.user;
          res.json({ id: authRequest.params.id, text: authRequest.body.text, tenant: authRequest.tenant, name });
        });
        """
    migrated = codemod.migrate(app(routes, identify=AUTH))
    assert migrated.outcome("POST /notes/:id") == "migrated"
    handler = function_in(migrated.convex["convex/app.ts"], "createNote")
    assert "authRe" not in handler
    assert "const { name } = args.user;" in handler
    assert "id: args.id, text: args.text, tenant: args.tenant, name" in handler
    served(migrated)


KEPT = {
    "one that changes": "let other = req as AuthRequest; other = req; res.json(other.body.a);",
    "a response that answers": "const other = res as AuthResponse; other.json(1);",
    "a response that is handed on": "const other = res as AuthResponse; console.log(other); res.json(1);",
}


@pytest.mark.parametrize("body", KEPT.values(), ids=KEPT)
def test_names_that_stand_for_more_are_left_to_their_owner(codemod: CodemodTest, body: str) -> None:
    routes = f"""
        import {{ AuthRequest, AuthResponse }} from "./identify";
        app.post("/notes", (req, res) => {{ {body} }});
        """
    assert codemod.migrate(app(routes, identify=AUTH)).outcome("POST /notes").startswith("needs-review CX20")


APP = """
    import express, { ErrorRequestHandler, NextFunction, Request, Response } from "express";
    import { z } from "zod";

    class AppError extends Error {
      constructor(private readonly code: string, message: string) {
        super(message);
      }

      getCode() {
        return this.code;
      }
    }

    const validateQuery = (schema: z.Schema) => (req: Request, res: Response, next: NextFunction) => {
      try {
        res.locals.query = schema.parse(req.query);
        next();
      } catch (error) {
        next(error);
      }
    };

    const app = express();
    app.use(express.json());
    app.get("/items", validateQuery(z.object({ page: z.coerce.number().default(1) })), (req, res) => {
      const query = res.locals.query as { page: number };
      if (query.page === 7) throw new AppError("NoSuchPage", "no page 7");
      res.json({ next: query.page + 1 });
    });

    const handleErrors: ErrorRequestHandler = (err, req, res, next) => {
      if (err instanceof z.ZodError) {
        res.status(400).json({ issues: err.issues.length });
        return;
      }
      if (err instanceof AppError && err.getCode() === "NoSuchPage") {
        res.status(404).json({ code: err.getCode() });
        return;
      }
      res.status(500).json({ error: "unknown" });
    };
    app.use(handleErrors);
    app.listen(Number(process.env.PORT));
    """


def test_what_validation_hands_on_and_methods_of_errors_are_as_on_express(tmp_path: Path) -> None:
    urls = ["/items", "/items?page=2", "/items?page=7", "/items?page=x"]
    requests = "\n\n".join(f"###\nGET http://localhost{url}" for url in urls)
    result = compare(tmp_path, {"src/app.ts": dedent(APP)}, requests)
    assert result.differences == []
    assert result.note == "4 of 4 answers are the same"


COOKIES = """
    import cookieParser from "cookie-parser";
    import express from "express";

    const app = express();
    app.use(cookieParser());
    app.use((req, res, next) => {
      const token = req.cookies && req.cookies.token;
      if (!req.cookies || !token) {
        return res.status(401).json({ error: "Token?" });
      }
      next();
    });
    app.get("/me", (req, res) => {
      const agent = req.headers && req.headers["x-agent"];
      res.json({ theme: (req.cookies && req.cookies.theme) || "light", agent: agent ?? null });
    });
    app.listen(Number(process.env.PORT));
    """


def test_cookies_and_headers_are_always_there(tmp_path: Path, codemod: CodemodTest) -> None:
    cookies = ["theme=dark", "token=1", "token=1; theme=dark"]
    requests = "\n\n".join(f"###\nGET http://localhost/me\nX-Agent: a\nCookie: {cookie}" for cookie in cookies)
    package = '{ "name": "app", "dependencies": { "cookie-parser": "^1.4.7", "express": "^4.21.0" } }'
    files = {"package.json": package, "src/app.ts": dedent(COOKIES)}
    result = compare(tmp_path, files, requests)
    assert result.differences == []
    assert result.note == "3 of 3 answers are the same"
    handler = function_in(codemod.migrate(files).convex["convex/app.ts"], "getMe")
    assert "theme: (args.theme) ||" in handler or "theme: args.theme ||" in handler
