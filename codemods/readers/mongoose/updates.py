"""Looks through an update for what is not understood; the update itself stays as it is written.

https://www.mongodb.com/docs/manual/reference/operator/update/
"""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.readers.assembled.reading import Reading
from codemods.readers.literals import Property, entries, literal_of
from codemods.source.tree import unwrap

_OPERATORS = frozenset(
    {"$set", "$unset", "$inc", "$mul", "$min", "$max", "$push", "$addToSet", "$pull", "$pop", "$setOnInsert"}
)
_MODIFIERS = frozenset({"$each", "$position", "$slice", "$in"})


def check_update(reading: Reading, node: SgNode) -> None:
    """Rejects operators, and paths through lists, that are not known."""
    literal = literal_of(reading.file, node, ("object", "array"))
    if literal is None:
        return
    if literal.kind() == "array":
        reading.reject("update: a pipeline")
        return
    for entry in entries(literal):
        if not isinstance(entry, Property) or not entry.key.startswith("$"):
            _check_path(reading, entry.key if isinstance(entry, Property) else "")
            continue
        if entry.key not in _OPERATORS:
            reading.reject(f"update: operator `{entry.key}`")
        fields = literal_of(reading.file, entry.value)
        for inner in entries(fields) if fields is not None else ():
            if isinstance(inner, Property):
                _check_path(reading, inner.key)
                _check_value(reading, inner.value)


def _check_path(reading: Reading, path: str) -> None:
    if "$" in path or any(part.isdigit() for part in path.split(".")):
        reading.reject(f"update: path `{path}`")


def _check_value(reading: Reading, node: SgNode) -> None:
    inner = unwrap(node)
    if inner.kind() != "object":
        return
    for entry in entries(inner):
        if isinstance(entry, Property) and entry.key.startswith("$") and entry.key not in _MODIFIERS:
            reading.reject(f"update: `{entry.key}`")
