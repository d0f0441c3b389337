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


def built(root: Path, body: str, params: str = "owner?: string, text?: string") -> tuple[str, str]:
    """The model that a function becomes which puts its statement together, and what stays behind."""
    store = f"""
    import {{ Pool }} from "pg";
    const pool = new Pool();
    export async function found({params}) {{
      {body}
    }}
    """
    routes = 'app.get("/notes", async (req, res) => { res.json(await found(String(req.query.owner))); });'
    files = migrated(root, "pg", store, "found", routes)
    return " ".join(files.get("convex/model/store.ts", "").split()), files[""]


def test_what_is_added_under_a_test_counts_where_it_held(tmp_path: Path) -> None:
    model, left = built(
        tmp_path,
        """
        const values: any[] = [];
        let sql = "SELECT text FROM notes WHERE text <> ''";
        if (owner) {
          values.push(owner);
          sql += ` AND owner = $${values.length}`;
        }
        const { rows } = await pool.query(sql, values);
        return rows;
        """,
    )
    assert left == ""
    assert "(!owner || note.owner === " in model
    assert "values.push" not in model and "let sql" not in model


def test_tests_of_how_much_was_put_together_are_known(tmp_path: Path) -> None:
    model, left = built(
        tmp_path,
        """
        const tests: string[] = [];
        const values: any[] = [];
        let at = 1;
        if (owner !== undefined) { tests.push(`owner = $${at++}`); values.push(owner); }
        if (text) { tests.push(`text = $${at++}`); values.push(text); }
        const where = tests.length ? "WHERE " + tests.join(" AND ") : "";
        return (await pool.query(`SELECT text FROM notes ${where}`, values)).rows;
        """,
    )
    assert left == ""
    assert "(owner === undefined || note.owner !== null && note.owner === " in model
    assert "(!text || note.text === " in model


def test_columns_that_are_set_under_tests(tmp_path: Path) -> None:
    model, left = built(
        tmp_path,
        """
        const sets = ["owner = 'me'"];
        const values: any[] = [];
        if (text) { sets.push(`text = $${values.push(text)}`); }
        await pool.query(`UPDATE notes SET ${sets.join(", ")} WHERE owner = $${values.length + 1}`, [...values, owner]);
        """,
    )
    assert left == ""
    assert "...(!!text ? { text } : {})" in model or "...(!!text ? { text: text } : {})" in model


def test_lists_that_others_may_change_are_not_followed(tmp_path: Path) -> None:
    _, left = built(
        tmp_path,
        """
        const values: any[] = [owner];
        let sql = "SELECT text FROM notes WHERE owner = $1";
        more(values);
        if (text) { sql += " AND text = $2"; values.push(text); }
        return (await pool.query(sql, values)).rows;
        """,
    )
    assert "`values` is handed on" in left


def test_texts_that_loops_put_together_are_not_followed(tmp_path: Path) -> None:
    _, left = built(
        tmp_path,
        """
        const values: any[] = [];
        let sql = "SELECT text FROM notes WHERE text <> ''";
        for (const each of [owner, text]) { values.push(each); sql += ` AND owner <> $${values.length}`; }
        return (await pool.query(sql, values)).rows;
        """,
    )
    assert "put together in a loop" in left


def test_an_order_that_depends_on_tests_is_left(tmp_path: Path) -> None:
    _, left = built(
        tmp_path,
        """
        let sql = "SELECT text FROM notes WHERE owner = $1";
        if (text) sql += " ORDER BY text";
        return (await pool.query(sql, [owner])).rows;
        """,
    )
    assert "its order depends on tests" in left


def test_a_call_on_one_side_of_a_choice_sends_the_text_of_that_side(tmp_path: Path) -> None:
    model, left = built(
        tmp_path,
        """
        const sql = `SELECT text FROM notes WHERE text <> '' ${owner ? "AND owner = $1" : ""}`;
        const { rows } = owner ? await pool.query(sql, [owner]) : await pool.query(sql);
        return rows;
        """,
    )
    assert left == ""
    assert "sql" not in model.replace("lib/sql", "")


def test_means_of_whole_numbers_have_four_decimals_in_mysql(tmp_path: Path) -> None:
    store = """
    import mysql from "mysql2/promise";
    const pool = mysql.createPool({});
    export async function length(owner: string) {
      const [rows] = await pool.query("SELECT AVG(CHAR_LENGTH(text)) AS mean FROM notes WHERE owner = ?", [owner]);
      return rows[0].mean;
    }
    """
    routes = 'app.get("/notes/:owner", async (req, res) => { res.json(await length(req.params.owner)); });'
    files = migrated(tmp_path, "mysql2", store, "length", routes)
    assert files[""] == ""
    assert "rounded" in files["convex/model/store.ts"] and "exactMeanIn" in files["convex/model/store.ts"]


def test_blocks_that_ask_whether_they_were_run_define_tables_too(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "schemas/2.sql": """
            DO $$ BEGIN CREATE TYPE mood AS ENUM ('good', 'bad'); EXCEPTION WHEN duplicate_object THEN null; END $$;
            DO $$
            BEGIN
              -- Only once.
              IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE column_name = 'mood') THEN
                ALTER TABLE notes ADD COLUMN mood mood;
                ALTER TABLE notes ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
              END IF;
            END $$;
            DO $$ BEGIN
              IF EXISTS (SELECT 1 FROM notes) THEN ALTER TABLE notes ADD COLUMN odd TEXT;
              ELSE ALTER TABLE notes ADD COLUMN even TEXT; END IF;
            END $$;
            """
        },
    )
    store = """
    import { Pool } from "pg";
    const pool = new Pool();
    export const all = (mood: string) => pool.query("SELECT seen FROM notes WHERE mood = $1", [mood]);
    """
    routes = 'app.get("/notes/:mood", async (req, res) => { res.json((await all(req.params.mood)).rows); });'
    files = migrated(tmp_path, "pg", store, "all", routes)
    assert files[""] == ""
    assert "seen: v.number()" in files["convex/schema.ts"]
    assert "odd" not in files["convex/schema.ts"] and "even" not in files["convex/schema.ts"]
