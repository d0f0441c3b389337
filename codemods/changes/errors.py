"""Why changes could not be written or taken back. Each class is one kind of user error; `paths` names the files."""

from __future__ import annotations


class ChangeError(Exception):
    """Nothing was changed: the message says what stands in the way."""

    def __init__(self, message: str, paths: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.paths = paths


class DirtyTree(ChangeError):
    """The git working tree has changes that are not committed."""


class ChangedSincePlanning(ChangeError):
    """A file is not as it was when the changes were computed."""


class NotWritable(ChangeError):
    """A file or folder is read-only."""


class LeavesRoot(ChangeError):
    """A path goes through a symbolic link."""


class NameTaken(ChangeError):
    """A folder stands where a file should go, or a file where a folder should."""


class WriteFailed(ChangeError):
    """The system refused a write (disk full, input/output error). Everything was rolled back."""


class RollbackFailed(ChangeError):
    """The system refused a write, and then also taking the earlier ones back."""


class UnfinishedApply(ChangeError):
    """An earlier apply was interrupted."""


class ChangedSinceApply(ChangeError):
    """A file that the apply wrote was changed or removed after it."""


class BadJournal(ChangeError):
    """The journal cannot be read."""
