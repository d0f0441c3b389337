"""Columns as Drizzle's builders describe them: `varchar("name", { length: 100 }).notNull()`.

https://orm.drizzle.team/docs/column-types/pg
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default

from ast_grep_py import SgNode

from codemods.ir.table import DefaultKind, Enum, Field, FieldType, Gap, OnDelete, Reach, Schema
from codemods.readers.calls import CallSite
from codemods.readers.drizzle.source import built, exported
from codemods.readers.literals import Property, entries
from codemods.readers.zod.constants import Constants
from codemods.readers.zod.references import follow
from codemods.source.file import SourceFile
from codemods.source.tree import arguments, find_all, member, string_value, unwrap
from codemods.workspace import Workspace

_TYPES: Mapping[str, FieldType] = {
    **dict.fromkeys(("text", "varchar", "char", "uuid", "tinytext", "mediumtext", "longtext"), FieldType.STRING),
    **dict.fromkeys(("date", "time", "interval", "inet", "cidr", "macaddr"), FieldType.STRING),
    **dict.fromkeys(("serial", "smallserial", "integer", "smallint", "int", "tinyint", "mediumint"), FieldType.INT),
    **dict.fromkeys(("bigserial", "bigint"), FieldType.BIGINT),
    **dict.fromkeys(("real", "doublePrecision", "double", "float"), FieldType.FLOAT),
    **dict.fromkeys(("numeric", "decimal"), FieldType.DECIMAL),
    "boolean": FieldType.BOOLEAN,
    **dict.fromkeys(("json", "jsonb"), FieldType.JSON),
    **dict.fromkeys(("timestamp", "datetime"), FieldType.DATETIME),
    **dict.fromkeys(("bytea", "blob", "binary", "varbinary"), FieldType.BYTES),
    "mysqlEnum": FieldType.ENUM,
}
_MODES: Mapping[tuple[str, str], FieldType] = {
    ("integer", "timestamp"): FieldType.DATETIME,
    ("integer", "timestamp_ms"): FieldType.DATETIME,
    ("integer", "boolean"): FieldType.BOOLEAN,
    ("text", "json"): FieldType.JSON,
    ("blob", "json"): FieldType.JSON,
    ("blob", "bigint"): FieldType.BIGINT,
    ("bigint", "number"): FieldType.INT,
    ("bigserial", "number"): FieldType.INT,
    ("numeric", "number"): FieldType.FLOAT,
    ("decimal", "number"): FieldType.FLOAT,
    ("numeric", "bigint"): FieldType.BIGINT,
    ("date", "date"): FieldType.DATETIME,
}
"""Types that an option `mode` gives."""
_SERIAL = frozenset({"serial", "smallserial", "bigserial"})
_TEXT_MODE = {("timestamp", "string"), ("datetime", "string")}
_SECONDS = {("integer", "timestamp")}
ON_DELETE: Mapping[str, OnDelete] = {
    "cascade": OnDelete.CASCADE,
    "restrict": OnDelete.RESTRICT,
    "no action": OnDelete.RESTRICT,
    "set null": OnDelete.SET_NULL,
}
_HARMLESS = frozenset({"$type", "notNull", "primaryKey", "unique", "references", "array"})
_NOW = frozenset(
    {"now", "now()", "current_timestamp", "(current_timestamp)", "(now())", "unixepoch()", "(unixepoch())"}
)
_NOW_AS_TEXT = 'new Date().toISOString().slice(0, 19).replace("T", " ")'
"""What CURRENT_TIMESTAMP is in a column of text."""
_RANDOM_SQL = frozenset({"gen_random_uuid()", "uuid_generate_v4()", "(uuid())", "uuid()"})
_RANDOM = frozenset(
    {"randomUUID", "uuid", "uuidv4", "v4", "v7", "uuidv7", "nanoid", "createId", "cuid", "ulid", "init", "generateId"}
)
"""Functions by whose names ids are made."""


@dataclass(slots=True)
class Column:
    """A field with what its table has to know: is it unique, the key, made with the row, and what has no counterpart.

    `refers` is the expression of the column that it refers to.
    """

    field: Field
    enum: Enum | None = None
    unique: bool = False
    unique_name: str = ""
    key: bool = False
    generated: bool = False
    refers: SgNode | None = None
    problems: list[str] = default(default_factory=list)
    gaps: list[Gap] = default(default_factory=list)
    stored: str = ""
    """What the database calls it."""


class Columns:
    """Reads columns of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._constants = Constants(workspace, Schema())

    def read(self, file: SourceFile, table: str, key: str, node: SgNode) -> Column | str:
        """The column behind a property of a table's definition, or why it cannot be read."""
        found = built(node)
        name = exported(self._workspace, file, found.start.node) if found is not None else None
        if found is None:
            return f"column `{key}` is made elsewhere"
        enum = self._enum(file, found.start)
        if name is None and enum is None:
            return f"column `{key}` is made elsewhere"
        if name == "customType":
            return f"column `{key}` is of a type of its own"
        options = _options(found.start)
        mode = string_value(options.get("mode")) or ""
        kind = FieldType.ENUM if enum is not None else _MODES.get((name or "", mode)) or _TYPES.get(name or "")
        if kind is None:
            return f"column `{key}` is of the type {name}"
        values = self._constants.of(file, _values(found.start, name or "", options)) if enum is None else None
        if values is not None:
            members = tuple(json.loads(value) for value in values)
            called = f"{table[:1].upper()}{table[1:]}{key[:1].upper()}{key[1:]}"
            enum = Enum(called, tuple((each, each) for each in members), file.place(node))
            kind = FieldType.ENUM
        scale = _scale(options) if kind is FieldType.DECIMAL else None
        field_ = Field(key, kind, True, enum=enum.name if enum else None, place=file.place(node), scale=scale)
        column = Column(field_, enum, stored=string_value(next(iter(found.start.arguments), None)) or key)
        column.generated = name in _SERIAL or "autoIncrement" in options
        if (name, mode) in _TEXT_MODE:
            column.problems.append(f"column `{key}` gives moments as the database writes them")
        if (name, mode) in _SECONDS:
            column.gaps.append(Gap(f"column `{key}` keeps whole seconds, and milliseconds here", Reach.NONE))
        for link in found.links:
            self._link(file, column, link)
        if column.generated:
            column.field = replace(column.field, default_kind=DefaultKind.GENERATED_ID, nullable=False)
        return column

    def _enum(self, file: SourceFile, start: CallSite) -> Enum | None:
        """The enum in `roleEnum("role")`."""
        target = follow(self._workspace, file, start.function)
        call = target[1] if target is not None else None
        if target is None or call is None or call.kind() != "call_expression":
            return None
        where = self._workspace.source(target[0])
        return self.enum(where, call)

    def enum(self, file: SourceFile, call: SgNode) -> Enum | None:
        """The enum that `pgEnum("role", ["a", "b"])` declares."""
        given = arguments(call)
        if len(given) < 2 or exported(self._workspace, file, call) not in ("pgEnum", "enum"):
            return None
        values = self._constants.of(file, given[1])
        declarator = call.parent()
        own = declarator.field("name") if declarator is not None else None
        if values is None or own is None:
            return None
        return Enum(own.text(), tuple((json.loads(each), json.loads(each)) for each in values), file.place(call))

    def _link(self, file: SourceFile, column: Column, link: CallSite) -> None:
        name, given = column.field.name, link.arguments
        match link.method:
            case "notNull":
                column.field = replace(column.field, nullable=False)
            case "primaryKey":
                column.key = True
                column.field = replace(column.field, nullable=False)
                options = _options(link)
                column.generated = column.generated or unwrap(options.get("autoIncrement", link.node)).text() == "true"
            case "autoincrement" | "generatedAlwaysAsIdentity" | "generatedByDefaultAsIdentity":
                column.generated = True
            case "unique":
                column.unique = True
                column.unique_name = string_value(given[0]) or "" if given else ""
            case "array":
                if column.field.is_list:
                    column.problems.append(f"column `{name}` holds lists of lists")
                column.field = replace(column.field, is_list=True)
            case "references" if given:
                column.refers = _returned(given[0])
                column.field = replace(column.field, on_delete=self._on_delete(column, link))
            case "default" | "$default" | "$defaultFn" if given:
                self._default(file, column, given[0], link.method)
            case "defaultNow":
                column.field = replace(column.field, default_kind=DefaultKind.NOW)
            case "defaultRandom":
                column.field = replace(column.field, default_kind=DefaultKind.GENERATED_ID)
            case "$onUpdate" | "$onUpdateFn" | "onUpdateNow":
                self._on_update(column, link)
            case method if method not in _HARMLESS:
                column.problems.append(f"column `{name}`: {method}")

    def _on_delete(self, column: Column, link: CallSite) -> OnDelete:
        option = next((_property(each, "onDelete") for each in link.arguments[1:]), None)
        text = string_value(option) if option is not None else "no action"
        if text not in ON_DELETE:
            column.gaps.append(Gap(f"column `{column.field.name}`: onDelete {text}", Reach.DELETES))
        return ON_DELETE.get(text or "", OnDelete.RESTRICT)

    def _default(self, file: SourceFile, column: Column, given: SgNode, method: str) -> None:
        value = _returned(given) if method != "default" else unwrap(given)
        kind, text = self._default_of(file, column, value) if value is not None else (None, None)
        if kind is None:
            what = " ".join(given.text().split())
            column.gaps.append(Gap(f"column `{column.field.name}`: default {what}", Reach.CREATES))
            kind = DefaultKind.LITERAL if column.field.nullable else DefaultKind.NONE
            text = "null" if column.field.nullable else None
        column.field = replace(column.field, default_kind=kind, default=text)

    def _default_of(self, file: SourceFile, column: Column, value: SgNode) -> tuple[DefaultKind | None, str | None]:
        written = _sql_text(value)
        if written is not None:
            return _default_in_sql(column, written)
        if value.kind() == "new_expression" and value.text() == "new Date()":
            return DefaultKind.NOW, None
        if _makes_id(value):
            return DefaultKind.GENERATED_ID, None
        if not find_all(value, "call_expression", "identifier", "new_expression", "template_substitution"):
            return DefaultKind.LITERAL, value.text()
        constant = self._constants.of(file, value)
        return (DefaultKind.LITERAL, constant[0]) if constant is not None and len(constant) == 1 else (None, None)

    def _on_update(self, column: Column, link: CallSite) -> None:
        value = _returned(link.arguments[0]) if link.arguments else None
        text = value.text() if value is not None else ""
        written = _sql_text(value) if value is not None else None
        is_now = text == "new Date()" or (written or "").lower() in _NOW or link.method == "onUpdateNow"
        if is_now and column.field.type is FieldType.DATETIME:
            column.field = replace(column.field, updated_at=True)
        else:
            column.problems.append(f"column `{column.field.name}`: {link.method} with something other than the time")


def _default_in_sql(column: Column, written: str) -> tuple[DefaultKind | None, str | None]:
    text = written.strip().lower()
    if text in _NOW:
        if column.field.type is FieldType.DATETIME:
            return DefaultKind.NOW, None
        return (DefaultKind.LITERAL, _NOW_AS_TEXT) if column.field.type is FieldType.STRING else (None, None)
    if text in _RANDOM_SQL:
        return DefaultKind.GENERATED_ID, None
    bare = written.strip().split("::")[0]
    if bare.lower() in ("true", "false", "null") or bare.lstrip("-").replace(".", "", 1).isdigit():
        return DefaultKind.LITERAL, bare.lower()
    is_list = column.field.is_list and (bare == "'{}'" or bare.lower().startswith("array[]"))
    if is_list:
        return DefaultKind.LITERAL, "[]"
    if column.field.type is FieldType.JSON and bare[:1] == "'" and bare[1:-1] in ("{}", "[]"):
        return DefaultKind.LITERAL, bare[1:-1]
    return (DefaultKind.LITERAL, json.dumps(bare[1:-1])) if bare[:1] == bare[-1:] == "'" else (None, None)


def _makes_id(value: SgNode) -> bool:
    """`crypto.randomUUID()`, `nanoid()`, and the function itself, as in `$defaultFn(createId)`."""
    callee = value.field("function") if value.kind() == "call_expression" else value
    if callee is None or callee.kind() not in ("identifier", "member_expression"):
        return False
    parts = member(callee)
    return (parts[1] if parts is not None else callee.text()) in _RANDOM


def _sql_text(node: SgNode) -> str | None:
    """The text of `` sql`now()` `` without anything put in."""
    template = node.field("arguments") if node.kind() == "call_expression" else None
    tag = node.field("function")
    if template is None or template.kind() != "template_string" or tag is None or tag.text().split("<")[0] != "sql":
        return None
    return None if find_all(template, "template_substitution") else template.text()[1:-1]


def _returned(node: SgNode) -> SgNode | None:
    """What `() => value` gives; a function that is named is itself."""
    inner = unwrap(node)
    body = inner.field("body") if inner.kind() == "arrow_function" else inner
    return unwrap(body) if body is not None and body.kind() != "statement_block" else None


def _options(site: CallSite) -> Mapping[str, SgNode]:
    return {
        entry.key: entry.value
        for each in site.arguments
        if each.kind() == "object"
        for entry in entries(each)
        if isinstance(entry, Property)
    }


def _property(node: SgNode, name: str) -> SgNode | None:
    found = entries(node) if node.kind() == "object" else iter(())
    return next((each.value for each in found if isinstance(each, Property) and each.key == name), None)


def _values(start: CallSite, name: str, options: Mapping[str, SgNode]) -> SgNode:
    """Where the values of an enum are written: `mysqlEnum("role", […])`, `text("role", { enum: […] })`."""
    if "enum" in options:
        return options["enum"]
    lists = [each for each in start.arguments if name == "mysqlEnum" and string_value(each) is None]
    return lists[0] if lists else start.node


def _scale(options: Mapping[str, SgNode]) -> int | None:
    """How many digits follow the point; None where as many as are given."""
    if "precision" not in options:
        return None
    text = unwrap(options["scale"]).text() if "scale" in options else "0"
    return int(text) if text.isdigit() else None
