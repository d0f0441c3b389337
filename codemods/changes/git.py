"""What convexify asks git: is this a repository, and is anything in it not committed."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

STATE_FOLDER = ".convexify/state"


@dataclass(frozen=True, slots=True)
class Repository:
    """A working tree: `prefix` leads from its top to the asked folder ("" or "x/y/"), `dirty` paths from there on."""

    prefix: str
    dirty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoRepository:
    """There is no working tree here, or git cannot say; `reason` completes "…, because"."""

    reason: str


def inspect(root: Path) -> Repository | NoRepository:
    """The state of the git working tree that holds `root`. The tool's own state does not count as dirty."""
    try:
        found = _git(root, "rev-parse", "--is-inside-work-tree", "--show-prefix")
        if found.returncode or not found.stdout.startswith(b"true"):
            return NoRepository(_reason(found))
        prefix = os.fsdecode(found.stdout).split("\n", 1)[1].removesuffix("\n")
        status = _git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", ".")
    except OSError:
        return NoRepository("git is not installed")
    if status.returncode:
        return NoRepository(_reason(status))
    paths = [os.fsdecode(entry[3:]).removeprefix(prefix) for entry in status.stdout.split(b"\0") if entry]
    return Repository(prefix, tuple(path for path in paths if not _is_state(path)))


def patch_prefix(root: Path) -> str:
    """What leads from the repository's top to `root`, so that a patch applies from anywhere in it."""
    state = inspect(root)
    return state.prefix if isinstance(state, Repository) else ""


def _is_state(path: str) -> bool:
    return f"{path}/".startswith(f"{STATE_FOLDER}/")


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run git without taking locks: looking at a repository must not write to it."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    command = ["git", "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)


def _reason(failed: subprocess.CompletedProcess[bytes]) -> str:
    text = failed.stderr.decode(errors="replace").strip()
    if not text or "not a git repository" in text:
        return "this is not a git repository"
    return "git says: " + text.splitlines()[0]
