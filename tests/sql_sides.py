"""Statements of SQL run twice: by the database itself, through its driver, and migrated, under convex-test.

A case is a statement with its values, which may name the keys of seeded rows as `ids`. Compared are what the call gives
(or the code of its error) and, after a write, all rows, up to the keys of new rows, the times that the clock gave, and
the order of rows for which no order was asked.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sql_seed
from convex_project import ConvexProject, Json
from database_app import PrismaSource, TextFacts, write_app

from codemods.ir.query import READS, Query
from codemods.ir.sql import Dialect, Kind
from codemods.ir.table import Schema, Table
from codemods.readers.sql import find_queries, read_tables
from codemods.source import SourceFile
from codemods.workspace import Workspace
from codemods.writers.acting.crossing import Crossing
from codemods.writers.names import SchemaNames, schema_names

FOLDER = Path(__file__).parent / "differential"
_CLIENTS = {
    Dialect.POSTGRES: 'import { Pool } from "pg";\n\nconst pool = new Pool();\n\n',
    Dialect.SQLITE: 'import Database from "better-sqlite3";\n\nconst db = new Database("app.db");\n\n',
}
_PACKAGES = {Dialect.POSTGRES: "pg", Dialect.SQLITE: "better-sqlite3"}


@dataclass(frozen=True, slots=True)
class Library:
    """What makes the statements, in the place of the driver: how it is opened, and how its calls are found."""

    package: str
    client: str
    find: Callable[[Workspace, str, Schema], list[Query]]


@dataclass(frozen=True, slots=True)
class Case:
    """One call: an expression over `pool` or `db`, and the statements `before` that put its text together."""

    name: str
    call: str
    before: str = ""

    @property
    def text(self) -> str:
        return f"export async function {self.name}(ids: any) {{\n{self.before}  return {self.call};\n}}\n"


class SqlSource(PrismaSource):
    """One TypeScript file of calls, over the tables of the seed."""

    def __init__(
        self, root: Path, dialect: Dialect, code: str, in_action: bool = False, library: Library | None = None
    ):
        self.client = library.client if library is not None else _CLIENTS[dialect]
        root.mkdir(parents=True, exist_ok=True)
        packages = {_PACKAGES[dialect]: "8"} | ({library.package: "3"} if library is not None else {})
        (root / "package.json").write_text(json.dumps({"name": "app", "dependencies": packages}))
        (root / "schema.sql").write_text(sql_seed.DDL[dialect])
        (root / "app.ts").write_text(self.client + code)
        workspace = Workspace.open(root)
        self.schema: Schema = read_tables(workspace)
        self.names: SchemaNames = schema_names(self.schema)
        self.file: SourceFile = workspace.source("app.ts")
        find = library.find if library is not None else find_queries
        self.queries: list[Query] = find(workspace, "app.ts", self.schema)
        self.facts = TextFacts(self.file.text)
        names = set(re.findall(r"\b(?:function|const|let) (\w+)", self.file.text))
        self.crossing = Crossing("app", names) if in_action else None


@dataclass(slots=True)
class Comparison:
    """What came out, by the names of cases."""

    same: list[str] = field(default_factory=list)
    different: dict[str, tuple[Json, Json]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    type_errors: list[str] = field(default_factory=list)


def compare_cases(
    folder: Path,
    dialect: Dialect,
    cases: Sequence[Case],
    typed: bool = False,
    in_action: bool = False,
    library: Library | None = None,
) -> Comparison:
    """Run every case on both sides, the migrated one as a mutation or an action. `typed` also checks its types."""
    found = Comparison()
    text = "\n".join(case.text for case in cases)
    source = SqlSource(folder / "source", dialect, text, in_action, library)
    written = write_app(source)
    for case in cases:
        span = source.function(case.name)
        reasons = [reason for call, reason in written.refused if span.holds(call)]
        if reasons or not any(span.holds(query.call) for query in source.queries):
            found.refused[case.name] = "; ".join(reasons) or "not found"
    kept = [case for case in cases if case.name not in found.refused]
    project = written.project(folder / "migrated", frozenset(found.refused), as_json=True)
    assert project.codegen() == []
    if typed:
        found.type_errors = project.tsc()
    plans: list[Json] = [{"name": case.name, "writes": _writes(source, case)} for case in kept]
    original = _original(folder / "original", dialect, source.client, text, plans)
    migrated = _migrated(project, source, dialect, plans, "action" if in_action else "mutation")
    for case in kept:
        in_order = "ORDER BY" in case.text or "orderBy" in case.text
        labels = {str(key): label for label, key in sql_seed.keys().items()}
        before = _form(original[case.name], labels, in_order)
        answer = migrated[case.name]
        ids = answer["ids"]
        assert isinstance(ids, dict)
        state = answer.get("state")
        if isinstance(state, dict):
            answer["state"] = _rows(source, state)
        after = _form(answer, {str(key): label for label, key in ids.items()}, in_order)
        _drop_old_rowid(before, after)
        if before == after:
            found.same.append(case.name)
        else:
            found.different[case.name] = (before, after)
    return found


def _drop_old_rowid(before: Json, after: Json) -> None:
    """SQLite tells the key of the last numbered row also of a statement that made none."""
    sides = [side.get("result") if isinstance(side, dict) else None for side in (before, after)]
    if all(isinstance(each, dict) and "changes" in each for each in sides) and "lastInsertRowid" not in sides[1]:  # type: ignore[operator]
        sides[0].pop("lastInsertRowid", None)  # type: ignore[union-attr, call-arg]


def _writes(source: SqlSource, case: Case) -> bool:
    span = source.function(case.name)
    return any(query.op not in READS for query in source.queries if span.holds(query.call))


def _original(folder: Path, dialect: Dialect, client: str, text: str, plans: list[Json]) -> dict[str, dict[str, Json]]:
    folder.mkdir(parents=True)
    (folder / "ddl.sql").write_text(sql_seed.DDL[dialect], encoding="utf-8")
    (folder / "seed.sql").write_text("\n".join(sql_seed.sql(dialect)), encoding="utf-8")
    names = ", ".join(str(plan["name"]) for plan in plans if isinstance(plan, dict))
    source = "export { source };\n" if "new DataSource" in client else ""
    (folder / "cases.ts").write_text(f"{client}{text}\n{source}export default {{ {names} }};\n", encoding="utf-8")
    tables: list[Json] = list(sql_seed.SEED)
    return _run("sql", folder, {"cases": plans, "ids": sql_seed.keys(), "tables": tables, "dialect": dialect.value})


def _migrated(
    project: ConvexProject, source: SqlSource, dialect: Dialect, plans: list[Json], kind: str
) -> dict[str, dict[str, Json]]:
    documents = sql_seed.documents(source.schema, source.names, dialect)
    absent: dict[str, Json] = {"nobody": source.names.of("users").table}
    return _run("migrated", project.root, {"cases": plans, "documents": documents, "absent": absent, "kind": kind})


def _run(script: str, folder: Path, given: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    command = ["node", "--no-warnings", str(FOLDER / f"{script}.mjs")]
    environment = {**os.environ, "NODE_ENV": "production", "NO_COLOR": "1"}
    done = subprocess.run(
        command, cwd=folder, input=json.dumps(given), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    answers: dict[str, dict[str, Json]] = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return answers


# ---- one form for both sides -------------------------------------------------------------------------


def _rows(source: SqlSource, state: Mapping[str, Json]) -> Json:
    """The documents as the rows that they stand for."""
    found: dict[str, Json] = {}
    for name in sql_seed.SEED:
        table = source.schema.table(name)
        docs = state[source.names.of(name).table]
        assert table is not None and isinstance(docs, list)
        found[name] = [_row(table, doc) for doc in docs if isinstance(doc, dict)]
    return found


def _row(table: Table, doc: Mapping[str, Json]) -> Json:
    row: dict[str, Json] = {}
    for column in table.fields:
        if column.name == table.id_field:
            row[column.name] = doc["_id"]
            continue
        value = doc[column.name]
        kind = column.sql.kind if column.sql is not None else Kind.UNKNOWN
        if isinstance(value, int | float) and kind in (Kind.TIME, Kind.DATE):
            value = datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if kind is Kind.INT8 and table.dialect == Dialect.POSTGRES and value is not None:
            value = str(int(str(value)))
        row[column.name] = value
    return row


_NEW_ID = re.compile(r"\d{20,}\w+")
_NOW = re.compile(r"20(?:2[3-9]|[3-9]\d)-\d\d-\d\d[T ][\d:.]+Z?")


def _form(answer: Mapping[str, Json], labels: Mapping[str, str], in_order: bool) -> Json:
    plain = {key: _plain(answer[key], labels) for key in ("result", "error", "state") if key in answer}
    plain["state"] = _unordered(plain.get("state"))
    if not in_order:
        plain["result"] = _unordered(plain.get("result"))
    seen: dict[str, str] = {}
    text = json.dumps(plain, sort_keys=True)
    text = re.sub(r"<new [^>]*>", lambda found: seen.setdefault(found[0], f"<new {len(seen) + 1}>"), text)
    numbered: Json = json.loads(text)
    return numbered


def _plain(value: Json, labels: Mapping[str, str]) -> Json:
    """Labels for keys of the seed, `<new>` with the key for others, `<now>` for times of today."""
    if isinstance(value, dict):
        return {name: _plain(each, labels) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, labels) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        value = int(value) if value.is_integer() else round(value, 9)
    if str(value) in labels:
        return f"<{labels[str(value)]}>"
    if (isinstance(value, int) and value >= sql_seed.NEW_ID) or (isinstance(value, str) and _NEW_ID.fullmatch(value)):
        return f"<new {value}>"
    return "<now>" if isinstance(value, str) and _NOW.fullmatch(value) else value


def _unordered(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _unordered(each) for name, each in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(each) for each in value), key=_shown)
    return value


def _shown(value: Json) -> str:
    return re.sub(r"<new [^>]*>", "<new>", json.dumps(value, sort_keys=True))


def listed(found: Comparison) -> Iterable[str]:
    """A summary, line by line."""
    total = len(found.same) + len(found.different) + len(found.refused)
    yield f"{total} cases: {len(found.same)} the same, {len(found.different)} different, {len(found.refused)} refused"
    yield from (f"  refused {name}: {reason}" for name, reason in found.refused.items())
    for name, (before, after) in found.different.items():
        yield f"  different {name}: {json.dumps(before)[:400]} <> {json.dumps(after)[:400]}"
