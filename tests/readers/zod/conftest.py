"""Ways to read single Zod schemas."""

from collections.abc import Callable

import pytest
from repositories import Repository
from shapes import shown

from codemods.ir.validator import Validator
from codemods.readers.prisma import read_schema
from codemods.readers.zod import ZodSchema, find_schemas

ReadFile = Callable[..., list[ZodSchema]]
ReadOne = Callable[..., Validator]


@pytest.fixture
def find(repository: Repository) -> ReadFile:
    """The schemas of `src/app.ts`; `files` are others of the repository."""

    def find(code: str, files: dict[str, str] | None = None, version: str = "4.0.0") -> list[ZodSchema]:
        package = f'{{"dependencies": {{"zod": "^{version}", "express": "5.0.0"}}}}'
        workspace = repository({"package.json": package, "src/app.ts": code, **(files or {})})
        return find_schemas(workspace, "src/app.ts", read_schema(workspace).schema)

    return find


@pytest.fixture
def read(find: ReadFile) -> ReadOne:
    """The validator of an expression that uses `z`; `before` are declarations that it refers to."""

    def read(expression: str, before: str = "", version: str = "4.0.0", **files: str) -> Validator:
        code = f'import {{ z }} from "zod";\n{before}\nconst schema = {expression};\n'
        return next(each.validator for each in find(code, files, version) if each.name == "schema")

    return read


@pytest.fixture
def shape(read: ReadOne) -> Callable[..., str]:
    """The shape of an expression as text; it must be complete."""

    def shape(expression: str, before: str = "", version: str = "4.0.0") -> str:
        validator = read(expression, before, version)
        assert validator.unsupported == ()
        return shown(validator.shape)

    return shape
