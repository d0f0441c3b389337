"""The check of guards finds what it is for."""

from __future__ import annotations

from pathlib import Path

import pytest
from edge_registrations import public_functions
from guard_proof import unguarded
from harness import write_files

APP = """
    import express from "express";
    import cors from "cors";
    import { remember, requireOwner, requireUser } from "./guards";
    const app = express();
    const anyOrigin = cors();
    app.use(anyOrigin);
    app.get("/open", (req, res) => res.json({ open: true }));
    app.get("/closed/:id", requireUser, (req, res) => res.json({ closed: true }));
    app.get("/owned/:id", requireUser, requireOwner, (req, res) => res.json({ owned: true }));
    app.get("/kept", remember, (req, res) => res.json({ kept: true }));
    app.get("/inline", (req, res, next) => (req.query.key ? next() : res.status(401).end()), (req, res) => res.end());
    app.listen(3000);
    """

GUARDS = """
    export const requireUser = (req, res, next) => {
      if (!req.headers.authorization) return res.status(401).end();
      next();
    };
    function isOwner(req, res, next) {
      assertOwner(req);
      next();
    }
    export const requireOwner = isOwner;
    const answers = new Map();
    export const remember = (req, res, next) => {
      const cached = answers.get(req.originalUrl);
      if (cached) return res.json(cached);
      const json = res.json.bind(res);
      res.json = (body) => {
        answers.set(req.originalUrl, body);
        return json(body);
      };
      next();
    };
    """

FUNCTIONS = """
    export const open = query({ args: {}, handler: async () => ({ open: true }) });
    export const kept = query({ args: {}, handler: async () => ({ kept: true }) });
    export const closed = KIND({ args: {}, handler: async () => ({ closed: true }) });
    """

HTTP = """
    const app = new Hono({ strict: false });
    app.use("*", cors());
    app.get("/open", async (c) => c.json(await c.env.runQuery(api.app.open, {})));
    app.get("/kept", async (c) => c.json(await c.env.runQuery(api.app.kept, {})));
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

IN_COMMENT = """async (c) => {
  // requireUser is left out
  return c.json(await c.env.runQuery(internal.app.closed, {}));
}"""
INLINE = 'app.get("/inline", async (c, next) => { if (c.req.query("key")) await next(); }, async (c) => c.body(null));'

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
    "in their order": ("internalQuery", f'app.get("/owned/:id", requireUser, requireOwner, {INTERNAL});'),
    "under the name of the declaration": ("internalQuery", f'app.get("/owned/:id", requireUser, isOwner, {INTERNAL});'),
    "in place": ("internalQuery", INLINE),
    "imported by another name": (
        "internalQuery",
        f'import {{ requireUser as check }} from "./guards";\napp.get("/closed/:id", check, {INTERNAL});',
    ),
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
    "in a comment": (
        "internalQuery",
        f'app.get("/closed/:id", {IN_COMMENT});',
        ["nothing at the edge runs requireUser"],
    ),
    "one of two": (
        "internalQuery",
        f'app.get("/owned/:id", requireUser, {INTERNAL});',
        ["nothing at the edge runs requireOwner"],
    ),
    "the wrong way round": (
        "internalQuery",
        f'app.get("/owned/:id", requireOwner, requireUser, {INTERNAL});',
        ["requireOwner runs before what has to run first"],
    ),
    "none in place": (
        "internalQuery",
        'app.get("/inline", async (c) => c.body(null));',
        ["nothing at the edge runs its guard"],
    ),
    "called by another route": (
        "internalQuery",
        f'app.get("/closed/:id", requireUser, {INTERNAL});\napp.get("/open", {INTERNAL});',
        ["GET /open: calls app.closed, the function of a route behind a guard"],
    ),
    "a handler with a name": (
        "internalQuery",
        'app.get("/closed/:id", requireUser, serveClosed);',
        ["`serveClosed` serves it, which is not read"],
    ),
    "another application": (
        "internalQuery",
        f'const more = new Hono();\nmore.get("/closed/:id", {INTERNAL});',
        ["2 applications of Hono"],
    ),
    "a route of Convex": (
        "internalQuery",
        'http.route({ path: "/closed", method: "GET", handler: closed });',
        ["`http.route` is not read"],
    ),
    "refused but public": (
        "query",
        'app.get("/closed/:id", notMigrated("CX801"));',
        ["closed is public, and no route"],
    ),
}


PUBLIC_FORMS = {
    "with a type": "export const closed: RegisteredQuery = query({ handler: async () => 1 });",
    "exported later": "const closed = mutation({ handler: async () => 1 });\nexport { closed };",
    "by default": "export default action({ handler: async () => 1 });",
    "under another name": (
        'import { query as q } from "./_generated/server";\nexport const closed = q({ handler: async () => 1 });'
    ),
    "for any request": "export const closed = httpAction(async () => new Response());",
}


@pytest.mark.parametrize("text", PUBLIC_FORMS.values(), ids=PUBLIC_FORMS)
def test_functions_that_clients_may_call(tmp_path: Path, text: str) -> None:
    write_files(tmp_path / "after", {"convex/closed.ts": text})
    assert [name for _, name in public_functions(tmp_path / "after/convex")] in (["closed"], ["default"])


def test_functions_that_only_look_like_it(tmp_path: Path) -> None:
    text = """
    import { query } from "./builder";
    export const closed = internalQuery({ handler: async () => 1 });
    export const text = query({ handler: async () => 1 });
    """
    write_files(tmp_path / "after", {"convex/closed.ts": text})
    assert list(public_functions(tmp_path / "after/convex")) == []


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
