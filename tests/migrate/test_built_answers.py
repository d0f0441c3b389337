"""Answers with cookies, redirects and headers: the response stays, as an object that builds what is returned."""

from __future__ import annotations

from pathlib import Path

import pytest
from convex_project import ConvexProject
from express_app import function_in, handler_in, route_in, users_app
from harness import CodemodTest, Migrated, dedented
from side_by_side import compare

APP = """
import express from "express";
import users from "./users.routes";

const app = express();
app.use(express.json());
app.use("/users", users);
app.listen(process.env.PORT);
"""


def _migrated(codemod: CodemodTest, handler: str, imports: str = "", **files: str) -> Migrated:
    return codemod.migrate(users_app(f'router.get("/:id", {dedented(handler).strip()});', imports, **files))


BUILT = {
    "a redirect": (
        '(req, res) => res.redirect("/")',
        'async () => new ResponseBuilder().redirect("/")',
    ),
    "a cookie and an answer": (
        '(req, res) => { res.cookie("seen", 1).json({ ok: true }); }',
        'async () => { return new ResponseBuilder().cookie("seen", 1).json({ ok: true }); }',
    ),
    "one of several answers": (
        """
        (req, res) => {
          if (req.params.id === "old") return res.redirect(301, "/users/new");
          res.clearCookie("seen");
          res.status(201).json([]);
        }
        """,
        """
        async (ctx, args) => {
          const res = new ResponseBuilder();
          if (args.id === "old") return res.redirect(301, "/users/new");
          res.clearCookie("seen");
          return res.status(201).json([]);
        }
        """,
    ),
    "headers long before the answer": (
        """
        async (req, res) => {
          res.set("X-Total", "1");
          const users = await prisma.user.count();
          if (users === 0) {
            res.statusCode = 404;
            res.end();
            return;
          }
          res.json(users);
        }
        """,
        """
        async (ctx) => {
          const res = new ResponseBuilder();
          res.set("X-Total", "1");
          const users = await countRows(ctx.db.query("users").collect());
          if (users === 0) {
            res.statusCode = 404;
            return res.end();
          }
          return res.json(users);
        }
        """,
    ),
    "in a branch": (
        '(req, res) => req.params.id ? res.redirect("/a") : res.status(404).cookie("a", 1).end()',
        'async (ctx, args) => args.id ? new ResponseBuilder().redirect("/a") '
        ': new ResponseBuilder().status(404).cookie("a", 1).end()',
    ),
    "an error with a status": (
        """
        (req, res) => {
          if (!req.query.page) {
            res.status(400);
            throw new Error("page");
          }
          res.redirect("/");
        }
        """,
        """
        async (ctx, args) => {
          if (!args.page) {
            throw withStatus(new ApplicationError("page"), 400);
          }
          return new ResponseBuilder().redirect("/");
        }
        """,
    ),
    "a refusal inside a try": (
        """
        (req, res) => {
          try {
            if (!req.query.page) return res.status(400).json({ error: "page" });
            res.attachment("a.csv").send("a,b");
          } catch (error) {
            res.sendStatus(500);
          }
        }
        """,
        """
        async (ctx, args) => {
          const res = new ResponseBuilder();
          try {
            if (!args.page) return res.status(400).json({ error: "page" });
            return res.attachment("a.csv").send("a,b");
          } catch (error) {
            return res.sendStatus(500);
          }
        }
        """,
    ),
}


@pytest.mark.parametrize("before, after", BUILT.values(), ids=BUILT)
def test_what_sends_the_answer_is_returned(codemod: CodemodTest, before: str, after: str) -> None:
    migrated = _migrated(codemod, before)
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert handler_in(migrated.files["convex/users.ts"], "getUser").strip() == dedented(after).strip()
    assert "sendBuilt(" in route_in(migrated, "/users/:id")


COOKIES = """
import { CookieOptions, Response } from "express";

const options: CookieOptions = { httpOnly: true, sameSite: "lax" };

export const setTokens = (res: Response, tokens: { access: string; refresh?: string }): void => {
  res.cookie("access", tokens.access, { ...options, maxAge: 60000 });
  if (tokens.refresh) res.cookie("refresh", tokens.refresh, options);
};

export function clearTokens(res: Response) {
  return res.clearCookie("access").clearCookie("refresh");
}

export const sendPage = (res: Response, items: number[]) => {
  res.set("X-Total", String(items.length));
  const first = items[0];
  return res.json({ first, items });
};
"""


def test_one_header_before_a_function_that_answers(codemod: CodemodTest) -> None:
    handler = """
        (req, res) => {
          res.cookie("seen", 1);
          answer(res, { ok: true });
        }
        """
    answer = """
        import type { Response } from "express";

        export function answer(res: Response, data: unknown) {
          res.status(201).json({ data });
        }
        """
    found = _migrated(codemod, handler, 'import { answer } from "./answer";', answer=_plain(answer))
    assert found.outcome("GET /users/:id") == "migrated"
    assert handler_in(found.files["convex/users.ts"], "getUser") == dedented("""
        async () => {
          const res = new ResponseBuilder();
          res.cookie("seen", 1);
          return res.merged(answer({ ok: true }));
        }
        """)


def test_functions_that_prepare_an_answer_are_given_what_builds_it(codemod: CodemodTest) -> None:
    handler = """
        (req, res) => {
          setTokens(res, { access: req.params.id });
          res.status(201).json({ ok: true });
        }
    """
    migrated = _migrated(codemod, handler, 'import { setTokens } from "./cookies";', cookies=_plain(COOKIES))
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert handler_in(migrated.files["convex/users.ts"], "getUser") == dedented("""
        async (ctx, args) => {
          const res = new ResponseBuilder();
          setTokens(res, { access: args.id });
          return res.status(201).json({ ok: true });
        }
    """)
    assert function_in(migrated.files["convex/lib/cookies.ts"], "setTokens") == dedented("""
        export const setTokens = (res: ResponseBuilder, tokens: { access: string; refresh?: string }) => {
          res.cookie("access", tokens.access, { ...options, maxAge: 60000 });
          if (tokens.refresh) res.cookie("refresh", tokens.refresh, options);
        };
    """)


def _plain(text: str) -> str:
    return text.replace("CookieOptions, ", "").replace(": CookieOptions", "").replace('"lax"', '"lax" as const')


ROUTES = """
router.get("/redirect", (req, res) => res.redirect("/users/there?x=1"));
router.get("/moved", (req, res) => res.redirect(301, "https://example.com/a b"));
router.get("/back", (req, res) => { res.redirect("back"); });
router.post("/login", (req, res) => {
  setTokens(res, { access: "a b", refresh: req.body.refresh });
  res.status(201).json({ ok: true });
});
router.post("/logout", (req, res) => clearTokens(res).status(200).json({ out: true }));
router.get("/page", (req, res) => sendPage(res, [1, 2, 3]));
router.get("/both", (req, res) => {
  res.append("X-Seen", "a").append("X-Seen", "b").vary("Origin").links({ next: "/users?page=2" });
  res.location("/users/9");
  sendPage(res, [1]);
});
router.get("/csv", (req, res) => {
  res.setHeader("Content-Type", "text/csv");
  res.setHeader("Content-Disposition", 'attachment; filename="users.csv"');
  const rows = ["a,b"];
  res.send(rows.join("\\n"));
});
router.get("/file", (req, res) => { res.attachment("snow ☃.csv").send("a,b"); });
router.get("/typed", (req, res) => { res.type("json").send('{"a":1}'); });
router.get("/vendor", (req, res) => {
  res.set("Content-Type", "application/vnd.api+json").vary("Accept").json({ a: 1 });
});
router.get("/status/:code", (req, res) => { res.sendStatus(Number(req.params.code)); });
router.get("/ended", (req, res) => { res.status(202).end("text"); });
router.get("/sent/:kind", (req, res) => {
  res.cookie("kind", { kind: req.params.kind }, { path: "/users", secure: true });
  const kinds: Record<string, any> = { text: "<b>hi</b>", list: [1], none: null };
  res.send(kinds[req.params.kind]);
});
router.post("/kept", async (req, res) => {
  const user = await prisma.user.create({ data: { email: req.body.email, name: "a" } });
  res.cookie("user", user.name);
  if (req.body.bad) return res.status(409).json({ error: "bad" });
  res.status(201).json({ name: user.name });
});
router.get("/count", async (req, res) => res.json(await prisma.user.count()));
"""

REQUESTS = """
GET /users/redirect
###
GET /users/moved
###
GET /users/back
Referer: /users/before
###
GET /users/back
###
POST /users/login
Content-Type: application/json

{"refresh": "r"}
###
POST /users/login
###
POST /users/logout
###
GET /users/page
###
GET /users/both
###
GET /users/csv
###
GET /users/file
###
GET /users/typed
###
GET /users/vendor
###
GET /users/status/404
###
GET /users/status/302
###
GET /users/status/204
###
GET /users/status/304
###
GET /users/ended
###
GET /users/sent/text
###
GET /users/sent/list
###
GET /users/sent/none
###
POST /users/kept
Content-Type: application/json

{"bad": true, "email": "a"}
###
GET /users/count
###
POST /users/kept
Content-Type: application/json

{"email": "b"}
"""

IMPORTS = 'import { clearTokens, sendPage, setTokens } from "./cookies";'


def test_they_answer_as_express_did(tmp_path: Path) -> None:
    files = users_app(ROUTES, IMPORTS, app=APP, cookies=_plain(COOKIES))
    compared = compare(tmp_path, files, REQUESTS)
    assert compared.differences == []


def test_they_type_check(tmp_path: Path) -> None:
    migrated = CodemodTest(tmp_path).migrate(users_app(ROUTES, IMPORTS, cookies=_plain(COOKIES)))
    assert [item.name for item in migrated.settled.items if item.outcome == "needs-review"] == []
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.bundle() == []


ANSWERED_ELSEWHERE = """
    import express, { Response } from "express";

    const sent = (res: Response, status: number, data: unknown) => {
      res.status(status).json({ ok: true, data });
    };
    const app = express();
    app.use(express.json());
    app.post("/login", (req, res) => {
      res.cookie("token", `t-${req.body.name}`, { httpOnly: true });
      sent(res, 201, { name: req.body.name });
    });
    app.listen(Number(process.env.PORT));
    """


def test_a_cookie_goes_with_what_another_function_answers(tmp_path: Path) -> None:
    request = 'POST http://localhost/login\nContent-Type: application/json\n\n{ "name": "ann" }'
    result = compare(tmp_path, {"src/app.ts": dedented(ANSWERED_ELSEWHERE)}, request)
    assert result.differences == []
    assert result.note == "1 of 1 answers are the same"
