"""A repository with a hand-made migration, and what running the command line on it gives."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codemods.changes import (
    ChangeSet,
    Deletion,
    DiskBase,
    FileEdit,
    Fragment,
    ImportSpec,
    Migration,
    NewModule,
)
from codemods.outcome import Group, Item, ItemKind, Outcome, Place, Target
from codemods.source.edits import Edit
from codemods.source.span import Span

USERS = 'router.get("/users", listUsers);\n'
POSTS = 'router.get("/posts", listPosts);\n'
FILES = {
    "package.json": "{}\n",
    "src/users.ts": USERS,
    "src/posts.ts": POSTS,
    "src/posts.more.ts": "more();\n",
}
GROUPS = (
    Group("table", "table users", ItemKind.TABLE, Place("schema.prisma")),
    Group("users", "GET /users", ItemKind.ROUTE, Place("src/users.ts", 1), ("table",)),
    Group("posts", "GET /posts", ItemKind.ROUTE, Place("src/posts.ts", 1)),
    Group("drafts", "GET /drafts", ItemKind.ROUTE, Place("src/posts.ts", 2), ("posts",)),
)


def _function(name: str) -> str:
    return f"export const {name} = query({{}});"


def migration(root: Path) -> Migration:
    """Two routes of one file, a third that needs a table, and a source file that goes with its only route."""
    query = (ImportSpec("./_generated/server", "query"),)
    server = Fragment("users", (0,), 'import "./users";\nroute("/users");')
    modules = (
        NewModule("convex/schema.ts", (Fragment("table", (0,), "export const users = 1;"),)),
        NewModule("convex/users.ts", (Fragment("users", (0,), _function("listUsers"), query),)),
        NewModule("convex/http.ts", (server,)),
        NewModule(
            "convex/posts.ts",
            (
                Fragment("posts", (0,), _function("listPosts"), query),
                Fragment("drafts", (1,), _function("listDrafts"), query),
            ),
        ),
    )
    edits = (
        FileEdit("src/users.ts", (Edit.delete(Span(0, len(USERS)), "users"),)),
        FileEdit("src/posts.more.ts", (Edit.insert(0, "const more = 1;\n", "posts"),)),
    )
    items = (
        Item(ItemKind.TABLE, "User", Outcome.MIGRATED, Place("schema.prisma"), None, None, "table"),
        *(
            Item(
                ItemKind.ROUTE,
                f"GET /{name}",
                Outcome.MIGRATED,
                Place("src/a.ts"),
                None,
                Target("convex/a.ts", name, "query"),
                name,
            )
            for name in ("users", "posts", "drafts")
        ),
    )
    deletions = (Deletion("src/users.ts", ("users",)),)
    return Migration(root, items, (), ChangeSet(GROUPS, modules, edits, deletions, DiskBase(root)))


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the command line left behind."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class App:
    """A committed repository and the command line."""

    root: Path
    run: Callable[..., Ran]

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
        command = ["git", *identity, *arguments]
        return subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True).stdout

    def text(self, path: str) -> str:
        return (self.root / path).read_text()

    def has(self, path: str) -> bool:
        return (self.root / path).exists()
