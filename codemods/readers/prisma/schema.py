"""Reads every Prisma schema file of a workspace into one schema, with a diagnostic for what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codemods.ir.table import Enum, Schema
from codemods.outcome import CODES, Diagnostic, Item, ItemKind, Outcome, Place, Severity
from codemods.readers.keys import with_keys
from codemods.readers.prisma.files import schema_files
from codemods.readers.prisma.joins import with_joins
from codemods.readers.prisma.parser import parse
from codemods.readers.prisma.syntax import Attribute, Block, Text
from codemods.readers.prisma.tables import table_of
from codemods.workspace import Workspace


@dataclass(frozen=True, slots=True)
class SchemaReading:
    """The schema, items for definitions that gave no table, and diagnostics."""

    schema: Schema
    items: tuple[Item, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    """A block with the file that defines it."""

    block: Block
    path: str

    @property
    def place(self) -> Place:
        return Place(self.path, self.block.line, self.block.column)


def read_schema(workspace: Workspace) -> SchemaReading:
    """One schema from all `*.prisma` files: Prisma merges the files of a schema folder."""
    return schema_from({path: workspace.text(path) for path in schema_files(workspace)})


def schema_from(files: Mapping[str, str]) -> SchemaReading:
    """One schema from schema texts by path. The first definition of a name counts; another one is reported."""
    found: dict[str, _Found] = {}
    diagnostics: list[Diagnostic] = []
    for path in files:
        parsed = parse(files[path].removeprefix("\ufeff"))
        for problem in parsed.problems:
            message = f"Prisma schema: {problem.message}"
            diagnostics.append(_diagnostic("CX902", Severity.ERROR, message, path, problem.line, problem.column))
        for block in parsed.blocks:
            first = found.setdefault(block.name, _Found(block, path))
            if first.block is not block and not _same(first.block, block):
                message = f"{block.kind} {block.name} is defined differently in {first.path}, which is the one used"
                diagnostics.append(_diagnostic("CX603", Severity.WARNING, message, path, block.line, block.column))
    return SchemaReading(_schema(found), _ignored(found), tuple(diagnostics))


def _same(one: Block, other: Block) -> bool:
    """Equal up to places: the same definition in a copied schema is no conflict."""
    return (one.kind, _signature(one)) == (other.kind, _signature(other))


def _signature(block: Block) -> tuple[object, ...]:
    lines = tuple((f.name, f.type, f.optional, f.is_list, _written(f.attributes)) for f in block.fields)
    return lines, _written(block.attributes)


def _written(attributes: tuple[Attribute, ...]) -> tuple[object, ...]:
    return tuple((each.name, each.arguments) for each in attributes)


def _schema(found: Mapping[str, _Found]) -> Schema:
    usable = {name: each for name, each in found.items() if each.block.attribute("ignore") is None}
    models = {name: each.block for name, each in usable.items() if each.block.kind in ("model", "view")}
    enums = frozenset(name for name, each in usable.items() if each.block.kind == "enum")
    return Schema(
        with_joins(with_keys(table_of(block, models, enums, usable[name].path) for name, block in models.items())),
        tuple(_enum(usable[name]) for name in usable if name in enums),
    )


def _enum(found: _Found) -> Enum:
    members: list[tuple[str, str]] = []
    for line in found.block.fields:
        attribute = line.attribute("map")
        stored = attribute.argument("name", 0) if attribute else None
        members.append((line.name, stored.value if isinstance(stored, Text) else line.name))
    return Enum(found.block.name, tuple(members), found.place)


def _ignored(found: Mapping[str, _Found]) -> tuple[Item, ...]:
    """`@@ignore` keeps a model out of the client: no code can use it, but its rows exist."""
    return tuple(
        Item(ItemKind.TABLE, name, Outcome.SKIPPED, each.place, "CX605 the schema ignores this model (@@ignore)")
        for name, each in found.items()
        if each.block.kind == "model" and each.block.attribute("ignore") is not None
    )


def _diagnostic(code: str, severity: Severity, message: str, path: str, line: int, column: int) -> Diagnostic:
    return Diagnostic(code, severity, message, CODES[code].help, Place(path, line, column))
