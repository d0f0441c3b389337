"""Handlers that answer from the callbacks of a promise chain return the chain."""

from __future__ import annotations

from pathlib import Path

import pytest
from express_app import handler_in, users_app
from harness import CodemodTest, Migrated, dedented
from side_by_side import compare


def _migrated(codemod: CodemodTest, handler: str) -> Migrated:
    return codemod.migrate(users_app(f'router.get("/:id", {dedented(handler).strip()});'))


CHAINS = {
    "with a catch that is next": (
        """
        (req, res, next) => {
          find(req.params.id)
            .then((user) => res.json(user))
            .catch(next);
        }
        """,
        """
        async (ctx, args) => {
          return find(args.id)
            .then((user) => toJson(user));
        }
        """,
    ),
    "with an error for next": (
        "(req, res, next) => { find('a').then((user) => { res.json(user); }).catch((error) => next(error)); }",
        "async () => { return find('a').then((user) => { return toJson(user); }).catch((error) => { throw error; }); }",
    ),
    "with refusals that its catch must not see": (
        """
        (req, res) => {
          find(req.params.id)
            .then((user) => user.trim())
            .then((name) => {
              if (!name) {
                return res.status(404).json({ error: "no" });
              }
              res.json({ name });
            })
            .catch((error) => res.status(500).json({ error: error.message }));
        }
        """,
        """
        async (ctx, args) => {
          return find(args.id)
            .then((user) => user.trim())
            .then((name) => {
              if (!name) {
                return reply(404, { error: "no" });
              }
              return reply(200, { name });
            })
            .catch((error) => reply(500, { error: error.message }));
        }
        """,
    ),
    "behind a guard": (
        """
        (req, res) => {
          if (!req.query.page) return res.sendStatus(400);
          return find("a").then((user) => res.json(user));
        }
        """,
        """
        async (ctx, args) => {
          if (!args.page) throw new HttpError(400, "Bad Request", "text");
          return find("a").then((user) => toJson(user));
        }
        """,
    ),
    "inside another one": (
        "(req, res) => find('a').then((a) => { find(a).then((b) => res.json([a, b])); })",
        "async () => find('a').then((a) => { return find(a).then((b) => toJson([a, b])); })",
    ),
    "that builds its answer": (
        "(req, res) => { find('a').then((a) => res.cookie('a', a).json([])); }",
        "async () => { return find('a').then((a) => new ResponseBuilder().cookie('a', a).json([])); }",
    ),
    "over the database": (
        """
        (req, res) => {
          prisma.user.findMany().then((users) => res.json(users));
        }
        """,
        """
        async (ctx) => {
          return rows(ctx.db.query("users").collect(), toUser).then((users) => toJson(users));
        }
        """,
    ),
}

FIND = """
const find = async (id: string) => id;

"""


@pytest.mark.parametrize("before, after", CHAINS.values(), ids=CHAINS)
def test_the_chain_is_returned(codemod: CodemodTest, before: str, after: str) -> None:
    migrated = codemod.migrate(users_app(f'{FIND}router.get("/:id", {dedented(before).strip()});'))
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert handler_in(migrated.files["convex/users.ts"], "getUser").strip() == dedented(after).strip()


REFUSED = {
    "an answer that goes on to a then": "find('a').then((a) => res.json(a)).then(() => 1);",
    "a catch that does not answer": "find('a').then((a) => res.json(a)).catch((error) => console.log(error));",
    "a path without an answer": "find('a').then((a) => { if (a) res.json(a); });",
    "a chain that may not answer": "find('a').catch(() => res.sendStatus(500));",
    "work behind the chain": "find('a').then((a) => res.json(a)); find('b');",
    "an error that its catch would see": "find('').then((a) => { if (!a) next(a); else res.end(); }).catch(() => 1);",
    "two callbacks": "find('a').then((a) => res.json(a), () => res.sendStatus(500));",
    "a callback of something else": "[1].forEach((a) => res.json(a));",
    "next where nothing answers": "find('a').catch(next); res.json([]);",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_a_chain_that_may_end_otherwise_is_left_to_its_owner(codemod: CodemodTest, statement: str) -> None:
    handler = f"(req, res, next) => {{ {statement} }}"
    migrated = codemod.migrate(users_app(f'{FIND}router.get("/:id", {handler});'))
    assert migrated.outcome("GET /users/:id").startswith(("needs-review CX204", "needs-review CX207"))


APP = """
import express from "express";
import users from "./users.routes";

const app = express();
app.use(express.json());
app.use("/users", users);
app.use((err: any, req: any, res: any, next: any) => {
  res.status(err.status || 500).json({ error: err.message });
});
app.listen(process.env.PORT);
"""

ROUTES = """
const find = async (id: string) => {
  if (id === "bad") throw new Error("bad");
  return id === "none" ? "" : id;
};

router.get("/next/:id", (req, res, next) => {
  find(req.params.id).then((user) => res.json({ user })).catch(next);
});
router.get("/caught/:id", (req, res) => {
  find(req.params.id)
    .then((user) => {
      if (!user) return res.status(404).json({ error: "no user" });
      return res.json({ user });
    })
    .catch((error) => res.status(500).json({ error: error.message }));
});
router.post("/", (req, res) => {
  prisma.user
    .create({ data: { email: req.body.email, name: "a" } })
    .then((user) => res.status(201).json({ email: user.email }))
    .catch(() => res.status(409).json({ error: "taken" }));
});
router.get("/", (req, res, next) => {
  prisma.user.findMany().then((users) => res.json(users.map((user) => user.email))).catch(next);
});
"""

REQUESTS = """
GET /users/next/a
###
GET /users/next/bad
###
GET /users/caught/a
###
GET /users/caught/none
###
GET /users/caught/bad
###
POST /users
Content-Type: application/json

{"email": "a@b.co"}
###
POST /users
Content-Type: application/json

{"email": "a@b.co"}
###
GET /users
"""


def test_chains_answer_as_express_did(tmp_path: Path) -> None:
    compared = compare(tmp_path, users_app(ROUTES, app=APP), REQUESTS)
    assert compared.differences == []
