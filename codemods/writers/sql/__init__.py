"""Statements of SQL as expressions of a Promise over `ctx.db`."""

from codemods.writers.sql.calls import write_sql

__all__ = ["write_sql"]
