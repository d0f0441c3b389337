"""SQL and database libraries in the functions folder.

## What it does
Reports calls of database clients (Prisma, Mongoose, Drizzle, Knex, pg, mysql2 and others) in Convex functions, and SQL
text passed to `ctx.db`.

## Why is this bad
A Convex function's data lies in Convex tables. A query or mutation cannot open a connection, so these calls fail; from
an action they would read and write a second database, outside of every transaction.

## Example
```ts
import { PrismaClient } from "@prisma/client";
import { query } from "./_generated/server";

const prisma = new PrismaClient();

export const list = query({
  args: {},
  handler: async () => prisma.task.findMany(),
});
```

## Use instead
```ts
import { query } from "./_generated/server";

export const list = query({
  args: {},
  handler: async (ctx) => ctx.db.query("tasks").take(100),
});
```

## Fix safety
There is no fix. `convexify migrate` rewrites the calls of an application with its schema.

## References
- https://docs.convex.dev/database/reading-data
- https://docs.convex.dev/database/writing-data
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.rules.context import contextual_functions, receivers
from codemods.rules.module import Module
from codemods.rules.origin import Declared, External, root_origin
from codemods.rules.rule import Invalid, Report, Rule, Valid
from codemods.source.bindings import Binding
from codemods.source.file import span_of
from codemods.source.tree import FUNCTION_KINDS, arguments, string_value
from codemods.workspace.graph import package_name

_LIBRARIES = {
    "@libsql/client": "libSQL",
    "@mikro-orm/core": "MikroORM",
    "@neondatabase/serverless": "Neon",
    "@planetscale/database": "PlanetScale",
    "@prisma/client": "Prisma",
    "@vercel/postgres": "Vercel Postgres",
    "better-sqlite3": "SQLite",
    "bookshelf": "Bookshelf",
    "drizzle-orm": "Drizzle",
    "knex": "Knex",
    "kysely": "Kysely",
    "mariadb": "MariaDB",
    "mongodb": "MongoDB",
    "mongoose": "Mongoose",
    "mssql": "SQL Server",
    "mysql": "MySQL",
    "mysql2": "MySQL",
    "objection": "Objection",
    "pg": "PostgreSQL",
    "pg-promise": "PostgreSQL",
    "postgres": "PostgreSQL",
    "sequelize": "Sequelize",
    "sqlite": "SQLite",
    "sqlite3": "SQLite",
    "typeorm": "TypeORM",
}
_QUOTED = tuple(f"{quote}{library}" for library in _LIBRARIES for quote in "\"'")
_SQL = re.compile(r"\s*(?:select\b.+\bfrom|insert\s+into|update\b.+\bset|delete\s+from|with\b.+\bas)\b", re.I | re.S)
_SQL_TEXT = re.compile(r"\bdb\s*\.\s*\w+\(\s*[\"'`]\s*(?:select|insert|update|delete|with)\s", re.I)


class SqlOrOrm(Rule):
    CODE = "CX320"
    NAME = "sql-or-orm"
    MESSAGE = "{library} in a Convex function: the data of Convex lies in its own tables"
    HELP = "Use `ctx.db`: get, query(…).withIndex(…), insert, patch, delete."
    LITERALS = ("import", "require")

    VALID = (
        Valid(
            """
            import { query } from "./_generated/server";
            export const prisma = query({ args: {}, handler: (ctx) => ctx.db.query("prisma").take(1) });
            """,
        ),
        Valid(
            """
            import type { User } from "@prisma/client";
            export type A = User;
            """,
        ),
    )
    INVALID = (
        Invalid(
            """
            import { PrismaClient } from "@prisma/client";
            import { query } from "./_generated/server";
            const db = new PrismaClient();
            export const a = query({ args: {}, handler: async () => (await db.user.findMany()).length });
            """,
            at="db.user.findMany()",
        ),
        Invalid(
            """
            import { prisma } from "../lib/prisma";
            import { query } from "./_generated/server";
            export const a = query({ args: {}, handler: () => prisma.user.findMany({ take: 1 }) });
            """,
            at="prisma.user.findMany(",
            files=(
                (
                    "lib/prisma.ts",
                    """
                    import { PrismaClient } from "@prisma/client";
                    const g = globalThis as any;
                    export const prisma = g.prisma ?? new PrismaClient();
                    """,
                ),
            ),
        ),
        Invalid(
            """
            import mongoose from "mongoose";
            export const S = mongoose;
            """,
            at='import mongoose from "mongoose";',
        ),
        Invalid(
            """
            import { query } from "./_generated/server";
            export const a = query({ args: {}, handler: (ctx) => ctx.db.query("SELECT * FROM users") });
            """,
            at='ctx.db.query("SELECT',
        ),
        Invalid(
            """
            import { neon } from "@neondatabase/serverless";
            import { action } from "./_generated/server";
            const sql = neon(process.env.URL!);
            export const a = action({ args: {}, handler: async () => sql`select 1` });
            """,
            at="sql`select 1`",
        ),
    )

    def check(self, module: Module) -> Iterator[Report]:
        if _SQL_TEXT.search(module.text):
            yield from self._sql(module)
        if module.mentions(_QUOTED):
            yield from self._clients(module)

    def _clients(self, module: Module) -> Iterator[Report]:
        calls = list(_client_calls(module))
        used = {name for _, name in calls}
        for call, name in calls:
            if not any(call != other and span_of(other).holds(span_of(call)) for other, _ in calls):
                yield self.report(span_of(call), library=_LIBRARIES[name])
        for imported in module.bindings.imports:
            library = _library_name(imported.module)
            if library is not None and not imported.type_only and library not in used:
                used.add(library)
                yield self.report(imported.statement, library=_LIBRARIES[library])

    def _sql(self, module: Module) -> Iterator[Report]:
        for contextual in contextual_functions(module):
            for receiver in receivers(module, contextual.function, "db"):
                call = _outermost_call(receiver)
                text = string_value(next(iter(arguments(call)), None)) if call is not None else None
                if call is not None and text is not None and _SQL.match(text):
                    yield self.report(span_of(call), library="SQL")


def _library_name(module: str) -> str | None:
    package = package_name(module)
    return package if package in _LIBRARIES else None


def _library(module: Module, binding: Binding) -> str | None:
    """The library whose client, model or query builder a name of the module stands for."""
    if binding.imported is not None and binding.imported.type_only:
        return None
    origin = root_origin(module, binding.node)
    for _ in range(3):
        match origin:
            case External(name, _):
                return _library_name(name)
            case Declared(where, node, _) if node.kind() in ("binary_expression", "ternary_expression"):
                right = node.field("right") or node.field("alternative")
                origin = root_origin(where, right) if right is not None else None
            case _:
                return None
    return None


def _client_calls(module: Module) -> Iterator[tuple[SgNode, str]]:
    """The calls of database clients inside of functions, with the name of the library."""
    for binding in module.bindings.top_level.values():
        library = _library(module, binding)
        if library is not None:
            yield from ((call, library) for call in _uses(binding))


def _uses(binding: Binding) -> Iterator[SgNode]:
    """The calls made inside of functions that start with the name, whole chains each."""
    for reference in binding.references:
        call = _outermost_call(reference)
        if call is not None and any(above.kind() in FUNCTION_KINDS for above in call.ancestors()):
            yield call


def _outermost_call(node: SgNode) -> SgNode | None:
    """The longest chain of members and calls that starts with a node, up to its last call."""
    call: SgNode | None = None
    parent = node.parent()
    while parent is not None and (parent.field("object") == node or parent.field("function") == node):
        node = parent
        if node.kind() == "call_expression":
            call = node
        parent = node.parent()
    return call
