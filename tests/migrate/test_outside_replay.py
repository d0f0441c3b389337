"""Routes that hash, sign, write and talk to another service, sent to Express and to the migration.

The other service is a local fake that both talk to; it has to be told the same by both.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from convex_project import ConvexProject
from express_app import function_in
from fake_service import fake_service
from harness import CodemodTest, dedented
from side_by_side import compare

SCHEMA = """
    datasource db { provider = "postgresql" }
    model User {
      id        Int       @id @default(autoincrement())
      email     String    @unique
      password  String
      seenAt    DateTime?
      profile   Profile?
      orders    Order[]
    }
    model Profile {
      id     Int    @id @default(autoincrement())
      name   String
      userId Int    @unique
      user   User   @relation(fields: [userId], references: [id])
    }
    model Order {
      id     Int      @id @default(autoincrement())
      what   String
      at     DateTime
      userId Int
      user   User     @relation(fields: [userId], references: [id])
    }
    """

MAIL = """
import { createHmac } from "node:crypto";

export class RefusedMail extends Error {
  constructor(public status: number) {
    super(`refused: ${status}`);
  }
}

/** Sends a message, signed with the key of the account. */
export async function sendMail(to: string, text: string): Promise<{ accepted: string }> {
  const body = JSON.stringify({ to, text });
  const signature = createHmac("sha256", process.env.MAIL_KEY ?? "").update(body).digest("hex");
  const response = await fetch(`${process.env.SERVICE_URL}/messages`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-signature": signature },
    body,
  });
  if (!response.ok) throw new RefusedMail(response.status);
  return response.json();
}
"""

ACCOUNTS = """
import bcrypt from "bcryptjs";
import jwt from "jsonwebtoken";
import { prisma } from "./prisma";
import { sendMail } from "./mail";

export class AccountError extends Error {
  constructor(public status: number, message: string) {
    super(message);
  }
}

const hashPassword = (password: string) => bcrypt.hash(password, 4);

export async function register(email: string, password: string, name: string) {
  const taken = await prisma.user.findUnique({ where: { email } });
  if (taken) throw new AccountError(409, "taken");
  const hash = await hashPassword(password);
  const seenAt = new Date("2024-03-01T10:00:00.000Z");
  const user = await prisma.$transaction(async (tx) => {
    const made = await tx.user.create({ data: { email, password: hash, seenAt } });
    await tx.profile.create({ data: { name, userId: made.id } });
    return { ...made, name };
  });
  const { accepted } = await sendMail(user.email, `Welcome, ${user.name}`);
  const claims = jwt.verify(jwt.sign({ email }, process.env.JWT_SECRET!), process.env.JWT_SECRET!) as { email: string };
  return { email: claims.email, year: user.seenAt!.getUTCFullYear(), accepted };
}

/** Serves transactions and actions alike. */
export async function findAccount(email: string, withProfile = true) {
  const user = await prisma.user.findUnique({ where: { email }, include: { profile: true } });
  return user && { ...user, profile: withProfile ? user.profile : null };
}

export async function login(email: string, password: string) {
  const user = await findAccount(email);
  if (!user || !(await bcrypt.compare(password, user.password))) throw new AccountError(401, "no");
  await prisma.user.update({ where: { id: user.id }, data: { seenAt: new Date("2024-04-01T10:00:00.000Z") } });
  sendMail(email, "You are back").catch(() => console.log("not told"));
  return { name: user.profile?.name, seenAt: user.seenAt };
}

/** All orders, or none of them; the password is asked for again. */
export async function order(email: string, password: string, wanted: { what: string; at: string }[]) {
  const user = await prisma.user.findUniqueOrThrow({ where: { email } });
  if (!(await bcrypt.compare(password, user.password))) throw new AccountError(403, "no");
  await prisma.$transaction([
    prisma.user.update({ where: { id: user.id }, data: { seenAt: null } }),
    prisma.order.create({ data: { what: wanted[0].what, at: new Date(wanted[0].at), userId: user.id } }),
  ]);
  for (const each of wanted.slice(1)) {
    await prisma.order.create({ data: { what: each.what, at: new Date(each.at), userId: user.id } });
    await sendMail(email, each.what);
  }
}
"""

APP = """
import express from "express";
import { prisma } from "./prisma";
import { findAccount, order, register, login } from "./accounts";

const app = express();
app.use(express.json());

app.post("/register", async (req, res, next) => {
  try {
    res.status(201).json(await register(req.body.email, req.body.password, req.body.name));
  } catch (error) {
    next(error);
  }
});
app.post("/login", async (req, res, next) => {
  try {
    res.json(await login(req.body.email, req.body.password));
  } catch (error) {
    next(error);
  }
});
app.post("/orders", async (req, res, next) => {
  try {
    await order(req.body.email, req.body.password, req.body.orders);
    res.sendStatus(204);
  } catch (error) {
    next(error);
  }
});
app.get("/users/:email", async (req, res) => {
  const user = await findAccount(req.params.email, false);
  if (!user) return res.sendStatus(404);
  res.json({ year: user.seenAt?.getUTCFullYear(), profile: user.profile });
});
app.get("/users", async (req, res) => {
  const users = await prisma.user.findMany({ orderBy: { email: "asc" }, include: { orders: true, profile: true } });
  res.json(users.map((user) => [user.email, user.seenAt, user.profile?.name, user.orders.map((one) => one.what)]));
});
app.get("/weather/:city", async (req, res) => {
  const response = await fetch(`${process.env.SERVICE_URL}/weather/${encodeURIComponent(req.params.city)}`);
  if (response.status === 404) return res.status(404).json({ error: "no such city" });
  const { degrees, sky } = await response.json();
  await new Promise((done) => setTimeout(done, 1));
  res.json({ degrees, sky: sky.map((word: string) => word.toUpperCase()) });
});
app.use((err: any, req: any, res: any, next: any) => {
  res.status(err.status ?? 500).json({ error: err.status ? err.message : "failed" });
});
app.listen(process.env.PORT);
"""

PRISMA = """
import { PrismaClient } from "@prisma/client";

export const prisma = new PrismaClient();
"""

FILES = {
    "package.json": json.dumps(
        {
            "name": "accounts",
            "dependencies": {
                "@prisma/client": "^6.0.0", "bcryptjs": "^3.0.0", "express": "^4.0.0", "jsonwebtoken": "^9",
            },
        }
    ),
    "prisma/schema.prisma": SCHEMA,
    "src/prisma.ts": PRISMA,
    "src/mail.ts": MAIL,
    "src/accounts.ts": ACCOUNTS,
    "src/app.ts": APP,
}  # fmt: skip


def request(method: str, path: str, body: object = None) -> str:
    text = f"{method} {path}\n"
    return text if body is None else f"{text}Content-Type: application/json\n\n{json.dumps(body)}\n"


ANN = {"email": "ann@shop.org", "password": "pw", "name": "Ann"}
ORDERS = [{"what": what, "at": "2024-05-01T00:00:00.000Z"} for what in ("tea", "cup", "pot")]
REQUESTS = [
    request("POST", "/register", ANN),
    request("POST", "/register", ANN),
    request("POST", "/register", {**ANN, "email": "nobody@shop.org"}),
    request("POST", "/register", {"email": "b@shop.org", "password": "pw"}),
    request("POST", "/login", ANN),
    request("POST", "/login", {**ANN, "password": "other"}),
    request("POST", "/login", {**ANN, "email": "nobody@shop.org"}),
    request("GET", "/users"),
    request("GET", "/users/ann@shop.org"),
    request("GET", "/users/nobody"),
    request("POST", "/orders", {**ANN, "orders": ORDERS}),
    request("POST", "/orders", {**ANN, "orders": [{"what": "none"}]}),
    request("POST", "/orders", {**ANN, "password": "other", "orders": ORDERS}),
    request("GET", "/users"),
    request("GET", "/weather/bern"),
    request("GET", "/weather/nowhere"),
]


def test_the_other_service_is_told_the_same_and_the_answers_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET", "not for production")
    monkeypatch.setenv("MAIL_KEY", "of the account")
    with fake_service() as service:
        monkeypatch.setenv("SERVICE_URL", service.url)
        found = compare(tmp_path, FILES, "\n###\n".join(REQUESTS))
    assert found.differences == []
    assert set(Counter(service.messages).values()) == {2}


def test_what_needs_node_stands_apart_and_everything_bundles(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    assert "CX202" not in migrated.codes
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.bundle() == []
    assert project.eslint() == []
    on_node = [path for path, text in migrated.convex.items() if text.startswith('"use node";')]
    assert on_node == ["convex/appNode.ts", "convex/lib/mailNode.ts", "convex/model/accountsNode.ts"]
    assert "weather" not in migrated.convex["convex/appNode.ts"]


def test_a_transaction_of_an_action_is_one_internal_mutation(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    beside, on_node = (migrated.convex[f"convex/model/{name}.ts"] for name in ("accounts", "accountsNode"))
    assert function_in(beside, "changeUserAndStoreOrder") == dedented(
        """
        export const changeUserAndStoreOrder = internalMutation({
          args: { userId: v.id("users"), wanted: v.optional(v.any()) },
          handler: async (ctx, args) => {
            const { userId, wanted } = unpacked(args);
            await patchUser(ctx, ctx.db.get("users", userId), { seenAt: null });
            await insertOrder(ctx, {
              what: wanted[0].what,
              at: new Date(wanted[0].at),
              userId: userId,
            });
          },
        });
        """
    )
    assert "packed({ email, hash, seenAt, name }),\n  ).then(unpacked);" in on_node
    assert 'await sendMail(email, "You are back").catch(() => console.log("not told"));' in on_node
    assert "insertOrder" not in on_node


def test_a_function_that_actions_and_transactions_share_is_run_by_an_internal_one(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    beside, on_node = (migrated.convex[f"convex/model/{name}.ts"] for name in ("accounts", "accountsNode"))
    assert "export async function findAccount(ctx: QueryCtx, email: string, withProfile = true) {" in beside
    assert function_in(beside, "findAccountInternal") == dedented(
        """
        export const findAccountInternal = internalQuery({
          args: { email: v.optional(v.any()), withProfile: v.optional(v.any()) },
          handler: async (ctx, args) => {
            const { email, withProfile } = unpacked(args);
            return packed(await findAccount(ctx, email, withProfile));
          },
        });
        """
    )
    run = "ctx.runQuery(internal.model.accounts.findAccountInternal, packed({ email })).catch(rethrow).then(unpacked)"
    assert f"const user = await {run};" in on_node
