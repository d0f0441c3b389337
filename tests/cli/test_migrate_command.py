"""`convexify migrate` and `convexify undo`: what is shown, what is written, and with which exit code."""

import errno
import json
import shutil
from pathlib import Path

import pytest
from builders import tree, write_tree
from cli_app import App

from codemods.changes import FileChange, Migration
from codemods.changes.apply import apply
from codemods.changes.disk import Disk
from codemods.changes.errors import RollbackFailed


def test_a_dry_run_writes_nothing(app: App) -> None:
    before = tree(app.root)
    ran = app.run("migrate")
    assert ran.code == 0
    assert "convex/users.ts (new file)" in ran.out
    assert "Nothing was written: this is a dry run." in ran.out
    assert ran.err == ""
    assert tree(app.root) == before


def test_apply_writes_and_undo_takes_back(app: App) -> None:
    before = tree(app.root)
    ran = app.run("migrate", "--apply")
    assert (ran.code, ran.err) == (0, "")
    assert "convexify undo" in ran.out
    assert app.has("convex/users.ts") and not app.has("src/users.ts")
    undone = app.run("undo")
    assert (undone.code, undone.out) == (0, "6 files restored.\n")
    assert tree(app.root) == before
    assert app.git("status", "--porcelain") == ""


def test_a_dry_run_shows_what_an_apply_writes(app: App) -> None:
    patch = app.run("migrate", "--format", "patch").out
    write_tree(app.root.parent, {"changes.patch": patch})
    shutil.copytree(app.root, app.root.parent / "other")
    App(app.root.parent / "other", app.run).git("apply", "../changes.patch")
    app.run("migrate", "--apply")
    written = {path: file for path, file in tree(app.root).items() if not path.startswith(".convexify")}
    assert written == tree(app.root.parent / "other")


def test_nothing_to_undo_is_no_error(app: App) -> None:
    assert app.run("undo").code == 0


def test_undo_counts_the_earlier_applies(app: App) -> None:
    app.run("migrate", "--apply")
    write_tree(app.root, {"more.ts": "old\n"})
    apply(app.root, [FileChange("delete", "more.ts", None, b"old\n")])
    assert app.run("undo").out == "1 file restored.\n1 earlier migration can be undone as well.\n"
    assert app.run("undo").out == "6 files restored.\n"


def test_json_goes_to_stdout_alone(app: App) -> None:
    ran = app.run("migrate", str(app.root), "--apply", "--format", "json")
    report = json.loads(ran.out)
    assert (ran.code, report["mode"], ran.err) == (0, "applied", "")
    assert {(change["action"], change["path"]) for change in report["changes"]} == {
        ("create", "convex/http.ts"),
        ("create", "convex/posts.ts"),
        ("create", "convex/schema.ts"),
        ("create", "convex/users.ts"),
        ("modify", "src/posts.more.ts"),
        ("delete", "src/users.ts"),
    }


def test_the_report_can_go_to_a_file(app: App, tmp_path: Path) -> None:
    ran = app.run("migrate", "--format", "markdown", "--output", str(tmp_path / "report.md"))
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    assert (tmp_path / "report.md").read_text().startswith("# Migration to Convex (dry run)")


def test_an_output_that_cannot_be_written_stops_before_any_work(app: App) -> None:
    ran = app.run("migrate", "--apply", "--output", "missing/report.md")
    assert ran.code == 2
    assert "cannot be written" in ran.err
    assert not app.has("convex")


def test_check_exits_with_1_while_anything_is_left(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    assert app.run("migrate", "--check").code == 1
    monkeypatch.setattr("codemods.migrate.plan", lambda root, options, progress=None: Migration(root))
    assert app.run("migrate", "--check").code == 0


@pytest.mark.parametrize(
    "flags", [("--apply", "--interactive"), ("--check", "--apply"), ("--jobs", "0"), ("--format", "x")]
)
def test_contradictions_are_usage_errors(app: App, flags: tuple[str, ...]) -> None:
    ran = app.run("migrate", *flags)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage:" in ran.err


@pytest.mark.parametrize("flag", ["--apply", "--interactive"])
def test_a_dirty_tree_stops_before_planning(app: App, flag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codemods.migrate.plan", None)
    write_tree(app.root, {"src/new.ts": "new\n"})
    ran = app.run("migrate", flag)
    assert ran.code == 2
    assert "The git working tree has uncommitted changes.\n  src/new.ts\nCommit or stash them" in ran.err
    assert "--allow-dirty" in ran.err


def test_a_dirty_tree_does_not_stop_a_dry_run(app: App) -> None:
    write_tree(app.root, {"src/new.ts": "new\n"})
    assert app.run("migrate").code == 0


def test_a_dirty_tree_may_be_allowed(app: App) -> None:
    write_tree(app.root, {"src/new.ts": "new\n"})
    assert app.run("migrate", "--apply", "--allow-dirty").code == 0
    assert app.has("convex/users.ts")


def test_without_git_undo_is_the_only_way_back(app: App) -> None:
    shutil.rmtree(app.root / ".git")
    ran = app.run("migrate", "--apply")
    assert ran.code == 0
    assert ran.err == "Note: this is not a git repository; `convexify undo` is the only way back.\n"


def test_an_interrupted_apply_is_told_before_anything_else(app: App) -> None:
    app.run("migrate", "--apply")
    (app.root / ".convexify/state/0001/done").rename(app.root / ".convexify/state/0001/open")
    ran = app.run("migrate", "--apply")
    assert ran.code == 2
    assert "Run `convexify undo` first" in ran.err
    assert app.run("undo").code == 0
    assert app.git("status", "--porcelain") == ""


def test_undo_names_the_files_that_were_changed_since(app: App) -> None:
    app.run("migrate", "--apply")
    write_tree(app.root, {"convex/users.ts": "mine\n"})
    ran = app.run("undo")
    assert ran.code == 2
    assert "  convex/users.ts\n" in ran.err and "--force" in ran.err
    assert app.text("convex/users.ts") == "mine\n"
    assert app.run("undo", "--force").code == 0
    assert not app.has("convex")


def test_undo_says_which_folders_stay(app: App) -> None:
    app.run("migrate", "--apply")
    write_tree(app.root, {"convex/_generated/api.ts": "x"})
    assert "convex/ stays: it holds files that convexify did not write" in app.run("undo").out


def test_a_damaged_journal(app: App) -> None:
    app.run("migrate", "--apply")
    write_tree(app.root, {".convexify/state/0001/journal.json": "{"})
    ran = app.run("undo")
    assert ran.code == 2
    assert "Restore the files with git" in ran.err


def test_a_full_disk_is_told_and_leaves_everything_as_it_was(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(app.root)

    def full(self: Disk, path: Path, data: bytes, mode: int | None = None) -> None:
        if path.suffix == ".tmp":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(self, path, data, mode)

    write = Disk.write
    monkeypatch.setattr(Disk, "write", full)
    ran = app.run("migrate", "--apply")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Writing failed.\n  the disk is full\n")
    assert "Everything was put back as it was." in ran.err
    assert tree(app.root) == before


def test_a_read_only_file_is_named(app: App) -> None:
    (app.root / "src/users.ts").chmod(0o444)
    ran = app.run("migrate", "--apply", "--allow-dirty")
    assert ran.code == 2
    assert ran.err == (
        "Files or folders are read-only.\n  src/users.ts\n"
        "Nothing was written. Make them writable (chmod u+w) and run again.\n"
    )
    assert not app.has("convex") and not app.has(".convexify")


def test_undo_wants_a_folder(app: App) -> None:
    ran = app.run("undo", "package.json")
    assert ran.code == 2
    assert "package.json is not a directory" in ran.err


def test_a_defect_is_told_without_a_traceback(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> Migration:
        raise KeyError("lost \x1b[31m")

    monkeypatch.setattr("codemods.migrate.plan", fail)
    ran = app.run("migrate")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("convexify has a defect.\n  KeyError: 'lost")
    assert "Traceback" not in ran.err and "\x1b" not in ran.err
    monkeypatch.setenv("CONVEXIFY_DEBUG", "1")
    assert "Traceback" in app.run("migrate").err


def test_a_failed_rollback_points_to_undo(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> Migration:
        raise RollbackFailed("disk full")

    monkeypatch.setattr("codemods.migrate.plan", fail)
    assert "run `convexify undo`" in app.run("migrate").err


def test_an_interrupt_says_that_nothing_is_half_done(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*arguments: object) -> Migration:
        raise KeyboardInterrupt

    monkeypatch.setattr("codemods.migrate.plan", stop)
    ran = app.run("migrate")
    assert (ran.code, ran.err) == (130, "\nInterrupted. Nothing was left half done.\n")


def test_output_has_no_color_when_piped(app: App) -> None:
    assert "\x1b" not in app.run("migrate").out


def test_notes_are_told_beside_a_patch(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codemods.migrate.plan", lambda root, options, progress=None: Migration(root, notes=("None",)))
    ran = app.run("migrate", "--format", "patch")
    assert (ran.out, ran.err) == ("", "None\n")
