"""An Express application that hashes, signs, writes in transactions, and talks to another service."""

from __future__ import annotations

import json

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
