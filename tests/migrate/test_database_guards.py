"""Guards that look up who is asking: the database is read by internal functions, and the row goes on to the handler."""

from __future__ import annotations

import json
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

SCHEMA = """
    model User {
      id        Int      @id @default(autoincrement())
      email     String   @unique
      password  String
      role      String   @default("USER")
      createdAt DateTime @default(now())
      notes     Note[]
    }

    model Note {
      id       Int    @id @default(autoincrement())
      text     String
      authorId Int
      author   User   @relation(fields: [authorId], references: [id])
    }
    """

AUTH = """
    import { NextFunction, Request, Response } from "express";
    import jwt from "jsonwebtoken";
    import { prisma } from "./prisma";

    export interface AuthRequest extends Request {
      user?: any;
      userId?: number;
    }

    export const authenticate = async (req: AuthRequest, res: Response, next: NextFunction) => {
      const token = req.headers.authorization?.split(" ")[1];
      if (!token) return res.status(401).json({ error: "No token" });
      try {
        const decoded = jwt.verify(token, process.env.JWT_SECRET!) as { id: number };
        const user = await prisma.user.findUnique({ where: { id: decoded.id } });
        if (!user) {
          return res.status(401).json({ error: "Who?" });
        }
        req.user = user;
        req.userId = user.id;
        next();
      } catch (error) {
        return res.status(401).json({ error: (error as Error).message });
      }
    };

    export const authorize = (...roles: string[]) => (req: AuthRequest, res: Response, next: NextFunction) => {
      if (!roles.includes(req.user.role)) return res.status(403).json({ error: "Forbidden" });
      return next();
    };

    /** Only whose note it is. */
    export async function owns(req: AuthRequest, res: Response, next: NextFunction): Promise<void> {
      const note = await prisma.note.findUnique({ where: { id: Number(req.params.id) }, select: { authorId: true } });
      if (!note) {
        res.status(404).json({ error: "No note" });
        return;
      }
      if (note.authorId !== req.userId) {
        res.status(403).json({ error: "Not yours" });
        return;
      }
      next();
    }
    """

APP = """
    import express from "express";
    import jwt from "jsonwebtoken";
    import { AuthRequest, authenticate, authorize, owns } from "./auth";
    import { prisma } from "./prisma";

    const app = express();
    app.use(express.json());
    app.post("/register", async (req, res) => {
      const user = await prisma.user.create({ data: { ...req.body } });
      res.status(201).json({ id: user.id });
    });
    app.post("/login", async (req, res) => {
      const user = await prisma.user.findUnique({ where: { email: req.body.email } });
      if (!user || user.password !== req.body.password) return res.status(401).json({ error: "Wrong" });
      res.json({ token: jwt.sign({ id: user.id }, process.env.JWT_SECRET!, { expiresIn: "1h" }) });
    });
    app.get("/me", authenticate, (req: AuthRequest, res) => {
      const { password, ...shown } = req.user;
      res.json(shown);
    });
    app.post("/notes", authenticate, async (req: AuthRequest, res) => {
      const note = await prisma.note.create({ data: { text: req.body.text, authorId: req.user!.id } });
      res.status(201).json(note);
    });
    app.get("/notes", authenticate, async (req: AuthRequest, res) => {
      res.json(await prisma.note.findMany({ where: { authorId: req.userId }, orderBy: { id: "asc" } }));
    });
    app.delete("/notes/:id", authenticate, owns, async (req, res) => {
      await prisma.note.delete({ where: { id: Number(req.params.id) } });
      res.status(204).send();
    });
    app.get("/users", authenticate, authorize("ADMIN"), async (req, res) => {
      res.json(await prisma.user.count());
    });
    app.listen(process.env.PORT);
    """

PRISMA = """
    import { PrismaClient } from "@prisma/client";

    export const prisma = new PrismaClient();
    """

FILES = {
    "package.json": PACKAGE, "prisma/schema.prisma": SCHEMA, "src/auth.ts": AUTH, "src/app.ts": APP,
    "src/prisma.ts": PRISMA,
}  # fmt: skip


def step(request: str, body: object = None, bearer: str = "", name: str = "", capture: str = "") -> str:
    """One request of an `.http` file."""
    lines = [f"# @name {name}"] if name else []
    lines += [f"# @capture {capture}"] if capture else []
    lines += [request, "Content-Type: application/json"]
    lines += [f"Authorization: Bearer {bearer}"] if bearer else []
    return "\n".join(lines) + (f"\n\n{json.dumps(body)}" if body is not None else "")


ANN, BOB = {"email": "ann@a.org", "password": "a"}, {"email": "bob@a.org", "password": "b", "role": "ADMIN"}
SCRIPT = [
    step("POST /register", ANN),
    step("POST /register", BOB),
    step("POST /login", {**ANN, "password": "x"}),
    step("POST /login", ANN, name="ann"),
    step("POST /login", BOB, name="bob"),
    step("GET /me"),
    step("GET /me", bearer="{{ann.response.body.token}}"),
    step("GET /me", bearer=token({"id": 999}, "other")),
    step("GET /me", bearer=token({"id": 999, "exp": 1700000000})),
    step("GET /me", bearer=token({"id": 999})),
    step("POST /notes", {"text": "one"}, "{{ann.response.body.token}}", name="one"),
    step("POST /notes", {"text": "two"}, "{{bob.response.body.token}}", name="two"),
    step("POST /notes", {"text": "three"}),
    step("GET /notes", bearer="{{ann.response.body.token}}"),
    step("GET /users", bearer="{{ann.response.body.token}}"),
    step("GET /users", bearer="{{bob.response.body.token}}"),
    step("DELETE /notes/{{two.response.body.id}}", bearer="{{ann.response.body.token}}"),
    step("DELETE /notes/{{two.response.body.id}}", bearer="{{bob.response.body.token}}"),
    step("DELETE /notes/{{two.response.body.id}}", bearer="{{bob.response.body.token}}"),
    step("DELETE /notes/{{one.response.body.id}}", bearer="{{ann.response.body.token}}"),
    step("GET /notes", bearer="{{ann.response.body.token}}"),
]


def test_who_registers_logs_in_and_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    found = compare(tmp_path, {path: dedent(text) for path, text in FILES.items()}, "\n\n###\n\n".join(SCRIPT) + "\n")
    assert found.differences == []
    assert found.note.startswith(f"{len(SCRIPT)} of {len(SCRIPT)}")


def test_guards_read_by_internal_functions(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    outcomes = {item.name: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert set(outcomes.values()) == {"migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    text = next(text for text in migrated.convex.values() if "const authenticate" in text)
    assert "c.env.runQuery(internal.model.auth.getUser, { id: asId(decoded.id) })" in text
    assert "as { id: string }" in text


def test_ids_that_are_numbers_of_any_size_cross_as_text(codemod: CodemodTest) -> None:
    schema = SCHEMA.replace("id        Int ", "id        BigInt ").replace("authorId Int", "authorId BigInt")
    auth = AUTH.replace("id: number", "id: bigint").replace("userId?: number", "userId?: bigint")
    migrated = codemod.migrate({**FILES, "prisma/schema.prisma": schema, "src/auth.ts": auth})
    assert {str(item.outcome) for item in migrated.settled.items if item.kind == "route"} == {"migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc()) == ([], [])


def test_dates_of_a_row_that_middleware_hands_on_are_text(codemod: CodemodTest) -> None:
    app = FILES["src/app.ts"].replace("res.json(shown);", "res.json({ year: req.user.createdAt.getFullYear() });")
    migrated = codemod.migrate({**FILES, "src/app.ts": app})
    assert migrated.outcome("GET /me").startswith("needs-review CX205 reads `createdAt` of `req.user`, a date that")


SERVICE = """
    const jwt = require("jsonwebtoken");
    const { PrismaClient } = require("@prisma/client");

    const prisma = new PrismaClient();

    class TokenService {
      async verify(token) {
        const { id } = jwt.verify(token, process.env.JWT_SECRET);
        const user = await prisma.user.findFirst({ where: { id, role: "ADMIN" } });
        if (!user) throw new Error("Gone");
        return { id: user.id, role: user.role };
      }

      async seen(id) {
        await prisma.user.update({ where: { id }, data: { role: "SEEN" } });
      }
    }

    module.exports = new TokenService();
    """

SCRIPTED = """
    const express = require("express");
    const tokens = require("./tokens");

    const app = express();
    app.use(express.json());
    const auth = async (req, res, next) => {
      const token = req.header("x-auth-token");
      if (!token) return res.status(401).send("Access denied");
      try {
        req.user = await tokens.verify(token);
        await tokens.seen(req.user.id);
        next();
      } catch (ex) {
        res.status(400).send(ex.message);
      }
    };
    app.get("/me", auth, (req, res) => res.json(req.user));
    app.get("/open", (req, res) => res.json(1));
    module.exports = app;
    """


def test_guards_in_scripts_look_up_by_services(codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    files = {"package.json": PACKAGE, "prisma/schema.prisma": SCHEMA, "src/tokens.js": SERVICE, "src/app.js": SCRIPTED}
    migrated = codemod.migrate(files)
    outcomes = {item.name: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert outcomes == {"GET /me": "migrated", "GET /open": "migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    sent = [{}, {"x-auth-token": "words"}, {"x-auth-token": token({"id": 1})}]
    answers = project.serve([Request("GET", "/me", headers=headers) for headers in sent])
    assert [(answer.status, answer.text) for answer in answers] == [
        (401, "Access denied"),
        (400, "jwt malformed"),
        (400, "Gone"),
    ]
