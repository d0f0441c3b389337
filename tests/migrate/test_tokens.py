"""Tokens in handlers and helpers: jsonwebtoken's verify and decode, its errors and its types."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from bearer_tokens import PACKAGE, SECRET, token
from convex_project import ConvexProject, Request
from harness import CodemodTest
from side_by_side import compare

TOKENS = """
    import jwt, { JwtPayload, TokenExpiredError, type VerifyErrors } from "jsonwebtoken";

    export interface Claims extends JwtPayload {
      id: string;
      role?: string;
    }

    export const issue = (id: string, seconds: number, secret = process.env.JWT_SECRET!): string =>
      jwt.sign({ id }, secret, { expiresIn: seconds, issuer: "shop" });

    export function claimsOf(token: string): Claims {
      return jwt.verify(token, process.env.JWT_SECRET as string, { issuer: "shop", algorithms: ["HS256"] }) as Claims;
    }

    export const describe = (error: unknown): string => {
      if (error instanceof TokenExpiredError) return `expired ${error.expiredAt instanceof Date}`;
      if (error instanceof jwt.JsonWebTokenError) return `refused: ${error.message}`;
      return (error as VerifyErrors).name;
    };

    export const peek = (token: string) => jwt.decode(token) as Claims | null;
    """

APP = """
    import express from "express";
    import * as jsonwebtoken from "jsonwebtoken";
    import { claimsOf, describe, issue, peek } from "./tokens";

    const app = express();
    app.use(express.json());

    app.post("/tokens", (req, res) => {
      res.json({ token: issue(req.body.id, Number(req.body.seconds), req.body.secret) });
    });

    app.post("/texts", (req, res) => {
      const secret = process.env.JWT_SECRET!;
      const token = jsonwebtoken.sign(JSON.stringify({ user: req.body.id, sign: "ü" }), secret);
      res.json({ token, read: jsonwebtoken.verify(token, secret), bare: jsonwebtoken.sign("a", secret) });
    });

    app.post("/claims", (req, res) => {
      try {
        const { id, iss } = claimsOf(req.body.token);
        res.json({ id, iss, peeked: peek(req.body.token)?.id ?? null });
      } catch (error) {
        res.status(401).json({ error: describe(error), name: (error as Error).name });
      }
    });

    app.post("/called", (req, res) => {
      jsonwebtoken.verify(req.body.token, process.env.JWT_SECRET!, (err: any, decoded: any) => {
        if (err) {
          return res.status(403).json({ error: err.message });
        }
        res.json({ id: decoded.id });
      });
    });

    app.post("/thrown", (req, res) => {
      res.json(claimsOf(req.body.token).id);
    });

    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      if (err instanceof jsonwebtoken.TokenExpiredError) return res.status(401).json({ error: "expired" });
      if (err.name === "JsonWebTokenError") return res.status(401).json({ error: err.message });
      res.status(500).json({ error: "Failed" });
    });

    export default app;
    """


SENT = {
    "good": token({"id": "a", "iss": "shop"}),
    "another issuer": token({"id": "a", "iss": "other"}),
    "another secret": token({"id": "a", "iss": "shop"}, "other"),
    "no algorithm": token({"id": "a", "iss": "shop"}, algorithm="none"),
    "expired": token({"id": "a", "iss": "shop", "exp": 1700000000}),
    "not active yet": token({"id": "a", "iss": "shop", "nbf": 4000000000}),
    "no token": "words",
    "nothing": "",
}


def test_tokens_are_verified_and_refused_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    files = {"package.json": PACKAGE, "src/tokens.ts": TOKENS, "src/app.ts": f"{APP}app.listen(process.env.PORT);\n"}
    paths = ("claims", "called", "thrown")
    lines = [
        f"POST /{path}\nContent-Type: application/json\n\n{json.dumps({'token': sent})}"
        for path in paths
        for sent in SENT.values()
    ]
    lines.append('POST /texts\nContent-Type: application/json\n\n{"id": "a"}')
    found = compare(tmp_path, {path: dedent(text) for path, text in files.items()}, "\n\n###\n\n".join(lines) + "\n")
    assert found.differences == []
    assert found.note.startswith(f"{len(lines)} of {len(lines)}")


def test_what_verifies_waits_and_is_of_the_same_types(codemod: CodemodTest) -> None:
    migrated = codemod.migrate({"package.json": PACKAGE, "src/tokens.ts": TOKENS, "src/app.ts": APP})
    outcomes = {item.name: str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert set(outcomes.values()) == {"migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    text = next(text for text in migrated.convex.values() if "claimsOf(token" in text)
    assert "export async function claimsOf(token: string): Promise<Claims> {" in text
    assert "jsonwebtoken" not in "".join(migrated.convex.values()).replace("`jsonwebtoken`", "")


SCRIPT = """
    const express = require("express");
    const { promisify } = require("util");
    const jwt = require("jsonwebtoken");

    const app = express();
    app.use(express.json());
    app.post("/promised", async (req, res) => {
      const decoded = await promisify(jwt.verify)(req.body.token, process.env.JWT_SECRET);
      res.json({ id: decoded.id });
    });
    app.post("/called", (req, res) => {
      const { token } = req.body;
      if (!token) return res.status(400).json({ error: "token" });
      return jwt.verify(token, process.env.JWT_SECRET, { maxAge: "1h" }, async function (err, decoded) {
        if (err instanceof jwt.JsonWebTokenError) return res.status(403).json({ error: err.message });
        return res.json({ id: decoded.id });
      });
    });
    module.exports = app;
    """


def test_scripts_wait_for_callbacks_and_promises(codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    migrated = codemod.migrate({"package.json": PACKAGE, "src/app.js": SCRIPT})
    outcomes = {item.name: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert outcomes == {"POST /promised": "migrated", "POST /called": "migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    old, good = {"token": token({"id": "a", "iat": 1})}, {"token": token({"id": "a"})}
    answers = project.serve([Request("POST", "/promised", good), *(Request("POST", "/called", x) for x in (old, good))])
    assert [answer.body for answer in answers] == [
        {"id": "a"},
        {"error": "maxAge exceeded"},
        {"error": "iat required when maxAge is specified"},
    ]


REFUSED = {
    "a secret that changes": ("jwt.verify(req.body.token, changing)", "CX803 verifies with a secret"),
    "a written secret for a key pair": (
        'jwt.verify(req.body.token, "secret", { algorithms: ["RS256"] })',
        "CX803 signs or verifies with a secret",
    ),
    "a key that is looked up": (
        "jwt.verify(req.body.token, (header: any, done: any) => done(null, header.kid), () => undefined)",
        "CX204 gives jsonwebtoken a callback",
    ),
}


@pytest.mark.parametrize(("work", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_web_crypto_would_verify_otherwise_is_refused(codemod: CodemodTest, work: str, reason: str) -> None:
    text = f"""
        import express from "express";
        import jwt from "jsonwebtoken";

        let changing = "secret";
        changing = "other";
        const KEY = process.env.KEY!;
        const app = express();
        app.use(express.json());
        app.post("/work", (req, res) => {{
          res.json({work});
        }});
        export default app;
        """
    assert codemod.migrate({"src/app.ts": text}).outcome("POST /work").startswith(f"needs-review {reason}")


HELPERS = """
    import jwt, { JwtPayload, Secret } from "jsonwebtoken";

    export const secret = process.env.JWT_SECRET || "";
    const generateToken = (payload: object, secret: Secret, expiresIn: string) =>
      jwt.sign(payload, secret, { algorithm: "HS256", expiresIn: expiresIn as jwt.SignOptions["expiresIn"] });
    const verifyToken = (token: string, secret: Secret) => {
      return jwt.verify(token, secret) as JwtPayload;
    };

    export const helpers = { generateToken, verifyToken };
    """


def test_helpers_keep_their_types(codemod: CodemodTest) -> None:
    app = """
        import express from "express";
        import { helpers, secret } from "./helpers";

        const app = express();
        app.use(express.json());
        app.post("/tokens", (req, res) => {
          const token = helpers.generateToken({ id: req.body.id }, secret, "1h");
          res.json({ id: helpers.verifyToken(token, secret).id });
        });
        export default app;
        """
    migrated = codemod.migrate({"package.json": PACKAGE, "src/helpers.ts": HELPERS, "src/app.ts": app})
    assert migrated.outcome("POST /tokens") == "migrated"
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
