"""Database calls of libraries other than Prisma, each reported once."""

from collections.abc import Callable

import pytest

from codemods.outcome import Item, ItemKind, Outcome, Place

Find = Callable[..., list[Item]]
Names = Callable[..., list[str]]

# raw SQL

PG = 'import { Pool } from "pg";\nconst pool = new Pool();\n'
SQLITE = 'import Database from "better-sqlite3";\nconst store = new Database("x.db");\n'


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (PG + "await pool.query('SELECT * FROM users WHERE id = $1', [id]);", "sql SELECT users"),
        (PG + "await pool.query(`INSERT INTO orders (a) VALUES ($1)`, [a]);", "sql INSERT orders"),
        (PG + 'await pool.query("UPDATE " + table + " SET a = 1");', "sql UPDATE"),
        (PG + "await pool.query(`DELETE FROM ${table}`);", "sql DELETE (computed)"),
        (PG + "await pool.query('BEGIN');", "sql BEGIN"),
        (PG + "await pool.query(text, values);", "sql query"),
        (PG + "const one = await pool.connect();\nawait one.query('COMMIT');", "sql COMMIT"),
        (SQLITE + "store.prepare('SELECT a FROM t').all();", "sql SELECT t"),
        (SQLITE + "store.exec('DELETE FROM t');", "sql DELETE t"),
        (
            'import mysql from "mysql2/promise";\nconst c = await mysql.createConnection({});\nawait c.execute(sql);',
            "sql execute",
        ),
        ('import postgres from "postgres";\nconst sql = postgres();\nawait sql`SELECT 1 FROM t`;', "sql SELECT t"),
        ("export const f = (db: any) => db.all('-- all\\nselect * from \"users\"');", "sql SELECT users"),
        ("export const f = (c: any) => c.query('select 1');", "sql SELECT"),
    ],
)
def test_statements(names: Names, code: str, name: str) -> None:
    assert names(code, "pg mysql2 better-sqlite3") == [name]


@pytest.mark.parametrize(
    "code",
    [
        SQLITE + "const all = store.prepare;",
        "const text = 'SELECT a FROM b';",
        "app.get('/users', (req, res) => res.send('x'));",
        "await client.get('key');",
        "const map = new Map();\nmap.get(key);",
        "router.all('update', handler);",
    ],
)
def test_calls_that_send_no_statement(names: Names, code: str) -> None:
    assert names(code, "pg better-sqlite3") == []


# Mongoose

MODEL = {
    "src/models/User.ts": 'import mongoose from "mongoose";\nconst s = new mongoose.Schema({});\n'
    'export default mongoose.model("User", s);'
}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("await User.find({ a: 1 }).sort('b').limit(3);", "mongoose User.find"),
        ("await User.create({});", "mongoose User.create"),
        ("await User.findByIdAndUpdate(id, {});", "mongoose User.findByIdAndUpdate"),
        ("const user = new User({});\nawait user.save();", "mongoose user.save"),
    ],
)
def test_mongoose_models(names: Names, code: str, name: str) -> None:
    assert names(f'import User from "./models/User";\n{code}', "mongoose", files=MODEL) == [name]


def test_mongoose_documents_are_followed(names: Names) -> None:
    code = 'import User from "./models/User";\nconst doc = await User.findById(id);\nif (doc) await doc.save();'
    assert names(code, "mongoose", files=MODEL) == ["mongoose User.findById", "mongoose doc.save"]


def test_mongoose_models_of_another_package_are_told_by_their_import(names: Names) -> None:
    assert names('import { User } from "@app/models";\nawait User.find();', "mongoose") == ["mongoose User.find"]


def test_arrays_are_no_models(names: Names) -> None:
    assert names("const Users = [1];\nUsers.find((x) => x);\n[1].find(Boolean);", "mongoose") == []


def test_saving_something_else(names: Names) -> None:
    code = "class Canvas { save() {} }\nconst canvas = new Canvas();\ncanvas.save();"
    assert names(code, "mongoose", files=MODEL) == []


# query builders

DRIZZLE = 'import { drizzle } from "drizzle-orm/node-postgres";\nexport const store = drizzle(url);\n'
KNEX = 'import knex from "knex";\nconst store = knex({});\n'


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("store.select().from(users).where(eq(users.id, 1))", "drizzle select users"),
        ("store.insert(users).values({}).returning()", "drizzle insert users"),
        ("store.update(users).set({})", "drizzle update users"),
        ("store.delete(users)", "drizzle delete users"),
        ("store.query.users.findMany({})", "drizzle findMany users"),
        ("store.execute(sql`SELECT 1 FROM t`)", "sql SELECT t"),
    ],
)
def test_drizzle(names: Names, call: str, name: str) -> None:
    assert names(f"{DRIZZLE}await {call};", "drizzle-orm") == [name]


def test_drizzle_transactions(names: Names) -> None:
    code = DRIZZLE + "await store.transaction(async (one) => { await one.insert(users).values({}); });"
    assert names(code, "drizzle-orm") == ["drizzle transaction", "drizzle insert users"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("store('users').where({ id }).first()", ["knex users"]),
        ("store.select('a').from('users')", ["knex select"]),
        ("store.raw('SELECT 1 FROM t')", ["sql SELECT t"]),
        (
            "store.transaction(async (t) => { await t('users').insert({}).returning('id'); })",
            ["knex transaction", "knex users"],
        ),
    ],
)
def test_knex(names: Names, call: str, expected: list[str]) -> None:
    assert names(f"{KNEX}await {call};", "knex") == expected


def test_knex_connections_that_only_types_name(names: Names) -> None:
    code = 'import type { Knex } from "knex";\nexport const f = (c: Knex) => c("users").where({}).del();'
    assert names(code, "knex") == ["knex users"]


# object mappers


@pytest.mark.parametrize(
    ("code", "package", "name"),
    [
        (
            'import { Sequelize } from "sequelize";\nconst User = new Sequelize("").define("u", {});\nUser.findAll();',
            "sequelize",
            "sequelize User.findAll",
        ),
        (
            'import { Model } from "sequelize";\nclass User extends Model {}\nUser.findByPk(1);',
            "sequelize",
            "sequelize User.findByPk",
        ),
        (
            'import { BaseEntity } from "typeorm";\nclass User extends BaseEntity {}\nUser.find({});',
            "typeorm",
            "typeorm User.find",
        ),
        (
            'import type { Repository } from "typeorm";\n'
            "export class S { constructor(private users: Repository<U>) {} all() { return this.users.find(); } }",
            "typeorm",
            "typeorm this.users.find",
        ),
        (
            'import { Model } from "objection";\nclass User extends Model {}\nUser.query().where("a", 1).first();',
            "objection",
            "objection User.query",
        ),
        ("export const f = (rows: any) => rows.findAndCountAll({});", "sequelize", "sequelize rows.findAndCountAll"),
    ],
)
def test_object_mappers(names: Names, code: str, package: str, name: str) -> None:
    assert names(code, package) == [name]


# how sites are reported


def test_a_site_has_the_line_of_its_method(find: Find) -> None:
    (item,) = find(PG + "const rows =\n  await pool\n    .query('SELECT a FROM t');", "pg")
    assert item == Item(ItemKind.QUERY, "sql SELECT t", Outcome.UNSUPPORTED, Place("src/app.ts", 5, 6), "CX305 raw SQL")


def test_scripts_are_reported_as_skipped(find: Find) -> None:
    (item,) = find(PG + "await pool.query('SELECT a FROM t');", "pg", path="scripts/fill.ts")
    assert (item.outcome, item.reason) == (Outcome.SKIPPED, "CX307 database call outside any route")


def test_tests_are_not_reported(find: Find) -> None:
    assert find(PG + "await pool.query('SELECT a FROM t');", "pg", path="src/app.test.ts") == []


def test_items_come_in_source_order(names: Names) -> None:
    code = PG + "setTimeout(work, 5);\npool.query('SELECT a FROM t');\nsetTimeout(work, 5);"
    assert names(code, "pg") == ["setTimeout", "sql SELECT t", "setTimeout"]
