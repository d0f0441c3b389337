"""Routes that never answer, because another one does so first."""

from __future__ import annotations

import pytest
from harness import CodemodTest, dedented

APP = """
    import express from "express";
    const app = express();
    const router = express.Router();
    const first = (req, res) => res.json(1);
    const second = (req, res) => res.json(2);
    {routes}
    app.listen(3000);
    """

SKIPPED = "skipped CX109 is registered after src/app.ts:6, which answers first"

ROUTES = {
    "the same path": ('app.get("/x", first);\napp.get("/x", second);', SKIPPED),
    "another name of a parameter": ('app.get("/x/:a", first);\napp.get("/x/:b", second);', SKIPPED),
    "another case": ('app.get("/x", first);\napp.get("/X", second);', SKIPPED),
    "another method": ('app.get("/x", first);\napp.post("/x", second);', "migrated"),
    "a parameter before": ('app.get("/:x", first);\napp.get("/x", second);', "migrated"),
    "another environment": ('if (process.env.A) app.get("/x", first);\napp.get("/x", second);', "migrated"),
    "a condition of its own": ('app.get("/x", first);\nif (process.env.A) app.get("/x", second);', SKIPPED),
}


@pytest.mark.parametrize("routes, outcome", ROUTES.values(), ids=ROUTES)
def test_what_comes_too_late_is_skipped(codemod: CodemodTest, routes: str, outcome: str) -> None:
    migrated = codemod.migrate({"src/app.ts": dedented(APP).replace("{routes}", routes)})
    items = [item for item in migrated.settled.items if item.kind == "route"]
    last = max(items, key=lambda item: item.source.line)
    assert str(last.outcome) + (f" {last.reason}" if last.reason else "") == (
        outcome if outcome == "migrated" else f"{outcome} (src/app.ts:7)"
    )
    assert "notMigrated" not in migrated.convex["convex/http.ts"]


def test_a_dead_route_stays_where_it_is_and_dead(codemod: CodemodTest) -> None:
    routes = 'app.get("/x", first);\napp.get("/x", second);'
    migrated = codemod.migrate({"src/app.ts": dedented(APP).replace("{routes}", routes)})
    source = migrated.files["src/app.ts"]
    assert 'app.get("/x", first)' not in source
    assert "// TODO(convexify CX109): GET /x is registered after src/app.ts:6, which answers first" in source


def test_a_route_after_one_that_may_go_on_is_not_dead(codemod: CodemodTest) -> None:
    routes = (
        'app.get("/x", (req, res, next) => { if (req.query.a) return next(); res.json(1); });\napp.get("/x", second);'
    )
    migrated = codemod.migrate({"src/app.ts": dedented(APP).replace("{routes}", routes)})
    reasons = [item.reason or "" for item in migrated.settled.items if item.name == "GET /x"]
    assert [reason.split(" (")[0] for reason in reasons if "CX109" in reason] == [
        "CX109 is registered after src/app.ts:6, which may answer first"
    ]


BEFORE = "router.get('/x', (req, res, next) => next('router'), first);\napp.use('/a', router);"
PASSING = {
    "a guard below a path": 'app.get("/a/*", guard);\napp.get("/a/x", second);',
    "a guard for a parameter": 'app.get("/a/:id", guard);\napp.get("/a/x", second);',
    "a handler that gives the request on": 'app.get("/a/:id", (req, res, next) => guard(req, res, next));\n'
    'app.get("/a/x", second);',
    "a handler that leaves its route": 'app.get("/a/x", (req, res, next) => next("route"));\napp.get("/a/x", second);',
    "a middleware that leaves its route": 'app.get("/a/x", (req, res, next) => next("route"), first);\n'
    'app.get("/a/x", second);',
    "a middleware that leaves its router": f'{BEFORE}\napp.get("/a/x", second);',
}


@pytest.mark.parametrize("routes", PASSING.values(), ids=PASSING)
def test_what_routes_hand_on_is_not_public(codemod: CodemodTest, routes: str) -> None:
    guard = "const guard = (req, res, next) => (req.headers.key ? next() : res.status(401).end());"
    migrated = codemod.migrate({"src/app.ts": dedented(APP).replace("{routes}", f"{guard}\n{routes}")})
    late = max((item for item in migrated.settled.items if item.kind == "route"), key=lambda item: item.source.line)
    assert late.outcome == "needs-review"
    assert "which may answer first" in (late.reason or "")
    assert "= query(" not in "".join(migrated.convex.values())


def test_a_router_mounted_twice_at_one_path_gives_its_routes_once(codemod: CodemodTest) -> None:
    routes = 'router.get("/x", first);\napp.use("/api", router);\napp.use("/api", router);'
    migrated = codemod.migrate({"src/app.ts": dedented(APP).replace("{routes}", routes)})
    assert migrated.outcome("GET /api/x") == "migrated"
    assert "router" not in migrated.files["src/app.ts"]


def test_every_mount_of_a_router_is_told_of(codemod: CodemodTest) -> None:
    guard = 'import { guard } from "nowhere";'
    routes = f'{guard}\nrouter.get("/x", first);\napp.use("/open", router);\napp.use("/shut", guard, router);'
    migrated = codemod.migrate({"src/app.ts": dedented(APP).replace("{routes}", routes)})
    assert migrated.outcome("GET /open/x") == "migrated"
    assert migrated.outcome("GET /shut/x").startswith("needs-review CX801")


def test_a_function_that_nothing_calls_registers_nothing(codemod: CodemodTest) -> None:
    files = {
        "src/app.ts": 'import express from "express";\nimport { routes } from "./routes";\nconst app = express();\n'
        "routes(app);\napp.listen(3000);\n",
        "src/routes.ts": 'import { Express } from "express";\n'
        'export function routes(app: Express) {\n  app.get("/x", (req, res) => res.json(1));\n}\n',
        "src/old.ts": 'import { Express } from "express";\n'
        'export function routes(app: Express) {\n  app.get("/x", (req, res) => res.json(2));\n}\n',
    }
    migrated = codemod.migrate(files)
    outcomes = {
        item.source.file: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"
    }
    assert outcomes == {
        "src/routes.ts": "migrated",
        "src/old.ts": "CX103 no application mounts its router (src/old.ts:3)",
    }
    assert "notMigrated" not in migrated.convex["convex/http.ts"]
