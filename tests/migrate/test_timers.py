"""A setTimeout that starts later work schedules an internal mutation, which gets what the callback took along."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from convex_project import Advance, ConvexProject, Request
from express_app import function_in, handler_in, users_app
from harness import CodemodTest, Migrated, dedented


def _migrated(codemod: CodemodTest, handler: str, imports: str = "", **files: str) -> Migrated:
    return codemod.migrate(users_app(f'router.post("/:id", {dedented(handler).strip()});', imports, **files))


JOBS = {
    "a field of a row becomes an argument": (
        """
        async (req, res) => {
          const note = await prisma.note.create({ data: { text: "a", authorId: req.params.id } });
          setTimeout(async () => {
            await prisma.note.delete({ where: { id: note.id } });
          }, 60 * 1000);
          res.json(note.id);
        }
        """,
        """
        async (ctx, args) => {
          const note = await row(insertNote(ctx, { text: "a", authorId: args.id }), toNote);
          await ctx.scheduler.runAfter(60 * 1000, internal.users.afterCreateUser, { noteId: note.id });
          return toJson(note.id);
        }
        """,
        """
        export const afterCreateUser = internalMutation({
          args: { noteId: v.id("notes") },
          handler: async (ctx, { noteId }) => {
            await deleteNote(ctx, ctx.db.get("notes", noteId));
          },
        });
        """,
    ),
    "a field of the request": (
        """
        async (req, res) => {
          setTimeout(() => prisma.note.deleteMany({ where: { text: req.body.text } }), req.body.delay);
          res.json([]);
        }
        """,
        """
        async (ctx, args) => {
          await ctx.scheduler.runAfter(args.delay, internal.users.afterCreateUser, { text: args.text });
          return toJson([]);
        }
        """,
        None,
    ),
    "a local": (
        """
        async (req, res) => {
          const { text } = req.body;
          const label = `old ${text}`;
          setTimeout(async () => {
            await prisma.note.updateMany({ where: { text }, data: { text: label } });
          }, 1000);
          res.json([]);
        }
        """,
        """
        async (ctx, args) => {
          const { text } = args;
          const label = `old ${text}`;
          await ctx.scheduler.runAfter(1000, internal.users.afterCreateUser, { text, label });
          return toJson([]);
        }
        """,
        None,
    ),
    "work that starts behind the answer": (
        """
        async (req, res) => {
          res.json([]);
          setTimeout(() => prisma.note.deleteMany(), 1000);
        }
        """,
        """
        async (ctx) => {
          await ctx.scheduler.runAfter(1000, internal.users.afterCreateUser);
          return toJson([]);
        }
        """,
        None,
    ),
}


@pytest.mark.parametrize("before, after, job", JOBS.values(), ids=JOBS)
def test_a_timer_becomes_a_job(codemod: CodemodTest, before: str, after: str, job: str | None) -> None:
    migrated = _migrated(codemod, before)
    assert migrated.outcome("POST /users/:id") == "migrated"
    text = migrated.files["convex/users.ts"]
    assert handler_in(text, "createUser") == dedented(after)
    if job is not None:
        assert function_in(text, "afterCreateUser") == dedented(job)


def test_a_job_is_named_for_what_it_does(codemod: CodemodTest) -> None:
    service = """
        import { prisma } from "./prisma";

        export async function expire(id: string) {
          await prisma.note.delete({ where: { id } });
        }
    """
    handler = """
        async (req, res) => {
          setTimeout(() => expire(req.params.id), 1000);
          setTimeout(async () => {
            await expire(req.body.other);
          }, 2000);
          res.json([]);
        }
    """
    migrated = _migrated(codemod, handler, 'import { expire } from "./notes";', notes=service)
    text = migrated.files["convex/users.ts"]
    assert re.findall(r"^export const (\w+)", text, re.M) == ["createUser", "runExpire", "runExpire2"]
    assert "internal.users.runExpire2, { other: args.other }" in text


def test_jobs_of_several_handlers_have_names_of_their_own(codemod: CodemodTest) -> None:
    routes = """
        router.post("/", (req, res) => {
          setTimeout(() => prisma.note.deleteMany(), 1000);
          res.json([]);
        });
        router.put("/", (req, res) => {
          setTimeout(() => prisma.user.deleteMany(), 1000);
          res.json([]);
        });
    """
    text = codemod.migrate(users_app(routes)).files["convex/users.ts"]
    names = ["createUser", "afterCreateUser", "updateUsers", "afterUpdateUsers"]
    assert re.findall(r"^export const (\w+)", text, re.M) == names


STORE = """
    import { prisma } from "./prisma";

    export async function store(...values: unknown[]) {
      await prisma.note.updateMany({ data: { text: values.join() } });
    }
"""

REFUSED = {
    "a row, which holds a date": (
        """
        async (req, res) => {
          const user = await prisma.user.findUnique({ where: { id: req.params.id } });
          setTimeout(() => store(user), 1000);
          res.json([]);
        }
        """,
        "takes along `user`, which may be more than a plain value",
    ),
    "a date": (
        """
        async (req, res) => {
          const user = await prisma.user.findUniqueOrThrow({ where: { id: req.params.id } });
          setTimeout(() => store(user.createdAt), 1000);
          res.json([]);
        }
        """,
        "takes along the date `user.createdAt`",
    ),
    "the request": (
        """
        (req, res) => {
          setTimeout(() => store(req.body), 1000);
          res.json([]);
        }
        """,
        "takes along the request",
    ),
    "a function": (
        """
        (req, res) => {
          const later = () => "a";
          setTimeout(() => store(later()), 1000);
          res.json([]);
        }
        """,
        "takes along `later`, which may be more than a plain value",
    ),
    "a variable that changes": (
        """
        (req, res) => {
          let count = 1;
          setTimeout(() => store(count), 1000);
          count = 2;
          res.json([]);
        }
        """,
        "takes along `count`, which changes",
    ),
    "two values of one name": (
        """
        (req, res) => {
          setTimeout(() => store(req.params.id, req.body.id), 1000);
          res.json([]);
        }
        """,
        "takes along two values that would both be called `id`",
    ),
}


@pytest.mark.parametrize("handler, words", REFUSED.values(), ids=REFUSED)
def test_a_callback_that_takes_along_more_is_left_to_its_owner(codemod: CodemodTest, handler: str, words: str) -> None:
    migrated = _migrated(codemod, handler, 'import { store } from "./notes";', notes=STORE)
    reason = migrated.outcome("POST /users/:id")
    assert reason.startswith(f"needs-review CX502 the timer's callback {words} ")


NO_JOBS = {
    "a delayed answer": "(req, res) => { setTimeout(() => res.json([]), 10); }",
    "a timer that is kept": "(req, res) => { const t = setTimeout(() => 1, 10); clearTimeout(t); res.json([]); }",
    "an interval": "(req, res) => { setInterval(() => console.log(1), 10); res.json([]); }",
}


@pytest.mark.parametrize("handler", NO_JOBS.values(), ids=NO_JOBS)
def test_other_timers_are_left_to_their_owner(codemod: CodemodTest, handler: str) -> None:
    assert _migrated(codemod, handler).outcome("POST /users/:id").startswith("needs-review CX")


ROUTES = """
router.get("/", async (req, res) => {
  res.json(await prisma.user.count());
});
router.post("/:email", async (req, res) => {
  const user = await prisma.user.create({ data: { email: req.params.email, name: "short" } });
  res.status(201).json({ id: user.id });
  setTimeout(() => prisma.user.delete({ where: { id: user.id } }), 60 * 1000);
});
router.post("/:email/fail", async (req, res) => {
  setTimeout(async () => {
    await prisma.user.create({ data: { email: req.params.email, name: "late" } });
  }, 1000);
  throw new Error("too late");
});
"""


def test_jobs_run_when_their_time_has_come(tmp_path: Path) -> None:
    app = CodemodTest(tmp_path).migrate(users_app(ROUTES))
    project = ConvexProject(app.root)
    assert project.codegen() == []
    assert project.tsc() == []
    count = Request("GET", "/users")
    created, now, later, failed, soon = project.serve(
        [Request("POST", "/users/a"), count, Advance(2), count, Request("POST", "/users/b/fail"), Advance(1), count]
    )
    assert (created.status, now.body, later.body) == (201, 1, 0)
    assert (failed.status, soon.body) == (500, 1)


CLOCKS = {
    "nothing but the time": ("res.json({ at: new Date() });", "action", False),
    "the time and rows": ("res.json({ at: Date.now(), n: await prisma.note.count() });", "query", True),
    "a date made of something": ("res.json({ at: new Date(0), n: await prisma.note.count() });", "query", False),
    "the time in a write": (
        "res.json(await prisma.note.create({ data: { text: String(Date.now()) } }));",
        "mutation",
        False,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "kind", "reported"), CLOCKS.values(), ids=CLOCKS)
def test_a_query_that_asks_for_the_time(codemod: CodemodTest, body: str, kind: str, reported: bool) -> None:
    """Results of queries are kept: what only tells the time is an action, what reads as well is reported."""
    app = f"""
        import express from "express";
        import {{ PrismaClient }} from "@prisma/client";

        const prisma = new PrismaClient();
        const app = express();

        app.get("/now", async (req, res) => {{
          {body}
        }});

        app.listen(3000);
        """
    schema = "model Note {\n  id Int @id @default(autoincrement())\n  text String\n}\n"
    migrated = codemod.migrate({"src/app.ts": app, "prisma/schema.prisma": schema})
    target = migrated.item("GET /now").target
    assert target is not None and target.function_kind == kind
    assert ("CX211" in migrated.codes) is reported
