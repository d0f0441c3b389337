"""Faults planted in migrated applications: each is caught by a stage of the proof."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from convex_project import NODE_MODULES
from harness import PACKAGE, copy_project, write_files
from side_by_side import prepare, running

from codemods.changes import FileChange, Options, settle
from codemods.migrate import plan
from codemods.proof import Evidence, Request, Stage, Status, verify_plan
from codemods.proof.replay import Script, read_script

BOOKSHOP = Path(__file__).parent.parent.parent / "examples" / "bookshop"

SCHEMA = """
    model Author {
      id    Int    @id @default(autoincrement())
      name  String
      books Book[]
    }

    model Book {
      id        Int      @id @default(autoincrement())
      title     String
      createdAt DateTime @default(now())
      authorId  Int
      author    Author   @relation(fields: [authorId], references: [id])
    }
    """

SHELF = """
    import { PrismaClient } from "@prisma/client";

    const prisma = new PrismaClient();

    export class ShelfError extends Error {
      constructor(public status: number, message: string) {
        super(message);
      }
    }

    export async function list(page: number) {
      const books = await prisma.book.findMany({ orderBy: { title: "asc" }, skip: (page - 1) * 2, take: 2 });
      return books.map((book) => book.title);
    }

    export async function get(id: number) {
      const book = await prisma.book.findUnique({ where: { id }, include: { author: true } });
      if (!book) throw new ShelfError(404, "No such book");
      const { author } = book;
      return { id: book.id, title: book.title, at: book.createdAt, author: { id: author.id, name: author.name } };
    }

    export async function add(pin: string, title: string, authorId: number) {
      if (pin !== "1234") throw new ShelfError(403, "Wrong pin");
      return prisma.book.create({ data: { title, authorId } });
    }

    export function addAuthor(name: string) {
      return prisma.author.create({ data: { name } });
    }
    """

APP = """
    import express, { NextFunction, Request, Response } from "express";
    import { ShelfError, add, addAuthor, get, list } from "./shelf";

    const app = express();
    app.use(express.json());

    app.post("/authors", async (req, res, next) => {
      try {
        res.status(201).json(await addAuthor(req.body.name));
      } catch (error) {
        next(error);
      }
    });

    app.get("/books", async (req, res, next) => {
      try {
        res.json(await list(Number(req.query.page ?? 1)));
      } catch (error) {
        next(error);
      }
    });

    app.get("/books/:id", async (req, res, next) => {
      try {
        res.json(await get(Number(req.params.id)));
      } catch (error) {
        next(error);
      }
    });

    app.post("/books", async (req, res, next) => {
      try {
        const { pin, title, authorId } = req.body;
        res.status(201).json(await add(pin, title, authorId));
      } catch (error) {
        next(error);
      }
    });

    app.use((err: Error, req: Request, res: Response, next: NextFunction) => {
      if (err instanceof ShelfError) return res.status(err.status).json({ error: err.message });
      res.status(500).json({ error: "Failed" });
    });

    app.listen(Number(process.env.PORT ?? 3000));
    """

REQUESTS = """
    # @name ann
    POST http://localhost:3000/authors
    Content-Type: application/json

    { "name": "Ann" }

    ###
    # @name first
    POST http://localhost:3000/books
    Content-Type: application/json

    { "pin": "1234", "title": "A", "authorId": {{ann.response.body.id}} }

    ###
    # @name second
    POST http://localhost:3000/books
    Content-Type: application/json

    { "pin": "1234", "title": "B", "authorId": {{ann.response.body.id}} }

    ###
    POST http://localhost:3000/books
    Content-Type: application/json

    { "pin": "1234", "title": "C", "authorId": {{ann.response.body.id}} }

    ### Without the pin
    POST http://localhost:3000/books
    Content-Type: application/json

    { "pin": "0000", "title": "D", "authorId": {{ann.response.body.id}} }

    ###
    GET http://localhost:3000/books

    ###
    GET http://localhost:3000/books?page=2

    ###
    GET http://localhost:3000/books/{{second.response.body.id}}

    ###
    GET http://localhost:3000/books/999
    """


@dataclass(frozen=True, slots=True)
class Bench:
    """A migrated application: its folder, what the migration writes, and the running original."""

    root: Path
    files: tuple[FileChange, ...]
    script: Script | None = None
    express: Path | None = None
    """The prepared original."""

    def prove(self, files: Sequence[FileChange], stage: Stage) -> tuple[Status, tuple[Evidence, ...]]:
        original = running(self.express, "src/app.ts") if self.express is not None else nullcontext("")
        with original as url:
            request = Request([stage], script=self.script, original=url)
            (result,) = verify_plan(self.root, files, request).results
        return result.status, result.evidence

    def planted(self, path: str, before: str, after: str) -> list[FileChange]:
        """The files with a text replaced in one of them."""
        found = next(change for change in self.files if change.path == path)
        text = (found.after or b"").decode()
        assert text.count(before) == 1, text
        fault = replace(found, after=text.replace(before, after).encode())
        return [fault if change is found else change for change in self.files]


def _bench(root: Path) -> Bench:
    files = settle(plan(root, Options())).files
    (root / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
    return Bench(root, files)


@pytest.fixture(scope="module")
def bookshop(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    root = tmp_path_factory.mktemp("bookshop") / "app"
    copy_project(BOOKSHOP, root)
    return _bench(root)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("shelf")
    root = folder / "app"
    sources = {"prisma/schema.prisma": SCHEMA, "src/app.ts": APP, "src/shelf.ts": SHELF}
    write_files(root, {"package.json": PACKAGE, **sources, "requests.http": REQUESTS})
    prepare(root, folder / "express")
    return replace(_bench(root), script=read_script(root / "requests.http"), express=folder / "express")


STAGES = [stage for stage in Stage if stage is not Stage.REPLAY]


@pytest.mark.parametrize("stage", STAGES)
def test_the_bookshop_passes(bookshop: Bench, stage: Stage) -> None:
    status, evidence = bookshop.prove(bookshop.files, stage)
    assert evidence == ()
    assert status is Status.PASS


FAULTS = {
    "a syntax error": (Stage.PARSE, "convex/books.ts", "export const", "export const const"),
    "a wrong index": (Stage.TSC, "convex/model/reviews.ts", '"by_bookId"', '"by_book"'),
    "a timer in a mutation": (
        Stage.RULES,
        "convex/model/orders.ts",
        "  let totalCents = 0;",
        "  setTimeout(() => null, 1);\n  let totalCents = 0;",
    ),
    "a Node module": (
        Stage.BUNDLE,
        "convex/lib/pagination.ts",
        "export const DEFAULT",
        'import "node:fs";\nexport const DEFAULT',
    ),
    "a module that fails": (
        Stage.LOAD,
        "convex/lib/pagination.ts",
        "export const DEFAULT",
        'if (1 > 0) throw new Error("no");\nexport const DEFAULT',
    ),
}


@pytest.mark.parametrize(("stage", "path", "before", "after"), FAULTS.values(), ids=FAULTS)
def test_a_fault_fails_its_stage(bookshop: Bench, stage: Stage, path: str, before: str, after: str) -> None:
    found = next(change for change in bookshop.files if change.path == path)
    text = (found.after or b"").decode()
    fault = replace(found, after=text.replace(before, after, 1).encode())
    assert fault.after != found.after, text
    status, evidence = bookshop.prove([fault if change is found else change for change in bookshop.files], stage)
    assert status is Status.FAIL
    assert any(path == found.file or path in found.message for found in evidence), evidence
    assert all(found.frame for found in evidence)


def test_a_source_that_comes_back_fails_the_second_run(bookshop: Bench) -> None:
    files = [replace(change, from_path=None) for change in bookshop.files if change.path.startswith("convex/")]
    status, evidence = bookshop.prove(files, Stage.SECOND_RUN)
    assert status is Status.FAIL
    assert "a second run would delete this file" in {found.message for found in evidence}


def test_the_shelf_answers_as_on_express(shelf: Bench) -> None:
    assert shelf.prove(shelf.files, Stage.REPLAY) == (Status.PASS, ())


MODEL = "convex/model/shelf.ts"
ANSWERED = {
    "a lost guard": (MODEL, 'if (pin !== "1234") throw new ShelfError(403, "Wrong pin");', "", "status is 201"),
    "an off-by-one page": (MODEL, "(page - 1) * 2", "page * 2", "body"),
    "a swallowed 404": (MODEL, 'throw new ShelfError(404, "No such book")', "return null", "status is 200"),
    "a Date returned": (
        "convex/app.ts",
        "return toJson(await get(ctx, args.id));",
        "return get(ctx, args.id);",
        "is 500",
    ),
    "an instanceof across a function boundary": (
        "convex/http.ts",
        'err.kinds.includes("ShelfError")',
        "(err as unknown) instanceof ShelfError",
        "status is 500",
    ),
    "an unresolved id": (MODEL, "author: { id: author.id,", "author: { id: book.id,", "body.author.id"),
    "a fetch in a mutation": (
        MODEL,
        "  return row(insertBook",
        '  await fetch("http://a.b");\n  return row(insertBook',
        "is 500",
    ),
}


@pytest.mark.parametrize(("path", "before", "after", "difference"), ANSWERED.values(), ids=ANSWERED)
def test_a_fault_is_seen_in_the_answers(shelf: Bench, path: str, before: str, after: str, difference: str) -> None:
    files = shelf.planted(path, before, after)
    if "instanceof" in after:
        files = [
            replace(change, after=b'import { ShelfError } from "./model/shelf";\n' + (change.after or b""))
            if change.path == path
            else change
            for change in files
        ]
    status, evidence = shelf.prove(files, Stage.REPLAY)
    assert status is Status.FAIL
    assert any(difference in found.message for found in evidence), evidence
    assert all(found.file.endswith("requests.http") and found.frame for found in evidence)
