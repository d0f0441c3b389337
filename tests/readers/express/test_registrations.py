"""The forms in which a route is registered on an application or router."""

from __future__ import annotations

import pytest
from express_reading import ReadApp

from codemods.ir.app import Route

APP = "const app = express();\n"


@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete", "all", "options", "head"])
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
