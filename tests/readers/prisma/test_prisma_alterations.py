"""What alters a client, and what does not."""

from pathlib import Path

import pytest
from prisma_calls import CLIENT, PACKAGE, SCHEMA

from codemods.readers.prisma import find_alterations, find_queries, schema_from
from codemods.workspace import Workspace

MADE = 'import { PrismaClient } from "@prisma/client";\n'


def alterations(root: Path, code: str, path: str = "src/db.ts", **files: str) -> list[str]:
    texts = {"package.json": PACKAGE, path: code, **{f"src/{name}.ts": text for name, text in files.items()}}
    for name, text in texts.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    schema = schema_from({"schema.prisma": SCHEMA}).schema
    found = find_alterations(Workspace.open(root), schema)
    return [f"{each.what} {each.place.file}:{each.place.line}" for each in found]


ALTERED = {
    "middleware": (CLIENT + "prisma.$use(softDelete);", "`$use` src/db.ts:3"),
    "middleware through a function": (
        MADE + "export const soften = (client: any) => client.$use(softDelete);",
        "`$use` src/db.ts:2",
    ),
    "an extension": (
        MADE + "export const prisma = new PrismaClient().$extends({ query: {} });",
        "`$extends` src/db.ts:2",
    ),
    "an extension made elsewhere": (CLIENT + "export const db = prisma.$extends(extra);", "`$extends` src/db.ts:3"),
    "columns left out": (
        MADE + "export const prisma = new PrismaClient({ log: [], omit: { user: { name: true } } });",
        "its option `omit` src/db.ts:2",
    ),
    "columns left out by a constant": (
        MADE
        + "const hidden = { user: { name: true } };\nconst options = { omit: hidden };\nnew PrismaClient(options);",
        "its option `omit` src/db.ts:4",
    ),
    "columns left out by a spread": (
        MADE + "const base = { omit: {} };\nnew PrismaClient({ log: [], ...(live ? base : {}) });",
        "its option `omit` src/db.ts:3",
    ),
    "columns left out by a subclass": (
        MADE + "export class Db extends PrismaClient {\n  constructor() {\n    super({ omit: {} });\n  }\n}",
        "its option `omit` src/db.ts:4",
    ),
    "options of unknown content": (
        MADE + "export const make = (options: any) => new PrismaClient(options);",
        "options that cannot be read, `options` src/db.ts:2",
    ),
    "a method": (CLIENT + "prisma.user.findMany = all;", "`prisma.user.findMany = …` src/db.ts:3"),
    "a method behind a cast": (
        CLIENT + "(prisma as any).user['delete'] = hide;",
        "`(prisma as any).user['delete'] = …` src/db.ts:3",
    ),
    "a model": (CLIENT + "(prisma as any).user = fake;", "`(prisma as any).user = …` src/db.ts:3"),
    "methods by Object.assign": (
        CLIENT + "Object.assign(prisma.user, { findMany: all });",
        "`Object.assign` src/db.ts:3",
    ),
    "a proxy": (CLIENT + "export const db = new Proxy(prisma, { get });", "`Proxy` src/db.ts:3"),
}


@pytest.mark.parametrize(("code", "expected"), ALTERED.values(), ids=ALTERED)
def test_a_client_is_altered_by(tmp_path: Path, code: str, expected: str) -> None:
    assert alterations(tmp_path, code) == [expected]


UNALTERED = {
    "options": MADE + 'new PrismaClient({ log: ["query"], adapter: new Adapter({ url }) });',
    "options by a constant": MADE + "const options = { adapter: new Adapter() };\nnew PrismaClient(options);",
    "options by case": MADE + "new PrismaClient(live ? { log: [] } : undefined);",
    "events": CLIENT + 'prisma.$on("query", print);',
    "an empty extension": MADE + 'export const prisma = new PrismaClient().$extends({ name: "none" });',
    "an extension of the connection": (
        MADE + 'import { withAccelerate } from "@prisma/extension-accelerate";\n'
        "export const prisma = new PrismaClient().$extends(withAccelerate());"
    ),
    "the client as a property": CLIENT + "(globalThis as any).prisma = prisma;\nrequest.user = user;",
    "rows that change": (
        CLIENT + "const found = await prisma.user.findFirst();\nfound.name = '';\nObject.assign(found, { user: 1 });"
    ),
    "a schema without a field": CLIENT + "export const input = schema.omit({ id: true });",
}


@pytest.mark.parametrize("code", UNALTERED.values(), ids=UNALTERED)
def test_a_client_is_not_altered_by(tmp_path: Path, code: str) -> None:
    assert alterations(tmp_path, code) == []


def test_tests_and_tools_alter_no_client_of_the_server(tmp_path: Path) -> None:
    code = CLIENT + "prisma.$use(softDelete);"
    assert alterations(tmp_path / "a", code, "tests/db.test.ts") == []
    assert alterations(tmp_path / "b", code, "scripts/db.ts") == []
    assert alterations(tmp_path / "c", code, "scripts/db.ts", app='import "../scripts/db";') == [
        "`$use` scripts/db.ts:3"
    ]


def test_a_query_of_an_altered_client_says_so(tmp_path: Path) -> None:
    alterations(tmp_path, CLIENT + "prisma.$use(softDelete);\nawait prisma.user.findMany();")
    workspace, schema = Workspace.open(tmp_path), schema_from({"schema.prisma": SCHEMA}).schema
    found = find_queries(workspace, "src/db.ts", schema, find_alterations(workspace, schema))
    assert found[-1].unsupported == ("the client is altered by `$use` (src/db.ts:3)",)
