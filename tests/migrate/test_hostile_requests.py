"""Requests that try to get around what middleware decides, and middleware whose work must not get lost on the way."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from harness import CodemodTest
from side_by_side import compare

HEAD = """
    import express, { NextFunction, Request, Response, Router } from "express";
    import jwt from "jsonwebtoken";

    const app = express();
    app.use(express.json());
    """

APP = """
    app.use((req: Request, res: Response, next: NextFunction) => {
      if (!req.path.startsWith("/admin")) return next();
      if (req.get("X-Key") !== "k") return res.status(401).json({ error: "No key" });
      next();
    });
    app.get("/admin/notes", (req, res) => res.json(["secret"]));
    app.get("/users/:name", (req, res) => res.json({ name: req.params.name }));

    const listed = Router();
    listed.use((req: any, res: Response, next: NextFunction) => {
      req.query.role = "user";
      next();
    });
    listed.use((req: Request, res: Response, next: NextFunction) => {
      if (req.query.role === "admin") return res.json({ all: true });
      next();
    });
    listed.get("/", (req, res) => res.json({ role: req.query.role }));
    app.use("/listed", listed);
    const unlisted = (req: Request, res: Response, next: NextFunction) => {
      delete req.query.role;
      next();
    };
    app.get("/unlisted", unlisted, (req, res) => res.json({ role: req.query.role ?? null, query: req.query }));

    const strip = (user: any) => {
      if (user) delete user.isAdmin;
    };
    const signUp = Router();
    signUp.use((req: Request, res: Response, next: NextFunction) => {
      strip(req.body.user);
      for (const item of req.body.items ?? []) item.price = 0;
      next();
    });
    signUp.post("/", (req, res) => {
      const { user, items } = req.body;
      res.json({ user, items });
    });
    app.use("/signup", signUp);
    app.get("/search", (req, res) => res.json({ query: req.query }));
    app.get("/broken", (req, res) => {
      try {
        throw new Error("broken");
      } catch (error) {
        res.status(500).json({ error, message: (error as Error).message });
      }
    });
    app.listen(Number(process.env.PORT));
    """


def _app(text: str) -> dict[str, str]:
    return {"src/app.ts": dedent(HEAD) + dedent(text)}


def test_no_request_gets_around_middleware(tmp_path: Path) -> None:
    paths = ["/admin/notes", "/%61dmin/notes", "/admin/notes/", "/admin%2Fnotes", "/ADMIN/x", "//admin/notes"]
    paths += [
        "/users/a%20b%2Fc",
        "/users/%25",
        "/listed",
        "/listed?role=admin",
        "/listed/?role[]=x",
        "/unlisted?role=admin&a=1",
    ]
    paths += ["/search?constructor=1&a[toString]=2&__proto__=3&valueOf[x]=4", "/broken"]
    asked = [f"GET http://localhost{path}" for path in paths]
    body = '{ "user": { "isAdmin": true, "name": "Ann" }, "items": [{ "price": 5 }] }'
    asked += ["GET http://localhost/admin/notes\nX-Key: k"]
    asked += [f"POST http://localhost/signup\nContent-Type: application/json\n\n{body}"]
    result = compare(tmp_path, _app(APP), "\n\n".join(f"###\n{each}" for each in asked))
    assert result.differences == []
    assert result.note == "16 of 16 answers are the same"


REFUSED = {
    "a media type for later answers": (
        'res.type("text/plain"); next();',
        'res.send("<b>")',
        "sets the media type of what comes after it",
    ),
    "a header that the handler adds to": (
        'res.set("X-A", "1"); next();',
        'res.append("X-A", "2"); res.json({});',
        "sets headers that it builds on",
    ),
    "an error that is none": (
        'if (req.query.a) return next("a"); next();',
        "res.json({})",
        "hands on what is no error",
    ),
    "an error that may be missing": (
        "if (req.query.a) return next(null); next();",
        "res.json({})",
        "hands on what is no error",
    ),
    "an error that is only sometimes one": (
        'next(req.query.a ? new Error("a") : undefined);',
        "res.json({})",
        "hands on what is no error",
    ),
    "an error that nobody asks for": (
        'const failed = req.query.a ? new Error("a") : null; next(failed);',
        "res.json({})",
        "hands on what is no error",
    ),
    "an error of a callback that nobody asks for": (
        'jwt.verify(String(req.query.t), "secret", (err: any, user: any) => { next(err); });',
        "res.json({})",
        "hands on what is no error",
    ),
    "a header that is taken out": (
        'delete req.headers["x-role"]; next();',
        'res.json({ role: req.get("x-role") })',
        "takes a header out of the request",
    ),
    "a way out of the router": (
        'req.query.a ? next("router") : next();',
        "res.json({})",
        "passes the request on with next()",
    ),
    "a way out of the router in a branch": (
        'if (req.query.a) { next("router"); } else { next(); }',
        "res.json({})",
        "passes the request on with next()",
    ),
    "a name that the edge needs": (
        "res.locals.body = { a: 1 }; next();",
        "res.json(res.locals.body)",
        "keeps `body` where the edge keeps the body of the request",
    ),
    "a date inside a value": (
        "(req as any).seen = { at: new Date(0) }; next();",
        "res.json((req as any).seen)",
        "reads `req.seen`",
    ),
}


@pytest.mark.parametrize(("middleware", "handler", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_middleware_whose_work_would_get_lost_stops_its_routes(
    codemod: CodemodTest, middleware: str, handler: str, reason: str
) -> None:
    text = f"""
        app.use((req, res, next) => {{ {middleware} }});
        app.get("/x", (req, res) => {{ {handler} }});
        export default app;
        """
    assert reason in codemod.migrate(_app(text)).outcome("GET /x")


NAMES = {
    "an error's in a chain": 'app.get("/x", errors.throwOnStranger, (req, res) => res.json({}));',
    "an error's for all": 'app.use(throwErrorUnlessSignedIn);\napp.get("/x", (req, res) => res.json({}));',
    "headers'": 'app.use(security());\napp.get("/x", (req, res) => res.json({}));',
}


@pytest.mark.parametrize("routes", NAMES.values(), ids=NAMES.keys())
def test_the_name_of_unknown_middleware_does_not_clear_it(codemod: CodemodTest, routes: str) -> None:
    imports = 'import security, { errors, throwErrorUnlessSignedIn } from "own-security";\n'
    migrated = codemod.migrate(_app(f"{imports}{routes}\nexport default app;\n"))
    assert migrated.outcome("GET /x").startswith("needs-review CX701 runs after")


def test_a_name_that_a_path_has_twice_is_not_taken_for_the_first(codemod: CodemodTest) -> None:
    routes = """
        const posts = Router();
        posts.get("/:id", (req, res) => res.json({ id: req.params.id }));
        app.use("/users/:id/posts", posts);
        export default app;
        """
    reason = codemod.migrate(_app(routes)).outcome("GET /users/:id/posts/:id")
    assert "the path `/users/:id/posts/:id` names `id` twice" in reason


@pytest.mark.parametrize(
    ("options", "merges"),
    [("", False), ("{ mergeParams: true }", True)],
)
def test_a_router_sees_the_parameters_above_it_when_it_merges_them(
    codemod: CodemodTest, options: str, merges: bool
) -> None:
    routes = f"""
        const posts = Router({options});
        posts.get("/", (req: any, res) => res.json({{ user: req.params.user ?? null }}));
        app.use("/users/:user/posts", posts);
        export default app;
        """
    written = codemod.migrate(_app(routes)).convex["convex/http.ts"]
    assert ('c.req.param("user")' in written) is merges
