"""The example, from Express to a Convex project that answers its old URLs as the original did.

`tests/apps/bookshop/answers.json` was recorded from the Express app on PostgreSQL.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from convex_project import ConvexProject
from harness import CodemodTest, Migrated, copy_project
from replay import differences, read_answers, read_steps
from trees import ApprovedTree

from codemods.outcome import ItemKind

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "bookshop"
RECORDED = Path(__file__).parent / "apps" / "bookshop"
ROUTES = 23


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    folder = tmp_path_factory.mktemp("bookshop")
    copy_project(EXAMPLE, folder / "app")
    (folder / "runs").mkdir()
    return CodemodTest(folder / "runs").migrate_folder(folder / "app")


@pytest.fixture(scope="module")
def project(migrated: Migrated) -> ConvexProject:
    assert migrated.convex, "nothing was migrated"
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    return project


def test_every_route_is_migrated(migrated: Migrated) -> None:
    routes = [item for item in migrated.settled.items if item.kind is ItemKind.ROUTE]
    left = [f"{item.name}: {migrated.outcome(item.name)}" for item in routes if item.outcome != "migrated"]
    assert left == []
    assert len(routes) == ROUTES


def test_the_written_files_are_the_approved_ones(migrated: Migrated, approved: ApprovedTree) -> None:
    written = {change.path for change in migrated.settled.files if change.after is not None}
    approved.check("bookshop", {path: text for path, text in migrated.files.items() if path in written})


def test_it_type_checks(project: ConvexProject) -> None:
    assert project.tsc() == []


def test_it_bundles(project: ConvexProject) -> None:
    assert project.bundle() == []


def test_it_passes_the_recommended_lint_rules(project: ConvexProject) -> None:
    assert project.eslint() == []


def test_it_answers_its_old_urls_as_the_original_did(project: ConvexProject) -> None:
    answers = project.serve(read_steps(RECORDED / "requests.json"))
    assert differences(read_answers(RECORDED / "answers.json"), answers) == []
