"""A second process reads the sites of large repositories, and nobody can tell from the result."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from harness import write_files

from codemods.changes import Migration, Options
from codemods.migrate import begin, plan
from codemods.migrate.aside import Aside

REPOSITORY = {
    "package.json": '{"dependencies": {"express": "^5.0.0", "pg": "^8.0.0", "zod": "^3.24.0"}}',
    "app.js": (
        "import express from 'express';\nimport { find } from './db.js';\nimport { Book } from './schema.js';\n"
        "const app = express();\n"
        "app.get('/books', async (req, res) => res.json(await find(Book.parse(req.query))));\n"
        "app.get('/time', (req, res) => res.json({ now: Date.now() }));\n"
    ),
    "db.js": (
        "import { Pool } from 'pg';\nconst pool = new Pool();\n"
        "export const find = (book) => pool.query('SELECT * FROM books WHERE id = $1', [book.id]);\n"
    ),
    "schema.js": "import { z } from 'zod';\nexport const Book = z.object({ id: z.string() });\n",
    "broken.js": "import { Pool } from 'pg';\nexport const x = new Pool().query('SELECT 1'\nexport const y = {;\n",
}

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")


def planned(root: Path, jobs: int) -> Migration:
    return plan(root, Options(jobs=jobs))


@needs_fork
def test_two_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(tmp_path, REPOSITORY)
    alone = planned(tmp_path, jobs=1)
    monkeypatch.setattr(begin, "_LARGE", 0)
    together = planned(tmp_path, jobs=2)
    assert together.items == alone.items
    assert together.diagnostics == alone.diagnostics
    assert any(item.name == "sql SELECT books" for item in together.items)
    assert any(diagnostic.code == "CX902" for diagnostic in together.diagnostics)


@needs_fork
def test_the_work_is_done_elsewhere() -> None:
    assert Aside(os.getpid, in_process=True).result() != os.getpid()


@needs_fork
def test_work_that_fails_elsewhere_is_done_again_here() -> None:
    here = os.getpid()

    def work() -> int:
        if os.getpid() != here:
            raise RuntimeError
        return here

    assert Aside(work, in_process=True).result() == here


def test_work_is_done_once() -> None:
    done = []
    aside = Aside(lambda: done.append(1) or len(done))
    assert (aside.result(), aside.result()) == (1, 1)
