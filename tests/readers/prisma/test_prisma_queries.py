"""Which calls are Prisma's, and what they do."""

import pytest
from prisma_calls import CLIENT, PACKAGE, ReadAll, ReadOne
from repositories import Repository

from codemods.ir.query import Aggregate, Compare, Function, Grouping, GroupOrder, Op
from codemods.readers.prisma import find_queries, schema_from


@pytest.mark.parametrize(
    ("call", "op", "or_throw"),
    [
        ("findUnique({ where: { id } })", Op.FIND_UNIQUE, False),
        ("findUniqueOrThrow({ where: { id } })", Op.FIND_UNIQUE, True),
        ("findFirst()", Op.FIND_FIRST, False),
        ("findFirstOrThrow()", Op.FIND_FIRST, True),
        ("findMany()", Op.FIND_MANY, False),
        ("count({ where: { age: 1 } })", Op.COUNT, False),
        ("create({ data: { email } })", Op.CREATE, False),
        ("createMany({ data: [] })", Op.CREATE_MANY, False),
        ("update({ where: { id }, data: {} })", Op.UPDATE, False),
        ("updateMany({ data: {} })", Op.UPDATE_MANY, False),
        ("upsert({ where: { id }, create: {}, update: {} })", Op.UPSERT, False),
        ("delete({ where: { id } })", Op.DELETE, False),
        ("deleteMany()", Op.DELETE_MANY, False),
    ],
)
def test_methods_of_models(read: ReadOne, call: str, op: Op, or_throw: bool) -> None:
    found = read(f"const result = await prisma.user.{call};")
    query = found.query
    assert (query.op, query.table, query.client, query.or_throw) == (op, "User", "prisma", or_throw)
    assert (query.name, query.unsupported) == (f"prisma user.{call.split('(')[0]}", ())
    assert found.call == f"prisma.user.{call}"


@pytest.mark.parametrize("method", ["createManyAndReturn", "updateManyAndReturn"])
def test_methods_that_return_the_written_rows(read: ReadOne, method: str) -> None:
    assert read(f"await prisma.user.{method}({{ data: [] }});").query.returns_rows


def test_what_is_computed_over_rows(read: ReadOne) -> None:
    sums = read("await prisma.user.aggregate({ _sum: { age: true }, _count: true });").query.grouping
    assert sums == Grouping((Aggregate(Function.COUNT), Aggregate(Function.SUM, ("age",))))
    counts = read("await prisma.user.count({ select: { _all: true, name: true } });").query.grouping
    assert counts == Grouping((Aggregate(Function.COUNT, ("_all", "name")),))


def test_what_is_computed_for_groups(read: ReadOne) -> None:
    found = read(
        "await prisma.user.groupBy({ by: ['role'], _avg: { age: true }, orderBy: { _avg: { age: 'desc' } }, "
        "having: { age: { _avg: { gt: 30 } } } });"
    )
    grouping = found.query.grouping
    assert found.unsupported == () and grouping is not None
    assert (grouping.by, grouping.order) == (("role",), (GroupOrder("age", True, Function.AVG),))
    [having] = grouping.having
    assert (having.function, having.condition.op) == (Function.AVG, Compare.GT)


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("aggregate({ _sum: columns })", "aggregate: built elsewhere"),
        ("groupBy({ by: columns, _count: true })", "by: built elsewhere"),
        ("groupBy({ by: ['age'], having: { nick: 1 } })", "having: `nick`"),
    ],
)
def test_groups_that_are_not_understood(read: ReadOne, call: str, reason: str) -> None:
    assert reason in read(f"await prisma.user.{call};").unsupported


@pytest.mark.parametrize(
    ("call", "op", "unsupported"),
    [
        ("$transaction(async (tx) => 1)", Op.TRANSACTION, ()),
        ("$transaction([])", Op.TRANSACTION, ()),
        ("$transaction(calls)", Op.TRANSACTION, ("transaction: its calls are built elsewhere",)),
        ("$queryRaw`SELECT 1`", Op.CONNECT, ()),
        ("$queryRawUnsafe('select 1 as ok;')", Op.CONNECT, ()),
        ("$queryRaw`SELECT now()`", Op.RAW, ("raw SQL",)),
        ("$queryRaw<Row[]>`SELECT ${1}`", Op.RAW, ("raw SQL",)),
        ("$executeRawUnsafe('DELETE')", Op.RAW, ("raw SQL",)),
        ("$connect()", Op.CONNECT, ()),
        ("$disconnect()", Op.CONNECT, ()),
        ("$use(middleware)", Op.CONNECT, ("client middleware",)),
    ],
)
def test_methods_of_the_client(read: ReadOne, call: str, op: Op, unsupported: tuple[str, ...]) -> None:
    found = read(f"await prisma.{call};")
    assert (found.query.op, found.query.table, found.unsupported) == (op, None, unsupported)


def test_a_tagged_template_is_reported_without_its_await(read: ReadOne) -> None:
    assert read("await prisma.$queryRaw<Row[]>`SELECT 1`;").call == "prisma.$queryRaw<Row[]>`SELECT 1`"


def test_the_body_of_a_transaction(read_all: ReadAll) -> None:
    transaction, inner = read_all(
        'import { prisma } from "./db";\nawait prisma.$transaction(async (tx) => { await tx.user.findMany(); });'
    )
    body = transaction.query.body
    assert body is not None
    assert transaction.source[body.start : body.end] == "async (tx) => { await tx.user.findMany(); }"
    assert (inner.query.name, inner.query.client, inner.unsupported) == ("prisma user.findMany", "tx", ())


def test_arguments_that_are_a_constant_are_read_through(read: ReadOne) -> None:
    found = read("const args = { where: { id: 1 }, take: 2 };\nawait prisma.user.findMany(args);")
    assert (found.where, found.unsupported) == ("id eq 1", ())


def test_arguments_that_are_built_elsewhere(read: ReadOne) -> None:
    assert read("export const list = (args: any) => prisma.user.findMany(args);").unsupported == (
        "arguments: `args` comes from the caller",
    )


def test_a_relation_asked_of_a_result(read: ReadOne) -> None:
    found = read("await prisma.user.findUnique({ where: { id } }).posts();")
    assert found.unsupported == ("fluent relation `posts`",)


def test_an_unknown_model(read: ReadOne) -> None:
    assert read("await prisma.ghost.findMany();").unsupported == ("unknown model `ghost`",)


@pytest.mark.parametrize(
    "code",
    [
        "await (prisma as any)[model].findMany();",
        "const chosen = (prisma as any)[model];\nawait chosen.findMany();",
        "const chosen = flag ? prisma.user : prisma.post;\nawait chosen.findMany();",
    ],
)
def test_a_model_that_is_chosen_at_run_time(read: ReadOne, code: str) -> None:
    assert read(code).unsupported == ("model is chosen at run time",)


# which receivers are clients


MADE = 'import { PrismaClient } from "@prisma/client";\n'
IMPORTED = 'import { prisma } from "./db";\n'
TYPES = 'import { Prisma } from "@prisma/client";\n'


@pytest.mark.parametrize(
    "code",
    [
        MADE + "const db = new PrismaClient();\ndb.user.findMany();",
        'const { PrismaClient } = require("@prisma/client");\nconst db = new PrismaClient();\ndb.user.findMany();',
        MADE + "const store = new PrismaClient().$extends({});\nstore.user.findMany();",
        MADE + "const g = globalThis as any;\nconst store = g.store ?? new PrismaClient();\nstore.user.findMany();",
        MADE + "class Users { constructor(private s: PrismaClient) {} all() { return this.s.user.findMany(); } }",
        MADE + "class Db extends PrismaClient {}\nconst store = new Db();\nstore.user.findMany();",
        TYPES + "export function all(c: Prisma.TransactionClient) { return c.user.findMany(); }",
        'import { Prisma, PrismaClient } from "@prisma/client";\ntype Db = PrismaClient | Prisma.TransactionClient;\n'
        "export function all(c: Db) { return c.user.findMany(); }",
        'import { prisma as store } from "./db";\nstore.user.findMany();',
        'import * as all from "./db";\nall.prisma.user.findMany();',
        IMPORTED + "const container = { store: prisma };\ncontainer.store.user.findMany();",
        IMPORTED + "class Users { store = prisma; all() { return this.store.user.findMany(); } }",
        IMPORTED + "const users = prisma.user;\nusers.findMany();",
        IMPORTED + "const { user } = prisma;\nuser.findMany();",
    ],
)
def test_clients_are_found_through_bindings(read_all: ReadAll, code: str) -> None:
    found = [each for each in read_all(code) if each.query.op is Op.FIND_MANY]
    assert [(each.query.name, each.query.table, each.unsupported) for each in found] == [
        ("prisma user.findMany", "User", ())
    ]


def test_a_receiver_that_only_looks_like_a_client(read_all: ReadAll) -> None:
    (found,) = read_all("export const list = (db: any) => db.user.findMany();")
    assert found.unsupported == ("client not resolved",)


@pytest.mark.parametrize(
    "code",
    [
        "export const list = (db: any) => db.widget.findMany();",
        "export const list = (store: any) => store.user.findMany();",
        'import { db } from "other-orm";\ndb.user.findMany();',
        "const db = { user: { findMany() { return []; } } };\ndb.user.findMany();",
        "[1].find((x) => x);",
    ],
)
def test_receivers_that_are_no_clients(read_all: ReadAll, code: str) -> None:
    assert read_all(code) == []


@pytest.mark.parametrize(
    ("call", "understood"), [("findMany()", True), ("deleteMany()", True), ("create({ data: {} })", False)]
)
def test_a_default_of_the_database_is_only_in_the_way_of_creating(
    repository: Repository, call: str, understood: bool
) -> None:
    schema = "model Item {\n id String @id @default(uuid())\n no Int @default(autoincrement())\n}"
    code = f'import {{ prisma }} from "./db";\nawait prisma.item.{call};'
    workspace = repository({"package.json": PACKAGE, "src/db.ts": CLIENT, "src/app.ts": code})
    [query] = find_queries(workspace, "src/app.ts", schema_from({"a.prisma": schema}).schema)
    assert (query.unsupported == ()) is understood
