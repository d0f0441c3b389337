"""Guards and handlers that ask the same service, and tell the same reporter: what they share runs for both."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from bearer_tokens import SECRET, token
from convex_project import ConvexProject, Request
from harness import CodemodTest
from side_by_side import compare

PACKAGE = """
    {
      "name": "app",
      "dependencies": { "@prisma/client": "^6.0.0", "express": "^4.21.0", "jsonwebtoken": "^9.0.0" }
    }
    """
SCHEMA = "model User {\n  id    Int    @id @default(autoincrement())\n  email String @unique\n}\n"
PRISMA = 'import { PrismaClient } from "@prisma/client";\n\nexport const prisma = new PrismaClient();\n'
LOG = """
    export function logError(message: string, details: object) {
      console.error(message, details);
    }
    """
USERS = """
    import { prisma } from "./prisma";

    function shown(user: { id: number; email: string }) {
      if (user.email === "") throw new Error("Nameless");
      return { id: user.id, name: user.email.split("@")[0] };
    }

    export async function findUser(id: number) {
      const user = await prisma.user.findUnique({ where: { id } });
      return user && shown(user);
    }
    """
GUARD = """
    import { NextFunction, Request, Response } from "express";
    import jwt from "jsonwebtoken";
    import { logError } from "./log";
    import { findUser } from "./users";

    export const guard = async (req: Request, res: Response, next: NextFunction) => {
      try {
        const token = req.headers.authorization?.split(" ")[1] ?? "";
        const decoded = jwt.verify(token, process.env.JWT_SECRET!) as { id: number };
        const user = await findUser(decoded.id);
        if (!user) return res.status(401).json({ error: "Who?" });
        (req as any).user = user;
        next();
      } catch (error) {
        logError("Guard", { error: error instanceof Error ? error.message : String(error) });
        res.status(401).json({ error: "Invalid" });
      }
    };
    """
APP = """
    import express from "express";
    import jwt from "jsonwebtoken";
    import { guard } from "./guard";
    import { prisma } from "./prisma";
    import { findUser } from "./users";

    const app = express();
    app.use(express.json());
    app.post("/users", async (req, res) => {
      const user = await prisma.user.create({ data: { email: req.body.email } });
      res.status(201).json({ id: user.id, token: jwt.sign({ id: user.id }, process.env.JWT_SECRET!) });
    });
    app.get("/me", guard, (req, res) => {
      res.json((req as any).user);
    });
    app.get("/users/:id", guard, async (req, res) => {
      res.json(await findUser(Number(req.params.id)));
    });
    app.listen(process.env.PORT);
    """
FILES = {
    "package.json": PACKAGE, "prisma/schema.prisma": SCHEMA, "src/app.ts": APP, "src/guard.ts": GUARD,
    "src/log.ts": LOG, "src/prisma.ts": PRISMA, "src/users.ts": USERS,
}  # fmt: skip
SCRIPT = f"""
# @name ann
POST /users
Content-Type: application/json

{{"email": "ann@a.org"}}

###
# @name nobody
POST /users
Content-Type: application/json

{{"email": ""}}

###
GET /me
Authorization: Bearer {{{{ann.response.body.token}}}}

###
GET /me
Authorization: Bearer {{{{nobody.response.body.token}}}}

###
GET /me
Authorization: Bearer {token({"id": 999})}

###
GET /users/{{{{ann.response.body.id}}}}

###
GET /users/{{{{ann.response.body.id}}}}
Authorization: Bearer {{{{ann.response.body.token}}}}
"""


def test_a_guard_and_a_handler_ask_the_same_function(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    found = compare(tmp_path, {path: dedent(text) for path, text in FILES.items()}, SCRIPT.lstrip())
    assert found.differences == []
    assert found.note.startswith("7 of 7")


def test_a_guard_that_looks_at_errors_does_not_share(codemod: CodemodTest) -> None:
    guard = GUARD.replace('error: "Invalid"', "error: (error as Error).message")
    migrated = codemod.migrate({**FILES, "src/guard.ts": guard})
    assert "CX202 calls `findUser`, which runs in the transaction of" in migrated.outcome("GET /me")


SENTRY = """
    import * as Sentry from "@sentry/node";

    let started = false;

    export function start() {
      Sentry.init({ dsn: process.env.SENTRY_DSN });
      started = true;
    }

    export function setUser(user: { id: number }) {
      if (!started) return;
      Sentry.setUser(user);
    }

    export function report(error: Error, context: object) {
      if (!started) {
        console.error(error.message);
        return;
      }
      Sentry.setContext("more", { context });
      Sentry.captureException(error);
    }
    """
REPORTED = """
    import * as Sentry from "@sentry/node";
    import express, { NextFunction, Request, Response } from "express";
    import { report, setUser, start } from "./sentry";

    start();
    const app = express();
    app.use((req: Request, res: Response, next: NextFunction) => {
      (req as any).user = { id: 1 };
      setUser({ id: (req as any).user.id });
      next();
    });
    app.get("/me", (req, res) => {
      Sentry.setTag("page", "me");
      Sentry.captureMessage("asked");
      res.json((req as any).user);
    });
    app.get("/broken", () => {
      throw new Error("broken");
    });
    app.use((err: Error, req: Request, res: Response, next: NextFunction) => {
      report(err, { user: (req as any).user?.id });
      res.status(500).json({ error: err.message });
    });
    export default app;
    """


def test_what_a_reporter_is_told_goes_to_the_console(codemod: CodemodTest) -> None:
    package = '{ "dependencies": { "@sentry/node": "^8.0.0", "express": "^4.21.0" } }'
    migrated = codemod.migrate({"package.json": package, "src/app.ts": REPORTED, "src/sentry.ts": SENTRY})
    assert {migrated.outcome("GET /me"), migrated.outcome("GET /broken")} == {"migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    text = "".join(migrated.convex.values())
    assert "Sentry" not in text and "setUser" not in text
    assert 'console.info("asked")' in text and 'console.error(err, { user: c.get("user")?.id })' in text
    answers = project.serve([Request("GET", "/me"), Request("GET", "/broken")])
    assert [answer.body for answer in answers] == [{"id": 1}, {"error": "broken"}]
