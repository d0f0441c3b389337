"""Drizzle's builders give tables."""

from collections.abc import Callable

import pytest
from drizzle_tables import TABLES

from codemods.ir.table import DefaultKind, FieldType, OnDelete, RelationKind, Schema

HEAD = 'import { sql } from "drizzle-orm";\nimport * as t from "drizzle-orm/pg-core";\n'
Read = Callable[[str], Schema]


def column(read: Read, definition: str, more: str = "") -> Schema:
    columns = f'{{ id: t.serial("id").primaryKey(), one: {definition} }}'
    return read(f'{HEAD}{more}\nexport const things = t.pgTable("things", {columns});')


def test_tables_columns_and_relations_are_read(tables: Read) -> None:
    schema = tables(TABLES)
    users, posts = schema.tables
    assert [(field.name, field.type, field.nullable) for field in users.fields[:4]] == [
        ("id", FieldType.INT, False),
        ("email", FieldType.STRING, False),
        ("name", FieldType.STRING, True),
        ("role", FieldType.ENUM, False),
    ]
    assert (users.id_field, users.uniques, users.called) == ("id", (("email",),), "user")
    author = posts.field("authorId")
    assert author is not None and author.references == ("users", "id") and author.on_delete is OnDelete.CASCADE
    assert [(each.field, each.kind) for each in (*users.relations, *posts.relations)] == [
        ("posts", RelationKind.HAS_MANY),
        ("author", RelationKind.BELONGS_TO),
    ]


@pytest.mark.parametrize(
    ("definition", "kind", "default"),
    [
        ('t.timestamp("x").defaultNow()', DefaultKind.NOW, None),
        ("t.timestamp().default(sql`now()`)", DefaultKind.NOW, None),
        ('t.uuid("x").defaultRandom()', DefaultKind.GENERATED_ID, None),
        ('t.text("x").$defaultFn(() => crypto.randomUUID())', DefaultKind.GENERATED_ID, None),
        ('t.integer("x").default(3)', DefaultKind.LITERAL, "3"),
        ("t.boolean().default(sql`false`)", DefaultKind.LITERAL, "false"),
        ("t.text(\"x\").array().default(sql`'{}'`)", DefaultKind.LITERAL, "[]"),
    ],
)
def test_defaults(tables: Read, definition: str, kind: DefaultKind, default: str | None) -> None:
    field = column(tables, definition).tables[0].field("one")
    assert field is not None and (field.default_kind, field.default) == (kind, default)


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        ('t.bigint("x", { mode: "number" })', FieldType.INT),
        ('t.numeric("x", { precision: 5, scale: 2 })', FieldType.DECIMAL),
        ('t.date("x")', FieldType.STRING),
        ('t.date("x", { mode: "date" })', FieldType.DATETIME),
        ('t.text("x", { enum: ["a", "b"] })', FieldType.ENUM),
    ],
)
def test_types(tables: Read, definition: str, kind: FieldType) -> None:
    field = column(tables, definition).tables[0].field("one")
    assert field is not None and field.type is kind


def test_columns_that_are_spread_in_or_shared_count(tables: Read) -> None:
    shared = 'const times = { madeAt: t.timestamp("made_at").notNull().defaultNow() };'
    text = f'{HEAD}{shared}\nexport const a = t.pgTable("as", {{ id: t.uuid().primaryKey(), ...times }});'
    assert [field.name for field in tables(text).tables[0].fields] == ["id", "madeAt"]


def test_constraints(tables: Read) -> None:
    text = f"""{HEAD}
export const links = t.pgTable("links", {{ a: t.integer(), b: t.integer(), c: t.text() }}, (table) => [
  t.primaryKey({{ columns: [table.a, table.b] }}),
  t.uniqueIndex("one").on(table.c, table.a),
  t.index("two").on(table.c),
]);"""
    [table] = tables(text).tables
    assert (table.primary_key, table.uniques, table.indexes) == (("a", "b"), (("c", "a"),), (("c",),))
    assert not table.gaps


@pytest.mark.parametrize(
    ("constraint", "gap"),
    [
        ("t.check('positive', sql`${table.n} > 0`)", "check"),
        ("t.uniqueIndex('one').on(table.n).where(sql`${table.n} > 0`)", "unique over some rows"),
    ],
)
def test_constraints_without_counterpart_stand_in_the_way_of_writes(tables: Read, constraint: str, gap: str) -> None:
    columns = "{ id: t.serial().primaryKey(), n: t.integer() }"
    text = f'{HEAD}export const a = t.pgTable("as", {columns}, (table) => [{constraint}]);'
    [found] = tables(text).tables[0].gaps
    assert found.reason.startswith(gap)
