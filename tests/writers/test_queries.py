"""What single Prisma calls become: before -> after, what is refused, and what is reported."""

from pathlib import Path

import pytest
from database_app import PrismaSource

from codemods.ir.query import Query
from codemods.source import Span
from codemods.writers.code import DbCode, Refusal, TableUse
from codemods.writers.queries.db import write_query

SCHEMA = """
enum Status {
  TODO
  DOING
  DONE
}
model User {
  id      String  @id @default(cuid())
  email   String  @unique
  name    String?
  score   Decimal @default(0)
  meta    Json?
  tags    String[]
  born    DateTime?
  tasks   Task[]
  friends User[]  @relation("Friends")
  friendOf User[] @relation("Friends")
}
model Task {
  id      Int      @id @default(autoincrement())
  title   String
  status  Status   @default(TODO)
  points  Int
  day     DateTime
  owner   User     @relation(fields: [ownerId], references: [id])
  ownerId String
}
"""


def source(root: Path, call: str, optional: tuple[str, ...] = ()) -> PrismaSource:
    return PrismaSource(root, SCHEMA, f"export const f = async (x: any) => {call};\n", optional)


def written(root: Path, call: str, *optional: str) -> str:
    app = source(root, call, optional)
    [query] = app.queries
    code = app.written(query)
    assert isinstance(code, DbCode), code
    return app.text(code)


def refusal(root: Path, call: str, *optional: str) -> Refusal:
    app = source(root, call, optional)
    [query] = app.queries
    refused = app.written(query)
    assert isinstance(refused, Refusal), app.text(refused)
    return refused


def code_of(root: Path, call: str) -> DbCode:
    app = source(root, call)
    [query] = app.queries
    code = app.written(query)
    assert isinstance(code, DbCode), code
    return code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("prisma.user.findUnique({ where: { id: x } })", 'row(find(ctx, "users", x), toUser)'),
        ("prisma.user.findUniqueOrThrow({ where: { id: x } })", 'rowOrThrow(find(ctx, "users", x), toUser)'),
        ("prisma.user.findFirst()", 'row(ctx.db.query("users").first(), toUser)'),
        ("prisma.user.findMany()", 'rows(ctx.db.query("users").collect(), toUser)'),
        ("prisma.user.findMany({ take: 5 })", 'rows(ctx.db.query("users").take(5), toUser)'),
        (
            'prisma.user.findMany({ orderBy: { id: "desc" } })',
            'rows(ctx.db.query("users").order("desc").collect(), toUser)',
        ),
        (
            'prisma.task.findMany({ orderBy: { points: "asc" } })',
            'rows(ctx.db.query("tasks").withIndex("by_points").collect(), toTask)',
        ),
        ("prisma.user.count()", 'countRows(ctx.db.query("users").collect())'),
        ("prisma.user.findUnique({ where: { id: x }, select: { id: true, name: true } })",
         'row(find(ctx, "users", x), (user) => ({ id: user._id, name: user.name }))'),
        ("prisma.user.create({ data: { email: x } })", "row(insertUser(ctx, { email: x }), toUser)"),
        ("prisma.user.create({ data: { ...x, email: x.mail } })",
         "row(insertUser(ctx, { ...x, email: x.mail }), toUser)"),
        ("prisma.user.delete({ where: { id: x } })", 'row(deleteUser(ctx, find(ctx, "users", x)), toUser)'),
        ("prisma.task.update({ where: { id: x }, data: { points: { decrement: 2 } } })",
         'row(patchTask(ctx, find(ctx, "tasks", x), { points: { decrement: 2 } }), toTask)'),
    ],
)  # fmt: skip
def test_a_call_becomes_an_expression_of_a_promise(tmp_path: Path, before: str, after: str) -> None:
    assert written(tmp_path, before) == after


@pytest.mark.parametrize(
    ("where", "test"),
    [
        ("{ name: { not: x } }", "user.name !== null && user.name !== x"),
        ("{ name: { not: null } }", "user.name !== null"),
        ("{ NOT: { name: { not: x } } }", "user.name === x"),
        ("{ NOT: { name: { contains: x } } }", "user.name !== null && !user.name.includes(x)"),
        ("{ NOT: { OR: [{ email: x }, { name: x }] } }",
         "user.email !== x && user.name !== null && user.name !== x"),
        ("{ NOT: { email: x, name: x } }", "user.email !== x || (user.name !== null && user.name !== x)"),
        ("{ OR: [{ email: x }, { name: x }] }", "user.email === x || user.name === x"),
        ('{ email: { equals: x, mode: "insensitive" } }', "user.email.toLowerCase() === x.toLowerCase()"),
        ("{ email: { notIn: x } }", "!isIn(user.email, x)"),
        ("{ born: { gt: x } }", "user.born !== null && user.born > time(x)"),
        ("{ id: { not: x } }", "user._id !== x"),
        ("{ score: { gt: x } }", "units(user.score) > units(decimal(x))"),
    ],
)  # fmt: skip
def test_conditions_that_no_index_serves_become_a_test(tmp_path: Path, where: str, test: str) -> None:
    text = written(tmp_path, f"prisma.user.count({{ where: {where} }})")
    assert " ".join(text.split()).replace("( ", "(").replace(", )", ")") == (
        f'countRows(filter(ctx.db.query("users"), (user) => {test}).collect())'
    )


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        ("prisma.user.count({ where: { id: { gt: x } } })", "comparison of a generated id"),
        ('prisma.task.count({ where: { status: { gt: "TODO" } } })', "comparison of status"),
        ("prisma.user.create({ data: { id: x, email: x } })", "generated key"),
        ("prisma.task.create({ data: { points: { increment: 1 } } })", "increment of points"),
        ("prisma.task.update({ where: { id: x }, data: { owner: { disconnect: true } } })", "disconnect of owner"),
        ("prisma.user.update({ where: { id: x }, data: { tasks: { set: [] } } })", "whose key is required"),
        ("prisma.task.update({ where: { id: x }, data: { points: { divide: 2 } } })", "divide of points"),
        ("prisma.user.aggregate({ _avg: { score: true } })", "avg of score"),
    ],
)
def test_what_could_change_its_meaning_is_refused(tmp_path: Path, call: str, reason: str) -> None:
    refused = refusal(tmp_path, call)
    assert refused.code == "CX301"
    assert reason in refused.reason


def test_rows_of_relations_are_written_after_the_row_they_belong_to(tmp_path: Path) -> None:
    call = "prisma.user.create({ data: { email: x, tasks: { create: { title: x.a, points: 1, day: x.b } } } })"
    assert (
        written(tmp_path, call)
        == """row(
  insertUser(ctx, { email: x }).then(async (user) => {
    await insertTask(ctx, { title: x.a, points: 1, day: x.b, ownerId: user._id });
    return user;
  }),
  toUser,
)"""
    )


def test_rows_are_connected_by_a_table_of_their_own(tmp_path: Path) -> None:
    call = "prisma.user.update({ where: { id: x }, data: { friends: { connect: x.ids.map((id) => ({ id })) } } })"
    code = code_of(tmp_path, call)
    assert TableUse("Friends", "link") in code.tables
    text = " ".join(written(tmp_path / "b", call).split())
    assert "await each( x.ids, (id) => required(" in text
    assert "linkFriends(ctx, { friendOfId: user._id, friendId: user2._id })" in text


def test_an_alternative_that_may_be_empty_is_refused(tmp_path: Path) -> None:
    call = "prisma.user.count({ where: { OR: [{ email: a, name: b }, { name: x }] } })"
    assert "may be empty" in refusal(tmp_path, call, "a", "b").reason
    assert "undefined" in refusal(tmp_path, "prisma.user.count({ where: { NOT: { email: a, name: x } } })", "a").reason


def test_the_code_says_what_it_needs(tmp_path: Path) -> None:
    code = code_of(
        tmp_path, "prisma.task.findMany({ where: { ownerId: x, status: 'DONE' }, include: { owner: true } })"
    )
    assert code.tables == {TableUse("Task", "mapper"), TableUse("User", "mapper")}
    assert code.indexes == {("Task", ("status", "ownerId"))}
    assert code.runtime == {"rows", "rowOrThrow"}
    assert code.diagnostics == ()
    assert [(spec.module, spec.name, spec.type_only) for spec in code.imports] == [
        ("convex:_generated/dataModel", "Id", True),
        ("convex:lib/rows", "rowOrThrow", False),
        ("convex:lib/rows", "rows", False),
        ("convex:tables/tasks", "toTask", False),
        ("convex:tables/users", "toUser", False),
    ]


def test_scans_and_unbounded_reads_are_reported(tmp_path: Path) -> None:
    scan = code_of(tmp_path, "prisma.user.findMany({ where: { name: { not: x } }, take: 3 })")
    assert [code for code, _ in scan.diagnostics] == ["CX303"]
    everything = code_of(tmp_path, "prisma.user.findMany()")
    assert everything.diagnostics == (("CX306", "reads all of users"),)
    assert code_of(tmp_path, "prisma.user.findMany({ where: { email: x } })").diagnostics == ()
    assert code_of(tmp_path, "prisma.user.findMany({ take: 10 })").diagnostics == ()


def test_the_first_rows_come_by_an_index_in_their_order(tmp_path: Path) -> None:
    call = 'prisma.task.findMany({ where: { ownerId: x }, orderBy: { day: "desc" }, take: 3 })'
    assert code_of(tmp_path, call).indexes == {("Task", ("ownerId", "day"))}
    assert '.order("desc")' in written(tmp_path, call)


def test_all_rows_of_an_index_are_sorted_in_memory(tmp_path: Path) -> None:
    call = 'prisma.task.findMany({ where: { ownerId: x }, orderBy: { day: "desc" } })'
    assert code_of(tmp_path, call).indexes == {("Task", ("ownerId",))}
    assert '["day", "desc"]' in written(tmp_path, call)


def test_a_range_uses_an_index_and_keeps_the_order_of_creation(tmp_path: Path) -> None:
    text = " ".join(written(tmp_path, "prisma.task.findMany({ where: { points: { gte: x, lt: 9 } } })").split())
    assert 'withIndex("by_points", (q) => q.gte("points", x).lt("points", 9))' in text
    assert '["_creationTime", "asc"]' in text


def test_names_of_ours_hide_none_of_the_code(tmp_path: Path) -> None:
    text = written(tmp_path, "prisma.task.findMany({ where: { title: { not: task.title }, ownerId: q.id } })")
    assert "(task2) => task2.title !== task.title" in text
    assert '(q2) => q2.eq("ownerId", q.id as Id<"users">)' in text


def test_imports_give_way_to_names_that_are_taken(tmp_path: Path) -> None:
    app = source(tmp_path, "prisma.user.delete({ where: { id: x } })")
    [query] = app.queries
    code = write_query(query, app.schema, app.names, app.facts, avoid={"deleteUser", "row", "find", "toUser"})
    assert isinstance(code, DbCode)
    assert app.text(code) == 'mapRow(deleteUserRow(ctx, findRow(ctx, "users", x)), toUserRow)'
    assert {(spec.name, spec.binds) for spec in code.imports} == {
        ("deleteUser", "deleteUserRow"),
        ("find", "findRow"),
        ("row", "mapRow"),
        ("toUser", "toUserRow"),
    }


def test_a_handler_named_like_a_table_function_is_expected(tmp_path: Path) -> None:
    app = source(tmp_path, "prisma.user.delete({ where: { id: x } })")
    code = write_query(app.queries[0], app.schema, app.names, app.facts)
    assert isinstance(code, DbCode)
    assert app.text(code).startswith("row(deleteUserRow(ctx, ")


def test_an_unused_result_is_not_made_to_look_like_the_source_s(tmp_path: Path) -> None:
    app = source(tmp_path, "prisma.user.create({ data: { email: x } })")
    code = app.written(app.queries[0], used=False)
    assert isinstance(code, DbCode)
    assert app.text(code) == "insertUser(ctx, { email: x })"


def test_values_are_holes(tmp_path: Path) -> None:
    app = source(tmp_path, "prisma.user.findUnique({ where: { id: x } })")
    code = app.written(app.queries[0])
    assert isinstance(code, DbCode)
    [hole] = [part for part in code.parts if isinstance(part, Span)]
    assert app.facts.text(hole) == "x"


def test_comments_between_the_values_are_handed_on(tmp_path: Path) -> None:
    code = code_of(
        tmp_path, "prisma.user.create({ /* new */ data: { // who\n email: x /* kept */.mail, name: 'a//b' } })"
    )
    assert code.comments == ("/* new */", "// who")


def test_known_ids_need_no_check(tmp_path: Path) -> None:
    app = source(tmp_path, "prisma.user.findUnique({ where: { id: x.ownerId } })")
    app.facts.ids["x.ownerId"] = "User"
    code = app.written(app.queries[0])
    assert isinstance(code, DbCode)
    assert app.text(code) == 'row(ctx.db.get("users", x.ownerId), toUser)'


def test_values_with_effects_are_computed_once_before(tmp_path: Path) -> None:
    text = written(tmp_path, "prisma.user.count({ where: { name: { not: make() } } })")
    assert " ".join(text.split()).startswith("((name) =>")
    assert text.endswith(")(make())")
    assert "make" not in written(tmp_path, "prisma.user.count({ where: { name: { not: Number(x) } } })")


def test_duplicates_are_left_out_when_asked(tmp_path: Path) -> None:
    from dataclasses import replace

    app = source(tmp_path, "prisma.user.createMany({ data: x })")
    query: Query = replace(app.queries[0], skip_duplicates=True)
    code = app.written(query)
    assert isinstance(code, DbCode)
    assert app.text(code) == "eachNew<NewUser>(x, (data) => insertUser(ctx, data))"


CONNECTS = "prisma.task.create({ data: { title: x, owner: { connect: { id: x.ownerId } } } })"


def test_a_row_to_connect_is_looked_up_unless_its_id_is_known(tmp_path: Path) -> None:
    cause = "\"No 'User' record was found for a nested connect on 'Task'.\""
    looked_up = f'required(find(ctx, "users", x.ownerId), {cause}).then((owner) => insertTask('
    assert looked_up in " ".join(written(tmp_path / "a", CONNECTS).split()).replace("( ", "(").replace(", )", ")")
    app = source(tmp_path / "b", CONNECTS)
    app.facts.ids["x.ownerId"] = "User"
    code = app.written(app.queries[0])
    assert isinstance(code, DbCode)
    assert app.text(code) == "row(insertTask(ctx, { title: x, ownerId: x.ownerId }), toTask)"
