"""Functions of the database move to convex/model with their file, also those that no route needs."""

from __future__ import annotations

from convex_project import ConvexProject
from harness import CodemodTest

SCHEMA = """
generator client {
  provider = "prisma-client-js"
}

datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model Shelf {
  id    Int    @id @default(autoincrement())
  room  String
  books Book[]
}

model Book {
  id      Int    @id @default(autoincrement())
  title   String
  sold    Int    @default(0)
  shelfId Int
  shelf   Shelf  @relation(fields: [shelfId], references: [id])
}
"""

APP = """
import express from "express";
import fs from "fs";
import { BookService } from "./books";

const app = express();
const books = new BookService();
app.use(express.json());
app.get("/books", async (req, res) => res.json(await books.list()));
app.post("/books/:id/label", async (req, res) => {
  const book = await books.rename(Number(req.params.id), "Label");
  fs.writeFileSync("/tmp/label", book.title);
  res.json(book);
});
app.listen(3000);
"""

BOOKS = """
import { PrismaClient } from "@prisma/client";
import { track } from "./tracking";

const prisma = new PrismaClient();

export class BookService {
  async list() {
    return prisma.book.findMany();
  }

  async rename(id: number, title: string) {
    return prisma.book.update({ where: { id }, data: { title } });
  }

  async isOn(id: number, shelfId: number): Promise<boolean> {
    const book = await prisma.book.findUnique({ where: { id } });
    return book?.shelfId === shelfId;
  }

  async soldByShelf() {
    const sold = new Map<number, number>();
    for (const book of await prisma.book.findMany()) {
      sold.set(book.shelfId, (sold.get(book.shelfId) ?? 0) + book.sold);
    }
    return [...sold.values()];
  }

  async move(given: { shelfId: number; to: number }) {
    return prisma.book.updateMany({ where: { shelfId: given.shelfId }, data: { shelfId: given.to } });
  }

  async moveAll(lists: Array<{ bookIds: number[] }>) {
    return prisma.book.findMany({ where: { id: { in: lists.flatMap((list) => list.bookIds) } } });
  }

  async sell(id: number) {
    try {
      return await prisma.$transaction(async (tx) => {
        await tx.shelf.updateMany({ data: { room: "sale" } });
        return tx.book.update({ where: { id }, data: { sold: { increment: 1 } } });
      });
    } catch {
      return null;
    }
  }

  async count() {
    track("count");
    return prisma.book.count();
  }
}
"""

TRACKING = """
import net from "net";

export const track = (name: string) => net.connect(1234).end(name);
"""

SHELVES = """
import { PrismaClient } from "@prisma/client";

const prisma = new PrismaClient();

export async function emptyShelves() {
  return prisma.shelf.findMany({ where: { books: { none: {} } } });
}
"""

FILES = {
    "prisma/schema.prisma": SCHEMA,
    "src/app.ts": APP,
    "src/books.ts": BOOKS,
    "src/tracking.ts": TRACKING,
    "src/shelves.ts": SHELVES,
}


def test_functions_move_with_their_file(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    assert migrated.outcome("POST /books/:id/label").startswith("needs-review")
    model = migrated.convex["convex/model/books.ts"]
    assert "export async function rename(ctx: MutationCtx, id: string, title: string)" in model
    assert "export async function isOn(ctx: QueryCtx, id: string, shelfId: string)" in model
    assert "new Map<string, number>()" in model
    assert "export async function move(ctx: MutationCtx, given: { shelfId: string; to: string })" in model
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])


def test_functions_stay_that_do_more_than_ask(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    model = migrated.convex["convex/model/books.ts"]
    assert not [name for name in ("moveAll", "sell", "count") if f"function {name}(" in model]
    left = {item.source.line: item.reason for item in migrated.settled.items if item.kind == "query" and item.reason}
    assert "CX307 nothing calls `sell`" in left.values()


def test_what_nothing_calls_is_skipped(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(FILES)
    queries = [item for item in migrated.settled.items if item.kind == "query"]
    found = next(item for item in queries if item.source.file == "src/shelves.ts")
    assert (found.outcome, found.reason) == ("skipped", "CX307 nothing calls `emptyShelves`")


def test_what_turns_asynchronous_is_awaited_before_the_query(codemod: CodemodTest) -> None:
    hashed = """
        import { createHash } from "crypto";
        import express from "express";
        import { PrismaClient } from "@prisma/client";

        const prisma = new PrismaClient();
        const app = express();
        const digest = (text: string) => createHash("sha256").update(text).digest("hex");
        app.get("/shelves/:room", async (req, res) => {
          res.json(await prisma.shelf.findMany({ where: { room: digest(req.params.room) } }));
        });
        app.listen(3000);
    """
    migrated = codemod.migrate({"prisma/schema.prisma": SCHEMA, "src/app.ts": hashed})
    assert migrated.outcome("GET /shelves/:room") == "migrated"
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
