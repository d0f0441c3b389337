"""Pairs the two sides of Prisma relations and says by which key each side finds the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from codemods.ir.table import OnDelete, Relation, RelationKind
from codemods.readers.prisma.syntax import Block, FieldLine, List, Name, Text

ON_DELETE: Mapping[str, OnDelete] = {
    "Cascade": OnDelete.CASCADE,
    "Restrict": OnDelete.RESTRICT,
    "NoAction": OnDelete.RESTRICT,
    "SetNull": OnDelete.SET_NULL,
}


@dataclass(frozen=True, slots=True)
class Link:
    """One relation field of a model: a side of a relation."""

    line: FieldLine
    name: str | None
    fields: tuple[str, ...]
    references: tuple[str, ...]
    on_delete: str | None


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A single column that refers to another table's column."""

    field: str
    table: str
    column: str
    on_delete: OnDelete


@dataclass(frozen=True, slots=True)
class Relations:
    """The relations of one model, the foreign keys it holds, columns of longer ones, and what has no counterpart."""

    relations: tuple[Relation, ...]
    keys: tuple[ForeignKey, ...]
    parts: tuple[ForeignKey, ...]
    unsupported: tuple[str, ...]


def relations_of(model: Block, models: Mapping[str, Block]) -> Relations:
    """What the relation fields of a model mean."""
    relations: list[Relation] = []
    keys: list[ForeignKey] = []
    parts: list[ForeignKey] = []
    unsupported: list[str] = []
    for link in _links(model, models):
        relation = _relation(model, link, models)
        if isinstance(relation, str):
            unsupported.append(f"relation `{link.line.name}`: {relation}")
            continue
        relations.append(relation)
        if relation.kind is not RelationKind.BELONGS_TO:
            continue
        on_delete = _on_delete(link)
        if on_delete is None:
            unsupported.append(f"relation `{link.line.name}`: onDelete {link.on_delete}")
        elif len(link.fields) == len(link.references) == 1:
            keys.append(ForeignKey(link.fields[0], link.line.type, link.references[0], on_delete))
        else:
            pairs = zip(link.fields, link.references, strict=False)
            parts += [ForeignKey(here, link.line.type, there, on_delete) for here, there in pairs]
    return Relations(tuple(relations), tuple(keys), tuple(parts), tuple(unsupported))


def _links(model: Block, models: Mapping[str, Block]) -> list[Link]:
    return [_link(line) for line in model.fields if line.type in models and line.attribute("ignore") is None]


def _link(line: FieldLine) -> Link:
    attribute = line.attribute("relation")
    if attribute is None:
        return Link(line, None, (), (), None)
    name = attribute.argument("name", 0)
    on_delete = attribute.argument("onDelete")
    return Link(
        line,
        name.value if isinstance(name, Text) else None,
        _names(attribute.argument("fields")),
        _names(attribute.argument("references")),
        on_delete.text if isinstance(on_delete, Name) else None,
    )


def _names(value: object) -> tuple[str, ...]:
    return tuple(item.text for item in value.items if isinstance(item, Name)) if isinstance(value, List) else ()


def _on_delete(link: Link) -> OnDelete | None:
    """Prisma's default is SetNull for optional relations and Restrict for required ones."""
    if link.on_delete is None:
        return OnDelete.SET_NULL if link.line.optional else OnDelete.RESTRICT
    return ON_DELETE.get(link.on_delete)


def _relation(model: Block, link: Link, models: Mapping[str, Block]) -> Relation | str:
    line = link.line
    if link.fields and line.is_list:
        return "many to many through lists of ids"
    if link.fields:
        return Relation(
            line.name,
            RelationKind.BELONGS_TO,
            line.type,
            link.fields,
            link.references,
            required=not line.optional,
            name=link.name,
            on_delete=_on_delete(link) or OnDelete.RESTRICT,
        )
    other = _other_side(model, link, models)
    if isinstance(other, str):
        return other
    if other.fields and not other.line.is_list:
        kind = RelationKind.HAS_MANY if line.is_list else RelationKind.HAS_ONE
        return Relation(line.name, kind, line.type, other.fields, other.references, name=link.name)
    if line.is_list and other.line.is_list and not other.fields:
        return Relation(line.name, RelationKind.MANY_TO_MANY, line.type, name=link.name)
    return "neither side names its key"


def _other_side(model: Block, link: Link, models: Mapping[str, Block]) -> Link | str:
    candidates = [
        each
        for each in _links(models[link.line.type], models)
        if each.line.type == model.name and each.name == link.name and each.line is not link.line
    ]
    if len(candidates) == 1:
        return candidates[0]
    return "its other side was not found" if not candidates else "its other side is ambiguous"
