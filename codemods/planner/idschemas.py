"""Zod schemas of ids: which ones refuse Convex ids, and how those have to be written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codemods.ir.validator import Kind, Shape

_FORMAT = re.compile(r"uuid|cuid|ulid|nanoid|guid|regex|length|objectid|refine|ObjectId", re.I)
_SIMPLE = re.compile(r"^z\s*\.\s*(coerce\s*\.\s*)?(number|int|bigint|string|uuid|uuidv4|guid|cuid2?|ulid|nanoid)\s*\(")
_CHAIN = re.compile(r"\.(optional|nullable|nullish|default|describe)\((?:[^()]|\([^()]*\))*\)")


def is_unfit(shape: Shape) -> bool:
    """A shape that refuses Convex ids: a number, or text of another format."""
    if shape.kind is Kind.STRING:
        return any(_FORMAT.search(text) for text in shape.residual)
    return shape.kind in (Kind.NUMBER, Kind.BIGINT)


def id_schema(text: str) -> str | None:
    """A Zod schema of an id, as it has to be for Convex ids; None for text that is no simple schema."""
    if _SIMPLE.match(text) is None:
        return None
    return "z.string()" + "".join(found.group() for found in _CHAIN.finditer(text) if found.group(1) != "default")


def unfit_keys(shape: Shape, name: str) -> Iterator[str]:
    """The names under which a shape holds what no id fits, at any depth."""
    if is_unfit(shape):
        yield name
    for key, child in zip(shape.keys, shape.children, strict=False):
        yield from unfit_keys(child, key)
    if not shape.keys:
        for child in shape.children:
            yield from unfit_keys(child, name)
