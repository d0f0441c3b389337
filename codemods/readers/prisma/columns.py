"""Turns one field line of a Prisma model into a stored column: its type, default and modifiers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from codemods.ir.table import DefaultKind, Field, FieldType, Gap, Reach
from codemods.outcome import Place
from codemods.readers.prisma.syntax import Argument, Call, FieldLine, List, Name, Number, Text, Value

SCALARS: Mapping[str, FieldType] = {
    "String": FieldType.STRING,
    "Int": FieldType.INT,
    "Float": FieldType.FLOAT,
    "BigInt": FieldType.BIGINT,
    "Decimal": FieldType.DECIMAL,
    "Boolean": FieldType.BOOLEAN,
    "DateTime": FieldType.DATETIME,
    "Json": FieldType.JSON,
    "Bytes": FieldType.BYTES,
}

GENERATORS = frozenset({"autoincrement", "uuid", "cuid", "nanoid", "ulid", "auto", "sequence", "dbgenerated"})
"""Functions that make a key: https://www.prisma.io/docs/orm/reference/prisma-schema-reference#attribute-functions"""

_CLOCK = re.compile(r"^\s*(now\(\)|current_timestamp(\(\d*\))?|clock_timestamp\(\)|getdate\(\)|sysdate\(\))\s*$", re.I)
_RANDOM_ID = re.compile(r"uuid|nextval|newid|cuid|nanoid|ulid|nano", re.I)


@dataclass(frozen=True, slots=True)
class Column:
    """A column and what of it has no counterpart."""

    field: Field
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Default:
    """How a column gets its value."""

    kind: DefaultKind = DefaultKind.NONE
    literal: str | None = None
    problem: str | None = None


def column_of(line: FieldLine, enums: frozenset[str], path: str, is_key: bool) -> Column:
    """The column of a field whose type is a scalar or an enum."""
    kind = FieldType.ENUM if line.type in enums else SCALARS[line.type]
    default = _default_of(line, kind, is_key)
    field = Field(
        name=line.name,
        type=kind,
        nullable=line.optional,
        is_list=line.is_list,
        enum=line.type if kind is FieldType.ENUM else None,
        default_kind=default.kind,
        default=default.literal,
        updated_at=line.attribute("updatedAt") is not None,
        place=Place(path, line.line, line.column),
    )
    gaps = (Gap(f"field `{line.name}`: {default.problem}", Reach.CREATES),) if default.problem else ()
    return Column(field, gaps)


def _default_of(line: FieldLine, kind: FieldType, is_key: bool) -> Default:
    attribute = line.attribute("default")
    value = attribute.argument("value", 0) if attribute else None
    if value is None:
        return Default()
    if isinstance(value, Call):
        return _function_default(value.name, value.arguments, kind, is_key)
    literal = literal_of(value, kind)
    if literal is None:
        return Default(problem="default value is not understood")
    return Default(DefaultKind.LITERAL, literal)


def _function_default(name: str, arguments: tuple[Argument, ...], kind: FieldType, is_key: bool) -> Default:
    if name == "now":
        return Default(DefaultKind.NOW)
    if name == "dbgenerated":
        return _database_default(arguments, kind, is_key)
    if name in ("autoincrement", "sequence") and not is_key:
        return Default(DefaultKind.GENERATED_ID, problem=f"{name}() on a field that is not the key")
    if name in GENERATORS:
        return Default(DefaultKind.GENERATED_ID)
    return Default(problem=f"default {name}() is not understood")


def _database_default(arguments: tuple[Argument, ...], kind: FieldType, is_key: bool) -> Default:
    """`dbgenerated("…")` holds SQL: a clock, a random id, or something only the database knows."""
    first = arguments[0].value if arguments else None
    sql = first.value if isinstance(first, Text) else ""
    if kind is FieldType.DATETIME and _CLOCK.match(sql):
        return Default(DefaultKind.NOW)
    if is_key or _RANDOM_ID.search(sql):
        return Default(DefaultKind.GENERATED_ID)
    return Default(problem="default is computed by the database")


def literal_of(value: Value, kind: FieldType) -> str | None:
    """The TypeScript literal of a default, None when it has none."""
    if isinstance(value, List):
        items = [literal_of(item, kind) for item in value.items]
        return None if None in items else f"[{', '.join(item or '' for item in items)}]"
    if isinstance(value, Number):
        return _number_literal(value.text, kind)
    if isinstance(value, Name):
        return _name_literal(value.text, kind)
    if isinstance(value, Text):
        return _text_literal(value.value, kind)
    return None


def _number_literal(text: str, kind: FieldType) -> str:
    if kind is FieldType.DECIMAL:
        return json.dumps(text)
    return f"{text}n" if kind is FieldType.BIGINT else text


def _name_literal(name: str, kind: FieldType) -> str | None:
    if kind is FieldType.ENUM:
        return json.dumps(name)
    return name if name in ("true", "false", "null") else None


def _text_literal(text: str, kind: FieldType) -> str | None:
    if kind is FieldType.BYTES:
        return None
    if kind is not FieldType.JSON:
        return json.dumps(text, ensure_ascii=False)
    try:
        return json.dumps(json.loads(text), ensure_ascii=False)
    except ValueError:
        return None
