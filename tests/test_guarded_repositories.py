"""No guarded route of real repositories can be reached without its guard, in none of those below a folder.

CONVEXIFY_REPOSITORIES=/path/to/clones make guards
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest
from figures import Figures
from guard_mutations import tampered
from guard_proof import counted, unguarded

from codemods.changes import Options, settle
from codemods.changes.apply import apply
from codemods.migrate import plan

FOLDER = os.environ.get("CONVEXIFY_REPOSITORIES", "")
REPOSITORIES = sorted(path for path in Path(FOLDER).iterdir() if path.is_dir()) if FOLDER else []

_LEFT_OUT = shutil.ignore_patterns("node_modules", ".git")
_TOTAL: Counter[str] = Counter()


def migrate(repository: Path, target: Path) -> list[str]:
    """Migrates a copy; returns the folders that got a `convex/`."""
    shutil.copytree(repository, target, symlinks=True, ignore=_LEFT_OUT)
    settled = settle(plan(target, Options()))
    apply(target, settled.files)
    written = [f"/{change.path}" for change in settled.files if change.after is not None]
    return sorted({path.partition("/convex/")[0].strip("/") for path in written if "/convex/" in path})


@pytest.mark.skipif(not FOLDER, reason="CONVEXIFY_REPOSITORIES names no folder of repositories")
@pytest.mark.parametrize("repository", REPOSITORIES, ids=lambda path: path.name)
def test_no_guarded_route_is_exposed(repository: Path, tmp_path: Path, figures: Figures) -> None:
    target = tmp_path / "app"
    for folder in migrate(repository, target):
        before, after = repository / folder, target / folder
        problems, tried = unguarded(before, after), list(tampered(before, after))
        found = {**counted(before, after), "tampered": len(tried)}
        _TOTAL.update({"repositories": 1, **found})
        figures(f"{repository.name}/{folder} {found}; so far {dict(_TOTAL)}")
        assert problems == []
        assert [name for name, told in tried if not told] == []
