"""Reads TypeORM: calls of repositories and entities are read as the statements of SQL that they make."""

from codemods.readers.typeorm.queries import find_queries

__all__ = ["find_queries"]
