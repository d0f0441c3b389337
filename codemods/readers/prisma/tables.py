"""Turns a parsed Prisma model into a table: columns, keys, indexes, and what has no counterpart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from codemods.ir.table import DefaultKind, Field, FieldType, Gap, Reach, Table
from codemods.outcome import Place
from codemods.readers.prisma.columns import SCALARS, column_of
from codemods.readers.prisma.relations import Relations, relations_of
from codemods.readers.prisma.syntax import Attribute, Block, Call, FieldLine, List, Name, Text, Value

KeyTuple = tuple[str, ...]


def table_of(model: Block, models: Mapping[str, Block], enums: frozenset[str], path: str) -> Table:
    """The table of a model or view. `models` are all models that relations may name, by name."""
    primary_key = _primary_key(model)
    columns = [
        column_of(line, enums, path, primary_key == (line.name,))
        for line in model.fields
        if (line.type in SCALARS or line.type in enums) and not _is_hidden(line)
    ]
    relations = relations_of(model, models)
    fields = tuple(_with_reference(column.field, relations) for column in columns)
    return Table(
        name=model.name,
        fields=fields,
        relations=relations.relations,
        primary_key=primary_key,
        generated_id=_has_generated_id(model, fields, primary_key, relations),
        uniques=_uniques(model),
        indexes=tuple(dict.fromkeys(_field_lists(model, "index"))),
        place=Place(path, model.line, model.column),
        stored_name=_stored_name(model.attribute("map")),
        unsupported=(*_block_reasons(model, models, enums), *relations.unsupported),
        gaps=(*_hidden_columns(model), *(gap for column in columns for gap in column.gaps)),
        search=_searched(model, fields),
        is_view=model.kind == "view",
    )


def _is_hidden(line: FieldLine) -> bool:
    """A column that Prisma's client never shows, so that its calls work without it."""
    return line.type.startswith("Unsupported(") or line.attribute("ignore") is not None


def _hidden_columns(model: Block) -> Iterator[Gap]:
    for line in filter(_is_hidden, model.fields):
        yield Gap(f"hidden column `{line.name}`: no code sees it, and it is not stored", Reach.NONE)


def _searched(model: Block, fields: tuple[Field, ...]) -> tuple[str, ...]:
    """The text columns of every `@@fulltext([a, b])`."""
    texts = {field.name for field in fields if field.type is FieldType.STRING and not field.is_list}
    listed = [name for names in _field_lists(model, "fulltext") for name in names]
    return tuple(dict.fromkeys(name for name in listed if name in texts))


def _with_reference(field: Field, relations: Relations) -> Field:
    key = next((each for each in relations.keys if each.field == field.name), None)
    if key is not None:
        return replace(field, references=(key.table, key.column), on_delete=key.on_delete)
    part = next((each for each in relations.parts if each.field == field.name), None)
    return field if part is None else replace(field, holds=(part.table, part.column))


def _primary_key(model: Block) -> KeyTuple:
    single = next((line.name for line in model.fields if line.attribute("id")), None)
    return (single,) if single else next(_field_lists(model, "id"), ())


def _uniques(model: Block) -> tuple[KeyTuple, ...]:
    single = [(line.name,) for line in model.fields if line.attribute("unique")]
    return tuple(dict.fromkeys([*single, *_field_lists(model, "unique")]))


def _field_lists(model: Block, attribute: str) -> Iterator[KeyTuple]:
    """The field tuples of every `@@attribute([a, b(sort: Desc)])`."""
    for each in model.attributes:
        listed = each.argument("fields", 0) if each.name == attribute else None
        names = tuple(_field_name(item) for item in listed.items) if isinstance(listed, List) else ()
        if names and all(names):
            yield names


def _field_name(item: Value) -> str:
    if isinstance(item, Call):
        return item.name
    return item.text if isinstance(item, Name) else ""


def _has_generated_id(model: Block, fields: tuple[Field, ...], key: KeyTuple, relations: Relations) -> bool:
    if len(key) != 1 or any(foreign.field == key[0] for foreign in relations.keys):
        return False
    line = next(line for line in model.fields if line.name == key[0])
    generated = any(f.name == key[0] and f.default_kind is DefaultKind.GENERATED_ID for f in fields)
    return generated or _is_object_id(line)


def _is_object_id(line: FieldLine) -> bool:
    """MongoDB's own key: `@map("_id") @db.ObjectId`."""
    return line.attribute("db.ObjectId") is not None and _stored_name(line.attribute("map")) == "_id"


def _stored_name(attribute: Attribute | None) -> str | None:
    value = attribute.argument("name", 0) if attribute else None
    return value.value if isinstance(value, Text) else None


def _block_reasons(model: Block, models: Mapping[str, Block], enums: frozenset[str]) -> Iterator[str]:
    if model.kind == "view":
        yield "a view has no counterpart in Convex"
    if model.broken:
        yield "its definition has syntax errors"
    if not _primary_key(model) and not _uniques(model) and model.kind == "model":
        yield "no key was found"
    for line in model.fields:
        if line.type not in SCALARS and line.type not in enums and line.type not in models and not _is_hidden(line):
            yield f"field `{line.name}`: type {line.type} has no counterpart"
