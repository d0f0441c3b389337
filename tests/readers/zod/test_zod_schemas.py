"""Which expressions are schemas, by binding, and which of them are reported."""

from collections.abc import Callable

import pytest
from shapes import shown

from codemods.readers.zod import ZodSchema

Find = Callable[..., list[ZodSchema]]


def names(found: list[ZodSchema]) -> list[str | None]:
    return [each.name for each in found]


@pytest.mark.parametrize(
    "code",
    [
        'import { z } from "zod";\nexport const s = z.object({ a: z.string() });',
        'import z from "zod";\nexport const s = z.object({ a: z.string() });',
        'import * as z from "zod";\nexport const s = z.object({ a: z.string() });',
        'import * as zod from "zod";\nexport const s = zod.z.object({ a: zod.z.string() });',
        'import { z as v } from "zod/v4";\nexport const s = v.object({ a: v.string() });',
        'import { object, string } from "zod";\nexport const s = object({ a: string() });',
        'const { z } = require("zod");\nexports.s = z.object({ a: z.string() });',
        'const zod = require("zod");\nexport const s = zod.object({ a: zod.string() });',
        'import { z } from "@hono/zod-openapi";\nexport const s = z.object({ a: z.string() });',
    ],
)
def test_zod_under_any_binding(find: Find, code: str) -> None:
    (found,) = find(code)
    assert shown(found.validator.shape) == "{ a: string }"


def test_zod_passed_on_by_another_module(find: Find) -> None:
    passed = {"src/lib/zod.ts": 'export { z } from "zod";'}
    (found,) = find('import { z } from "./lib/zod";\nexport const s = z.object({});', passed)
    assert found.name == "s"


@pytest.mark.parametrize(
    "code",
    [
        "const z = { object: (x: unknown) => x };\nexport const s = z.object({});",
        'import { z } from "zod";\nexport const f = (z: any) => z.object({});',
        'import { object } from "yup";\nexport const s = object({});',
        "export const s = z.object({});",
    ],
)
def test_a_name_that_only_looks_like_zod(find: Find, code: str) -> None:
    assert find(code) == []


def test_only_the_outermost_expression_counts(find: Find) -> None:
    code = """
    import { z } from "zod";
    export const s = z.array(z.object({ a: z.object({ b: z.string() }) })).min(1);
    """
    (found,) = find(code)
    assert (found.name, shown(found.validator.shape)) == ("s", "[{ a: { b: string } }] .min(1)")


def test_named_schemas_without_an_object_count_too(find: Find) -> None:
    code = 'import { z } from "zod";\nconst email = z.string().email();\nconst s = z.object({ email });\n'
    assert names(find(code)) == ["email", "s"]


def test_schemas_that_extend_others_count(find: Find) -> None:
    base = {"src/base.ts": 'import { z } from "zod";\nexport const Base = z.object({ a: z.string() });'}
    (found,) = find('import { Base } from "./base";\nexport const More = Base.partial();', base)
    assert (found.name, shown(found.validator.shape)) == ("More", "{ a?: string }")


def test_a_schema_that_is_used_in_place(find: Find) -> None:
    code = 'import { z } from "zod";\nexport const id = (x: unknown) => z.string().uuid().parse(x);\n'
    (found,) = find(code)
    assert (found.name, shown(found.validator.shape)) == (None, "string .uuid()")


def test_parsing_is_not_part_of_the_schema(find: Find) -> None:
    (found,) = find('import { z } from "zod";\nconst body = z.object({ a: z.string() }).parse(input);\n')
    assert found.node.text() == "z.object({ a: z.string() })"


def test_properties_name_their_schemas(find: Find) -> None:
    code = 'import { z } from "zod";\nexport const all = { create: z.object({}), "update": z.object({}) };\n'
    assert names(find(code)) == ["create", "update"]


def test_the_place_is_the_start_of_the_expression(find: Find) -> None:
    (found,) = find('import { z } from "zod";\nexport const s = z\n  .object({})\n  .strict();\n')
    assert found.validator.place.line == 2


def test_enums_of_the_database_client(find: Find) -> None:
    files = {"prisma/schema.prisma": "enum Role {\n USER\n ADMIN\n}\nmodel A {\n id Int @id\n role Role\n}\n"}
    code = 'import { z } from "zod";\nimport { Role } from "@prisma/client";\nconst s = z.nativeEnum(Role);\n'
    (found,) = find(code, files)
    assert shown(found.validator.shape) == 'Role: "USER" | "ADMIN"'


def test_values_of_a_drizzle_enum(find: Find) -> None:
    code = """
    import { z } from "zod";
    import { pgEnum } from "drizzle-orm/pg-core";
    const role = pgEnum("role", ["a", "b"]);
    const s = z.enum(role.enumValues);
    """
    (found,) = find(code)
    assert found.validator.shape.children[0].literal == '"a"'
