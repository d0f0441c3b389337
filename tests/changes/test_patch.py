"""A patch says exactly what an apply would write, in the words of git."""

import os
import subprocess
from pathlib import Path

import pytest
from builders import tree, write_tree

from codemods.changes import FileChange
from codemods.changes.apply import apply
from codemods.changes.changeset import Action
from codemods.changes.patch import git_patch, quoted
from codemods.changes.undo import undo

BEFORE: dict[str, bytes] = {
    "src/users.ts": b"".join(b"line %d\n" % n for n in range(40)),
    "src/crlf.ts": b"one\r\ntwo\r\nthree\r\n",
    "src/bom.ts": b"\xef\xbb\xbfone\ntwo\n",
    "src/no end.ts": b"one\ntwo",
    "src/café.ts": "naïve 😀\nsame\nsame\nsame\n".encode(),
    'src/"quoted"\t\\.ts': b"x\n",
    "src/empty.ts": b"",
    "src/gone.ts": b"bye\n",
    "src/run.sh": b"#!/bin/sh\necho one\n",
    "src/formfeed.ts": b"a\x0cb\x85c\nd\xe2\x80\xa8e\nf\n",
    "src/same.ts": b"unchanged\n",
}


def change(path: str, after: bytes | None, to: str | None = None, mode: int = 0o644) -> FileChange:
    before = BEFORE.get(path)
    if to is not None:
        return FileChange("rename", to, path, before, after, mode)
    action: Action = "delete" if after is None else "create" if before is None else "modify"
    return FileChange(action, path, None, before, after, mode)


CASES: dict[str, list[FileChange]] = {
    "create": [change("convex/users.ts", b"a\nb\n")],
    "create empty": [change("convex/empty.ts", b"")],
    "create without final line end": [change("convex/users.ts", b"a\nb")],
    "create with a space": [change("convex/new file.ts", b"a\n")],
    "create with non-ASCII name": [change("convex/żółć.ts", "ż\n".encode())],
    "modify": [change("src/users.ts", BEFORE["src/users.ts"].replace(b"line 5\n", b"five\n").replace(b"35", b""))],
    "modify CRLF": [change("src/crlf.ts", b"one\r\n2\r\nthree\r\n")],
    "CRLF to LF": [change("src/crlf.ts", b"one\ntwo\nthree\n")],
    "modify beside a byte order mark": [change("src/bom.ts", b"\xef\xbb\xbf1\ntwo\n")],
    "add a final line end": [change("src/no end.ts", b"one\ntwo\n")],
    "keep no final line end": [change("src/no end.ts", b"1\ntwo")],
    "modify a quoted name": [change('src/"quoted"\t\\.ts', b"y\n")],
    "fill an empty file": [change("src/empty.ts", b"x\n")],
    "empty a file": [change("src/gone.ts", b"")],
    "delete": [change("src/gone.ts", None)],
    "delete an empty file": [change("src/empty.ts", None)],
    "modify an executable": [change("src/run.sh", b"#!/bin/sh\necho two\n", mode=0o755)],
    "rename an executable": [change("src/run.sh", b"#!/bin/sh\necho two\n", "convex/run.sh", 0o755)],
    "delete an executable": [change("src/run.sh", None, mode=0o755)],
    "rename as it is": [change("src/same.ts", b"unchanged\n", "convex/same.ts")],
    "rename an empty file": [change("src/empty.ts", b"", "convex/empty.ts")],
    "rename with edits": [change("src/users.ts", BEFORE["src/users.ts"].replace(b"line 5\n", b"5\n"), "convex/u.ts")],
    "rename to a name with a space": [change("src/café.ts", "naïf 😀\nsame\nsame\nsame\n".encode(), "convex/caf é.ts")],
    "other line separators": [change("src/formfeed.ts", b"a\x0cb\x85c\nd\xe2\x80\xa8x\nf\n")],
    "all at once": [
        change("convex/users.ts", b"a\n"),
        change("src/crlf.ts", b"1\r\ntwo\r\nthree\r\n", "convex/crlf.ts"),
        change("src/gone.ts", None),
        change("src/same.ts", b"changed\n"),
    ],
}


def git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "core.autocrlf=false"]
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return subprocess.run(["git", *identity, *arguments], cwd=root, env=environment, capture_output=True, check=False)


def repository(root: Path) -> Path:
    write_tree(root, BEFORE)
    (root / "src/run.sh").chmod(0o755)
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "before")
    return root


def files_of(root: Path) -> dict[str, tuple[bytes, bool]]:
    return {path: (data, bool(mode & 0o100)) for path, (data, mode) in tree(root).items() if data is not None}


@pytest.mark.parametrize("name", CASES)
def test_git_apply_makes_the_bytes_of_an_apply(name: str, tmp_path: Path) -> None:
    patched, applied = repository(tmp_path / "patched"), repository(tmp_path / "applied")
    (tmp_path / "changes.patch").write_bytes(git_patch(CASES[name]))
    done = git(patched, "apply", "--check", "../changes.patch")
    assert (done.returncode, done.stderr) == (0, b"")
    git(patched, "apply", "../changes.patch")
    apply(applied, CASES[name])
    state = {path: file for path, file in files_of(applied).items() if not path.startswith(".convexify/")}
    assert state == files_of(patched)
    undo(applied)
    assert git(applied, "status", "--porcelain").stdout == b""


@pytest.mark.parametrize("name", CASES)
def test_git_reads_the_change_as_it_was_meant(name: str, tmp_path: Path) -> None:
    root = repository(tmp_path / "root")
    (tmp_path / "changes.patch").write_bytes(git_patch(CASES[name]))
    assert git(root, "apply", "--index", "../changes.patch").returncode == 0
    again = git(root, "diff", "--cached", "--full-index", "-M1%")
    ours = {line for line in git_patch(CASES[name]).splitlines() if line.startswith((b"diff", b"index", b"rename"))}
    assert ours <= set(again.stdout.splitlines())


def test_a_patch_for_a_subfolder_applies_from_the_top(tmp_path: Path) -> None:
    root = repository(tmp_path / "root")
    (tmp_path / "changes.patch").write_bytes(
        git_patch([FileChange("modify", "same.ts", None, b"unchanged\n", b"changed\n")], "src/")
    )
    assert git(root, "apply", "../changes.patch").returncode == 0
    assert (root / "src/same.ts").read_bytes() == b"changed\n"


def test_no_changes_make_an_empty_patch() -> None:
    assert git_patch([]) == b""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a b.ts", "a b.ts"),
        ("café.ts", '"caf\\303\\251.ts"'),
        ('a"b\\c\td', '"a\\"b\\\\c\\td"'),
        ("bell\x07\x1b", '"bell\\a\\033"'),
    ],
)
def test_names_are_quoted_as_git_does(path: str, name: str) -> None:
    assert quoted(path) == name
