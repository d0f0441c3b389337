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


def test_a_function_that_only_sends_is_a_driver_whatever_it_is_called(tmp_path: Path) -> None:
    store = """
    import { Pool } from "pg";
    class Store {
      private pool = new Pool();
      async ask(text: string, values?: any[]): Promise<any> {
        try {
          const found = await this.pool.query(text, values);
          console.log("asked", text);
          return found;
        } catch (error) {
          console.error(error);
          throw error;
        }
      }
    }
    const store = new Store();
    export async function all(owner: string) {
      const found = await store.ask("SELECT id, text FROM notes WHERE owner = $1", [owner]);
      return found.rows;
    }
    """
    routes = 'app.get("/notes/:owner", async (req, res) => { res.json(await all(req.params.owner)); });'
    files = migrated(tmp_path, "pg", store, "all", routes)
    assert files[""] == ""
    assert "const found = await queryResult(" in files["convex/model/store.ts"]


def test_one_that_does_more_is_none(tmp_path: Path) -> None:
    store = """
    import { Pool } from "pg";
    const pool = new Pool();
    async function ask(text: string, values: any[]) {
      try {
        const { rows } = await pool.query(text, values);
        return rows;
      } catch (error) {
        return [];
      }
    }
    export const all = (owner: string) => ask("SELECT text FROM notes WHERE owner = $1", [owner]);
    """
    routes = 'app.get("/notes/:owner", async (req, res) => { res.json(await all(req.params.owner)); });'
    files = migrated(tmp_path, "pg", store, "all", routes)
    assert "put together at run time" in files[""]


def test_a_piece_of_sql_that_code_puts_in_is_refused(tmp_path: Path) -> None:
    store = """
    import { Pool } from "pg";
    const pool = new Pool();
    export const all = (owner: string) => pool.query(`SELECT text FROM notes WHERE owner = ${owner}`);
    """
    routes = 'app.get("/notes/:owner", async (req, res) => { res.json((await all(req.params.owner)).rows); });'
    files = migrated(tmp_path, "pg", store, "all", routes)
    assert "a piece of SQL is put into its text" in files[""]


def test_a_transaction_of_single_statements_is_left_to_its_owner(tmp_path: Path) -> None:
    store = """
    import { Pool } from "pg";
    const pool = new Pool();
    export async function add(text: string) {
      const client = await pool.connect();
      await client.query("BEGIN");
      await client.query("INSERT INTO notes (text) VALUES ($1)", [text]);
      await client.query("COMMIT");
      client.release();
    }
    """
    routes = 'app.post("/notes", async (req, res) => { await add(req.body.text); res.status(201).end(); });'
    files = migrated(tmp_path, "pg", store, "add", routes)
    assert "a transaction that statements begin and end" in files[""]
