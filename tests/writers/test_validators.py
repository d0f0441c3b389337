"""Shapes as validators."""

import pytest

from codemods.ir.validator import Kind, Shape, Unknown
from codemods.writers.validators import args_text, validator_problems, validator_text

STRING = Shape(Kind.STRING)
NUMBER = Shape(Kind.NUMBER)


def obj(*, unknown: Unknown = Unknown.STRIP, optional: bool = False, **children: Shape) -> Shape:
    return Shape(Kind.OBJECT, tuple(children.values()), tuple(children), unknown=unknown, optional=optional)


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        (STRING, "v.string()"),
        (Shape(Kind.DATE), "v.number()"),
        (Shape(Kind.STRING, nullable=True), "v.union(v.string(), v.null())"),
        (Shape(Kind.STRING, optional=True), "v.optional(v.string())"),
        (Shape(Kind.NUMBER, default="10"), "v.optional(v.number())"),
        (Shape(Kind.STRING, optional=True, nullable=True), "v.optional(v.union(v.string(), v.null()))"),
        (Shape(Kind.ANY, nullable=True), "v.any()"),
        (Shape(Kind.LITERAL, literal='"a"'), 'v.literal("a")'),
        (Shape(Kind.LITERAL, literal="null"), "v.null()"),
        (Shape(Kind.ARRAY, (STRING,)), "v.array(v.string())"),
        (Shape(Kind.ARRAY, (Shape(Kind.STRING, optional=True),)), "v.array(v.union(v.string(), v.null()))"),
        (Shape(Kind.RECORD, (STRING, NUMBER)), "v.record(v.string(), v.number())"),
        (Shape(Kind.TUPLE, (STRING, NUMBER, STRING)), "v.array(v.union(v.string(), v.number()))"),
        (Shape(Kind.UNION, (STRING, STRING)), "v.string()"),
        (Shape(Kind.UNION, (STRING, Shape(Kind.ANY))), "v.any()"),
        (
            Shape(Kind.UNION, (Shape(Kind.UNION, (STRING, NUMBER)), Shape(Kind.NULL)), nullable=True),
            "v.union(v.string(), v.number(), v.null())",
        ),
        (Shape(Kind.UNION), "v.union()"),
        (obj(title=STRING, tags=Shape(Kind.ARRAY, (STRING,), optional=True)),
         "v.object({ title: v.string(), tags: v.optional(v.array(v.string())) })"),
        (obj(), "v.object({})"),
        (obj(unknown=Unknown.KEEP, a=STRING), "v.any()"),
        (obj(**{"first-name": STRING}), "v.record(v.string(), v.any())"),
        (obj(é=STRING), "v.any()"),
    ],
)  # fmt: skip
def test_validator(shape: Shape, text: str) -> None:
    assert validator_text(shape) == text


def test_arguments_are_a_plain_map_of_fields() -> None:
    assert args_text(obj(id=STRING, name=Shape(Kind.STRING, optional=True))) == (
        "{ id: v.string(), name: v.optional(v.string()) }"
    )
    assert args_text(obj()) == "{}"


def test_arguments_that_are_a_union_stay_a_validator() -> None:
    assert args_text(Shape(Kind.UNION, (obj(a=STRING), obj(b=STRING)))) == (
        "v.union(v.object({ a: v.string() }), v.object({ b: v.string() }))"
    )


def test_long_objects_take_one_line_a_field() -> None:
    wide = obj(**{f"aFieldWithALongName{n}": STRING for n in range(4)})
    assert args_text(wide) == (
        "{\n"
        "    aFieldWithALongName0: v.string(),\n"
        "    aFieldWithALongName1: v.string(),\n"
        "    aFieldWithALongName2: v.string(),\n"
        "    aFieldWithALongName3: v.string(),\n"
        "  }"
    )


def test_what_a_validator_cannot_say_is_listed() -> None:
    shape = obj(
        **{
            "first-name": STRING,
            "any": Shape(Kind.ANY),
            "list": Shape(Kind.ARRAY, (Shape(Kind.TUPLE, (STRING,)),)),
            "loose": obj(unknown=Unknown.KEEP),
            "map": Shape(Kind.RECORD, (Shape(Kind.LITERAL, literal='"a"'), STRING)),
        }
    )
    assert list(validator_problems(shape)) == [
        ("first-name", "is no name that a Convex validator can have"),
        ("any", "has no type"),
        ("list.[]", "has a fixed length"),
        ("loose", "accepts keys that it does not declare"),
        ("map", "checks its keys"),
    ]
