"""A write that Express left standing survives the failure behind it: the mutation returns its failure."""

from __future__ import annotations

import pytest
from express_app import function_in, route_in, users_app
from harness import CodemodTest, dedented

SETTLED = {
    "a 4xx behind a write": """
        async (req, res) => {
          await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
          if (req.body.strict) return res.status(400).json({ error: "strict" });
          res.json({ ok: true });
        }
    """,
    "an error behind a write": """
        async (req, res) => {
          await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
          if (req.body.strict) throw new Error("strict");
          res.json({ ok: true });
        }
    """,
    "next(error) behind a write": """
        async (req, res, next) => {
          await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
          if (req.body.strict) return next(new Error("strict"));
          res.json({ ok: true });
        }
    """,
    "a second write, which may fail": """
        async (req, res) => {
          try {
            await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
            await prisma.user.create({ data: { email: req.body.email, name: "b" } });
            res.json({ ok: true });
          } catch (error) {
            res.status(500).json({ error: "oops" });
          }
        }
    """,
    "a write in a loop, of which a later round may fail": """
        async (req, res) => {
          for (const email of req.body.emails) {
            await prisma.user.create({ data: { email, name: "b" } });
          }
          res.json({ ok: true });
        }
    """,
    "a path that never answered": """
        async (req, res) => {
          try {
            await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
            res.json({ users: JSON.parse(req.body.text) });
          } catch (error) {
            console.error(error);
          }
        }
    """,
    "a write in the catch clause that answers": """
        async (req, res) => {
          try {
            res.json({ users: await prisma.user.count() });
          } catch (error) {
            await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
            res.status(500).json({ error: "oops" });
          }
        }
    """,
    "a write before the try whose catch clause answers": """
        async (req, res) => {
          await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
          try {
            res.json({ users: JSON.parse(req.body.text) });
          } catch (error) {
            res.status(400).json({ error: "no JSON" });
          }
        }
    """,
    "a write in a finally block": """
        async (req, res) => {
          try {
            if (req.body.strict) return res.status(400).json({ error: "strict" });
            res.json({ ok: true });
          } finally {
            await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
          }
        }
    """,
}


@pytest.mark.parametrize("handler", SETTLED.values(), ids=SETTLED)
def test_a_failure_behind_a_write_is_returned(codemod: CodemodTest, handler: str) -> None:
    migrated = codemod.migrate(users_app(f'router.post("/:id", {dedented(handler).strip()});'))
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert "=> settle(async () => {" in function_in(migrated.files["convex/users.ts"], "createUser")
    assert "unsettle(" in route_in(migrated, "/users/:id")


THROWN = {
    "a 4xx before the write": """
        async (req, res) => {
          if (req.body.strict) return res.status(400).json({ error: "strict" });
          await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
          res.json({ ok: true });
        }
    """,
    "the failure of the only write": """
        async (req, res) => {
          try {
            const note = await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
            res.json(note);
          } catch (error) {
            res.status(500).json({ error: "oops" });
          }
        }
    """,
    "an error in the transaction": """
        async (req, res) => {
          await prisma.$transaction(async (tx) => {
            await tx.note.create({ data: { text: "a", authorId: req.params.id } });
            if (req.body.strict) throw new Error("strict");
          });
          res.json({ ok: true });
        }
    """,
    "an answer with a status of its own, which is returned anyway": """
        async (req, res) => {
          const note = await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
          return req.body.strict ? res.status(400).json({ error: "strict" }) : res.json(note);
        }
    """,
}


@pytest.mark.parametrize("handler", THROWN.values(), ids=THROWN)
def test_a_failure_that_leaves_nothing_behind_is_thrown(codemod: CodemodTest, handler: str) -> None:
    migrated = codemod.migrate(users_app(f'router.post("/:id", {dedented(handler).strip()});'))
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert "settle" not in migrated.files["convex/users.ts"]


def test_a_transaction_and_a_failure_behind_it_cannot_be_one_mutation(codemod: CodemodTest) -> None:
    handler = """
        async (req, res) => {
          await prisma.$transaction(async (tx) => {
            await tx.note.create({ data: { text: "a", authorId: req.params.id } });
          });
          if (req.body.strict) return res.status(400).json({ error: "strict" });
          res.json({ ok: true });
        }
    """
    migrated = codemod.migrate(users_app(f'router.post("/:id", {dedented(handler).strip()});'))
    assert migrated.outcome("POST /users/:id").startswith("needs-review CX304 ")


CAUGHT = {
    "by an answer of success": """
        async (req, res) => {
          try {
            await store(req.params.id);
            res.json({ ok: true });
          } catch (error) {
            res.json({ ok: false });
          }
        }
    """,
    "by an answer that is returned": """
        async (req, res) => {
          try {
            await store(req.params.id);
            res.json({ ok: true });
          } catch (error: any) {
            res.status(error.code ? 409 : 500).json({ ok: false });
          }
        }
    """,
    "by nothing but the log": """
        async (req, res) => {
          try {
            await store(req.params.id);
          } catch (error) {
            console.error(error);
          }
          res.json({ ok: true });
        }
    """,
}

SERVICE = """
    import { prisma } from "./prisma";

    export async function store(authorId: string) {
      await prisma.$transaction(async (tx) => {
        await tx.note.create({ data: { text: "a", authorId } });
        await tx.user.create({ data: { email: "a", name: "b" } });
      });
    }
"""


@pytest.mark.parametrize("handler", CAUGHT.values(), ids=CAUGHT)
def test_a_transaction_whose_failure_is_caught_is_left_to_its_owner(codemod: CodemodTest, handler: str) -> None:
    routes = f'router.post("/:id", {dedented(handler).strip()});'
    migrated = codemod.migrate(users_app(routes, imports='import { store } from "./store";', store=SERVICE))
    reason = "CX304 prisma $transaction may fail without failing the request (src/store.ts:4)"
    assert migrated.outcome("POST /users/:id") == f"needs-review {reason}"


def test_a_transaction_whose_failure_fails_the_request_is_the_mutation(codemod: CodemodTest) -> None:
    handler = """
        async (req, res) => {
          try {
            await store(req.params.id);
            res.json({ ok: true });
          } catch (error) {
            res.status(500).json({ ok: false });
          }
        }
    """
    routes = f'router.post("/:id", {dedented(handler).strip()});'
    migrated = codemod.migrate(users_app(routes, imports='import { store } from "./store";', store=SERVICE))
    assert migrated.outcome("POST /users/:id") == "migrated"
