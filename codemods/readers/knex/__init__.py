"""Reads Knex: its statements are put together as the statements of SQL that they make, and read as those."""

from codemods.readers.knex.queries import find_queries

__all__ = ["find_queries"]
