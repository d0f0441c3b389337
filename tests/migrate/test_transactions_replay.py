"""Transactions that fail, sent to Express and to the migration: both have to say the same, and keep the same rows."""

from __future__ import annotations

from pathlib import Path

from express_app import users_app
from figures import Figures
from side_by_side import compare

APP = """
import express from "express";
import users from "./users.routes";

const app = express();
app.use(express.json());
app.use("/users", users);
app.use((err: any, req: any, res: any, next: any) => {
  res.status(err.status ?? 500).json({ error: err.message, code: err.code });
});
app.listen(process.env.PORT);
"""

STORE = """
import { prisma } from "./prisma";

export class RefusedError extends Error {
  constructor(message: string, public status: number) {
    super(message);
  }
}

const upper = (text: string) => text.toUpperCase();

export async function invite(email: string, names: string[]) {
  const labels = new Map(names.map((name) => [name, upper(name)]));
  return prisma.$transaction(async (tx) => {
    const user = await tx.user.create({ data: { email, name: "a" } });
    for (const name of names) {
      if (name === "bad") throw new RefusedError("bad name", 422);
      await tx.note.create({ data: { text: labels.get(name)!, authorId: user.id } });
    }
    return user;
  });
}
"""

ROUTES = """
router.get("/", async (req, res) => {
  const users = await prisma.user.findMany({ orderBy: { email: "asc" }, include: { notes: true } });
  res.json(users.map((user) => [user.email, ...user.notes.map((note) => note.text)]));
});

// Answered with success, with a status of its own, and by nothing but the log.
router.post("/forgiven", async (req, res) => {
  try {
    const user = await invite(req.body.email, req.body.names);
    res.status(201).json({ email: user.email });
  } catch (error: any) {
    if (error instanceof RefusedError) return res.json({ forgiven: error.message });
    res.status(error.code === "P2002" ? 409 : 500).json({ code: error.code });
  }
});
router.post("/logged", async (req, res) => {
  let made = false;
  try {
    await invite(req.body.email, req.body.names);
    made = true;
  } catch (error) {
    console.error("not invited");
  }
  res.json({ made });
});

// A failure behind a transaction that succeeded, whose rows stay.
router.post("/behind", async (req, res) => {
  const user = await invite(req.body.email, req.body.names);
  if (req.body.strict) throw new RefusedError("strict", 409);
  res.status(201).json({ email: user.email });
});

// Several rows in one call, of which a later one fails.
router.post("/several", async (req, res) => {
  const count = await prisma.user
    .createMany({ data: req.body.emails.map((email: string) => ({ email, name: "b" })) })
    .then(({ count }) => count)
    .catch(() => 0);
  res.json({ count });
});

// Several rows in one call, behind a write that stays.
router.post("/beside", async (req, res) => {
  const user = await prisma.user.create({ data: { email: req.body.email, name: "d" } });
  const notes = req.body.texts.map((text: string) => ({ text, authorId: text === "bad" ? "none" : user.id }));
  try {
    const { count } = await prisma.note.createMany({ data: notes });
    res.status(201).json({ count });
  } catch (error: any) {
    res.status(400).json({ code: error.code });
  }
});

// A transaction a round, each of which stands or falls alone.
router.post("/each", async (req, res) => {
  const made: string[] = [];
  for (const email of req.body.emails as string[]) {
    const name = email.slice(0, 1);
    const address = email.trim();
    try {
      await prisma.$transaction(async (tx) => {
        const user = await tx.user.create({ data: { email: address, name } });
        await tx.note.create({ data: { text: name, authorId: name === "x" ? "none" : user.id } });
      });
      made.push(email);
    } catch (error: any) {
      made.push(error.code);
    }
  }
  res.json(made);
});
router.post("/list", async (req, res) => {
  try {
    await prisma.$transaction([
      prisma.user.create({ data: { email: req.body.first, name: "c" } }),
      prisma.user.create({ data: { email: req.body.second, name: "c" } }),
    ]);
    res.sendStatus(204);
  } catch (error: any) {
    res.status(400).send(error.code);
  }
});
"""

REQUESTS = "\n###\n".join(
    f"{method} /users{path}\nContent-Type: application/json\n\n{body}\n###\nGET /users"
    for method, path, body in [
        ("POST", "/forgiven", '{"email": "a@x.io", "names": ["one", "two"]}'),
        ("POST", "/forgiven", '{"email": "b@x.io", "names": ["one", "bad"]}'),
        ("POST", "/forgiven", '{"email": "a@x.io", "names": []}'),
        ("POST", "/logged", '{"email": "b@x.io", "names": ["three", "bad"]}'),
        ("POST", "/logged", '{"email": "b@x.io", "names": ["three"]}'),
        ("POST", "/behind", '{"email": "c@x.io", "names": ["bad"], "strict": true}'),
        ("POST", "/behind", '{"email": "c@x.io", "names": ["four"], "strict": true}'),
        ("POST", "/behind", '{"email": "d@x.io", "names": []}'),
        ("POST", "/several", '{"emails": ["e@x.io", "f@x.io", "a@x.io"]}'),
        ("POST", "/several", '{"emails": ["e@x.io", "f@x.io"]}'),
        ("POST", "/beside", '{"email": "i@x.io", "texts": ["five", "bad"]}'),
        ("POST", "/beside", '{"email": "j@x.io", "texts": ["six", "seven"]}'),
        ("POST", "/each", '{"emails": ["k@x.io", "x@x.io", "a@x.io", "l@x.io"]}'),
        ("POST", "/list", '{"first": "g@x.io", "second": "a@x.io"}'),
        ("POST", "/list", '{"first": "g@x.io", "second": "h@x.io"}'),
    ]
)


def test_a_failed_transaction_leaves_what_it_left_in_express(tmp_path: Path, figures: Figures) -> None:
    imports = 'import { invite, RefusedError } from "./store";'
    files = users_app(ROUTES, imports=imports, app=APP, store=STORE)
    package = '{"name": "app", "dependencies": {"@prisma/client": "^6.0.0", "express": "^5.1.0"}}'
    side = compare(tmp_path, {**files, "package.json": package}, REQUESTS)
    figures(f"Transactions: {side.note}")
    assert side.differences == []
