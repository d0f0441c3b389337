"""From the last argument of a route to the function that answers."""

from __future__ import annotations

import pytest
from express_reading import ReadApp

ANSWER = '(req, res) => res.end("x")'
APP = "const app = express();\n"

REFERENCES = {
    "constant": f"const list = {ANSWER};\napp.get('/x', list);",
    "object": f"const users = {{ list: {ANSWER} }};\napp.get('/x', users.list);",
    "object, shorthand": f"const list = {ANSWER};\nconst users = {{ list }};\napp.get('/x', users.list);",
    "class field": f"class Users {{ list = {ANSWER}; }}\nconst users = new Users();\napp.get('/x', users.list);",
    "static field": f"class Users {{ static list = {ANSWER}; }}\napp.get('/x', Users.list);",
    "cast": f"const list = {ANSWER};\napp.get('/x', list as any);",
    "delegating arrow": f"const list = {ANSWER};\napp.get('/x', (req, res) => list(req, res));",
    "delegating block": f"const list = {ANSWER};\napp.get('/x', async (q, s, n) => {{ await list(q, s, n); }});",
    "factory without arguments": f"function make() {{ return {ANSWER}; }}\napp.get('/x', make());",
    "array": f"app.get('/x', [(req, res, next) => next(), {ANSWER}]);",
}


@pytest.mark.parametrize("form", REFERENCES.values(), ids=REFERENCES.keys())
def test_the_function_behind_an_expression_is_found(read: ReadApp, form: str) -> None:
    assert read(APP + form).body("GET /x") == ANSWER


METHODS = {
    "method": "const users = new Users();\napp.get('/x', users.list);",
    "bound": "const users = new Users();\napp.get('/x', users.list.bind(users));",
    "instance in place": "app.get('/x', new Users().list);",
    "delegating": "const users = new Users();\napp.get('/x', (req, res) => users.list(req, res));",
}


@pytest.mark.parametrize("form", METHODS.values(), ids=METHODS.keys())
def test_methods_of_classes_are_found(read: ReadApp, form: str) -> None:
    found = read(APP + "class Users { list(req, res) { res.end(); } }\n" + form)
    assert found.body() == "list(req, res) { res.end(); }"
    assert found.handler().name == "list"


IMPORTS = {
    "named": ("import { list } from './users';", "list"),
    "renamed": ("import { list as all } from './users';", "all"),
    "namespace": ("import * as users from './users';", "users.list"),
    "default": ("import users from './users';", "users.list"),
    "re-export": ("import { list } from './index';", "list"),
}


@pytest.mark.parametrize(("statement", "handler"), IMPORTS.values(), ids=IMPORTS.keys())
def test_handlers_of_other_files_are_found(read: ReadApp, statement: str, handler: str) -> None:
    found = read(
        {
            "app.ts": f"{statement}\n{APP}app.get('/x', {handler});",
            "users.ts": f"export const list = {ANSWER};\nexport default {{ list }};",
            "index.ts": "export * from './users';",
        }
    )
    assert found.body() == ANSWER
    assert found.handler().name == "list"


MISSING = {
    "missing file": "import { list } from './missing';\napp.get('/x', list);",
    "package": "import list from 'some-list';\napp.get('/x', list);",
    "element of a table": "const handlers = {};\napp.get('/x', handlers[name]);",
    "unknown wrapper": "import wrap from 'some-wrapper';\napp.get('/x', wrap((req, res) => res.end()));",
}


@pytest.mark.parametrize("form", MISSING.values(), ids=MISSING.keys())
def test_a_handler_that_cannot_be_found_says_why(read: ReadApp, form: str) -> None:
    handler = read(APP + form).handler()
    assert handler.definition is None
    assert handler.problem


TRANSPARENT = {
    "try": "(fn) => async (req, res, next) => { try { await fn(req, res, next); } catch (error) { next(error); } }",
    "try, logging": """
        (fn) => async (req, res, next) => {
          try { return await fn(req, res, next); } catch (e) { console.error(e); return next(e); }
        }""",
    "catch": "(fn) => (req, res, next) => { fn(req, res, next).catch(next); }",
    "catch, arrow": "(fn) => (req, res, next) => fn(req, res, next).catch((error) => next(error))",
    "Promise.resolve": "(fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next)",
    "function": "function (fn) { return function (req, res, next) { return fn(req, res, next).catch(next); }; }",
    "named inside": """
        (fn) => {
          const wrapped = (req, res, next) => { Promise.resolve(fn(req, res, next)).catch(next); };
          return wrapped;
        }""",
    "call": "(fn) => async (req, res, next) => { try { fn.call(this, req, res); } catch (error) { next(error); } }",
    "apply": "(fn) => async (req, res, next) => { try { fn.apply(this, [req, res, next]); } catch (e) { next(e); } }",
    "rest parameters": """
        (fn) => (...args) => { const result = fn(...args); return Promise.resolve(result).catch(args[2]); }""",
}


@pytest.mark.parametrize("wrapper", TRANSPARENT.values(), ids=TRANSPARENT.keys())
def test_wrappers_that_only_forward_failures_are_seen_through(read: ReadApp, wrapper: str) -> None:
    found = read(f"{APP}const wrap = {wrapper};\napp.get('/x', wrap({ANSWER}));")
    assert found.body() == ANSWER
    assert found.handler().wrappers == ("wrap",)


WRAPPED = {
    "exported constant": f"export const list = wrap({ANSWER});\napp.get('/x', list);",
    "class field": f"class Users {{ list = wrap({ANSWER}); }}\nconst users = new Users();\napp.get('/x', users.list);",
    "object": f"const users = {{ list: wrap({ANSWER}) }};\napp.get('/x', users.list);",
    "wrapped reference": f"const list = {ANSWER};\napp.get('/x', wrap(list));",
    "wrapped twice": f"app.get('/x', wrap(wrap({ANSWER})));",
}


@pytest.mark.parametrize("form", WRAPPED.values(), ids=WRAPPED.keys())
def test_wrapped_handlers_are_found_by_their_name(read: ReadApp, form: str) -> None:
    wrapper = f"const wrap = {TRANSPARENT['try']};\n"
    assert read(APP + wrapper + form).body() == ANSWER


def test_wrappers_of_packages_that_only_forward_are_seen_through(read: ReadApp) -> None:
    found = read(f"import wrap from 'express-async-handler';\n{APP}app.get('/x', wrap({ANSWER}));")
    assert found.body() == ANSWER


OPAQUE = {
    "checks the request": """
        (fn) => async (req, res, next) => {
          if (req.headers["x-key"] !== KEY) return next(new Error("forbidden"));
          return fn(req, res, next);
        }""",
    "throws": """
        (fn) => async (req, res, next) => {
          if (req.query.key !== "s") throw new Error("forbidden");
          await fn(req, res, next);
        }""",
    "answers failures": "(fn) => async (req, res) => { try { await fn(req, res); } catch (e) { fail(res, e); } }",
    "answers failures itself": """
        (fn) => async (req, res, next) => {
          try { await fn(req, res, next); } catch (e) { res.status(418).json({ error: e.message }); }
        }""",
    "changes failures": "(fn) => (req, res, next) => fn(req, res, next).catch((e) => next(new Teapot(e)))",
    "swallows failures": "(fn) => async (req, res, next) => { try { await fn(req, res, next); } catch (e) {} }",
    "changes the request": """
        (fn) => async (req, res, next) => { req.user = load(req); await fn(req, res, next); }""",
    "awaits something else": """
        (fn) => async (req, res, next) => { await connect(); await fn(req, res, next); }""",
    "answers with the result": "(fn) => async (req, res, next) => { res.json(await fn(req, res, next)); }",
    "passes other arguments": "(fn) => async (req, res, next) => { await fn(req.body, res, next); }",
    "calls it with other arguments": "(fn) => (req, res, next) => fn.call(this, req.body, res).catch(next)",
    "does not call it": "(fn) => async (req, res, next) => { next(); }",
}


@pytest.mark.parametrize("wrapper", OPAQUE.values(), ids=OPAQUE.keys())
def test_wrappers_that_do_more_are_not_seen_through(read: ReadApp, wrapper: str) -> None:
    handler = read(f"{APP}const wrap = {wrapper};\napp.get('/x', wrap({ANSWER}));").handler()
    assert handler.definition is None
    assert handler.problem == "`wrap` does more than hand failures on"


def test_a_wrapper_that_validates_is_not_seen_through(read: ReadApp) -> None:
    handler = read(
        f"""
        const app = express();
        const parsed = (schema, fn) => async (req, res, next) => {{
          req.body = schema.parse(req.body);
          await fn(req, res, next);
        }};
        app.post("/x", parsed(bodySchema, {ANSWER}));
        """
    ).handler()
    assert handler.definition is None


def test_an_arrow_that_passes_something_else_is_the_handler_itself(read: ReadApp) -> None:
    found = read(f"{APP}const list = (req, res) => res.end();\napp.get('/x', (req, res) => list(res, req));")
    assert found.body() == "(req, res) => list(res, req)"
