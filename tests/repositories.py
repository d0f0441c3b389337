"""Small repositories for tests, opened as workspaces."""

import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from codemods.workspace import Workspace

Repository = Callable[[Mapping[str, str]], Workspace]


def written(root: Path, files: Mapping[str, str]) -> Workspace:
    """The workspace that holds the given files."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
    return Workspace.open(root)
