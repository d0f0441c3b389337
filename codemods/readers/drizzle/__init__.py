"""Reads Drizzle: builders of tables into tables, and calls of its client into queries."""

from codemods.readers.drizzle.queries import find_queries
from codemods.readers.drizzle.tables import TableReading, read_tables

__all__ = ["TableReading", "find_queries", "read_tables"]
