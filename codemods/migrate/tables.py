"""What becomes of the source's tables: their items, and what their owner should know of them."""

from __future__ import annotations

from collections.abc import Iterable

from codemods.ir.table import Table
from codemods.migrate.carried import Carried
from codemods.migrate.project import Project
from codemods.migrate.reading import Reading
from codemods.outcome import CODES, Diagnostic, Item, ItemKind, Outcome, Severity, Target
from codemods.writers.stored.schema import schema_fragments


def table_items(reading: Reading, carried: Carried | None, project: Project | None) -> Iterable[Item]:
    """An item for each table: it is in convex/schema, or why it is not."""
    for table in (each for each in reading.schema.tables if not each.is_join):
        if carried is None or project is None or table.name not in carried.tables:
            yield Item(ItemKind.TABLE, table.name, Outcome.SKIPPED, table.place, _reason(table))
            continue
        target = Target(f"{project.folder}/schema{project.extension}", carried.names.of(table.name).table)
        yield Item(ItemKind.TABLE, table.name, Outcome.MIGRATED, table.place, None, target, f"table:{table.name}")


def _reason(table: Table) -> str:
    if table.is_view:
        return "CX605 a view is computed by the database, and has no rows of its own"
    return f"CX404 no migrated route uses the table {table.name}"


def table_diagnostics(reading: Reading, carried: Carried) -> Iterable[Diagnostic]:
    """What the tables in convex/schema lack, what is stored in another form, and what has another name."""
    tables = {table.name: table for table in reading.schema.tables if table.name in carried.tables}
    for table in tables.values():
        for reason in (*table.unsupported, *(gap.reason for gap in table.gaps)):
            yield _diagnostic("CX605", Severity.WARNING, f"{table.name}: {reason}", table)
    for fragment in schema_fragments(reading.schema, carried.names, carried.tables, ()):
        for code, text in fragment.diagnostics:
            yield _diagnostic(code, Severity.INFO, text, tables[fragment.table])
    for rename in carried.names.renames:
        renamed = tables.get(rename.table)
        if renamed is not None:
            what = f"{rename.table}.{rename.field}" if rename.field else rename.table
            yield _diagnostic("CX601", Severity.WARNING, f"{what} is called {rename.name}", renamed)


def _diagnostic(code: str, severity: Severity, message: str, table: Table) -> Diagnostic:
    return Diagnostic(code, severity, message, CODES[code].help, table.place)
