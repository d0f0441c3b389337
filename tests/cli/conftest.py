"""A repository with a hand-made migration, and the command line to run on it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from builders import write_tree
from cli_app import FILES, App, Ran, migration

from cli.main import main
from codemods.changes import Migration, Options, Progress


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> App:
    """The repository of `migration`, committed; `run` takes arguments and the answers to questions."""

    def plan(root: Path, options: Options, progress: Progress | None = None) -> Migration:
        return migration(root)

    def run(*arguments: str, answers: str = "") -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(answers))
        code = main([*arguments])
        captured = capsysbinary.readouterr()
        return Ran(code, captured.out.decode(), captured.err.decode())

    monkeypatch.setattr("codemods.migrate.plan", plan)
    for name in ("NO_COLOR", "FORCE_COLOR", "VISUAL", "EDITOR", "CONVEXIFY_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    root = write_tree(tmp_path / "app", FILES)
    monkeypatch.chdir(root)
    found = App(root, run)
    found.git("init", "-q")
    found.git("add", "-A")
    found.git("commit", "-qm", "all")
    return found
