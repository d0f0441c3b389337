"""Calls of Drizzle for the differential test: generated conditions, shapes, joins, groups, relations, writes."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

from prisma_sides import Case

SCHEMA = """
import { relations } from "drizzle-orm";
import { boolean, integer, numeric, pgEnum, pgTable, real, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";

export const role = pgEnum("role", ["user", "admin"]);

export const users = pgTable("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  email: text("email").notNull().unique(),
  name: text("full_name"),
  role: role("role").notNull().default("user"),
  age: integer("age"),
  score: real("score").notNull().default(0),
  balance: numeric("balance", { precision: 8, scale: 2 }).notNull().default("0.00"),
  active: boolean("active").notNull().default(true),
  born: timestamp("born"),
  bossId: uuid("boss_id"),
});

export const posts = pgTable("posts", {
  id: uuid("id").primaryKey().defaultRandom(),
  title: text("title").notNull(),
  views: integer("views").notNull().default(0),
  likes: integer("likes"),
  authorId: uuid("author_id").notNull().references(() => users.id, { onDelete: "cascade" }),
  editorId: uuid("editor_id").references(() => users.id, { onDelete: "set null" }),
}, (table) => [unique("posts_author_title").on(table.authorId, table.title)]);

export const tags = pgTable("tags", {
  id: uuid("id").primaryKey().defaultRandom(),
  label: text("label").notNull(),
  postId: uuid("post_id").notNull().references(() => posts.id),
});

export const usersRelations = relations(users, ({ many, one }) => ({
  posts: many(posts, { relationName: "author" }),
  boss: one(users, { fields: [users.bossId], references: [users.id] }),
}));
export const postsRelations = relations(posts, ({ one, many }) => ({
  author: one(users, { fields: [posts.authorId], references: [users.id], relationName: "author" }),
  editor: one(users, { fields: [posts.editorId], references: [users.id], relationName: "editor" }),
  tags: many(tags),
}));
export const tagsRelations = relations(tags, ({ one }) => ({
  post: one(posts, { fields: [tags.postId], references: [posts.id] }),
}));
"""

DDL = """
CREATE TYPE role AS ENUM ('user', 'admin');
CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), email text NOT NULL CONSTRAINT users_email_unique UNIQUE,
  full_name text, role role NOT NULL DEFAULT 'user', age integer, score real NOT NULL DEFAULT 0,
  balance numeric(8, 2) NOT NULL DEFAULT 0.00, active boolean NOT NULL DEFAULT true, born timestamp, boss_id uuid
);
CREATE TABLE posts (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), title text NOT NULL, views integer NOT NULL DEFAULT 0, likes integer,
  author_id uuid NOT NULL REFERENCES users ON DELETE CASCADE, editor_id uuid REFERENCES users ON DELETE SET NULL,
  CONSTRAINT posts_author_title UNIQUE (author_id, title)
);
CREATE TABLE tags (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), label text NOT NULL, post_id uuid NOT NULL REFERENCES posts
);
"""

HEAD = """
import {
  and, asc, avg, between, count, countDistinct, desc, eq, gt, gte, ilike, inArray, isNotNull, isNull, like, lt, lte,
  max, min, ne, not, notBetween, notIlike, notInArray, notLike, or, sql, sum,
} from "drizzle-orm";
import { db } from "./db";
import { posts, tags, users } from "./schema";

const sortable: Record<string, any> = { email: users.email, called: users.name, role: users.role, age: users.age };
const views: Record<string, any> = { views: posts.views, title: posts.title };

"""

CONDITIONS = [
    'eq(users.email, "ann@x.io")', 'eq(users.email, "nobody@x.io")', "eq(users.id, ids.ann)", "eq(users.id, ids.nobody)",
    'ne(users.email, "ann@x.io")', "eq(users.age, 30)", "ne(users.age, 30)", "eq(users.age, none)", "ne(users.age, none)",
    "eq(users.name, none)", "gt(users.age, none)", "lte(users.age, none)", "gt(users.age, 25)", "gte(users.age, 30)",
    "lt(users.age, 30)", "lte(users.age, 30)", "gt(users.score, 1.25)", "lt(users.score, none)",
    "isNull(users.name)", "isNotNull(users.name)", "isNull(users.age)", "isNotNull(users.born)",
    'like(users.name, "%n%")', 'like(users.name, "A_n")', 'ilike(users.name, "a%")', 'ilike(users.email, "%X.IO")',
    'notLike(users.name, "%n%")', 'notIlike(users.name, "a%")', 'like(users.email, "50\\\\%%")', "like(users.name, none)",
    'inArray(users.email, ["ann@x.io", "bob@x.io"])', "inArray(users.id, [ids.ann, ids.cyd])", "inArray(users.age, [30])",
    "notInArray(users.age, [30])", "inArray(users.email, [])", "notInArray(users.email, [])",
    "between(users.age, 25, 35)", "notBetween(users.age, 25, 35)", 'eq(users.role, "admin")', 'ne(users.role, "admin")',
    "eq(users.active, true)", "eq(users.active, false)", "not(eq(users.active, true))",
    'gt(users.born, new Date("1990-01-01"))', 'eq(users.born, new Date("1985-06-01T00:00:00Z"))',
    'eq(users.balance, "12.50")', 'gt(users.balance, "9.99")', 'lt(users.balance, "100.00")', "eq(users.bossId, ids.ann)",
    "not(eq(users.age, 30))", "not(isNull(users.name))", 'not(like(users.name, "A%"))', "not(gt(users.age, none))",
    "sql`${users.age} > 25`", "sql`${users.name} NOT LIKE '%n'`", "sql`${users.name} IS NULL`", "sql`${users.email} ILIKE ${'%x.io'}`", "sql`${users.age} = ${30}`",
]  # fmt: skip

ORDERS = [
    "asc(users.email)", "desc(users.email)", "asc(users.age), asc(users.email)", "desc(users.age), asc(users.email)",
    "desc(users.name), users.email", "asc(users.role), desc(users.email)", "users.born, users.email",
    "asc(users.balance), asc(users.email)", "desc(users.score), desc(users.email)",
]  # fmt: skip

SHAPES = [
    "{ id: users.id }", "{ email: users.email, called: users.name }", "{ who: { id: users.id, age: users.age } }",
    "{ born: users.born, money: users.balance, active: users.active }", "{ one: users.email, two: users.email }",
]  # fmt: skip

POST_CONDITIONS = [
    "eq(posts.authorId, ids.ann)", "gt(posts.views, 3)", 'eq(users.email, "ann@x.io")', "isNull(posts.likes)",
    "and(eq(users.active, true), gt(posts.views, 0))", 'or(eq(users.role, "admin"), eq(posts.title, "Two"))',
]  # fmt: skip
JOINED = [
    "db.select().from(posts).innerJoin(users, eq(posts.authorId, users.id))",
    "db.select().from(posts).leftJoin(users, eq(posts.authorId, users.id))",
    "db.select().from(posts).innerJoin(users, eq(users.id, posts.editorId))",
    "db.select({ title: posts.title, by: users.name, age: users.age }).from(posts)"
    ".leftJoin(users, eq(posts.editorId, users.id))",
    "db.select({ title: posts.title, user: { id: users.id, name: users.name } }).from(posts)"
    ".leftJoin(users, eq(posts.editorId, users.id))",
    "db.select({ post: posts, user: users }).from(posts).leftJoin(users, eq(posts.editorId, users.id))",
    "db.select({ email: users.email, title: posts.title }).from(users).leftJoin(posts, eq(posts.authorId, users.id))",
    "db.select({ email: users.email, title: posts.title }).from(users)"
    ".innerJoin(posts, and(eq(posts.authorId, users.id), gt(posts.views, 3)))",
]


def cases() -> list[Case]:
    """All cases, each by a name of its own."""
    bodies = dict.fromkeys([*_reads(), *_joins(), *_groups(), *_relational(), *_writes()])
    return [Case(f"case{number}", _whole(body)) for number, body in enumerate(bodies)]


def _whole(body: str) -> str:
    head = "const none: any = ids.none ?? null; "
    body = body if body.startswith(("const ", "await ", "return ", "let ")) else f"return {body};"
    return f"{head if 'none' in body else ''}{body}"


def _reads() -> Iterator[str]:
    select = "db.select().from(users)"
    yield f"await {select}"
    for condition in CONDITIONS:
        yield f"{select}.where({condition}).orderBy(users.email)"
        yield f"db.select({{ n: count() }}).from(users).where({condition})"
    for one, other in combinations(CONDITIONS[4:46:5], 2):
        yield f"{select}.where(and({one}, {other})).orderBy(users.email)"
        yield f"{select}.where(or({one}, {other})).orderBy(users.email)"
        yield f"{select}.where(not(or({one}, {other})!)).orderBy(users.email)"
        yield f"{select}.where(not(and({one}, {other})!)).orderBy(users.email)"
    for order, page in product(ORDERS, ("", ".limit(2)", ".limit(2).offset(1)", ".limit(1).offset(2)", ".offset(3)")):
        yield f"{select}.orderBy({order}){page}"
    for shape, condition in product(SHAPES, CONDITIONS[::11]):
        yield f"db.select({shape}).from(users).where({condition}).orderBy(users.email)"
    for test in ("true", "false"):
        yield f"const q = {test} ? 'ann@x.io' : undefined; const {test}s = [eq(users.active, true)]; " \
              f"if (q) {test}s.push(eq(users.email, q)); return {select}.where(and(...{test}s)).orderBy(users.email);"  # fmt: skip
        yield f"const q = {test} ? 30 : undefined; " \
              f"return {select}.where(q ? eq(users.age, q) : undefined).orderBy(users.email);"  # fmt: skip
    yield "const [row] = await db.select().from(users).where(eq(users.id, ids.bob)).limit(1); return row.email;"
    yield "const rows = await db.select().from(users).where(eq(users.id, ids.nobody)); return rows.length;"
    for key, way in product(("email", "called", "role", "constructor", "nothing"), ("asc", "desc")):
        pick = f"const key: string = '{key}', way: string = '{way}'; const by = sortable[key] ?? users.score;"
        end = "const order = way === 'asc' ? asc(by) : desc(by);"
        yield f"{pick} {end} return {select}.orderBy(order, users.email);"
        yield f"{pick} return {select}.orderBy(desc(by), users.email).limit(2);"
        yield f"{pick} {end} return db.query.users.findMany({{ orderBy: [order, users.email], columns: {{ email: true }} }});"
        yield f"const key: string = '{key}'; let by: any = users.score; if (key === 'email') by = users.email; " \
              f"else if (key === 'called') by = users.name; return {select}.orderBy({way}(by), users.email);"  # fmt: skip
        yield f"const key: string = '{key}'; const by = views[key] || posts.title; return db.select({{ title: posts.title, by: users.email }})" \
              f".from(posts).leftJoin(users, eq(posts.editorId, users.id)).orderBy({way}(by)).limit(2);"  # fmt: skip
    yield "db.$count(users)"
    yield "db.$count(users, gt(users.age, 25))"


def _joins() -> Iterator[str]:
    for joined in JOINED:
        yield f"{joined}.orderBy({'users.email, posts.title' if 'from(users)' in joined else 'posts.title'})"
    for joined, condition in product(JOINED, POST_CONDITIONS):
        yield f"{joined}.where({condition}).orderBy(posts.title, users.email)"
    for joined, page in product(JOINED[:5], (".limit(2)", ".limit(2).offset(1)")):
        yield f"{joined}.orderBy(desc(posts.views), posts.title){page}"
    yield "db.select({ label: tags.label, title: posts.title, by: users.email }).from(tags)" \
          ".innerJoin(posts, eq(tags.postId, posts.id)).leftJoin(users, eq(posts.editorId, users.id))" \
          ".orderBy(tags.label)"  # fmt: skip
    yield "db.select({ label: tags.label, by: users.email }).from(users).leftJoin(posts, eq(posts.authorId, users.id))" \
          ".leftJoin(tags, eq(tags.postId, posts.id)).orderBy(users.email, posts.title, tags.label)"  # fmt: skip


def _groups() -> Iterator[str]:
    functions = {
        "n": "count()", "named": "count(users.name)", "ages": "countDistinct(users.age)", "oldest": "max(users.age)",
        "youngest": "min(users.age)", "total": "sum(users.age)", "money": "sum(users.balance)", "late": "max(users.born)",
        "raw": "sql<number>`count(*)`.mapWith(Number)", "cast": "sql<number>`count(*)::int`",
        "mean": "avg(users.age).mapWith(Number)", "score": "sum(users.score).mapWith(Number)",
    }  # fmt: skip
    for name, function in functions.items():
        for condition in ("", ".where(eq(users.active, true))", '.where(eq(users.email, "nobody@x.io"))'):
            yield f"db.select({{ {name}: {function} }}).from(users){condition}"
        yield f"db.select({{ role: users.role, {name}: {function} }}).from(users).groupBy(users.role).orderBy(users.role)"
    yield "db.select({ age: users.age, n: count() }).from(users).groupBy(users.age).orderBy(users.age)"
    yield "db.select({ age: users.age, n: count() }).from(users).groupBy(users.age).orderBy(desc(users.age)).limit(2)"
    yield "db.selectDistinct({ role: users.role }).from(users).orderBy(users.role)"
    yield "db.selectDistinct({ active: users.active, role: users.role }).from(users).orderBy(users.active, users.role)"
    yield "db.select({ email: users.email, n: count(posts.id) }).from(users)" \
          ".leftJoin(posts, eq(posts.authorId, users.id)).groupBy(users.email).orderBy(users.email)"  # fmt: skip
    yield "db.select({ email: users.email, views: sum(posts.views) }).from(users)" \
          ".leftJoin(posts, eq(posts.authorId, users.id)).groupBy(users.email).orderBy(users.email)"  # fmt: skip


def _relational() -> Iterator[str]:
    for condition in CONDITIONS:
        if "sql" not in condition:
            yield f"db.query.users.findFirst({{ where: {condition}, orderBy: [asc(users.email)] }})"
            yield f"db.query.users.findMany({{ where: {condition}, orderBy: users.email, columns: {{ balance: false }} }})"
    options = [
        "with: { posts: { orderBy: asc(posts.title) } }", "with: { boss: true }", "columns: { email: true }, with: { boss: true }",
        "with: { posts: { columns: { title: true }, where: gt(posts.views, 3), orderBy: [desc(posts.title)] } }",
        "with: { posts: { limit: 1, orderBy: [asc(posts.title)], with: { tags: { orderBy: tags.label }, editor: true } } }",
        "with: { boss: { columns: { email: true } } }, limit: 2", "limit: 2, offset: 1",
    ]  # fmt: skip
    for option in options:
        yield f"db.query.users.findMany({{ orderBy: [asc(users.email)], {option} }})"
        yield f"db.query.users.findFirst({{ where: (user, {{ eq }}) => eq(user.email, 'bob@x.io'), {option} }})"
    yield "db.query.posts.findMany({ with: { author: true, editor: true, tags: true }, orderBy: (post, { asc }) => asc(post.title) })"
    yield "const found = await db.query.users.findFirst({ where: eq(users.id, ids.nobody) }); return found === undefined;"


def _writes() -> Iterator[str]:
    rows = [
        '{ email: "new@x.io" }', '{ email: "new@x.io", name: "New", age: 3, role: "admin" as const, balance: "1.5" }',
        '{ email: "ann@x.io" }', '{ email: "new@x.io", bossId: ids.ann, born: new Date("2001-02-03") }',
        '{ email: "new@x.io", name: undefined, age: null }',
    ]  # fmt: skip
    for row, end in product(rows, ("", ".returning()", ".returning({ email: users.email, called: users.name })")):
        yield f"await db.insert(users).values({row}){end};" if not end else f"db.insert(users).values({row}){end}"
        yield (
            f"await db.insert(users).values({row}).onConflictDoNothing(){end};"
            if not end
            else (f"db.insert(users).values({row}).onConflictDoNothing(){end}")
        )
    yield 'db.insert(users).values([{ email: "a@x.io" }, { email: "b@x.io", age: 1 }]).returning()'
    yield 'db.insert(users).values([{ email: "a@x.io" }, { email: "ann@x.io" }]).returning()'
    yield 'const all = ["a", "b"].map((name) => ({ email: `${name}@x.io`, name })); return db.insert(users).values(all).returning();'
    for email in ("ann@x.io", "new@x.io"):
        yield f'db.insert(users).values({{ email: "{email}", age: 7 }})' \
              ".onConflictDoUpdate({ target: users.email, set: { age: 8, name: 'Again' } }).returning()"  # fmt: skip
    yield 'db.insert(posts).values({ title: "New", authorId: ids.nobody }).returning()'
    yield 'db.insert(posts).values({ title: "One", authorId: ids.ann }).returning()'
    yield 'db.insert(posts).values({ title: "New", authorId: ids.bob, editorId: ids.ann }).returning()'
    changes = [
        "{ age: 50 }", '{ name: null, role: "admin" }', '{ balance: "7" }', "{ age: sql`${users.age} + 1` }",
        "{ score: sql`${users.score} - ${2}` }", '{ email: "ann@x.io" }', "{ name: undefined, age: 1 }", "{ born: null }",
    ]  # fmt: skip
    wheres = ["eq(users.id, ids.bob)", 'eq(users.email, "nobody@x.io")', "isNull(users.age)", "gt(users.age, 25)"]
    for change, where in product(changes, wheres):
        yield f"db.update(users).set({change}).where({where}).returning()"
        yield f"await db.update(users).set({change}).where({where});"
    yield "db.update(posts).set({ editorId: ids.nobody }).where(eq(posts.authorId, ids.ann)).returning()"
    yield 'db.update(posts).set({ title: "Two" }).where(eq(posts.title, "One")).returning({ title: posts.title })'
    for where in (*wheres, "eq(users.id, ids.ann)", "eq(users.active, false)"):
        yield f"db.delete(users).where({where}).returning()"
        yield f"await db.delete(users).where({where});"
    yield "db.delete(posts).where(eq(posts.authorId, ids.ann)).returning({ id: posts.id })"
    yield "db.delete(tags).where(isNotNull(tags.label)).returning()"
    told = "return (told as any).rowCount ?? (told as any).affectedRows;"
    for write in (
        'insert(users).values({ email: "a@x.io" })', 'insert(users).values([{ email: "a@x.io" }, { email: "b@x.io" }])',
        'insert(users).values({ email: "ann@x.io" }).onConflictDoNothing()', "update(users).set({ age: 1 })",
        "update(users).set({ age: 1 }).where(eq(users.id, ids.nobody))", "delete(tags)",
        'insert(users).values({ email: "ann@x.io" }).onConflictDoUpdate({ target: users.email, set: { age: 8 } })',
    ):  # fmt: skip
        yield f"const told = await db.{write}; {told}"
    yield "await db.transaction(async (tx) => { await tx.update(users).set({ age: 1 }).where(eq(users.id, ids.ann));" \
          " await tx.delete(tags).where(eq(tags.label, 'red')); });"  # fmt: skip
    yield 'return await db.transaction(async (tx) => { const [made] = await tx.insert(users).values({ email: "t@x.io" }).returning();' \
          ' const [post] = await tx.insert(posts).values({ title: "T", authorId: made.id }).returning(); return post; });'  # fmt: skip
