"""Reads Mongoose: schemas into tables of documents, and calls of models and documents into queries."""

from codemods.readers.mongoose.queries import find_queries
from codemods.readers.mongoose.schemas import ModelReading, read_models

__all__ = ["ModelReading", "find_queries", "read_models"]
