"""A small application whose rows have numeric keys, and what its routes are planned to become."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

from express_app import handler_in
from harness import dedented, write_files

from codemods.changes import Options, Settled, settle
from codemods.migrate import plan
from codemods.outcome import Item, ItemKind

PACKAGE = '{"dependencies": {"@prisma/client": "^6.0.0", "express": "^4.21.0", "zod": "^3.24.0"}}'

SCHEMA = """
datasource db { provider = "postgresql" }

model User {
  id    Int    @id @default(autoincrement())
  name  String
  email String @unique
  posts Post[]
}

model Post {
  id       Int     @id @default(autoincrement())
  title    String
  views    Int     @default(0)
  done     Boolean @default(false)
  authorId Int
  author   User    @relation(fields: [authorId], references: [id])
  editorId Int?
}
"""

APP = """
import express from "express";
import {{ PrismaClient }} from "@prisma/client";
import {{ z }} from "zod";
{imports}
const prisma = new PrismaClient();
const app = express();
app.use(express.json());

{code}
app.listen(3000);
"""


class Planned:
    """The plan of a repository: the routes' outcomes and the text of their functions."""

    def __init__(self, root: Path, code: str, imports: str = "", language: str = "ts", **files: str) -> None:
        app = APP.format(code=textwrap.dedent(code).strip(), imports=imports)
        others = {f"src/{name}.{language}": dedented(text) for name, text in files.items()}
        write_files(
            root,
            {"package.json": PACKAGE, "prisma/schema.prisma": SCHEMA, f"src/app.{language}": dedented(app), **others},
        )
        self._settled: Settled = settle(plan(root, Options()))
        self.language = language

    @property
    def routes(self) -> list[Item]:
        return [item for item in self._settled.items if item.kind is ItemKind.ROUTE]

    @property
    def outcomes(self) -> list[str]:
        """`migrated`, or `CX104 why (where)`, for each route."""
        return [item.reason or str(item.outcome) for item in self.routes]

    @property
    def outcome(self) -> str:
        (found,) = self.outcomes
        return found

    @property
    def reason(self) -> str:
        """The reason of the only route, without its place."""
        return self.outcome.rpartition(" (")[0]

    @property
    def messages(self) -> list[str]:
        """What the diagnostics say."""
        return [diagnostic.message for diagnostic in self._settled.diagnostics]

    @property
    def files(self) -> dict[str, str]:
        """The text of all files that are written."""
        return {f.path: f.after.decode() for f in self._settled.files if f.after is not None}

    @property
    def module(self) -> str:
        """The module of the routes."""
        target = next(item.target for item in self.routes if item.target is not None)
        return self.files[target.file]

    @property
    def handler(self) -> str:
        """The handler of the only route."""
        (item,) = self.routes
        assert item.target is not None, self.outcome
        return handler_in(self.files[item.target.file], item.target.export)


PlanApp = Callable[..., Planned]
