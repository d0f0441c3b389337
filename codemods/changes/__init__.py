"""The change set: what would be created, edited, renamed and deleted, and the only code that writes it."""

from codemods.changes.base import Base, DiskBase, MemoryBase
from codemods.changes.changeset import (
    ChangeSet,
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
    "Base",
    "ChangeSet",
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
