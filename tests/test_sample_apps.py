"""Sample applications migrated whole: every route accounted for, the output proven, every answer as on Express."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from convex_project import ConvexProject
from effect_proof import effects_out_of_place
from harness import CodemodTest, Migrated, copy_project
from sample_apps import SAMPLE_APPS, SampleApp
from side_by_side import compare_folder

from codemods.outcome import Item, ItemKind
from codemods.proof import STAGES, Stage

_PLACE = re.compile(r" \([^()]*:\d+\)$")
_REFUSED = re.compile(r"^\w+ \S+: status is 501 ")


@pytest.fixture(scope="module", params=SAMPLE_APPS, ids=lambda app: app.name)
def app(request: pytest.FixtureRequest) -> SampleApp:
    found: SampleApp = request.param
    return found


@pytest.fixture(scope="module")
def migrated(app: SampleApp, tmp_path_factory: pytest.TempPathFactory) -> Migrated:
    folder = tmp_path_factory.mktemp(app.name)
    copy_project(app.root, folder / "app")
    (folder / "runs").mkdir()
    return CodemodTest(folder / "runs").migrate_folder(folder / "app")


def test_every_route_has_one_outcome(app: SampleApp, migrated: Migrated) -> None:
    routes = [item for item in migrated.settled.items if item.kind is ItemKind.ROUTE]
    places = Counter((item.name, item.source) for item in routes)
    assert [place for place, count in places.items() if count > 1] == []
    assert sorted(_refusal(item) for item in routes if item.outcome != "migrated") == app.refused


def test_no_query_or_mutation_reaches_the_world_outside(migrated: Migrated) -> None:
    assert effects_out_of_place(migrated.root) == []


def test_what_was_written_passes_the_recommended_lint_rules(migrated: Migrated) -> None:
    if not (migrated.root / "convex" / "tsconfig.json").exists():
        pytest.skip("the rules need types")
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert [finding for finding in project.eslint() if not _is_mode(migrated, finding)] == []


def test_every_stage_of_the_proof_passes_and_every_answer_is_that_of_express(
    app: SampleApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_SECRET", "secret")
    proof = compare_folder(tmp_path, app.root, app.requests, app.entry, STAGES).proof
    found = {result.stage: [evidence.message for evidence in result.evidence] for result in proof.results}
    unlike = [line for line in found.pop(Stage.REPLAY) if not _REFUSED.search(line)]
    assert found == {stage: [] for stage in found}
    assert unlike == list(app.unlike)


def _is_mode(migrated: Migrated, finding: str) -> bool:
    """It is about `process.env.NODE_ENV`, which is there without being declared: bundling puts its value in."""
    path, line, _ = finding.split(":", 2)
    return "process.env.NODE_ENV" in migrated.files[path].splitlines()[int(line) - 1]


def _refusal(item: Item) -> str:
    return f"{item.name}: {_PLACE.sub('', item.reason or '')}"
