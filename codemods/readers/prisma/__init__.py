"""Reads Prisma: the schema language into tables, and client calls into queries."""

from codemods.readers.prisma.schema import SchemaReading, read_schema, schema_from

__all__ = ["SchemaReading", "read_schema", "schema_from"]
