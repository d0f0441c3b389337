"""Ways to read single Prisma calls against the schema of a blog."""

import pytest
from prisma_calls import CLIENT, PACKAGE, SCHEMA, Read, ReadAll, ReadOne
from repositories import Repository

from codemods.readers.prisma import find_queries, read_schema


@pytest.fixture
def read_all(repository: Repository) -> ReadAll:
    """Reads the queries of `src/app.ts`."""

    def read(code: str) -> list[Read]:
        path = "src/app.ts"
        workspace = repository(
            {"package.json": PACKAGE, "prisma/schema.prisma": SCHEMA, "src/db.ts": CLIENT, path: code}
        )
        schema = read_schema(workspace).schema
        return [Read(query, workspace.text(path)) for query in find_queries(workspace, path, schema)]

    return read


@pytest.fixture
def read(read_all: ReadAll) -> ReadOne:
    """Reads the single query of a piece of code that uses `prisma`."""

    def one(code: str) -> Read:
        (found,) = read_all(f'import {{ prisma }} from "./db";\n{code}\n')
        return found

    return one
