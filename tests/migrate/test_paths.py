"""Paths and methods mean what they meant: Express's patterns in Hono's words, side by side with the original."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import PACKAGE, CodemodTest
from side_by_side import compare

APP = """
    import express from "express";
    const app = express();
    app.use(express.json());
    app.get("/things/:id?", (req, res) => { res.json({ id: req.params.id ?? null }); });
    app.get("/in/:a/:b?", (req, res) => { res.json([req.params.a, req.params.b ?? "none"]); });
    app.get("/files/*", (req, res) => { res.json("a file"); });
    app.get("/below/:a/*", (req, res) => { res.json([req.params.a, req.params[0]]); });
    app.get("/whole/:a/*", (req, res) => { res.json(req.params); });
    app.get("/numbers/:n(\\\\d+)", (req, res) => { res.json(req.params.n); });
    app.get(["/one", "/two/:id"], (req, res) => { res.json("either"); });
    app.get("/users/me", (req, res) => { res.json("me"); });
    app.get("/users/:id", (req, res) => { res.json(req.params.id); });
    app.get("/users/last", (req, res) => { res.json("last"); });
    app.all("/any", (req, res) => { res.json({ method: req.method }); });
    app.route("/only").get((req, res) => { res.json("got"); }).all((req, res) => {
      res.status(405).json({ error: "not allowed" });
    });
    app.options("/how", (req, res) => { res.status(204).end(); });
    app.use((req, res) => { res.status(404).json({ error: "none" }); });
    app.listen(Number(process.env.PORT));
    """

PATHS = """
    /things /things/ /things/1 /things/1/2 /in/a /in/a/b /in /files /files/a /files/a/b /below/x/y /below/x/y%20z/q
    /whole/x/y/z /numbers/12 /numbers/x /one /two/2 /users/me /users/7 /users/last
    """

ASKED = [
    *(f"GET {path}" for path in PATHS.split()),
    *("GET /any", "PUT /any", "DELETE /any", "GET /only", "POST /only", "PATCH /only", "OPTIONS /how", "POST /one"),
]


def test_paths_and_methods_answer_as_they_did_on_express(tmp_path: Path) -> None:
    requests = "\n###\n".join(f"{method} http://localhost:3000{path}" for method, path in map(str.split, ASKED))
    result = compare(tmp_path, {"src/app.ts": APP}, requests)
    assert result.differences == []
    assert result.note == f"{len(ASKED)} of {len(ASKED)} answers are the same"


def _app(route: str) -> dict[str, str]:
    return {"src/app.ts": f'import express from "express";\nconst app = express();\n{route}\napp.listen(3000);\n'}


FIVE = PACKAGE.replace('"^4', '"^5')

WRITTEN = {
    "optional": ("/a/:id?", None, "/a/:id?"),
    "optional of Express 5": ("/a{/:id}", FIVE, "/a/:id?"),
    "below": ("/a/*", None, "/a/:0{.+}"),
    "below in Express 5": ("/a/*rest", FIVE, "/a/:rest{.+}"),
    "pattern of a parameter": ("/a/:id([a-z]+)", None, "/a/:id{[a-z]+}"),
    "double slashes": ("/a//b", None, "/a/b"),
}


@pytest.mark.parametrize("path, package, written", WRITTEN.values(), ids=WRITTEN)
def test_paths_that_hono_has_a_form_for(codemod: CodemodTest, path: str, package: str | None, written: str) -> None:
    files = _app(f'app.get("{path}", (req, res) => res.json([]));')
    migrated = codemod.migrate(files | ({"package.json": package} if package else {}))
    assert f'app.get("{written}", async (c) => {{' in migrated.convex["convex/http.ts"]


REFUSED = {
    "an optional segment of Express 4 in Express 5": ("/a/:id?", FIVE),
    "an optional segment in between": ("/a/:id?/b", None),
    "a wildcard in between": ("/a/*/b", None),
    "two parameters in a segment": ("/:from-:to", None),
    "a parameter with an ending": ("/:file.:ext", None),
    "optional letters": ("/colou?r", None),
    "repeated letters": ("/a+b", None),
    "a group": ("/(a|b)", None),
}


@pytest.mark.parametrize("path, package", REFUSED.values(), ids=REFUSED)
def test_paths_that_hono_has_no_form_for_are_left_to_their_owner(
    codemod: CodemodTest, path: str, package: str | None
) -> None:
    files = _app(f'app.get("{path}", (req, res) => res.json([]));')
    migrated = codemod.migrate(files | ({"package.json": package} if package else {}))
    assert migrated.outcome(f"GET {path}").startswith(f"needs-review CX102 the path `{path}` is a pattern")


def test_a_regular_expression_is_left_to_its_owner(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(_app("app.get(/^.x/, (req, res) => res.json([]));"))
    assert migrated.outcome("GET (computed)").startswith("needs-review CX102 its path is computed")


def test_a_computed_path_is_left_to_its_owner(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(_app('app.get(process.env.STATUS_PATH ?? "/", (req, res) => res.json([]));'))
    assert migrated.outcome("GET (computed)").startswith("needs-review CX102 its path is computed")


def test_preflight_requests_are_the_policys(codemod: CodemodTest) -> None:
    preflight = 'import cors from "cors";\napp.use(cors());\napp.options("*", cors());'
    migrated = codemod.migrate(_app(f'{preflight}\napp.get("/a", (req, res) => res.json(1));'))
    assert [item.name for item in migrated.settled.items if item.kind == "route"] == ["GET /a"]


def test_head_is_answered_by_get(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(_app('app.head("/a", (req, res) => { res.end(); });'))
    assert migrated.outcome("HEAD /a").startswith("needs-review CX704 Convex answers HEAD with what GET answers")


def test_other_methods_are_said_not_to_be_served(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(_app('app.search("/a", (req, res) => { res.end(); });'))
    assert migrated.outcome("SEARCH /a").startswith("needs-review CX704 Convex does not serve SEARCH")
    assert "/a" not in migrated.convex["convex/http.ts"]
