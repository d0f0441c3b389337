"""What runs before a route: order of registration across statements, functions, methods, loops and files."""

from __future__ import annotations

import pytest
from express_reading import ReadApp

GUARD = "const guard = (req, res, next) => { if (!req.headers.key) return res.status(401).end(); next(); };\n"
APP = "const app = express();\n"
GET = 'app.get("/x", (req, res) => res.end());\n'


def test_middleware_runs_before_the_routes_after_it(read: ReadApp) -> None:
    assert read(APP + GUARD + "app.use(guard);\n" + GET).before() == ["guard"]
    assert read(APP + GUARD + GET + "app.use(guard);\n").before() == []


def test_own_middleware_runs_last(read: ReadApp) -> None:
    found = read(APP + 'import { a, b } from "./missing";\napp.use(a);\napp.get("/x", b, (req, res) => res.end());')
    assert found.before() == ["a", "b"]


PATHS = {
    "same": ('"/x"', True),
    "other": ('"/y"', False),
    "root": ('"/"', True),
    "below": ('"/x/y"', False),
    "part of a word": ('"/xy"', False),
    "array with it": ('["/x", "/y"]', True),
    "array without it": ('["/y", "/z"]', False),
    "regular expression": ("/x/", True),
    "computed": ("prefix()", True),
}


@pytest.mark.parametrize(("path", "runs"), PATHS.values(), ids=PATHS.keys())
def test_middleware_of_a_path_runs_before_the_routes_below_it(read: ReadApp, path: str, runs: bool) -> None:
    found = read(f"{APP}{GUARD}app.use({path}, guard);\n{GET}")
    assert ("guard" in found.before()) is runs


def test_express_compares_paths_without_regard_to_case(read: ReadApp) -> None:
    assert read(f'{APP}{GUARD}app.use("/X", guard);\n{GET}').before() == ["guard"]


def test_all_before_a_verb_is_middleware_of_the_verb(read: ReadApp) -> None:
    found = read(
        APP
        + GUARD
        + """
        app.all("/x", guard);
        app.get("/x", (req, res) => res.end());
        app.get("/y", (req, res) => res.end());
        app.get("/x/y", (req, res) => res.end());
        """
    )
    assert found.before("GET /x") == ["guard"]
    assert found.before("GET /y") == []
    assert found.before("GET /x/y") == []


def test_all_in_a_chain_is_middleware_of_the_verbs_after_it(read: ReadApp) -> None:
    found = read(
        APP + GUARD + 'app.route("/x/:id").get((req, res) => res.end()).all(guard).delete((req, res) => res.end());'
    )
    assert found.before("GET /x/:id") == []
    assert found.before("DELETE /x/:id") == ["guard"]


def test_all_below_a_pattern_is_middleware_of_every_path(read: ReadApp) -> None:
    assert read(f'{APP}{GUARD}app.all("*", guard);\n{GET}').before("GET /x") == ["guard"]


def test_a_parameter_function_runs_before_the_routes_with_the_parameter(read: ReadApp) -> None:
    found = read(
        """
        const app = express();
        app.param("id", (req, res, next, id) => { if (!id) return res.status(400).end(); next(); });
        app.get("/x/:id", (req, res) => res.end());
        app.get("/x", (req, res) => res.end());
        """
    )
    assert found.before("GET /x/:id") == ['param("id", inline function)']
    assert found.before("GET /x") == []


METHODS = """
class App {
  app = express();
  constructor() { %s }
  routes() { this.app.get("/x", (req, res) => res.end()); }
  setup() { this.app.use(guard); }
}
"""


def test_methods_count_in_the_order_of_their_calls(read: ReadApp) -> None:
    assert read(GUARD + METHODS % "this.setup(); this.routes();").before() == ["guard"]
    assert read(GUARD + METHODS % "this.routes(); this.setup();").before() == []


FUNCTIONS = """
const app = express();
function routes(app) { app.get("/x", (req, res) => res.end()); }
function setup(app) { app.use(guard); }
%s
"""


def test_functions_count_in_the_order_of_their_calls(read: ReadApp) -> None:
    assert read(GUARD + FUNCTIONS % "setup(app);\nroutes(app);").before() == ["guard"]
    assert read(GUARD + FUNCTIONS % "routes(app);\nsetup(app);").before() == []


def test_a_guard_counts_for_routes_of_other_files_whose_order_is_not_known(read: ReadApp) -> None:
    found = read(
        {
            "server.ts": f"export {APP}{GUARD}\n\n\n\napp.use(guard);\nimport './routes';\n",
            "routes.ts": f"import express from 'express';\nimport {{ app }} from './server';\n{GET}",
        }
    )
    assert found.before() == ["guard"]


LOOPS = {
    "forEach": "[users, posts].forEach((r) => r.use(guard));",
    "for of": "for (const r of [users, posts]) r.use(guard);",
    "list in a constant": "const all = [users, posts];\nfor (const r of all) { r.use(guard); }",
    "helper": "function protect(r) { r.use(guard); }\nprotect(users);\nprotect(posts);",
    "helper with rest parameters": "function all(...rs) { for (const r of rs) r.use(guard); }\nall(users, posts);",
    "helper of a list": "function all(rs: Router[]) { rs.forEach((r) => r.use(guard)); }\nall([users, posts]);",
    "list of pairs": "for (const [r] of [[users, 1], [posts, 2]]) r.use(guard);",
    "list of objects": "[{ r: users }, { r: posts }].forEach(({ r }) => r.use(guard));",
    "rows of objects": "[{ r: users }, { r: posts }].forEach((row) => row.r.use(guard));",
    "values of an object": "Object.values({ users, posts }).forEach((r) => r.use(guard));",
}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS.keys())
def test_a_guard_that_is_put_on_several_routers_is_not_lost(read: ReadApp, loop: str) -> None:
    found = read(
        GUARD
        + """
        const app = express(), users = Router(), posts = Router();
        """
        + loop
        + """
        users.get("/", (req, res) => res.end());
        posts.get("/", (req, res) => res.end());
        app.use("/users", users);
        app.use("/posts", posts);
        """
    )
    assert "guard" in found.before("GET /users")
    assert "guard" in found.before("GET /posts")


TABLES = {
    "forEach": "routes.forEach((row) => { app.use(row.path, row.route); });",
    "for of": "for (const row of routes) app.use(row.path, row.route);",
    "destructured": "routes.forEach(({ path, route }) => app.use(path, route));",
    "middleware in between": "routes.forEach((row) => app.use(row.path, (req, res, next) => next(), row.route));",
    "template": "routes.forEach(({ path, route }) => app.use(`${path}`, route));",
    "spread": "[...routes].forEach((row) => app.use(row.path, row.route));",
    "entries": """
        const all = { "/users": users, "/posts": posts };
        for (const [path, route] of Object.entries(all)) app.use(path, route);""",
    "keys": "const all = { users, posts };\nObject.keys(all).forEach((key) => app.use(`/${key}`, all[key]));",
    "for in": "const all = { users, posts };\nfor (const key in all) app.use(`/${key}`, all[key]);",
    "map": "for (const [path, route] of new Map([['/users', users], ['/posts', posts]])) app.use(path, route);",
    "helper": """
        function mount(path, route) { app.use(path, route); }
        mount('/users', users);
        mount('/posts', posts);""",
    "lists of routers": "const all = [users];\napp.use('/users', all);\napp.use('/posts', ...[posts]);",
}


@pytest.mark.parametrize("loop", TABLES.values(), ids=TABLES.keys())
def test_routers_may_be_mounted_from_a_table(read: ReadApp, loop: str) -> None:
    found = read(
        """
        const app = express(), users = Router(), posts = Router();
        users.get("/:id", (req, res) => res.end());
        posts.get("/", (req, res) => res.end());
        const routes = [{ path: "/users", route: users }, { path: "/posts", route: posts }];
        """
        + loop
    )
    assert sorted(found.routes) == ["GET /posts", "GET /users/:id"]
    assert all(route.mounted for route in found.app.routes)


def test_a_loop_takes_turns(read: ReadApp) -> None:
    found = read(
        GUARD
        + """
        const app = express(), users = Router(), posts = Router();
        users.get("/", (req, res) => res.end());
        posts.get("/", (req, res) => res.end());
        for (const [router, check] of [[users, log], [posts, guard]]) {
          app.use(check);
          app.use("/all", router);
        }
        function log(req, res, next) { next(); }
        """
    )
    first, second = sorted(found.app.routes, key=lambda route: route.order)
    assert [middleware.name for middleware in first.middleware] == ["log"]
    assert [middleware.name for middleware in second.middleware] == ["log", "guard"]


CONDITIONS = {
    "if": ("if (a) app.get('/x', f);", ["a"]),
    "else": ("if (a) log(); else app.get('/x', f);", ["not a"]),
    "else if": ("if (a) log(); else if (b) app.get('/x', f);", ["not a", "b"]),
    "and": ("a && app.get('/x', f);", ["a"]),
    "or": ("a || app.get('/x', f);", ["not a"]),
    "choice": ("a ? log() : app.get('/x', f);", ["not a"]),
    "return before": ("function add() { if (a) return; app.get('/x', f); }\nadd();", ["not a"]),
    "loop": ("if (a) ['/x'].forEach((path) => app.get(path, f));", ["a"]),
    "loop that goes on": ("for (const path of ['/x']) { if (a) continue; app.get(path, f); }", ["not a"]),
    "call": ("if (a) add();\nfunction add() { if (b) app.get('/x', f); }", ["a", "b"]),
    "call with the application": ("if (a) add(app);\nfunction add(on) { on.get('/x', f); }", ["a"]),
    "mount": ("const r = Router();\nif (a) app.use(r);\nif (b) r.get('/x', f);", ["a", "b"]),
    "called at once": ("if (a) (() => { app.get('/x', f); })();", ["a"]),
    "switch": ("switch (a) { case 1: app.get('/x', f); }", ["1"]),
}


@pytest.mark.parametrize(("code", "conditions"), CONDITIONS.values(), ids=CONDITIONS.keys())
def test_what_decides_if_a_route_is_there(read: ReadApp, code: str, conditions: list[str]) -> None:
    route = read(f"{APP}const f = (req, res) => res.end();\n{code}").route()
    assert [one.text if one.holds else f"not {one.text}" for one in route.conditions] == conditions


def test_error_handlers_are_those_of_the_router_and_all_above_it(read: ReadApp) -> None:
    found = read(
        """
        const app = express(), users = Router(), posts = Router();
        const own = (err, req, res, next) => next(err), all = (err, req, res, next) => res.end();
        users.get("/", (req, res) => res.end());
        users.use(own);
        posts.get("/", (req, res) => res.end());
        app.use("/users", users);
        app.use("/posts", posts);
        app.use(all);
        """
    )
    assert found.errors("GET /users") == ["own", "all"]
    assert found.errors("GET /posts") == ["all"]
    assert found.before("GET /users") == []


def test_a_not_found_handler_below_the_routes_does_not_run_before_them(read: ReadApp) -> None:
    assert read(APP + GET + "app.use((req, res) => res.status(404).end());").before() == []


def test_routes_are_in_the_order_of_the_mounts(read: ReadApp) -> None:
    found = read(
        """
        const users = Router(), app = express();
        users.get("/:id", (req, res) => res.end());
        app.get("/users/me", (req, res) => res.end());
        app.use("/users", users);
        """
    )
    assert found.routes == ["GET /users/me", "GET /users/:id"]


def test_applications_keep_their_routes_and_middleware_apart(read: ReadApp) -> None:
    found = read(
        {
            "a.ts": f"{APP}{GUARD}app.use(guard);\n{GET}",
            "b.ts": 'const app = express();\napp.get("/y", (req, res) => res.end());\n',
        }
    )
    assert found.route("GET /x").application == "src/a.ts"
    assert found.route("GET /y").application == "src/b.ts"
    assert found.before("GET /y") == []


def test_functions_that_get_the_application_run_in_the_order_of_their_calls(read: ReadApp) -> None:
    files = {
        "app.js": """
            const express = require("express");
            const app = express();
            app.use(first);
            require("./z")(app);
            require("./a")(app);
            """,
        "z.js": "module.exports = (app) => { app.use(second); app.get('/z', (req, res) => res.end()); };",
        "a.js": "module.exports = (app) => { app.use(third); app.get('/a', (req, res) => res.end()); };",
    }
    found = read(files)
    assert found.before("GET /z") == ["first", "second"]
    assert found.before("GET /a") == ["first", "second", "third"]
