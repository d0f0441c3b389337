"""The check of guards finds what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from guard_proof import unguarded
from harness import write_files

APP = """
    import express from "express";
    import cors from "cors";
    import { requireUser } from "./guards";
    const app = express();
    const anyOrigin = cors();
    app.use(anyOrigin);
    app.get("/open", (req, res) => res.json({ open: true }));
    app.get("/closed/:id", requireUser, (req, res) => res.json({ closed: true }));
    app.listen(3000);
    """

GUARDS = """
    export const requireUser = (req, res, next) => {
      if (!req.headers.authorization) return res.status(401).end();
      next();
    };
    """

FUNCTIONS = """
    export const open = query({ args: {}, handler: async () => ({ open: true }) });
    export const closed = KIND({ args: {}, handler: async () => ({ closed: true }) });
    """

HTTP = """
    const app = new Hono({ strict: false });
    app.use("*", cors());
    app.get("/open", async (c) => c.json(await c.env.runQuery(api.app.open, {})));
    CLOSED
    export default new HttpRouterWithHono(app);
    """

INTERNAL = "async (c) => c.json(await c.env.runQuery(internal.app.closed, {}))"
PUBLIC = "async (c) => c.json(await c.env.runQuery(api.app.closed, {}))"
IN_HANDLER = """async (c) => {
  await requireUser(c);
  return c.json(await c.env.runQuery(internal.app.closed, {}));
}"""
TOO_LATE = """async (c) => {
  const result = await c.env.runQuery(internal.app.closed, {});
  await requireUser(c);
  return c.json(result);
}"""

SOMETIMES = """async (c, next) => {
  if (!env.OPEN) return next();
  return notMigrated("CX801")(c);
}"""

FINE = {
    "refused": ("internalQuery", 'app.get("/closed/:id", notMigrated("CX801"));'),
    "refused unless it is not there": (
        "internalQuery",
        f'app.get("/closed/:id", {SOMETIMES});',
    ),
    "absent": ("internalQuery", ""),
    "before it": ("internalQuery", f'app.get("/closed/:id", requireUser, {INTERNAL});'),
    "above it": ("internalQuery", f'app.use("/closed/*", requireUser);\napp.get("/closed/:id", {INTERNAL});'),
    "in it": ("internalQuery", f'app.get("/closed/:id", {IN_HANDLER});'),
}

EXPOSED = {
    "a public function": ("query", f'app.get("/closed/:id", requireUser, {PUBLIC});', ["calls the public function"]),
    "no guard": ("internalQuery", f'app.get("/closed/:id", {INTERNAL});', ["nothing at the edge runs requireUser"]),
    "of another path": (
        "internalQuery",
        f'app.use("/other/*", requireUser);\napp.get("/closed/:id", {INTERNAL});',
        ["nothing at the edge runs requireUser"],
    ),
    "below it": (
        "internalQuery",
        f'app.get("/closed/:id", {INTERNAL});\napp.use("*", requireUser);',
        ["nothing at the edge runs requireUser"],
    ),
    "after it": ("internalQuery", f'app.get("/closed/:id", {TOO_LATE});', ["nothing at the edge runs requireUser"]),
    "refused but public": (
        "query",
        'app.get("/closed/:id", notMigrated("CX801"));',
        ["closed is public, and no route"],
    ),
}


def _checked(folder: Path, kind: str, closed: str) -> list[str]:
    source = {"package.json": '{"dependencies": {"express": "4"}}', "src/app.ts": APP, "src/guards.ts": GUARDS}
    write_files(folder / "before", source)
    functions = FUNCTIONS.replace("KIND", kind)
    write_files(folder / "after", {"convex/app.ts": functions, "convex/http.ts": HTTP.replace("CLOSED", closed)})
    return unguarded(folder / "before", folder / "after")


@pytest.mark.parametrize(("kind", "closed"), FINE.values(), ids=FINE)
def test_routes_behind_their_guards(tmp_path: Path, kind: str, closed: str) -> None:
    assert _checked(tmp_path, kind, closed) == []


@pytest.mark.parametrize(("kind", "closed", "problems"), EXPOSED.values(), ids=EXPOSED)
def test_routes_without_their_guards(tmp_path: Path, kind: str, closed: str, problems: list[str]) -> None:
    found = _checked(tmp_path, kind, closed)
    assert [any(part in line for line in found) for part in problems] == [True] * len(problems)
    assert len(found) == len(problems)
