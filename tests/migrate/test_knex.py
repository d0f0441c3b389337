"""Statements and migrations of Knex, before and after."""

from harness import CodemodTest, Migrated

_MIGRATIONS = {
    "migrations/001_users.js": """
        exports.up = async (knex) => {
          await knex.schema.createTable("users", (t) => {
            t.increments("id");
            t.string("name", 40).notNullable();
            t.string("email").unique();
            t.bigInteger("visits").notNullable().defaultTo(0);
            t.timestamps(true, true);
          });
          await knex.schema.createTable("posts", (t) => {
            t.increments();
            t.integer("user_id").notNullable().references("id").inTable("users").onDelete("CASCADE");
            t.string("title");
          });
        };
        exports.down = async (knex) => {
          await knex.schema.dropTable("posts");
          await knex.schema.dropTable("users");
        };
        """,
    "migrations/002_more.js": """
        exports.up = (knex) => knex.schema.alterTable("posts", (t) => {
          t.renameColumn("title", "subject");
          t.boolean("shown").notNullable().defaultTo(false);
          t.index(["user_id", "shown"]);
        });
        exports.down = (knex) => knex.schema.alterTable("posts", (t) => { t.dropColumn("shown"); });
        """,
}


def _migrate(codemod: CodemodTest, body: str, before: str = "") -> Migrated:
    files = {
        "package.json": '{"name": "app", "type": "module", "dependencies": {"express": "5", "knex": "3", "pg": "8"}}',
        "tsconfig.json": '{"compilerOptions": {"strict": true, "module": "esnext", "moduleResolution": "bundler"}}',
        **_MIGRATIONS,
        "db.ts": 'import knex from "knex";\nexport const db = knex({ client: "pg" });\n',
        "app.ts": f"""
            import express from "express";
            import type {{ Knex }} from "knex";
            import {{ db }} from "./db";

            const app = express();
            app.use(express.json());
            {before}
            app.post("/run", async (req, res) => {{
              {body}
            }});
            app.listen(3000);
            """,
    }
    return codemod.migrate(files)


def _migrated(codemod: CodemodTest, body: str, before: str = "") -> str:
    migrated = _migrate(codemod, body, before)
    assert migrated.outcome("POST /run") == "migrated"
    return migrated.files["convex/app.ts"]


def test_migrations_are_applied_in_order(codemod: CodemodTest) -> None:
    body = 'res.json(await db("posts").join("users", "users.id", "posts.user_id").select("posts.*", "users.name"));'
    schema = _migrate(codemod, body).files["convex/schema.ts"]
    assert "name: v.string()," in schema and "subject: v.union(v.string(), v.null())," in schema
    assert 'user_id: v.id("users"),' in schema and "shown: v.boolean()," in schema
    assert "title" not in schema


def test_conditions_that_a_test_adds_stay_tests(codemod: CodemodTest) -> None:
    body = """
      const q = db("users").where("visits", ">", 1);
      if (req.body.name) q.where("name", req.body.name);
      else q.whereNull("email");
      const rows = await q.orderBy("name").limit(5);
      res.json(rows);
    """
    text = _migrated(codemod, body)
    assert "args.name" in text and "? user.name ===" in text and ": user.email === null" in text
    assert "const q" not in text


def test_transactions_and_connections_fall_away(codemod: CodemodTest) -> None:
    before = """
            async function find(id: number, trx?: Knex.Transaction) {
              const q = trx ?? db;
              return q("users").where({ id }).first();
            }
    """
    body = """
      const user = await db.transaction(async (trx) => {
        const [row] = await trx("users").insert({ name: req.body.name }).returning("id");
        await trx("posts").insert({ user_id: row.id, subject: "Hello" });
        return find(row.id, trx);
      });
      res.json(user);
    """
    text = _migrated(codemod, body, before)
    assert "trx" not in text and "insertUser(ctx, { name: args.name })" in text
    assert "find(ctx, row.id)" in text


def test_the_clock_of_the_database_is_that_of_the_function(codemod: CodemodTest) -> None:
    body = """
      const changes: Record<string, unknown> = { updated_at: db.fn.now() };
      if (req.body.name !== undefined) changes.name = req.body.name;
      res.json(await db("users").where({ id: req.body.id }).update(changes));
    """
    text = _migrated(codemod, body)
    assert "updated_at: new Date()" in text and "patchUser(ctx, user, someChanges(changes))" in text


def test_a_value_that_may_be_undefined_is_an_error_as_it_was(codemod: CodemodTest) -> None:
    text = _migrated(codemod, 'res.json(await db("users").where({ email: req.body.email }).first());')
    assert 'parameter(args.email, "email")' in text


def test_what_is_not_understood_is_refused_by_name(codemod: CodemodTest) -> None:
    calls = {
        'db("users").whereJsonPath("a", "$.b", "=", 1)': "`whereJsonPath`",
        'db("users").orderBy(req.body.sort)': "only known at run time, as a name",
        'db("users").where(req.body)': "put together elsewhere",
        'db("nothing").select("*")': "no definition of the table nothing",
        'db("users").rightJoin("posts", "posts.user_id", "users.id")': "`rightJoin`",
    }
    for call, reason in calls.items():
        outcome = _migrate(codemod, f"res.json(await {call});").outcome("POST /run")
        assert outcome.startswith("needs-review") and reason in outcome, outcome


def test_statements_with_types_given_in_place_are_waited_for(codemod: CodemodTest) -> None:
    migrated = _migrate(
        codemod,
        """
        const users = await db<{ id: number; name: string }>("users").orderBy("name").select("*");
        const names = await db("users").select<{ name: string }[]>("name");
        res.json([users.map((user) => user.name), names.length]);
        """,
    )
    written = migrated.convex["convex/app.ts"]
    assert "const users = await " in written
    assert "const names = await " in written
