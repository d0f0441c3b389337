"""Migrations in steps, and into Convex projects that exist already."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from convex_project import ConvexProject
from harness import CodemodTest, Migrated, copy_project, dedented, write_files

from codemods.changes import Options, settle
from codemods.changes.apply import apply
from codemods.changes.changeset import with_needs
from codemods.migrate import plan
from codemods.migrate.merge.statements import edge_names, statements_of
from codemods.source import SourceFile

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "bookshop"

APP = {
    "prisma/schema.prisma": """
        model User {
          id    Int    @id @default(autoincrement())
          email String @unique
          name  String
        }
        """,
    "src/db.ts": """
        import { PrismaClient } from "@prisma/client";
        export const prisma = new PrismaClient();
        """,
    "src/app.ts": """
        import express from "express";
        import { getUser, listUsers } from "./users";

        const app = express();
        app.get("/users", listUsers);
        app.get("/users/:id", getUser);
        app.get("/health", (req, res) => {
          res.json({ ok: true });
        });
        export default app;
        """,
    "src/users.ts": """
        import type { Request, Response } from "express";
        import { prisma } from "./db";

        export async function listUsers(req: Request, res: Response) {
          res.json(await prisma.user.findMany());
        }

        export async function getUser(req: Request, res: Response) {
          const user = await prisma.user.findUnique({ where: { id: Number(req.params.id) } });
          if (!user) {
            return res.status(404).json({ error: "no such user" });
          }
          res.json(user);
        }
        """,
}

SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  notes: defineTable({ text: v.string() }),
});
"""


class Steps:
    """Runs one after the other on the same folder, each with all the checks of a case."""

    def __init__(self, tmp_path: Path) -> None:
        self._tmp_path = tmp_path
        self._done = 0
        self.root = tmp_path / "app"

    def run(self, options: Options | None = None) -> Migrated:
        self._done += 1
        runs = self._tmp_path / f"runs{self._done}"
        runs.mkdir()
        migrated = CodemodTest(runs).migrate_folder(self.root, options=options)
        shutil.rmtree(self.root / ".convexify", ignore_errors=True)
        return migrated

    def write(self, files: dict[str, str]) -> None:
        write_files(self.root, files)

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text
        (self.root / path).write_text(text.replace(old, new))


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    return Steps(tmp_path)


def declarations(migrated: Migrated) -> dict[str, set[tuple[str, ...]]]:
    """What every module of convex/ says, in whatever order."""
    return {
        path: {one.tokens for one in statements_of(SourceFile(path, text), edge_names)}
        for path, text in migrated.convex.items()
        if path.endswith(".ts")
    }


@pytest.mark.parametrize("keep", [False, True], ids=["moving", "keeping sources"])
def test_the_parts_come_to_the_whole(tmp_path: Path, keep: bool) -> None:
    whole, parts = Steps(tmp_path / "whole"), Steps(tmp_path / "parts")
    for one in (whole, parts):
        one.root.parent.mkdir()
        copy_project(EXAMPLE, one.root)
    parts.run(Options(routes=("* /api/authors*", "POST /api/orders"), keep_sources=keep))
    parts.run(Options(only=("src/routes/*",), routes=("GET *",), keep_sources=keep))
    last, all_at_once = parts.run(Options(keep_sources=keep)), whole.run(Options(keep_sources=keep))
    assert sorted(last.files) == sorted(all_at_once.files)
    assert declarations(last) == declarations(all_at_once)
    project = ConvexProject(parts.root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.bundle() == []


@pytest.mark.parametrize("route", ["GET /api/authors", "DELETE /api/authors/:id", "POST /api/orders", "GET /health"])
def test_a_route_accepted_alone_brings_all_that_it_needs(tmp_path: Path, route: str) -> None:
    copy_project(EXAMPLE, tmp_path / "app")
    migration = plan(tmp_path / "app", Options())
    wanted = next(group.id for group in migration.changes.groups if group.title == route)
    settled = settle(migration, with_needs(migration.changes.groups, [wanted]))
    apply(tmp_path / "app", settled.files)
    assert [item.name for item in settled.items if item.outcome == "migrated" and item.kind == "route"] == [route]
    project = ConvexProject(tmp_path / "app")
    assert project.codegen() == []
    assert project.tsc() == []


def test_a_convex_project_gains_what_it_lacks_and_keeps_what_it_has(steps: Steps) -> None:
    users = (
        'import { query } from "./_generated/server";\n\nexport const mine = query({ args: {}, handler: () => 1 });\n'
    )
    steps.write({"package.json": PACKAGE, **APP, "convex/schema.ts": SCHEMA, "convex/users.ts": users})
    migrated = steps.run()
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert users.splitlines()[-1] in migrated.convex["convex/users.ts"]
    assert "export const listUsers = query(" in migrated.convex["convex/users.ts"]
    assert "notes: defineTable({ text: v.string() })," in migrated.convex["convex/schema.ts"]
    assert "  users: defineTable({" in migrated.convex["convex/schema.ts"]
    project = ConvexProject(steps.root)
    assert project.codegen() == []
    assert project.tsc() == []


def test_the_functions_folder_is_where_its_project_says(steps: Steps) -> None:
    steps.write({"package.json": PACKAGE, **APP, "convex.json": '{ "functions": "server/functions/" }'})
    migrated = steps.run()
    assert "export const listUsers = query(" in migrated.files["server/functions/users.ts"]
    assert "server/functions/tsconfig.json" in migrated.files
    assert not migrated.convex


def test_what_is_on_convex_already_is_not_reported_again(steps: Steps) -> None:
    users = (
        'import { z } from "zod";\n\nexport const shape = z.object({ a: z.string() });\nsetTimeout(() => shape, 1);\n'
    )
    steps.write({"package.json": PACKAGE, **APP, "convex/schema.ts": SCHEMA, "convex/shape.ts": users})
    assert not [item for item in steps.run().settled.items if item.source.file.startswith("convex/")]


def test_a_function_of_the_same_name_stops_its_route_alone(steps: Steps) -> None:
    own = "export const getUser = 1;\n"
    steps.write({"package.json": PACKAGE, **APP, "convex/users.ts": own})
    migrated = steps.run()
    assert migrated.outcome("GET /users/:id") == "needs-review CX106 convex/users.ts has another getUser already"
    assert migrated.outcome("GET /users") == "migrated"
    assert migrated.convex["convex/users.ts"].count("getUser") == 1
    assert "/users/:id" not in migrated.convex["convex/http.ts"]
    assert "getUser" in migrated.files["src/users.ts"], "the handler was lost"


def test_a_table_of_the_same_name_stops_the_routes_that_need_it(steps: Steps) -> None:
    own = SCHEMA.replace("notes: defineTable({ text: v.string() })", "users: defineTable({ email: v.string() })")
    steps.write({"package.json": PACKAGE, **APP, "convex/schema.ts": own})
    migrated = steps.run()
    why = "CX603 needs table User: convex/schema.ts defines users in another way: name differs"
    assert migrated.outcome("GET /users") == f"needs-review {why}"
    assert migrated.outcome("GET /health") == "migrated"
    assert migrated.item("User").outcome == "needs-review"
    assert migrated.files["convex/schema.ts"] == dedented(own)


def test_a_table_of_the_same_name_stops_no_route_that_does_without_it(steps: Steps) -> None:
    own = SCHEMA.replace("notes: defineTable({ text: v.string() })", "users: defineTable({ email: v.string() })")
    steps.write({"package.json": PACKAGE, **APP, "convex/schema.ts": own})
    steps.edit(
        "prisma/schema.prisma", "model User", "model Tag {\n  id Int @id @default(autoincrement())\n}\n\nmodel User"
    )
    steps.edit("src/users.ts", "prisma.user.findMany", "prisma.tag.findMany")
    migrated = steps.run()
    assert migrated.outcome("GET /users") == "migrated"
    assert migrated.outcome("GET /users/:id").startswith("needs-review CX603")
    assert "  tags: defineTable({})," in migrated.convex["convex/schema.ts"]


def test_the_functions_are_written_beside_a_router_that_is_not_ours(steps: Steps) -> None:
    own = 'import { httpRouter } from "convex/server";\n\nexport default httpRouter();\n'
    steps.write({"package.json": PACKAGE, **APP, "convex/http.ts": own})
    migrated = steps.run()
    assert migrated.files["convex/http.ts"] == own
    assert migrated.outcome("GET /users") == "migrated"
    assert "hono" not in migrated.files["package.json"]
    assert [d.place.file for d in migrated.settled.diagnostics if d.code == "CX106"] == ["convex/http.ts"]


def test_a_handler_that_its_owner_repaired_takes_the_place_of_its_stub(steps: Steps) -> None:
    steps.write({"package.json": PACKAGE, **APP})
    steps.edit("src/users.ts", "res.json(user);", "elsewhere(user, res);")
    first = steps.run()
    assert first.item("GET /users/:id").outcome == "needs-review"
    assert "TODO(convexify" in first.convex["convex/users.ts"]
    assert 'app.get("/users/:id", notMigrated(' in first.convex["convex/http.ts"]
    steps.edit("src/users.ts", "elsewhere(user, res);", "res.json(user);")
    text = (steps.root / "src/app.ts").read_text()
    unmarked = "\n".join(line for line in text.splitlines() if "TODO(convexify" not in line)
    (steps.root / "src/app.ts").write_text(f"{unmarked}\n")
    second = steps.run()
    assert second.outcome("GET /users/:id") == "migrated"
    for path in ("convex/users.ts", "convex/http.ts"):
        assert "TODO(convexify" not in second.convex[path]
        assert "notMigrated" not in second.convex[path]
    assert "internalQuery" not in second.convex["convex/users.ts"]
    project = ConvexProject(steps.root)
    assert project.codegen() == []
    assert project.tsc() == []


PACKAGE = """
{
  "name": "app",
  "dependencies": {
    "@prisma/client": "^6.0.0",
    "express": "^4.21.0"
  }
}
"""
