"""The parameters of a statement: `$1`, `?`, `:name`, `@name`, and what templates put into the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.literals import Property, entries, literal_of
from codemods.readers.sql.texts import HOLE
from codemods.source.file import SourceFile
from codemods.source.tree import named, unwrap

_OUTSIDE = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*[\s\S]*?\*/|(?P<mark>\?)")
POSITION = "__p"


@dataclass(frozen=True, slots=True)
class Marked:
    """A text whose question marks are named, and how many there were."""

    text: str
    count: int


def marked(text: str) -> Marked:
    """`?` as `:__p1`, `:__p2`, …: their order in the text is lost in the tree."""
    count = 0

    def name(found: re.Match[str]) -> str:
        nonlocal count
        if found["mark"] is None:
            return found[0]
        count += 1
        return f":{POSITION}{count}"

    return Marked(_OUTSIDE.sub(name, text), count)


def parameters_of(
    file: SourceFile, values: Sequence[SgNode], spread: bool, holes: Sequence[SgNode]
) -> dict[str, SgNode] | str:
    """The expressions by the names that the tree has for them; or why they are not known."""
    found: dict[str, SgNode] = {f"{HOLE}{number}": node for number, node in enumerate(holes)}
    listed: list[SgNode] = []
    if spread and not (len(values) == 1 and unwrap(values[0]).kind() in ("array", "object")):
        listed = list(values)
    elif values:
        literal = literal_of(file, values[0], ("array", "object"))
        if literal is None and not spread:
            return f"its values are `{' '.join(values[0].text().split())[:40]}`, put together at run time"
        if literal is not None and literal.kind() == "object":
            return _named(found, literal)
        listed = named(literal) if literal is not None else list(values)
    return _positions(found, listed)


def listed_parameters(values: Sequence[SgNode], holes: Sequence[SgNode]) -> dict[str, SgNode] | str:
    """The same for values of which each is known by itself."""
    return _positions({f"{HOLE}{number}": node for number, node in enumerate(holes)}, values)


def _positions(found: dict[str, SgNode], listed: Sequence[SgNode]) -> dict[str, SgNode] | str:
    if any(node.kind() == "spread_element" for node in listed):
        return "its values are spread from a list"
    for number, node in enumerate(listed, start=1):
        found[str(number)] = found[f"{POSITION}{number}"] = unwrap(node)
    return found


def _named(found: dict[str, SgNode], literal: SgNode) -> dict[str, SgNode] | str:
    for entry in entries(literal):
        if not isinstance(entry, Property):
            return "its values are spread from an object"
        found[entry.key] = entry.value
    return found
