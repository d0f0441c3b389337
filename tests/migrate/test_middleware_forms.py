"""The forms in which applications write their middleware, each before and after."""

from __future__ import annotations

import pytest
from convex_project import ConvexProject, Json, Request
from harness import CodemodTest, dedented
from middleware_app import app, middleware_in, served

FORMS = {
    "a field that is set unless it is there": (
        """
        (req: any, res, next) => {
          req.locale ??= req.get("Accept-Language") ?? "en";
          next();
        }
        """,
        """
        async (c, next) => {
          c.set("locale", c.get("locale") ?? (c.req.header("accept-language") ?? "en"));
          await next();
        }
        """,
    ),
    "a header of the request": (
        """
        (req, res, next) => {
          req.headers["x-request-id"] = req.headers["x-request-id"] || "none";
          next();
        }
        """,
        """
        async (c, next) => {
          c.req.raw.headers.set("x-request-id", c.req.header("x-request-id") || "none");
          await next();
        }
        """,
    ),
    "a listener that logs": (
        """
        (req: any, res, next) => {
          const start = Date.now();
          req.started = true;
          res.on("finish", () => {
            console.log(`${req.method} ${req.user?.id} ${Date.now() - start} ms`);
          });
          next();
        }
        """,
        """
        async (c, next) => {
          c.set("started", true);
          await next();
        }
        """,
    ),
    "an answer in a branch of an expression": (
        """
        (req, res, next) => {
          const { key } = req.query;
          return key === "k" ? next() : res.status(403).json({ error: "Key?" });
        }
        """,
        """
        async (c, next) => {
          const req = await sharedInput(c);
          const { key } = req.query;
          return key === "k" ? next() : c.json({ error: "Key?" }, 403);
        }
        """,
    ),
    "an error that is handed on, and a log": (
        """
        (req, res, next) => {
          if (!req.get("Content-Type")) {
            console.warn("odd", req.ip);
            return next(Object.assign(new Error("JSON only"), { status: 415 }));
          }
          next();
          console.log("went on");
        }
        """,
        """
        async (c, next) => {
          if (!c.req.header("content-type")) {
            console.warn("odd", await ipOf(c));
            throw Object.assign(new Error("JSON only"), { status: 415 });
          }
          await next();
          console.log("went on");
        }
        """,
    ),
    "headers in a chain": (
        """
        (req, res, next) => {
          res.set("X-A", "1").setHeader("X-Count", 2);
          res.removeHeader("X-Powered-By");
          res.vary("Origin");
          if (req.secure) res.set({ "X-B": req.hostname, "X-C": String(req.protocol) });
          next();
        }
        """,
        """
        async (c, next) => {
          c.header("X-A", "1");
          c.header("X-Count", "2");
          c.header("Vary", "Origin", { append: true });
          if (c.req.url.startsWith("https:")) {
            c.header("X-B", new URL(c.req.url).hostname);
            c.header("X-C", String(new URL(c.req.url).protocol.slice(0, -1)));
          }
          await next();
        }
        """,
    ),
}


@pytest.mark.parametrize(("before", "after"), FORMS.values(), ids=FORMS.keys())
def test_inline_middleware(codemod: CodemodTest, before: str, after: str) -> None:
    text = dedented(before).rstrip("\n")
    migrated = codemod.migrate(app(f'app.use({text});\napp.get("/a", (req, res) => res.json(1));'))
    assert middleware_in(migrated).split("\n\napp.get")[0] == f'app.use("*", {dedented(after).rstrip()});'
    served(migrated)


VALUES = """
    import { identify } from "./identify";
    app.use(identify);
    app.post("/notes", (req: any, res) => {
      const { tenant, role } = res.locals;
      res.json({ user: req.user.name, mine: req.body.user ?? null, tenant, role: role ?? null, at: req.body.tenant });
    });
    """
IDENTIFY = """
    export const identify = (req: any, res: Response, next: NextFunction) => {
      req.user = { name: req.get("x-user") ?? "none" };
      res.locals.tenant = "acme";
      res.locals.role = undefined;
      next();
    };
    """


def test_handlers_get_what_middleware_sets_and_no_client_can(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(app(VALUES, identify=IDENTIFY))
    body: Json = {"user": "mallory", "tenant": "other", "role": "admin"}
    (answer,) = served(migrated).serve([Request("POST", "/notes", body, headers={"x-user": "ann"})])
    expected = {"user": "ann", "mine": "mallory", "tenant": "acme", "role": None, "at": "other"}
    assert answer.body == expected


def test_values_that_are_no_data_stay_at_the_edge(codemod: CodemodTest) -> None:
    text = """
        app.use((req: any, res, next) => {
          req.started = new Date();
          next();
        });
        app.use((req: any, res, next) => {
          res.set("X-Started", String(req.started.getTime() > 0));
          next();
        });
        app.get("/fine", (req: any, res) => res.json(1));
        app.get("/time", (req: any, res) => res.json(req.started.getTime()));
        """
    migrated = codemod.migrate(app(text))
    assert migrated.outcome("GET /fine") == "migrated"
    assert migrated.outcome("GET /time").startswith("needs-review CX205 reads `req.started`")
    (answer,) = served(migrated).serve([Request("GET", "/fine")])
    assert answer.headers["x-started"] == "true"


SCRIPTS = {
    "src/app.js": """
        const express = require("express");
        const Access = require("./access");
        const { requireScope } = require("./scopes");

        const app = express();
        const access = new Access();
        app.use(express.json());
        app.use("/v1", access.identify);
        app.get("/v1/me", (req, res) => {
          res.json({ scopes: req.scopes });
        });
        app.delete("/v1/all", [requireScope("all"), Access.never], (req, res) => {
          res.status(204).end();
        });
        module.exports = app;
        """,
    "src/access.js": """
        class Access {
          identify(req, res, next) {
            req.scopes = (req.headers["x-scopes"] || "").split(" ");
            next();
          }

          static async never(req, res, next) {
            try {
              if (req.query.never) throw new Error("never");
              next();
            } catch (error) {
              res.status(400).json({ error: error.message });
            }
          }
        }

        module.exports = Access;
        """,
    "src/scopes.js": """
        exports.requireScope = (scope) => {
          const wanted = [scope, "root"];
          return function (req, res, next) {
            if (!req.scopes.some((each) => wanted.includes(each))) {
              return res.status(403).json({ error: `${scope}?` });
            }
            return next();
          };
        };
        """,
}


def test_middleware_of_scripts_stays_javascript(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(SCRIPTS)
    outcomes = {item.name: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert outcomes == {"GET /v1/me": "migrated", "DELETE /v1/all": "migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    scopes = {"x-scopes": "a all"}
    answers = project.serve(
        [
            Request("GET", "/v1/me", headers=scopes),
            Request("DELETE", "/v1/all"),
            Request("DELETE", "/v1/all", headers=scopes),
            Request("DELETE", "/v1/all?never=1", headers=scopes),
        ]
    )
    assert [(answer.status, answer.body) for answer in answers] == [
        (200, {"scopes": ["a", "all"]}),
        (403, {"error": "all?"}),
        (204, None),
        (400, {"error": "never"}),
    ]


def test_a_path_that_is_relative_to_a_mount_is_refused(codemod: CodemodTest) -> None:
    text = """
        const audit = (req: Request, res: Response, next: NextFunction) => {
          res.set("X-Path", req.path);
          next();
        };
        app.get("/a", audit, (req, res) => res.json(1));
        app.use("/api", audit);
        app.get("/api/b", (req, res) => res.json(1));
        """
    migrated = codemod.migrate(app(text))
    assert migrated.outcome("GET /a") == "migrated"
    assert "which reads the path below the router that it is registered on" in migrated.outcome("GET /api/b")


def test_methods_of_instances_become_functions(codemod: CodemodTest) -> None:
    access = """
        export class Access {
          identify(req: any, _res: Response, next: NextFunction): void {
            req.scope = req.get("x-scope");
            next();
          }

          public only = (scope: string) => (req: any, res: Response, next: NextFunction): void => {
            if (req.scope !== scope) {
              res.status(403).json({ error: scope });
              return;
            }
            next();
          };
        }
        """
    text = """
        import { Access } from "./access";
        const access = new Access();
        app.use(access.identify);
        app.get("/a", access.only("a"), (req, res) => res.json(1));
        """
    migrated = codemod.migrate(app(text, access=access))
    assert middleware_in(migrated) == dedented("""
        app.use("*", accessIdentify);

        app.get("/a", access.only("a"), async (c) => {
          return c.json(await c.env.runQuery(internal.app.getA, {}));
        });
        """)
    answers = served(migrated).serve([Request("GET", "/a"), Request("GET", "/a", headers={"x-scope": "a"})])
    assert [answer.status for answer in answers] == [403, 200]


def test_the_middleware_in_a_list_of_another_file_is_the_route_s_own(codemod: CodemodTest) -> None:
    routes = """
        import { listed } from "./lists";
        app.get("/listed", listed);
        """
    lists = """
        export const listed = [
          (req: any, res: Response, next: NextFunction) => {
            if (!req.get("x-key")) return res.status(403).json({ error: "Key?" });
            next();
          },
          (req: Request, res: Response) => res.json({ listed: true }),
        ];
        """
    migrated = codemod.migrate(app(routes, lists=lists))
    assert migrated.outcome("GET /listed") == "migrated"
    asked = [Request("GET", "/listed"), Request("GET", "/listed", headers={"x-key": "k"})]
    assert [answer.status for answer in served(migrated).serve(asked)] == [403, 200]


def test_a_wrapped_function_of_exports_loses_its_wrapper(codemod: CodemodTest) -> None:
    files = {
        "src/app.js": """
            const express = require("express");
            const { protect } = require("./auth");
            const app = express();
            app.get("/me", protect, (req, res) => res.json({ key: req.key }));
            """,
        "src/auth.js": """
            const wrap = (fn) => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);

            exports.protect = wrap(async (req, res, next) => {
              if (!req.headers["x-key"]) {
                return res.status(401).json({ error: "No key" });
              }
              req.key = req.headers["x-key"];
              next();
            });
            """,
    }
    migrated = codemod.migrate({path: dedented(text) for path, text in files.items()})
    assert migrated.outcome("GET /me") == "migrated"
    assert "export const protect = async (c, next) => {" in migrated.convex["convex/lib/auth.js"]
