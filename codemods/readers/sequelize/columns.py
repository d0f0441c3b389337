"""Turns the attributes of a model into columns.

https://sequelize.org/docs/v6/core-concepts/model-basics/#data-types
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.sql import Dialect, Kind, SqlType
from codemods.ir.table import DefaultKind, Enum, Field, FieldType, Gap, OnDelete, Reach
from codemods.readers.literals import property_of
from codemods.readers.sequelize.source import followed, properties, type_name
from codemods.source.file import SourceFile
from codemods.source.tree import named, string_value, unwrap
from codemods.workspace import Workspace

_TYPES: Mapping[str, FieldType] = {
    "STRING": FieldType.STRING,
    "CHAR": FieldType.STRING,
    "TEXT": FieldType.STRING,
    "CITEXT": FieldType.STRING,
    "UUID": FieldType.STRING,
    "INTEGER": FieldType.INT,
    "SMALLINT": FieldType.INT,
    "MEDIUMINT": FieldType.INT,
    "TINYINT": FieldType.INT,
    "FLOAT": FieldType.FLOAT,
    "REAL": FieldType.FLOAT,
    "DOUBLE": FieldType.FLOAT,
    "DECIMAL": FieldType.DECIMAL,
    "NUMBER": FieldType.FLOAT,
    "BOOLEAN": FieldType.BOOLEAN,
    "DATE": FieldType.DATETIME,
    "DATEONLY": FieldType.STRING,
    "TIME": FieldType.STRING,
    "JSON": FieldType.JSON,
    "JSONB": FieldType.JSON,
    "ENUM": FieldType.ENUM,
}
_KINDS: Mapping[FieldType, Kind] = {
    FieldType.STRING: Kind.TEXT,
    FieldType.INT: Kind.INT,
    FieldType.FLOAT: Kind.FLOAT,
    FieldType.DECIMAL: Kind.NUMERIC,
    FieldType.BOOLEAN: Kind.BOOLEAN,
    FieldType.DATETIME: Kind.MOMENT,
}
"""How written values are brought into the form of a column."""
_REFUSED: Mapping[str, Reach] = {"validate": Reach.WRITES, "get": Reach.ALL, "set": Reach.WRITES}
"""Options that change what is stored or shown."""
_NOW = frozenset({"NOW", "CURRENT_TIMESTAMP"})
_UUIDS = frozenset({"UUIDV4", "UUIDV1"})
ON_DELETE: Mapping[str, OnDelete] = {
    "CASCADE": OnDelete.CASCADE,
    "SET NULL": OnDelete.SET_NULL,
    "RESTRICT": OnDelete.RESTRICT,
    "NO ACTION": OnDelete.RESTRICT,
}


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute: its column, and what else it says of the table. `shared` names a unique set of several."""

    field: Field
    is_key: bool = False
    is_unique: bool = False
    shared: str = ""
    enum: Enum | None = None
    refers: tuple[SourceFile, SgNode] | None = None
    gaps: tuple[Gap, ...] = ()


@dataclass(slots=True)
class _Draft:
    """What is known of an attribute so far."""

    gaps: list[Gap] = field(default_factory=list)

    def problem(self, text: str, reach: Reach = Reach.ALL) -> None:
        self.gaps.append(Gap(text, reach))


def in_form(column: Field, dialect: Dialect, scale: int | None = None) -> Field:
    """The column with what says how values take its form. SQLite makes numbers of texts as MySQL does."""
    kind = _KINDS.get(column.type)
    if column.type is FieldType.DECIMAL and dialect is Dialect.SQLITE:
        kind = Kind.FLOAT
        column = replace(column, type=FieldType.FLOAT)
    if kind is None or column.is_list:
        return column
    known = Dialect.POSTGRES if dialect is Dialect.POSTGRES else Dialect.MYSQL
    return replace(column, sql=SqlType(known, kind, scale=scale))


def read_column(workspace: Workspace, model: str, name: str, file: SourceFile, node: SgNode) -> Column:
    """`DataTypes.STRING`, or `{ type: DataTypes.STRING, allowNull: false, … }`."""
    draft = _Draft()
    where, inner = followed(workspace, file, node)
    options: dict[str, tuple[SourceFile, SgNode]] = {}
    if inner.kind() == "object" and property_of(inner, "type") is not None:
        options = {key: (place, value) for key, place, value in properties(workspace, where, inner)}
        where, inner = options["type"]
    kind, is_list, members = _type(workspace, draft, name, where, inner, options)
    texts = {key: unwrap(value).text() for key, (_, value) in options.items()}
    for option, reach in _REFUSED.items():
        if option in options and not _is_idle(option, options[option][1]):
            draft.problem(f"`{name}` has `{_validator(option, options[option][1])}`", reach)
    is_key = texts.get("primaryKey") == "true"
    default_kind, default = _default(draft, name, kind, is_list, options.get("defaultValue"))
    if texts.get("autoIncrement") == "true":
        default_kind = DefaultKind.GENERATED_ID
    unique = options.get("unique")
    label = _unique_name(unique[1]) if unique is not None else ""
    enum = Enum(f"{model}_{name}", members, file.place(node)) if members else None
    on_delete = _on_delete(options.get("onDelete"))
    made = Field(
        name=name,
        type=kind,
        nullable=texts.get("allowNull") != "false" and not is_key,
        is_list=is_list,
        enum=enum.name if enum is not None else None,
        default_kind=default_kind,
        default=default,
        on_delete=on_delete,
        scale=_scale(kind, inner),
        place=file.place(node),
    )
    refers = options.get("references")
    shared = unique is not None and texts["unique"] not in ("true", "false") and bool(label)
    return Column(
        made,
        is_key,
        unique is not None and texts["unique"] != "false" and not shared,
        label if shared else "",
        enum,
        refers,
        tuple(draft.gaps),
    )


def _type(
    workspace: Workspace,
    draft: _Draft,
    name: str,
    file: SourceFile,
    node: SgNode,
    options: Mapping[str, tuple[SourceFile, SgNode]],
) -> tuple[FieldType, bool, tuple[tuple[str, str], ...]]:
    found = type_name(node)
    if found is not None and found[0] == "ARRAY" and found[1]:
        kind, _, members = _type(workspace, draft, name, file, found[1][0], {})
        return kind, True, members
    known = _TYPES.get(found[0]) if found is not None else None
    if found is None or known is None:
        draft.problem(f"`{name}` is of the type `{' '.join(node.text().split())[:40]}`")
        return FieldType.JSON, False, ()
    if known is not FieldType.ENUM:
        return known, False, ()
    values = options.get("values")
    literal = followed(workspace, *values)[1] if values is not None else found[1][0] if found[1] else None
    inner = followed(workspace, file, literal)[1] if literal is not None else None
    listed = named(inner) if inner is not None and inner.kind() == "array" else list(found[1])
    texts = [string_value(unwrap(each)) for each in listed]
    members = tuple((text, text) for text in texts if text is not None)
    if not members or len(members) != len(texts):
        draft.problem(f"the values of `{name}` are built elsewhere")
    return known, False, members


def _scale(kind: FieldType, node: SgNode) -> int | None:
    """How many digits of `DECIMAL(10, 2)` follow the point."""
    found = type_name(node) if kind is FieldType.DECIMAL else None
    text = found[1][1].text() if found is not None and len(found[1]) > 1 else ""
    return int(text) if text.isdigit() else None


def _validator(option: str, node: SgNode) -> str:
    """`validate: isEmail`: which validators there are."""
    inner = unwrap(node)
    keys = [text for pair in named(inner) if (label := pair.field("key")) is not None and (text := label.text())]
    return f"{option}: {', '.join(keys)}" if option == "validate" and keys else option


def _is_idle(option: str, node: SgNode) -> bool:
    return option == "validate" and unwrap(node).text() == "{}"


def _default(
    draft: _Draft, name: str, kind: FieldType, is_list: bool, given: tuple[SourceFile, SgNode] | None
) -> tuple[DefaultKind, str | None]:
    """How an attribute gets a value when none is given."""
    if given is None or unwrap(given[1]).text() in ("null", "undefined"):
        return DefaultKind.NONE, None
    node = unwrap(given[1])
    text = node.text()
    called = type_name(node)
    last = called[0] if called is not None else text
    if last in _NOW or any(word in text for word in _NOW) or text in ("Date.now", "Date.now()", "new Date()"):
        return DefaultKind.NOW, None
    if last in _UUIDS:
        return DefaultKind.GENERATED_ID, None
    if kind is FieldType.BOOLEAN and text in ("0", "1"):
        return DefaultKind.LITERAL, "false" if text == "0" else "true"
    if kind is FieldType.STRING and node.kind() == "number":
        return DefaultKind.LITERAL, f'"{text}"'
    if kind is FieldType.INT and text in ("true", "false"):
        return DefaultKind.LITERAL, "1" if text == "true" else "0"
    if node.kind() in ("string", "number", "true", "false", "unary_expression") or (is_list and text == "[]"):
        return DefaultKind.LITERAL, text
    if kind is FieldType.JSON and node.kind() in ("object", "array") and len(named(node)) == 0:
        return DefaultKind.LITERAL, text
    draft.problem(f"the default of `{name}` is `{' '.join(text.split())[:40]}`", Reach.CREATES)
    return DefaultKind.NONE, None


def _unique_name(node: SgNode) -> str:
    """The name of the unique set: `unique: "pair"`, `unique: { name: "pair", msg: "…" }`."""
    inner = unwrap(node)
    label = property_of(inner, "name") if inner.kind() == "object" else inner
    return (string_value(unwrap(label)) or "") if label is not None else ""


def _on_delete(given: tuple[SourceFile, SgNode] | None) -> OnDelete:
    text = string_value(unwrap(given[1])) if given is not None else None
    return ON_DELETE.get((text or "").upper(), OnDelete.RESTRICT)
