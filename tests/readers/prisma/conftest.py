"""Ways to read single Prisma calls against the schema of a blog."""

import pytest
from prisma_calls import CLIENT, PACKAGE, SCHEMA, Read, ReadAll, ReadOne
from repositories import Repository

from codemods.readers.prisma import find_queries, read_schema


@pytest.fixture
def read_all(repository: Repository) -> ReadAll:
    """Reads the queries of `src/app.ts`, which may import from `src/shared.ts`."""

    def read(code: str, shared: str = "") -> list[Read]:
        path = "src/app.ts"
        files = {"prisma/schema.prisma": SCHEMA, "src/db.ts": CLIENT, "src/shared.ts": shared, path: code}
        workspace = repository({"package.json": PACKAGE, **files})
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
