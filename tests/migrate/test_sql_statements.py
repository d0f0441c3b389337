"""Statements that go to a driver in whatever form the application has for it."""

from pathlib import Path

from harness import write_files

from codemods.changes import Options, settle
from codemods.migrate import plan

SCHEMA = """
CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  text TEXT NOT NULL,
  owner TEXT
);
"""

APP = """
import express from "express";
import {{ {names} }} from "./store";

const app = express();
app.use(express.json());
{routes}
app.listen(3000);
"""


def migrated(root: Path, package: str, store: str, names: str, routes: str) -> dict[str, str]:
    """The files of `convex/` by their paths, and the obstacles under an empty one."""
    files = {
        "package.json": f'{{"name": "app", "dependencies": {{"express": "^4.21.0", "{package}": "^11.0.0"}}}}',
        "schema.sql": SCHEMA,
        "src/store.ts": store,
        "src/app.ts": APP.format(names=names, routes=routes),
    }
    write_files(root, files)
    settled = settle(plan(root, Options()))
    problems = [item.reason or "" for item in settled.items if item.kind == "route" and item.outcome != "migrated"]
    written = {change.path: change.after.decode() for change in settled.files if change.after}
    return written | {"": "\n".join(problems)}


def test_a_driver_that_does_not_wait_is_waited_for(tmp_path: Path) -> None:
    store = """
    import Database from "better-sqlite3";
    const db = new Database("app.db");
    const byId = db.prepare("SELECT text FROM notes WHERE id = ?");
    export function textOf(id: string): string | null {
      return (byId.get(id) as { text: string } | undefined)?.text ?? null;
    }
    export function forget(id: string): void {
      db.prepare("DELETE FROM notes WHERE id = ?").run(id);
    }
    """
    routes = """
    app.get("/notes/:id", (req, res) => { res.json({ text: textOf(req.params.id) }); });
    app.delete("/notes/:id", (req, res) => { forget(req.params.id); res.status(204).end(); });
    """
    files = migrated(tmp_path, "better-sqlite3", store, "forget, textOf", routes)
    assert files[""] == ""
    model = files["convex/model/store.ts"]
    assert "await firstRow(" in model
    assert "export async function textOf(ctx: QueryCtx, id: string): Promise<string | null>" in model
    assert "await forget(ctx, args.id)" in files["convex/app.ts"]
