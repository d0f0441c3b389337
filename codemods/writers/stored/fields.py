"""What each column type is in Convex, in the rows that code sees, and in the data that code writes."""

from __future__ import annotations

from dataclasses import dataclass, replace

from codemods.ir.sql import Dialect, Kind, SqlType
from codemods.ir.table import Field, FieldType, Schema
from codemods.writers.layout import Doc, call, text_of
from codemods.writers.names import SchemaNames


@dataclass(frozen=True, slots=True)
class Column:
    """How a column type is stored, and how values cross between Convex and code.

    `to_store` and `to_row` name runtime functions, empty when the value passes as it is; both pass null on. `check`
    names the one that throws on values that the database refused. `written` is the TypeScript type that code may
    write. `ordered` says that stored values compare as the database compared them.
    """

    validator: str
    written: str
    to_store: str = ""
    to_row: str = ""
    ordered: bool = True
    indexed: bool = True
    check: str = ""
    extra: str = ""
    """What `to_store` is told besides the value."""

    @property
    def writes(self) -> str:
        """The runtime function through which written values go."""
        return self.to_store or self.check


COLUMNS: dict[FieldType, Column] = {
    FieldType.STRING: Column("v.string()", "string"),
    FieldType.INT: Column("v.number()", "number", check="int"),
    FieldType.FLOAT: Column("v.number()", "number"),
    FieldType.BOOLEAN: Column("v.boolean()", "boolean"),
    FieldType.DATETIME: Column("v.number()", "Date | string", "time", "date"),
    FieldType.BIGINT: Column("v.int64()", "bigint | number", "bigint"),
    FieldType.DECIMAL: Column("v.string()", "string | number", "decimal", ordered=False),
    FieldType.BYTES: Column("v.bytes()", "Uint8Array", "buffer", "bytes", ordered=False, indexed=False),
    FieldType.JSON: Column("v.any()", "any", ordered=False, indexed=False),
    FieldType.ENUM: Column("", "", ordered=False),
}
"""Every column type. Enums are unions of their members, and sort by declaration."""


SQL_COLUMNS: dict[Kind, Column] = {
    Kind.TEXT: Column("v.string()", "unknown", "readText"),
    Kind.INT: Column("v.number()", "unknown", "readInteger"),
    Kind.INT8: Column("v.number()", "unknown", "readInteger", "shownAsText"),
    Kind.FLOAT: Column("v.number()", "unknown", "readFloat"),
    Kind.NUMERIC: Column("v.string()", "unknown", "readNumeric", ordered=False),
    Kind.BOOLEAN: Column("v.boolean()", "unknown", "readBoolean"),
    Kind.TIME: Column("v.number()", "unknown", "readTime", "date"),
    Kind.MOMENT: Column("v.number()", "unknown", "readMoment", "date"),
    Kind.DATE: Column("v.number()", "unknown", "readDay", "date"),
    Kind.CLOCK: Column("v.string()", "unknown", "readClock"),
    Kind.UUID: Column("v.string()", "unknown", "readUuid"),
    Kind.JSON: Column("v.any()", "unknown", "readJson", ordered=False, indexed=False),
    Kind.UNKNOWN: Column("v.null()", "unknown", ordered=False, indexed=False),
}
"""The columns that statements of SQL read and write: what code gives is read as the database read parameters."""

_LOOSE = {
    (Dialect.SQLITE, Kind.TEXT): "onlyText",
    (Dialect.SQLITE, Kind.INT): "onlyNumber",
    (Dialect.SQLITE, Kind.FLOAT): "onlyNumber",
    (Dialect.MYSQL, Kind.INT): "readLooseInteger",
}
"""What takes the place of `to_store` where the database is less strict."""


def column_of(field: Field) -> Column:
    """The column behind a field."""
    return COLUMNS[field.type] if field.sql is None else sql_column(field.sql)


def sql_column(type_: SqlType) -> Column:
    """The column of a type in SQL."""
    column = SQL_COLUMNS[type_.kind]
    loose = _LOOSE.get((type_.dialect, type_.kind))
    if loose is not None:
        return replace(column, to_store=loose)
    if type_.kind is Kind.TEXT and type_.size is not None:
        return replace(column, extra=str(type_.size))
    if type_.kind is Kind.NUMERIC and type_.scale is not None:
        return replace(column, extra=str(type_.scale))
    return column


_LITERALS = {Kind.TEXT: "\"'`", Kind.BOOLEAN: "tf", Kind.INT: "0123456789", Kind.FLOAT: "0123456789"}
"""How literals of a type begin."""


def is_in_form(field: Field, literal: str | None) -> bool:
    """Is a literal stored as it is written?"""
    begins = _LITERALS.get(field.sql.kind) if field.sql is not None else None
    return begins is not None and bool(literal) and (literal or "")[0] in begins and "${" not in (literal or "")


def scale_of(field: Field) -> tuple[str, ...]:
    """What reads the values of a column is told besides: how many digits follow the point, or how long a text is."""
    if field.sql is not None:
        extra = sql_column(field.sql).extra
        return (extra,) if extra else ()
    return (str(field.scale),) if field.type is FieldType.DECIMAL and field.scale is not None else ()


def id_target(field: Field, schema: Schema) -> str | None:
    """The source table whose Convex id the field holds: a foreign key to a generated key."""
    return schema.id_target(field)


def is_indexable(field: Field) -> bool:
    """True when an index over the field finds values as the database did."""
    return not field.is_list and column_of(field).indexed


def is_ordered(field: Field) -> bool:
    """True when an index over the field yields rows in the database's order, which puts nulls last."""
    return is_indexable(field) and column_of(field).ordered and not field.nullable


def members_of(field: Field, schema: Schema) -> tuple[str, ...]:
    """The values of an enum column, in declaration order."""
    enum = schema.enum(field.enum) if field.enum else None
    return tuple(member for member, _ in enum.members) if enum else ()


def validator_of(field: Field, schema: Schema, names: SchemaNames) -> Doc:
    """The `v` validator of a stored field."""
    plain = _plain_validator(field, schema, names)
    if field.is_list:
        return call("v.array", plain)
    if not field.nullable or field.type is FieldType.JSON:
        return plain
    return call("v.union", *_members_docs(field, schema, names), "v.null()")


def written_type(field: Field, schema: Schema) -> str:
    """The TypeScript type of what code may write to a field: ids as plain strings."""
    if field.sql is not None:
        return "unknown"
    plain = " | ".join(f'"{member}"' for member in members_of(field, schema)) or column_of(field).written
    if id_target(field, schema):
        plain = "string"
    if field.is_list:
        return f"({plain})[]" if " " in plain else f"{plain}[]"
    return f"{plain} | null" if field.nullable and plain != "any" else plain


def validator_text_of(field: Field, schema: Schema, names: SchemaNames) -> str:
    """The validator of a field on one line, for arguments that feed it."""
    return text_of(validator_of(field, schema, names), width=10_000)


def _plain_validator(field: Field, schema: Schema, names: SchemaNames) -> Doc:
    docs = _members_docs(field, schema, names)
    return docs[0] if len(docs) == 1 else call("v.union", *docs)


def _members_docs(field: Field, schema: Schema, names: SchemaNames) -> tuple[Doc, ...]:
    target = id_target(field, schema)
    if target:
        return (f'v.id("{names.of(target).table}")',)
    if field.type is FieldType.ENUM:
        return tuple(f'v.literal("{member}")' for member in members_of(field, schema)) or ("v.string()",)
    return (column_of(field).validator,)
