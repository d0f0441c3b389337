"""The tables of `convex/schema.ts`, one fragment a table."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from codemods.ir.table import Field, FieldType, Schema, Table
from codemods.writers.code import ImportSpec
from codemods.writers.documents.models import stored_validator
from codemods.writers.layout import Doc, record, text_of
from codemods.writers.names import RowNames, SchemaNames, index_name
from codemods.writers.stored.fields import id_target, validator_of
from codemods.writers.stored.indexes import standing_indexes
from codemods.writers.stored.parts import references_of

SCHEMA_OPEN = "export default defineSchema({"
SCHEMA_CLOSE = "});"
SCHEMA_IMPORTS = (
    ImportSpec("convex/server", "defineSchema"),
    ImportSpec("convex/server", "defineTable"),
    ImportSpec("convex/values", "v"),
)
_DISABLED = "// eslint-disable-next-line @convex-dev/no-duplicate-indexes -- keeps the order of creation"


@dataclass(frozen=True, slots=True)
class SchemaFragment:
    """One property of the object that `defineSchema` takes. `needs` are tables that it refers to."""

    table: str
    text: str
    needs: frozenset[str]
    diagnostics: tuple[tuple[str, str], ...] = ()


def close_tables(used: Iterable[str], schema: Schema) -> frozenset[str]:
    """The used tables and those that they cannot do without: what they refer to and what refers to them."""
    found = {name for name in used if schema.table(name)}
    waiting = list(found)
    links = [(reference.table.name, reference.target.name) for reference in references_of(schema)]
    while waiting:
        name = waiting.pop()
        near = {there for here, there in links if here == name} | {here for here, there in links if there == name}
        waiting += near - found
        found |= near
    return frozenset(found)


def schema_fragments(
    schema: Schema,
    names: SchemaNames,
    used_tables: Collection[str],
    indexes: Collection[tuple[str, tuple[str, ...]]],
) -> tuple[SchemaFragment, ...]:
    """The used tables with their standing indexes and those that queries ask for, in the schema's order."""
    wanted = {*standing_indexes(schema, names), *indexes}
    tables = [table for table in schema.tables if table.name in used_tables]
    return tuple(
        _fragment(schema, names, table, [fields for name, fields in wanted if name == table.name]) for table in tables
    )


def _fragment(schema: Schema, names: SchemaNames, table: Table, indexes: list[tuple[str, ...]]) -> SchemaFragment:
    own = names.of(table.name)
    items: list[Doc] = []
    for field in table.fields:
        if field.name != table.id_field:
            items.append((f"{own.fields[field.name]}: ", _validator(table, field, schema, names)))
    text = text_of((f"  {own.table}: defineTable(", record(items), ")"), "  ")
    if items and "\n" not in text:
        text = text_of((f"  {own.table}: defineTable(", record(items), ")"), "  ", width=len(text) - 1)
    lines = [*_index_lines(indexes), *_search_lines(table, own)]
    targets = {id_target(field, schema) for field in table.fields}
    text = (text + lines[0].strip() if len(lines) == 1 else "\n".join([text, *lines])) + ","
    return SchemaFragment(table.name, text, frozenset(target for target in targets if target), _inexact(table))


def _validator(table: Table, field: Field, schema: Schema, names: SchemaNames) -> Doc:
    path = table.document.path(field.name) if table.document is not None else None
    return validator_of(field, schema, names) if path is None else stored_validator(path, schema, names)


def _index_lines(indexes: list[tuple[str, ...]]) -> list[str]:
    lines = []
    for fields in sorted(indexes, key=lambda fields: (len(fields), fields)):
        if any(other[: len(fields)] == fields and other != fields for other in indexes):
            lines.append(f"    {_DISABLED}")
        lines.append("    " + _index(fields))
    return lines


def _index(fields: tuple[str, ...]) -> str:
    quoted = ", ".join(f'"{field}"' for field in fields)
    return f'.index("{index_name(fields)}", [{quoted}])'


def _search_lines(table: Table, own: RowNames) -> list[str]:
    """A search index takes one text each."""
    stored = [own.fields[name] for name in table.search]
    return [f'    .searchIndex("search_{name}", {{ searchField: "{name}" }})' for name in stored]


def _inexact(table: Table) -> tuple[tuple[str, str], ...]:
    kinds = {FieldType.DECIMAL: "text", FieldType.JSON: "v.any()"}
    return tuple(
        ("CX602", f"{table.name}.{field.name} is stored as {kinds[field.type]}")
        for field in table.fields
        if field.type in kinds and table.document is None
    )
