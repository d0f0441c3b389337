"""Reads Sequelize: models and associations into tables, and calls of models and instances into queries."""

from codemods.readers.sequelize.queries import find_queries, instances
from codemods.readers.sequelize.schema import ModelReading, read_models

__all__ = ["ModelReading", "find_queries", "instances", "read_models"]
