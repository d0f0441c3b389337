"""Written types of numeric ids, as they have to be for Convex ids."""

from __future__ import annotations

import re
from collections.abc import Collection

from ast_grep_py import SgNode

from codemods.planner.ids.parts import list_of
from codemods.planner.types import type_of
from codemods.source import (
    Binding,
    BindingKind,
    Edit,
    SourceFile,
    arguments,
    find_all,
    member,
    named,
    span_of,
    unwrap,
)
from codemods.source.tree import WRAPPERS
from codemods.workspace import Workspace

_NUMBERS = frozenset({"number", "bigint"})
_KEYED = frozenset({"get", "set", "has", "add", "delete"})
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


def part_edits(workspace: Workspace, file: SourceFile, base: SgNode, name: str) -> list[tuple[str, Edit]]:
    """The type of `to` in `function move(given: { to: number })`, or in a type that is named; with its file."""
    binding = file.bindings.resolve(base) if base.kind() == "identifier" else None
    listed = list_of(binding) if binding is not None and binding.type_annotation is None else None
    if listed is not None:
        return part_edits(workspace, file, unwrap(listed), name)
    annotation = binding.type_annotation if binding is not None and not binding.path else None
    if annotation is None:
        return []
    found = [(file.path, edit) for edit in declared_edits(annotation, (name,))]
    for each in find_all(annotation, "type_identifier"):
        alias = file.bindings.resolve(each)
        known = type_of(workspace, file.path, alias) if alias is not None else None
        if known is not None:
            found += [(known.file, edit) for edit in declared_edits(known.binding.declaration, (name,))]
    return found


def asserted_edits(node: SgNode) -> list[Edit]:
    """`user.id as number`, perhaps within parentheses: the type that is asserted of an id."""
    found: list[Edit] = []
    inner: SgNode | None = node
    while inner is not None and inner.kind() in WRAPPERS:
        if inner.kind() == "as_expression":
            found += _number_edits(named(inner)[-1])
        inner = next(iter(named(inner)), None)
    return found


def is_numeric_parameter(file: SourceFile, node: SgNode) -> bool:
    """`userId` of `(userId: number) => …`."""
    plain = unwrap(node)
    binding = file.bindings.resolve(plain) if plain.kind() == "identifier" else None
    annotation = binding.type_annotation if binding is not None and not binding.path else None
    is_parameter = binding is not None and binding.kind is BindingKind.PARAMETER
    return is_parameter and annotation is not None and bool(_number_edits(annotation))


def key_edits(file: SourceFile, node: SgNode, names: Collection[str]) -> list[Edit]:
    """`new Map<number, …>()` and `new Set<number>()` of which ids are asked: `counts.get(item.productId)`."""
    found = []
    for made in find_all(node, "new_expression"):
        given, declarator = made.field("type_arguments"), made.parent()
        name = declarator.field("name") if declarator is not None else None
        binding = file.bindings.resolve(name) if name is not None and name.kind() == "identifier" else None
        key = next(iter(named(given)), None) if given is not None else None
        if binding is not None and key is not None and any(_is_asked(use, names) for use in binding.references):
            found += _number_edits(key)
    return found


def _is_asked(reference: SgNode, names: Collection[str]) -> bool:
    """Is it given the id of a row as a key?"""
    callee = reference.parent()
    parts = member(callee) if callee is not None else None
    call = callee.parent() if callee is not None and parts is not None and parts[1] in _KEYED else None
    given = [member(unwrap(each)) for each in arguments(call)[:1]] if call is not None else []
    return any(each is not None and each[1] in names for each in given)


def _number_edits(node: SgNode) -> list[Edit]:
    types = [node, *find_all(node, *_TYPES)]
    numbers = {span_of(found) for found in types if found.kind() in _TYPES and found.text() in _NUMBERS}
    return [Edit.replace(span, "string") for span in sorted(numbers, key=lambda span: span.start)]
