"""The patch function of a table: only what is given changes, under the table's constraints."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from codemods.ir.table import Field, FieldType, Schema
from codemods.writers.code import ImportSpec, TableUse
from codemods.writers.layout import Doc, arrow, call, listed, record
from codemods.writers.stored.constraints import foreign_key_checks, lookup, unique_checks
from codemods.writers.stored.fields import column_of, id_target, scale_of, written_type
from codemods.writers.stored.inserts import filled
from codemods.writers.stored.parts import (
    Builder,
    ModulePart,
    Reference,
    function,
    guarded,
    locals_of,
    references_of,
    statement,
)


def changes_type_part(build: Builder, steps: Collection[str]) -> ModulePart:
    """`export type UserChanges`: what code may change."""
    own = build.own
    text = f"export type {own.changes_type} = Partial<{own.new_type}>;"
    if steps:
        keys = " | ".join(f'"{name}"' for name in sorted(steps))
        lines = [f"  {name}?: {_step_type(build, name)}{_null(build, name)};" for name in sorted(steps)]
        body = "\n".join(lines)
        text = f"export type {own.changes_type} = Omit<Partial<{own.new_type}>, {keys}> & {{\n{body}\n}};"
    return build.part(own.changes_type, 40, text, TableUse(build.table.name, "patch"))


def patch_part(build: Builder, steps: Collection[str]) -> ModulePart:
    """`export async function patchUser`."""
    row = build.row_name("ctx", "data", "found", "changes", "after", "fields", other="doc")
    columns = [column for column in build.table.fields if column.name != build.table.id_field]
    renamed = [column for column in columns if build.stored(build.table, column.name) != column.name]
    names = locals_of(build, renamed, row)
    body = [f'  const {row} = await {build.library("required")}(found, "Record to update not found.");']
    spread = "data"
    if renamed:
        spread = "fields"
        pattern = [f'"{column.name}": {names[column.name]}' for column in renamed]
        body.append(statement(("const ", listed("{", [*pattern, "...fields"], "}", " ", trailing=False), " = data")))
    body.append(statement(("const changes = ", _changes(build, columns, names, spread, row, steps))))
    checks = [*unique_checks(build, row, changed=True), *foreign_key_checks(build, row, changed=True)]
    body += [f"  const after = {{ ...{row}, ...changes }};", *checks]
    body.append(f"  await ctx.db.patch({build.quoted}, {row}._id, changes);")
    body += [*_followers(build, row), "  return after;"]
    doc = build.doc_type()
    parameters = [
        f"ctx: {build.mutation_ctx()}",
        f"found: {build.library('Found')}<{doc}>",
        f"data: {build.own.changes_type}",
    ]
    text = function(build.own.patch, parameters, doc, body)
    return build.part(build.own.patch, 50, text, TableUse(build.table.name, "patch"))


def _changes(
    build: Builder, columns: list[Field], names: dict[str, str], spread: str, row: str, steps: Collection[str]
) -> Doc:
    casts = build.table.casts
    items: list[Doc] = [] if casts else [f"...{spread}"]
    for column in columns:
        key = build.stored(build.table, column.name)
        value = _converted(build, column, names.get(column.name) or f"data.{column.name}", row, steps)
        if value is not None or casts:
            items.append((f"{key}: ", value if value is not None else f"data.{column.name}"))
    values = record(items) if len(items) > 1 or casts else spread
    changes = call(build.library("defined"), filled(build, values, change=True))
    stamps = [f"{build.stored(build.table, column.name)}: Date.now()" for column in columns if column.updated_at]
    return call(build.library("stamped"), changes, record(stamps)) if stamps else changes


def _converted(build: Builder, column: Field, value: str, row: str, steps: Collection[str]) -> Doc | None:
    """The stored form of a changed value; None when it is the value itself."""
    if column.name in steps:
        after = call(build.library(_STEPS[_kind(column)]), f"{row}.{build.stored(build.table, column.name)}", value)
        check = column_of(column).check
        return call(build.library(check), after) if check else after
    target = id_target(column, build.schema)
    if target is not None:
        table = build.schema.table(target)
        assert table is not None
        suffix = "[]" if column.is_list else ""
        return f"{value} as {build.id_type(table)}{suffix}{_null(build, column.name)} | undefined"
    convert = column_of(column).writes
    if convert:
        function_name = build.library(convert)
        if column.is_list:
            return (f"{value}?.map((each) => ", call(function_name, "each", *scale_of(column)), ")")
        return call(function_name, value, *scale_of(column))
    return value if not value.startswith("data.") else None


_STEPS = {"number": "step", "bigint": "stepBigint", "list": "stepList"}


def _kind(column: Field) -> str:
    return "list" if column.is_list else "bigint" if column.type is FieldType.BIGINT else "number"


def _step_type(build: Builder, name: str) -> str:
    column = build.table.field(name)
    assert column is not None
    if column.is_list:
        item = written_type(replace(column, is_list=False, nullable=False), build.schema)
        return f"{build.library('ListStep')}<{item}>"
    return f"{build.library('Step')}<bigint | number>" if column.type is FieldType.BIGINT else build.library("Step")


def _null(build: Builder, name: str) -> str:
    column = build.table.field(name)
    return " | null" if column is not None and column.nullable else ""


def is_referred_to(schema: Schema, reference: Reference) -> bool:
    """Do other rows refer to the columns of a foreign key, so that they follow as well?"""
    return any(
        link.target.name == reference.table.name and set(link.references) & set(reference.fields)
        for link in references_of(schema)
    )


def _followers(build: Builder, row: str) -> list[str]:
    """Rows that refer to a changed key that is no id change with it."""
    statements = []
    for reference in references_of(build.schema):
        if reference.target.name != build.table.name or reference.is_by_id:
            continue
        stored = [build.stored(build.table, name) for name in reference.references]
        keys = [build.stored(reference.table, name) for name in reference.fields]
        query = lookup(build, reference.table, reference.fields, reference.references, build.table, row, ".collect()")
        table = f'"{build.names.of(reference.table.name).table}"'
        values = record([f"{key}: after.{name}" for key, name in zip(keys, stored, strict=True)])
        if is_referred_to(build.schema, reference):
            names = build.names.of(reference.table.name)
            build.needs.add(TableUse(reference.table.name, "patch"))
            if reference.table.name != build.table.name:
                build.imports.add(ImportSpec(names.module, names.patch))
            change = arrow("(other)", call(names.patch, "ctx", "other", values))
        else:
            change = arrow("(other)", call("ctx.db.patch", table, "other._id", values))
        follow = call(f"await {build.library('each')}", query, change)
        tests = [" || ".join(f"after.{name} !== {row}.{name}" for name in stored)]
        tests = [f"({tests[0]})"] if len(stored) > 1 else tests
        columns = [build.table.field(name) for name in reference.references]
        tests += [f"{row}.{name} !== null" for name, c in zip(stored, columns, strict=True) if c and c.nullable]
        statements.append(guarded(tests, follow))
    return statements
