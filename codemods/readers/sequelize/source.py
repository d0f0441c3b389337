"""Where Sequelize's own names come from, whatever a file calls them, and what repositories wrap around them."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.readers.literals import Property, Spread, entries
from codemods.readers.origins import Origins
from codemods.source.file import SourceFile
from codemods.source.tree import arguments, member, unwrap
from codemods.workspace import Declared, Workspace

PACKAGES = frozenset({"sequelize"})
_CONNECTION = frozenset({"()", "default", "Sequelize"})
_DEPTH = 6


def followed(workspace: Workspace, file: SourceFile, node: SgNode) -> tuple[SourceFile, SgNode]:
    """The expression that a name stands for, through constants and imports; the node itself when it is none."""
    for _ in range(_DEPTH):
        node = unwrap(node)
        if node.kind() not in ("identifier", "member_expression", "shorthand_property_identifier"):
            break
        meaning = workspace.meaning_of(file.path, node)
        value = meaning.node.field("value") if isinstance(meaning, Declared) else None
        if not isinstance(meaning, Declared) or value is None:
            break
        file, node = workspace.source(meaning.file), value
    return file, unwrap(node)


def properties(workspace: Workspace, file: SourceFile, literal: SgNode) -> Iterator[tuple[str, SourceFile, SgNode]]:
    """The properties of an object, through constants that are spread into it; what cannot be read has no name."""
    for entry in entries(literal):
        if isinstance(entry, Property):
            yield entry.key, file, entry.value
        elif isinstance(entry, Spread):
            where, inner = followed(workspace, file, entry.value)
            if inner.kind() == "object":
                yield from properties(workspace, where, inner)
            else:
                yield "", file, entry.value
        else:
            yield "", file, entry.node


def type_name(node: SgNode) -> tuple[str, tuple[SgNode, ...]] | None:
    """`STRING` of `DataTypes.STRING(50)`, with what it is given."""
    inner = unwrap(node)
    given: tuple[SgNode, ...] = ()
    if inner.kind() in ("call_expression", "new_expression"):
        given = tuple(arguments(inner))
        inner = inner.field("function") or inner.field("constructor") or inner
    parts = member(unwrap(inner))
    if parts is None:
        return None
    if parts[1] in ("UNSIGNED", "ZEROFILL", "BINARY"):
        return type_name(parts[0])
    return parts[1], given


def is_connection(workspace: Workspace, file: SourceFile, node: SgNode) -> bool:
    """Is it `new Sequelize(…)`, wherever it was put?"""
    inner = unwrap(node)
    origin = Origins(workspace).of(file, inner)
    if origin is not None:
        return origin.package in PACKAGES and set(origin.path) <= _CONNECTION
    parts = member(inner)
    return (parts[1] if parts is not None else inner.text()) == "sequelize"
