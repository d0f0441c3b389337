"""package.json gains and loses dependencies, and keeps its layout."""

import json

import pytest
from harness import CodemodTest

from codemods.migrate.manifest import added, removed
from codemods.source import render

NEW = {"hono": "^4", "convex": "^1"}


def gained(text: str, *leaving: str) -> str:
    after = render(text, added(text, NEW, "app", leaving)).text
    json.loads(after)
    return after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            '{\n "dependencies": {\n  "express": "4",\n  "zod": "3"\n }\n}\n',
            '{\n "dependencies": {\n  "convex": "^1",\n  "express": "4",\n  "hono": "^4",\n  "zod": "3"\n }\n}\n',
        ),
        (
            '{\n\t"dependencies": {\n\t\t"zod": "3",\n\t\t"b": "4"\n\t}\n}',
            '{\n\t"dependencies": {\n\t\t"zod": "3",\n\t\t"b": "4",\n\t\t"convex": "^1",\n\t\t"hono": "^4"\n\t}\n}',
        ),
        ('{"dependencies":{"express":"4"}}', '{"dependencies":{"convex": "^1", "express":"4", "hono": "^4"}}'),
        (
            '{ "x": { "dependencies": { "a": "1" } }, "dependencies": {} }',
            '{ "x": { "dependencies": { "a": "1" } }, "dependencies": {\n    "convex": "^1",\n    "hono": "^4"\n  } }',
        ),
        (
            '{\r\n  "name": "a"\r\n}\r\n',
            '{\r\n  "dependencies": {\r\n    "convex": "^1",\r\n    "hono": "^4"\r\n  },\r\n  "name": "a"\r\n}\r\n',
        ),
        ("{}", '{\n  "dependencies": {\n    "convex": "^1",\n    "hono": "^4"\n  }\n}'),
    ],
)
def test_dependencies_are_added_in_any_layout(before: str, after: str) -> None:
    assert gained(before) == after


@pytest.mark.parametrize(
    ("before", "gone", "after"),
    [
        ('{"dependencies":{"a":"1","b":"2","c":"3"}}', "a", '{"dependencies":{"b":"2","c":"3"}}'),
        ('{"dependencies":{"a":"1","b":"2","c":"3"}}', "b", '{"dependencies":{"a":"1","c":"3"}}'),
        ('{"dependencies":{"a":"1","b":"2","c":"3"}}', "bc", '{"dependencies":{"a":"1"}}'),
        ('{"dependencies":{"a":"1","b":"2","c":"3"}}', "ac", '{"dependencies":{"b":"2"}}'),
        ('{"devDependencies": {\n  "a": "1",\n  "b": "2"\n}}', "a", '{"devDependencies": {\n  "b": "2"\n}}'),
        ('{"devDependencies": { "a": "1" }}', "a", '{"devDependencies": { "a": "1" }}'),
    ],
)
def test_dependencies_are_removed_with_their_commas(before: str, gone: str, after: str) -> None:
    assert render(before, removed(before, set(gone))).text == after


@pytest.mark.parametrize("gone", [{"express"}, {"express", "zod"}, {"axios", "express"}, {"axios"}, {"axios", "zod"}])
def test_what_comes_and_what_goes_do_not_meet(gone: set[str]) -> None:
    text = '{\n  "dependencies": {\n    "axios": "1",\n    "express": "4",\n    "zod": "3"\n  }\n}\n'
    rendered = render(text, [*added(text, NEW, "app", gone), *removed(text, gone)])
    assert rendered.refused == ()
    assert list(json.loads(rendered.text)["dependencies"]) == sorted({"axios", "express", "zod", *NEW} - gone)


def test_packages_that_another_package_json_brought_are_declared(codemod: CodemodTest) -> None:
    """Code that moves out of a package of the repository takes what it imports along."""
    migrated = codemod.migrate(
        {
            "package.json": '{ "private": true, "workspaces": ["api", "shared"] }',
            "api/package.json": '{ "name": "api", "dependencies": { "express": "^4.0.0", "shared": "workspace:*" } }',
            "api/app.ts": """
                import express from "express";
                import { slugOf } from "shared";

                const app = express();

                app.get("/slugs/:text", (req, res) => {
                  res.json({ slug: slugOf(req.params.text) });
                });

                app.listen(3000);
                """,
            "shared/package.json": '{ "name": "shared", "main": "index.ts", "dependencies": { "slugify": "^1.6.0" } }',
            "shared/index.ts": """
                import slugify from "slugify";

                export const slugOf = (text: string) => slugify(text);
                """,
        }
    )
    assert migrated.outcome("GET /slugs/:text") == "migrated"
    dependencies = json.loads(migrated.files["api/package.json"])["dependencies"]
    assert dependencies["slugify"] == "^1.6.0"


def test_versions_that_generated_code_cannot_use_are_raised(codemod: CodemodTest) -> None:
    app = """
import bcrypt from "bcryptjs";
import express from "express";

const app = express();
app.post("/hashes", async (req, res) => { res.json(await bcrypt.hash("a", 10)); });
"""
    package = '{"dependencies": {"bcryptjs": "^2.4.3", "express": "^4.21.0", "hono": "~4.1.0"}}'
    after = codemod.migrate({"package.json": package, "src/app.ts": app}).files["package.json"]
    assert '"bcryptjs": "^3.0.3"' in after
    assert '"hono": "~4.1.0"' in after
