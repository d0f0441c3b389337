"""Reads associations: the keys that they add to tables, and the names by which code asks for related rows.

https://sequelize.org/docs/v6/core-concepts/assocs/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.ir.table import DefaultKind, Field, FieldType, Gap, OnDelete, Reach, Relation, RelationKind, Table
from codemods.readers.calls import call_site
from codemods.readers.sequelize.columns import ON_DELETE
from codemods.readers.sequelize.models import Models
from codemods.readers.sequelize.nouns import camelized, plural, singular
from codemods.readers.sequelize.source import followed, properties
from codemods.source.file import SourceFile
from codemods.source.tree import string_value, unwrap
from codemods.workspace import Role, Workspace

_KINDS: Mapping[str, RelationKind] = {
    "belongsTo": RelationKind.BELONGS_TO,
    "hasOne": RelationKind.HAS_ONE,
    "hasMany": RelationKind.HAS_MANY,
    "belongsToMany": RelationKind.MANY_TO_MANY,
}
_READ = frozenset({"foreignKey", "as", "through", "otherKey", "onDelete", "onUpdate", "targetKey", "sourceKey"})
_HARMLESS = frozenset({"constraints", "timestamps", "uniqueKey", "hooks", "name", "allowNull", "unique"})


@dataclass(frozen=True, slots=True)
class Association:
    """`source.hasMany(target, options)`; `options` are texts by name, of `foreignKey: { … }` its properties too."""

    kind: RelationKind
    source: str
    target: str
    options: Mapping[str, str]
    through: str = ""
    problem: str = ""


def find_associations(workspace: Workspace, models: Models) -> Iterator[Association]:
    """Every association that the server makes, in the order of its files."""
    for path in workspace.files:
        text = workspace.text(path)
        if workspace.role_of(path) is not Role.SERVER or not any(f".{word}(" in text for word in _KINDS):
            continue
        file = workspace.source(path)
        for call in file.calls:
            found = _association(workspace, models, file, call)
            if found is not None:
                yield found


def _association(workspace: Workspace, models: Models, file: SourceFile, call: SgNode) -> Association | None:
    site = call_site(call)
    kind = _KINDS.get(site.method or "") if site is not None else None
    if site is None or kind is None or site.target is None or not site.arguments:
        return None
    source, target = models.name(file, site.target), models.name(file, site.arguments[0])
    if source is None or target is None:
        return None
    options: dict[str, str] = {}
    through, problem = "", ""
    if len(site.arguments) > 1:
        where, literal = followed(workspace, file, site.arguments[1])
        for key, place, value in properties(workspace, where, literal) if literal.kind() == "object" else ():
            inner = unwrap(value)
            if key == "through":
                through = string_value(inner) or models.name(place, inner) or _through(models, place, inner)
            elif key == "foreignKey" and inner.kind() == "object":
                options |= {f"key.{name}": _text(each) for name, _, each in properties(workspace, place, inner)}
            else:
                options[key] = _text(value)
        if literal.kind() != "object":
            problem = "is built elsewhere"
    unknown = [key for key in options if "." not in key and key not in _READ | _HARMLESS]
    if unknown and not problem:
        problem = f"has the option `{unknown[0]}`"
    return Association(kind, source, target, options, through, problem)


def _through(models: Models, file: SourceFile, node: SgNode) -> str:
    """`through: { model: PostTag }`."""
    given = next((value for key, _, value in properties(models.workspace, file, node) if key == "model"), None)
    return (string_value(unwrap(given)) or models.name(file, given) or "") if given is not None else ""


def _text(node: SgNode) -> str:
    inner = unwrap(node)
    return string_value(inner) or inner.text()


class Associated:
    """The tables, with what associations add to them one after the other."""

    def __init__(self, tables: Mapping[str, Table], associations: Sequence[Association]) -> None:
        self.tables = dict(tables)
        self._all = associations
        for each in associations:
            self._add(each)

    def _add(self, one: Association) -> None:
        """Adds the key and the relation of an association."""
        source, target = self.tables[one.source], self.tables[one.target]
        if one.problem:
            self._gap(one.source, f"its association with {one.target} {one.problem}")
        elif one.kind is RelationKind.MANY_TO_MANY:
            self._connected(one, source, target)
        elif one.kind is RelationKind.BELONGS_TO:
            self._belongs(one, source, target)
        else:
            self._has(one, source, target)

    def _belongs(self, one: Association, source: Table, target: Table) -> None:
        name = one.options.get("as") or singular(one.target)
        referred = one.options.get("targetKey") or _key(target)
        key = _foreign_key(one) or camelized(f"{name}_{referred}")
        column = self._with_key(one, source.name, key, target, referred, OnDelete.RESTRICT)
        self._relate(
            source.name,
            Relation(
                name,
                RelationKind.BELONGS_TO,
                target.name,
                (key,),
                (referred,),
                required=not column.nullable,
                on_delete=column.on_delete,
            ),
        )

    def _has(self, one: Association, source: Table, target: Table) -> None:
        is_one = one.kind is RelationKind.HAS_ONE
        name = one.options.get("as") or (singular if is_one else plural)(one.target)
        referred = one.options.get("sourceKey") or _key(source)
        key = _foreign_key(one) or camelized(f"{singular(one.source)}_{referred}")
        self._with_key(one, target.name, key, source, referred, OnDelete.CASCADE)
        self._relate(source.name, Relation(name, one.kind, target.name, (key,), (referred,)))

    def _connected(self, one: Association, source: Table, target: Table) -> None:
        if not one.through:
            self._gap(source.name, f"its association with {target.name} goes through nothing that is known")
            return
        own = _foreign_key(one) or camelized(f"{singular(source.name)}_{_key(source)}")
        other = one.options.get("otherKey") or self._paired(one) or camelized(f"{singular(target.name)}_{_key(target)}")
        if one.through not in self.tables:
            self.tables[one.through] = Table(
                one.through, (), (), (), False, (), (), source.place, is_join=True, casts=True
            )
        for key, table in ((own, source), (other, target)):
            self._with_key(replace(one, options={}), one.through, key, table, _key(table), OnDelete.CASCADE, False)
        through = self.tables[one.through]
        if through.is_join or (through.generated_id and _is_added(through.field("id"))):
            fields = tuple(each for each in through.fields if not _is_added(each))
            self.tables[one.through] = replace(through, fields=fields, primary_key=(own, other), generated_id=False)
        name = one.options.get("as") or plural(target.name)
        relation = Relation(
            name, RelationKind.MANY_TO_MANY, target.name, (own,), (other,), through=one.through, name=one.through
        )
        self._relate(source.name, relation)

    def _paired(self, one: Association) -> str:
        """The key that the association from the other side names."""
        for other in self._all:
            if (other.source, other.target, other.through) == (one.target, one.source, one.through):
                return _foreign_key(other)
        return ""

    def _with_key(
        self,
        one: Association,
        owner: str,
        key: str,
        target: Table,
        referred: str,
        otherwise: OnDelete,
        may_lack: bool = True,
    ) -> Field:
        """Makes sure of the column that holds the key; what an association before said of it counts."""
        table = self.tables[owner]
        column = table.field(key)
        there = target.field(referred)
        given = ON_DELETE.get(one.options.get("onDelete", one.options.get("key.onDelete", "")).upper())
        nullable = one.options.get("key.allowNull") != "false" and may_lack
        if column is None:
            kind = there.type if there is not None else FieldType.INT
            column = Field(key, kind, nullable=nullable)
            table = replace(table, fields=(*table.fields, column))
        if column.references is None:
            rule = given or (OnDelete.SET_NULL if nullable else otherwise)
            if rule is OnDelete.SET_NULL and not column.nullable:
                rule = OnDelete.RESTRICT
            made = replace(column, references=(target.name, referred), on_delete=rule)
            made = replace(made, type=there.type) if there is not None else made
            if made.default_kind is DefaultKind.GENERATED_ID:
                made = replace(made, default_kind=DefaultKind.NONE)
            table = replace(table, fields=tuple(made if each is column else each for each in table.fields))
            column = made
        self.tables[owner] = table
        return column

    def _relate(self, owner: str, relation: Relation) -> None:
        table = self.tables[owner]
        if table.relation(relation.field) is None and table.field(relation.field) is None:
            self.tables[owner] = replace(table, relations=(*table.relations, relation))

    def _gap(self, owner: str, reason: str) -> None:
        table = self.tables[owner]
        self.tables[owner] = replace(table, gaps=(*table.gaps, Gap(reason, Reach.NONE)))


def _is_added(column: Field | None) -> bool:
    """Is it the key that Sequelize adds to a model without one?"""
    return column is not None and column.place is None and column.default_kind is DefaultKind.GENERATED_ID


def _key(table: Table) -> str:
    return table.primary_key[0] if table.primary_key else "id"


def _foreign_key(one: Association) -> str:
    return one.options.get("foreignKey") or one.options.get("key.name") or one.options.get("key.fieldName") or ""
