"""What the edge knows of a request reaches the function as arguments that no client can set."""

from __future__ import annotations

from pathlib import Path

import pytest
from convex_project import ConvexProject
from express_app import function_in, handler_in, route_in, users_app
from harness import CodemodTest, Migrated, dedented
from side_by_side import compare

COOKIES = """
import express from "express";
import cookieParser from "cookie-parser";
import users from "./users.routes";

const app = express();
app.use(express.json());
app.use(cookieParser());
app.use("/users", users);
app.listen(process.env.PORT);
"""


def _migrated(codemod: CodemodTest, handler: str) -> Migrated:
    return codemod.migrate(users_app(f'router.post("/:id", {dedented(handler).strip()});', app=COOKIES))


READS = {
    "a header": (
        "(req, res) => res.json(req.headers.authorization)",
        "(ctx, args) => toJson(args.authorization)",
        "authorization: v.optional(v.string())",
        'authorization: c.req.header("authorization")',
    ),
    "a header in brackets": (
        '(req, res) => res.json((req.headers["X-Forwarded-For"] as string)?.split(","))',
        '(ctx, args) => toJson((args.xForwardedFor as string)?.split(","))',
        "xForwardedFor: v.optional(v.string())",
        'xForwardedFor: c.req.header("x-forwarded-for")',
    ),
    "a header by call": (
        '(req, res) => res.json([req.get("User-Agent"), req.header("user-agent")])',
        "(ctx, args) => toJson([args.userAgent, args.userAgent])",
        "userAgent: v.optional(v.string())",
        'userAgent: c.req.header("user-agent")',
    ),
    "headers taken apart": (
        '(req, res) => { const { authorization, "x-key": key = "" } = req.headers; res.json([authorization, key]); }',
        '(ctx, args) => { const { authorization, xKey: key = "" } = args; return toJson([authorization, key]); }',
        "authorization: v.optional(v.string()), xKey: v.optional(v.string())",
        'xKey: c.req.header("x-key")',
    ),
    "all headers": (
        "(req, res) => { const { headers } = req; res.json({ ...headers }); }",
        "(ctx, args) => {  return toJson({ ...args.headers }); }",
        "headers: v.record(v.string(), v.string())",
        "headers: c.req.header()",
    ),
    "the host": (
        '(req, res) => res.json(`${req.protocol}://${req.get("host")}${req.originalUrl}`)',
        "(ctx, args) => toJson(`${args.protocol}://${args.host}${args.originalUrl}`)",
        "protocol: v.string(), host: v.string(), originalUrl: v.string()",
        "host: new URL(c.req.url).host",
    ),
    "the sender": (
        "(req, res) => res.json(req.ip || req.socket.remoteAddress || req.connection?.remoteAddress)",
        "(ctx, args) => toJson(args.ip || args.ip || args.ip)",
        "ip: v.optional(v.string())",
        "ip: await ipOf(c)",
    ),
    "the path below the router": (
        "(req, res) => res.json([req.method, req.path, req.url, req.baseUrl])",
        "(ctx, args) => toJson([args.method, args.path, args.url, args.baseUrl])",
        "method: v.string(), path: v.string(), url: v.string(), baseUrl: v.string()",
        "path: pathOf(c, 1)",
    ),
    "a cookie": (
        "(req, res) => { const { token } = req.cookies; res.json(token || req.cookies?.other); }",
        "(ctx, args) => { const { token } = args; return toJson(token || args.other); }",
        "token: v.optional(v.any()), other: v.optional(v.any())",
        'token: readCookie(c, "token")',
    ),
    "cookies by a name": (
        "(req, res) => { const jar = req.cookies; if (!jar?.token) return res.json(null); res.json(jar.token); }",
        "(ctx, args) => {  if (!args.token) return toJson(null); return toJson(args.token); }",
        "token: v.optional(v.any())",
        'token: readCookie(c, "token")',
    ),
    "taken from the request": (
        "(req, res) => { const { ip: who, cookies: { token }, headers } = req; res.json([who, token, headers.a]); }",
        "(ctx, args) => { const { ip: who, token } = args; return toJson([who, token, args.a]); }",
        "a: v.optional(v.string())",
        'a: c.req.header("a")',
    ),
    "in the signature": (
        "({ ip, params: { id }, headers: { accept = '' } }, res) => { res.json([ip, id, accept]); }",
        "(ctx, args) => { const { id, accept = '' } = args; return toJson([args.ip, id, accept]); }",
        "id: v.string()",
        'accept: c.req.header("accept")',
    ),
}


@pytest.mark.parametrize("before, after, validator, read", READS.values(), ids=READS)
def test_what_the_edge_knows_becomes_arguments(
    codemod: CodemodTest, before: str, after: str, validator: str, read: str
) -> None:
    migrated = _migrated(codemod, before)
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert handler_in(migrated.files["convex/users.ts"], "createUser") == f"async {after}\n"
    text = " ".join(function_in(migrated.files["convex/users.ts"], "createUser").split())
    assert validator in text.replace("{ ", "").replace(", }", "")
    assert "export const createUser = internalMutation({" in text
    assert read in route_in(migrated, "/users/:id")


def test_what_the_edge_sets_gives_way_to_what_the_body_holds(codemod: CodemodTest) -> None:
    migrated = _migrated(codemod, "(req, res) => res.json([req.body.ip, req.ip, req.query.host, req.get('host')])")
    assert "toJson([args.ip, args.requestIp, args.host, args.requestHost])" in migrated.files["convex/users.ts"]
    served = " ".join(route_in(migrated, "/users/:id").split())
    assert served.index("ip: body.ip") < served.index("requestIp: await ipOf(c)")


REFUSED = {
    "a header that is computed": (
        "(req, res) => res.json(req.get(req.body.name))",
        "reads a header whose name is computed",
    ),
    "all cookies": ("(req, res) => res.json(req.cookies)", "hands all cookies on"),
    "a fact that is written": ("(req, res) => { req.url = '/'; res.json(req.url); }", "writes to `req.url`"),
    "a header that is written": ("(req, res) => { req.headers.a = '/'; res.json([]); }", "writes to `req.headers.a`"),
    "signed cookies": ("(req, res) => res.json(req.signedCookies.a)", "reads `req.signedCookies`"),
}


@pytest.mark.parametrize("handler, words", REFUSED.values(), ids=REFUSED)
def test_what_the_edge_cannot_say_is_left_to_its_owner(codemod: CodemodTest, handler: str, words: str) -> None:
    migrated = _migrated(codemod, handler)
    assert migrated.outcome("POST /users/:id") == f"needs-review CX205 {words} (src/users.routes.ts:6)"


def test_cookies_that_nothing_parses_are_left_to_their_owner(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(users_app('router.get("/", (req, res) => res.json(req.cookies.a));'))
    reason = "CX205 reads `req.cookies`, which nothing parses (src/users.routes.ts:6)"
    assert migrated.outcome("GET /users") == f"needs-review {reason}"


LOCALS = """
router.use((req, res, next) => {
  res.locals.tenant = req.get("x-tenant") ?? "none";
  (req as any).trace = { method: req.method };
  next();
});
router.get("/read", (req, res) => res.json([res.locals.tenant, (req as any).trace.method]));
router.get("/taken", (req, res) => {
  const { tenant } = res.locals;
  const { trace } = req as any;
  res.json({ tenant, trace });
});
router.get("/built", (req, res) => {
  res.cookie("tenant", res.locals.tenant);
  res.json({ tenant: res.locals.tenant, trace: req.query.trace ?? null });
});
"""


def test_what_middleware_has_left_is_read(tmp_path: Path) -> None:
    requests = ["GET /users/read", "GET /users/taken\nX-Tenant: a", "GET /users/built?trace=1\nX-Tenant: b"]
    compared = compare(
        tmp_path, users_app(LOCALS, app=COOKIES.replace("app.use(cookieParser());", "")), "\n###\n".join(requests)
    )
    assert compared.differences == []


FACTS = """
router.get("/paths/:id", (req, res) => {
  res.json({ url: req.url, path: req.path, base: req.baseUrl, whole: req.originalUrl, method: req.method });
});
router.post("/headers", ({ headers, body: { email } }, res) => {
  res.json([headers["x-key"] ?? null, headers.accept ?? null, email]);
});
router.get("/secure", (req, res) => res.json([req.xhr, req.get("X-Key") ?? null]));
router.get("/cookies", (req, res) => res.json([req.cookies.plain ?? null, req.cookies.json ?? null]));
router.post("/forged", (req, res) => res.json({ sent: req.body.method, method: req.method }));
"""

REQUESTS = """
GET /users/paths/a%20b?x=1&y=2

###
GET /users/paths/7/

###
POST /users/headers
X-Key: secret
Accept: text/plain
Content-Type: application/json

{"email": "a@b.co"}

###
GET /users/secure
X-Requested-With: XMLHttpRequest
X-Key: secret

###
GET /users/cookies
Cookie: plain=a%20b; json=j%3A%7B%22a%22%3A1%7D

###
POST /users/forged
Content-Type: application/json

{"method": "PUT"}
"""


def test_the_edge_knows_what_express_knew(tmp_path: Path) -> None:
    package = (
        '{"name": "app", "dependencies": {"@prisma/client": "^6.0.0", "express": "^4.21.0", "cookie-parser": "*"}}'
    )
    files = {**users_app(FACTS, app=COOKIES), "package.json": package}
    compared = compare(tmp_path, files, REQUESTS)
    assert compared.differences == []


def test_functions_with_facts_type_check(tmp_path: Path) -> None:
    project = ConvexProject(CodemodTest(tmp_path).migrate(users_app(FACTS, app=COOKIES)).root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.bundle() == []
