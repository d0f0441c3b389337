"""Reads Zod schemas, versions 3 and 4, into validators."""

from codemods.readers.zod.schemas import ZodSchema, find_schemas, shape_of

__all__ = ["ZodSchema", "find_schemas", "shape_of"]
