"""What git says about a folder before an apply."""

import os
import subprocess
from pathlib import Path

import pytest
from builders import tree, write_tree

from codemods.changes import FileChange
from codemods.changes.apply import apply
from codemods.changes.git import NoRepository, Repository, inspect, patch_prefix

IDENTITY = ("-c", "user.name=t", "-c", "user.email=t@example.com")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *IDENTITY, *arguments], cwd=root, check=True, capture_output=True)


def committed(root: Path) -> Path:
    write_tree(root, {"src/a.ts": "a\n", "other/b.ts": "b\n"})
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "all")
    return root


def test_a_committed_tree_is_clean(tmp_path: Path) -> None:
    assert inspect(committed(tmp_path)) == Repository("", ())


def test_changed_new_and_removed_files_are_dirty(tmp_path: Path) -> None:
    committed(tmp_path)
    write_tree(tmp_path, {"src/a.ts": "changed\n", "new dir/ü.ts": "new\n"})
    (tmp_path / "other/b.ts").unlink()
    assert inspect(tmp_path) == Repository("", ("other/b.ts", "src/a.ts", "new dir/ü.ts"))


def test_only_the_asked_folder_counts(tmp_path: Path) -> None:
    committed(tmp_path)
    write_tree(tmp_path, {"src/a.ts": "changed\n"})
    assert inspect(tmp_path / "other") == Repository("other/", ())
    assert inspect(tmp_path / "src") == Repository("src/", ("a.ts",))


def test_the_tools_own_state_is_not_dirty(tmp_path: Path) -> None:
    committed(tmp_path)
    apply(tmp_path, [FileChange("delete", "src/a.ts", None, b"a\n")])
    assert inspect(tmp_path) == Repository("", ("src/a.ts",))
    git(tmp_path, "add", "-A", "-f")
    git(tmp_path, "commit", "-qm", "with state")
    (tmp_path / ".convexify/state/.gitignore").unlink()
    assert inspect(tmp_path) == Repository("", ())


def test_a_repository_without_commits_is_dirty(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a.ts": "a\n"})
    git(tmp_path, "init", "-q")
    assert inspect(tmp_path) == Repository("", ("a.ts",))


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert inspect(tmp_path) == NoRepository("this is not a git repository")
    assert patch_prefix(tmp_path) == ""


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert inspect(tmp_path) == NoRepository("git is not installed")


def test_looking_writes_nothing(tmp_path: Path) -> None:
    committed(tmp_path)
    index = (tmp_path / ".git/index").read_bytes()
    os.utime(tmp_path / "src/a.ts", (0, 0))
    before = tree(tmp_path)
    inspect(tmp_path)
    assert (tmp_path / ".git/index").read_bytes() == index
    assert tree(tmp_path) == before
