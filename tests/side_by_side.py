"""An Express application run for real beside its migration: the same requests, and what is answered differently.

The application runs in Node on a database in memory (PGlite, by its own Prisma client); the migrated one runs in the
in-memory backend of Convex. An entry file has to listen on `process.env.PORT`.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from convex_project import NODE_MODULES, require_node
from harness import PACKAGE, write_files

from codemods.changes import Options, settle
from codemods.ir.table import DefaultKind, Field, FieldType, OnDelete, Schema, Table
from codemods.migrate import plan
from codemods.proof import Proof, Request, Stage, Status, verify_plan
from codemods.proof.replay import read_script
from codemods.readers.prisma import schema_from
from codemods.writers.stored.parts import references_of

EXPRESS = Path(__file__).parent / "express"
_SECONDS = 60

_TYPES = {
    FieldType.STRING: "TEXT",
    FieldType.INT: "INTEGER",
    FieldType.FLOAT: "DOUBLE PRECISION",
    FieldType.BIGINT: "BIGINT",
    FieldType.DECIMAL: "DECIMAL(65,30)",
    FieldType.BOOLEAN: "BOOLEAN",
    FieldType.DATETIME: "TIMESTAMP(3)",
    FieldType.JSON: "JSONB",
    FieldType.BYTES: "BYTEA",
}
_ON_DELETE = {OnDelete.CASCADE: "CASCADE", OnDelete.SET_NULL: "SET NULL", OnDelete.RESTRICT: "RESTRICT"}


@dataclass(frozen=True, slots=True)
class SideBySide:
    """What the comparison gave: the proof, whose replay names every difference."""

    proof: Proof

    @property
    def differences(self) -> list[str]:
        """What is answered differently; what did not run at all is no agreement."""
        found = [evidence.message for result in self.proof.results for evidence in result.evidence]
        return found + [each.note for each in self.proof.results if each.status is Status.NOT_RUN]

    @property
    def note(self) -> str:
        return next(result.note for result in self.proof.results if result.stage is Stage.REPLAY)


def compare(folder: Path, files: Mapping[str, str], requests: str, entry: str = "src/app.ts") -> SideBySide:
    """Run the application that the files make, and its migration, and send both the requests (an `.http` file)."""
    root = folder / "app"
    write_files(root, {"package.json": PACKAGE, **files})
    return compare_folder(folder, root, requests, entry)


def compare_folder(
    folder: Path, root: Path, requests: str, entry: str, stages: Collection[Stage] = (Stage.REPLAY,)
) -> SideBySide:
    """The same for an application on disk, which is only read. Other stages of the proof may be asked for, too."""
    script = folder / "requests.http"
    script.write_text(requests, encoding="utf-8")
    settled = settle(plan(root, Options()))
    prepare(root, folder / "express")
    with running(folder / "express", entry) as url:
        request = Request(stages, script=read_script(script), original=url)
        target = folder / "target"
        shutil.copytree(root, target, ignore=shutil.ignore_patterns("node_modules"))
        (target / "node_modules").symlink_to(NODE_MODULES, target_is_directory=True)
        return SideBySide(verify_plan(target, settled.files, request))


def prepare(root: Path, scratch: Path) -> None:
    """Make a copy of the application that can be run, with its Prisma client and its tables."""
    require_node()
    if not (EXPRESS / "node_modules" / "express").is_dir():
        pytest.fail("The packages of the Express tests are not installed: run `make node`.", pytrace=False)
    shutil.copytree(root, scratch, ignore=shutil.ignore_patterns("node_modules"))
    (scratch / "node_modules").symlink_to(EXPRESS / "node_modules", target_is_directory=True)
    _prepare_database(scratch)


@contextmanager
def running(scratch: Path, entry: str) -> Iterator[str]:
    """The URL of the prepared application, started with an empty database."""
    port = _free_port()
    environment = {**os.environ, "PORT": str(port), "NODE_ENV": "production"}
    command = ["node", "--no-warnings", str(EXPRESS / "launch.mjs"), entry]
    with (scratch / "output.txt").open("w+") as output:
        process = subprocess.Popen(command, cwd=scratch, env=environment, stdout=output, stderr=output)
        try:
            _wait_for(port, process, scratch / "output.txt")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            process.wait()


def _prepare_database(scratch: Path) -> None:
    """The Prisma client and the tables of the schema, if there is one."""
    path = scratch / "prisma" / "schema.prisma"
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    schema = schema_from({path.as_posix(): text}).schema
    (scratch / "ddl.sql").write_text("\n".join(ddl(schema)), encoding="utf-8")
    generate_client(scratch)


def generate_client(scratch: Path) -> None:
    """Links the Prisma client of `prisma/schema.prisma` as `generated/`; one is made, offline, for each schema."""
    text = (scratch / "prisma" / "schema.prisma").read_text(encoding="utf-8")
    models = re.sub(r"^\s*(?:generator|datasource)\s+\w+\s*\{[^}]*\}", "", text, flags=re.MULTILINE)
    client = EXPRESS / "node_modules" / ".cache" / f"prisma-{sha256(models.encode()).hexdigest()[:16]}"
    if not client.is_dir():
        client.parent.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=client.parent) as unfinished:
            _generate(Path(unfinished), models)
            with suppress(OSError):  # another process was faster
                (Path(unfinished) / "generated").rename(client)
    (scratch / "generated").symlink_to(client, target_is_directory=True)


def _generate(folder: Path, models: str) -> None:
    head = 'generator client {\n  provider = "prisma-client-js"\n  output   = "generated"\n}\n'
    head += 'datasource db {\n  provider = "postgresql"\n}\n'
    (folder / "schema.prisma").write_text(head + models, encoding="utf-8")
    engine = folder / "engine"
    engine.touch()
    environment = {**os.environ, "PRISMA_SCHEMA_ENGINE_BINARY": str(engine), "PRISMA_HIDE_UPDATE_MESSAGE": "1"}
    prisma = EXPRESS / "node_modules" / "prisma" / "build" / "index.js"
    command = ["node", str(prisma), "generate", "--schema", "schema.prisma"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def ddl(schema: Schema) -> Iterator[str]:
    """The statements that make the tables of a Prisma schema in PostgreSQL."""
    for enum in schema.enums:
        members = ", ".join(f"'{stored}'" for _, stored in enum.members)
        yield f'CREATE TYPE "{enum.name}" AS ENUM ({members});'
    tables = [table for table in schema.tables if not table.is_join]
    for table in tables:
        columns = [f'"{field.name}" {_column(field)}' for field in table.fields]
        keys = [f"PRIMARY KEY ({_names(table.primary_key)})"] if table.primary_key else []
        yield f'CREATE TABLE "{table.name}" ({", ".join([*columns, *keys])});'
        for unique in table.uniques:
            index = "_".join([table.name, *unique, "key"])
            yield f'CREATE UNIQUE INDEX "{index}" ON "{table.name}" ({_names(unique)});'
    for link in references_of(schema):
        if not link.table.is_join:
            yield (
                f'ALTER TABLE "{link.table.name}" ADD FOREIGN KEY ({_names(link.fields)}) REFERENCES '
                f'"{link.target.name}" ({_names(link.references)}) '
                f"ON DELETE {_ON_DELETE[link.on_delete]} ON UPDATE CASCADE;"
            )
    for table in schema.tables:
        if table.is_join:
            yield _join_table(table)


def _join_table(join: Table) -> str:
    """Prisma's own table behind an implicit many-to-many relation: its columns are A and B."""
    sides = sorted(join.fields, key=lambda field: field.references or ("", ""))
    keys = []
    for column, field in zip("AB", sides, strict=True):
        table, key = field.references or ("", "")
        kind = "INTEGER" if field.type is FieldType.INT else "TEXT"
        keys.append(f'"{column}" {kind} NOT NULL REFERENCES "{table}" ("{key}") ON DELETE CASCADE ON UPDATE CASCADE')
    return f'CREATE TABLE "{join.stored_name}" ({", ".join(keys)}, PRIMARY KEY ("A", "B"));'


def _column(field: Field) -> str:
    if field.default_kind is DefaultKind.GENERATED_ID and field.type is FieldType.INT:
        return "SERIAL"
    plain = f'"{field.enum}"' if field.type is FieldType.ENUM else _TYPES[field.type]
    parts = [plain + ("[]" if field.is_list else "")]
    if not field.nullable and not field.is_list:
        parts.append("NOT NULL")
    if field.default_kind is DefaultKind.NOW:
        parts.append("DEFAULT CURRENT_TIMESTAMP")
    elif field.default_kind is DefaultKind.LITERAL and field.default is not None:
        parts.append(
            "DEFAULT " + re.sub(r'^"(.*)"$|^([A-Z_a-z]\w*)$', _literal, re.sub(r"^(\d+)n$", r"\1", field.default))
        )
    return " ".join(parts)


def _literal(found: re.Match[str]) -> str:
    text = found[1] if found[1] is not None else found[2]
    return text if text in ("true", "false") else "'" + text.replace("'", "''") + "'"


def _names(fields: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in fields)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes], output: Path) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The Express application did not start:\n{output.read_text(encoding='utf-8')}", pytrace=False)
