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
export async function all() {
  return (await prisma.account.findMany()).map((account) => account.email);
}
"""
BROKEN = {"message": "Error: Server Error"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ConvexProject:
    root = tmp_path_factory.mktemp("refused")
    project = write_project(root / "out", PrismaSource(root / "source", SCHEMA, CODE))
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
