"""Reads SQL: its data definitions into tables, and the statements that drivers are given into queries."""

from codemods.readers.sql.queries import find_queries
from codemods.readers.sql.tables import read_tables

__all__ = ["find_queries", "read_tables"]
