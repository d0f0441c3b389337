"""The modules `convex/tables/<table>.ts`: the row as code sees it, and the writes that keep its constraints."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from codemods.ir.table import OnDelete, Schema, Table
from codemods.source.tree import property_text
from codemods.writers.code import TableUse
from codemods.writers.documents.models import document_fragments
from codemods.writers.layout import Doc, call, record, text_of
from codemods.writers.names import SchemaNames
from codemods.writers.queries.joins import link_part
from codemods.writers.stored.deletes import delete_part
from codemods.writers.stored.fields import column_of
from codemods.writers.stored.inserts import data_type_part, insert_part
from codemods.writers.stored.parts import Builder, ModulePart, references_of
from codemods.writers.stored.patches import changes_type_part, is_referred_to, patch_part


def table_fragments(
    table: Table, uses: Collection[TableUse], schema: Schema, names: SchemaNames
) -> tuple[ModulePart, ...]:
    """The parts of the table's module that these uses ask for, in order."""
    own = [use for use in uses if use.table == table.name]
    actions = {use.action for use in own}
    if table.document is not None:
        return document_fragments(table, table.document, actions, schema, names)
    steps = {use.step for use in own if use.step}
    parts: list[ModulePart] = []
    if "mapper" in actions:
        parts += mapper_parts(Builder(schema, names, table))
    if actions & {"insert", "patch"}:
        parts.append(data_type_part(Builder(schema, names, table)))
    if "insert" in actions:
        parts.append(insert_part(Builder(schema, names, table)))
    if "patch" in actions:
        parts.append(changes_type_part(Builder(schema, names, table), steps))
        parts.append(patch_part(Builder(schema, names, table), steps))
    if "delete" in actions:
        parts.append(delete_part(Builder(schema, names, table)))
    parts += [link_part(Builder(schema, names, table), action) for action in ("link", "unlink") if action in actions]
    return tuple(parts)


def close_uses(uses: Iterable[TableUse], schema: Schema) -> frozenset[TableUse]:
    """The uses with the deletes that they cascade to, and the patches by which keys follow those they refer to."""
    found = set(uses)
    waiting = [use for use in found if use.action in ("delete", "patch")]
    while waiting:
        use = waiting.pop()
        for reference in references_of(schema):
            if reference.target.name != use.table:
                continue
            follows = is_referred_to(schema, reference) and not reference.is_by_id
            cascades = reference.on_delete is OnDelete.CASCADE if use.action == "delete" else follows
            other = TableUse(reference.table.name, use.action)
            if cascades and other not in found:
                found.add(other)
                waiting.append(other)
    return frozenset(found)


def mapper_parts(build: Builder) -> list[ModulePart]:
    """`toUser` and the type of its rows: `id` for `_id`, dates as dates, the source's own column names."""
    use = TableUse(build.table.name, "mapper")
    items: list[Doc] = [f"{build.table.id_field}: _id"] if build.table.id_field else []
    items.append("...fields")
    pattern = ["_id", "_creationTime"]
    for column in build.table.fields:
        if column.name == build.table.id_field:
            continue
        stored = build.stored(build.table, column.name)
        access = f"fields.{stored}"
        if stored != column.name:
            pattern.append(stored)
            access = stored
        value = _shown(build, column_of(column).to_row, column.is_list, access)
        if value is not None or stored != column.name:
            items.append((f"{property_text(column.name)}: ", value or access))
    result: Doc = record(items) if len(items) > 1 else "fields"
    returned = text_of(("return ", result, ";"), "  ", 2)
    own = build.own
    text = (
        f"export function {own.mapper}(doc: {build.doc_type()}) {{\n"
        f"  const {{ {', '.join([*pattern, '...fields'])} }} = doc;\n  {returned}\n}}"
    )
    row_type = Builder(build.schema, build.names, build.table)
    type_text = f"export type {own.type} = ReturnType<typeof {own.mapper}>;"
    return [build.part(own.mapper, 0, text, use), row_type.part(own.type, 10, type_text, use)]


def _shown(build: Builder, convert: str, is_list: bool, access: str) -> Doc | None:
    if not convert:
        return None
    name = build.library(convert)
    return f"{access}.map((value) => {name}(value))" if is_list else call(name, access)
