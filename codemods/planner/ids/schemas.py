"""Schemas of ids: which ones refuse Convex ids, and how those have to be written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.ir.validator import Kind, Shape

_FORMAT = re.compile(
    r"uuid|cuid|ulid|nanoid|guid|regex|pattern|matches|length|objectid|refine|\b(number|bigint|int|integer)\(", re.I
)
_TYPES = "number|int|bigint|string|uuid|uuidv4|guid|cuid2?|ulid|nanoid|any|required|mixed"
_SIMPLE = re.compile(rf"^(?P<root>z|[Jj]oi|[Yy]up)\s*\.\s*(coerce\s*\.\s*)?({_TYPES})\s*\(")
_KEPT = {
    "z": "optional|nullable|nullish|describe",
    "joi": "optional|required|exist|allow|label|description|messages|error",
    "yup": "optional|required|nullable|notRequired|defined|label",
}
"""What may stay in a chain: nothing of it says what a number or a text has to look like."""


def is_unfit(shape: Shape) -> bool:
    """A shape that refuses Convex ids: a number, or text of another format."""
    if shape.kind in (Kind.STRING, Kind.ANY):
        return any(_FORMAT.search(text) for text in shape.residual)
    return shape.kind in (Kind.NUMBER, Kind.BIGINT)


def id_schema(text: str) -> str | None:
    """A schema of an id, as it has to be for Convex ids; None for text that is no simple schema."""
    simple = _SIMPLE.match(text)
    if simple is None:
        return None
    root = simple["root"]
    chain = re.compile(rf"\.({_KEPT[root.lower()]})\((?:[^()]|\([^()]*\))*\)")
    return f"{root}.string()" + "".join(found.group() for found in chain.finditer(text))


def unfit_keys(shape: Shape, name: str) -> Iterator[str]:
    """The names under which a shape holds what no id fits, at any depth."""
    if is_unfit(shape):
        yield name
    for key, child in zip(shape.keys, shape.children, strict=False):
        yield from unfit_keys(child, key)
    if not shape.keys:
        for child in shape.children:
            yield from unfit_keys(child, name)
