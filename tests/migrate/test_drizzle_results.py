"""What a write of Drizzle without `returning` gives, by the driver below it, and what is said of its columns."""

from pathlib import Path

from harness import write_files

from codemods.changes import Options, settle
from codemods.migrate import plan

APP = """
import express from "express";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/DRIVER";
import { mysqlTable, int, varchar } from "drizzle-orm/mysql-core";

const db = drizzle(process.env.DATABASE_URL!);
const notes = mysqlTable("notes", {
  id: int("id").primaryKey().autoincrement(),
  text: varchar("text", { length: 80 }).notNull(),
});

const app = express();
app.use(express.json());
app.post("/notes", async (req, res) => {
  const note = await db.insert(notes).values({ text: req.body.text });
  res.json({ note });
});
app.patch("/notes/:id", async (req, res) => {
  const [told] = await db.update(notes).set({ text: req.body.text }).where(eq(notes.id, Number(req.params.id)));
  res.json({ changed: told.affectedRows });
});
app.listen(3000);
"""


def outcomes(root: Path, driver: str, app: str = APP) -> tuple[dict[str, str | None], str]:
    """The reasons of the routes that are left, None for the others, and the functions that were written."""
    write_files(
        root,
        {
            "package.json": '{"name": "app", "dependencies": {"express": "^4.21.0", "drizzle-orm": "0.45.1"}}',
            "src/app.ts": app.replace("DRIVER", driver),
        },
    )
    settled = settle(plan(root, Options()))
    found = {item.name: item.reason for item in settled.items if item.kind == "route"}
    texts = [change.after.decode() for change in settled.files if change.path.startswith("convex/") and change.after]
    return found, " ".join(" ".join(texts).split())


SORTED = """
import express from "express";
import { asc } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { pgTable, text, uuid } from "drizzle-orm/pg-core";

const db = drizzle(process.env.DATABASE_URL!);
const notes = pgTable("notes", { id: uuid("id").primaryKey().defaultRandom(), text: text("text").notNull() });
const sortable: Record<string, any> = { text: notes.text, "by-id": notes.id };
const known = { sort: Object.keys(sortable), all: Object.keys(sortable).length };

const app = express();
app.get("/notes", async (req, res) => {
  const sort = String(req.query.sort);
  if (!known.sort.includes(sort)) return res.status(400).json({ known });
  const by = sortable[sort] || notes.text;
  res.json(await db.select().from(notes).orderBy(asc(by)));
});
app.listen(3000);
"""


def test_tables_of_columns_stay_behind_and_their_names_do_not(tmp_path: Path) -> None:
    found, text = outcomes(tmp_path, "", SORTED)
    assert set(found.values()) == {None}
    assert 'sort: ["text", "by-id"], all: ["text", "by-id"].length' in text
    assert 'sortKey({ text: "text", "by-id": "_creationTime" }, sort, "asc", "text")' in text
    assert "notes.text" not in text


def test_mysql_tells_how_many_rows_and_the_new_key(tmp_path: Path) -> None:
    found, text = outcomes(tmp_path, "mysql2")
    assert set(found.values()) == {None}
    assert "await headerResult(made(listOf(insertNote(ctx, { text" in text
    assert "const [told] = await headerResult(" in text


def test_what_other_drivers_tell_is_not_made_up(tmp_path: Path) -> None:
    found, _ = outcomes(tmp_path, "planetscale-serverless")
    assert all("the result of a write without `returning`" in (reason or "") for reason in found.values())
