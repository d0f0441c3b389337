"""The table of what differs at the HTTP edge, in docs/http-edge.md: every row is a test here or names one elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

from side_by_side import compare

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "docs" / "http-edge.md"

APP = """
    import express from "express";
    const app = express();
    app.use(express.json());
    app.get("/users", (req, res) => { res.json({ b: 1, a: 2 }); });
    app.get("/users/:id", (req, res) => { res.json(req.params.id); });
    app.get("/grüße", (req, res) => { res.json("hello"); });
    app.get("/files/*", (req, res) => { res.json(req.params[0]); });
    app.get("/sorted", (req, res) => { res.json({ by: req.query.by ?? "none" }); });
    app.get("/found/:id", (req, res) => { res.json([{ id: "1" }].find((each) => each.id === req.params.id)); });
    app.post("/echo", (req, res) => { res.json(Object.keys(req.body).length); });
    app.use((req, res) => { res.status(404).json({ error: "none" }); });
    app.listen(Number(process.env.PORT));
    """


def asked(*requests: str) -> str:
    return "\n###\n".join(request.replace(" ", " http://localhost:3000", 1) for request in requests)


def test_the_differences_are_those_of_the_table(tmp_path: Path) -> None:
    paths = [
        "/users",
        "/users/",
        "/users/1",
        "/users/a%20b",
        "/files/a/b",
        "/Users",
        "/files/",
        "/files/a/",
        "/users/%zz",
        "/%75sers",
        "/gr%C3%BC%C3%9Fe",
        "/sorted?by[]=a",
        "/found/1",
        "/found/2",
    ]
    requests = (*(f"GET {path}" for path in paths), "HEAD /users")
    result = compare(tmp_path, {"src/app.ts": APP}, asked(*requests))
    assert [difference.split(" <")[0] for difference in result.differences] == [
        'GET /Users: status is 404 {"error":"none"}, was 200 {"b":1,"a":2}',
        'GET /files/: status is 404 {"error":"none"}, was 200 ""',
        'GET /files/a/: body is "a", was "a/"',
        'GET /users/%zz: status is 200 "%zz", was 400',
        'GET /%75sers: status is 200 {"a":2,"b":1}, was 404 {"error":"none"}',
        'GET /gr%C3%BC%C3%9Fe: status is 200 "hello", was 404 {"error":"none"}',
        'GET /sorted?by[]=a: body.by is "none", was ["a"]',
        "GET /found/2: body is null, was (empty)",
    ]


def test_keys_that_convex_has_no_names_for(tmp_path: Path) -> None:
    bodies = ('{"plain": 1}', '{"$a": 1}', '{"\u00e9": 1}', '{"a.b": {"c-d e": 1}}', '{"__proto__": {}}')
    kind = "content-type: application/json"
    result = compare(tmp_path, {"src/app.ts": APP}, asked(*(f"POST /echo\n{kind}\n\n{body}\n" for body in bodies)))
    assert [difference.split(" <")[0] for difference in result.differences] == [
        "POST /echo: status is 500",
        "POST /echo: status is 500",
        "POST /echo: body is 0, was 1",
    ]


UNUSUAL = """
    import express from "express";

    const app = express();
    app.use(express.json());
    const inner = express.Router();
    inner.get("/one", (req, res) => { res.json(1); });
    inner.get("/maybe/:id?", (req, res) => { res.json({ has: "id" in req.params }); });
    inner.get("/query", (req, res) => { res.json(req.query); });
    inner.post("/body", (req, res) => { res.json(req.body.a); });
    inner.get("/guarded/a", (req, res) => { res.json(1); });
    app.all("/api/guarded/*", (req, res, next) => {
      if (req.headers.authorization === undefined) {
        res.sendStatus(401);
        return;
      }
      next();
    });
    app.use("/api", inner);
    app.listen(Number(process.env.PORT));
    """


def test_unusual_requests_differ_as_the_table_says(tmp_path: Path) -> None:
    paths = ["%2e%2e/api/one", "/one", "maybe", "query?a[__proto__][b]=1", "guarded"]
    body = 'POST /api/body\ncontent-type: application/json; charset=latin1\n\n{"a": 1}\n'
    result = compare(tmp_path, {"src/app.ts": UNUSUAL}, asked(*(f"GET /api/{path}" for path in paths), body))
    assert [difference.split(" <")[0] for difference in result.differences] == [
        "GET /api/%2e%2e/api/one: status is 200 1, was 404",
        "GET /api//one: status is 404 404 Not Found, was 200 1",
        "GET /api/maybe: body.has is false, was true",
        "GET /api/query?a[__proto__][b]=1: body.a is (absent), was {}",
        "GET /api/guarded: status is 401 Unauthorized, was 404",
        "POST /api/body: status is 200 1, was 415",
    ]


REDIRECT = """
    import express from "express";
    const app = express();
    app.get("/old", (req, res) => { res.redirect("/new?a=<b>&c='d'"); });
    app.get("/gone", (req, res) => { res.redirect(301, "https://example.com/"); });
    app.listen(Number(process.env.PORT));
    """


def test_redirects_say_where_to_as_the_client_asks(tmp_path: Path) -> None:
    browser = "text/html,application/xhtml+xml,*/*;q=0.8"
    kinds = (browser, "*/*", "text/*", "application/json", "application/json, text/plain, */*")
    requests = [f"GET {path}\naccept: {kind}\n" for path in ("/old", "/gone") for kind in kinds]
    assert compare(tmp_path, {"src/app.ts": REDIRECT}, asked(*requests)).differences == []


def test_options_that_nobody_registered_are_not_answered(tmp_path: Path) -> None:
    result = compare(tmp_path, {"src/app.ts": REDIRECT}, asked("OPTIONS /old"))
    assert result.differences == ["OPTIONS /old: status is 404 404 Not Found, was 200 GET,HEAD"]


ORIGIN = """
    import cors from "cors";
    import express from "express";
    const app = express();
    app.use(cors({ origin: "https://example.com" }));
    app.get("/open", (req, res) => { res.json(1); });
    app.listen(Number(process.env.PORT));
    """


def test_one_origin_is_told_to_itself_only(tmp_path: Path) -> None:
    origins = ("", "origin: https://example.com\n", "origin: https://example.org\n")
    result = compare(tmp_path, {"src/app.ts": ORIGIN}, asked(*(f"GET /open\n{origin}" for origin in origins)))
    told = "GET /open: header access-control-allow-origin is , was https://example.com"
    assert result.differences == [told, told]


def test_every_row_names_a_test_that_there_is() -> None:
    names = set(re.findall(r"`(test_\w+)`", TABLE.read_text(encoding="utf-8")))
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    assert {name for name in names if f"def {name}(" not in tests} == set()
