"""Which package owns a file, and what the file is for."""

from __future__ import annotations

import json

import pytest
from questions import Files, Open

from codemods.outcome import Place
from codemods.workspace import Role


def package(*dependencies: str, name: str = "") -> str:
    return json.dumps({"name": name, "dependencies": dict.fromkeys(dependencies, "1")})


def test_the_nearest_package_owns_a_file(repository: Open) -> None:
    workspace = repository(
        {
            "package.json": '{"name": "root", "devDependencies": {"typescript": "5"}}',
            "server/package.json": '{"name": "server", "type": "module", "dependencies": {"express": "4"}}',
            "server/src/a.ts": "",
            "b.ts": "",
        }
    )
    owner = workspace.package_of("server/src/a.ts")
    assert owner is not None
    assert (owner.folder, owner.name, owner.is_esm) == ("server", "server", True)
    assert [found.folder for found in workspace.packages] == ["", "server"]
    assert workspace.depends_on("server/src/a.ts", "express")
    assert workspace.depends_on("server/src/a.ts", "typescript")
    assert not workspace.depends_on("b.ts", "express")


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [("{\n  oops\n}", "not valid JSON", 2), ("[]", "holds no JSON object", 1), ("", "not valid JSON", 1)],
)
def test_an_invalid_package_is_reported_and_kept(repository: Open, text: str, problem: str, line: int) -> None:
    workspace = repository({"package.json": text, "a.ts": ""})
    (found,) = workspace.packages
    assert found.problem is not None
    assert found.problem.startswith(problem)
    (diagnostic,) = workspace.diagnostics
    assert (diagnostic.code, diagnostic.place) == ("CX903", Place("package.json", line))


def test_a_package_with_comments_is_reported_and_read(repository: Open) -> None:
    workspace = repository({"package.json": '{\n  // mine\n  "dependencies": { "express": "4" },\n}', "a.ts": ""})
    assert workspace.depends_on("a.ts", "express")
    (diagnostic,) = workspace.diagnostics
    assert (diagnostic.code, diagnostic.place) == ("CX903", Place("package.json", 2))


def test_a_missing_package_is_reported(repository: Open) -> None:
    workspace = repository({"a.ts": ""})
    assert [found.problem for found in workspace.packages] == ["there is no package.json"]
    assert [diagnostic.code for diagnostic in workspace.diagnostics] == ["CX903"]


@pytest.mark.parametrize("field", ["dependencies", "scripts", "exports", "imports", "workspaces", "name", "type"])
def test_odd_values_in_a_package_do_no_harm(repository: Open, field: str) -> None:
    for value in (None, 1, "x", [1], {"a": None}, {".": [None, {"import": 3}]}):
        workspace = repository({"package.json": json.dumps({field: value}), "a.ts": "import 'x';"})
        assert workspace.resolve_import("a.ts", "x")


BY_NAME = {
    "src/users.ts": Role.SERVER,
    "src/config/index.ts": Role.SERVER,
    "src/routes/test.ts": Role.SERVER,
    "src/users.test.ts": Role.TEST,
    "src/users.spec.js": Role.TEST,
    "__tests__/users.ts": Role.TEST,
    "tests/helpers/app.ts": Role.TEST,
    "jest.setup.ts": Role.TEST,
    "scripts/import.ts": Role.SCRIPT,
    "prisma/seed.ts": Role.SCRIPT,
    "src/seeder.js": Role.SCRIPT,
    "bin/www.js": Role.SCRIPT,
    "db/migrations/001_init.js": Role.MIGRATION,
    "src/generated/api.ts": Role.GENERATED,
    "src/routeTree.gen.ts": Role.GENERATED,
    "vite.config.ts": Role.CONFIG,
    ".eslintrc.js": Role.CONFIG,
    "knexfile.js": Role.CONFIG,
    "tests/seed.ts": Role.TEST,
}


@pytest.mark.parametrize(("path", "role"), BY_NAME.items())
def test_names_and_folders_tell_the_role(repository: Open, path: str, role: Role) -> None:
    assert repository({path: "", "package.json": package("express")}).role_of(path) is role


CLIENTS: dict[str, tuple[Files, dict[str, Role]]] = {
    "a package with a UI library and no server": (
        {"web-app/package.json": package("react"), "package.json": package("express")},
        {"web-app/src/api.ts": Role.CLIENT, "src/a.ts": Role.SERVER},
    ),
    "a client folder of a full-stack package": (
        {"package.json": package("react", "express")},
        {"client/src/api.ts": Role.CLIENT, "server/a.ts": Role.SERVER, "shared/types.ts": Role.SERVER},
    ),
    "a top folder that imports a UI library": (
        {"package.json": package("react", "express"), "src/App.tsx": "import React from 'react';"},
        {"src/App.tsx": Role.CLIENT, "src/api.ts": Role.CLIENT, "api/a.ts": Role.SERVER},
    ),
    "a top folder that holds both": (
        {
            "package.json": package("react", "express"),
            "src/App.tsx": "import React from 'react';",
            "src/server.ts": "import express from 'express';",
        },
        {"src/server.ts": Role.SERVER, "src/api.ts": Role.SERVER},
    ),
    "a client folder that imports express": (
        {"package.json": package("express"), "web/a.ts": "const express = require('express');"},
        {"web/a.ts": Role.SERVER},
    ),
}


@pytest.mark.parametrize(("files", "roles"), CLIENTS.values(), ids=CLIENTS)
def test_the_client_is_told_from_the_server(repository: Open, files: Files, roles: dict[str, Role]) -> None:
    workspace = repository({**dict.fromkeys(roles, ""), **files})
    assert {path: workspace.role_of(path) for path in roles} == roles
