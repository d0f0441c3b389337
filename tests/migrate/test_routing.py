"""Routes answer in the order in which Express tries them, and what stands before a handler is never left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from convex_project import ConvexProject, Request
from express_app import users_app
from harness import CodemodTest, Migrated

GUARD = "(req, res, next) => { if (!req.session) return res.status(401).json({}); next(); }"
"""One that cannot be carried over: nothing makes the session that it asks for."""
WHY = "reads `req.session`, which nothing before it sets"


def _outcomes(migrated: Migrated) -> dict[str, str]:
    """`migrated`, or the code and words without the place."""
    routes = [item for item in migrated.settled.items if item.kind == "route"]
    return {item.name: str(item.outcome) if item.reason is None else item.reason.split(" (")[0] for item in routes}


def test_the_first_route_that_fits_answers(tmp_path: Path) -> None:
    routes = """
        router.get("/me", (req, res) => res.json("me"));
        router.get("/:id", (req, res) => res.json("id"));
        router.get("/last", (req, res) => res.json("last"));
        router.get("/:id/notes", (req, res) => res.json("notes"));
        router.route("/chain/of/verbs").get((req, res) => res.json("get")).post((req, res) => res.json("post"));
    """
    app = CodemodTest(tmp_path).migrate(users_app(routes))
    project = ConvexProject(app.root)
    assert project.codegen() == []
    asked = ["me", "7", "last", "7/notes", "chain/of/verbs", "me/"]
    answers = project.serve(
        [*(Request("GET", f"/users/{path}") for path in asked), Request("POST", "/users/chain/of/verbs")]
    )
    assert [answer.body for answer in answers] == ["me", "id", "id", "notes", "get", "me", "post"]


def test_a_guard_of_the_router_guards_what_comes_after_it(codemod: CodemodTest) -> None:
    routes = f"""
        router.get("/open", (req, res) => res.json([]));
        router.use({GUARD});
        router.get("/closed", (req, res) => res.json([]));
    """
    assert _outcomes(codemod.migrate(users_app(routes))) == {
        "GET /users/open": "migrated",
        "GET /users/closed": f"CX801 is guarded by `inline function`, which {WHY}",
    }


def test_a_guard_of_a_path_guards_what_is_below_it(codemod: CodemodTest) -> None:
    routes = f"""
        router.use("/admin", {GUARD});
        router.get("/admin/log", (req, res) => res.json([]));
        router.get("/other", (req, res) => res.json([]));
    """
    assert _outcomes(codemod.migrate(users_app(routes))) == {
        "GET /users/admin/log": f"CX801 is guarded by `inline function`, which {WHY}",
        "GET /users/other": "migrated",
    }


def test_a_guard_of_the_application_guards_the_routers_after_it(codemod: CodemodTest) -> None:
    app = f"""
        import express from "express";
        import users from "./users.routes";

        const app = express();
        app.get("/early", (req, res) => res.json([]));
        app.use({GUARD});
        app.use("/users", users);
        app.get("/late", (req, res) => res.json([]));
        app.listen(3000);
    """
    migrated = codemod.migrate(users_app('router.get("/", (req, res) => res.json([]));', app=app))
    assert _outcomes(migrated) == {
        "GET /early": "migrated",
        "GET /users": f"CX801 is guarded by `inline function`, which {WHY}",
        "GET /late": f"CX801 is guarded by `inline function`, which {WHY}",
    }
    assert "notMigrated" in migrated.files["convex/http.ts"]


BEFORE_HANDLERS = {
    "a guard": (f"{GUARD}, (req, res) => res.json([])", f"CX801 is guarded by `inline function`, which {WHY}"),
    "a guard in a list": (
        f"[{GUARD}], (req, res) => res.json([])",
        f"CX801 is guarded by `inline function`, which {WHY}",
    ),
    "a function that writes": (
        "(req, res, next) => { req.secret = 1; res.render('x'); }, (req, res) => res.json([])",
        "CX701 runs after `inline function`, which renders a view, and Convex has no engine for views",
    ),
    "a function that only logs": (
        "(req, res, next) => { console.log(req.method); next(); }, (req, res) => res.json([])",
        "migrated",
    ),
    "a function with the name of a logger that cannot be read": (
        "(globalThis as any).requestLogger, (req, res) => res.json([])",
        "CX701 runs after `(globalThis as any).requestLogger`",
    ),
    "a function that only passes on": ("(req, res, next) => next(), (req, res) => res.json([])", "migrated"),
}


@pytest.mark.parametrize("handlers, outcome", BEFORE_HANDLERS.values(), ids=BEFORE_HANDLERS)
def test_what_stands_before_a_handler(codemod: CodemodTest, handlers: str, outcome: str) -> None:
    migrated = codemod.migrate(users_app(f'router.post("/", {handlers});'))
    assert _outcomes(migrated) == {"POST /users": outcome}


FALLS_THROUGH = {
    "a router before": (
        'app.use("/api", notes);\napp.use("/api", users);',
        f"CX801 is guarded by `inline function`, which {WHY}",
    ),
    "a router after": ('app.use("/api", users);\napp.use("/api", notes);', "migrated"),
    "a router elsewhere": ('app.use("/notes", notes);\napp.use("/api", users);', "migrated"),
    "a guarded mount before": (
        f'app.use("/api", {GUARD}, open);\napp.use("/api", users);',
        f"CX801 is guarded by `inline function`, which {WHY}",
    ),
    "a guarded mount elsewhere": (f'app.use("/open", {GUARD}, open);\napp.use("/api", users);', "migrated"),
}


@pytest.mark.parametrize("mounts, outcome", FALLS_THROUGH.values(), ids=FALLS_THROUGH)
def test_a_request_passes_the_guards_of_routers_that_do_not_answer_it(
    codemod: CodemodTest, mounts: str, outcome: str
) -> None:
    app = f"""
        import express from "express";
        import users from "./users.routes";

        const app = express();
        const notes = express.Router();
        notes.use({GUARD});
        notes.get("/notes", (req, res) => res.json([]));
        const open = express.Router();
        open.get("/open", (req, res) => res.json([]));
        {{mounts}}
        app.listen(3000);
    """
    files = users_app('router.get("/all", (req, res) => res.json([]));', app=app.replace("{mounts}", mounts))
    outcomes = _outcomes(codemod.migrate(files))
    assert outcomes["GET /api/all"] == outcome


ALTERATIONS = {
    "a replacer": ("app.set('json replacer', (key, value) => value);", """app.set('json replacer', …)"""),
    "a parser of queries": ("app.set('query parser', 'simple');", "app.set('query parser', …)"),
    "a patched answer": ("(express as any).response.json = function () {};", "(express as any).response.json"),
    "another patched answer": ("express.response.json = function () { return this; };", "express.response.json"),
    "a patched built-in": (
        "(BigInt.prototype as any).toJSON = function () { return this.toString(); };",
        "(BigInt.prototype as any).toJSON",
    ),
    "a function around it": (
        "export default (req, res) => { if (!req.headers.key) return res.end(); return app(req, res); };",
        "the function around app(…)",
    ),
    "a function that only calls it": ("export default (req, res) => app(req, res);", "migrated"),
    "the usual parser of queries": ("app.set('query parser', 'extended');", "migrated"),
    "a harmless setting": ("app.set('trust proxy', 1);", "migrated"),
}


@pytest.mark.parametrize("statement, outcome", ALTERATIONS.values(), ids=ALTERATIONS)
def test_what_changes_all_requests_or_answers_is_not_forgotten(
    codemod: CodemodTest, statement: str, outcome: str
) -> None:
    app = f"""
        import express from "express";
        import users from "./users.routes";

        const app = express();
        app.use("/users", users);
        {statement}
    """
    (found,) = _outcomes(codemod.migrate(users_app('router.get("/", (req, res) => res.json([]));', app=app))).values()
    assert found == (outcome if outcome == "migrated" else f"CX701 runs after `{outcome}`")


PARSERS = {
    "express.json()": "migrated",
    "express.json({ limit: '1mb' })": "migrated",
    "express.urlencoded({ extended: true })": "migrated",
    "express.json({ verify: (req, res, buffer) => { req.raw = buffer; } })": "migrated",
    "express.json({ reviver: (key, value) => value })": None,
    "express.json({ verify: (req, res, buffer) => { if (!buffer.length) throw new Error('empty'); } })": None,
    "express.raw({ type: 'application/json' })": None,
}


@pytest.mark.parametrize("parser, outcome", PARSERS.items(), ids=PARSERS)
def test_only_parsers_that_the_edge_stands_for_are_left_out(
    codemod: CodemodTest, parser: str, outcome: str | None
) -> None:
    app = f"""
        import express from "express";
        import users from "./users.routes";

        const app = express();
        app.use({parser});
        app.use("/users", users);
        app.listen(3000);
    """
    (found,) = _outcomes(codemod.migrate(users_app('router.get("/", (req, res) => res.json([]));', app=app))).values()
    assert found == outcome if outcome is not None else found.startswith("CX701 runs after ")


def test_a_router_with_a_mount_that_cannot_be_read_is_carried_for_the_others(codemod: CodemodTest) -> None:
    """The source stays for the one mount; a second run, which leaves it out, finds the names of the first."""
    app = """
        import express from "express";
        import users from "./users.routes";
        const app = express();
        app.use([process.env.PREFIX + "/users", "/users"], users);
        app.listen(3000);
        """
    routes = """
        router.get("/", (req, res) => res.json([]));
        router.get("/:id", (req, res) => res.json(req.params.id));
        """
    migrated = codemod.migrate(users_app(routes, app=app))
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert migrated.outcome("GET /:id").startswith("needs-review CX102 its path is computed")
    assert "export const getUser = query({" in migrated.convex["convex/users.ts"]
