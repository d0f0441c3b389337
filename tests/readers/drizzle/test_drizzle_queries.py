"""Calls of Drizzle's client are read into queries, or refused by name."""

from collections.abc import Callable

import pytest

from codemods.ir.query import (
    NOTHING,
    All,
    Any,
    Assignment,
    Change,
    Column,
    Compare,
    Compared,
    Computed,
    Condition,
    Function,
    IsNull,
    Join,
    Named,
    Not,
    Op,
    Query,
    Shape,
    When,
    Whole,
)

Read = Callable[[str], Query]


def operators(query: Query) -> list[tuple[str, Compare]]:
    parts = query.where.parts if isinstance(query.where, All) else (query.where,)
    return [(part.field, part.op) for part in parts if isinstance(part, Condition)]


def test_a_select(query: Read) -> None:
    found = query("return db.select().from(users).where(eq(users.id, given.id)).orderBy(desc(users.name)).limit(1);")
    assert found.unsupported == ()
    assert (found.op, found.table, operators(found)) == (Op.FIND_MANY, "users", [("id", Compare.EQ)])
    assert [(key.field, key.descending) for key in found.order] == [("name", True)]
    assert found.page.limit is not None


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("and(gt(users.age, 3), ilike(users.name, q!))", [("age", Compare.GT), ("name", Compare.LIKE)]),
        ("inArray(users.email, values)", [("email", Compare.IN)]),
        ("between(users.age, 1, 9)", [("age", Compare.GTE), ("age", Compare.LTE)]),
        ("sql`${users.email} = ${q}`", [("email", Compare.EQ)]),
        ("and(undefined, eq(users.name, q!))", [("name", Compare.EQ)]),
    ],
)
def test_conditions(query: Read, condition: str, found: list[tuple[str, Compare]]) -> None:
    read = query(f"return db.select().from(users).where({condition});")
    assert read.unsupported == () and operators(read) == found


def test_null(query: Read) -> None:
    assert query("return db.select().from(users).where(isNull(users.name));").where == IsNull("name")
    assert query("return db.select().from(users).where(isNotNull(users.name));").where == Not(IsNull("name"))


def test_conditions_that_are_pushed_under_a_test(query: Read) -> None:
    found = query(
        "const conditions = [isNull(users.name)];\n"
        "  if (q) conditions.push(eq(users.email, q));\n"
        "  return db.select().from(users).where(and(...conditions));"
    )
    assert found.unsupported == ()
    assert [each.name for each in found.assembled] == ["conditions"]


def test_a_condition_or_none(query: Read) -> None:
    found = query("const where = q ? eq(users.email, q) : undefined;\n  return db.select().from(users).where(where);")
    part = found.where.part if isinstance(found.where, Named) else None
    assert found.unsupported == ()
    assert isinstance(part, All) and isinstance(part.parts[0], When)


def test_shapes(query: Read) -> None:
    found = query("return db.select({ id: users.id, label: users.name }).from(users);")
    assert found.shown == Shape((("id", Column("id")), ("label", Column("name"))))
    assert query("return db.select({ id: users.id }).from(users);").select == ("id",)


def test_joins(query: Read) -> None:
    found = query("return db.select().from(posts).leftJoin(users, eq(posts.authorId, users.id));")
    on = Compared(Column("authorId"), Compare.EQ, Column("id", "users"))
    assert found.joins == (Join("users", "users", on, left=True),)
    assert found.shown == Shape((("posts", Whole()), ("users", Whole("users"))))


def test_groups(query: Read) -> None:
    found = query("return db.select({ role: users.role, n: count() }).from(users).groupBy(users.role);")
    assert (found.op, found.by) == (Op.GROUP_BY, (Column("role"),))
    assert found.shown == Shape((("role", Column("role")), ("n", Computed(Function.COUNT))))


def test_counts_in_sql_come_as_texts(query: Read) -> None:
    found = query("return db.select({ n: sql<number>`count(*)` }).from(users);")
    assert found.shown == Shape((("n", Computed(Function.COUNT, as_text=True)),))
    found = query("return db.select({ n: sql<number>`count(*)`.mapWith(Number) }).from(users);")
    assert found.shown == Shape((("n", Computed(Function.COUNT)),))


def test_writes(query: Read) -> None:
    made = query("return db.insert(users).values({ email: given.email }).returning();")
    assert (made.op, made.returns_rows, made.unsupported) == (Op.CREATE, True, ())
    many = query("return db.insert(users).values(values.map((email) => ({ email }))).returning();")
    assert many.op is Op.CREATE_MANY
    changed = query("return db.update(posts).set({ views: sql`${posts.views} + 1` }).where(eq(posts.id, given.id));")
    assert changed.data is not None and isinstance(changed.data.parts[0], Assignment)
    assert changed.data.parts[0].change is Change.INCREMENT
    gone = query("return db.delete(users).where(eq(users.id, given.id)).returning();")
    assert (gone.op, gone.returns_rows) == (Op.DELETE_MANY, True)


def test_relational_queries(query: Read) -> None:
    found = query(
        "return db.query.users.findFirst({ where: (user, { eq }) => eq(user.id, given.id), columns: { name: true },\n"
        "    with: { posts: { where: gt(posts.views, 3), orderBy: [asc(posts.title)], limit: 3 } } });"
    )
    assert (found.unsupported, found.op, found.or_undefined) == ((), Op.FIND_FIRST, True)
    assert found.select == ("name",) and [include.relation for include in found.include] == ["posts"]
    assert isinstance(found.include[0].where, Condition) and found.include[0].page.limit is not None


def test_a_client_that_cannot_be_followed_is_known_by_the_table(query: Read) -> None:
    assert query("return given.db.select().from(users);").table == "users"


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("db.select().from(users).where(sql`${users.name} ~ ${q}`)", "where: SQL `${users.name} ~ ${q}`"),
        ("db.select({ n: sql`upper(${users.name})` }).from(users)", "select: `n` is `sql`upper(${users.name})``"),
        ("db.select().from(users).for('update')", "`for`"),
        ("db.select().from(users).where(eq(users.settings, given))", "where: `settings`, a JSON column"),
        ("db.insert(users).values(given)", "values: `given` may be one row or a list"),
        ("db.query.users.findMany({ extras: {} })", "`extras`"),
        ("db.execute(sql`select 1`)", "raw SQL"),
        ("db.insert(users).values({ email: q! }).returning().get()", "`get`"),
    ],
)
def test_what_is_not_understood_is_named(query: Read, call: str, reason: str) -> None:
    assert query(f"return {call};").unsupported == (reason,)


def test_alternatives_that_may_all_be_absent_ask_for_all_rows(query: Read) -> None:
    found = query("return db.select().from(users).where(or(q ? eq(users.name, q) : undefined));")
    assert found.unsupported != () or found.where == NOTHING or not isinstance(found.where, Any)


@pytest.mark.parametrize(
    "body",
    [
        "let found = db.select().from(users);\n  if (q) found = found.where(eq(users.name, q));\n  return await found;",
        "const found = db.select().from(users);\n  if (q) found.where(eq(users.name, q));\n  return await found;",
    ],
)
def test_statements_that_are_built_further_are_refused(query: Read, body: str) -> None:
    assert query(body).unsupported == ("a statement that is built further behind its call",)


def test_statements_whose_promise_a_variable_holds_are_not(query: Read) -> None:
    assert query("const found = db.select().from(users);\n  return await found;").unsupported == ()


def test_a_dynamic_statement_is_refused(query: Read) -> None:
    assert query("return db.select().from(users).$dynamic();").unsupported == ("`$dynamic`",)


def test_plain_literals_in_sql_are_values(query: Read) -> None:
    found = query("return db.select().from(users).where(sql`${users.email} NOT LIKE '%@x.io'`);")
    assert found.unsupported == () and isinstance(found.where, Not)
