"""The checks that stand for unique constraints and foreign keys, in inserts and patches."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.ir.table import Table
from codemods.writers.layout import Doc, Group, Line, Nest, arrow, call, listed
from codemods.writers.stored.parts import (
    Builder,
    Reference,
    chained,
    driver_of,
    guarded,
    references_of,
    unique_constraints,
)


def unique_checks(build: Builder, row: str, changed: bool = False) -> list[str]:
    """One statement for each unique set. `changed` checks only what a patch changes, ignoring the row itself."""
    statements = []
    for fields in unique_constraints(build.table):
        names = [f'"{name}"' for name in fields]
        source = "after" if changed else row
        query = lookup(build, build.table, fields, fields, build.table, source)
        own = [f"{row}._id"] if changed else []
        if build.table.casts:
            check = call(f"await {build.library('uniqueIn')}", query, source, listed("[", names, "]"), *own)
        elif build.table.dialect is not None:
            known = violated(build.table, fields, "key")
            check = call(f"await {build.library('uniqueInSql')}", query, *known, *own)
        else:
            arguments: list[Doc] = [query, f'"{build.table.name}"', listed("[", names, "]")]
            check = call(f"await {build.library('unique')}", *arguments, *own)
        statements.append(guarded(_tests(build, fields, source, changed), check))
    return statements


def foreign_key_checks(build: Builder, row: str, changed: bool = False) -> list[str]:
    """One statement for each foreign key."""
    statements = []
    source = "after" if changed else row
    for reference in references_of(build.schema):
        if reference.table.name != build.table.name:
            continue
        found = target_row(build, reference, source)
        if build.table.casts:
            keys = listed("[", [f'"{name}"' for name in reference.fields], "]")
            check = call(f"await {build.library('existsIn')}", found, f'"{reference.target.name}"', keys)
        elif build.table.dialect is not None:
            check = call(
                f"await {build.library('existsInSql')}", found, *violated(build.table, reference.fields, "fkey")
            )
        else:
            arguments: list[Doc] = [found, f'"{build.table.name}"', f'"{reference.constraint}"']
            check = call(f"await {build.library('exists')}", *arguments)
        statements.append(guarded(_tests(build, reference.fields, source, changed), check))
    return statements


def violated(table: Table, columns: Sequence[str], ending: str) -> tuple[Doc, ...]:
    """What the library is told of a constraint: its table and columns, its name, and whose error it is. `ending` is
    that of the name which PostgreSQL gives it."""
    name = table.stored_name or table.name
    own = table.constraint(tuple(columns)) or "_".join((name, *columns, ending))
    return f'"{name}"', listed("[", [f'"{each}"' for each in columns], "]"), f'"{own}"', driver_of(table)


def target_row(build: Builder, reference: Reference, source: str) -> Doc:
    """A promise of the row that a foreign key names, or of null."""
    if reference.is_by_id:
        target = f'"{build.names.of(reference.target.name).table}"'
        return call(build.library("find"), "ctx", target, f"{source}.{build.stored(build.table, reference.fields[0])}")
    return lookup(build, reference.target, reference.references, reference.fields, build.table, source, ".first()")


def lookup(
    build: Builder, table: Table, fields: Sequence[str], values: Sequence[str], owner: Table, source: str, end: str = ""
) -> Doc:
    """A query of `table` whose `fields` equal the `values` columns of a row of `owner` called `source`."""
    name, ordered = build.index(table, fields)
    value_of = dict(zip(fields, values, strict=True))
    steps: list[Doc] = []
    for field in ordered:
        own = owner.field(value_of[field])
        there = table.field(field)
        force = "!" if own and own.nullable and there and not there.nullable else ""
        steps.append(f'.eq("{build.stored(table, field)}", {source}.{build.stored(owner, value_of[field])}{force})')
    convex_table = build.names.of(table.name).table
    links: list[Doc] = [f'.query("{convex_table}")', call(".withIndex", f'"{name}"', _range(steps))]
    return chained([*links, end] if end else links)


def _range(steps: list[Doc]) -> Doc:
    if len(steps) == 1:
        return ("(q) => q", steps[0])
    return arrow("(q)", Group(("q", Nest(tuple(part for step in steps for part in (Line(), step))))))


def _tests(build: Builder, fields: Sequence[str], source: str, changed: bool) -> list[str]:
    stored = {name: build.stored(build.table, name) for name in fields}
    nullable = [name for name in fields if (column := build.table.field(name)) is not None and column.nullable]
    present = [f"{source}.{stored[name]} !== null" for name in nullable]
    if not changed:
        return present
    some = " || ".join(f"changes.{stored[name]} !== undefined" for name in fields)
    return [f"({some})" if len(fields) > 1 and present else some, *present]
