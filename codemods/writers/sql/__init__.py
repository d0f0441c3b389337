"""Statements of SQL as expressions of a Promise over `ctx.db`."""

from codemods.writers.sql.calls import CLOCKS, write_sql

__all__ = ["CLOCKS", "write_sql"]
