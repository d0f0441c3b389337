"""What functions use and do: globals, packages, loggers, the environment, state in memory, timers, floating work."""

from __future__ import annotations

import pytest
from planned_app import PlanApp


def route(body: str) -> str:
    return f'app.get("/x", async (req, res) => {{ {body} }});'


GLOBALS = {
    "process": ("process.exit(1);", "CX501 uses `process.exit`"),
    "whole environment": ("console.log(process.env);", "CX501 uses `process.env`"),
    "computed variable": ("console.log(process.env[req.query.name]);", "CX501 uses `process.env`"),
    "require": ('require("fs");', 'CX105 loads `require("fs")` in the midst of other code'),
    "__dirname": ("console.log(__dirname);", "CX501 uses `__dirname`"),
    "global": ("global.count = 1;", "CX501 uses `global.count`"),
    "globalThis": ("globalThis.count = 1;", "CX201 uses the global `globalThis`"),
    "unknown": ("doSomething();", "CX201 uses the global `doSomething`"),
    "dynamic import": ('await import("lodash");', 'CX105 loads `import("lodash")` in the midst of other code'),
    "interval": ("setInterval(() => {}, 5);", "CX502 uses setInterval"),
}


@pytest.mark.parametrize(("body", "reason"), GLOBALS.values(), ids=GLOBALS.keys())
def test_what_convex_functions_do_not_have_is_refused(planned: PlanApp, body: str, reason: str) -> None:
    assert planned(route(f"{body} res.json(1);")).reason == reason


@pytest.mark.parametrize(
    "body",
    [
        "new Date().toISOString();",
        "JSON.stringify(Object.keys({}));",
        "crypto.randomUUID();",
        'new URL("http://x").searchParams.get("a");',
        "Math.max(...[1, 2].map(Number));",
        'console.log("x");',
        "Promise.all([1]).then((list) => list);",
    ],
)
def test_what_convex_functions_have_stays(planned: PlanApp, body: str) -> None:
    found = planned(route(f"const x = {body} res.json(1);"))
    assert found.outcome == "migrated"
    assert body in found.handler


def test_a_local_variable_is_no_global(planned: PlanApp) -> None:
    assert planned(route("const fetch = (x) => x; res.json(fetch(1));")).outcome == "migrated"


def test_the_environment_is_declared(planned: PlanApp) -> None:
    found = planned(route('res.json(process.env.NAME ?? "x");'))
    assert 'return toJson(env.NAME ?? "x")' in found.handler


def test_a_variable_that_is_declared_to_be_set_is_read_as_such(planned: PlanApp) -> None:
    declared = "declare global { namespace NodeJS { interface ProcessEnv { NAME: string; LEVEL?: string } } }\n"
    found = planned(declared + route("res.json([process.env.NAME, process.env.LEVEL, process.env.NAME || 'x']);"))
    assert "[env.NAME!, env.LEVEL, env.NAME || 'x']" in found.handler


def test_a_secret_has_no_fallback_in_the_code(planned: PlanApp) -> None:
    found = planned(route('res.json(process.env.API_SECRET || "x");'))
    assert 'return toJson(requireEnv(env.API_SECRET, "API_SECRET"))' in found.handler


@pytest.mark.parametrize(
    "read", ['process.env.A_SECRET || process.env.B || "x"', '(process.env.A_SECRET ?? "") || "x"']
)
def test_a_chain_of_fallbacks_for_a_secret_is_left_to_its_owner(planned: PlanApp, read: str) -> None:
    found = planned(route(f"res.json({read});"))
    assert found.reason == "CX803 falls back to a literal for the secret `A_SECRET`"


PACKAGES = {
    "pure": ("lodash", None),
    "native": ("argon2", "CX501 uses argon2"),
    "Node itself": ("node:fs", None),
    "unknown": ("some-package", "CX208 uses the package some-package"),
    "that keeps things": ("lru-cache", "CX104 keeps state in the memory of the server with lru-cache"),
    "part of a pure one": ("lodash.groupby", None),
}


@pytest.mark.parametrize(("module", "reason"), PACKAGES.values(), ids=PACKAGES.keys())
def test_packages_stay_where_they_have_no_effects(planned: PlanApp, module: str, reason: str | None) -> None:
    found = planned(route("res.json(tool(1));"), imports=f'import {{ tool }} from "{module}";')
    if module.startswith("node:"):
        assert found.outcome != "migrated"
    elif reason is None:
        assert f'import {{ tool }} from "{module}";' in found.module
    else:
        assert found.reason == reason


def test_loggers_become_the_console(planned: PlanApp) -> None:
    found = planned(
        route('logger.info("a"); logger.verbose("b"); logger.error("c", new Date()); res.json(1);'),
        imports='import winston from "winston";\nconst logger = winston.createLogger({});',
    )
    assert 'console.info("a"); console.debug("b"); console.error("c", new Date());' in found.handler


def test_a_logger_that_is_passed_on_is_refused(planned: PlanApp) -> None:
    found = planned(
        route("[1].forEach(logger); res.json(1);"),
        imports='import winston from "winston";\nconst logger = winston.createLogger({});',
    )
    assert found.reason == "CX105 uses the logger `logger`"


STATE = {
    "counter": ("let held = 0;", "held++;"),
    "object": ("const held = {};", "held[req.query.a] = 1;"),
    "property": ("const held = { size: 1 };", "held.size = 2;"),
    "nested property": ("const held = { a: { b: 1 } };", "held.a.b += 1;"),
    "part of an element": ("const held = {};", "held[req.query.a].hits = 1;"),
    "deleted": ("const held = {};", "delete held[req.query.a];"),
    "map": ("const held = new Map();", "held.set(1, 2);"),
    "set": ("const held = new Set();", "held.add(1);"),
    "map in an object": ("const held = { cache: new Map() };", "held.cache.set(1, 2);"),
    "list": ("const held = [];", "held.push(1);"),
    "sorted list": ("const held = [2, 1];", "held.sort();"),
    "assigned onto": ("const held = {};", "Object.assign(held, { a: 1 });"),
}


@pytest.mark.parametrize(("declaration", "use"), STATE.values(), ids=STATE.keys())
def test_state_in_memory_is_refused(planned: PlanApp, declaration: str, use: str) -> None:
    found = planned(f"{declaration}\n{route(f'{use} res.json(1);')}", language="js")
    assert found.reason == "CX104 `held` is state in the memory of the server"


CONSTANT = {
    "list": ("const held = [2, 1];", "held.map((x) => x + 1)"),
    "copy": ("const held = [2, 1];", "[...held].sort()"),
    "object": ("const held = { size: 1 };", "held.size"),
    "map": ("const held = new Map([[1, 2]]);", "held.get(1)"),
    "assigned from": ("const held = { size: 1 };", "Object.assign({}, held)"),
}


@pytest.mark.parametrize(("declaration", "value"), CONSTANT.values(), ids=CONSTANT.keys())
def test_constants_go_along(planned: PlanApp, declaration: str, value: str) -> None:
    found = planned(f"{declaration}\n{route(f'res.json({value});')}")
    assert found.outcome == "migrated"
    assert any(declaration in text for path, text in found.files.items() if path.startswith("convex/"))


def test_state_of_an_instance_is_refused(planned: PlanApp) -> None:
    found = planned(
        "class Cache { held = new Map(); put() { this.held.set(1, 2); } }\nconst cache = new Cache();\n"
        + route("cache.put(); res.json(1);")
    )
    assert found.reason == "CX104 `this.held` is state in the memory of the server"


FLOATING = {
    "database call": ("prisma.post.count();", "prisma post.count"),
    "helper": ("work();", "`work`"),
    "helper with catch": ("work().catch(console.error);", "`work`"),
    "void": ("void work();", "`work`"),
    "forEach": ("[1].forEach(async () => { await work(); });", "`work`"),
}


@pytest.mark.parametrize(("statement", "name"), FLOATING.values(), ids=FLOATING.keys())
def test_work_that_nothing_awaits_is_refused(planned: PlanApp, statement: str, name: str) -> None:
    found = planned(
        "async function work() { await prisma.post.count(); }\n" + route(f"{statement} res.json(1);"), language="js"
    )
    assert found.reason == f"CX209 {name} is called and not awaited"


@pytest.mark.parametrize(
    "statement",
    ["await work();", "await Promise.all([1].map(() => work()));", "const job = work(); await job;"],
)
def test_work_that_is_awaited_stays(planned: PlanApp, statement: str) -> None:
    found = planned("async function work() { await prisma.post.count(); }\n" + route(f"{statement} res.json(1);"))
    assert found.outcome == "migrated"


def test_a_timer_that_is_a_job_is_scheduled(planned: PlanApp) -> None:
    found = planned(
        """
        app.post("/x", async (req, res) => {
          const post = await prisma.post.create({ data: { title: "t", authorId: req.body.authorId } });
          setTimeout(async () => {
            await prisma.post.delete({ where: { id: post.id } });
          }, 60_000);
          res.json(post);
        });
        """
    )
    assert "await ctx.scheduler.runAfter(60_000, internal.app.afterCreateX, { postId: post.id });" in found.handler
    assert 'export const afterCreateX = internalMutation({\n  args: { postId: v.id("posts") },' in found.module


EFFECTS = {
    "nothing": ("1", "query"),
    "reads": ("await prisma.post.count()", "query"),
    "reads in a helper": ("await count()", "query"),
    "writes": ("await prisma.post.deleteMany()", "mutation"),
    "writes in a helper of a helper": ("await clear()", "mutation"),
}


@pytest.mark.parametrize(("value", "kind"), EFFECTS.values(), ids=EFFECTS.keys())
def test_a_route_is_what_everything_that_it_reaches_does(planned: PlanApp, value: str, kind: str) -> None:
    found = planned(
        """
        const count = () => prisma.post.count();
        const remove = () => prisma.post.deleteMany();
        const clear = async () => { await remove(); return count(); };
        """
        + route(f"res.json({value});")
    )
    assert f"export const getX = {kind}({{" in found.module or f"export const listX = {kind}({{" in found.module


def test_an_obstacle_in_a_helper_holds_back_the_routes_that_reach_it(planned: PlanApp) -> None:
    found = planned(
        """
        const send = () => console.log(__dirname);
        const notify = () => send();
        app.get("/a", async (req, res) => { await notify(); res.json(1); });
        app.get("/b", async (req, res) => res.json(2));
        """
    )
    assert found.outcomes == ["CX501 uses `__dirname` (src/app.ts:9)", "migrated"]


STARTED = {
    "chance": ("const started = Math.random();", "CX104 `started` is what `Math.random` was when the server started"),
    "an id": (
        'import { v4 } from "uuid";\nconst started = v4();',
        "CX104 `started` is what uuid gave when the server started",
    ),
}


@pytest.mark.parametrize(("statement", "reason"), STARTED.values(), ids=STARTED.keys())
def test_what_was_found_out_at_the_start_is_state(planned: PlanApp, statement: str, reason: str) -> None:
    assert planned(f"{statement}\n{route('res.json(started);')}").reason == reason


def test_the_time_of_the_start_is_that_of_the_push(planned: PlanApp) -> None:
    found = planned(f"const started = Date.now();\n{route('res.json(Date.now() - started);')}")
    assert found.outcome == "migrated"
    assert "`started` is the time of the push, no longer that of the server's start" in found.messages


def test_a_package_brings_along_what_sets_it_up(planned: PlanApp) -> None:
    found = planned(
        f"""
        import dayjs from "dayjs";
        import utc from "dayjs/plugin/utc";

        dayjs.extend(utc);
        {route("res.json(dayjs.utc(0).format());")}
        """
    )
    assert found.outcome == "migrated"
    assert 'import utc from "dayjs/plugin/utc";' in found.module
    assert "\ndayjs.extend(utc);\n" in found.module


CRYPTO = {
    "an id": ("crypto.randomUUID()", "crypto.randomUUID()", "action"),
    "bytes": ('crypto.randomBytes(16).toString("hex")', "randomHex(16)", "action"),
    "a digest": ('crypto.createHash("sha256").update("x").digest("hex")', 'await sha256Hex("x")', "query"),
    "a digest of a text": (
        'crypto.createHash("sha256").update("x", "utf8").digest("hex")', 'await sha256Hex("x")', "query",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after", "kind"), CRYPTO.values(), ids=CRYPTO.keys())
def test_web_crypto_answers_for_that_of_node(planned: PlanApp, before: str, after: str, kind: str) -> None:
    found = planned('import crypto from "crypto";\n' + route(f"res.json({before});"))
    assert f"toJson({after})" in found.handler
    assert f"= {kind}({{" in found.module


def test_what_node_exports_of_every_runtime_needs_no_node(planned: PlanApp) -> None:
    found = planned(
        'import { URL as Address } from "node:url";\n' + route('res.json(new Address("https://a.org/b").pathname);')
    )
    assert 'toJson(new URL("https://a.org/b").pathname)' in found.handler
    assert "node:url" not in found.module and "= query({" in found.module
