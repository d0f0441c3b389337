"""Schemas of express-validator, `checkSchema({ name: { in: ["body"], notEmpty: true } })`, as rules for fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.literals import Property, entries
from codemods.readers.zod.references import follow
from codemods.source import SourceFile, arguments, named, string_value, unwrap
from codemods.workspace import Workspace

_ROOTS = {"body": "body", "query": "query", "params": "param", "headers": "header"}
"""The function that looks where a schema says."""


@dataclass(frozen=True, slots=True)
class FieldRules:
    """What a schema asks of one field: the functions that look for it, and the methods that are called."""

    roots: tuple[str, ...]
    name: str
    methods: tuple[str, ...]


def schema_of(workspace: Workspace, file: SourceFile, call: SgNode) -> tuple[SourceFile, SgNode] | None:
    """The object literal that `checkSchema` is given, where it stands."""
    given = unwrap(arguments(call)[0]) if arguments(call) else None
    if given is None or given.kind() == "object":
        return (file, given) if given is not None else None
    target = follow(workspace, file, given)
    if target is None or target[1].kind() != "object":
        return None
    return workspace.source(target[0]), target[1]


def field_rules(schema: SgNode, call: SgNode) -> list[FieldRules] | None:
    """The rules of all fields; None where one of them is not written out."""
    everywhere = _places(unwrap(arguments(call)[1])) if len(arguments(call)) > 1 else ("check",)
    found = [_field(entry, everywhere) if isinstance(entry, Property) else None for entry in entries(schema)]
    return [rules for rules in found if rules is not None] if None not in found else None


def _field(entry: Property, everywhere: tuple[str, ...] | None) -> FieldRules | None:
    value = unwrap(entry.value)
    listed = list(entries(value)) if value.kind() == "object" else [None]
    if not all(isinstance(each, Property) for each in listed):
        return None
    told = {each.key: each.value for each in listed if isinstance(each, Property)}
    roots = _places(unwrap(told["in"])) if "in" in told else everywhere
    return FieldRules(roots, entry.key, tuple(told)) if roots is not None else None


def _places(node: SgNode) -> tuple[str, ...] | None:
    """`"body"`, `["body", "query"]`"""
    names = [string_value(each) for each in (named(node) if node.kind() == "array" else [node])]
    roots = [_ROOTS.get(name or "") for name in names]
    return tuple(_known(roots)) if None not in roots else None


def _known(roots: list[str | None]) -> Iterator[str]:
    return (root for root in roots if root is not None)
