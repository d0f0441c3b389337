"""Guards of many forms: who gets in at the edge is who got in with Express, with the same refusals."""

from __future__ import annotations

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
        "cookie-parser": "^1.4.7",
        "express": "^4.21.0",
        "jsonwebtoken": "^9.0.0",
        "passport": "^0.7.0",
        "passport-jwt": "^4.0.1"
      }
    }
    """

SCHEMA = """
    model User {
      id    Int    @id @default(autoincrement())
      email String @unique
      role  String @default("USER")
    }
    """

PRISMA = 'import { PrismaClient } from "@prisma/client";\n\nexport const prisma = new PrismaClient();\n'

ERRORS = """
    export class AppError extends Error {
      constructor(message: string, public statusCode: number) {
        super(message);
      }
    }
    """

APP = """
    import express from "express";
    import cookieParser from "cookie-parser";
    import jwt from "jsonwebtoken";
    import { AppError } from "./errors";
    import { guard, isAdmin } from "./guard";
    import { prisma } from "./prisma";

    const app = express();
    app.use(express.json());
    app.use(cookieParser());
    app.post("/users", async (req, res) => {
      const user = await prisma.user.create({ data: { email: req.body.email, role: req.body.role } });
      res.status(201).json({ token: jwt.sign({ id: user.id }, process.env.JWT_SECRET!, { expiresIn: "1h" }) });
    });
    app.delete("/users", async (req, res) => {
      await prisma.user.delete({ where: { email: req.body.email } });
      res.status(204).send();
    });
    app.get("/me", guard, (req: any, res) => {
      res.json({ id: req.user.id });
    });
    app.get("/admin", guard, isAdmin, async (req: any, res) => {
      res.json({ users: await prisma.user.count(), id: req.user.id });
    });
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(err instanceof AppError ? err.statusCode : 500).json({ error: err.message });
    });
    app.listen(process.env.PORT);
    """

HEAD = """
    import { NextFunction, Request, Response } from "express";
    import jwt from "jsonwebtoken";
    import { AppError } from "./errors";
    import { prisma } from "./prisma";

    export const isAdmin = async (req: any, res: Response, next: NextFunction) => {
      const user = await prisma.user.findUnique({ where: { id: req.user.id } });
      if (user?.role !== "ADMIN") return res.status(403).json({ error: "Admins only" });
      next();
    };
    """

GUARDS = {
    "a helper that reads the database": """
        async function whoAsks(req: Request) {
          const token = req.headers.authorization?.split(" ")[1];
          if (!token) return { error: { status: 401, message: "No token" } };
          try {
            const claims = jwt.verify(token, process.env.JWT_SECRET!) as { id: number };
            const user = await prisma.user.findUnique({ where: { id: claims.id } });
            if (!user) return { error: { status: 404, message: "Gone" } };
            return { user: { id: user.id } };
          } catch (err) {
            return { error: { status: 403, message: (err as Error).message } };
          }
        }

        export const guard = async (req: any, res: Response, next: NextFunction) => {
          const found = await whoAsks(req);
          if (found.error) return res.status(found.error.status).json({ error: found.error.message });
          req.user = found.user;
          next();
        };
        """,
    "a callback that notes its refusal": """
        export const guard = (req: any, res: Response, next?: NextFunction) => {
          const token = req.headers["authorization"]?.split(" ")[1];
          const secret = process.env.JWT_SECRET;
          let refused = false;
          if (!token || !secret) {
            return res.status(401).json({ error: "Unauthorized" });
          }
          jwt.verify(token, secret, (err: any, payload: any) => {
            if (err) {
              console.error("refused", err.message);
              refused = true;
              return res.status(401).json({ error: "Expired" });
            }
            req.user = payload;
          });
          if (refused) {
            return;
          }
          if (next) {
            next();
          }
        };
        """,
    "promises": """
        const claimsOf = async (token: string) => jwt.verify(token, process.env.JWT_SECRET!) as { id: number };

        export const guard = (req: any, res: Response, next: NextFunction) => {
          const token = req.header("Authorization")?.split(" ")[1];
          if (!token) return res.status(401).send("No token");
          claimsOf(token)
            .then((claims) => prisma.user.findUnique({ where: { id: claims.id } }))
            .then((user) => {
              if (!user) return res.status(404).json({ error: "Gone" });
              req.user = user;
              next();
            })
            .catch((err) => {
              res.status(403).json({ error: err.message });
            });
        };
        """,
    "promises for the handler of errors": """
        async function userOf(req: Request) {
          const claims = jwt.verify(req.headers.authorization!.split(" ")[1]!, process.env.JWT_SECRET!) as any;
          const user = await prisma.user.findUnique({ where: { id: claims.id } });
          if (!user) throw new AppError("Gone", 404);
          return user;
        }

        export const guard = (req: any, res: Response, next: NextFunction) => {
          if (!req.headers.authorization) return next(new AppError("No token", 401));
          return userOf(req)
            .then((user) => {
              if (user.email === "root@a.org") return next(new AppError("Nobody", 400));
              req.user = user;
              next();
            })
            .catch((err) => next(err));
        };
        """,
    "passport with a callback in place": """
        import { ExtractJwt, Strategy } from "passport-jwt";
        import passport from "passport";

        const strategy = new Strategy(
          { secretOrKey: process.env.JWT_SECRET!, jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken() },
          async (payload, done) => {
            const user = await prisma.user.findUnique({ where: { id: payload.id } });
            done(null, user ?? false);
          },
        );
        passport.use("jwt", strategy);

        export const guard = (req: any, res: Response, next: NextFunction) => {
          passport.authenticate("jwt", { session: false }, (err: any, user: any, info: any) => {
            if (err) return next(new AppError("Failed", 400));
            if (!user) return next(new AppError(info ? info.message : "Gone", 401));
            req.user = user;
            next();
          })(req, res, next);
        };
        """,
    "passport in a promise": """
        import { ExtractJwt, Strategy, VerifyCallback } from "passport-jwt";
        import passport from "passport";

        const options = {
          secretOrKey: process.env.JWT_SECRET!,
          jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
        };
        const verify: VerifyCallback = async (payload, done) => {
          try {
            const user = await prisma.user.findUnique({ where: { id: payload.id }, select: { id: true, role: true } });
            if (!user) {
              return done(null, false);
            }
            done(null, user);
          } catch (error) {
            done(error, false);
          }
        };
        export const strategy = new Strategy(options, verify);
        passport.use("jwt", strategy);

        const rightsOf = new Map([["USER", ["read"]], ["ADMIN", ["read", "write"]]]);

        const verifyCallback =
          (req: any, resolve: (value?: unknown) => void, reject: (reason?: unknown) => void, needed: string[]) =>
          async (err: unknown, user: { id: number; role: string } | false, info: unknown) => {
            if (err || info || !user) {
              return reject(new AppError("Please authenticate", 401));
            }
            req.user = user;
            const rights = rightsOf.get(user.role) ?? [];
            if (!needed.every((right) => rights.includes(right)) && req.params.userId !== String(user.id)) {
              return reject(new AppError("Forbidden", 403));
            }
            resolve();
          };

        export const auth =
          (...needed: string[]) =>
          async (req: Request, res: Response, next: NextFunction) => {
            return new Promise((resolve, reject) => {
              passport.authenticate(
                "jwt",
                { session: false },
                verifyCallback(req, resolve, reject, needed),
              )(req, res, next);
            })
              .then(() => next())
              .catch((err) => next(err));
          };
        """,
    "passport with places of its own for the token": """
        import { ExtractJwt, Strategy } from "passport-jwt";
        import passport from "passport";

        const fromCookie = (req: Request) => req.cookies["jwt"] ?? null;
        passport.use(
          new Strategy(
            {
              secretOrKey: process.env.JWT_SECRET!,
              jwtFromRequest: ExtractJwt.fromExtractors([
                fromCookie,
                (req) => req.headers.authorization?.split(" ")[1] ?? null,
              ]),
            },
            async (payload, done) => {
              const user = await prisma.user.findUnique({ where: { id: payload.id } });
              return done(null, user ?? false);
            },
          ),
        );

        export const guard = passport.authenticate("jwt", { session: false });
        """,
    "passport that makes sure of its request": """
        import { Strategy } from "passport-jwt";
        import passport from "passport";

        const extract = (req: Request) => {
          let token: string | null = null;
          if (req && req.headers && req.headers.authorization) token = req.headers.authorization.split(" ")[1] ?? null;
          if (!token && req && req.cookies) {
            token = req.cookies["jwt"];
          }
          if (req && req.cookies) token ??= req.cookies["jwt"];
          return token;
        };
        const options = { secretOrKey: process.env.JWT_SECRET!, jwtFromRequest: extract };
        passport.use(
          new Strategy(options, async (payload, done) => {
            const user = await prisma.user.findUnique({ where: { id: payload.id } });
            return done(null, user ?? false);
          }),
        );

        export const guard = passport.authenticate("jwt", { session: false });
        """,
    "promises with the name of next": """
        const userOf = async (token: string) => {
          const claims = jwt.verify(token, process.env.JWT_SECRET!) as { id: number };
          return prisma.user.findUnique({ where: { id: claims.id } });
        };

        export const guard = (req: any, res: Response, next: NextFunction) => {
          userOf(String(req.headers.authorization).slice(7))
            .then((user) => {
              if (!user) throw new AppError("Gone", 404);
              req.user = user;
              return next();
            })
            .catch(next);
        };
        """,
}

FORGED = {
    "expired": token({"id": 1, "exp": 1700000000}),
    "foreign": token({"id": 1}, "other"),
    "unsigned": token({"id": 1}, algorithm="none"),
    "of nobody": token({"id": 999}),
    "words": "words",
}


def script() -> str:
    asked = []
    for name, role in (("ann", "USER"), ("bob", "ADMIN"), ("eve", "USER")):
        body = f'{{"email": "{name}@a.org", "role": "{role}"}}'
        asked.append(f"# @name {name}\nPOST /users\nContent-Type: application/json\n\n{body}")
    asked.append('DELETE /users\nContent-Type: application/json\n\n{"email": "eve@a.org"}')
    tokens = [*(f"{{{{{name}.response.body.token}}}}" for name in ("ann", "bob", "eve")), *FORGED.values()]
    for path in ("/me", "/admin"):
        asked += [f"GET {path}", f"GET {path}\nAuthorization: Basic YTpi"]
        asked += [f"GET {path}\nAuthorization: Bearer {sent}" for sent in tokens]
        asked += [f"GET {path}\nCookie: jwt={sent}" for sent in (tokens[0], FORGED["expired"])]
    return "\n\n###\n\n".join(asked) + "\n"


def files(guard: str) -> dict[str, str]:
    app = dedent(APP)
    if "export const auth" in guard:
        app = app.replace("{ guard, isAdmin }", "{ auth }").replace("guard, isAdmin,", 'auth("read", "write"),')
        app = app.replace('"/me", guard', '"/me", auth("read")')
    return {
        "package.json": PACKAGE,
        "prisma/schema.prisma": SCHEMA,
        "src/app.ts": app,
        "src/errors.ts": dedent(ERRORS),
        "src/guard.ts": dedent(HEAD) + dedent(guard),
        "src/prisma.ts": PRISMA,
    }


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
def test_who_gets_in_is_who_got_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, guard: str) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    found = compare(tmp_path, files(guard), script())
    assert found.differences == []
    assert found.note.startswith("28 of 28")


@pytest.mark.parametrize("guard", GUARDS.values(), ids=GUARDS)
def test_guards_are_carried_over_and_sound(codemod: CodemodTest, guard: str) -> None:
    migrated = codemod.migrate(files(guard))
    outcomes = {item.name: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert set(outcomes.values()) == {"migrated"}
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle(), project.eslint()) == ([], [], [], [])


REFUSED = {
    "a callback that answers and lets go on": """
        export const guard = (req: any, res: Response, next: NextFunction) => {
          jwt.verify(req.headers.authorization, process.env.JWT_SECRET!, (err: any, payload: any) => {
            if (err) return res.status(401).json({ error: "Expired" });
            req.user = payload;
          });
          next();
        };
        """,
    "promises that are caught before they go on": """
        export const guard = (req: any, res: Response, next: NextFunction) => {
          prisma.user
            .count()
            .catch((err) => res.status(500).json({ error: err.message }))
            .then(() => next());
        };
        """,
    "passport with a session": """
        import { ExtractJwt, Strategy } from "passport-jwt";
        import passport from "passport";

        const jwtFromRequest = ExtractJwt.fromAuthHeaderAsBearerToken();
        const strategy = new Strategy(
          { secretOrKey: process.env.JWT_SECRET!, jwtFromRequest },
          (payload, done) => done(null, payload),
        );

        export const guard = (req: any, res: Response, next: NextFunction) => {
          passport.authenticate("jwt", (err: any, user: any) => {
            if (!user) return res.sendStatus(401);
            req.user = user;
            next();
          })(req, res, next);
        };
        """,
    "passport with a callback that answers nobody": """
        import { ExtractJwt, Strategy } from "passport-jwt";
        import passport from "passport";

        const strategy = new Strategy(
          { secretOrKey: process.env.JWT_SECRET!, jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken() },
          (payload, done) => done(null, payload),
        );

        export const guard = (req: any, res: Response, next: NextFunction) => {
          passport.authenticate("jwt", { session: false }, (err: any, user: any) => {
            if (!user) res.sendStatus(401);
          })(req, res, next);
          next();
        };
        """,
    "a timer": """
        export const guard = (req: any, res: Response, next: NextFunction) => {
          if (!req.headers.authorization) return res.sendStatus(401);
          setTimeout(() => next(), 10);
        };
        """,
    "a callback that notes one of its refusals": """
        export const guard = (req: any, res: Response, next: NextFunction) => {
          let refused = false;
          jwt.verify(req.headers.authorization, process.env.JWT_SECRET!, (err: any, payload: any) => {
            if (err) {
              refused = true;
              return res.status(401).json({ error: "Expired" });
            }
            if (payload.blocked) return res.status(403).json({ error: "Blocked" });
            req.user = payload;
          });
          if (refused) return;
          next();
        };
        """,
}


@pytest.mark.parametrize("guard", REFUSED.values(), ids=REFUSED)
def test_guards_that_would_let_others_in_stay_closed(codemod: CodemodTest, guard: str) -> None:
    migrated = codemod.migrate(files(guard))
    assert migrated.outcome("GET /me").startswith("needs-review CX801")
    assert 'app.get("/me", notMigrated("CX801"));' in migrated.convex["convex/http.ts"]
