"""The insert function of a table: defaults, unique constraints, foreign keys."""

from __future__ import annotations

from codemods.ir.table import DefaultKind, Field, FieldType
from codemods.source.tree import property_text
from codemods.writers.code import TableUse
from codemods.writers.layout import Doc, call, listed, record
from codemods.writers.stored.constraints import foreign_key_checks, unique_checks
from codemods.writers.stored.fields import column_of, id_target, scale_of, written_type
from codemods.writers.stored.parts import Builder, ModulePart, function, locals_of, statement


def data_type_part(build: Builder) -> ModulePart:
    """`export interface NewUser`: what code gives to make a row."""
    lines = [f"  {_property(build, column)};" for column in _columns(build)]
    text = "\n".join([f"export interface {build.own.new_type} {{", *lines, "}"])
    name = build.table.name
    return build.part(build.own.new_type, 20, text, TableUse(name, "insert"), TableUse(name, "patch"))


def insert_part(build: Builder) -> ModulePart:
    """`export async function insertUser`."""
    row = build.row_name("ctx", "data", "id", "fields", other=f"new{build.own.type}")
    casts = build.table.casts
    special = [
        column for column in _columns(build) if casts or _converted(build, column, "") is not None or _default(column)
    ]
    source = row if special else "data"
    checks = [*unique_checks(build, source), *foreign_key_checks(build, source)]
    body: list[str] = []
    if special:
        names = locals_of(build, special, row)
        rest = [] if casts else ["...fields"]
        body.append(statement(("const ", _pattern(special, names, rest), " = data")))
        items = [*rest, *(_stored(build, column, names[column.name]) for column in special)]
        body.append(statement((f"const {row} = ", filled(build, record(items)))))
    body += checks
    body.append(statement(("const id = ", call("await ctx.db.insert", build.quoted, source))))
    body.append(f"  return (await ctx.db.get({build.quoted}, id))!;")
    parameters = [f"ctx: {build.mutation_ctx()}", f"data: {build.own.new_type}"]
    text = function(build.own.insert, parameters, build.doc_type(), body)
    return build.part(build.own.insert, 30, text, TableUse(build.table.name, "insert"))


def filled(build: Builder, values: Doc, change: bool = False) -> Doc:
    """The values of a row, checked as models are before anything is written."""
    if not build.table.casts:
        return values
    needed = [f'"{column.name}"' for column in _columns(build) if not column.nullable]
    told = [f'"{build.table.name}"', listed("[", needed, "]"), "data", values]
    return call(build.library("filled"), *told, *(["true"] if change else []))


def _columns(build: Builder) -> list[Field]:
    return [column for column in build.table.fields if column.name != build.table.id_field]


def _property(build: Builder, column: Field) -> str:
    written = written_type(column, build.schema)
    if column.type is FieldType.DATETIME and column.sql is None:
        written = written.replace("Date | string", build.library("Moment")).replace("(Moment)[]", "Moment[]")
    return f"{property_text(column.name)}{'?' if build.table.casts or _default(column) else ''}: {written}"


def _default(column: Field) -> str:
    """What a column gets when nothing is given; empty for one that must be given."""
    if column.default_kind is DefaultKind.LITERAL and column.default is not None:
        return column.default
    if column.default_kind is DefaultKind.NOW or column.updated_at:
        if column.sql is not None and column.type is FieldType.STRING:
            return 'new Date().toISOString().slice(0, 19).replace("T", " ")'
        return "new Date()" if column.type is FieldType.DATETIME else "Date.now()"
    if column.default_kind is DefaultKind.GENERATED_ID and column.type is FieldType.STRING:
        return "crypto.randomUUID()"
    if column.is_list:
        return "[]"
    return "null" if column.nullable else ""


def _converted(build: Builder, column: Field, name: str) -> Doc | None:
    """The stored form of a given value; None when it is the value itself."""
    target = id_target(column, build.schema)
    if target is not None:
        table = build.schema.table(target)
        assert table is not None
        suffix = "[]" if column.is_list else " | null" if column.nullable else ""
        return f"{name} as {build.id_type(table)}{suffix}"
    convert = column_of(column).writes
    if convert:
        function_name = build.library(convert)
        if column.is_list:
            return (f"{name}.map((value) => ", call(function_name, "value", *scale_of(column)), ")")
        return call(function_name, name, *scale_of(column))
    return name if build.stored(build.table, column.name) != column.name else None


def _stored(build: Builder, column: Field, name: str) -> Doc:
    key = build.stored(build.table, column.name)
    value = _converted(build, column, name) or name
    return value if value == key else (f"{key}: ", value)


def _pattern(columns: list[Field], names: dict[str, str], rest: list[str]) -> Doc:
    """`{ name = null, role = "USER", ...fields }`."""
    items: list[Doc] = []
    for column in columns:
        local = names[column.name]
        bound = local if local == column.name else f"{property_text(column.name)}: {local}"
        default = _default(column)
        items.append(f"{bound} = {default}" if default else bound)
    return listed("{", [*items, *rest], "}", " ", trailing=False)
