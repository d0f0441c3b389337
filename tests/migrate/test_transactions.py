"""Transactions that roll back alone: beside writes that stay, in loops, and between calls of the outside world."""

from __future__ import annotations

import pytest
from convex_project import ConvexProject
from express_app import function_in, users_app
from harness import CodemodTest, Migrated, dedented

BCRYPT = 'import bcrypt from "bcryptjs";'


def with_route(codemod: CodemodTest, body: str) -> Migrated:
    route = f'router.post("/:id", async (req, res) => {{\n{dedented(body)}\n}});'
    return codemod.migrate(users_app(route, imports=BCRYPT))


def test_a_list_of_calls_between_calls_of_the_outside_world(codemod: CodemodTest) -> None:
    migrated = with_route(
        codemod,
        """
        const user = await prisma.user.findUniqueOrThrow({ where: { id: req.params.id } });
        const name = await bcrypt.hash(req.body.name, 4);
        await prisma.$transaction([
          prisma.user.update({ where: { id: user.id }, data: { name } }),
          prisma.note.deleteMany({ where: { authorId: user.id } }),
        ]);
        res.json({ done: true });
        """,
    )
    assert migrated.outcome("POST /users/:id") == "migrated"
    users = migrated.files["convex/users.ts"]
    call = "await ctx.runMutation(internal.users.changeUserAndRemoveNotes, { userId: user.id, name });"
    assert call in " ".join(users.split()).replace("( ", "(").replace(", );", ");")
    assert function_in(users, "changeUserAndRemoveNotes") == dedented(
        """
        export const changeUserAndRemoveNotes = internalMutation({
          args: { userId: v.id("users"), name: v.optional(v.any()) },
          handler: async (ctx, { userId, name }) => {
            await patchUser(ctx, ctx.db.get("users", userId), { name });
            await each(
              ctx.db.query("notes").withIndex("by_authorId", (q) => q.eq("authorId", userId)).collect(),
              (note) => deleteNote(ctx, note),
            );
          },
        });
        """
    )
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []


def test_a_list_of_reads_is_read_one_by_one(codemod: CodemodTest) -> None:
    migrated = with_route(
        codemod,
        """
        const name = await bcrypt.hash(req.body.name, 4);
        const [users, notes] = await prisma.$transaction([prisma.user.count(), prisma.note.count()]);
        res.json({ name, users, notes });
        """,
    )
    assert migrated.outcome("POST /users/:id") == "migrated"
    text = " ".join(migrated.files["convex/users.ts"].split())
    assert "await ctx.runQuery(internal.users.countUsers)" in text and "countNotes" in text


def test_what_only_asks_for_the_database_falls_away(codemod: CodemodTest) -> None:
    route = """
        router.get("/health", async (req, res) => {
          try {
            await prisma.$connect();
            await prisma.$queryRaw`SELECT 1`;
            res.json({ status: "ok" });
          } catch (error) {
            res.status(503).json({ status: "down" });
          }
        });
    """
    migrated = codemod.migrate(users_app(route))
    assert migrated.outcome("GET /users/health") == "migrated"
    assert "prisma" not in migrated.files["convex/users.ts"]


def test_every_round_of_a_loop_is_a_mutation_of_its_own(codemod: CodemodTest) -> None:
    migrated = with_route(
        codemod,
        """
        let made = 0;
        for (const email of req.body.emails as string[]) {
          const name = email.toLowerCase();
          try {
            await prisma.$transaction(async (tx) => {
              const user = await tx.user.create({ data: { email: name, name } });
              await tx.note.create({ data: { text: "a", authorId: user.id } });
            });
            made += 1;
          } catch (error) {
            console.error(error);
          }
        }
        res.json({ made });
        """,
    )
    assert migrated.outcome("POST /users/:id") == "migrated"
    users = migrated.files["convex/users.ts"]
    assert "await ctx.runMutation(internal.users.commitCreateUser, { name }).catch(rethrow);" in users
    assert "handler: async (ctx, { name }) => {\n    const user = await " in function_in(users, "commitCreateUser")


REFUSED = {
    "a result that is used": (
        'const user = await prisma.$transaction(async (tx) => tx.user.create({ data: { email: "a", name } }));'
        "console.log(user);",
        "prisma $transaction has to run alone, and its result is used",
    ),
    "a value that may be anything": (
        "const since = new Date();"
        "await prisma.$transaction([prisma.user.deleteMany({ where: { createdAt: { lt: since } } })]);",
        "the transaction has to run alone, and takes along `since`, which may be more than a plain value",
    ),
}


@pytest.mark.parametrize(("work", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_run_alone_is_left_to_its_owner(codemod: CodemodTest, work: str, reason: str) -> None:
    loop = f"for (const name of req.body.names as string[]) try {{ {work} }} catch (error) {{ console.error(error); }}"
    migrated = with_route(codemod, f"{loop} res.json(1);")
    assert migrated.outcome("POST /users/:id").startswith(f"needs-review CX304 {reason}")
