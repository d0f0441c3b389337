"""Drizzle's tables and calls as they are read."""

from collections.abc import Callable

import pytest
from drizzle_tables import TABLES
from repositories import Repository

from codemods.ir.query import Query
from codemods.ir.table import Schema
from codemods.readers.drizzle import find_queries, read_tables

PACKAGE = '{"name": "app", "dependencies": {"express": "4", "drizzle-orm": "0.45"}}'

CLIENT = """
import { drizzle } from "drizzle-orm/node-postgres";
import * as schema from "./schema";

export const db = drizzle(process.env.DATABASE_URL!, { schema });
"""

HEAD = """
import { and, asc, between, count, desc, eq, gt, ilike, inArray, isNotNull, isNull, or, sql, sum } from "drizzle-orm";
import { db } from "./db";
import { posts, users } from "./schema";
"""


@pytest.fixture
def tables(repository: Repository) -> Callable[[str], Schema]:
    """The tables of a file."""

    def read(text: str) -> Schema:
        return read_tables(repository({"package.json": PACKAGE, "src/schema.ts": text})).schema

    return read


@pytest.fixture
def query(repository: Repository) -> Callable[[str], Query]:
    """The only call in a function that gets `given`, `values` and `q`."""

    def read(body: str) -> Query:
        text = f"{HEAD}\nexport async function f(given: any, values: string[], q?: string) {{\n  {body}\n}}\n"
        files = {"package.json": PACKAGE, "src/schema.ts": TABLES, "src/db.ts": CLIENT, "src/app.ts": text}
        workspace = repository(files)
        read_ = read_tables(workspace)
        (found,) = find_queries(workspace, "src/app.ts", read_.schema, read_.references)
        return found

    return read
