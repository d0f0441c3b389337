"""Prisma calls run twice: by Prisma's own client on PostgreSQL in memory, and migrated, under convex-test.

A case is the body of a function that gets the keys of the seeded rows as `ids`. Both sides start each case from the
seed; compared are what it gives (or the code of its error) and, after a write, all rows, up to the keys of new rows,
the times that the clock gave, and the order of rows for which no order was asked.
"""

import json
import os
import re
import subprocess
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from convex_project import ConvexProject, Json
from database_app import PrismaSource, Written, write_app
from prisma_seed import LINKS, NEW_ID, SEED, Seed, join_table
from side_by_side import EXPRESS, ddl, generate_client

from codemods.ir.query import READS, Op, Query
from codemods.ir.table import FieldType, Schema, Table
from codemods.writers.names import SchemaNames

FOLDER = Path(__file__).parent / "differential"
_SIGNATURE = "export async function {name}(ids: any) {{\n{body}\n}}\n"


@dataclass(frozen=True, slots=True)
class Case:
    """One function. `name` is an identifier; `body` its statements, or one expression over `prisma`."""

    name: str
    body: str

    @property
    def text(self) -> str:
        body = f"return {self.body};" if self.body.startswith("prisma.") else self.body
        return _SIGNATURE.format(name=self.name, body="  " + body)


@dataclass(slots=True)
class Comparison:
    """What came out, by the names of cases."""

    same: list[str] = field(default_factory=list)
    different: dict[str, tuple[Json, Json]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    type_errors: list[str] = field(default_factory=list)


def compare_cases(folder: Path, cases: Sequence[Case], typed: bool = False, in_action: bool = False) -> Comparison:
    """Run every case on both sides, the migrated one as a mutation or an action. `typed` also checks its types."""
    found = Comparison()
    schema_text = (FOLDER / "schema.prisma").read_text(encoding="utf-8")
    text = "\n".join(case.text for case in cases)
    source = PrismaSource(folder / "source", schema_text, text, in_action=in_action)
    written = write_app(source)
    found.refused = {case.name: reason for case in cases if (reason := refusal(source, written, case))}
    kept = [case for case in cases if case.name not in found.refused]
    project = written.project(folder / "migrated", frozenset(found.refused), as_json=True)
    assert project.codegen() == []
    if typed:
        found.type_errors = project.tsc()
    seed = Seed(source.schema, source.names)
    plans = [{"name": case.name, "writes": _writes(source, case)} for case in kept]
    original = _original(folder / "original", schema_text, text, source.schema, seed, plans)
    migrated = _migrated(project, source, seed, plans, "action" if in_action else "mutation")
    for case in kept:
        sides = Sides(source.schema, source.names, seed.keys, "orderBy" in case.body)
        before = sides.original(original[case.name])
        after = sides.migrated(migrated[case.name])
        if before == after:
            found.same.append(case.name)
        else:
            found.different[case.name] = (before, after)
    return found


def refusal(source: PrismaSource, written: Written, case: Case) -> str:
    span = source.function(case.name)
    return "; ".join(dict.fromkeys(reason for call, reason in written.refused if span.holds(call)))


def _writes(source: PrismaSource, case: Case) -> bool:
    span = source.function(case.name)
    return any(is_write(query) for query in source.queries if span.holds(query.call))


def is_write(query: Query) -> bool:
    return query.op not in READS and query.op is not Op.CONNECT


def _original(
    folder: Path, schema_text: str, text: str, schema: Schema, seed: Seed, plans: list[dict[str, Json]]
) -> dict[str, dict[str, Json]]:
    folder.mkdir(parents=True)
    (folder / "node_modules").symlink_to(EXPRESS / "node_modules", target_is_directory=True)
    (folder / "prisma").mkdir()
    (folder / "prisma" / "schema.prisma").write_text(schema_text, encoding="utf-8")
    generate_client(folder)
    joins = sorted({join_table(schema, relation)[0] for relation in LINKS})
    (folder / "ddl.sql").write_text("\n".join(ddl(schema)), encoding="utf-8")
    (folder / "seed.sql").write_text("\n".join(seed.sql()), encoding="utf-8")
    names = ", ".join(str(plan["name"]) for plan in plans)
    head = 'import { PrismaClient, Prisma } from "@prisma/client";\n\nconst prisma = new PrismaClient();\n\n'
    (folder / "cases.ts").write_text(f"{head}{text}\nexport default {{ {names} }};\n", encoding="utf-8")
    return run_side("original", folder, {"cases": plans, "ids": seed.keys, "models": list(SEED), "joins": joins})


def _migrated(
    project: ConvexProject, source: PrismaSource, seed: Seed, plans: list[dict[str, Json]], kind: str
) -> dict[str, dict[str, Json]]:
    absent = {"nobody": source.names.of("User").table, "nothing": source.names.of("Post").table}
    return run_side(
        "migrated", project.root, {"cases": plans, "documents": seed.documents(), "absent": absent, "kind": kind}
    )


def run_side(script: str, folder: Path, given: Mapping[str, Json]) -> dict[str, dict[str, Json]]:
    command = ["node", "--no-warnings", str(FOLDER / f"{script}.mjs")]
    environment = {**os.environ, "NODE_ENV": "production", "NO_COLOR": "1"}
    done = subprocess.run(
        command, cwd=folder, input=json.dumps(given), env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    answers: dict[str, dict[str, Json]] = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return answers


@dataclass(slots=True)
class Sides:
    """Both sides of one case in one form."""

    schema: Schema
    names: SchemaNames
    keys: Mapping[str, Json]
    in_order: bool
    seeded: Collection[str] = tuple(SEED)
    links: Collection[str] = tuple(LINKS)

    def original(self, answer: dict[str, Json]) -> Json:
        labels = {str(key): f"<{label}>" for label, key in self.keys.items()}
        given = {key: answer[key] for key in ("result", "error", "state") if key in answer}
        if isinstance(given.get("state"), dict):
            given["state"] = self._original_state(given["state"])  # type: ignore[arg-type]
        return self._form(given, labels)

    def migrated(self, answer: dict[str, Json]) -> Json:
        labels = {str(key): f"<{label}>" for label, key in answer["ids"].items()}  # type: ignore[union-attr]
        given = {key: answer[key] for key in ("result", "error", "state") if key in answer}
        if isinstance(given.get("state"), dict):
            given["state"] = self._migrated_state(given["state"])  # type: ignore[arg-type]
        return self._form(given, labels)

    def _original_state(self, state: dict[str, Json]) -> Json:
        return {name: rows for name, rows in state.items() if not name.startswith("_")} | {
            relation: [self._pair(relation, row) for row in state[join_table(self.schema, relation)[0]]]  # type: ignore
            for relation in self.links
        }

    def _pair(self, relation: str, row: dict[str, Json]) -> Json:
        forwards = join_table(self.schema, relation)[1]
        return {"from": row["A"], "to": row["B"]} if forwards else {"from": row["B"], "to": row["A"]}

    def _migrated_state(self, state: dict[str, Json]) -> Json:
        found: dict[str, Json] = {}
        for name in self.seeded:
            table = self.schema.table(name)
            assert table is not None
            found[name] = [self._row(table, row) for row in state[self.names.of(name).table]]  # type: ignore
        for relation in self.links:
            owner, name = relation.split(".")
            table = self.schema.table(owner)
            link = table.relation(name) if table is not None else None
            assert link is not None
            rows = state[self.names.of(link.through).table] if link.through else []
            found[relation] = [
                {"from": row[link.fields[0]], "to": row[link.references[0]]}  # type: ignore
                for row in rows
            ]  # type: ignore
        return found

    def _row(self, table: Table, doc: dict[str, Json]) -> Json:
        row = {}
        for column in table.fields:
            value = doc[self.names.field(table, column.name)]
            if column.type is FieldType.DATETIME and isinstance(value, int | float):
                value = datetime.fromtimestamp(value / 1000, UTC).isoformat(timespec="milliseconds")
                value = value.replace("+00:00", "Z")
            row[column.name] = value
        return row

    def _form(self, answer: Mapping[str, Json], labels: Mapping[str, str]) -> Json:
        plain = _plain(dict(answer), labels)
        assert isinstance(plain, dict)
        plain["state"] = _unordered(plain.get("state"))
        if not self.in_order:
            plain["result"] = _unordered(plain.get("result"))
        return _numbered(plain)


_NEW_KEY = re.compile(r"^(?:c[a-z0-9]{24}|\d{20,}\w+|[0-9a-f]{8}-[0-9a-f-]{27})$")
_TIME = re.compile(r"^(20(?:2[3-9]|[3-9]\d))-\d\d-\d\dT[\d:.]+Z$")


def _plain(value: Json, labels: Mapping[str, str]) -> Json:
    """Labels for keys of the seed, `<new>` with the key for others, `<now>` for times of today."""
    if isinstance(value, dict):
        return {name: _plain(each, labels) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, labels) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if str(value) in labels:
        return labels[str(value)]
    if (isinstance(value, int) and value >= NEW_ID) or (isinstance(value, str) and _NEW_KEY.match(value)):
        return f"<new {value}>"
    return "<now>" if isinstance(value, str) and _TIME.match(value) else value


def _unordered(value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _unordered(each) for name, each in value.items()}
    if isinstance(value, list):
        return sorted((_unordered(each) for each in value), key=_shown)
    return value


def _shown(value: Json) -> str:
    return re.sub(r"<new [^>]*>", "<new>", json.dumps(value, sort_keys=True))


def _numbered(value: Json) -> Json:
    """New keys numbered as they appear."""
    seen: dict[str, str] = {}
    text = json.dumps(value, sort_keys=True)
    text = re.sub(r"<new [^>]*>", lambda found: seen.setdefault(found[0], f"<new {len(seen) + 1}>"), text)
    numbered: Json = json.loads(text)
    return numbered


def listed(found: Comparison) -> Iterable[str]:
    """A summary, line by line."""
    total = len(found.same) + len(found.different) + len(found.refused)
    yield f"{total} cases: {len(found.same)} the same, {len(found.different)} different, {len(found.refused)} refused"
    for name, reason in found.refused.items():
        yield f"  refused {name}: {reason}"
    for name, (before, after) in found.different.items():
        yield f"  different {name}"
        yield from (f"    {line}" for line in _difference(before, after))


def _difference(before: Json, after: Json, path: str = "") -> Iterable[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            yield from _difference(before.get(name), after.get(name), f"{path}.{name}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _difference(one, other, f"{path}[{index}]")
    elif before != after:
        yield f"{path}: {json.dumps(before)[:300]} <> {json.dumps(after)[:300]}"
