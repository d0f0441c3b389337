"""`convexify check` drives the rule engine and writes its fixes."""

import json
from pathlib import Path

import pytest
from builders import tree, write_tree
from cli_app import App

LEGACY = """\
import { query } from "./_generated/server";
import { v } from "convex/values";

export const get = query({
  args: { id: v.id("users") },
  handler: async (ctx, { id }) => ctx.db.get(id),
});
"""
PROJECT = {
    "package.json": '{"dependencies": {"convex": "^1.31.0"}}\n',
    "convex/schema.ts": "export default {};\n",
    "convex/users.ts": LEGACY,
}
CODE = "CX322"


@pytest.fixture
def project(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    root = write_tree(tmp_path / "convex app", PROJECT)
    monkeypatch.chdir(root)
    return App(root, app.run)


def test_findings_exit_with_1(project: App) -> None:
    ran = project.run("check")
    assert ran.code == 1
    assert CODE in ran.out and "convex/users.ts:6" in ran.out


def test_a_clean_project_exits_with_0(project: App) -> None:
    assert project.run("check", "--ignore", CODE).code == 0
    assert project.run("check", "--select", "CX5,CX7").code == 0


def test_json_and_github(project: App) -> None:
    report = json.loads(project.run("check", "--format", "json").out)
    assert [found["code"] for found in report["diagnostics"]] == [CODE]
    assert "file=convex/users.ts" in project.run("check", "--format", "github").out


def test_fix_writes_and_leaves_no_state(project: App) -> None:
    before = tree(project.root)
    ran = project.run("check", "--fix")
    assert ran.code == 0
    after = tree(project.root)
    assert {path for path in after if after[path] != before.get(path)} == {"convex/users.ts"}
    assert 'ctx.db.get("users", id)' in project.text("convex/users.ts")


def test_diff_shows_the_fix_and_writes_nothing(project: App) -> None:
    before = tree(project.root)
    ran = project.run("check", "--diff")
    assert ran.code == 1
    assert ran.out.startswith("diff --git a/convex/users.ts b/convex/users.ts\n")
    assert '+  handler: async (ctx, { id }) => ctx.db.get("users", id),\n' in ran.out
    assert tree(project.root) == before


def test_one_file_may_be_checked(project: App) -> None:
    assert project.run("check", "convex/schema.ts").code == 0
    assert project.run("check", "convex/users.ts").code == 1


@pytest.mark.parametrize("arguments", [["--fix", "--diff"], ["--unsafe"], ["--select", "CX9999"], ["missing.ts"]])
def test_what_cannot_be_checked_exits_with_2(project: App, arguments: list[str]) -> None:
    ran = project.run("check", *arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_a_read_only_file_is_not_fixed(project: App) -> None:
    (project.root / "convex/users.ts").chmod(0o444)
    ran = project.run("check", "--fix")
    assert ran.code == 2
    assert "read-only" in ran.err
    assert project.text("convex/users.ts") == LEGACY


def test_no_convex_project(app: App) -> None:
    ran = app.run("check")
    assert ran.code == 0
    assert "No Convex project found" in ran.out
