"""The forms in which applications write their middleware, each before and after."""

from __future__ import annotations

import pytest
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
            console.warn("odd", (await c.env.meta.getRequestMetadata()).ip ?? undefined);
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
