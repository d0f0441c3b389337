"""Which files are checked: those of Convex projects under, or around, the given paths."""

from __future__ import annotations

from pathlib import Path

import pytest
from convex_checks import ConvexProject

from codemods.rules.engine import CannotCheck, check_paths

MISSING_ARGS = 'import { query } from "./_generated/server";\nexport const a = query({ handler: (ctx, args) => 1 });\n'
EXPRESS = 'import express from "express";\nexport const app = express();\n'


def places(project: ConvexProject, *paths: str) -> list[str]:
    return [finding.place.file for finding in project.check(*paths).findings]


def test_convex_folder_of_a_package_that_depends_on_convex(project: ConvexProject) -> None:
    project.write("convex/a.ts", MISSING_ARGS)
    assert places(project) == ["convex/a.ts"]


def test_folder_named_by_convex_json(project: ConvexProject) -> None:
    project.write("convex.json", '{ "functions": "src/backend/" } // comment')
    project.write("src/backend/a.ts", MISSING_ARGS)
    assert places(project) == ["src/backend/a.ts"]


def test_convex_folder_with_schema_and_no_package_json(tmp_path: Path) -> None:
    (tmp_path / "convex").mkdir()
    (tmp_path / "convex/schema.ts").write_text("export default {};")
    (tmp_path / "convex/a.ts").write_text(MISSING_ARGS)
    assert [finding.code for finding in check_paths([tmp_path]).findings] == ["CX220"]


def test_every_project_of_a_monorepo(project: ConvexProject) -> None:
    for name in ("one", "two"):
        project.write(f"apps/{name}/package.json", '{ "dependencies": { "convex": "1" } }')
        project.write(f"apps/{name}/convex/a.ts", MISSING_ARGS)
    assert places(project) == ["apps/one/convex/a.ts", "apps/two/convex/a.ts"]


def test_components_are_functions_folders(project: ConvexProject) -> None:
    project.write("src/component/convex.config.ts", "export default 1;")
    project.write("src/component/a.ts", MISSING_ARGS)
    assert places(project) == ["src/component/a.ts"]


def test_files_beside_convex_get_structural_rules_only(project: ConvexProject) -> None:
    project.write("convex/b.ts", "export const b = 1;")
    project.write("server/index.ts", EXPRESS)
    project.write("src/App.tsx", "export const App = () => <a onClick={() => setTimeout(() => 1, 1)} />;")
    assert places(project) == ["server/index.ts"]


def test_files_of_other_packages_are_left_alone(project: ConvexProject) -> None:
    project.write("convex/b.ts", "export const b = 1;")
    project.write("apps/api/package.json", '{ "name": "api" }')
    project.write("apps/api/index.ts", EXPRESS)
    assert places(project) == []


def test_generated_and_ignored_files_are_left_alone(project: ConvexProject) -> None:
    project.write(".gitignore", "old/\n")
    for folder in ("_generated", "nested/_generated", "old", "node_modules/x"):
        project.write(f"convex/{folder}/a.ts", MISSING_ARGS)
    assert places(project) == []


def test_tests_are_left_alone_unless_they_are_deployed(project: ConvexProject) -> None:
    for path in ("convex/a.test.ts", "convex/__tests__/a.ts", "convex/tests/a.ts", "tests/server.ts"):
        project.write(path, MISSING_ARGS + EXPRESS)
    assert set(places(project)) == {"convex/tests/a.ts"}


def test_a_file_or_folder_within_a_project(project: ConvexProject) -> None:
    project.write("convex/a.ts", MISSING_ARGS)
    project.write("convex/deep/b.ts", MISSING_ARGS)
    assert places(project, "convex/deep") == ["convex/deep/b.ts"]
    assert places(project, "convex/a.ts") == ["convex/a.ts"]
    assert places(project, "convex", "convex/a.ts", "") == ["convex/a.ts", "convex/deep/b.ts"]


def test_no_convex_project(tmp_path: Path) -> None:
    (tmp_path / "index.ts").write_text(EXPRESS)
    result = check_paths([tmp_path])
    assert (result.findings, result.exit_code) == ((), 0)
    assert "No Convex project" in result.notes[0]


def test_missing_path(tmp_path: Path) -> None:
    with pytest.raises(CannotCheck, match="does not exist"):
        check_paths([tmp_path / "nowhere"])


def test_unknown_code(project: ConvexProject) -> None:
    with pytest.raises(CannotCheck, match="CX9999"):
        project.check(select=["CX9999"])


def test_syntax_errors_are_reported_and_other_rules_still_run(project: ConvexProject) -> None:
    project.write("convex/a.ts", MISSING_ARGS + "export const = ;\n")
    assert sorted(project.codes()) == ["CX220", "CX902"]


def test_unreadable_files_are_named(project: ConvexProject) -> None:
    project.write("convex/a.ts", b"\xff\xfe export")
    project.write("convex/b.ts", "export const b = 1;")
    assert "convex/a.ts" in "".join(project.check().notes)
