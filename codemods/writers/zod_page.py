"""The page `docs/validators.md`: what becomes of every construct of Zod, by example."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from codemods.ir.validator import Shape, Validator
from codemods.planner.asking.requests import Part
from codemods.planner.routes import received
from codemods.writers.validators import validator_text

Read = Callable[[str, int], Validator]
"""(schema expression, Zod's major version) → its validator. `Base`, `Other`, `COLORS`, `Level` and `f` are known."""

EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "Values": (
        "z.string()", "z.number()", "z.boolean()", "z.bigint()", "z.date()", "z.null()", "z.undefined()", "z.void()",
        "z.any()", "z.unknown()", "z.never()", "z.nan()", "z.json()", "z.custom(f)", "z.instanceof(Date)",
        "z.ostring()", "z.onumber()", "z.oboolean()", "z.interface({ a: z.string() })",
    ),
    "Formats": (
        "z.email()", "z.url()", "z.httpUrl()", "z.hostname()", "z.uuid()", "z.uuidv4()", "z.uuidv6()", "z.uuidv7()",
        "z.guid()", "z.nanoid()", "z.cuid()", "z.cuid2()", "z.ulid()", "z.xid()", "z.ksuid()", "z.ipv4()", "z.ipv6()",
        "z.cidrv4()", "z.cidrv6()", "z.mac()", "z.e164()", "z.jwt()", "z.emoji()", "z.base64()", "z.base64url()",
        "z.hex()", 'z.hash("sha256")', "z.lowercase()", "z.uppercase()", "z.datetime()", "z.duration()", "z.time()",
        "z.iso.datetime()", "z.iso.date()", "z.iso.time()", "z.iso.duration()", 'z.templateLiteral(["a", z.number()])',
        'z.stringFormat("code", f)', "z.int()", "z.int32()", "z.uint32()", "z.float32()", "z.float64()", "z.int64()",
        "z.uint64()",
    ),
    "Checks": (
        "z.string().min(1)", "z.string().max(9)", "z.string().length(2)", "z.string().nonempty()", "z.string().email()",
        "z.string().url()", "z.string().httpUrl()", "z.string().uuid()", "z.string().uuidv4()", "z.string().uuidv6()",
        "z.string().uuidv7()", "z.string().guid()", "z.string().nanoid()", "z.string().cuid()", "z.string().cuid2()",
        "z.string().ulid()", "z.string().xid()", "z.string().ksuid()", "z.string().ip()", "z.string().ipv4()",
        "z.string().ipv6()", "z.string().cidr()", "z.string().cidrv4()", "z.string().cidrv6()", "z.string().jwt()",
        "z.string().e164()", "z.string().emoji()", "z.string().regex(/a/)", 'z.string().includes("a")',
        'z.string().startsWith("a")', 'z.string().endsWith("a")', "z.string().base64()", "z.string().base64url()",
        "z.string().hex()", "z.string().lowercase()", "z.string().uppercase()", "z.string().datetime()",
        "z.string().date()", "z.string().time()", "z.string().duration()", "z.number().int()", "z.number().positive()",
        "z.number().negative()", "z.number().nonnegative()", "z.number().nonpositive()", "z.number().gt(1)",
        "z.number().gte(1)", "z.number().lt(9)", "z.number().lte(9)", "z.number().finite()", "z.number().safe()",
        "z.number().multipleOf(5)", "z.number().step(5)", "z.string().refine(f)", "z.string().superRefine(f)",
        "z.string().refinement(f)", "z.string().check(f)", "z.string().with(f)", "z.set(z.string()).size(2)",
        "z.set(z.string()).minSize(1)", "z.set(z.string()).maxSize(2)", 'z.any().mime("image/png")',
        'z.any().property("length", z.number())',
    ),
    "Conversions": (
        "z.string().trim()", "z.string().toLowerCase()", "z.string().toUpperCase()", "z.string().normalize()",
        "z.string().slugify()", "z.string().overwrite(f)", "z.coerce.string()", "z.coerce.number()",
        "z.coerce.boolean()", "z.coerce.bigint()", "z.coerce.date()", "z.stringbool()",
        "z.string().transform((text) => text.length)", 'z.string().transform((text) => text.split(","))',
        "z.string().transform((text) => new Date(text))", "z.string().transform(f)",
        "z.string().pipe(z.coerce.number())", "z.string().to(z.coerce.number())", "z.preprocess(f, z.number())",
        "z.pipe(z.string(), z.coerce.number())", "z.pipeline(z.string(), z.coerce.number())",
        "z.codec(z.string(), z.date(), f)", "z.transform((value) => String(value))", 'z.string().catch("a")',
        'z.catch(z.string(), "a")', "z.string().transform(f).innerType()", "z.string().transform(f).sourceType()",
        "z.string().pipe(z.coerce.number()).in()",
    ),
    "Missing and null": (
        "z.string().optional()", "z.string().exactOptional()", "z.string().nullable()", "z.string().nullish()",
        'z.string().default("a")', 'z.string().prefault("a")', "z.string().optional().nonoptional()",
        "z.string().optional().unwrap()", 'z.string().default("a").removeDefault()', "z.optional(z.string())",
        "z.nullable(z.string())", "z.nullish(z.string())", 'z.prefault(z.string(), "a")',
        "z.nonoptional(z.string().optional())",
    ),
    "Choices": (
        'z.literal("a")', 'z.literal(["a", 1])', 'z.enum(["a", "b"])', "z.enum(COLORS)", "z.nativeEnum(Level)",
        'z.enum(["a", "b"]).extract(["a"])', 'z.enum(["a", "b"]).exclude(["a"])', "Base.keyof()", "z.keyof(Base)",
        "z.union([z.string(), z.number()])", "z.string().or(z.number())", "z.xor([z.string(), z.number()])",
        'z.discriminatedUnion("kind", [z.object({ kind: z.literal("a") }), z.object({ kind: z.literal("b") })])',
        "z.intersection(Base, Other)", "Base.and(Other)", "z.intersection(z.string(), z.number())",
    ),
    "Objects": (
        "z.object({ a: z.string() })", "z.strictObject({ a: z.string() })", "z.looseObject({ a: z.string() })",
        "Base.strict()", "Base.strip()", "Base.passthrough()", "Base.loose()", "Base.nonstrict()",
        "Base.catchall(z.number())", "Base.extend({ c: z.null() })", "Base.safeExtend({ c: z.null() })",
        "Base.augment({ c: z.null() })", 'Base.setKey("c", z.null())', "Base.merge(Other)",
        "Base.pick({ a: true })", "Base.omit({ a: true })", "Base.partial()", "Base.required()", "Base.deepPartial()",
        "z.object({ ...Base.shape, c: Base.shape.a })", 'z.object({ "first-name": z.string() })',
    ),
    "Lists and records": (
        "z.array(z.string())", "z.string().array()", "z.array(z.string()).nonempty()",
        "z.tuple([z.string(), z.number()])", "z.tuple([z.string()]).rest(z.number())",
        "z.record(z.string(), z.number())",
        'z.record(z.enum(["a", "b"]), z.number())', 'z.partialRecord(z.enum(["a", "b"]), z.number())',
        "z.looseRecord(z.string(), z.number())", "z.map(z.string(), z.number())", "z.set(z.string())",
    ),
    "Others": (
        "z.lazy(() => Base)", "z.string().brand()", "z.array(z.string()).readonly()", "z.readonly(z.array(z.string()))",
        'z.string().describe("a")', 'z.string().meta({ id: "a" })', "z.string().register(f)", "z.string().openapi({})",
        "z.string().clone()", "z.function().implement(f)", "z.file()", "z.function()", "z.promise(z.string())",
        "z.symbol()",
    ),
}  # fmt: skip
"""Every constructor and method, in the order of the page."""

_ONLY_3 = ("z.ostring", "z.onumber", "z.oboolean", ".deepPartial", ".setKey", ".augment", ".ip()", ".cidr()")
_PAGE = """\
# Zod on Convex

Schemas move to `convex/` as they are, and run where they ran: those of validation middleware at the edge, before the
function is called, those that a handler or a service parses in the function. What they refuse is answered as before,
issues, messages and paths included. The function's own `args` come second; they are made from the schema's shape:

- *after the schema*: the arguments where the middleware replaces the input by what the schema made of it,
- *as it came*: the arguments where it only checks a JSON body, and hands on what was sent,
- *left to the schema*: checks and conversions that no Convex validator states.

Schemas are read across files and packages of the workspace, through constants, spreads, `shape`, `element` and
functions that return a schema. A route whose schema cannot be read, or makes what is no data (a `Map`, an object of a
class), is not carried over, and says so. Dates cross into functions as milliseconds and are dates again inside.
Schemas of routes that stay behind move along too, so that whoever writes those finds their validation in `convex/`.

What differs, and where (`tests/differential/test_zod_schemas.py` runs some 2,000 schemas by Zod and migrated):

- Keys that a schema does not declare are not handed on, even where the check left them in the body.
- An item of a list that a schema makes undefined is null in the handler.
- Where a check leaves the query as it came, a parameter that a schema converts to one value is text: given
  twice, it is refused.
- Keys that are not ASCII or start with `$` cannot cross into a function.

"""
_HEAD = ("| Zod | after the schema | as it came | left to the schema |", "|---|---|---|---|")


def documentation(read: Read) -> str:
    """The page, from what is read of the examples."""
    sections = "\n".join("\n".join(_section(title, examples, read)) for title, examples in EXAMPLES.items())
    return _PAGE + sections


def _section(title: str, examples: tuple[str, ...], read: Read) -> Iterator[str]:
    yield from (f"## {title}", "", *_HEAD)
    for example in examples:
        major = 3 if any(name in example for name in _ONLY_3) else 4
        validator = read(example, major)
        cells = _refused(validator) if validator.unsupported else _cells(validator.shape)
        yield f"| {' | '.join((_code(example), *cells))} |"
    yield ""


def _refused(validator: Validator) -> tuple[str, str, str]:
    return "not carried over", "not carried over", ", ".join(validator.unsupported)


def _cells(shape: Shape) -> tuple[str, str, str]:
    texts = [_one_line(received(shape, changes, Part.BODY)) for changes in (True, False)]
    left = " ".join(dict.fromkeys(_residuals(shape)))
    made = texts[0] if shape.crosses else "not carried over"
    return made if made == "not carried over" else _code(made), _code(texts[1]), _code(left) if left else ""


def _residuals(shape: Shape) -> Iterator[str]:
    yield from shape.residual
    for child in shape.children:
        yield from _residuals(child)


def _one_line(shape: Shape) -> str:
    return " ".join(validator_text(shape).split()).replace("( ", "(").replace(", )", ")").replace(" )", ")")


def _code(text: str) -> str:
    return f"`{text.replace('|', chr(92) + '|')}`"
