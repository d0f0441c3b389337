"""The change set: what would be created, edited, renamed and deleted, and the only code that writes it."""

from codemods.changes.base import Base, DiskBase, MemoryBase
from codemods.changes.changeset import (
    Addition,
    ChangeSet,
    Conflict,
    Deletion,
    Dropped,
    FileChange,
    FileEdit,
    Fragment,
    ImportSpec,
    Joint,
    NewModule,
    Result,
    closure,
)
from codemods.changes.migration import Migration, Options, Progress, Settled, settle

__all__ = [
    "Addition",
    "Base",
    "ChangeSet",
    "Conflict",
    "Deletion",
    "DiskBase",
    "Dropped",
    "FileChange",
    "FileEdit",
    "Fragment",
    "ImportSpec",
    "Joint",
    "MemoryBase",
    "Migration",
    "NewModule",
    "Options",
    "Progress",
    "Result",
    "Settled",
    "closure",
    "settle",
]
