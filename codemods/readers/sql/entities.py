"""TypeORM's entities as the data definitions of SQL that its naming makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.ir.sql import Dialect
from codemods.readers.calls import CallSite, call_site
from codemods.readers.literals import property_of
from codemods.source.file import SourceFile
from codemods.source.tree import find_all, named, property_name, string_value, unwrap

PACKAGE = "typeorm"
WORD = "@Entity("
"""What stands in every file of entities."""

_TYPES: Mapping[str, str] = {
    "varchar": "varchar", "character varying": "varchar", "nvarchar": "varchar", "char": "varchar", "string": "varchar",
    "text": "text", "longtext": "text", "mediumtext": "text", "enum": "text", "simple-enum": "text",
    "int": "integer", "integer": "integer", "int2": "smallint", "int4": "integer", "smallint": "smallint",
    "tinyint": "smallint", "mediumint": "integer", "number": "integer", "bigint": "bigint", "int8": "bigint",
    "float": "double precision", "float8": "double precision", "double": "double precision", "real": "real",
    "double precision": "double precision", "decimal": "decimal", "numeric": "decimal", "boolean": "boolean",
    "bool": "boolean", "timestamp": "timestamp", "timestamptz": "timestamptz", "datetime": "timestamp",
    "timestamp with time zone": "timestamptz", "timestamp without time zone": "timestamp", "Date": "timestamp",
    "uuid": "uuid", "json": "json", "jsonb": "jsonb", "String": "varchar", "Number": "integer", "Boolean": "boolean",
}  # fmt: skip
"""Types of columns by those of PostgreSQL. TypeORM gives days as texts, lists as it likes: they are not among them."""

_MADE = {
    "CreateDateColumn": "DEFAULT CURRENT_TIMESTAMP",
    "UpdateDateColumn": "DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP",
}
_HOOKS = frozenset(
    {"BeforeInsert", "BeforeUpdate", "AfterInsert", "AfterUpdate", "AfterLoad", "BeforeRemove", "AfterRemove"}
)
_KEYS = frozenset({"PrimaryGeneratedColumn", "PrimaryColumn"})
_TO_MANY = frozenset({"OneToMany", "ManyToMany", "RelationId", "JoinTable"})
_COLUMNS = frozenset({"Column", *_MADE, *_KEYS})


@dataclass(frozen=True, slots=True)
class Column:
    """A column by the name of its property."""

    name: str
    definition: str
    is_shown: bool = True
    is_made: bool = False
    """The database gives it a value where code gives none."""
    is_nullable: bool = False
    is_property: bool = True
    """Objects have it, and not only the database."""
    is_stamp: bool = False
    """It says when the row was changed."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A class of entities: the columns of its table, the properties of relations by the column of their key, and what
    of it is not understood."""

    name: str
    table: str
    node: SgNode
    columns: tuple[Column, ...]
    keys: Mapping[str, str]
    targets: Mapping[str, str]
    """The classes of the entities behind those keys."""
    relations: frozenset[str]
    constraints: tuple[str, ...]
    gaps: tuple[str, ...]


def entities_in(file: SourceFile, tables: Mapping[str, str] | None = None) -> Iterator[Entity]:
    """The entities of a file."""
    for cls in find_all(file.root, "class_declaration"):
        decorator = next((each for each in _decorators(cls) if each.name == "Entity"), None)
        if decorator is not None and _is_own(file, decorator):
            yield _Reader(cls, decorator, tables or {}).read()


def entity_definitions(file: SourceFile, dialect: Dialect, tables: Mapping[str, str]) -> list[tuple[SgNode, str]]:
    """The places of entities, and CREATE TABLE for each. `tables` are the names of tables by those of classes."""
    found = []
    for entity in entities_in(file, tables):
        parts = [*(each.definition for each in entity.columns), *entity.constraints]
        text = f'CREATE TABLE "{entity.table}" ({", ".join(parts)})'
        found.append((entity.node, text.replace('"', "`") if dialect is Dialect.MYSQL else text))
    return found


def is_entity(file: SourceFile, node: SgNode) -> bool:
    """Is a declaration a class of entities?"""
    return any(site.name == "Entity" and _is_own(file, site) for site in _decorators(node))


def _is_own(file: SourceFile, decorator: CallSite) -> bool:
    """Does a decorator come from TypeORM, and not from one of the others that call theirs so?"""
    name = decorator.target if decorator.target is not None else decorator.function
    binding = file.bindings.resolve(name) if name.kind() == "identifier" else None
    return binding is not None and binding.imported is not None and binding.imported.module == PACKAGE


def table_name(class_name: str) -> str:
    """`BlogPost` → `blog_post`."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"([A-Z])([A-Z][a-z])", r"\1_\2", class_name))
    return spaced.lower()


def _decorators(node: SgNode) -> list[CallSite]:
    """The calls in the decorators of a class or a property."""
    parent = node.parent()
    holders = [node, *([parent] if parent is not None and parent.kind() == "export_statement" else [])]
    calls = [
        inner
        for holder in holders
        for each in holder.children()
        if each.kind() == "decorator"
        for inner in named(each)
        if inner.kind() == "call_expression"
    ]
    return [site for call in calls if (site := call_site(call)) is not None]


@dataclass(slots=True)
class _Reader:
    cls: SgNode
    entity: CallSite
    tables: Mapping[str, str]
    columns: list[Column] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    targets: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    relations: set[str] = field(default_factory=set)
    constraints: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    def read(self) -> Entity:
        label, body = self.cls.field("name"), self.cls.field("body")
        assert label is not None and body is not None
        for member in named(body):
            if member.kind() in ("public_field_definition", "method_definition"):
                self._member(member)
        # In a class the decorators of methods stand before them.
        for each in find_all(body, "decorator"):
            name = each.text().lstrip("@").split("(")[0]
            if name in _HOOKS:
                self.gaps.append(f"`@{name}`")
        heritage = next((each for each in self.cls.children() if each.kind() == "class_heritage"), None)
        if heritage is not None and "extends" in heritage.text() and "BaseEntity" not in heritage.text():
            self.gaps.append("a class that it extends")
        for site in _decorators(self.cls):
            if site.name in ("Unique", "Index"):
                self._constraint(site)
        keys = self._finished_keys()
        return Entity(
            label.text(),
            self._table(label.text()),
            self.cls,
            tuple(self.columns),
            keys,
            self.targets,
            frozenset(self.relations),
            tuple(self.constraints),
            tuple(self.gaps),
        )

    def _table(self, name: str) -> str:
        given = self.entity.arguments[0] if self.entity.arguments else None
        text = string_value(given) if given is not None else None
        if given is not None and given.kind() == "object":
            written = property_of(given, "name")
            text = string_value(unwrap(written)) if written is not None else None
        return text or table_name(name)

    def _member(self, member: SgNode) -> None:
        name = property_name(member.field("name"))
        sites = _decorators(member)
        if name is None or not sites:
            return
        by_name = {site.name: site for site in sites}
        column = next((by_name[each] for each in by_name if each in _COLUMNS), None)
        if column is not None:
            self._column(name, column, member)
        elif by_name.keys() & {"ManyToOne", "OneToOne"}:
            self._key(name, by_name)
        elif by_name.keys() & _TO_MANY:
            self.relations.add(name)
            if any("eager" in site.node.text() for site in sites):
                self.gaps.append(f"`{name}`, which is always loaded")
        elif not by_name.keys() & {"JoinColumn", *_HOOKS} and any(self._is_own(site) for site in sites):
            self.gaps.append(f"`@{sites[0].name}` of `{name}`")

    def _is_own(self, site: CallSite) -> bool:
        return site.name in (
            "DeleteDateColumn",
            "VersionColumn",
            "ObjectIdColumn",
            "TreeParent",
            "TreeChildren",
            "VirtualColumn",
        )

    def _options(self, site: CallSite) -> tuple[str, SgNode | None]:
        """The type that a decorator names, and its options."""
        type_, options = "", None
        for node in site.arguments:
            if node.kind() == "object":
                options = node
            else:
                type_ = string_value(node) or node.text()
        if options is not None and (written := property_of(options, "type")) is not None:
            type_ = string_value(unwrap(written)) or unwrap(written).text()
        return type_, options

    def _column(self, name: str, site: CallSite, member: SgNode) -> None:
        type_, options = self._options(site)
        texts = {each: unwrap(value).text() for each in ("nullable", "unique", "select", "length", "default", "name",
                 "transformer", "array", "precision", "scale") if options is not None
                 and (value := property_of(options, each)) is not None}  # fmt: skip
        for each in ("transformer", "array"):
            if each in texts:
                self.gaps.append(f"`{each}` of the column `{name}`")
        if site.name == "PrimaryGeneratedColumn":
            made = "uuid DEFAULT gen_random_uuid()" if type_ == "uuid" else "integer GENERATED BY DEFAULT AS IDENTITY"
            self.columns.append(Column(name, f'"{name}" {made} PRIMARY KEY', is_made=True))
            return
        annotation = member.field("type")
        written = annotation.text().lstrip(": ").split("|")[0].strip() if annotation is not None else ""
        known = "timestamp" if site.name in _MADE and not type_ else _TYPES.get(type_ or written)
        definition = [f'"{name}"', known or f'"typeorm {type_ or written}"']
        if known == "varchar" and texts.get("length", "").strip("'\"").isdigit():
            definition[1] = f"varchar({texts['length'].strip(chr(39) + chr(34))})"
        if known == "decimal" and texts.get("precision", "").isdigit():
            definition[1] = f"decimal({texts['precision']}, {texts.get('scale', '0')})"
        definition += [] if texts.get("nullable") == "true" else ["NOT NULL"]
        definition += ["PRIMARY KEY"] if site.name == "PrimaryColumn" else []
        definition += ["UNIQUE"] if texts.get("unique") == "true" else []
        default = _MADE.get(site.name) or self._default(texts.get("default"))
        text, is_stamp = " ".join([*definition, default]), site.name == "UpdateDateColumn"
        is_shown, is_nullable = texts.get("select") != "false", texts.get("nullable") == "true"
        self.columns.append(Column(name, text, is_shown, bool(default), is_nullable, is_stamp=is_stamp))

    def _default(self, text: str | None) -> str:
        if text is None or text == "null":
            return ""
        arrow = re.fullmatch(r"\(\)\s*=>\s*(['\"`])(.*)\1", text)
        if arrow is not None:
            inner = re.sub(r"\(\d\)$", "", arrow[2])
            return f"DEFAULT {inner}"
        quoted = re.fullmatch(r"(['\"`])(.*)\1", text)
        if quoted is not None:
            escaped = quoted[2].replace("'", "''")
            return f"DEFAULT '{escaped}'"
        return f"DEFAULT {text}" if re.fullmatch(r"-?[\d.]+|true|false", text) else "DEFAULT computed_elsewhere()"

    def _key(self, name: str, by_name: Mapping[str, CallSite]) -> None:
        """The column of a key to one entity."""
        relation = by_name.get("ManyToOne") or by_name["OneToOne"]
        self.relations.add(name)
        join = by_name.get("JoinColumn")
        if relation.name == "OneToOne" and join is None:
            return
        _, options = self._options(relation)
        flags = {each: unwrap(value).text() for each in ("eager", "nullable", "onDelete") if options is not None
                 and (value := property_of(options, each)) is not None}  # fmt: skip
        if flags.get("eager") == "true":
            self.gaps.append(f"`{name}`, which is always loaded")
        target = relation.arguments[0] if relation.arguments else None
        body = target.field("body") if target is not None else None
        target_name = body.text() if body is not None else (string_value(target) or "") if target is not None else ""
        given = property_of(join.arguments[0], "name") if join is not None and join.arguments else None
        column = (string_value(unwrap(given)) if given is not None else None) or f"{name}Id"
        on_delete = flags.get("onDelete", "").strip("'\"")
        self.keys[name] = column
        self.targets[name] = target_name
        table = self.tables.get(target_name, table_name(target_name))
        reference = f'REFERENCES "{table}" ("id")' + (f" ON DELETE {on_delete}" if on_delete else "")
        self.references[column] = reference
        self.constraints.append(f'CONSTRAINT f FOREIGN KEY ("{column}") {reference}')

    def _finished_keys(self) -> Mapping[str, str]:
        """Keys that are no properties are columns that nobody sees."""
        known = {each.name for each in self.columns}
        for column in self.references:
            if column not in known:
                self.columns.append(Column(column, f'"{column}" integer', is_shown=False, is_property=False))
        return self.keys

    def _constraint(self, site: CallSite) -> None:
        listed = next((each for each in site.arguments if each.kind() == "array"), None)
        names = [text for each in (named(listed) if listed is not None else ()) if (text := string_value(each))]
        unique = site.name == "Unique" or "unique: true" in site.node.text()
        if names and unique:
            quoted = ", ".join(f'"{name}"' for name in names)
            self.constraints.append(f"CONSTRAINT u UNIQUE ({quoted})")
