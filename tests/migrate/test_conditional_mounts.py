"""Routes and routers that are only there under a condition, with their middleware."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from convex_project import ConvexProject
from harness import CodemodTest, dedented
from middleware_app import middleware_in
from side_by_side import compare

APP = """
    import express, { NextFunction, Request, Response, Router } from "express";

    const named = (name: string) => (req: Request, res: Response, next: NextFunction) => {
      res.append("X-Seen", name);
      if (req.query.stop === name) return res.status(403).json({ stopped: name });
      next();
    };
    const app = express();
    const debug = Router();
    debug.use(named("router"));
    debug.get("/state", named("route"), (req, res) => res.json({ debug: true }));
    if (process.env.DEBUG_ROUTES === "on") {
      app.use("/debug", named("mount"), debug);
      app.get("/extra", named("extra"), (req, res) => res.json({ extra: true }));
    }
    app.get("/extra", (req, res) => res.json({ extra: false }));
    app.use((req, res) => {
      res.status(404).json({ lost: true });
    });
    app.listen(Number(process.env.PORT));
    """


@pytest.mark.parametrize("value", ["on", "off"])
def test_the_environment_decides_on_middleware_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("DEBUG_ROUTES", value)
    urls = ["/debug/state", "/extra"]
    urls += [f"/debug/state?stop={name}" for name in ("mount", "router", "route")] + ["/extra?stop=extra"]
    requests = "\n\n".join(f"###\nGET http://localhost{url}" for url in urls)
    result = compare(tmp_path, {"src/app.ts": dedent(APP)}, requests)
    assert result.differences == []
    assert result.note == "6 of 6 answers are the same"


def test_all_that_is_under_a_condition_asks_for_it(codemod: CodemodTest) -> None:
    migrated = codemod.migrate({"src/app.ts": dedented(APP)})
    items = (item for item in migrated.settled.items if item.kind in ("route", "middleware"))
    assert {str(item.outcome) for item in items} == {"migrated"}
    mounted = """
        app.use("/debug/*", async (c, next) => {
          if (env.DEBUG_ROUTES !== "on") return next();
          return named("mount")(c, next);
        });

        app.use("/debug/*", async (c, next) => {
          if (env.DEBUG_ROUTES !== "on") return next();
          return named("router")(c, next);
        });
        """
    assert middleware_in(migrated).startswith(dedented(mounted))
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc()) == ([], [])
