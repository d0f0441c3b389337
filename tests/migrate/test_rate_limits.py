"""Limiters of express-rate-limit: their declarations move with a name, and count in a table."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from convex_project import TOOLS, Advance, ConvexProject, Request
from harness import CodemodTest, Migrated, dedented

from codemods.writers.library import RUNTIME

PACKAGE = """
    {
      "name": "app",
      "dependencies": { "express": "^4.21.0", "express-rate-limit": "^VERSION.0.0" }
    }
    """

APP = """
    import express from "express";
    import { limiter } from "./limits";

    const app = express();
    app.use(express.json());
    app.get("/items", limiter, (req, res) => res.json([]));
    app.listen(3000);
    """


def migrated(codemod: CodemodTest, limits: str, version: int = 8, app: str = APP, **files: str) -> Migrated:
    package = PACKAGE.replace("VERSION", str(version))
    others = {f"src/{name}.ts": text for name, text in files.items()}
    return codemod.migrate({"package.json": package, "src/app.ts": app, "src/limits.ts": limits, **others})


def limited(options: str) -> str:
    return f'import rateLimit from "express-rate-limit";\n\nexport const limiter = rateLimit({options});\n'


def declaration(codemod: CodemodTest, options: str, version: int = 8) -> str:
    """The limiter as it is declared in convex/, without its imports."""
    text = migrated(codemod, limited(options), version).files["convex/lib/limits.ts"]
    return text[text.index("export const limiter") :].rstrip()


def test_a_limiter_moves_as_it_is_with_the_name_under_which_it_counts(codemod: CodemodTest) -> None:
    limits = """
        import rateLimit, { type RateLimitRequestHandler } from "express-rate-limit";

        // Few per quarter of an hour.
        export const limiter: RateLimitRequestHandler = rateLimit({
          windowMs: 15 * 60 * 1000, // milliseconds
          max: Number(process.env.MOST ?? 5),
          message: { error: "Too many" },
        });
        """
    found = migrated(codemod, dedented(limits))
    assert found.files["convex/lib/limits.ts"] == dedented("""
        import { env } from "../_generated/server";
        import { rateLimit } from "./rateLimit";

        // Few per quarter of an hour.
        export const limiter = rateLimit("limiter", {
          windowMs: 15 * 60 * 1000, // milliseconds
          max: Number(env.MOST ?? 5),
          message: { error: "Too many" },
        });
        """)
    assert 'app.get("/items", limiter, async (c) => {' in found.files["convex/http.ts"]
    assert "internalQuery" in found.files["convex/app.ts"], "nobody gets around the limit"
    assert "rateLimitHits: defineTable({" in found.files["convex/schema.ts"]
    assert found.outcome("limiter") == "migrated"


OPTIONS = {
    "a key": (
        '{ keyGenerator: (req) => req.get("x-api-key") ?? "" }',
        'rateLimit("limiter", { keyGenerator: (c) => c.req.header("x-api-key") ?? "" });',
    ),
    "the address": (
        '{ keyGenerator: (req: any) => (req.ip as string) || "?" }',
        'rateLimit("limiter", { keyGenerator: async (c) => ((await ipOf(c)) as string) || "?" });',
    ),
    "requests that do not count": (
        '{ skip: (req, res) => req.method === "OPTIONS" || process.env.NODE_ENV === "test" }',
        'rateLimit("limiter", { skip: (c) => c.req.method === "OPTIONS" || process.env.NODE_ENV === "test" });',
    ),
    "its own answer": (
        "{ handler(req, res, next, options) { res.status(options.statusCode).send(options.message); } }",
        'rateLimit("limiter", { handler(c, options) { return send(c, options.message, options.statusCode); } });',
    ),
    "an error for the application's handler": (
        '{ handler: (req, res, next) => next(Object.assign(new Error("Slow"), { status: 429 })) }',
        'rateLimit("limiter", { handler: (c) => { throw Object.assign(new Error("Slow"), { status: 429 }); } });',
    ),
    "what is about the store or the checks": (
        "{ max: 5, validate: { trustProxy: false }, passOnStoreError: true, windowMs: 1000 }",
        'rateLimit("limiter", { max: 5, windowMs: 1000 });',
    ),
    "nothing": ("", 'rateLimit("limiter");'),
}


@pytest.mark.parametrize(("options", "after"), OPTIONS.values(), ids=OPTIONS)
def test_functions_among_the_options_read_the_request_at_the_edge(
    codemod: CodemodTest, options: str, after: str
) -> None:
    assert declaration(codemod, options) == f"export const limiter = {after}"


def test_a_function_that_gets_the_request_goes_with_its_limiter(codemod: CodemodTest) -> None:
    limits = """
        import rateLimit from "express-rate-limit";

        const isProbe = (req: any) => req.headers["user-agent"]?.includes("probe");

        export const limiter = rateLimit({ skip: (req) => isProbe(req) });
        """
    found = migrated(codemod, dedented(limits))
    assert found.files["convex/lib/limits.ts"] == dedented("""
        import type { Context } from "hono";
        import { rateLimit } from "./rateLimit";

        export const isProbe = (c: Context) => c.req.header("user-agent")?.includes("probe");

        export const limiter = rateLimit("limiter", { skip: (c) => isProbe(c) });
        """)
    assert found.outcome("limiter") == "migrated"


def test_a_store_is_replaced_by_the_table(codemod: CodemodTest) -> None:
    limits = """
        import rateLimit from "express-rate-limit";
        import RedisStore from "rate-limit-redis";
        import { redis } from "./redis";

        export const limiter = rateLimit({
          max: 5,
          store: new RedisStore({ sendCommand: (...args: string[]) => redis.call(...args) }),
        });
        """
    redis = 'import Redis from "ioredis";\nexport const redis = new Redis();\n'
    found = migrated(codemod, dedented(limits), redis=redis)
    assert found.outcome("GET /items") == "migrated"
    assert "store" not in found.files["convex/lib/limits.ts"]


def test_forms_are_flat_in_express_5(codemod: CodemodTest) -> None:
    app = APP.replace("express.json()", "express.urlencoded()")
    package = PACKAGE.replace("VERSION", "8").replace("^4.21.0", "^5.0.0")
    files = {"package.json": package, "src/app.ts": app, "src/limits.ts": limited("{ max: 5 }")}
    assert 'app.use("*", formBody({ extended: false }));' in codemod.migrate(files).files["convex/http.ts"]


EARLIER = {
    "a limit of 0 is none": (5, "{ max: LIMIT }", "{ max: LIMIT || Infinity }"),
    "headers": (6, "{ max: 5, headers: false }", "{ max: 5, legacyHeaders: false }"),
    "a limit of 0 refuses all": (7, "{ max: LIMIT }", "{ max: LIMIT }"),
}


@pytest.mark.parametrize(("version", "before", "after"), EARLIER.values(), ids=EARLIER)
def test_options_of_earlier_versions_mean_what_they_did(
    codemod: CodemodTest, version: int, before: str, after: str
) -> None:
    limits = limited(before).replace("export const", "const LIMIT = 5;\nexport const")
    text = migrated(codemod, limits, version).files["convex/lib/limits.ts"]
    assert f'rateLimit("limiter", {after});' in text


REFUSED = {
    "an unknown option": (
        limited("{ requestPropertyName: 'limit' }"),
        "is rate limited by `limiter`, which sets the option `requestPropertyName`",
    ),
    "a function elsewhere": (
        limited("{ skip: isFree }").replace("export", "const isFree = (req: any) => true;\nexport"),
        "is rate limited by `limiter`, which has a `skip` that is not written in place",
    ),
    "a message that is computed": (
        limited("{ message: async (req: any) => req.url }"),
        "is rate limited by `limiter`, which has a function for its `message`",
    ),
    "a limiter that a function makes": (
        'import rateLimit from "express-rate-limit";\n'
        "const make = (max: number) => rateLimit({ max });\nexport const limiter = make(5);\n",
        "is rate limited by `limiter`, which a function makes: no name would tell its counts from those of others",
    ),
    "counts in memory": (
        "const hits = new Map();\n"
        "export const limiter = (req: any, res: any, next: any) => {\n"
        "  hits.set(req.ip, (hits.get(req.ip) ?? 0) + 1);\n"
        "  if (hits.get(req.ip) > 5) return res.status(429).json({ error: 'Slow' });\n"
        "  next();\n};\n",
        "is rate limited by `limiter`: `hits` is state in the memory of the server",
    ),
    "another package": (
        "import { RateLimiterMemory } from 'rate-limiter-flexible';\n"
        "const counts = new RateLimiterMemory({ points: 5, duration: 1 });\n"
        "export const limiter = (req: any, res: any, next: any) =>\n"
        "  counts.consume(req.ip).then(() => next()).catch(() => res.status(429).end());\n",
        "is rate limited by `limiter`",
    ),
}


@pytest.mark.parametrize(("limits", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_limit_that_cannot_be_kept_keeps_its_route_closed(codemod: CodemodTest, limits: str, reason: str) -> None:
    outcome = migrated(codemod, limits).outcome("GET /items")
    assert outcome.startswith(f"needs-review CX802 {reason}")


IDENTIFIED = limited("{ keyGenerator: (req: any, res: any) => res.locals.user?.id ?? req.ip }")


def test_a_limiter_may_ask_for_who_is_not_signed_in_yet(codemod: CodemodTest) -> None:
    signing = 'app.get("/items", limiter, (req: any, res: any, next: any) => { res.locals.user = { id: 1 }; next(); },'
    app = APP.replace('app.get("/items", limiter,', signing)
    found = migrated(codemod, IDENTIFIED, app=app)
    assert found.outcome("GET /items") == "migrated"
    assert 'c.get("user")?.id ?? ' in found.files["convex/lib/limits.ts"]


def test_a_limiter_may_not_ask_for_what_something_unread_has_set(codemod: CodemodTest) -> None:
    app = APP.replace("import { limiter }", 'import { identify } from "someone";\n    import { limiter }')
    outcome = migrated(codemod, IDENTIFIED, app=app.replace("limiter,", "identify, limiter,")).outcome("GET /items")
    assert outcome.startswith("needs-review CX")


def test_a_window_that_is_over_lets_requests_pass_again(codemod: CodemodTest) -> None:
    found = migrated(codemod, limited("{ windowMs: 60_000, limit: 2, standardHeaders: true, legacyHeaders: false }"))
    project = ConvexProject(found.root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.eslint() == []
    ask = Request("GET", "/items")
    answers = project.serve([ask, ask, ask, Advance(1), ask, ask, ask])
    assert [answer.status for answer in answers] == [200, 200, 429, 200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["1", "0", "0", "1", "0", "0"]
    assert answers[2].headers["retry-after"] == "58"


def test_addresses_of_one_network_are_one_client(tmp_path: Path) -> None:
    source = (RUNTIME / "rateLimit.ts").read_text(encoding="utf-8")
    function = source[source.index("export function ipKeyGenerator") : source.index("/** Counts a request")]
    asked = ["1.2.3.4", "::ffff:1.2.3.4", "2001:db8:1:22ff::1", "2001:db8:1:2200:5::", "2001:db8:1:2300::1", "::1"]
    printed = f"console.log(JSON.stringify({asked}.map((ip) => ipKeyGenerator(ip))));"
    (tmp_path / "key.ts").write_text(f"{function}\n{printed}")
    command = ["npx", "--prefix", str(TOOLS), "esbuild", "key.ts", "--outfile=key.mjs", "--log-level=error"]
    subprocess.run(command, cwd=tmp_path, check=True)
    done = subprocess.run(["node", "key.mjs"], cwd=tmp_path, check=True, capture_output=True, text=True)
    network = "2001:db8:1:2200:0:0:0:0/56"
    assert json.loads(done.stdout) == [
        "1.2.3.4", "1.2.3.4", network, network, "2001:db8:1:2300:0:0:0:0/56", "0:0:0:0:0:0:0:0/56"
    ]  # fmt: skip


def test_limits_may_stand_on_the_application_a_mount_a_router_and_a_route(codemod: CodemodTest) -> None:
    app = """
        import express, { Router } from "express";
        import { rateLimit } from "express-rate-limit";
        import { limiter } from "./limits";

        const app = express();
        const items = Router();
        items.use(rateLimit({ limit: 3, skip: (req) => req.path === "/free" }));
        items.get("/", limiter, (req, res) => res.json([]));
        items.get("/free", (req, res) => res.json([]));
        app.use(rateLimit({ limit: 9 }));
        app.use("/api", rateLimit({ limit: 5 }));
        app.use("/api/items", items);
        app.listen(3000);
        """
    http = migrated(codemod, limited("{ max: 1 }"), app=dedented(app)).files["convex/http.ts"]
    lines = [line for line in http.splitlines() if line.startswith("app.") and "onError" not in line]
    assert lines == [
        'app.use("*", rateLimit("app2", { limit: 9 }));',
        'app.use("/api/*", rateLimit("app3", { limit: 5 }));',
        'app.use("/api/items/*", rateLimit("app", { limit: 3, skip: (c) => pathOf(c, 2) === "/free" }));',
        'app.get("/api/items", limiter, async (c) => {',
        'app.get("/api/items/free", async (c) => {',
    ]


def test_a_key_may_be_what_middleware_found_out(codemod: CodemodTest) -> None:
    app = """
        import express from "express";
        import { limiter } from "./limits";

        const app = express();
        function tenant(req: any, res: any, next: any) {
          req.tenant = req.get("x-tenant");
          res.locals.user = { email: req.get("x-user") };
          next();
        }
        app.use(tenant);
        app.get("/items", limiter, (req, res) => res.json([]));
        app.listen(3000);
        """
    options = "{ keyGenerator: (req: any, res) => res.locals.user?.email ?? req.tenant ?? req.ip }"
    found = migrated(codemod, limited(options), app=dedented(app))
    assert found.outcome("GET /items") == "migrated"
    key = 'async (c) => c.get("user")?.email ?? c.get("tenant") ?? (await ipOf(c))'
    assert f'rateLimit("limiter", {{ keyGenerator: {key} }});' in found.files["convex/lib/limits.ts"]


def test_scripts_keep_their_limiters(codemod: CodemodTest) -> None:
    limits = """
        const rateLimit = require('express-rate-limit');

        const limiter = rateLimit({ windowMs: 1000, max: 2, skipSuccessfulRequests: true });

        module.exports = { limiter };
        """
    app = """
        const express = require('express');
        const { limiter } = require('./limits');

        const app = express();
        app.use('/items', limiter);
        app.get('/items', (req, res) => res.json([]));
        app.listen(3000);
        """
    files = {"package.json": PACKAGE.replace("VERSION", "5"), "src/app.js": app, "src/limits.js": limits}
    found = codemod.migrate(files)
    assert (
        "rateLimit('limiter', { windowMs: 1000, max: 2, skipSuccessfulRequests: true });"
        in (found.files["convex/lib/limits.js"])
    )
    project = ConvexProject(found.root)
    assert project.codegen() == []
    assert [answer.status for answer in project.serve([Request("GET", "/items")] * 3)] == [200, 200, 200]
