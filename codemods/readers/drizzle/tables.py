"""Reads every table, enum and relation that Drizzle's builders define.

https://orm.drizzle.team/docs/sql-schema-declaration
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.ir.nouns import singular_of
from codemods.ir.sql import Dialect
from codemods.ir.table import DefaultKind, Enum, Field, FieldType, Gap, Reach, Schema, Table
from codemods.outcome import CODES, Diagnostic, Severity
from codemods.readers.drizzle.columns import Column, Columns
from codemods.readers.drizzle.constraints import Constraints, read_constraints
from codemods.readers.drizzle.references import Defined, References
from codemods.readers.drizzle.relations import with_relations
from codemods.readers.drizzle.source import PACKAGE, exported
from codemods.readers.keys import with_keys
from codemods.readers.literals import Property, Spread, entries
from codemods.readers.zod.references import follow
from codemods.source.file import SourceFile
from codemods.source.tree import arguments, string_value, unwrap
from codemods.workspace import Role, Workspace

_DIALECTS: Mapping[str, Dialect] = {
    "pgTable": Dialect.POSTGRES,
    "mysqlTable": Dialect.MYSQL,
    "sqliteTable": Dialect.SQLITE,
}


@dataclass(frozen=True, slots=True)
class TableReading:
    """The tables and enums, by what expressions name them, and what their owner should know."""

    schema: Schema = field(default_factory=Schema)
    references: References | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


def read_tables(workspace: Workspace) -> TableReading:
    """One table for each `pgTable(…)` and its like. The first definition of a name counts; another one is reported."""
    if PACKAGE not in workspace.used_packages:
        return TableReading()
    columns, found = Columns(workspace), list(_defined(workspace))
    names = list(dict.fromkeys(each.name for each in found))
    first = {name: next(each for each in found if each.name == name) for name in names}
    references = References(workspace, {each.key: each.name for each in first.values()})
    read = {name: _read(workspace, columns, references, each) for name, each in first.items()}
    tables = with_keys(with_relations(workspace, references, [table for table, _ in read.values()]))
    enums = {enum.name: enum for _, own in read.values() for enum in own}
    schema = Schema(tuple(tables), tuple(enums.values()))
    twice = [each for each in found if first[each.name] is not each]
    return TableReading(schema, references, tuple(_reported(each, first[each.name]) for each in twice))


def _reported(again: Defined, first: Defined) -> Diagnostic:
    text = f"table {again.name} is defined again; the definition in {first.file.path} is used"
    return Diagnostic("CX603", Severity.WARNING, text, CODES["CX603"].help, again.file.place(again.call))


def _defined(workspace: Workspace) -> Iterator[Defined]:
    for path in workspace.files:
        if workspace.role_of(path) is not Role.SERVER or "able(" not in workspace.text(path):
            continue
        file = workspace.source(path)
        for call in file.calls:
            declarator = call.parent()
            name = declarator.field("name") if declarator is not None else None
            if declarator is None or declarator.kind() != "variable_declarator" or name is None:
                continue
            if len(arguments(call)) > 1 and exported(workspace, file, call) in _DIALECTS:
                yield Defined(name.text(), file, declarator, call)


def _read(
    workspace: Workspace, reader: Columns, references: References, found: Defined
) -> tuple[Table, tuple[Enum, ...]]:
    given = arguments(found.call)
    kind = exported(workspace, found.file, found.call) or ""
    stored = string_value(given[0]) or found.name
    problems: list[str] = []
    columns: dict[str, Column] = {}
    for name, file, node in _columns(workspace, found.file, given[1], problems):
        column = reader.read(file, found.name, name, node)
        if isinstance(column, str):
            problems.append(column)
        else:
            columns[name] = column
    constraints = read_constraints(workspace, references, found, given[2:])
    key = tuple(name for name, column in columns.items() if column.key) or constraints.key
    fields = tuple(_field(references, found, column, constraints) for column in columns.values())
    named = _named(references, found, stored, columns, constraints)
    uniques = [(name,) for name, column in columns.items() if column.unique]
    gaps = [gap for column in columns.values() for gap in column.gaps]
    if not key and not uniques and not constraints.uniques:
        gaps.append(Gap("it has no key", Reach.NONE))
    table = Table(
        name=found.name,
        fields=fields,
        relations=(),
        primary_key=key,
        generated_id=_is_generated(kind, key, columns),
        uniques=tuple(dict.fromkeys([*uniques, *constraints.uniques])),
        indexes=constraints.indexes,
        place=found.file.place(found.call),
        stored_name=stored,
        unsupported=(*problems, *(each for column in columns.values() for each in column.problems)),
        gaps=(*gaps, *constraints.gaps),
        called=_called(stored),
        sql=_DIALECTS.get(kind),
        wraps_errors=_wraps(workspace, found.file.path),
        constraints=tuple(named.items()),
    )
    return table, tuple(column.enum for column in columns.values() if column.enum is not None)


_WRAPPED = (0, 44)
"""The version since which Drizzle puts an error of its own around those of drivers."""


def _wraps(workspace: Workspace, path: str) -> bool:
    package = workspace.package_of(path)
    found = re.search(r"(\d+)\.(\d+)", package.dependencies.get(PACKAGE, "")) if package is not None else None
    return found is None or (int(found[1]), int(found[2])) >= _WRAPPED


def _named(
    references: References, found: Defined, stored: str, columns: Mapping[str, Column], constraints: Constraints
) -> dict[tuple[str, ...], str]:
    """The names of constraints: their own, or those that Drizzle makes up."""
    names: dict[tuple[str, ...], str] = {}
    for key in constraints.uniques:
        names[key] = f"{stored}_{'_'.join(columns[each].stored for each in key if each in columns)}_unique"
    for name, column in columns.items():
        if column.key:
            names[(name,)] = f"{stored}_pkey"
        elif column.unique:
            names[(name,)] = column.unique_name or f"{stored}_{column.stored}_unique"
        elif column.refers is not None and (target := references.column(found.file, column.refers)) is not None:
            names[(name,)] = f"{stored}_{column.stored}_{target[0]}_{target[1]}_fk"
    if constraints.key:
        names[constraints.key] = (
            f"{stored}_{'_'.join(columns[each].stored for each in constraints.key if each in columns)}_pk"
        )
    return names | constraints.names


def _called(stored: str) -> str:
    """`company_domains` holds rows that are each called `company_domain`."""
    head, separator, last = stored.rpartition("_")
    return f"{head}{separator}{singular_of(last)}"


def _columns(
    workspace: Workspace, file: SourceFile, given: SgNode, problems: list[str]
) -> Iterator[tuple[str, SourceFile, SgNode]]:
    """The properties of a definition, through constants that are spread into it and `(t) => ({ … })`."""
    literal = unwrap(given)
    if literal.kind() == "arrow_function":
        body = literal.field("body")
        literal = unwrap(body) if body is not None else literal
    if literal.kind() != "object":
        target = follow(workspace, file, literal)
        if target is None or target[1].kind() != "object":
            problems.append("its columns are built elsewhere")
            return
        file, literal = workspace.source(target[0]), target[1]
    for entry in entries(literal):
        if isinstance(entry, Property):
            yield entry.key, *_value(workspace, file, entry.value)
        elif isinstance(entry, Spread):
            yield from _columns(workspace, file, entry.value, problems)
        else:
            problems.append("a column has a computed name")


def _value(workspace: Workspace, file: SourceFile, node: SgNode) -> tuple[SourceFile, SgNode]:
    """The builder behind a constant that holds one."""
    if unwrap(node).kind() == "call_expression":
        return file, node
    target = follow(workspace, file, node)
    return (workspace.source(target[0]), target[1]) if target is not None else (file, node)


def _field(references: References, found: Defined, column: Column, constraints: Constraints) -> Field:
    key = column.field.name
    if key in constraints.references:
        referred, on_delete = constraints.references[key]
        return replace(column.field, references=referred, on_delete=on_delete)
    if column.refers is None:
        return column.field
    target = references.column(found.file, column.refers)
    return column.field if target is None else replace(column.field, references=target)


def _is_generated(kind: str, key: tuple[str, ...], columns: Mapping[str, Column]) -> bool:
    """Is the key one column that is made with the row? SQLite makes every whole number that is a key."""
    column = columns.get(key[0]) if len(key) == 1 else None
    if column is None or column.refers is not None:
        return False
    is_row_number = kind == "sqliteTable" and column.field.type is FieldType.INT
    return is_row_number or column.field.default_kind is DefaultKind.GENERATED_ID
