"""What each constructor and method of Zod does to a shape."""

from collections.abc import Callable

import pytest

from codemods.ir.validator import Validator

ShapeOf = Callable[..., str]
Read = Callable[..., Validator]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("z.string()", "string"),
        ("z.number()", "number"),
        ("z.bigint()", "bigint"),
        ("z.boolean()", "boolean"),
        ("z.date()", "date"),
        ("z.null()", "null"),
        ("z.any()", "any"),
        ("z.never()", "never"),
        ("z.string({ message: 'Text' })", "string"),
        ("z.email()", "string z.email()"),
        ("z.iso.datetime()", "string z.iso.datetime()"),
        ("z.int()", "number z.int()"),
        ("z.int64()", "bigint z.int64()"),
        ("z.literal('a')", "'a'"),
        ("z.literal(['a', 'b'])", "'a' | 'b'"),
        ("z.literal(null)", "null"),
        ("z.enum(['a', 'b'])", '"a" | "b"'),
        ("z.array(z.string())", "[string]"),
        ("z.tuple([z.string(), z.number()])", "<string, number>"),
        ("z.record(z.string(), z.number())", "record(string, number)"),
        ("z.record(z.enum(['a', 'b']), z.number())", "{ a: number, b: number }!"),
        ("z.partialRecord(z.enum(['a', 'b']), z.number())", "{ a?: number, b?: number }!"),
        ("z.union([z.string(), z.number()])", "string | number"),
        ("z.union([z.string(), z.null()])", "string | null"),
        (
            "z.discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b') })])",
            "{ k: 'a' } | { k: 'b' }",
        ),
        ("z.set(z.string())", "[string]~ z.set(z.string())"),
        ("z.map(z.string(), z.number())", "[{ key: string, value: number }]~ z.map(z.string(), z.number())"),
        ("z.custom<Foo>((v) => ok(v))", "any z.custom<Foo>((v) => ok(v))"),
        ("z.stringbool()", "boolean~ z.stringbool()"),
        ("z.coerce.number().int()", "number~ z.coerce.number() .int()"),
        ("z.preprocess((v) => v, z.string())", "string~ .preprocess((v) => v)"),
        ("z.object({})", "{}"),
        ("z.object({ a: z.string(), 'b': z.number().optional() })", "{ a: string, b?: number }"),
        ("z.strictObject({ a: z.string() })", "{ a: string }!"),
        ("z.looseObject({ a: z.string() })", "{ a: string }+"),
        ("z.lazy(() => z.string())", "string"),
        ("z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() }))", "{ a: string, b: number }"),
        ("z.optional(z.string())", "string"),
        ("z.nullable(z.string())", "string | null"),
        ("z.intersection(z.string(), z.number())", "any z.intersection(z.string(), z.number())"),
        (
            "z.object({ a: z.string() }).and(z.union([z.object({ b: z.null() }), z.object({ c: z.null() })]))",
            "{ a: string, b: null } | { a: string, c: null }",
        ),
    ],
)
def test_constructors(shape: ShapeOf, expression: str, expected: str) -> None:
    assert shape(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("z.string().email('No').min(1)", "string .email('No') .min(1)"),
        ("z.string().trim()", "string~ .trim()"),
        ("z.number().int().positive()", "number .int() .positive()"),
        ("z.string().nullable()", "string | null"),
        ("z.string().array().nonempty()", "[string] .nonempty()"),
        ("z.string().or(z.number())", "string | number"),
        ("z.string().default('a')", "string = 'a'"),
        ("z.date().default(() => new Date())", "date = (() => new Date())()"),
        ("z.string().catch('a')", "string~ .catch('a')"),
        ("z.string().transform((s) => s.length)", "number~ .transform((s) => s.length)"),
        ("z.string().pipe(z.coerce.date())", "date~ .pipe(z.coerce.date())"),
        ("z.string().refine((s) => s.length > 1)", "string .refine((s) => s.length > 1)"),
        ("z.string().describe('A').brand<'B'>().readonly()", "string"),
        ("z.enum(['a', 'b', 'c']).exclude(['a'])", '"b" | "c"'),
        ("z.enum(['a', 'b', 'c']).extract(['a'])", '"a"'),
    ],
)
def test_methods(shape: ShapeOf, expression: str, expected: str) -> None:
    assert shape(expression) == expected


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("strict()", "{ a: string, b: number }!"),
        ("passthrough()", "{ a: string, b: number }+"),
        ("catchall(z.string())", "{ a: string, b: number }+ .catchall(z.string())"),
        ("pick({ a: true })", "{ a: string }"),
        ("omit({ a: true })", "{ b: number }"),
        ("partial()", "{ a?: string, b?: number }"),
        ("partial({ a: true })", "{ a?: string, b: number }"),
        ("partial().required({ b: true })", "{ a?: string, b: number }"),
        ("extend({ c: z.boolean(), a: z.number() })", "{ a: number, b: number, c: boolean }"),
        ("merge(z.object({ c: z.null() }).strict())", "{ a: string, b: number, c: null }!"),
        ("and(z.object({ c: z.null() }))", "{ a: string, b: number, c: null }"),
        ("keyof()", '"a" | "b"'),
        ("refine((v) => v.a)", "{ a: string, b: number } .refine((v) => v.a)"),
        ("nullish()", "{ a: string, b: number } | null"),
    ],
)
def test_methods_of_objects(shape: ShapeOf, method: str, expected: str) -> None:
    assert shape(f"z.object({{ a: z.string(), b: z.number() }}).{method}") == expected


def test_optional_and_nullish_mark_the_key(shape: ShapeOf) -> None:
    fields = "a: z.string().optional(), b: z.string().nullish(), c: z.string().default('x'), d: z.any()"
    assert shape(f"z.object({{ {fields} }})") == "{ a?: string, b?: string | null, c?: string = 'x', d?: any }"


def test_deep_partial_reaches_inner_objects(shape: ShapeOf) -> None:
    expression = "z.object({ a: z.object({ b: z.string() }) }).deepPartial()"
    assert shape(expression, version="3.23.0") == "{ a?: { b?: string } }"


def test_a_record_over_an_enum_is_partial_in_zod_3(shape: ShapeOf) -> None:
    assert shape("z.record(z.enum(['a']), z.number())", version="3.23.0") == "{ a?: number }!"


# references


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        ("const name = z.string().min(1);", "z.object({ name })", "{ name: string .min(1) }"),
        ("const A = z.object({ a: z.string() });", "A.extend({ b: z.number() })", "{ a: string, b: number }"),
        ("const A = z.object({ a: z.string() });", "z.object({ ...A.shape, b: A })", "{ a: string, b: { a: string } }"),
        ("const A = z.object({ a: z.string() });", "z.array(A.shape.a)", "[string]"),
        ("const all = { a: z.object({ x: z.string() }) };", "z.array(all.a)", "[{ x: string }]"),
        ("const fields = { a: z.string() };", "z.object(fields)", "{ a: string }"),
        ("const fields = { a: z.string() };", "z.object({ ...fields, b: z.number() })", "{ a: string, b: number }"),
        ("const list = ['a', 'b'] as const;", "z.enum(list)", 'list: "a" | "b"'),
        ("enum Color { Red = 'red', Blue = 'blue' }", "z.nativeEnum(Color)", 'Color: "red" | "blue"'),
        ("enum Level { Low, High }", "z.enum(Level)", "Level: 0 | 1"),
        ("const Color = { Red: 'red' } as const;", "z.nativeEnum(Color)", 'Color: "red"'),
        ("enum Color { Red = 'red', Blue = 'blue' }", "z.literal(Color.Blue)", '"blue"'),
    ],
)
def test_references_are_followed(shape: ShapeOf, before: str, expression: str, expected: str) -> None:
    assert shape(expression, before) == expected


@pytest.mark.parametrize(
    ("before", "expression", "expected"),
    [
        (
            "const page = (item: z.ZodTypeAny) => z.object({ items: z.array(item) });",
            "page(z.object({ a: z.string() }))",
            "{ items: [{ a: string }] }",
        ),
        (
            "function named(fields: z.ZodRawShape) { return z.object(fields).extend({ name: text(2) }); }\n"
            "const text = (size: number) => z.string().min(size);",
            "named({ a: z.number() })",
            "{ a: number, name: string .min(size) }",
        ),
        ("const id = () => z.string().uuid();", "z.object({ a: id(), b: id().optional() })",
         "{ a: string .uuid(), b?: string .uuid() }"),
    ],
)  # fmt: skip
def test_functions_that_return_schemas_are_read(shape: ShapeOf, before: str, expression: str, expected: str) -> None:
    assert shape(f"z.object({{ it: {expression} }})", before) == f"{{ it: {expected} }}"


def test_recursion_ends_at_any(shape: ShapeOf) -> None:
    assert shape("z.object({ children: z.array(z.lazy(() => schema)) })") == "{ children: [any recursion] }"


def test_getters_are_fields_of_recursive_objects(shape: ShapeOf) -> None:
    assert (
        shape("z.object({ a: z.string(), get next() { return schema.optional(); } })")
        == "{ a: string, next?: any recursion }"
    )


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("z.object({ a: make() })", "schema made by `make`"),
        ("z.object({ a: other })", "`other` could not be followed"),
        ("z.object({ [key]: z.string() })", "computed key"),
        ("z.object({ ...fields })", "fields `fields` are built elsewhere"),
        ("z.enum(values)", "enum `values` could not be read"),
        ("z.union(list)", "union: its members are built elsewhere"),
        ("z.file()", "file"),
        ("z.function()", "function"),
    ],
)
def test_what_is_not_understood_has_a_reason(read: Read, expression: str, reason: str) -> None:
    assert read(expression).unsupported == (reason,)
