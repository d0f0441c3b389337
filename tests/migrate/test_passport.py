"""Guards of passport: strategies of passport-jwt move to the edge, all others are refused for what they are."""

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
        "express": "^4.21.0",
        "jsonwebtoken": "^9.0.0",
        "passport": "^0.7.0",
        "passport-jwt": "^4.0.1"
      }
    }
    """

SCHEMA = """
    model User {
      id        Int      @id @default(autoincrement())
      email     String   @unique
      role      String   @default("USER")
      blocked   Boolean  @default(false)
      createdAt DateTime @default(now())
    }
    """

APP = """
    import express from "express";
    import jwt from "jsonwebtoken";
    import { PrismaClient } from "@prisma/client";
    import passport from "passport";
    import "./passport";

    const prisma = new PrismaClient();
    const app = express();
    app.use(express.json());
    app.use(passport.initialize());

    const requireUser = passport.authenticate("jwt", { session: false });
    const requireAdmin = (req: any, res: any, next: any) => {
      if (req.user.role !== "ADMIN") return res.status(403).json({ error: "Forbidden" });
      next();
    };

    app.post("/register", async (req, res) => {
      const user = await prisma.user.create({ data: { ...req.body } });
      res.status(201).json({ id: user.id });
    });
    app.post("/login", async (req, res) => {
      const user = await prisma.user.findUnique({ where: { email: req.body.email } });
      if (!user) return res.status(401).json({ error: "Wrong" });
      res.json({ token: jwt.sign({ sub: user.id as any, aud: "web" }, process.env.JWT_SECRET!, { expiresIn: "1h" }) });
    });
    app.get("/me", requireUser, (req: any, res) => {
      const { blocked, ...shown } = req.user;
      res.json(shown);
    });
    app.get("/admin", passport.authenticate("jwt", { session: false }), requireAdmin, (req: any, res) => {
      res.json({ admin: req.user.email });
    });
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(500).json({ error: err.message });
    });
    app.listen(process.env.PORT);
    """

HEAD = """
    import passport from "passport";
    import { ExtractJwt, Strategy as JwtStrategy, StrategyOptions, VerifiedCallback } from "passport-jwt";
    import { PrismaClient } from "@prisma/client";

    const prisma = new PrismaClient();
    """

STRATEGIES = {
    "in place": """
        passport.use(
          new JwtStrategy(
            {
              jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
              secretOrKey: process.env.JWT_SECRET!,
              audience: "web",
            },
            async (payload, done) => {
              try {
                const user = await prisma.user.findUnique({ where: { id: Number(payload.sub) } });
                if (!user) return done(null, false, "Who?");
                if (user.blocked) throw new Error("Blocked");
                return done(null, user);
              } catch (error) {
                return done(error, false);
              }
            },
          ),
        );
        """,
    "with names": """
        const options: StrategyOptions = {
          secretOrKey: process.env.JWT_SECRET as string,
          jwtFromRequest: ExtractJwt.fromExtractors([
            ExtractJwt.fromHeader("x-token"),
            ExtractJwt.fromAuthHeaderAsBearerToken(),
          ]),
          audience: "web",
          jsonWebTokenOptions: { clockTolerance: 5 },
        };

        const verify = async (payload: { sub: number }, done: VerifiedCallback) => {
          const user = await prisma.user.findUnique({ where: { id: payload.sub } });
          if (!user) {
            done(null, false);
            return;
          }
          done(user.blocked ? new Error("Blocked") : null, user);
        };

        export const jwtStrategy = new JwtStrategy(options, verify);

        passport.use("jwt", jwtStrategy);
        """,
    "with promises": """
        passport.use(
          new JwtStrategy(
            {
              jwtFromRequest: ExtractJwt.fromAuthHeaderWithScheme("Bearer"),
              secretOrKey: process.env.JWT_SECRET!,
              audience: ["app", "web"],
              algorithms: ["HS256"],
            },
            function (payload, done) {
              prisma.user
                .findUnique({ where: { id: payload.sub } })
                .then((user) => {
                  if (user && user.blocked) return done(new Error("Blocked"));
                  return user ? done(null, user) : done(null, false);
                })
                .catch((err) => done(err, false));
            },
          ),
        );
        """,
}

FORGED = {
    "expired": token({"sub": 1, "aud": "web", "exp": 1700000000}),
    "foreign": token({"sub": 1, "aud": "web"}, "other"),
    "unsigned": token({"sub": 1, "aud": "web"}, algorithm="none"),
    "for others": token({"sub": 1, "aud": "mobile"}),
    "of nobody": token({"sub": 999, "aud": "web"}),
    "words": "words",
}


def files(strategy: str, app: str = APP) -> dict[str, str]:
    passport = dedent(HEAD) + dedent(strategy)
    return {
        "package.json": PACKAGE,
        "prisma/schema.prisma": SCHEMA,
        "src/passport.ts": passport,
        "src/app.ts": app,
    }


def script() -> str:
    asked = [
        'POST /register\nContent-Type: application/json\n\n{"email": "ann@a.org"}',
        'POST /register\nContent-Type: application/json\n\n{"email": "bob@a.org", "role": "ADMIN"}',
        'POST /register\nContent-Type: application/json\n\n{"email": "eve@a.org", "blocked": true}',
    ]
    for name in ("ann", "bob", "eve"):
        asked.append(f'# @name {name}\nPOST /login\nContent-Type: application/json\n\n{{"email": "{name}@a.org"}}')
    tokens = [*(f"{{{{{name}.response.body.token}}}}" for name in ("ann", "bob", "eve")), *FORGED.values()]
    for path in ("/me", "/admin"):
        asked += [f"GET {path}", f"GET {path}\nAuthorization: Basic YTpi"]
        asked += [f"GET {path}\nAuthorization: Bearer {sent}" for sent in tokens]
        asked.append(f"GET {path}\nAuthorization: {tokens[0]}")
    return "\n\n###\n\n".join(asked) + "\n"


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
def test_who_gets_in_is_who_got_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, strategy: str) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    found = compare(tmp_path, {path: dedent(text) for path, text in files(strategy).items()}, script())
    assert found.differences == []
    assert found.note.startswith("30 of 30")


@pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
def test_strategies_stand_once_and_are_sound(codemod: CodemodTest, strategy: str) -> None:
    migrated = codemod.migrate(files(strategy))
    outcomes = {item.name: item.reason or str(item.outcome) for item in migrated.settled.items if item.kind == "route"}
    assert set(outcomes.values()) == {"migrated"}
    http = migrated.convex["convex/http.ts"]
    assert http.count("passportJwt(") == 1
    assert 'app.get("/me", authenticate, async (c) => {' in http
    assert 'app.get("/admin", authenticate, requireAdmin, async (c) => {' in http
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle(), project.eslint()) == ([], [], [], [])


def strategy(options: str) -> str:
    return f"passport.use(new JwtStrategy({{ {options} }}, (payload, done) => done(null, payload)));"


BEARER = "jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken()"
GOOD = strategy(f"{BEARER}, secretOrKey: process.env.JWT_SECRET!")
SESSION = "it keeps who is signed in in a session, unless `session: false` says that it does not"

REFUSED = {
    "a session": (GOOD, '"jwt"', SESSION),
    "a session by default": (GOOD, '"jwt", {}', SESSION),
    "a redirect": (
        GOOD,
        '"jwt", { session: false, failureRedirect: "/login" }',
        "it takes more options than `session`",
    ),
    "a callback": (GOOD, '"jwt", { session: false }, () => {}', "it calls a function of the application back"),
    "several strategies": (GOOD, '["jwt", "basic"], { session: false }', "it asks several strategies"),
    "another strategy": (GOOD, '"local", { session: false }', "its strategy `local` is none of passport-jwt"),
    "two of a name": (GOOD + GOOD, '"jwt", { session: false }', "its strategy `jwt` is none of passport-jwt, or"),
    "a key pair": (
        strategy(f'{BEARER}, secretOrKey: process.env.KEY!, algorithms: ["RS256"]'),
        "",
        "verifies with a key pair",
    ),
    "the request": (
        strategy(f"{BEARER}, secretOrKey: process.env.KEY!, passReqToCallback: true"),
        "",
        "sets the option `passReqToCallback`",
    ),
    "a place of its own": (
        strategy("jwtFromRequest: (req) => req.cookies.jwt, secretOrKey: process.env.KEY!"),
        "",
        "reads `req.cookies`, which nothing before it sets",
    ),
    "options put together": (
        "const opts: any = {};\nopts.secretOrKey = process.env.KEY;\n"
        "passport.use(new JwtStrategy(opts, (payload, done) => done(null, payload)));",
        "",
        "`opts` is state in the memory of the server",
    ),
}


@pytest.mark.parametrize(("strategy", "asked", "reason"), REFUSED.values(), ids=REFUSED)
def test_other_guards_of_passport_keep_their_routes_closed(
    codemod: CodemodTest, strategy: str, asked: str, reason: str
) -> None:
    app = APP.replace('passport.authenticate("jwt", { session: false })', f"passport.authenticate({asked})", 9)
    migrated = codemod.migrate(files(strategy, app if asked else APP))
    outcome = migrated.outcome("GET /me")
    assert outcome.startswith("needs-review CX80") and reason in outcome
    assert 'app.get("/me", notMigrated(' in migrated.convex["convex/http.ts"]
