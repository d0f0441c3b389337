"""The forms in which a route is registered on an application or router."""

from __future__ import annotations

import pytest
from express_reading import ReadApp

from codemods.ir.app import Route

APP = "const app = express();\n"


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete", "all", "options", "head", "search", "trace"])
def test_every_verb_registers_a_route(read: ReadApp, verb: str) -> None:
    assert read(APP + f'app.{verb}("/x", (req, res) => res.end());').routes == [f"{verb.upper()} /x"]


FORMS = {
    "string": 'app.get("/x", list);',
    "template": "app.get(`/x`, list);",
    "middleware before the handler": 'app.get("/x", log, list);',
    "array of handlers": 'app.get("/x", [log, list]);',
    "array before the handler": 'app.get("/x", [log], list);',
    "trailing slash": 'app.get("/x/", list);',
    "constant": 'const PATH = "/x";\napp.get(PATH, list);',
    "constant in a template": 'const NAME = "x";\napp.get(`/${NAME}`, list);',
    "sum of constants": 'const NAME = "x";\napp.get("/" + NAME, list);',
    "property of a constant": 'const paths = { x: "/x" };\napp.get(paths.x, list);',
    "cast": 'app.get("/x" as string, list);',
    "route()": 'app.route("/x").get(list);',
    "route() in a variable": 'const x = app.route("/x");\nx.get(list);',
    "type arguments": 'app.get<{}, string>("/x", list);',
    "within an if": 'if (process.env.X) { app.get("/x", list); }',
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_a_route_is_found_in_any_form(read: ReadApp, form: str) -> None:
    functions = "function list(req, res) { res.end(); }\nfunction log(req, res, next) { next(); }\n"
    found = read(APP + functions + form)
    assert found.routes == ["GET /x"]
    assert found.handler().name == "list"


def test_numbers_in_templates_are_read(read: ReadApp) -> None:
    numbered = "const VERSION = 1;\nconst PREFIX = `/v${VERSION}`;\n"
    assert read(APP + numbered + "app.get(`${PREFIX}/x`, (req, res) => res.end());").routes == ["GET /v1/x"]


def test_a_chain_registers_one_route_for_each_verb(read: ReadApp) -> None:
    found = read(
        """
        const app = express();
        app.route("/x").get((req, res) => res.end("a")).post((req, res) => res.end("b"));
        app.get("/y", (req, res) => res.end("c")).delete("/z", (req, res) => res.end("d"));
        """
    )
    assert found.routes == ["GET /x", "POST /x", "GET /y", "DELETE /z"]
    assert found.body("POST /x") == '(req, res) => res.end("b")'


def test_only_a_statement_of_its_own_goes_with_the_route(read: ReadApp) -> None:
    found = read(
        """
        const app = express();
        app.get("/own", (req, res) => res.end());
        app.route("/link").get((req, res) => res.end()).post((req, res) => res.end());
        """
    )

    def is_statement(route: Route) -> bool:
        return route.statement is not None

    assert is_statement(found.route("GET /own"))
    assert not is_statement(found.route("GET /link"))


PATHS = {
    "list": 'app.get(["/a", "/b"], list);',
    "constant list": 'const paths = ["/a", "/b"];\napp.get(paths, list);',
    "list of route()": 'app.route(["/a", "/b"]).get(list);',
    "loop over paths": '["/a", "/b"].forEach((path) => app.get(path, list));',
    "loop over rows": 'for (const { path, f } of [{ path: "/a", f: list }, { path: "/b", f: list }]) app.get(path, f);',
    "counted loop": 'const paths = ["/a", "/b"];\nfor (let i = 0; i < paths.length; i++) app.get(paths[i], list);',
    "table with methods": """
        const rows = [{ method: "get", path: "/a", handler: list }, { method: "get", path: "/b", handler: list }];
        rows.forEach((row) => (app as any)[row.method](row.path, row.handler));""",
    "table with methods in capitals": """
        const rows = [{ method: "GET", path: "/a", handler: list }, { method: "GET", path: "/b", handler: list }];
        for (const { method, path, handler } of rows) app[method.toLowerCase()](path, handler);""",
    "helper": "function add(path, f) { app.get(path, f); }\nadd('/a', list);\nadd('/b', list);",
    "enumeration": "enum Path { A = '/a', B = '/b' }\napp.get(Path.A, list);\napp.get(Path.B, list);",
    "static fields": """
        class Path { static A = "/a"; static readonly B = "/b"; }
        app.get(Path.A, list);
        app.get(Path.B, list);""",
    "frozen object": """
        const paths = Object.freeze({ a: "/a", more: { b: "/b" } });
        app.get(paths.a, list);
        app.get(paths.more.b, list);""",
    "method in brackets": 'app["get"]("/a", list);\nconst verb = "get" as const;\napp[verb]("/b", list);',
}


@pytest.mark.parametrize("form", PATHS.values(), ids=PATHS.keys())
def test_several_paths_are_several_routes(read: ReadApp, form: str) -> None:
    found = read(f"{APP}function list(req, res) {{ res.end(); }}\n{form}")
    assert found.routes == ["GET /a", "GET /b"]
    assert [route.handler.name for route in found.app.routes] == ["list", "list"]


def test_escapes_in_templates_are_read(read: ReadApp) -> None:
    code = (
        APP
        + r"""
        const base = "/x";
        app.get(`${base}/:id(\\d+)`, (req, res) => res.end());
        """
    )
    assert read(code).route().path == r"/x/:id(\d+)"


HANDLERS = {
    "constant list": "const all = [log, list];\napp.get('/x', all);",
    "spread list": "const all = [log, list];\napp.get('/x', ...all);",
    "list in a list": "const checks = [log];\napp.get('/x', [...checks, list]);",
}


@pytest.mark.parametrize("form", HANDLERS.values(), ids=HANDLERS.keys())
def test_the_last_function_of_all_lists_is_the_handler(read: ReadApp, form: str) -> None:
    functions = "function list(req, res) { res.end(); }\nfunction log(req, res, next) { next(); }\n"
    found = read(APP + functions + form)
    assert found.handler().name == "list"
    assert found.before() == ["log"]


def test_a_method_that_cannot_be_told_is_said_to_be_computed(read: ReadApp) -> None:
    route = read(APP + "export function add(verb, path) { app[verb](path, (req, res) => res.end()); }").route()
    assert route.problem == "its method is computed"


FACTORIES = {
    "namespace": 'import * as lib from "express";\nconst app = lib.default();',
    "import of CommonJS": 'import lib = require("express");\nconst app = lib();',
    "require": 'const app = require("express")();',
    "renamed require": 'const { Router: Make } = require("express");\nconst app = express(), r = Make();\napp.use(r);',
    "destructured": "const { Router: Make } = express;\nconst app = express(), r = Make();\napp.use(r);",
    "property": "const Make = express.Router;\nconst app = express(), r = new Make();\napp.use(r);",
    "dynamic import": 'const { default: make } = await import("express");\nconst app = make();',
    "passed on": 'import { make } from "./lib";\nconst app = make();',
    "passed on by a name": 'import { own } from "./lib";\nconst app = own();',
    "exported at once": "const app = (module.exports = express());",
    "property of an object": "const held = { app: express() };\nconst { app } = held;",
    "default of a parameter": "function make(app = express()) { return app; }\nconst app = make();",
    "wrapped": "const asyncApp = (inner) => inner;\nconst app = asyncApp(express());",
}


@pytest.mark.parametrize("form", FACTORIES.values(), ids=FACTORIES.keys())
def test_applications_and_routers_are_known_by_what_makes_them(read: ReadApp, form: str) -> None:
    receiver = "r" if " r = " in form else "app"
    lib = 'import make from "express";\nconst own = make;\nexport { make, own };\n'
    code = f'import express from "express";\n{form}\n{receiver}.get("/x", (req, res) => res.end());\n'
    found = read({"app.ts": code, "lib.ts": lib})
    assert found.routes == ["GET /x"]
    assert found.route().mounted


COMPUTED = {
    "parameter": "function add(path: string) { app.get(path, (req, res) => res.end()); }",
    "environment": "app.get(process.env.PATH_X, (req, res) => res.end());",
    "call": 'app.get(url("/x"), (req, res) => res.end());',
    "reassigned": 'let path = "/x"; path = "/y";\napp.get(path, (req, res) => res.end());',
    "regular expression": "app.get(/x/, (req, res) => res.end());",
}


@pytest.mark.parametrize("form", COMPUTED.values(), ids=COMPUTED.keys())
def test_a_computed_path_is_a_route_without_a_known_path(read: ReadApp, form: str) -> None:
    assert read(APP + form).route().path is None


OTHERS = {
    "setting": 'app.get("env");',
    "map": 'const cache = new Map();\ncache.get("/x", (value) => value);',
    "client": 'import axios from "axios";\naxios.get("/x", (req, res) => res.end());',
    "other server": 'import Fastify from "fastify";\nconst server = Fastify();\nserver.get("/x", options);',
}


@pytest.mark.parametrize("form", OTHERS.values(), ids=OTHERS.keys())
def test_calls_that_look_alike_are_no_routes(read: ReadApp, form: str) -> None:
    assert read(APP + form).routes == []


def test_requests_of_test_files_are_no_routes(read: ReadApp) -> None:
    assert read({"app.test.ts": 'const app = express();\napp.get("/x", (req, res) => res.end());'}).routes == []


def test_common_js_is_read_like_esm(read: ReadApp) -> None:
    found = read(
        {
            "app.js": """
            const express = require("express");
            const app = express();
            app.use("/users", require("./users"));
            """,
            "users.js": """
            const router = require("express").Router();
            router.get("/:id", (req, res) => res.end());
            module.exports = router;
            """,
        }
    )
    assert found.routes == ["GET /users/:id"]
    assert found.route().mounted
