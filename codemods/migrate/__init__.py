"""The pipeline from a repository to its migration: read, decide, write, and describe as a change set."""

from codemods.migrate.begin import plan

__all__ = ["plan"]
