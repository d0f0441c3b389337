"""The harness notices what it promises to notice, shown on migrations made by hand."""

from collections.abc import Callable
from pathlib import Path

import harness
import pytest
from harness import CodemodTest

from codemods.changes import ChangeSet, DiskBase, FileChange, Fragment, Migration, NewModule, Options, Progress, Settled
from codemods.outcome import Group, Item, ItemKind, Outcome, Place

Plan = Callable[[Path, Options, Progress | None], Migration]

SOURCE = {"src/app.ts": "export const app = 1;\n"}
PLACE = Place("src/app.ts", 1, 1)


def _creates(text: str, path: str = "convex/users.ts") -> Plan:
    """A migration that writes one module unless it is there."""

    def plan(root: Path, options: Options, progress: Progress | None = None) -> Migration:
        if (root / path).exists():
            return Migration(root)
        module = NewModule(path, (Fragment("r1", (0,), text),))
        group = Group("r1", "GET /users", ItemKind.ROUTE, PLACE)
        item = Item(ItemKind.ROUTE, "GET /users", Outcome.MIGRATED, PLACE, group="r1")
        return Migration(root, (item,), changes=ChangeSet((group,), (module,), base=DiskBase(root)))

    return plan


def _creates_more_each_time(root: Path, options: Options, progress: Progress | None = None) -> Migration:
    count = len(list(root.glob("convex/*")))
    return _creates("export const users = 1;", f"convex/users{count}.ts")(root, options, progress)


def _writes_at_once(root: Path, options: Options, progress: Progress | None = None) -> Migration:
    (root / "log.txt").write_text("here I was")
    return Migration(root)


def test_a_sound_migration_passes(codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "plan", _creates("export const users = 1;"))
    migrated = codemod.migrate(SOURCE, after={"convex/users.ts": "export const users = 1;\n", "src/gone.ts": None})
    assert migrated.outcome("GET /users") == "migrated"
    assert list(migrated.convex) == ["convex/users.ts"]


def test_another_text_than_the_expected_one_fails(codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "plan", _creates("export const users = 1;"))
    with pytest.raises(AssertionError):
        codemod.migrate(SOURCE, after={"convex/users.ts": "export const users = 2;\n"})


def test_output_with_a_syntax_error_fails(codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = FileChange("create", "convex/users.ts", after=b"export const = 1;\n")
    monkeypatch.setattr(harness, "settle", lambda migration: Settled(migration.root, files=(broken,)))
    with pytest.raises(AssertionError, match="has syntax errors"):
        codemod.migrate(SOURCE)


def test_a_second_run_with_changes_fails(codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "plan", _creates_more_each_time)
    with pytest.raises(AssertionError, match="a second run still has changes"):
        codemod.migrate(SOURCE)


def test_a_dry_run_that_writes_fails(codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "plan", _writes_at_once)
    with pytest.raises(AssertionError, match="the dry run changed files"):
        codemod.migrate(SOURCE)
