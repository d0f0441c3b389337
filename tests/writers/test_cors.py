"""CORS policies of Express applications as Hono writes them."""

from pathlib import Path

import pytest

from codemods.ir.app import Role
from codemods.migrate.reading import read
from codemods.workspace import Workspace
from codemods.writers.edge.cors import cors_policy


def policy(tmp_path: Path, code: str) -> str | None:
    (tmp_path / "package.json").write_text('{ "dependencies": { "express": "4", "cors": "2" } }')
    head = 'import express from "express";\nimport cors from "cors";\nconst app = express();\n'
    (tmp_path / "app.ts").write_text(head + code + '\napp.get("/", (req, res) => res.json(1));\n')
    workspace = Workspace.open(tmp_path)
    found = next(m for m in read(workspace).app.middleware if m.role is Role.CORS)
    result = cors_policy(workspace, found)
    return result.text if result is not None else None


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("app.use(cors());", "cors()"),
        ('app.use(cors({ origin: "https://a.example" }));', 'cors({ origin: "https://a.example" })'),
        (
            'app.use(cors({ origin: ["https://a.example", "https://b.example"], credentials: true }));',
            'cors({ origin: ["https://a.example", "https://b.example"], credentials: true })',
        ),
        (
            'const options = { methods: "GET,POST" };\napp.use(cors(options));',
            'cors({ allowMethods: ["GET", "POST"] })',
        ),
        ("app.use(cors({ origin: true }));", "cors({ origin: (origin) => origin })"),
        (
            'app.use(cors({ origin: process.env.WEB_URL || "http://localhost:3000" }));',
            'cors({ origin: env.WEB_URL ?? "http://localhost:3000" })',
        ),
    ],
)
def test_a_policy_that_can_be_read_keeps_its_meaning(tmp_path: Path, code: str, expected: str) -> None:
    assert policy(tmp_path, code) == expected


@pytest.mark.parametrize(
    "code",
    [
        "app.use(cors({ origin: (origin, done) => done(null, allowed(origin)) }));",
        "app.use(cors({ origin: config.origins }));",
        "app.use(cors(corsOptions()));",
    ],
)
def test_a_computed_policy_is_left_out_rather_than_opened(tmp_path: Path, code: str) -> None:
    assert policy(tmp_path, code) is None
