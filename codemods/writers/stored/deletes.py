"""The delete function of a table: refuses, takes along or detaches the rows that refer to the one that goes."""

from __future__ import annotations

from codemods.ir.table import OnDelete, Schema, Table
from codemods.writers.code import ImportSpec, TableUse
from codemods.writers.layout import Doc, arrow, call, record
from codemods.writers.stored.constraints import lookup, violated
from codemods.writers.stored.parts import Builder, ModulePart, Reference, function, guarded, references_of


def delete_part(build: Builder) -> ModulePart:
    """`export async function deleteUser`. The row goes first, so that rows which refer to each other end."""
    row = build.row_name("ctx", "found", other="doc")
    incoming = [reference for reference in references_of(build.schema) if reference.target.name == build.table.name]
    restricting = [reference for reference in incoming if reference.on_delete is OnDelete.RESTRICT]
    body = [f'  const {row} = await {build.library("required")}(found, "Record to delete does not exist.");']
    body += [_refused(build, reference, row) for reference in restricting]
    body.append(f"  await ctx.db.delete({build.quoted}, {row}._id);")
    body += [_followed(build, reference, row) for reference in incoming if reference not in restricting]
    body.append(f"  return {row};")
    doc = build.doc_type()
    parameters = [f"ctx: {build.mutation_ctx()}", f"found: {build.library('Found')}<{doc}>"]
    text = function(build.own.delete, parameters, doc, body)
    return build.part(build.own.delete, 60, text, TableUse(build.table.name, "delete"))


def reaches_itself(schema: Schema, table: Table) -> bool:
    """True when deleting a row may take along other rows of the same table."""
    references = references_of(schema)
    seen: set[str] = set()
    waiting = [table.name]
    while waiting:
        name = waiting.pop()
        for reference in references:
            if reference.target.name == name and reference.on_delete is OnDelete.CASCADE:
                if reference.table.name == table.name:
                    return True
                if reference.table.name not in seen:
                    seen.add(reference.table.name)
                    waiting.append(reference.table.name)
    return False


def _refused(build: Builder, reference: Reference, row: str) -> str:
    found = _referring(build, reference, row, ".first()")
    if reference.table.dialect is not None:
        known = violated(reference.table, reference.fields, "fkey")
        check = call(f"await {build.library('unreferencedInSql')}", found, *known)
        return guarded(_tests(build, reference, row), check)
    arguments: list[Doc] = [found, f'"{build.table.name}"', f'"{reference.constraint}"']
    return guarded(_tests(build, reference, row), call(f"await {build.library('unreferenced')}", *arguments))


def _followed(build: Builder, reference: Reference, row: str) -> str:
    docs = _referring(build, reference, row, ".collect()")
    other = build.names.of(reference.table.name)
    name = other.row if other.row not in (row, "ctx", "found") else f"other{other.type}"
    if reference.on_delete is OnDelete.SET_NULL:
        keys = [f"{build.stored(reference.table, field)}: null" for field in reference.nullable()]
        change = arrow(f"({name})", call("ctx.db.patch", f'"{other.table}"', f"{name}._id", record(keys)))
    else:
        build.needs.add(TableUse(reference.table.name, "delete"))
        if reference.table.name != build.table.name:
            build.imports.add(ImportSpec(other.module, other.delete))
        gone = f"{other.delete}(ctx, {name})"
        if reaches_itself(build.schema, reference.table):
            change = arrow(f"async ({name})", f'(await ctx.db.get("{other.table}", {name}._id)) && {gone}')
        else:
            change = arrow(f"({name})", gone)
    return guarded(_tests(build, reference, row), call(f"await {build.library('each')}", docs, change))


def _referring(build: Builder, reference: Reference, row: str, end: str) -> Doc:
    return lookup(build, reference.table, reference.fields, reference.references, build.table, row, end)


def _tests(build: Builder, reference: Reference, row: str) -> list[str]:
    """A key that is null is referred to by none."""
    columns = [(name, build.table.field(name)) for name in reference.references]
    nullable = [name for name, column in columns if column and column.nullable]
    return [f"{row}.{build.stored(build.table, name)} !== null" for name in nullable]
