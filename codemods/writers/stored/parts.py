"""Pieces of the generated table modules, and small questions that several of their writers ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from codemods.ir.table import Field, OnDelete, RelationKind, Schema, Table
from codemods.writers.code import DATA_MODEL, SERVER, ImportSpec, TableUse, merge_imports
from codemods.writers.layout import WIDTH, Doc, Group, Line, Nest, text_of
from codemods.writers.library import names_in, spec_of
from codemods.writers.names import RowNames, SchemaNames, identifier
from codemods.writers.stored.indexes import canonical, index_of, unique_sets


@dataclass(frozen=True, slots=True)
class ModulePart:
    """A declaration of `convex/tables/<table>.ts`, there when any of its `uses` is.

    `needs` are functions of other tables that it calls, `runtime` functions of the library.
    """

    name: str
    order: int
    text: str
    uses: frozenset[TableUse]
    imports: tuple[ImportSpec, ...] = ()
    needs: frozenset[TableUse] = frozenset()
    indexes: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    runtime: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: `fields` of `table` hold the values of `references` of `target`."""

    table: Table
    fields: tuple[str, ...]
    target: Table
    references: tuple[str, ...]
    on_delete: OnDelete

    @property
    def constraint(self) -> str:
        """The name that Prisma gives the constraint, as its errors show it."""
        return f"{self.table.stored_name or self.table.name}_{'_'.join(self.fields)}_fkey (index)"

    @property
    def is_by_id(self) -> bool:
        """True when the key holds generated ids."""
        return self.references == (self.target.id_field,)

    def nullable(self) -> list[str]:
        """Its columns that may be null: then it refers to nothing."""
        return [name for name in self.fields if (column := self.table.field(name)) is not None and column.nullable]


@dataclass(slots=True)
class Builder:
    """Collects what one part uses, under names that do not collide."""

    schema: Schema
    names: SchemaNames
    table: Table
    imports: set[ImportSpec] = field(default_factory=set)
    needs: set[TableUse] = field(default_factory=set)
    indexes: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    runtime: set[str] = field(default_factory=set)

    @property
    def own(self) -> RowNames:
        """The names around the table."""
        return self.names.of(self.table.name)

    @property
    def quoted(self) -> str:
        """The Convex table's name in quotes."""
        return f'"{self.own.table}"'

    def row_name(self, *taken: str, other: str) -> str:
        """What a function calls a row of the table: by the name of the table, unless that means something else."""
        return other if self.own.row in (*taken, *names_in("lib/rows")) else self.own.row

    def library(self, name: str) -> str:
        """A declaration of the runtime library."""
        self.runtime.add(name)
        self.imports.add(spec_of(name))
        return name

    def doc_type(self) -> str:
        """`Doc<"users">`."""
        self.imports.add(ImportSpec(DATA_MODEL, "Doc", type_only=True))
        return f"Doc<{self.quoted}>"

    def id_type(self, table: Table) -> str:
        """`Id<"users">`."""
        self.imports.add(ImportSpec(DATA_MODEL, "Id", type_only=True))
        return f'Id<"{self.names.of(table.name).table}">'

    def mutation_ctx(self) -> str:
        """`MutationCtx`."""
        self.imports.add(ImportSpec(SERVER, "MutationCtx", type_only=True))
        return "MutationCtx"

    def index(self, table: Table, fields: Iterable[str]) -> tuple[str, tuple[str, ...]]:
        """The name of an index and its source fields in order."""
        ordered = canonical(table, tuple(fields))
        name, stored = index_of(table, ordered, self.names)
        self.indexes.add((table.name, stored))
        return name, ordered

    def stored(self, table: Table, column: str) -> str:
        """The Convex name of a column."""
        return self.names.field(table, column)

    def part(self, name: str, order: int, text: str, *uses: TableUse) -> ModulePart:
        """The finished part."""
        return ModulePart(
            name,
            order,
            text,
            frozenset(uses),
            merge_imports(self.imports),
            frozenset(self.needs),
            frozenset(self.indexes),
            frozenset(self.runtime),
        )


def references_of(schema: Schema) -> tuple[Reference, ...]:
    """Every foreign key of the schema, in its order. Relations of SQL tables only say what may be loaded together."""
    found: dict[tuple[str, tuple[str, ...]], Reference] = {}
    for table in schema.tables:
        for column in table.fields:
            target = schema.table(column.references[0]) if column.references else None
            if column.references and target is not None:
                reference = Reference(table, (column.name,), target, (column.references[1],), column.on_delete)
                found[(table.name, reference.fields)] = reference
        for relation in table.relations if table.sql is None else ():
            target = schema.table(relation.table)
            if relation.kind is RelationKind.BELONGS_TO and target is not None and relation.fields:
                reference = Reference(table, relation.fields, target, relation.references, relation.on_delete)
                found.setdefault((table.name, relation.fields), reference)
    return tuple(found.values())


def driver_of(table: Table) -> str:
    """How the library calls whose errors they are."""
    return f'"{"wrapped " if table.wraps_errors else ""}{table.dialect}"'


def unique_constraints(table: Table) -> tuple[tuple[str, ...], ...]:
    """The stored unique sets as they are declared."""
    declared = (table.primary_key, *table.uniques)
    return tuple(next(fields for fields in declared if canonical(table, fields) == key) for key in unique_sets(table))


def statement(doc: Doc, depth: int = 1) -> str:
    """A statement inside a function."""
    indent = "  " * depth
    return indent + text_of((doc, ";"), indent, len(indent))


def guarded(tests: list[str], doc: Doc) -> str:
    """A statement under a condition, or alone."""
    if not tests:
        return statement(doc)
    return f"  if ({' && '.join(tests)}) {{\n{statement(doc, 2)}\n  }}"


def function(head: str, parameters: list[str], returns: str, body: list[str]) -> str:
    """An exported asynchronous function."""
    flat = f"export async function {head}({', '.join(parameters)}): Promise<{returns}> {{"
    if len(flat) > WIDTH:
        lines = "".join(f"  {parameter},\n" for parameter in parameters)
        flat = f"export async function {head}(\n{lines}): Promise<{returns}> {{"
    return "\n".join([flat, *body, "}"])


def chained(links: list[Doc]) -> Doc:
    """`ctx.db.query("users").first()`."""
    return Group(("ctx.db", Nest(tuple(part for link in links for part in (Line(), link)))))


def locals_of(build: Builder, columns: Iterable[Field], row: str) -> dict[str, str]:
    """A local name for each column, apart from the names that the functions use themselves, the library's so far."""
    taken = {"ctx", "data", "fields", "found", "changes", "after", "id", "crypto", row, *build.runtime}
    found: dict[str, str] = {}
    for column in columns:
        name = column.name if column.name not in taken and identifier(column.name, "value") == column.name else ""
        found[column.name] = name or identifier(f"{column.name} value", "value", taken)
        taken.add(found[column.name])
    return found
