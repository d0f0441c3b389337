"""Reads every model of a workspace into a table.

https://sequelize.org/docs/v6/core-concepts/model-basics/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.sql import Dialect
from codemods.ir.table import DefaultKind, Enum, Field, FieldType, Gap, Reach, Schema, Table
from codemods.outcome import CODES, Diagnostic, Severity
from codemods.readers.calls import call_site
from codemods.readers.keys import with_keys
from codemods.readers.literals import property_of
from codemods.readers.sequelize.associations import Associated, find_associations
from codemods.readers.sequelize.columns import Column, in_form, read_column
from codemods.readers.sequelize.models import Defined, Models, find_models, is_loader
from codemods.readers.sequelize.nouns import singular
from codemods.readers.sequelize.source import PACKAGES, followed, properties
from codemods.source.file import SourceFile
from codemods.source.tree import find_all, member, named, string_value, unwrap
from codemods.workspace import Role, Workspace

_HARMLESS = frozenset(
    {
        "sequelize", "modelName", "tableName", "timestamps", "createdAt", "updatedAt", "underscored", "indexes",
        "freezeTableName", "charset", "collate", "comment", "engine", "schema", "initialAutoIncrement", "classMethods",
        "instanceMethods", "scopes", "omitNull", "logging", "dialectOptions", "name",
    }
)  # fmt: skip
_HOOKS = re.compile(r"(?:before|after)(?:Bulk)?(Create|Update|Save|Destroy|Upsert|Validate|Find|Count|Delete)?")
_DRIVERS: Mapping[str, Dialect] = {
    "pg": Dialect.POSTGRES,
    "mysql2": Dialect.MYSQL,
    "mysql": Dialect.MYSQL,
    "mariadb": Dialect.MYSQL,
    "sqlite3": Dialect.SQLITE,
}
_FOUND = ("Find", "Count")
_NEVER = ("{}", "false", "null", "undefined")


@dataclass(frozen=True, slots=True)
class ModelReading:
    """The tables, how expressions name them, and what their owner should know."""

    schema: Schema = field(default_factory=Schema)
    models: Models | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


def read_models(workspace: Workspace) -> ModelReading:
    """One table for each model. The first definition of a name counts; another one is reported."""
    if PACKAGES.isdisjoint(workspace.used_packages):
        return ModelReading()
    found: dict[str, Defined] = {}
    diagnostics: list[Diagnostic] = []
    for model in _loaded_first(workspace, list(find_models(workspace))):
        first = found.setdefault(model.name, model)
        if first is not model:
            text = f"model {model.name} is defined again; the definition in {first.file.path} is used"
            diagnostics.append(Diagnostic("CX603", Severity.WARNING, text, CODES["CX603"].help, model.place))
    models = Models(workspace, found)
    defaults = dict(_defaults(workspace))
    read = {name: _Reader(workspace, models, defaults, model).table() for name, model in found.items()}
    associations = list(find_associations(workspace, models))
    associated = Associated({name: table for name, (table, _) in read.items()}, associations)
    changed = _changed(workspace, models)
    dialect = _dialect(workspace)
    tables = [_in_form(table, dialect) for table in associated.tables.values()]
    tables = [_with_gaps(table, changed.get(table.name, ())) for table in tables]
    enums = tuple(enum for _, own in read.values() for enum in own)
    return ModelReading(Schema(with_keys(tables), enums), models, tuple(diagnostics))


def _loaded_first(workspace: Workspace, found: list[Defined]) -> list[Defined]:
    """The models in the order of their files, those in front that a module loads with their folder."""
    folders = {posixpath.dirname(path) for path in workspace.files if is_loader(workspace, path)}
    return sorted(found, key=lambda each: posixpath.dirname(each.file.path) not in folders)


def _dialect(workspace: Workspace) -> Dialect:
    """The database, by the driver that the repository uses."""
    found = (dialect for package, dialect in _DRIVERS.items() if package in workspace.used_packages)
    return next(found, Dialect.MYSQL)


def _in_form(table: Table, dialect: Dialect) -> Table:
    fields = tuple(each if each.name == table.id_field else in_form(each, dialect, each.scale) for each in table.fields)
    return replace(table, fields=fields)


def _with_gaps(table: Table, gaps: Iterable[Gap]) -> Table:
    every = [*table.gaps, *gaps]
    return replace(
        table,
        unsupported=tuple(dict.fromkeys(gap.reason for gap in every if gap.reach is Reach.ALL)),
        gaps=tuple(dict.fromkeys(gap for gap in every if gap.reach is not Reach.ALL)),
    )


def _defaults(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """`define: { timestamps: false }` of the options of the connection, wherever they are written."""
    for path in workspace.files:
        if workspace.role_of(path) is Role.TEST or "define" not in workspace.text(path):
            continue
        for pair in find_all(workspace.source(path).root, "pair"):
            label, value = pair.field("key"), pair.field("value")
            if label is not None and value is not None and label.text() == "define" and value.kind() == "object":
                for key, _, given in properties(workspace, workspace.source(path), value):
                    yield key, string_value(unwrap(given)) or unwrap(given).text()


def _changed(workspace: Workspace, models: Models) -> Mapping[str, list[Gap]]:
    """What statements add to models: `User.beforeCreate(…)`, `User.prototype.toJSON = …`."""
    found: dict[str, list[Gap]] = {}
    for path in workspace.files:
        text = workspace.text(path)
        if workspace.role_of(path) is not Role.SERVER or not re.search(
            r"\.(before|after|addHook|addScope|proto)", text
        ):
            continue
        file = workspace.source(path)
        for call in file.calls:
            site = call_site(call)
            if site is None or site.target is None or site.method is None:
                continue
            named = string_value(site.arguments[0]) if site.method == "addHook" and site.arguments else site.method
            gap = _hook(named or "") or (
                Gap("it has a default scope", Reach.ALL)
                if site.method == "addScope" and named is not None and "defaultScope" in call.text()
                else None
            )
            name = models.name(file, site.target) if gap is not None else None
            if gap is not None and name is not None:
                found.setdefault(name, []).append(gap)
        for node in find_all(file.root, "assignment_expression"):
            left = node.field("left")
            parts = member(left) if left is not None else None
            owner = member(unwrap(parts[0])) if parts is not None else None
            if parts is not None and owner is not None and owner[1] == "prototype" and parts[1] in ("toJSON", "get"):
                name = models.name(file, owner[0])
                if name is not None:
                    found.setdefault(name, []).append(Gap(f"`{parts[1]}` is a function of its own", Reach.ALL))
    return found


def _hook(name: str) -> Gap | None:
    hook = _HOOKS.fullmatch(name)
    if hook is None:
        return None
    kind = hook.group(1)
    reach = Reach.ALL if kind in _FOUND else Reach.DELETES if kind in ("Destroy", "Delete") else Reach.WRITES
    is_single = kind in ("Update", "Save") and "Bulk" not in name
    reach = Reach.CREATES if kind == "Create" else Reach.SAVES if is_single else reach
    return Gap(f"it has the hook `{name}`", reach)


class _Reader:
    """Reads one model."""

    def __init__(self, workspace: Workspace, models: Models, defaults: Mapping[str, str], model: Defined) -> None:
        self._workspace, self._models, self._model = workspace, models, model
        self._gaps: list[Gap] = []
        self._options: dict[str, tuple[SourceFile, SgNode]] = {}
        self._texts = dict(defaults)

    def table(self) -> tuple[Table, tuple[Enum, ...]]:
        """The table with the enums of its columns."""
        self._read_options()
        columns = list(self._columns())
        fields = [self._referring(column) for column in columns]
        keys = [column for column in columns if column.is_key]
        if not keys:
            fields.insert(0, Field("id", FieldType.INT, default_kind=DefaultKind.GENERATED_ID))
        fields += [stamp for stamp in self._stamps() if all(stamp.name != each.name for each in fields)]
        fields = [self._stamped(each) for each in fields]
        shared: dict[str, list[str]] = {}
        for column in columns:
            if column.shared:
                shared.setdefault(column.shared, []).append(column.field.name)
        uniques: list[tuple[str, ...]] = [(column.field.name,) for column in columns if column.is_unique]
        uniques += [tuple(names) for names in shared.values()]
        uniques += self._unique_indexes()
        gaps = [*self._gaps, *(gap for column in columns for gap in column.gaps), *self._own_functions()]
        table = Table(
            name=self._model.name,
            fields=tuple(fields),
            relations=(),
            primary_key=tuple(column.field.name for column in keys) or ("id",),
            generated_id=not keys or (len(keys) == 1 and keys[0].field.default_kind is DefaultKind.GENERATED_ID),
            uniques=tuple(dict.fromkeys(uniques)),
            indexes=(),
            place=self._model.place,
            stored_name=self._texts.get("tableName"),
            gaps=tuple(gaps),
            called=singular(self._model.name),
            casts=True,
        )
        return table, tuple(column.enum for column in columns if column.enum is not None)

    def _read_options(self) -> None:
        if self._model.options is None:
            return
        where, literal = followed(self._workspace, self._model.file, self._model.options)
        if literal.kind() != "object":
            self._gaps.append(Gap("its options are built elsewhere", Reach.ALL))
            return
        for key, file, value in properties(self._workspace, where, literal):
            text = unwrap(value).text()
            self._options[key] = (file, value)
            self._texts[key] = string_value(followed(self._workspace, file, value)[1]) or text
            if key == "hooks" and unwrap(value).kind() == "object":
                self._gaps += self._hooks(unwrap(value))
            elif key == "defaultScope" and text in _NEVER:
                continue
            elif key not in _HARMLESS and text not in _NEVER:
                reach = Reach.WRITES if key == "validate" else Reach.ALL
                self._gaps.append(Gap(f"it has the option `{key or '…'}`", reach))

    def _hooks(self, literal: SgNode) -> Iterator[Gap]:
        for node in named(literal):
            label = node.field("key") or node.field("name")
            gap = _hook(label.text()) if label is not None else None
            yield gap or Gap("it has hooks", Reach.ALL)

    def _columns(self) -> Iterator[Column]:
        assert self._model.attributes is not None
        where, literal = followed(self._workspace, self._model.file, self._model.attributes)
        if literal.kind() != "object":
            self._gaps.append(Gap("its columns are built elsewhere", Reach.ALL))
            return
        for key, file, value in properties(self._workspace, where, literal):
            if key:
                yield read_column(self._workspace, self._model.name, key, file, value)
            else:
                self._gaps.append(Gap("its columns are built elsewhere", Reach.ALL))

    def _referring(self, column: Column) -> Field:
        """`references: { model: "users", key: "id" }`: a table, or a model."""
        if column.refers is None:
            return column.field
        file, node = column.refers
        literal = unwrap(node)
        given = property_of(literal, "model") if literal.kind() == "object" else None
        key = property_of(literal, "key") if literal.kind() == "object" else None
        target = self._referred(file, given) if given is not None else None
        if target is None:
            return column.field
        return replace(column.field, references=(target, (key and string_value(unwrap(key))) or "id"))

    def _referred(self, file: SourceFile, node: SgNode) -> str | None:
        inner = unwrap(node)
        text = string_value(inner)
        if text is None:
            return self._models.name(file, inner)
        return self._models.stored(text)

    def _stamps(self) -> Iterator[Field]:
        if self._texts.get("timestamps") == "false":
            return
        for usual in ("createdAt", "updatedAt"):
            name = self._stamp(usual)
            if name:
                yield Field(name, FieldType.DATETIME)

    def _stamp(self, usual: str) -> str:
        text = self._texts.get(usual, "true")
        return "" if text == "false" else usual if text == "true" else text

    def _stamped(self, column: Field) -> Field:
        if self._texts.get("timestamps") == "false" or column.type is not FieldType.DATETIME:
            return column
        if column.name == self._stamp("createdAt"):
            return replace(column, default_kind=DefaultKind.NOW, nullable=False)
        return replace(column, updated_at=True, nullable=False) if column.name == self._stamp("updatedAt") else column

    def _unique_indexes(self) -> Iterator[tuple[str, ...]]:
        """`indexes: [{ unique: true, fields: ["a", "b"] }]`."""
        given = self._options.get("indexes")
        listed = unwrap(given[1]) if given is not None else None
        for each in named(listed) if listed is not None and listed.kind() == "array" else ():
            unique = property_of(each, "unique") if each.kind() == "object" else None
            fields = property_of(each, "fields") if each.kind() == "object" else None
            if unique is not None and unwrap(unique).text() == "true" and fields is not None:
                names = [string_value(unwrap(name)) for name in named(unwrap(fields))]
                yield tuple(name for name in names if name is not None)

    def _own_functions(self) -> Iterator[Gap]:
        """A class that says itself what its instances show."""
        cls = self._model.cls
        for method in find_all(cls, "method_definition") if cls is not None else ():
            label = method.field("name")
            if label is not None and label.text() in ("toJSON", "get"):
                yield Gap(f"`{label.text()}` is a function of its own", Reach.ALL)
