"""The node side of the tests, tried on a small Convex project written by hand."""

import re
import shutil
from pathlib import Path

import convex_project
import pytest
from convex_project import Advance, ConvexProject, Request

FIXTURE = Path(__file__).parent / "convex" / "fixture"


@pytest.fixture
def project(tmp_path: Path) -> ConvexProject:
    ignored = shutil.ignore_patterns("node_modules", "_generated")
    shutil.copytree(FIXTURE, tmp_path, ignore=ignored, dirs_exist_ok=True)
    return ConvexProject(tmp_path)


def test_a_sound_project_has_no_problems(project: ConvexProject) -> None:
    assert project.codegen() == []
    assert project.tsc() == []
    assert project.bundle() == []
    assert project.eslint() == []


def test_type_errors_are_listed(project: ConvexProject) -> None:
    project.codegen()
    (project.root / "convex" / "wrong.ts").write_text('export const size: number = "large";\n')
    assert project.tsc() == ["convex/wrong.ts(1,14): error TS2322: Type 'string' is not assignable to type 'number'."]


def test_node_modules_and_bad_module_names_do_not_bundle(project: ConvexProject) -> None:
    project.codegen()
    (project.root / "convex" / "read-file.ts").write_text('export * from "node:fs";\n')
    name, module = project.bundle()
    assert name.startswith("convex/read-file.ts:1: a module's path may hold")
    assert module == 'convex/read-file.ts:1: Could not resolve "node:fs"'


def test_lint_findings_are_listed(project: ConvexProject) -> None:
    project.codegen()
    (project.root / "convex" / "env.ts").write_text("export const key = process.env.KEY;\n")
    (finding,) = project.eslint()
    assert finding.startswith("convex/env.ts:1: ")
    assert finding.endswith("(@convex-dev/no-process-env)")


def test_requests_hand_ids_on_and_scheduled_work_waits_for_its_time(project: ConvexProject) -> None:
    project.codegen()
    answers = project.serve(
        [
            Request("POST", "/notes", {"title": "Buy milk"}, capture={"note": "id"}),
            Request("GET", "/notes/{note}"),
            Request("GET", "/notes?status=DONE"),
            Advance(minutes=24 * 60),
            Request("GET", "/notes?status=DONE"),
            Request("GET", "/notes/unknown"),
        ]
    )
    created, note, none_done, done, missing = answers
    assert created.status == 201
    assert isinstance(note.body, dict)
    assert note.body["title"] == "Buy milk"
    assert none_done.body == []
    assert isinstance(done.body, list)
    assert len(done.body) == 1
    assert (missing.status, missing.body) == (404, {"error": "Note not found"})


def test_an_error_without_data_loses_its_message_on_the_way_to_the_edge(project: ConvexProject) -> None:
    notes = project.root / "convex" / "notes.ts"
    text = notes.read_text()
    notes.write_text(re.sub(r"throw new ConvexError\(.*\);", 'throw new TypeError("a secret");', text))
    project.codegen()
    (answer,) = project.serve([Request("GET", "/notes/unknown")])
    assert (answer.status, answer.body) == (500, {"error": "Internal server error"})


def test_missing_packages_say_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convex_project, "NODE_MODULES", tmp_path / "nowhere")
    with pytest.raises(pytest.fail.Exception, match="Run `make node`"):
        ConvexProject(tmp_path)


def test_missing_node_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.fail.Exception, match="Install Node 20"):
        ConvexProject(tmp_path)
