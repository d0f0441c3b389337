"""What middleware is for: by its package, by what its function does, and last by its name."""

from __future__ import annotations

import pytest
from express_reading import ReadApp

from codemods.ir.app import Role

APP = "const app = express();\n"

PACKAGES = {
    "express.json()": Role.BODY_PARSER,
    "express.urlencoded({ extended: true })": Role.BODY_PARSER,
    "express.static('public')": Role.STATIC,
    "require('cors')()": Role.CORS,
    "require('helmet')()": Role.SECURITY_HEADERS,
    "require('morgan')('dev')": Role.LOGGING,
    "require('compression')()": Role.COMPRESSION,
    "require('cookie-parser')()": Role.COOKIES,
    "require('express-session')({ secret })": Role.SESSION,
    "require('express-rate-limit')({ max: 5 })": Role.RATE_LIMIT,
    "require('multer')({ dest: 'x' }).single('file')": Role.UPLOAD,
    "require('passport').initialize()": Role.OTHER,
    "require('passport').session()": Role.SESSION,
    "require('passport').authenticate('jwt')": Role.GUARD,
    "require('xss-clean')()": Role.OTHER,
}


@pytest.mark.parametrize(("text", "role"), PACKAGES.items(), ids=PACKAGES.keys())
def test_packages_have_one_purpose(read: ReadApp, text: str, role: Role) -> None:
    assert read(f"const express = require('express');\n{APP}app.use({text});").used().role is role


@pytest.mark.parametrize(
    "statement",
    [
        "import limit from 'express-rate-limit';\nconst each = limit({ max: 5 });",
        "import { rateLimit } from 'express-rate-limit';\nconst each = rateLimit({ max: 5 });",
        "import limit from 'express-rate-limit';\nconst make = () => limit({ max: 5 });\nconst each = make();",
        "import { each } from './limits';",
    ],
)
def test_a_package_is_known_behind_names(read: ReadApp, statement: str) -> None:
    limits = "import limit from 'express-rate-limit';\nexport const each = limit({ max: 5 });"
    assert read({"app.ts": f"{statement}\n{APP}app.use(each);", "limits.ts": limits}).used().role is Role.RATE_LIMIT


BEHAVIOUR = {
    "four parameters": ("(err, req, res, next) => res.status(500).end()", Role.ERROR),
    "401": ("(req, res, next) => { if (!req.query.k) return res.status(401).end(); next(); }", Role.GUARD),
    "403 through next": ("(req, res, next) => { if (!req.query.k) next(new Http(403)); else next(); }", Role.GUARD),
    "reads the user": ("(req, res, next) => { if (!req.user) return res.status(400).end(); next(); }", Role.GUARD),
    "parses the body": ("(req, res, next) => { req.body = schema.parse(req.body); next(); }", Role.VALIDATION),
    "express-validator": (
        "(req, res, next) => { if (!validationResult(req).isEmpty()) f(res); next(); }",
        Role.VALIDATION,
    ),
    "always 404": ("(req, res) => { res.status(404).end(); }", Role.NOT_FOUND),
    "always 404, through next": ("(req, res, next) => next(new HttpError(404))", Role.NOT_FOUND),
    "logs": ("(req, res, next) => { console.log(req.method, req.url); next(); }", Role.LOGGING),
    "sets a field": ("(req, res, next) => { req.startedAt = Date.now(); next(); }", Role.CONTEXT),
    "sets locals": ("(req, res, next) => { res.locals.title = 'x'; next(); }", Role.CONTEXT),
    "sets a header": ("(req, res, next) => { res.set('Cache-Control', 'no-store'); next(); }", Role.CONTEXT),
}


@pytest.mark.parametrize(("function", "role"), BEHAVIOUR.values(), ids=BEHAVIOUR.keys())
def test_functions_tell_what_they_are_for(read: ReadApp, function: str, role: Role) -> None:
    assert read(f"{APP}const fn = {function};\napp.use(fn);").used().role is role


NAMES = {
    "requireAdmin": Role.GUARD,
    "validateBody": Role.VALIDATION,
    "loginLimiter": Role.RATE_LIMIT,
    "uploadAvatar": Role.UPLOAD,
    "errorHandler": Role.ERROR,
    "requestLogger": Role.OTHER,
    "something": Role.OTHER,
}


@pytest.mark.parametrize(("name", "role"), NAMES.items(), ids=NAMES.keys())
def test_a_name_decides_where_no_function_can_be_read(read: ReadApp, name: str, role: Role) -> None:
    assert read(f"import {{ {name} }} from './missing';\n{APP}app.use({name});").used().role is role


PASSING = {
    "nothing": "(req, res, next) => next()",
    "nothing, typed": "(_req: Request, _res: Response, next: NextFunction) => { next(); }",
    "nothing, returning": "(req, res, next) => { return next(); }",
    "clock": "(req, res, next) => { console.time(req.url); next(); }",
    "logger when it ends": """(req, res, next) => {
        const start = process.hrtime.bigint();
        res.on("finish", () => { logger.info(`${req.method} ${Number(process.hrtime.bigint() - start) / 1e6} ms`); });
        next();
      }""",
    "logger, then next": "(req, res, next) => { const at = new Date().toISOString(); log.info(at); next(); }",
}


@pytest.mark.parametrize("function", PASSING.values(), ids=PASSING.keys())
def test_what_only_logs_and_goes_on_is_logging(read: ReadApp, function: str) -> None:
    assert read(f"{APP}const every = {function};\napp.use(every);").used().role is Role.LOGGING


NOT_PASSING = {
    "ends the connection": "(req, res, next) => { if (req.ip !== OK) { req.socket.destroy(); return; } next(); }",
    "writes to the database": "async (req, res, next) => { await prisma.post.create({ data: {} }); next(); }",
    "changes the body": "(req, res, next) => { for (const k in req.body) req.body[k] = req.body[k].trim(); next(); }",
    "defaults the query": "(req, res, next) => { req.query.limit = req.query.limit || '5'; next(); }",
    "goes on only sometimes": "(req, res, next) => { console.log(req.url); if (req.ip === OK) next(); }",
    "returns without going on": "(req, res, next) => { if (req.ip !== OK) return; next(); }",
    "goes on later": "(req, res, next) => { setTimeout(next, 1000); }",
    "goes on with an error": "(req, res, next) => { if (bad(req)) return next(problem); next(); }",
    "goes to the next route": "(req, res, next) => { console.log('x'); next('route'); }",
    "throws": "(req, res, next) => { if (req.ip !== OK) throw new Error('no'); next(); }",
    "calls something": "(req, res, next) => { track(req); next(); }",
    "deletes from the body": "(req, res, next) => { delete req.body.role; next(); }",
    "counts up": "(req, res, next) => { req.body.views++; next(); }",
    "adds to the body": "(req, res, next) => { req.body.views += 1; next(); }",
    "assigns to the body": "(req, res, next) => { Object.assign(req.body, extra); next(); }",
    "changes the body by another name": "(req, res, next) => { const { body } = req; body.role = 'user'; next(); }",
    "changes a list of the body": "(req, res, next) => { req.body.tags.push('x'); next(); }",
    "changes the url": "(req, res, next) => { req.url = req.url.toLowerCase(); next(); }",
    "sends": "(req, res, next) => { res.write('x'); next(); }",
}


@pytest.mark.parametrize("function", NOT_PASSING.values(), ids=NOT_PASSING.keys())
def test_what_may_do_more_is_never_harmless(read: ReadApp, function: str) -> None:
    role = read(f"{APP}const every = {function};\napp.use(every);").used().role
    assert role not in (Role.LOGGING, Role.CONTEXT, Role.CORS, Role.SECURITY_HEADERS, Role.COMPRESSION)


def test_a_misleading_name_does_not_make_a_function_harmless(read: ReadApp) -> None:
    found = read(f"{APP}const corsLogger = (req, res, next) => {{ track(req); next(); }};\napp.use(corsLogger);")
    assert found.used().role is Role.OTHER


def test_arrays_of_middleware_are_opened(read: ReadApp) -> None:
    found = read(
        """
        import { a, b, c, d } from "./missing";
        const app = express();
        const both = [b, c];
        app.get("/x", [a, ...both], d, (req, res) => res.end());
        app.post("/x", both, (req, res) => res.end());
        """
    )
    assert found.before("GET /x") == ["a", "b", "c", "d"]
    assert found.before("POST /x") == ["b", "c"]


WRAPPED = {
    "a guard": "wrap(async (req, res, next) => { if (!req.query.k) return res.status(401).end(); next(); })",
    "a guard by name": "guarded",
    "a guard that a function makes": "only('admin')",
}


@pytest.mark.parametrize("used", WRAPPED.values(), ids=WRAPPED.keys())
def test_wrappers_that_hand_errors_on_are_seen_through(read: ReadApp, used: str) -> None:
    text = """
        const wrap = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);
        const guarded = wrap(async (req, res, next) => { if (!req.query.k) return res.status(401).end(); next(); });
        const only = (role) => wrap(async (req, res, next) => { if (role) throw new Denied(403); next(); });
        """
    found = read(f"{text}{APP}app.use({used});").used()
    assert (found.role, found.definition is not None) == (Role.GUARD, True)


LOGGERS = {
    "winston": 'import winston from "winston";\nconst log = { out: winston.createLogger({}) };',
    "a class": """
        class Log {
          level = "info";
          out = { info: (text) => this.write("INFO", text) };
          write(level, text) {
            if (this.level === level) return;
            let line = level.toUpperCase();
            line = `${new Date().toISOString()} ${line} ${text}`;
            console.log(line);
          }
          info(text) { this.write("INFO", text); }
        }
        const log = { out: new Log() };
        """,
}


@pytest.mark.parametrize("logger", LOGGERS.values(), ids=LOGGERS.keys())
def test_loggers_are_known_by_what_they_do(read: ReadApp, logger: str) -> None:
    middleware = "(req, res, next) => { log.out.info(`${req.method} ${req.url}`); next(); }"
    text = f"import express from 'express';\n{logger}\n{APP}const every = {middleware};\napp.use(every);"
    assert read(text).used().role is Role.LOGGING


def test_what_counts_or_stores_is_no_logger(read: ReadApp) -> None:
    text = "let hits = 0;\nconst log = { info: (text) => { hits += 1; console.log(text); } };"
    middleware = "(req, res, next) => { log.info(req.url); metrics.count(req.url); next(); }"
    assert read(f"{text}\n{APP}const every = {middleware};\napp.use(every);").used().role is not Role.LOGGING


PARSERS = {
    "but for uploads": (
        """(req, res, next) => {
          if (req.headers["content-type"]?.startsWith("multipart/form-data")) return next();
          express.json({ limit: "5mb" })(req, res, next);
        }""",
        Role.BODY_PARSER,
    ),
    "by a constant": (
        "(req, res, next) => (req.is('json') ? parseJson(req, res, next) : next())",
        Role.BODY_PARSER,
    ),
    "but for a path": (
        "(req, res, next) => { if (req.path === '/hook') next(); else parseJson(req, res, next); }",
        Role.OTHER,
    ),
    "and more": ("(req, res, next) => { res.set('X-A', '1'); parseJson(req, res, next); }", Role.OTHER),
}


@pytest.mark.parametrize(("function", "role"), PARSERS.values(), ids=PARSERS.keys())
def test_a_function_that_chooses_a_parser_parses_bodies(read: ReadApp, function: str, role: Role) -> None:
    head = 'import express from "express";\nconst parseJson = express.json();\n'
    assert read(f"{head}{APP}const choose = {function};\napp.use(choose);").used().role is role


def test_middleware_of_a_development_server_is_none_of_the_application(read: ReadApp) -> None:
    files = {
        "app.ts": f"{APP}app.get('/a', (req, res) => res.json(1));",
        "vite.config.ts": """
            import { defineConfig } from "vite";
            export default defineConfig({
              plugins: [{
                name: "icons",
                configureServer(server) {
                  server.middlewares.use((req, res, next) => { if (req.url === "/i") res.end("i"); else next(); });
                },
              }],
            });
            """,
    }
    assert read(files).route("GET /a").middleware == ()


CACHE = """(req, res, next) => {
  if (req.method !== "GET") return next();
  const key = `${req.originalUrl}:${JSON.stringify(req.query)}`;
  const hit = cache.get(key);
  if (hit) {
    res.set("X-Cache", "HIT");
    return res.json(hit);
  }
  const original = res.json.bind(res);
  res.json = (body) => {
    if (res.statusCode < 300) cache.set(key, body, 60);
    return original(body);
  };
  next();
}"""
CACHES = {
    "as it is": (CACHE, Role.CACHE),
    "as text": (CACHE.replace("cache.get(key)", "await cache.get(key)").replace("json(hit)", "json(JSON.parse(hit))")
                .replace("(req", "async (req", 1), Role.CACHE),
    "changed": (CACHE.replace("original(body)", "original({ data: body })"), Role.OTHER),
    "something else": (CACHE.replace("res.json(hit)", "res.json({ cached: true })"), Role.OTHER),
    "with a header": (CACHE.replace('"X-Cache"', '"Cache-Control"'), Role.OTHER),
    "a field": (CACHE.replace("next();\n}", "req.missed = true; next();\n}"), Role.OTHER),
}  # fmt: skip


TAP = """(req, res, next) => {
  if (process.env.NODE_ENV !== "production") {
    const original = res.send;
    res.send = function (body) {
      res.locals.answer = body;
      return original.call(this, body);
    };
  }
  next();
}"""
TAPS = {
    "noted": (TAP, Role.LOGGING),
    "logged": (TAP.replace("res.locals.answer = body", "console.log(body)"), Role.LOGGING),
    "written elsewhere": (
        TAP.replace("res.locals.answer = body", "prisma.audit.create({ data: { body } })"),
        Role.OTHER,
    ),
    "changed": (TAP.replace("(this, body)", "(this, mask(body))"), Role.OTHER),
}


@pytest.mark.parametrize(("function", "role"), TAPS.values(), ids=TAPS.keys())
def test_what_only_looks_at_answers_logs(read: ReadApp, function: str, role: Role) -> None:
    assert read(f"{APP}const each = {function};\napp.use(each);").used().role is role


def test_functions_that_a_function_lists_are_read_one_by_one(read: ReadApp) -> None:
    handlers = """
        const lost = (req, res) => { res.status(404).send("Lost"); };
        const failed = (err, req, res, next) => { res.status(500).json({ error: err.message }); };
        export default () => [lost, failed];
        """
    app = read({"handlers.ts": handlers, "app.ts": f"import handlers from './handlers';\n{APP}app.use(handlers());"})
    assert [middleware.role for middleware in app.app.middleware] == [Role.NOT_FOUND, Role.ERROR]


@pytest.mark.parametrize(("function", "role"), CACHES.values(), ids=CACHES.keys())
def test_what_only_remembers_answers_is_a_cache(read: ReadApp, function: str, role: Role) -> None:
    text = f"import NodeCache from 'node-cache';\nconst cache = new NodeCache();\n{APP}const each = {function};"
    assert read(f"{text}\napp.use(each);").used().role is role


def test_what_gets_the_object_of_a_class_is_no_router(read: ReadApp) -> None:
    files = {
        "app.ts": f"{APP}app.get('/a', (req, res) => res.json(1));",
        "strategies.ts": """
            import { Strategy } from "passport-jwt";
            export function setUp(passport: any) {
              passport.use("jwt", new Strategy({ secretOrKey: "auth" }, async (payload, done) => done(null, payload)));
            }
            """,
    }
    assert read(files).route("GET /a").middleware == ()


ADDED = {
    "one that logs": ("log.info(req.url); next();", Role.LOGGING),
    "one that refuses": ("if (!req.get('authorization')) return res.sendStatus(401); next();", Role.GUARD),
}


@pytest.mark.parametrize(("body", "role"), ADDED.values(), ids=ADDED)
def test_functions_that_are_added_to_what_a_package_made(read: ReadApp, body: str, role: Role) -> None:
    text = f"""
        import winston from "winston";
        const log = winston.createLogger({{}});
        log.requests = (req, res, next) => {{ {body} }};
        {APP}
        app.use(log.requests);
        """
    assert read(text).used().role is role
    twice = text.replace("log.requests = ", "log.requests = log.other; log.requests = ", 1)
    assert read(twice).used().definition is None


APPENDS = {
    "to a file": "fs.appendFile(path.join(__dirname, 'a.log'), `${req.method} ${req.url}`, (err) => "
    "{ if (err) console.error(err); }); next();",
    "what it is sent": "fs.appendFile('a.log', req.url, (err) => { if (err) res.sendStatus(500); }); next();",
}
ROLES = (Role.LOGGING, Role.OTHER)


@pytest.mark.parametrize(("body", "role"), [*zip(APPENDS.values(), ROLES, strict=True)], ids=APPENDS)
def test_what_writes_to_a_file_and_goes_on_is_a_log(read: ReadApp, body: str, role: Role) -> None:
    text = f"import fs from 'fs';\nimport path from 'path';\n{APP}const each = (req, res, next) => {{ {body} }};"
    assert read(f"{text}\napp.use(each);").used().role is role


def test_a_package_by_another_name_and_type_is_that_package(read: ReadApp) -> None:
    head = "import pinoHttp from 'pino-http';\nconst logs = pinoHttp as unknown as (options: object) => any;"
    assert read(f"{head}\n{APP}app.use(logs({{}}));").used().role is Role.LOGGING
