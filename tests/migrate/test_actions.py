"""Work that no transaction may do: passwords are hashed in actions, whose database work runs in internal functions."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from account_app import APP, SCHEMA, SERVICE, TOKENS
from convex_project import ConvexProject, Json, Request
from harness import CodemodTest, Migrated

SECRET = "not for production"

FILES = {
    "package.json": json.dumps(
        {
            "name": "accounts",
            "dependencies": {"@prisma/client": "^6.0.0", "bcrypt": "^5.1.0", "express": "^4.0.0", "jsonwebtoken": "^9"},
            "devDependencies": {"@types/bcrypt": "^5.0.0", "@types/jsonwebtoken": "^9.0.0"},
        }
    ),
    "prisma/schema.prisma": SCHEMA,
    "src/tokens.ts": TOKENS,
    "src/accounts.ts": SERVICE,
    "src/app.ts": APP,
}  # fmt: skip

ANN: Json = {"email": "ann@shop.org", "password": "pass word", "name": "Ann"}


def claims_of(token: str) -> dict[str, Json]:
    """The claims of a token that was signed with the secret, as jsonwebtoken reads it."""
    head, body, signature = token.split(".")
    digest = hmac.new(SECRET.encode(), f"{head}.{body}".encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == signature
    assert json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))) == {"alg": "HS256", "typ": "JWT"}
    claims: dict[str, Json] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


def project_of(migrated: Migrated) -> ConvexProject:
    """The migrated project, which has no type errors, bundles, and pleases the rules of Convex."""
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.bundle() == []
    assert project.eslint() == []
    return project


def test_accounts_are_opened_used_and_closed_at_the_old_urls(
    codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    project = project_of(codemod.migrate(FILES))
    answers = project.serve(
        [
            Request("POST", "/register", ANN, capture={"id": "user.id"}),
            Request("POST", "/register", ANN),
            Request("POST", "/login", ANN),
            Request("POST", "/login", {**ANN, "password": "password"}),
            Request("POST", "/login", {**ANN, "email": "bob@shop.org"}),
            Request("POST", "/login", ANN),
            Request("POST", "/users/nobody/close", ANN),
            Request("POST", "/users/{id}/close", {"password": "no"}),
            Request("POST", "/users/{id}/close", ANN),
            Request("POST", "/login", ANN),
        ]
    )
    assert [answer.status for answer in answers] == [201, 409, 200, 401, 401, 200, 404, 403, 200, 401]
    made, taken, first, *_, again, nobody, _, closed, _ = (answer.body for answer in answers)
    assert isinstance(made, dict) and isinstance(first, dict) and isinstance(again, dict)
    user = made["user"]
    assert isinstance(user, dict) and set(user) == {"id", "email", "name", "year"}
    assert taken == {"error": "Taken"} and nobody == {"error": "Nobody"}
    assert (first["first"], first["exact"], first["lastLogin"]) == (True, True, "2024-03-01T10:00:00.000Z")
    assert again["first"] is False
    assert closed == {"posts": 0, "left": 0}
    claims = claims_of(str(made["token"]))
    issued, expires = claims.pop("iat"), claims.pop("exp")
    assert claims == {"id": user["id"], "role": "USER", "iss": "shop"}
    assert isinstance(issued, int) and expires == issued + 7200


def test_an_unset_secret_is_an_error_and_no_literal_takes_its_place(
    codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JWT_SECRET", raising=False)
    migrated = codemod.migrate(FILES)
    assert '"secret"' not in "".join(migrated.convex.values())
    assert "CX803" in migrated.codes
    answers = project_of(migrated).serve([Request("POST", "/register", ANN)])
    assert (answers[0].status, answers[0].body) == (500, {"error": "Failed"})


def test_an_action_reaches_the_database_by_internal_functions(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    text = migrated.convex["convex/model/accounts.ts"]
    assert "ctx: ActionCtx" in text and "QueryCtx" not in text and "MutationCtx" not in text
    assert text.count("export const getUserByEmail = internalQuery({") == 1
    assert "row(ctx.runQuery(internal.model.accounts.getUserByEmail, { email }), toUser)" in text
    assert "data: withIsoTimes({ email, password: hash, ...(name ? { name } : {}) })" in text
    assert "{ user: shown(user), token: await tokenFor(user.id, user.role) }" in text
    assert "handler: async (ctx, args): Promise<unknown> => {" in migrated.convex["convex/app.ts"]
    target = migrated.item("POST /register").target
    assert target is not None and target.function_kind == "action"
    tokens = next(text for text in migrated.convex.values() if "export const tokenFor" in text)
    assert "async (id: string, role: string): Promise<string> =>" in tokens
    package = json.loads(migrated.files["package.json"])["dependencies"]
    assert "bcryptjs" in package and not {"bcrypt", "jsonwebtoken", "express"} & set(package)


SCRIPT = """
    const express = require("express");
    const bcrypt = require("bcryptjs");
    const { sign } = require("jsonwebtoken");
    const { PrismaClient } = require("@prisma/client");

    const prisma = new PrismaClient();
    const app = express();
    app.use(express.json());

    function ticket(user) {
      return sign({ id: user.id }, process.env.JWT_SECRET, { expiresIn: 3600 });
    }

    const withTicket = (user) => ({ ...user, password: undefined, ticket: ticket(user) });

    app.post("/users", async (req, res) => {
      const { email, password } = req.body;
      if (!password) return res.status(400).json({ error: "password" });
      const hash = await bcrypt.hash(password, await bcrypt.genSalt(4));
      const user = await prisma.user.create({ data: { email, password: hash, role: "ADMIN" } });
      res.status(201).json(withTicket(user));
    });

    app.get("/users", async (req, res) => {
      const users = await prisma.user.findMany({ where: { role: "ADMIN" }, orderBy: { email: "asc" } });
      const known = await Promise.all(users.map((user) => bcrypt.compare("same", user.password)));
      res.json(users.map((user, index) => ({ email: user.email, at: user.createdAt, known: known[index] })));
    });

    app.listen(3000);
    """


def test_scripts_keep_to_javascript(codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)
    files = {"package.json": FILES["package.json"], "prisma/schema.prisma": SCHEMA, "app.js": SCRIPT}
    project = project_of_script(codemod.migrate(files))
    answers = project.serve(
        [
            Request("POST", "/users", {"email": "b", "password": "same"}),
            Request("POST", "/users", {"email": "a", "password": "other"}),
            Request("POST", "/users", {"email": "a"}),
            Request("GET", "/users"),
        ]
    )
    assert [answer.status for answer in answers] == [201, 201, 400, 200]
    made, listed = answers[0].body, answers[3].body
    assert isinstance(made, dict) and "password" not in made
    assert claims_of(str(made["ticket"]))["id"] == made["id"]
    assert isinstance(listed, list)
    rows = [(row["email"], row["known"]) for row in listed if isinstance(row, dict)]
    assert rows == [("a", False), ("b", True)]


def project_of_script(migrated: Migrated) -> ConvexProject:
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.bundle() == []
    return project


REFUSED = {
    "a transaction that waits for more than the database": (
        'await prisma.$transaction(async (tx) => { data.password = await bcrypt.hash("y", 4); });',
        "CX202 waits for the outside world in a transaction",
    ),
    "a transaction that goes on after a failure": (
        "await prisma.$transaction(async (tx) => { try { await tx.post.deleteMany(); } catch { console.log(1); } });",
        "CX304 catches errors in a transaction of an action",
    ),
    "a transaction that changes what is outside": (
        "await prisma.$transaction(async (tx) => { data.email = (await tx.user.create({ data })).email; });",
        "CX202 a transaction of an action takes along `data`, which changes",
    ),
    "a transaction that calls what is outside": (
        "const log = () => 1; await prisma.$transaction(async (tx) => { log(); await tx.post.deleteMany(); });",
        "CX202 a transaction of an action takes along the function `log`",
    ),
    "a list of nested writes that are computed one by one": (
        "await prisma.user.update({ where: { id: req.body.id }, data: { posts: { create: "
        "req.body.posts.map((post: any) => ({ title: String(post.title) })) } } });",
        "CX202 prisma user.update: an action would write a list of posts as well",
    ),
    "a callback": ("bcrypt.hash(req.body.password, 4, (error, hash) => { console.log(hash); });", "CX204"),
    "a timer": ("setTimeout(async () => { await prisma.post.deleteMany(); }, 5);", "CX202 sets a timer"),
    "a token for a callback": (
        'jwt.sign({ a: 1 }, process.env.KEY!, (error: Error | null, token?: string) => console.log(token));',
        "CX204 gives jsonwebtoken a callback",
    ),
    "a token where nothing can wait": (
        "res.locals.x = [1].map((id) => jwt.sign({ id }, process.env.KEY!));",
        "CX2",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("work", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_an_action_cannot_do_yet(codemod: CodemodTest, work: str, reason: str) -> None:
    migrated = codemod.migrate({"prisma/schema.prisma": SCHEMA, "src/app.ts": _app(work)})
    assert migrated.outcome("POST /work").startswith(f"needs-review {reason}")


def test_an_action_gets_rows_with_their_relations(codemod: CodemodTest) -> None:
    deep = "{ include: { posts: { include: { author: true } } } }"
    work = f"const users = await prisma.user.findMany({deep}); console.log(users);"
    migrated = codemod.migrate({"prisma/schema.prisma": SCHEMA, "src/app.ts": _app(work)})
    text = " ".join(migrated.convex["convex/app.ts"].split())
    assert "async (user) => ({ ...user, posts: await" in text
    assert "posts: user.posts.map((post) => ({" in text and "author: toUser(post.author)" in text


def test_a_list_that_is_written_with_a_row_crosses_whole(codemod: CodemodTest) -> None:
    work = """const posts = req.body.titles?.map((title: string) => ({ title })) ?? [];
          await prisma.user.update({ where: { id: req.body.id }, data: { posts: { create: posts } } });"""
    migrated = codemod.migrate({"prisma/schema.prisma": SCHEMA, "src/app.ts": _app(work)})
    text = " ".join(migrated.convex["convex/app.ts"].split())
    assert "posts: withIsoTimes(args.titles ?? [])" in text
    assert "each(posts, (title: string) => insertPost(ctx, { title, authorId: user._id }" in text
    assert "const posts" not in text


def _app(work: str) -> str:
    """An application with a route that asks the world outside, and then works."""
    return f"""
        import express from "express";
        import bcrypt from "bcryptjs";
        import jwt from "jsonwebtoken";
        import {{ PrismaClient }} from "@prisma/client";

        const prisma = new PrismaClient();
        const app = express();
        app.use(express.json());

        app.post("/work", async (req, res) => {{
          const data = {{ email: "a", password: await bcrypt.hash("x", 4) }};
          {work}
          res.json({{ done: true }});
        }});

        app.listen(3000);
        """


def test_a_function_of_transactions_that_writes_and_then_fails_is_no_help_to_actions(codemod: CodemodTest) -> None:
    """What it wrote would be taken back with it, where an action leaves it standing."""
    migrated = codemod.migrate(
        {
            "prisma/schema.prisma": SCHEMA,
            "src/app.ts": """
                import express from "express";
                import bcrypt from "bcryptjs";
                import { PrismaClient } from "@prisma/client";

                const prisma = new PrismaClient();
                const app = express();
                app.use(express.json());

                async function seen(email: string) {
                  const user = await prisma.user.update({ where: { email }, data: { logins: { increment: 1 } } });
                  if (user.logins > 3) throw new Error("too often");
                  return user;
                }

                app.post("/seen/:email", async (req, res) => {
                  res.json(await seen(req.params.email));
                });

                app.post("/login", async (req, res) => {
                  const user = await seen(String(req.body.email));
                  res.json({ ok: await bcrypt.compare(req.body.password, user.password) });
                });

                app.listen(3000);
                """,
        }
    )
    assert migrated.outcome("POST /login").startswith("needs-review CX202 calls `seen`, which runs in the transaction")


def test_a_read_that_signs_a_token_is_no_query(codemod: CodemodTest) -> None:
    """The result of a query is kept, and would hand out tokens that have expired."""
    migrated = codemod.migrate(
        {
            "prisma/schema.prisma": SCHEMA,
            "src/app.ts": """
                import express from "express";
                import jwt from "jsonwebtoken";
                import { PrismaClient } from "@prisma/client";

                const prisma = new PrismaClient();
                const app = express();
                app.use(express.json());

                app.get("/tokens/:email", async (req, res) => {
                  const user = await prisma.user.findUnique({ where: { email: req.params.email } });
                  res.json({ token: jwt.sign({ id: user?.id }, process.env.JWT_SECRET!).length });
                });

                app.listen(3000);
                """,
        }
    )
    text = migrated.convex["convex/app.ts"]
    assert "= mutation({" in text
    assert "(await signToken({ id: user?.id }, env.JWT_SECRET!)).length" in text
    project_of(migrated)


TRAPS = """
    import crypto from "node:crypto";
    import express, { NextFunction, Request, Response } from "express";
    import bcrypt from "bcryptjs";
    import { Prisma, PrismaClient } from "@prisma/client";

    const prisma = new PrismaClient();
    const app = express();
    app.use(express.json());

    const isDuplicate = (error: unknown) =>
      error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2002";

    let made = 0;

    app.post("/users", async (req, res) => {
      const password = await bcrypt.hash("pw", 4);
      try {
        const user = await prisma.user.create({ data: { email: req.body.email, password, name: req.body.name } });
        res.status(201).json({ id: user.id, name: user.name });
      } catch (error) {
        if (isDuplicate(error)) return res.status(409).json({ error: "taken" });
        res.status(500).json({ error: "failed" });
      }
    });

    app.patch("/users/:id", async (req, res) => {
      const when: Date | undefined = req.body.when ? new Date(req.body.when) : undefined;
      const password = req.body.password ? await bcrypt.hash(req.body.password, 4) : undefined;
      const user = await prisma.user.update({
        where: { id: Number(req.params.id) },
        data: { email: req.body.email, password, lastLogin: when },
      });
      res.json({ email: user.email, at: user.lastLogin, same: await bcrypt.compare("pw", user.password) });
    });

    app.get("/seen", async (req, res) => {
      await bcrypt.hash("pw", 4);
      const since = new Date(String(req.query.since));
      res.json(await prisma.user.count({ where: { lastLogin: { gt: since } } }));
    });

    app.put("/users", async (req, res) => {
      const password = await bcrypt.hash("pw", 4);
      const user = await prisma.user.upsert({
        where: { email: req.body.email },
        update: { password, logins: { increment: 1 } },
        create: { email: req.body.email, password, name: req.body.name },
      });
      res.json({ logins: user.logins });
    });

    app.post("/pairs", async (req, res) => {
      const next = () => `k${Math.random()}`;
      await bcrypt.hash("pw", 4);
      const pair = await prisma.pair.create({ data: { first: next(), second: next() } });
      res.json({ differ: pair.first !== pair.second });
    });

    app.listen(3000);
    """.replace('    import crypto from "node:crypto";\n', "").replace("    let made = 0;\n\n", "")


def test_values_cross_as_they_are(codemod: CodemodTest) -> None:
    """Undefined leaves a column alone, dates stay dates, and what is computed twice is two values."""
    schema = SCHEMA + "\n    model Pair {\n      id     Int    @id @default(autoincrement())\n"
    schema += "      first  String\n      second String\n    }\n"
    project = project_of(codemod.migrate({"prisma/schema.prisma": schema, "src/app.ts": TRAPS}))
    answers = project.serve(
        [
            Request("POST", "/users", {"email": "a"}, capture={"id": "id"}),
            Request("POST", "/users", {"email": "a", "name": "A"}),
            Request("PATCH", "/users/{id}", {"when": "2024-03-01T10:00:00.000Z"}),
            Request("PATCH", "/users/{id}", {"email": "b"}),
            Request("PATCH", "/users/{id}", {"password": "other"}),
            Request("PATCH", "/users/{id}", {"when": "never"}),
            Request("GET", "/seen?since=2024-02-01T00:00:00.000Z"),
            Request("GET", "/seen?since=2024-04-01T00:00:00.000Z"),
            Request("PUT", "/users", {"email": "b"}),
            Request("PUT", "/users", {"email": "c", "name": "C"}),
            Request("POST", "/pairs"),
        ]
    )
    when = "2024-03-01T10:00:00.000Z"
    assert [(answer.status, answer.body) for answer in answers[1:5]] == [
        (409, {"error": "taken"}),
        (200, {"email": "a", "at": when, "same": True}),
        (200, {"email": "b", "at": when, "same": True}),
        (200, {"email": "b", "at": when, "same": False}),
    ]
    assert answers[5].status == 500
    assert [answer.body for answer in answers[6:]] == [1, 0, {"logins": 1}, {"logins": 0}, {"differ": True}]


SECRETS = {
    "a variable about secrets": ('process.env.TOKEN_TTL || "15m"', "migrated"),
    "a condition": ('process.env.JWT_SECRET ? process.env.JWT_SECRET : "x"', "needs-review CX803"),
    "a constant": ("process.env.JWT_SECRET || FALLBACK", "needs-review CX803"),
    "no variable at all": ('jwt.sign({ a: 1 }, "written here")', "migrated"),
    "a constant instead of a variable": ("jwt.sign({ a: 1 }, FALLBACK)", "migrated"),
}


@pytest.mark.parametrize(("code", "outcome"), SECRETS.values(), ids=SECRETS)
def test_secrets_of_the_source_stay_in_the_source(codemod: CodemodTest, code: str, outcome: str) -> None:
    app = f"""
        import express from "express";
        import jwt from "jsonwebtoken";

        const FALLBACK = "fallback";
        const app = express();
        app.use(express.json());

        app.get("/", (req, res) => {{
          res.json({{ value: {code} }});
        }});

        app.listen(3000);
        """
    migrated = codemod.migrate({"src/app.ts": app})
    assert migrated.outcome("GET /").startswith(outcome)
    written = "".join(migrated.convex.values())
    assert "fallback" not in written and "written here" not in written


WAITING = {
    "mutual recursion": (
        "const a = (n: number): string => (n ? b(n - 1) : sign());\nconst b = (n: number): string => a(n);",
        "migrated",
    ),
    "an argument": ("const a = (n: number) => [sign(), n].join();", "migrated"),
    "a typed constant": ("const a: (n: number) => string = (n) => sign() + n;", "needs-review CX209"),
    "a default": ("const a = (n: number, t = sign()) => t + n;", "needs-review CX209"),
}


@pytest.mark.parametrize(("helpers", "outcome"), WAITING.values(), ids=WAITING)
def test_functions_that_turn_asynchronous(codemod: CodemodTest, helpers: str, outcome: str) -> None:
    app = f"""import express from "express";
        import jwt from "jsonwebtoken";

        const sign = () => jwt.sign({{ a: 1 }}, process.env.JWT_SECRET!);
        {helpers}
        const app = express();
        app.use(express.json());

        app.get("/", (req, res) => {{
          res.json({{ length: a(2).length }});
        }});

        app.listen(3000);
        """
    migrated = codemod.migrate({"src/app.ts": app})
    assert migrated.outcome("GET /").startswith(outcome)
    project_of(migrated)
