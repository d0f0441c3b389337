"""Functions that read the variable of the environment whose name they are given."""

from __future__ import annotations

import pytest
from convex_project import ConvexProject, Request
from harness import CodemodTest

PACKAGE = '{ "dependencies": { "express": "^4.21.0" } }'
ENV = """
    const getEnv = (key: string, otherwise?: string): string => {
      const value = process.env[key] || otherwise;
      if (value === undefined) throw Error(`Missing ${key}`);
      return value;
    };

    export const ORIGIN = getEnv("ORIGIN", "here");
    export const API_SECRET = getEnv("API_SECRET");
    """
APP = """
    import express from "express";
    import { API_SECRET, ORIGIN } from "./env";

    const app = express();
    app.get("/", (req, res) => {
      if (req.headers.authorization !== API_SECRET) return res.sendStatus(401);
      res.json({ origin: ORIGIN });
    });
    export default app;
    """
FILES = {"package.json": PACKAGE, "src/app.ts": APP, "src/env.ts": ENV}


def test_variables_are_read_by_the_names_that_a_function_is_called_with(
    codemod: CodemodTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_SECRET", "abc")
    migrated = codemod.migrate(FILES)
    assert migrated.outcome("GET /") == "migrated"
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    assert "API_SECRET: v.optional(v.string())" in migrated.convex["convex/convex.config.ts"]
    asked = [Request("GET", "/"), Request("GET", "/", headers={"authorization": "abc"})]
    assert [answer.status for answer in project.serve(asked)] == [401, 200]


@pytest.mark.parametrize(
    ("before", "after"),
    [('getEnv("API_SECRET")', 'getEnv("API_SECRET", "dev")'), ("|| otherwise", '|| "dev"')],
)
def test_secrets_have_no_text_to_fall_back_to(codemod: CodemodTest, before: str, after: str) -> None:
    migrated = codemod.migrate({**FILES, "src/env.ts": ENV.replace(before, after)})
    assert "CX803 falls back to a literal for the secret `API_SECRET`" in migrated.outcome("GET /")


def test_names_that_are_not_known_are_refused(codemod: CodemodTest) -> None:
    migrated = codemod.migrate({**FILES, "src/env.ts": ENV.replace('getEnv("ORIGIN"', "getEnv(String(1)")})
    assert "CX501 uses `process.env`" in migrated.outcome("GET /")
