"""Approved folders: a tree of files equals the one under `snapshots/`, which `--snapshot-update` replaces."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

SNAPSHOTS = Path(__file__).parent.parent / "snapshots"
LONGEST_DIFF = 200


class ApprovedTree:
    """Compares trees with approved ones; `update` replaces these instead."""

    def __init__(self, update: bool) -> None:
        self._update = update

    def check(self, name: str, files: Mapping[str, str]) -> None:
        """`files` must equal `snapshots/<name>/**`, path by path and byte by byte."""
        folder = SNAPSHOTS / name
        if self._update:
            _write(folder, files)
            return
        problems = _differences(_read(folder), files)
        if problems:
            text = "\n".join(problems[:LONGEST_DIFF])
            pytest.fail(
                f"The tree differs from snapshots/{name}. If it is right, run `pytest --snapshot-update` and review "
                f"the change.\n{text}",
                pytrace=False,
            )


def _read(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _write(folder: Path, files: Mapping[str, str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def _differences(approved: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    lines = [] if approved else ["nothing is approved yet"]
    for path in sorted({*approved, *found}):
        if path not in found:
            lines.append(f"missing: {path}")
        elif path not in approved:
            lines.append(f"not approved: {path}")
        elif approved[path] != found[path]:
            old, new = approved[path].splitlines(), found[path].splitlines()
            lines.extend(difflib.unified_diff(old, new, f"approved {path}", f"found {path}", lineterm=""))
    return lines
