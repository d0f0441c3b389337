"""The scalar constructs of Zod, each with values that it likes and others at its boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Values: TypeAlias = tuple[Json, ...]


def of(*good: Json, bad: Sequence[Json] = ()) -> tuple[Values, Values]:
    return good, tuple(bad)


_UUID = "123e4567-e89b-42d3-a456-426614174000"
STRING_CHECKS: Mapping[str, tuple[Values, Values]] = {
    ".min(2)": of("ab", "abc", bad=["a", ""]),
    '.min(2, "Too short")': of("ab", bad=["a", ""]),
    ".max(3)": of("abc", "", bad=["abcd"]),
    ".length(2)": of("ab", bad=["a", "abc"]),
    ".nonempty()": of("a", bad=[""]),
    ".email()": of("a@b.co", bad=["a@b", "a"]),
    '.email({ message: "No address" })': of("a@b.co", bad=["a"]),
    ".url()": of("https://a.b/c?d", bad=["a.b", "http//x"]),
    ".uuid()": of(_UUID, bad=[_UUID[:-1], "x"]),
    ".regex(/^[a-c]+$/)": of("abc", bad=["abd", ""]),
    '.startsWith("a")': of("ab", bad=["ba"]),
    '.endsWith("c")': of("bc", bad=["cb"]),
    '.includes("b")': of("abc", bad=["ac"]),
    ".trim()": of(" ab ", "ab"),
    ".toLowerCase()": of("AB"),
    ".toUpperCase()": of("ab"),
    ".datetime()": of("2024-01-02T03:04:05Z", bad=["2024-01-02", "2024-01-02T03:04:05+02:00"]),
    ".datetime({ offset: true })": of("2024-01-02T03:04:05+02:00", bad=["2024-01-02"]),
    ".date()": of("2024-02-29", bad=["2023-02-29", "24-1-1"]),
    ".time()": of("03:04:05", bad=["25:00:00"]),
    ".duration()": of("P1DT2H", bad=["1 day"]),
    ".cuid()": of("cjld2cjxh0000qzrmn831i7rn", bad=["x"]),
    ".cuid2()": of("tz4a98xxat96iws9zmbrgj3a", bad=["T Z"]),
    ".ulid()": of("01ARZ3NDEKTSV4RRFFQ69G5FAV", bad=["01ARZ"]),
    ".nanoid()": of("V1StGXR8_Z5jdHi6B-myT", bad=["V1"]),
    ".base64()": of("aGk=", bad=["aGk"]),
    ".base64url()": of("aGk", bad=["a+k="]),
    ".emoji()": of("🙂", bad=["a"]),
    ".jwt()": of("eyJhbGciOiJIUzI1NiJ9.eyJhIjoxfQ.c2ln", bad=["a.b"]),
}
STRING_3 = {".ip()": of("10.0.0.1", "::1", bad=["10.0.0.256"]), ".cidr()": of("10.0.0.0/8", bad=["10.0.0.0/33"])}
STRING_4 = {
    ".normalize()": of("a"),
    ".lowercase()": of("ab", bad=["aB"]),
    ".uppercase()": of("AB", bad=["aB"]),
    ".ipv4()": of("10.0.0.1", bad=["::1"]),
    ".ipv6()": of("::1", bad=["10.0.0.1"]),
    ".cidrv4()": of("10.0.0.0/8", bad=["10.0.0.0"]),
    ".check(z.minLength(2))": of("ab", bad=["a"]),
    ".overwrite((s) => s.slice(1))": of("abc"),
}
NUMBER_CHECKS: Mapping[str, tuple[Values, Values]] = {
    ".int()": of(3, 0, bad=[1.5]),
    ".min(2)": of(2, 3, bad=[1, 1.999]),
    ".max(5)": of(5, -2, bad=[5.001, 6]),
    ".gt(1)": of(2, bad=[1]),
    ".gte(1)": of(1, bad=[0]),
    ".lt(9)": of(8, bad=[9]),
    ".lte(9)": of(9, bad=[10]),
    ".positive()": of(1, bad=[0, -1]),
    ".negative()": of(-1, bad=[0, 1]),
    ".nonnegative()": of(0, bad=[-1]),
    ".nonpositive()": of(0, bad=[1]),
    ".finite()": of(1),
    ".safe()": of(9007199254740991, bad=[9007199254740993, 1e300]),
    ".multipleOf(5)": of(5, 0, bad=[3]),
    ".step(2)": of(4, bad=[3]),
    '.min(2, { message: "At least two" })': of(2, bad=[1]),
}
SCALARS: Mapping[str, tuple[Values, Values]] = {
    "z.boolean()": of(True, False, bad=["true", 0]),
    'z.enum(["x", "y", "z w"])': of("x", "z w", bad=["X", "w"]),
    'z.enum(["x", "y", "z"]).exclude(["y"])': of("x", bad=["y"]),
    'z.enum(["x", "y", "z"]).extract(["y"])': of("y", bad=["x"]),
    "z.enum(COLORS)": of("red", bad=["green"]),
    "z.nativeEnum(LEVELS)": of("low", 2, bad=["LOW", 1]),
    "z.nativeEnum(Side)": of("left", bad=["Left", 0]),
    'z.literal("on")': of("on", bad=["off"]),
    "z.literal(7)": of(7, bad=["7", 8]),
    "z.literal(-1.5)": of(-1.5, bad=[1.5]),
    "z.literal(true)": of(True, bad=[False, "true"]),
    "z.literal(null)": of(None, bad=[0]),
    "z.literal(ONE)": of(1, bad=[2]),
    "z.null()": of(None, bad=[0, ""]),
    "z.any()": of(1, "a", None, [1], {"k": 1}),
    "z.unknown()": of(1, None, {"k": [None]}),
    "z.undefined()": of(bad=[None, 0]),
    "z.void()": of(bad=[None]),
    "z.never()": of(bad=[0]),
    "z.nan()": of(bad=[0]),
    "z.date()": of(bad=["2024-01-01", 0]),
    "z.bigint()": of(bad=[1, "1"]),
    "z.symbol()": of(bad=["a"]),
    "z.instanceof(Date)": of(bad=["2024-01-01"]),
    'z.custom((value) => value === "c" || value === 3)': of("c", 3, bad=["d"]),
    "z.coerce.string()": of("a", 1, True, None, ["a", 1]),
    "z.coerce.number()": of("12", 3, "", True, None, bad=["x", "1e999"]),
    "z.coerce.number().int().min(1)": of("12", 1, True, bad=["0", "1.5", ""]),
    "z.coerce.boolean()": of("false", "", 0, 1, None),
    "z.coerce.bigint()": of("12", 3, True, bad=["1.5", "x", None]),
    "z.coerce.date()": of("2024-01-02", 0, 1704067200000, None, True, bad=["x", {}]),
    "z.coerce.date().min(new Date(0))": of("2024-01-02", 0, bad=[-1]),
    "z.preprocess((value) => (value === '' ? undefined : value), z.string().min(2).optional())": of(
        "", "ab", bad=["a"]
    ),
    "z.preprocess((value) => Number(value), z.number().min(1))": of("3", 1, bad=["0", "x"]),
    "z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(z.string()))": of("a", ["b"], bad=[[1]]),
    'z.string().transform((text) => text.split(","))': of("a,b", "", bad=[1]),
    "z.string().transform((text) => text.trim().length)": of(" ab ", bad=[1]),
    "z.string().transform((text) => ({ text, size: text.length }))": of("ab", bad=[1]),
    "z.string().transform((text) => new Date(text))": of("2024-01-02", bad=[1]),
    "z.string().transform(Number)": of("12", "", bad=[1]),
    "z.string().transform(toNumber)": of("12", bad=[1]),
    "z.string().transform((text) => parseInt(text, 10)).pipe(z.number().min(2))": of("2", "30", bad=["1", "x"]),
    'z.string().transform((text) => text === "true")': of("true", "no"),
    "z.string().transform((text) => text || null)": of("a", ""),
    "z.string().transform((text) => (text ? text : undefined))": of("a", ""),
    "z.string().optional().transform((text) => text ?? '')": of("a"),
    "z.number().transform((n) => n * 2)": of(2, bad=["2"]),
    "z.number().transform((n, ctx) => { if (n < 2) ctx.addIssue({ code: 'custom', message: 'x' }); return n; })": of(
        2, bad=[1]
    ),
    'z.string().catch("none")': of("a", 1, None),
    "z.number().int().catch(0)": of(2, 1.5, "x"),
    "z.string().brand()": of("a", bad=[1]),
    'z.string().describe("Text")': of("a", bad=[1]),
    "z.array(z.string()).readonly()": of(["a"], bad=[[1]]),
    "z.map(z.string(), z.number())": of(bad=[{}, []]),
    "z.set(z.string())": of(bad=[[], ["a"]]),
    "z.coerce.string().trim().min(1)": of(" a", 5, bad=["  "]),
}
SCALARS_4: Mapping[str, tuple[Values, Values]] = {
    "z.email()": of("a@b.co", bad=["a"]),
    "z.uuid()": of(_UUID, bad=["x"]),
    "z.uuidv4()": of(_UUID, bad=["x"]),
    "z.guid()": of(_UUID, bad=["x"]),
    "z.url()": of("https://a.b", bad=["a"]),
    "z.ipv4()": of("10.0.0.1", bad=["::1"]),
    "z.ipv6()": of("::1", bad=["x"]),
    "z.base64()": of("aGk=", bad=["a"]),
    "z.iso.date()": of("2024-02-29", bad=["2023-02-29"]),
    "z.iso.datetime()": of("2024-01-02T03:04:05Z", bad=["2024"]),
    "z.iso.time()": of("03:04", "03:04:05", bad=["3"]),
    "z.iso.duration()": of("P1D", bad=["1"]),
    "z.int()": of(3, bad=[1.5, 9007199254740993]),
    "z.int32()": of(3, bad=[2147483648]),
    "z.uint32()": of(3, bad=[-1]),
    "z.float64()": of(1.5, bad=["1"]),
    "z.stringbool()": of("true", "off", "Yes", bad=["x", True]),
    "z.templateLiteral(['id-', z.number()])": of("id-3", bad=["id-x"]),
    'z.literal(["a", "b", 3])': of("a", 3, bad=["c"]),
    "z.json()": of({"k": [1, None]}, "a", 1, None),
    "z.string().prefault('ab')": of("a"),
    "z.nonoptional(z.string().optional())": of("a"),
    "z.enum(LEVELS)": of("low", 2, bad=["LOW"]),
}
"""Only in version 4."""
