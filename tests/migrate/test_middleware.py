"""The application's own middleware, carried over to the HTTP edge: how it is written there, and what stays behind."""

from __future__ import annotations

import pytest
from convex_project import Json, Request
from harness import CodemodTest, dedented
from middleware_app import app, middleware_in, served


def test_middleware_becomes_a_function_of_hono(codemod: CodemodTest) -> None:
    files = app(
        """
        import { requestId } from "./context";
        app.use(requestId);
        app.get("/open", (req, res) => {
          res.json({ open: true });
        });
        """,
        context="""
        export function requestId(req: Request, res: Response, next: NextFunction) {
          const id = (req.headers["x-request-id"] as string) || Math.random().toString(36);
          (req as any).requestId = id;
          res.locals.tenant = req.get("x-tenant") ?? "none";
          res.setHeader("X-Request-Id", id);
          next();
        }
        """,
    )
    migrated = codemod.migrate(
        files,
        {
            "convex/lib/context.ts": """
                import type { Context, Next } from "hono";

                export async function requestId(c: Context, next: Next) {
                  const id = (c.req.header("x-request-id") as string) || Math.random().toString(36);
                  c.set("requestId", id);
                  c.set("tenant", c.req.header("x-tenant") ?? "none");
                  c.header("X-Request-Id", id);
                  await next();
                }
                """
        },
    )
    assert middleware_in(migrated) == dedented("""
        app.use("*", requestId);

        app.get("/open", async (c) => {
          return c.json(await c.env.runQuery(api.app.getOpen, {}));
        });
        """)
    assert migrated.outcome("requestId") == "migrated"
    answers = served(migrated).serve([Request("GET", "/open", headers={"x-request-id": "7"}), Request("GET", "/none")])
    assert [answer.status for answer in answers] == [200, 404]
    assert answers[0].headers["x-request-id"] == "7"
    assert "x-request-id" in answers[1].headers


KEYS = """
    export const requireKey = (role: string) => (req: Request, res: Response, next: NextFunction) => {
      const key = req.headers["x-api-key"];
      if (!key) return res.status(401).json({ error: "No key" });
      if (key !== role) {
        res.status(403).json({ error: `Not for ${role}` });
        return;
      }
      next();
    };
    """


def test_middleware_stands_where_it_stood(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(
        app(
            """
            import { requireKey } from "./keys";
            app.get("/early", (req, res) => res.json("early"));
            const admin = express.Router();
            admin.get("/before", (req, res) => res.json("before"));
            admin.use(requireKey("admin"));
            admin.get("/after", (req, res) => res.json("after"));
            app.use("/admin", admin);
            app.post("/notes", requireKey("writer"), (req, res) => res.json("written"));
            app.use("/late", requireKey("late"));
            app.get("/late/x", (req, res) => res.json("late"));
            """,
            keys=KEYS,
        )
    )
    assert middleware_in(migrated) == dedented("""
        app.get("/early", async (c) => {
          return c.json(await c.env.runQuery(api.app.getEarly, {}));
        });

        app.get("/admin/before", async (c) => {
          return c.json(await c.env.runQuery(api.app.getAdminBefore, {}));
        });

        app.use("/admin/*", requireKey("admin"));

        app.get("/admin/after", async (c) => {
          return c.json(await c.env.runQuery(internal.app.getAdminAfter, {}));
        });

        app.post("/notes", requireKey("writer"), async (c) => {
          return c.json(await c.env.runMutation(internal.app.createNote, {}));
        });

        app.use("/late/*", requireKey("late"));

        app.get("/late/x", async (c) => {
          return c.json(await c.env.runQuery(internal.app.getLateX, {}));
        });
        """)
    project = served(migrated)
    asked = [("GET", "/early"), ("GET", "/admin/before"), ("GET", "/admin/after"), ("GET", "/admin/none")]
    assert [answer.status for answer in project.serve([Request(*each) for each in asked])] == [200, 200, 401, 401]  # type: ignore[arg-type]
    keys = [("GET", "/admin/after", "admin"), ("POST", "/notes", "reader"), ("GET", "/late/x", "late")]
    answers = project.serve([Request(way, url, headers={"x-api-key": key}) for way, url, key in keys])  # type: ignore[arg-type]
    assert [(answer.status, answer.body) for answer in answers] == [
        (200, "after"),
        (403, {"error": "Not for writer"}),
        (200, "late"),
    ]


def test_what_middleware_changes_is_what_the_handler_gets(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(
        app("""
            const trim = (req: Request, res: Response, next: NextFunction) => {
              for (const [key, value] of Object.entries(req.body)) {
                if (typeof value === "string") req.body[key] = value.trim();
              }
              delete req.body.secret;
              next();
            };
            app.post("/notes", trim, (req, res) => {
              res.json({ text: req.body.text ?? null, secret: req.body.secret ?? null });
            });
            """)
    )
    body: Json = {"text": " a ", "secret": "s"}
    answers = served(migrated).serve([Request("POST", "/notes", body), Request("POST", "/notes")])
    assert [answer.body for answer in answers] == [{"text": "a", "secret": None}, {"text": None, "secret": None}]


REFUSED = {
    "remembers between requests": (
        "remember()",
        "which keeps `seen` in the memory of the server",
    ),
    "goes on from a callback": (
        "(req: any, res: any, next: any) => { setTimeout(() => next(), 1); }",
        "which goes on from a callback",
    ),
    "works behind next()": (
        "(req: any, res: any, next: any) => { next(); res.setHeader('X-A', '1'); }",
        "which goes on after next()",
    ),
    "hands next on": (
        "(req: any, res: any, next: any) => { if (req.query.a) later(next); }",
        "which hands `next` on",
    ),
    "a bare return that would be caught": (
        "(req: any, res: any, next: any) => { try { if (req.query.a) return; next(); } catch { res.end(); } }",
        "which may end without an answer, and without going on",
    ),
    "needs what nothing sets": (
        "(req: any, res: any, next: any) => { if (!req.user) return res.status(401).end(); next(); }",
        "which reads `req.user`, which nothing before it sets",
    ),
    "replaces the answer": (
        "(req: any, res: any, next: any) => { res.json = () => res; next(); }",
        "which uses `res.json`",
    ),
}


@pytest.mark.parametrize(("middleware", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_middleware_that_cannot_be_ported_stops_its_routes(codemod: CodemodTest, middleware: str, reason: str) -> None:
    routes = f"""
        function remember() {{
          let seen = 0;
          return (req: any, res: any, next: any) => {{ if (seen++ > 9) return res.status(429).end(); next(); }};
        }}
        app.get("/open", (req, res) => res.json(1));
        app.use({middleware});
        app.get("/closed", (req, res) => res.json(1));
        """
    migrated = codemod.migrate(app(routes))
    assert migrated.outcome("GET /open") == "migrated"
    assert reason in migrated.outcome("GET /closed")
    assert "notMigrated(" in migrated.convex["convex/http.ts"]


def test_middleware_that_never_answered_throws(codemod: CodemodTest) -> None:
    routes = """
        app.use((req: any, res: any, next: any) => {
          if (!req.query.a) return;
          if (req.query.b) next();
        });
        app.get("/closed", (req, res) => res.json(1));
        """
    migrated = codemod.migrate(app(routes))
    assert migrated.outcome("GET /closed") == "migrated"
    assert "CX207" in migrated.codes
    project = served(migrated)
    answers = project.serve([Request("GET", f"/closed{query}") for query in ("", "?a=1", "?a=1&b=1")])
    assert [answer.status for answer in answers] == [500, 500, 200]


def test_a_check_before_middleware_runs_before_it(codemod: CodemodTest) -> None:
    validate = """
        import { ZodType } from "zod";
        export const validate = (schema: ZodType) => (req: Request, res: Response, next: NextFunction) => {
          const result = schema.safeParse(req.body);
          if (!result.success) {
            res.status(422).json({ error: "Bad note" });
            return;
          }
          req.body = result.data;
          next();
        };
        """
    migrated = codemod.migrate(
        app(
            """
            import { z } from "zod";
            import { requireKey } from "./keys";
            import { validate } from "./validate";
            const note = z.object({ text: z.string() });
            const last = z.object({ text: z.string(), done: z.boolean() });
            app.post("/notes", validate(note), requireKey("writer"), validate(last), (req, res) => {
              res.json({ text: req.body.text });
            });
            """,
            keys=KEYS,
            validate=validate,
        )
    )
    assert middleware_in(migrated) == dedented("""
        app.post(
          "/notes",
          async (c, next) => {
            await validate(note)(await sharedInput(c));
            await next();
          },
          requireKey("writer"),
          async (c) => {
            const req = await sharedInput(c);
            await validate(last)(req);
            return c.json(await c.env.runMutation(internal.app.createNote, { text: req.body.text }));
          },
        );
        """)
    bodies: list[Json] = [{}, {"text": "a"}]
    answers = served(migrated).serve([Request("POST", "/notes", body) for body in bodies])
    assert [answer.status for answer in answers] == [422, 401]


ROLES = """
    export const asyncHandler = (fn: any) => (req: Request, res: Response, next: NextFunction) =>
      Promise.resolve(fn(req, res, next)).catch(next);

    const keyOf = (req: Request): string | undefined => {
      const { authorization } = req.headers;
      return authorization?.replace("Key ", "") ?? (req.query.key as string);
    };

    export const identify = asyncHandler(async (req: Request, res: Response, next: NextFunction) => {
      const { url, headers } = req;
      const key = keyOf(req);
      if (!key) return res.status(401).json({ error: `No key for ${url}`, agent: headers["user-agent"] ?? null });
      (req as any).role = key.split("-")[0];
      next();
    });

    export const only = (...roles: string[]) =>
      asyncHandler(async (req: Request, res: Response, next: NextFunction) => {
        const { role } = req as any;
        if (!roles.includes(role)) throw Object.assign(new Error(`${role} may not`), { status: 403 });
        next();
      });
    """


def test_guards_are_found_within_wrappers_and_take_helpers_along(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(
        app(
            """
            import { identify, only } from "./roles";
            app.use(identify);
            app.get("/role", (req: any, res) => res.json({ role: req.role }));
            app.get("/admin", only("admin"), (req, res) => res.json("admin"));
            """,
            roles=ROLES,
        )
    )
    assert migrated.convex["convex/lib/roles.ts"] == dedented("""
        import type { Context, Next } from "hono";
        import { sharedQuery, urlOf } from "./edge";

        export const keyOf = (c: Context): string | undefined => {
          const query = sharedQuery(c);
          const { authorization } = c.req.header();
          return authorization?.replace("Key ", "") ?? (query.key as string);
        };

        export const identify = async (c: Context, next: Next) => {
          const url = urlOf(c), headers = c.req.header();
          const key = keyOf(c);
          if (!key) return c.json({ error: `No key for ${url}`, agent: headers["user-agent"] ?? null }, 401);
          c.set("role", key.split("-")[0]);
          await next();
        };

        export const only = (...roles: string[]) =>
          async (c: Context, next: Next) => {
            const role = c.get("role");
            if (!roles.includes(role)) throw Object.assign(new Error(`${role} may not`), { status: 403 });
            await next();
          };
        """)
    answers = served(migrated).serve(
        [
            Request("GET", "/role"),
            Request("GET", "/role", headers={"authorization": "Key user-1"}),
            Request("GET", "/admin?key=user-1"),
            Request("GET", "/admin?key=admin-1"),
        ]
    )
    assert [(answer.status, answer.body) for answer in answers] == [
        (401, {"error": "No key for /role", "agent": None}),
        (200, {"role": "user"}),
        (403, "<pre>Forbidden</pre>"),
        (200, "admin"),
    ]


CONDITIONS = """
    app.use(express.json());
    if (process.env.NODE_ENV === "development") {
      app.use((req: any, res: any, next: any) => setTimeout(next, 500));
    }
    if (process.env.NODE_ENV !== "test") app.use(seen("live"));
    if (process.env.TRACE) app.use(seen("traced"));
    if (process.env.CLOSED === "yes") {
      app.use((req: Request, res: Response, next: NextFunction) => {
        if (req.path !== "/open") return res.status(503).json({ error: "Closed" });
        next();
      });
    }
    app.get("/open", (req, res) => res.json("open"));
    """


def test_middleware_under_a_condition_asks_for_it(codemod: CodemodTest) -> None:
    seen = """
        import crypto, { randomUUID as uuid } from "node:crypto";
        export const seen = (name: string) => (req: Request, res: Response, next: NextFunction) => {
          res.append("X-Seen", `${name} ${uuid().length + crypto.randomUUID().length}`);
          next();
        };
        """
    text = 'import { seen } from "./seen";\nconst app = express();\n' + dedented(CONDITIONS)
    migrated = codemod.migrate(app(text, seen=seen))
    assert middleware_in(migrated) == dedented("""
        app.use("*", seen("live"));

        app.use("*", async (c, next) => {
          if (!env.TRACE) return next();
          return seen("traced")(c, next);
        });

        app.use("*", async (c, next) => {
          if (env.CLOSED !== "yes") return next();
          if (new URL(c.req.url).pathname !== "/open") return c.json({ error: "Closed" }, 503);
          await next();
        });

        app.get("/open", async (c) => {
          return c.json(await c.env.runQuery(internal.app.getOpen, {}));
        });
        """)
    skipped = [
        item.reason for item in migrated.settled.items if item.outcome == "skipped" and item.kind == "middleware"
    ]
    assert 'CX110 is only there if `process.env.NODE_ENV === "development"`' in skipped
    (answer,) = served(migrated).serve([Request("GET", "/open")])
    assert (answer.status, answer.headers["x-seen"]) == (200, "live 72")


HANDLERS = """
    app.use((req, res, next) => {
      (req as any).requestId = req.get("x-request-id") ?? "none";
      SENT
      next();
    });
    app.get("/open", (req, res) => {
      res.json({ open: true });
    });
    app.get("/broken", () => {
      throw new Error("broken");
    });
    app.use((req: Request, res: Response) => {
      res.status(404).json({ missing: (req as any).requestId });
    });
    app.use((err: Error, req: Request, res: Response, next: NextFunction) => {
      res.status(500).json({ error: err.message, id: (req as any).requestId });
    });
    """


def test_handlers_of_errors_and_unknown_paths_read_what_middleware_sets(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(app(HANDLERS.replace("SENT", "")))
    asked = [Request("GET", path, headers={"x-request-id": "7"}) for path in ("/broken", "/nowhere")]
    answers = served(migrated).serve(asked)
    assert [answer.body for answer in answers] == [{"error": "broken", "id": "7"}, {"missing": "7"}]


def test_they_stay_behind_with_the_middleware(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(app(HANDLERS.replace("SENT", "globalThis.seen.push(res);")))
    assert "c.get(" not in migrated.convex["convex/http.ts"]
    reasons = [item.reason or "" for item in migrated.settled.items if item.kind == "middleware"]
    assert sum("reads `req.requestId`, which is not always carried over" in reason for reason in reasons) == 2
