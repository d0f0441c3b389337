"""A write that Express left standing survives the failure behind it: the mutation returns its failure."""

from __future__ import annotations

import pytest
from express_app import SCHEMA, function_in, route_in, users_app
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
def test_a_transaction_whose_failure_is_caught_takes_the_mutation_back(codemod: CodemodTest, handler: str) -> None:
    routes = f'router.post("/:id", {dedented(handler).strip()});'
    migrated = codemod.migrate(users_app(routes, imports='import { store } from "./store";', store=SERVICE))
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert "await atomically(ctx, async () => {" in migrated.files["convex/model/store.ts"]
    assert "(ctx, args) => undoing(ctx, async () => {" in function_in(migrated.files["convex/users.ts"], "createUser")
    assert "await undone(c.env.runMutation(" in route_in(migrated, "/users/:id")


BESIDE = {
    "another write before it": """
        async (req, res) => {
          try {
            await prisma.note.create({ data: { text: "first", authorId: req.params.id } });
            await store(req.params.id);
            res.json({ ok: true });
          } catch (error) {
            res.status(500).json({ ok: false });
          }
        }
    """,
    "another transaction before it": """
        async (req, res) => {
          await store(req.params.id);
          await store(req.body.id);
          res.json({ ok: true });
        }
    """,
    "another write where its failure is caught": """
        async (req, res) => {
          try {
            await store(req.params.id);
            res.json({ ok: true });
          } catch (error) {
            await prisma.note.create({ data: { text: "failed", authorId: req.params.id } });
            res.json({ ok: false });
          }
        }
    """,
    "another write once its failure is forgotten": """
        async (req, res) => {
          await store(req.params.id).catch(() => null);
          await prisma.note.create({ data: { text: "last", authorId: req.params.id } });
          res.json({ ok: true });
        }
    """,
    "a read that would see its rows": """
        async (req, res) => {
          try {
            await store(req.params.id);
            res.json({ ok: true });
          } catch (error) {
            res.json({ notes: await prisma.note.count() });
          }
        }
    """,
    "another write behind the try": """
        async (req, res) => {
          try {
            await store(req.params.id);
          } catch (error) {
            console.error(error);
          }
          await prisma.note.create({ data: { text: "last", authorId: req.params.id } });
          res.json({ ok: true });
        }
    """,
    "a timer before it": """
        async (req, res) => {
          const id = req.params.id;
          setTimeout(() => prisma.note.create({ data: { text: "later", authorId: id } }), 1000);
          await store(id);
          if (req.body.strict) throw new Error("strict");
          res.json({ ok: true });
        }
    """,
    "its other rounds": """
        async (req, res) => {
          for (const id of req.body.ids) await store(id);
          res.json({ ok: true });
        }
    """,
}


@pytest.mark.parametrize("handler", BESIDE.values(), ids=BESIDE)
def test_a_transaction_beside_writes_that_stay_rolls_back_alone(codemod: CodemodTest, handler: str) -> None:
    routes = f'router.post("/:id", {dedented(handler).strip()});'
    migrated = codemod.migrate(users_app(routes, imports='import { store } from "./store";', store=SERVICE))
    assert migrated.outcome("POST /users/:id") == "migrated"
    store = migrated.files["convex/model/store.ts"]
    assert "await ctx.runMutation(internal.model.store.commitStore, { authorId }).catch(rethrow);" in store
    assert "atomically" not in store


def test_transactions_that_may_run_several_at_a_time_are_left_to_their_owner(codemod: CodemodTest) -> None:
    handler = """
        async (req, res) => {
          await Promise.all(req.body.ids.map((id: string) => store(id)));
          res.json({ ok: true });
        }
    """
    routes = f'router.post("/:id", {dedented(handler).strip()});'
    migrated = codemod.migrate(users_app(routes, imports='import { store } from "./store";', store=SERVICE))
    assert migrated.outcome("POST /users/:id").startswith("needs-review CX304 prisma $transaction ")


def test_several_rows_beside_writes_that_stay_are_a_mutation_of_their_own(codemod: CodemodTest) -> None:
    handler = """
        async (req, res) => {
          const user = await prisma.user.create({ data: { email: req.body.email, name: "a" } });
          const notes = req.body.texts.map((text: string) => ({ text, authorId: user.id }));
          const { count } = await prisma.note.createMany({ data: notes });
          res.json({ count });
        }
    """
    migrated = codemod.migrate(users_app(f'router.post("/", {dedented(handler).strip()});'))
    assert migrated.outcome("POST /users") == "migrated"
    users = migrated.files["convex/users.ts"]
    assert "handler: (ctx, args): Promise<unknown> => settle(async () => {" in function_in(users, "createUser")
    assert "await ctx.runMutation(internal.users.storeNotes, { rows: notes }).catch(rethrow);" in users
    assert "internalMutation" in function_in(users, "storeNotes")


ALONE = {
    "a write that answers by itself": """
        async (req, res) => {
          if (req.body.quick) {
            await prisma.note.create({ data: { text: "first", authorId: req.params.id } });
            return res.json({ ok: true });
          }
          await store(req.params.id);
          if (req.body.strict) throw new Error("strict");
          res.json({ ok: true });
        }
    """,
    "a read before it": """
        async (req, res) => {
          const notes = await prisma.note.count();
          await store(req.params.id);
          if (req.body.strict) throw new Error("strict");
          res.json({ notes });
        }
    """,
    "a write behind its success": """
        async (req, res) => {
          try {
            await store(req.params.id);
            await prisma.note.create({ data: { text: "last", authorId: req.params.id } });
            res.json({ ok: true });
          } catch (error) {
            res.json({ ok: false });
          }
        }
    """,
}


@pytest.mark.parametrize("handler", ALONE.values(), ids=ALONE)
def test_writes_that_no_failure_of_a_transaction_meets_stand_beside_it(codemod: CodemodTest, handler: str) -> None:
    routes = f'router.post("/:id", {dedented(handler).strip()});'
    migrated = codemod.migrate(users_app(routes, imports='import { store } from "./store";', store=SERVICE))
    assert migrated.outcome("POST /users/:id") == "migrated"
    head = "(ctx, args) => undoing(ctx, () => settle(async () => {"
    assert head in function_in(migrated.files["convex/users.ts"], "createUser")


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


SEVERAL = {
    "createMany of a list": "prisma.note.createMany({ data: req.body.notes })",
    "updateMany of a unique column": "prisma.user.updateMany({ data: { email: req.body.email } })",
    "updateMany of what the client sends": "prisma.user.updateMany({ data: req.body })",
    "deleteMany of rows that others keep": "prisma.user.deleteMany()",
    "delete of a row with rows that others keep": "prisma.org.delete({ where: { id: req.params.id } })",
}
WHOLE = {
    "createMany of one row": 'prisma.note.createMany({ data: [{ text: "a", authorId: req.params.id }] })',
    "updateMany of a plain column": "prisma.note.updateMany({ data: { done: true } })",
    "deleteMany of rows that nothing refers to": "prisma.note.deleteMany()",
    "delete of a row that others keep": "prisma.user.delete({ where: { id: req.params.id } })",
}
ORGS = """
model Org {
  id    String @id @default(cuid())
  teams Team[]
}

model Team {
  id      String   @id @default(cuid())
  orgId   String
  org     Org      @relation(fields: [orgId], references: [id], onDelete: Cascade)
  players Player[]
}

model Player {
  id     String @id @default(cuid())
  teamId String
  team   Team   @relation(fields: [teamId], references: [id])
}
"""
QUIET = {
    "in a catch clause": "try { await QUERY; } catch (error) { console.error(error); } res.json({ ok: true });",
    "as a promise": "await QUERY.catch(() => null); res.json({ ok: true });",
    "among others": "await Promise.allSettled([QUERY]); res.json({ ok: true });",
}
FAILING = {
    "by the request": "await QUERY; res.json({ ok: true });",
    "by an error answer": "try { await QUERY; res.json({}); } catch (error) { res.status(500).json({ ok: false }); }",
    "by an error of its own": 'try { await QUERY; } catch (error) { throw new Error("oops"); } res.json({ ok: true });',
}


def with_orgs(body: str) -> dict[str, str]:
    app = users_app(f'router.post("/:id", async (req, res) => {{ {body} }});')
    return {**app, "prisma/schema.prisma": SCHEMA + ORGS}


@pytest.mark.parametrize("body", QUIET.values(), ids=QUIET)
@pytest.mark.parametrize("query", SEVERAL.values(), ids=SEVERAL)
def test_a_caught_failure_among_several_rows_takes_the_mutation_back(
    codemod: CodemodTest, query: str, body: str
) -> None:
    migrated = codemod.migrate(with_orgs(body.replace("QUERY", query)))
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert "atomically(ctx, async () => " in function_in(migrated.files["convex/users.ts"], "createUser")


@pytest.mark.parametrize("query", WHOLE.values(), ids=WHOLE)
def test_a_caught_failure_before_the_first_row_is_written_leaves_nothing(codemod: CodemodTest, query: str) -> None:
    body = QUIET["in a catch clause"].replace("QUERY", query)
    assert codemod.migrate(with_orgs(body)).outcome("POST /users/:id") == "migrated"


@pytest.mark.parametrize("body", FAILING.values(), ids=FAILING)
@pytest.mark.parametrize("query", SEVERAL.values(), ids=SEVERAL)
def test_a_failure_among_several_rows_undoes_them_with_the_request(codemod: CodemodTest, query: str, body: str) -> None:
    migrated = codemod.migrate(with_orgs(body.replace("QUERY", query)))
    assert "CX304" not in migrated.outcome("POST /users/:id")
    assert "atomically" not in migrated.files["convex/users.ts"]
