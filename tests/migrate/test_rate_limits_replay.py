"""Limiters of express-rate-limit beside what becomes of them: refusals, headers and counts, request by request."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from side_by_side import compare

PACKAGE = """
    {
      "name": "app",
      "dependencies": { "express": "^4.21.0", "express-rate-limit": "^8.0.0" }
    }
    """

LIMITS = """
    import rateLimit, { type RateLimitRequestHandler } from "express-rate-limit";

    /** Failed attempts alone count. */
    export const loginLimiter: RateLimitRequestHandler = rateLimit({
      windowMs: 15 * 60 * 1000,
      max: 2,
      standardHeaders: true,
      legacyHeaders: false,
      message: { error: "Too many login attempts" },
      skipSuccessfulRequests: true,
    });

    export const limits = {
      search: rateLimit({
        windowMs: 60 * 60 * 1000,
        limit: 2,
        standardHeaders: "draft-8",
        keyGenerator: (req) => req.get("x-api-key") ?? req.ip!,
        skip: (req) => req.path === "/free" || req.get("x-plan") === "pro",
        handler: (req, res, next, options) => {
          console.warn("limited", { ip: req.ip });
          res.status(options.statusCode).json({ status: "fail", message: options.message });
        },
        validate: false,
      }),
      uploads: rateLimit({
        limit: (req) => (req.headers["x-plan"] === "pro" ? 3 : 1),
        statusCode: 503,
        message: "Slow down",
        standardHeaders: "draft-7",
        skipFailedRequests: true,
        requestWasSuccessful: (req, res) => res.statusCode !== 418,
        keyGenerator: (req) => `upload ${req.headers["x-plan"]}`,
      }),
    };
    """

APP = """
    import express, { Router } from "express";
    import rateLimit from "express-rate-limit";
    import { limits, loginLimiter } from "./limits";

    const app = express();
    app.use(rateLimit({ windowMs: 60_000, max: 19, legacyHeaders: false, skip: (req) => req.path === "/" }));
    app.use(express.json());
    app.get("/open", (req, res) => res.json({ open: true }));
    app.post("/login", loginLimiter, (req, res) => {
      if (req.body.password !== "x") return res.status(401).json({ error: "Wrong" });
      res.json({ ok: true });
    });
    app.post("/login/again", loginLimiter, (req, res) => res.json({ ok: true }));

    const api = Router();
    api.use(limits.search);
    api.get("/items", (req, res) => res.json([]));
    api.get("/free", (req, res) => res.json("free"));
    app.use("/api", api);
    app.post("/uploads", limits.uploads, (req, res) => {
      if (req.body.bad) return res.status(418).json({ error: "Bad" });
      res.status(201).json({ stored: true });
    });
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(err.status ?? 500).json({ error: err.message });
    });

    app.listen(Number(process.env.PORT));
    """


def requests(*lines: str) -> str:
    """`POST /login {"password": "x"} x-plan: pro`, one a line, as an `.http` file."""
    found = []
    for line in lines:
        method, target, *rest = line.split(" ", 2)
        body, _, headers = rest[0].partition("|") if rest else ("", "", "")
        head = [f"{method} {target}", "Content-Type: application/json", *(h for h in headers.split(";") if h)]
        found.append("\n".join(head) + (f"\n\n{body}" if body.strip() else ""))
    return "\n\n###\n\n".join(found) + "\n"


def test_limits_refuse_the_same_requests_with_the_same_answers(tmp_path: Path) -> None:
    files = {"package.json": PACKAGE, "src/limits.ts": LIMITS, "src/app.ts": APP}
    compared = compare(
        tmp_path,
        {path: dedent(text) for path, text in files.items()},
        requests(
            'POST /login {"password": "x"}',
            'POST /login {"password": "y"}',
            'POST /login {"password": "x"}',
            'POST /login {"password": "y"}',
            'POST /login {"password": "x"}',
            "POST /login/again {}",
            "GET /api/items |x-api-key: a",
            "GET /api/items |x-api-key: a",
            "GET /api/items |x-api-key: a",
            "GET /api/items |x-api-key: a;x-plan: pro",
            "GET /api/items |x-api-key: b",
            "GET /api/free |x-api-key: a",
            "GET /api/nowhere |x-api-key: a",
            'POST /uploads {"bad": true}',
            "POST /uploads {}",
            "POST /uploads {}",
            "POST /uploads {}|x-plan: pro",
            "GET /open",
            "GET /open",
            "GET /open",
        ),
    )
    assert compared.differences == []
