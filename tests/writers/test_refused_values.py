"""Values that Prisma refuses, however a request came to hold them: the code fails, no row is found or changed."""

import pytest
from convex_project import ConvexProject, Json
from database_app import PrismaSource, call_all, write_project

SCHEMA = """
model Account {
  id       String  @id @default(cuid())
  email    String  @unique
  token    String? @unique
  visits   Int     @default(0)
  owner    Account?  @relation("Owner", fields: [ownerId], references: [id])
  ownerId  String?
  owned    Account[] @relation("Owner")
}
"""
CODE = """
export async function open(data: { email: string; token?: string | null; visits?: number }) {
  return prisma.account.create({ data });
}
export async function byToken({ token }: { token: any }) {
  return prisma.account.findUnique({ where: { token } });
}
export async function byTokenOrThrow({ token }: { token: any }) {
  return prisma.account.findUniqueOrThrow({ where: { token } });
}
export async function change({ token }: { token: any }) {
  return prisma.account.update({ where: { token }, data: { email: "changed" } });
}
export async function put({ token }: { token: any }) {
  return prisma.account.upsert({ where: { token }, update: { email: "put" }, create: { email: "new" } });
}
export async function remove({ token }: { token: any }) {
  return prisma.account.delete({ where: { token } });
}
export async function own({ email, id }: { email: string; id: any }) {
  return prisma.account.update({ where: { email }, data: { owner: { connect: { id } } } });
}
export async function openFor({ email, ownerId }: { email: string; ownerId: any }) {
  return prisma.account.create({ data: { email, owner: { connect: { id: ownerId } } } });
}
export async function ownByEmail({ email, by }: { email: string; by: any }) {
  return prisma.account.update({ where: { email }, data: { owner: { connect: { email: by } } } });
}
export async function visit({ email, by }: { email: string; by?: any }) {
  return prisma.account.update({ where: { email }, data: { visits: { increment: by } } });
}
export async function leave({ email, by }: { email: string; by?: any }) {
  return prisma.account.update({ where: { email }, data: { visits: { decrement: by } } });
}
export async function setVisits({ email, visits }: { email: string; visits: any }) {
  return prisma.account.update({ where: { email }, data: { visits } });
}
export async function setVisitsFrom({ email, text }: { email: string; text: string }) {
  return prisma.account.update({ where: { email }, data: { visits: Number(text) } });
}
export async function shown(email: string) {
  const { visits, ownerId } = await prisma.account.findUniqueOrThrow({ where: { email } });
  return { visits, ownerId };
}
export async function all() {
  return (await prisma.account.findMany()).map((account) => account.email);
}
"""
BROKEN = {"message": "Error: Server Error"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ConvexProject:
    root = tmp_path_factory.mktemp("refused")
    project = write_project(root / "out", PrismaSource(root / "source", SCHEMA, CODE, ["by"]))
    assert project.codegen() == []
    return project


def run(project: ConvexProject, *calls: tuple[str, Json]) -> list[Json]:
    return call_all(project, calls)


def test_the_code_type_checks(project: ConvexProject) -> None:
    assert project.tsc() == []


@pytest.mark.parametrize("call", ["byToken", "byTokenOrThrow", "change", "put", "remove"])
@pytest.mark.parametrize("where", [{}, {"token": None}], ids=["undefined", "null"])
def test_a_unique_key_that_is_missing_names_no_row(project: ConvexProject, call: str, where: Json) -> None:
    results = run(project, ("open", {"email": "ann"}), (call, where), ("all", None))
    assert results[1:] == [BROKEN, ["ann"]]


def test_a_unique_key_names_its_row(project: ConvexProject) -> None:
    results = run(
        project, ("open", {"email": "ann"}), ("open", {"email": "bob", "token": "t"}), ("byToken", {"token": "t"})
    )
    assert results[2]["email"] == "bob"


CONNECTING = [
    ("own", {"email": "ann"}),
    ("openFor", {"email": "bob"}),
    ("ownByEmail", {"email": "ann"}),
    ("own", {"email": "ann", "id": None}),
    ("ownByEmail", {"email": "ann", "by": None}),
]


@pytest.mark.parametrize("call", CONNECTING, ids=str)
def test_a_row_to_connect_that_is_not_named_is_an_error(project: ConvexProject, call: tuple[str, Json]) -> None:
    results = run(project, ("open", {"email": "ann"}), call, ("shown", "ann"), ("all", None))
    assert results[1:] == [BROKEN, {"visits": 0, "ownerId": None}, ["ann"]]


def test_a_row_to_connect_that_is_missing_is_no_broken_reference(project: ConvexProject) -> None:
    results = run(
        project,
        ("x=open", {"email": "ann"}),
        ("own", {"email": "ann", "id": "gone"}),
        ("openFor", {"email": "bob", "ownerId": "gone"}),
        ("openFor", {"email": "bob", "ownerId": "{x}"}),
    )
    assert [result["code"] for result in results[1:3]] == ["P2025", "P2025"]
    assert results[3]["ownerId"] == results[0]["id"]


NO_INTEGERS = [
    ("visit", {"email": "ann"}),
    ("leave", {"email": "ann", "by": None}),
    ("visit", {"email": "ann", "by": 0.5}),
    ("visit", {"email": "ann", "by": 2**31}),
    ("setVisits", {"email": "ann", "visits": 3.5}),
    ("setVisits", {"email": "ann", "visits": -(2**31) - 1}),
    ("setVisits", {"email": "ann", "visits": "7"}),
    ("setVisitsFrom", {"email": "ann", "text": "many"}),
]


@pytest.mark.parametrize("call", NO_INTEGERS, ids=str)
def test_a_number_that_no_int_column_holds_is_refused(project: ConvexProject, call: tuple[str, Json]) -> None:
    results = run(project, ("open", {"email": "ann", "visits": 1}), call, ("shown", "ann"))
    assert results[1:] == [BROKEN, {"visits": 1, "ownerId": None}]


def test_the_ends_of_an_int_column_are_in_it(project: ConvexProject) -> None:
    results = run(
        project,
        ("open", {"email": "ann", "visits": -(2**31)}),
        ("setVisits", {"email": "ann", "visits": 2**31 - 1}),
        ("leave", {"email": "ann", "by": 1}),
        ("open", {"email": "bob", "visits": 2**31}),
        ("open", {"email": "bob", "visits": 0.5}),
        ("all", None),
    )
    assert [result["visits"] for result in results[:3]] == [-(2**31), 2**31 - 1, 2**31 - 2]
    assert results[3:] == [BROKEN, BROKEN, ["ann"]]
