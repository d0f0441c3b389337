"""The pipeline from a repository to its migration."""

from __future__ import annotations

from pathlib import Path

from codemods.changes.migration import Migration, Options, Progress


def plan(root: Path, options: Options, progress: Progress | None = None) -> Migration:
    """Read the repository and plan its migration. Writes nothing."""
    return Migration(root, notes=("No Express application found",))
