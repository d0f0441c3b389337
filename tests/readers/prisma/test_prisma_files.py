"""Which of several schema files is the one that Prisma would use."""

import pytest
from prisma_calls import PACKAGE
from repositories import Repository

from codemods.readers.prisma import read_schema

HERE = "model User {\n id Int @id @default(autoincrement())\n here Int\n}\n"
ELSEWHERE = HERE.replace("here", "elsewhere")


@pytest.mark.parametrize(
    "files",
    [
        {"prisma/schema.prisma": HERE, "a/schema.prisma": ELSEWHERE},
        {"schema.prisma": HERE, "a/schema.prisma": ELSEWHERE},
        {"prisma/schema/user.prisma": HERE, "prisma/a.prisma": ELSEWHERE},
        {"package.json": '{"prisma": {"schema": "./db/x.prisma"}}', "db/x.prisma": HERE, "a.prisma": ELSEWHERE},
        {"package.json": '{"prisma": {"schema": "db"}}', "db/x.prisma": HERE, "prisma/schema.prisma": ELSEWHERE},
        {"prisma.config.ts": 'export default { schema: "db/x.prisma" };', "db/x.prisma": HERE, "a.prisma": ELSEWHERE},
        {"prisma.config.ts": "default { schema: join('db', 's') };", "db/s/x.prisma": HERE, "a.prisma": ELSEWHERE},
    ],
)  # fmt: skip
def test_settings_and_defaults_decide(repository: Repository, files: dict[str, str]) -> None:
    found = read_schema(repository({"package.json": PACKAGE, **files}))
    user = found.schema.table("User")
    assert user is not None and user.field("here") is not None
    assert [diagnostic.code for diagnostic in found.diagnostics] == ["CX603"]


def test_the_copy_in_a_generated_client_does_not_count(repository: Repository) -> None:
    generator = 'generator client {\n provider = "prisma-client"\n output = "../src/generated"\n}\n'
    files = {"prisma/schema.prisma": generator + HERE, "src/generated/schema.prisma": ELSEWHERE}
    found = read_schema(repository({"package.json": PACKAGE, **files}))
    assert [table.place.file for table in found.schema.tables] == ["prisma/schema.prisma"]
    assert found.diagnostics == ()
