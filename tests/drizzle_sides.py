"""Drizzle's calls run twice: by Drizzle itself on PostgreSQL in memory, and migrated, under convex-test."""

import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from convex_project import Json
from database_app import PrismaSource, TextFacts, Written, write_app
from drizzle_cases import DDL, HEAD, SCHEMA
from prisma_sides import Case, Comparison, Sides, is_write, refusal, run_side
from side_by_side import EXPRESS

from codemods.ir.query import Query
from codemods.ir.table import FieldType, Schema
from codemods.planner.stored.values import node_covering
from codemods.readers.drizzle import find_queries, read_tables
from codemods.workspace import Workspace
from codemods.writers.acting.crossing import Crossing
from codemods.writers.code import DbCode, Refusal
from codemods.writers.names import schema_names

_CLIENT = """
import { drizzle } from "drizzle-orm/node-postgres";
import * as schema from "./schema";
export const db = drizzle("postgres://localhost", { schema });
"""
_PACKAGE = '{"name": "app", "dependencies": {"drizzle-orm": "0.45.1"}}'

_SEED: Mapping[str, Sequence[tuple[str, Mapping[str, Json]]]] = {
    "users": [
        ("ann", {"email": "ann@x.io", "name": "Ann", "role": "admin", "age": 30, "score": 1.5, "balance": "12.50",
                 "active": True, "born": "1985-06-01T00:00:00.000Z", "bossId": None}),
        ("bob", {"email": "bob@x.io", "name": None, "role": "user", "age": None, "score": 0, "balance": "0.00",
                 "active": True, "born": None, "bossId": "ann"}),
        ("cyd", {"email": "cyd@Y.IO", "name": "cyndi", "role": "user", "age": 25, "score": 1.25, "balance": "100.10",
                 "active": False, "born": "1999-12-31T23:59:59.500Z", "bossId": "ann"}),
        ("dan", {"email": "50%@x.io", "name": "dan", "role": "user", "age": 30, "score": -2, "balance": "9.99",
                 "active": False, "born": None, "bossId": None}),
    ],
    "posts": [
        ("one", {"title": "One", "views": 5, "likes": 1, "authorId": "ann", "editorId": "bob"}),
        ("two", {"title": "Two", "views": 3, "likes": None, "authorId": "ann", "editorId": None}),
        ("six", {"title": "Six", "views": 9, "likes": 0, "authorId": "bob", "editorId": "ann"}),
    ],
    "tags": [
        ("red", {"label": "red", "postId": "one"}),
        ("tall", {"label": "tall", "postId": "one"}),
        ("wide", {"label": "wide", "postId": "six"}),
    ],
}  # fmt: skip
_COLUMNS = {
    "name": "full_name",
    "bossId": "boss_id",
    "authorId": "author_id",
    "editorId": "editor_id",
    "postId": "post_id",
}
_KEYS = {label: str(uuid.uuid5(uuid.NAMESPACE_DNS, label)) for rows in _SEED.values() for label, _ in rows}
_IDS: Mapping[str, Json] = {**_KEYS, "nobody": str(uuid.UUID(int=7))}
_LINKS = frozenset({"bossId", "authorId", "editorId", "postId"})


class DrizzleSource(PrismaSource):
    """One TypeScript file over Drizzle's tables, with its queries."""

    def __init__(self, root: Path, code: str, in_action: bool = False) -> None:
        root.mkdir(parents=True)
        files = {"package.json": _PACKAGE, "schema.ts": SCHEMA, "db.ts": _CLIENT, "app.ts": HEAD + code}
        for name, text in files.items():
            (root / name).write_text(text, encoding="utf-8")
        workspace = Workspace.open(root)
        read = read_tables(workspace)
        self.client = HEAD
        self.schema: Schema = read.schema
        self.names = schema_names(self.schema)
        self.file = workspace.source("app.ts")
        self.queries = find_queries(workspace, "app.ts", self.schema, read.references)
        self.facts = TextFacts(self.file.text)
        names = set(re.findall(r"\b(?:function|const|let) (\w+)", self.file.text))
        self.crossing = Crossing("app", names) if in_action else None

    def written(self, query: Query, used: bool = True) -> DbCode | Refusal:
        """What nobody looks at is written as a statement."""
        node = node_covering(self.file, query.call)
        parent = node.parent() if node is not None else None
        while parent is not None and parent.kind() == "await_expression":
            parent = parent.parent()
        return super().written(query, parent is None or parent.kind() != "expression_statement")


def compare_cases(folder: Path, cases: Sequence[Case], typed: bool = False) -> Comparison:
    """Run every case on both sides."""
    found = Comparison()
    text = "\n".join(case.text for case in cases)
    source = DrizzleSource(folder / "source", text)
    written: Written = write_app(source)
    found.refused = {case.name: reason for case in cases if (reason := refusal(source, written, case))}
    kept = [case for case in cases if case.name not in found.refused]
    project = written.project(folder / "migrated", frozenset(found.refused), as_json=True)
    assert project.codegen() == []
    if typed:
        found.type_errors = project.tsc()
    plans = [_plan(source, case) for case in kept]
    original = _original(folder / "original", text, plans)
    given = {"cases": plans, "documents": _documents(source), "absent": {"nobody": "users"}, "kind": "mutation"}
    migrated = run_side("migrated", project.root, given)
    for case in kept:
        sides = Sides(
            source.schema,
            source.names,
            {**_KEYS, "nobody": str(uuid.UUID(int=7))},
            "rderBy" in case.body,
            tuple(_SEED),
            (),
        )
        before, after = sides.original(original[case.name]), sides.migrated(migrated[case.name])
        if before == after:
            found.same.append(case.name)
        else:
            found.different[case.name] = (before, after)
    return found


def _plan(source: DrizzleSource, case: Case) -> dict[str, Json]:
    span = source.function(case.name)
    return {"name": case.name, "writes": any(is_write(q) for q in source.queries if span.holds(q.call))}


def _original(folder: Path, text: str, plans: list[dict[str, Json]]) -> dict[str, dict[str, Json]]:
    folder.mkdir(parents=True)
    (folder / "node_modules").symlink_to(EXPRESS / "node_modules", target_is_directory=True)
    names = ", ".join(str(plan["name"]) for plan in plans)
    files = {"ddl.sql": DDL, "seed.sql": "\n".join(_sql()), "schema.ts": SCHEMA}
    files["cases.ts"] = f"{HEAD}{text}\nexport default {{ functions: {{ {names} }}, db }};\n"
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return run_side("drizzle", folder, {"cases": plans, "ids": _IDS, "tables": list(_SEED)})


def _sql() -> list[str]:
    found = []
    for table, rows in _SEED.items():
        for label, row in rows:
            names = ["id", *(_COLUMNS.get(name, name) for name in row)]
            values = [_KEYS[label], *(_KEYS[str(v)] if k in _LINKS and v else v for k, v in row.items())]
            texts = ["NULL" if v is None else str(v) if isinstance(v, int | float) else f"'{v}'" for v in values]
            found.append(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(texts)});")
    return found


def _documents(source: DrizzleSource) -> list[Json]:
    found: list[Json] = []
    for name, rows in _SEED.items():
        table = source.schema.table(name)
        assert table is not None
        for label, row in rows:
            doc: dict[str, Json] = {}
            for key, value in row.items():
                field = table.field(key)
                assert field is not None
                if key in _LINKS and value is not None:
                    value = {"$id": value}
                elif field.type is FieldType.DATETIME and isinstance(value, str):
                    value = {"$time": value}
                doc[source.names.field(table, key)] = value
            found.append({"table": source.names.of(name).table, "label": label, "doc": doc})
    return found
