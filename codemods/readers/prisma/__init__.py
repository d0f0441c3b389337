"""Reads Prisma: the schema language into tables, and client calls into queries."""

from codemods.readers.prisma.alterations import Alteration, find_alterations
from codemods.readers.prisma.queries import find_queries
from codemods.readers.prisma.schema import SchemaReading, read_schema, schema_from

__all__ = ["Alteration", "SchemaReading", "find_alterations", "find_queries", "read_schema", "schema_from"]
