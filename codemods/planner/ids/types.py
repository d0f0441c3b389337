"""Written types of numeric ids, as they have to be for Convex ids."""

from __future__ import annotations

import re
from collections.abc import Collection

from ast_grep_py import SgNode

from codemods.planner.types import type_of
from codemods.source import Binding, Edit, SourceFile, find_all, named, span_of
from codemods.workspace import Workspace

_NUMBERS = frozenset({"number", "bigint"})
_TYPES = ("predefined_type", "type_identifier")


def annotation_edits(workspace: Workspace, file: SourceFile, binding: Binding) -> list[Edit]:
    """`id: number`, `id: string | number` and `id: ID` become `string`, so does the `id` of `{ id, count }: {…}`."""
    annotation = binding.type_annotation
    if annotation is None:
        return []
    if binding.path:
        return declared_edits(annotation, binding.path[-1:])
    plain = named(annotation)[0] if annotation.kind() == "type_annotation" and named(annotation) else annotation
    if plain.kind() == "type_identifier" and plain.text() not in _NUMBERS:
        alias = file.bindings.resolve(plain)
        found = type_of(workspace, file.path, alias) if alias is not None else None
        is_number = found is not None and re.search(r"\bnumber\b", found.binding.declaration.text()) is not None
        return [Edit.replace(span_of(plain), "string")] if is_number else []
    if plain.kind() == "union_type" and {part.strip() for part in plain.text().split("|")} == {"string", "number"}:
        return [Edit.replace(span_of(plain), "string")]
    return _number_edits(annotation)


def declared_edits(node: SgNode, names: Collection[str]) -> list[Edit]:
    """`interface Order { id: number; userId: number | null }`: written types of rows follow their ids."""
    found = []
    for signature in find_all(node, "property_signature"):
        name, annotation = signature.field("name"), signature.field("type")
        if name is not None and annotation is not None and name.text() in names:
            found += _number_edits(annotation)
    return found


def _number_edits(node: SgNode) -> list[Edit]:
    types = [node, *find_all(node, *_TYPES)]
    numbers = {span_of(found) for found in types if found.kind() in _TYPES and found.text() in _NUMBERS}
    return [Edit.replace(span, "string") for span in sorted(numbers, key=lambda span: span.start)]
