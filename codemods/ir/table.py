"""Tables, fields and relations, whatever the source defined them with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from codemods.ir.document import Document
from codemods.ir.sql import Dialect, SqlType
from codemods.outcome import Place


class FieldType(StrEnum):
    """Column types that all schema readers share."""

    STRING = "string"
    INT = "int"
    FLOAT = "float"
    BIGINT = "bigint"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    JSON = "json"
    BYTES = "bytes"
    ENUM = "enum"


class OnDelete(StrEnum):
    """What happens to referring rows when the referred row goes."""

    RESTRICT = "restrict"
    CASCADE = "cascade"
    SET_NULL = "set-null"


class DefaultKind(StrEnum):
    """How a field gets its value when none is given."""

    NONE = "none"
    LITERAL = "literal"
    """`Field.default` holds the TypeScript literal."""
    NOW = "now"
    GENERATED_ID = "generated-id"
    """autoincrement(), uuid(), cuid(), dbgenerated(): on the primary key this becomes `_id`."""


@dataclass(frozen=True, slots=True)
class Enum:
    """A named set of string values: (member name, stored value) in source order."""

    name: str
    members: tuple[tuple[str, str], ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Field:
    """A stored column. `references` is set on foreign keys (single column): (table name, field name).

    `holds` is the same for one of several columns that are a foreign key together.
    """

    name: str
    type: FieldType
    nullable: bool = False
    is_list: bool = False
    enum: str | None = None
    default_kind: DefaultKind = DefaultKind.NONE
    default: str | None = None
    updated_at: bool = False
    references: tuple[str, str] | None = None
    holds: tuple[str, str] | None = None
    on_delete: OnDelete = OnDelete.RESTRICT
    place: Place | None = None
    scale: int | None = None
    """DECIMAL: how many digits follow the point, where that is not as many as are given."""
    sql: SqlType | None = None
    """Its type in SQL, where statements of SQL are what reads and writes it."""


class Reach(StrEnum):
    """Which calls on a table something without counterpart stands in the way of."""

    NONE = "none"
    """Code never sees it."""
    CREATES = "creates"
    SAVES = "saves"
    """Writes of a single row."""
    DELETES = "deletes"
    """Deletes, and changes of keys, of the rows that are referred to."""
    WRITES = "writes"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Gap:
    """Something of a table that has no counterpart in Convex."""

    reason: str
    reach: Reach


class RelationKind(StrEnum):
    """To one by a key on this side, to one or many by a key on the other side, or many to many without a model."""

    BELONGS_TO = "belongs-to"
    HAS_ONE = "has-one"
    HAS_MANY = "has-many"
    MANY_TO_MANY = "many-to-many"


@dataclass(frozen=True, slots=True)
class Relation:
    """A navigation name that code uses in include/select/where, with the key that realises it.

    `fields` and `references` are parallel: for BELONGS_TO `fields` lie on this table and `references` on `table`;
    for HAS_ONE and HAS_MANY `fields` lie on `table` (the other side) and `references` on this table. For MANY_TO_MANY
    both lie on the table `through`, whose rows connect: `fields` hold this side's key and `references` the other's.
    `name` pairs the two sides of one relation; `required` says that a BELONGS_TO always finds its row.
    """

    field: str
    kind: RelationKind
    table: str
    fields: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    required: bool = False
    name: str | None = None
    on_delete: OnDelete = OnDelete.RESTRICT
    through: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the source defines it. `name` is the source's own (Prisma `User`), unique within the app.

    `primary_key` names its fields. `generated_id` is True when the key is one generated column: that column becomes
    Convex's `_id`, every other key stays a field with a unique index. `uniques` and `indexes` list field tuples.
    """

    name: str
    fields: tuple[Field, ...]
    relations: tuple[Relation, ...]
    primary_key: tuple[str, ...]
    generated_id: bool
    uniques: tuple[tuple[str, ...], ...]
    indexes: tuple[tuple[str, ...], ...]
    place: Place
    stored_name: str | None = None
    unsupported: tuple[str, ...] = ()
    """Why no call on it is understood."""
    gaps: tuple[Gap, ...] = ()
    """What only some calls, or none, have to do with."""
    search: tuple[str, ...] = ()
    """Text columns that have a full-text index."""
    is_view: bool = False
    """Its rows are computed by the database, which stores none."""
    is_join: bool = False
    """The rows connect those of a many-to-many relation; no code names the table itself."""
    called: str = ""
    """What one row is called, where the table's name does not say so."""
    sql: Dialect | None = None
    """The database that its calls are SQL for: null and undefined equal nothing there, and no condition is left out."""
    wraps_errors: bool = False
    """The errors of the database come behind an error of the query builder."""
    constraints: tuple[tuple[tuple[str, ...], str], ...] = ()
    """What the database calls unique sets and foreign keys, by their columns."""
    casts: bool = False
    """Written values take the form of their columns, what is no column is left out, and undefined is no condition but
    an error."""
    document: Document | None = None
    """The schema of a table whose rows are documents: what is not given is missing, and code sees it missing."""

    def field(self, name: str) -> Field | None:
        """The stored column of that name."""
        return next((field for field in self.fields if field.name == name), None)

    def relation(self, name: str) -> Relation | None:
        """The relation that code calls by that name."""
        return next((relation for relation in self.relations if relation.field == name), None)

    def constraint(self, columns: tuple[str, ...]) -> str:
        """What the database calls a unique set or a foreign key; empty where its definition says nothing."""
        return next((name for known, name in self.constraints if known == columns), "")

    @property
    def dialect(self) -> Dialect | None:
        """The database whose SQL reads and writes the table; None where no SQL does."""
        return self.sql or next((field.sql.dialect for field in self.fields if field.sql is not None), None)

    @property
    def id_field(self) -> str | None:
        """The generated key's name in the source (`id`, `userId`), or None when the key is natural."""
        return self.primary_key[0] if self.generated_id else None


@dataclass(frozen=True, slots=True)
class Schema:
    """All tables and enums of the application, by source name."""

    tables: tuple[Table, ...] = ()
    enums: tuple[Enum, ...] = ()
    large_numbers: bool = False
    """The driver is told to give large integers as numbers, and not as texts."""

    def table(self, name: str) -> Table | None:
        """The table of that source name."""
        return next((table for table in self.tables if table.name == name), None)

    def id_target(self, field: Field) -> str | None:
        """The table whose generated key a field holds, itself or by referring to a column that does."""
        seen: set[tuple[str, str]] = set()
        link = field.references or field.holds
        while link is not None and link not in seen:
            seen.add(link)
            table = self.table(link[0])
            if table is None or table.id_field == link[1]:
                return table.name if table is not None else None
            column = table.field(link[1])
            link = (column.references or column.holds) if column is not None else None
        return None

    def enum(self, name: str) -> Enum | None:
        """The enum of that source name."""
        return next((enum for enum in self.enums if enum.name == name), None)
