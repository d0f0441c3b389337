"""`plan`: everything that a migration of a repository would change, and what became of everything found in it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from codemods.migrate.aside import Aside
from codemods.migrate.sites import read_sites
from codemods.workspace import Workspace

if TYPE_CHECKING:
    from codemods.changes import Migration, Options, Progress

_LARGE = 500_000
"""Characters of source from which on a second process saves more than it costs."""


def plan(root: Path, options: Options, progress: Progress | None = None) -> Migration:
    """Read the repository at `root` and plan its migration. Writes nothing. Raises WorkspaceError for a bad path."""
    workspace = Workspace.open(root, progress)
    large = sum(len(workspace.text(path)) for path in workspace.files) > _LARGE
    sites = Aside(partial(read_sites, workspace), in_process=large and options.jobs > 1)
    # The sites are read while all else is imported, which takes as long as reading a small repository.
    from codemods.migrate.pipeline import planned

    return planned(root, workspace, sites, options)
