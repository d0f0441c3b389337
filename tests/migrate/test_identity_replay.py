"""Accounts from end to end: register, log in, be known, be refused; hashed passwords and tokens of the application."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from bearer_tokens import SECRET, token
from convex_project import ConvexProject
from harness import CodemodTest
from side_by_side import compare

PACKAGE = """
    {
      "name": "app",
      "dependencies": {
        "@prisma/client": "^6.0.0",
        "bcryptjs": "^3.0.0",
        "cookie-parser": "^1.4.7",
        "express": "^4.21.0",
        "jsonwebtoken": "^9.0.0"
      }
    }
    """

SCHEMA = """
    enum Role {
      USER
      ADMIN
    }

    model User {
      id       Int    @id @default(autoincrement())
      email    String @unique
      password String
      role     Role   @default(USER)
    }
    """

ERRORS = """
    export class AppError extends Error {
      constructor(message: string, public statusCode: number) {
        super(message);
      }
    }
    """

SERVICE = """
    import bcrypt from "bcryptjs";
    import jwt from "jsonwebtoken";
    import { PrismaClient, Role } from "@prisma/client";
    import { AppError } from "./errors";

    const prisma = new PrismaClient();

    export class AuthService {
      async register(email: string, password: string, role: Role) {
        const existing = await prisma.user.findUnique({ where: { email } });
        if (existing) throw new AppError("Email is taken", 409);
        const hash = await bcrypt.hash(password, 4);
        return prisma.user.create({ data: { email, password: hash, role }, select: { id: true, email: true } });
      }

      async login(email: string, password: string) {
        const user = await prisma.user.findUnique({ where: { email } });
        if (!user || !(await bcrypt.compare(password, user.password))) {
          throw new AppError("Wrong email or password", 401);
        }
        return jwt.sign({ id: user.id, role: user.role }, process.env.JWT_SECRET as string, { expiresIn: "1h" });
      }

      async userOf(token: string) {
        const claims = jwt.verify(token, process.env.JWT_SECRET as string) as { id: number };
        return prisma.user.findUnique({ where: { id: claims.id }, select: { id: true, email: true, role: true } });
      }
    }
    """

GUARDS = """
    import { NextFunction, Request, Response } from "express";
    import jwt from "jsonwebtoken";
    import { AppError } from "./errors";
    import { AuthService } from "./service";

    const service = new AuthService();

    export const protect = async (req: Request, res: Response, next: NextFunction) => {
      try {
        const { token: cookie } = req.cookies;
        const token = cookie ?? req.headers.authorization?.split(" ")[1];
        if (!token) return next(new AppError("Sign in first", 401));
        const user = await service.userOf(token);
        if (!user) return next(new AppError("The user of this token is gone", 401));
        res.locals.user = user;
        next();
      } catch (error) {
        if (error instanceof jwt.TokenExpiredError) return next(new AppError("Expired", 401));
        return next(new AppError("Invalid token", 401));
      }
    };

    export const restrictTo = (...roles: string[]) => (req: Request, res: Response, next: NextFunction) => {
      const { user } = res.locals;
      if (!roles.includes(user.role)) return next(new AppError("Not allowed", 403));
      next();
    };
    """

APP = """
    import express from "express";
    import cookieParser from "cookie-parser";
    import { AppError } from "./errors";
    import { protect, restrictTo } from "./guards";
    import { AuthService } from "./service";

    const service = new AuthService();
    const app = express();
    app.use(express.json());
    app.use(cookieParser());

    app.post("/register", async (req, res, next) => {
      try {
        const { email, password, role } = req.body;
        res.status(201).json(await service.register(email, password, role));
      } catch (error) {
        next(error);
      }
    });
    app.post("/login", async (req, res, next) => {
      try {
        res.json({ token: await service.login(req.body.email, req.body.password) });
      } catch (error) {
        next(error);
      }
    });
    app.get("/me", protect, (req, res) => {
      res.json(res.locals.user);
    });
    app.get("/admin", protect, restrictTo("ADMIN"), (req, res) => {
      res.json({ admin: res.locals.user.email });
    });
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(err instanceof AppError ? err.statusCode : 500).json({ error: err.message });
    });
    app.listen(process.env.PORT);
    """

FILES = {
    "package.json": PACKAGE, "prisma/schema.prisma": SCHEMA, "src/errors.ts": ERRORS, "src/service.ts": SERVICE,
    "src/guards.ts": GUARDS, "src/app.ts": APP,
}  # fmt: skip

ANN = {"email": "ann@a.org", "password": "correct horse", "role": "USER"}
BOB = {"email": "bob@a.org", "password": "battery staple", "role": "ADMIN"}


def step(request: str, body: object = None, name: str = "", **headers: str) -> str:
    """One request of an `.http` file."""
    lines = [f"# @name {name}"] if name else []
    lines += [request, "Content-Type: application/json", *(f"{key}: {value}" for key, value in headers.items())]
    return "\n".join(lines) + (f"\n\n{json.dumps(body)}" if body is not None else "")


def bearer(value: str) -> str:
    return f"Bearer {value}"


SENT = {
    "ann": "{{ann.response.body.token}}",
    "bob": "{{bob.response.body.token}}",
    "expired": token({"id": 1, "role": "ADMIN", "exp": 1700000000}),
    "foreign": token({"id": 1, "role": "ADMIN"}, "other"),
    "unsigned": token({"id": 1, "role": "ADMIN"}, algorithm="none"),
    "an id of nobody": token({"id": 999, "role": "ADMIN"}),
    "words": "words",
}

SCRIPT = [
    step("POST /register", ANN),
    step("POST /register", BOB),
    step("POST /register", ANN),
    step("POST /login", {**ANN, "password": "wrong"}),
    step("POST /login", {"email": "eve@a.org", "password": "x"}),
    step("POST /login", ANN, name="ann"),
    step("POST /login", BOB, name="bob"),
    *(step(f"GET {path}") for path in ("/me", "/admin")),
    *(step(f"GET {path}", Authorization=bearer(sent)) for path in ("/me", "/admin") for sent in SENT.values()),
    *(step(f"GET {path}", Cookie=f"token={sent}") for path in ("/me", "/admin") for sent in SENT.values()),
]


def test_accounts_work_as_they_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    found = compare(tmp_path, {path: dedent(text) for path, text in FILES.items()}, "\n\n###\n\n".join(SCRIPT) + "\n")
    assert found.differences == []
    assert found.note.startswith(f"{len(SCRIPT)} of {len(SCRIPT)}")


def test_accounts_are_sound_and_hold_no_secret(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    outcomes = {item.name: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert set(outcomes.values()) == {"migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    guards = next(text for text in migrated.convex.values() if "const protect" in text)
    assert 'return Promise.reject(new AppError("Sign in first", 401));' in guards
