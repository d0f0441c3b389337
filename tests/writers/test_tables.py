"""The schema and the table modules."""

from pathlib import Path

from codemods.readers.prisma import schema_from
from codemods.writers.code import TableUse
from codemods.writers.names import schema_names
from codemods.writers.stored.deletes import reaches_itself
from codemods.writers.stored.schema import close_tables, schema_fragments
from codemods.writers.stored.tables import close_uses, table_fragments

SCHEMA = """
enum Role {
  USER
  ADMIN
}
model Team {
  id      Int    @id @default(autoincrement())
  name    String
  members User[]
  notes   Note[]
}
model User {
  id     String  @id @default(cuid())
  email  String  @unique
  role   Role    @default(USER)
  team   Team?   @relation(fields: [teamId], references: [id])
  teamId Int?
  notes  Note[]
  seenAt DateTime?
}
model Note {
  id       Int    @id @default(autoincrement())
  title    String
  author   User   @relation(fields: [authorId], references: [id], onDelete: Cascade)
  authorId String
  team     Team   @relation(fields: [teamId], references: [id], onDelete: Cascade)
  teamId   Int
  price    Decimal
  data     Json
  @@unique([teamId, title])
  @@index([title])
}
model Loner { id Int @id @default(autoincrement()) }
"""

PARSED = schema_from({"schema.prisma": SCHEMA}).schema
NAMES = schema_names(PARSED)


def fragment(table: str, *indexes: tuple[str, ...]) -> str:
    wanted = {(table, fields) for fields in indexes}
    [found] = schema_fragments(PARSED, NAMES, {table}, wanted)
    return found.text


def part(table: str, name: str, *uses: TableUse) -> str:
    found = PARSED.table(table)
    assert found is not None
    return next(part.text for part in table_fragments(found, uses, PARSED, NAMES) if part.name == name)


def test_a_table_has_its_columns_and_one_index() -> None:
    assert fragment("User") == (
        "  users: defineTable({\n"
        "    email: v.string(),\n"
        '    role: v.union(v.literal("USER"), v.literal("ADMIN")),\n'
        '    teamId: v.union(v.id("teams"), v.null()),\n'
        "    seenAt: v.union(v.number(), v.null()),\n"
        "  })\n"
        '    .index("by_email", ["email"])\n'
        '    .index("by_teamId", ["teamId"]),'
    )
    assert fragment("Team", ("name",)).endswith('  }).index("by_name", ["name"]),')


def test_an_index_that_starts_another_stays_for_its_order() -> None:
    text = fragment("User", ("teamId", "seenAt"))
    assert (
        "    // eslint-disable-next-line @convex-dev/no-duplicate-indexes -- keeps the order of creation\n"
        '    .index("by_teamId", ["teamId"])\n'
    ) in text


def test_a_compound_unique_index_repeats_no_foreign_key() -> None:
    assert '.index("by_title_and_teamId", ["title", "teamId"])' in fragment("Note")
    assert "eslint-disable" not in fragment("Note")


def test_a_full_text_index_is_a_search_index_for_each_column() -> None:
    model = "model Page {\n id Int @id @default(autoincrement())\n text String\n @@fulltext([text])\n}"
    schema = schema_from({"a": model}).schema
    [found] = schema_fragments(schema, schema_names(schema), {"Page"}, ())
    assert found.text.endswith('  }).searchIndex("search_text", { searchField: "text" }),')


def test_inexact_columns_are_reported() -> None:
    [note] = schema_fragments(PARSED, NAMES, {"Note"}, ())
    assert [code for code, _ in note.diagnostics] == ["CX602", "CX602"]
    assert note.needs == {"User", "Team"}


def test_tables_come_with_those_they_are_linked_to() -> None:
    assert close_tables({"Note"}, PARSED) == {"Note", "User", "Team"}
    assert close_tables({"Loner"}, PARSED) == {"Loner"}


def test_the_mapper_gives_rows_the_shape_of_the_source() -> None:
    assert part("User", "toUser", TableUse("User", "mapper")) == (
        'export function toUser(doc: Doc<"users">) {\n'
        "  const { _id, _creationTime, ...fields } = doc;\n"
        "  return { id: _id, ...fields, seenAt: date(fields.seenAt) };\n"
        "}"
    )


def test_only_the_functions_that_are_used_are_written() -> None:
    user = PARSED.table("User")
    assert user is not None
    assert table_fragments(user, [TableUse("Note", "mapper")], PARSED, NAMES) == ()
    names = [part.name for part in table_fragments(user, [TableUse("User", "patch")], PARSED, NAMES)]
    assert names == ["NewUser", "UserChanges", "patchUser"]


def test_steps_are_typed_where_code_counts() -> None:
    uses = [TableUse("User", "patch"), TableUse("User", "patch", "score")]
    schema = schema_from({"s.prisma": "model User {\n id Int @id @default(autoincrement())\n score Int?\n}"}).schema
    [_, changes, patch] = table_fragments(schema.tables[0], uses, schema, schema_names(schema))
    assert changes.text == ('export type UserChanges = Omit<Partial<NewUser>, "score"> & {\n  score?: Step | null;\n};')
    assert "score: int(step(user.score, data.score))" in patch.text


def test_deletes_bring_the_deletes_that_they_cascade_to() -> None:
    assert close_uses([TableUse("Team", "delete")], PARSED) == {TableUse("Team", "delete"), TableUse("Note", "delete")}
    text = part("Team", "deleteTeam", TableUse("Team", "delete"))
    assert text.index('ctx.db.delete("teams"') < text.index("deleteNote(ctx, note)")
    assert "{ teamId: null }" in text


def test_only_rows_that_may_take_others_of_their_table_along_are_looked_at_again() -> None:
    thread = (
        "model Post {\n id Int @id @default(autoincrement())\n parentId Int?\n parent Post? "
        '@relation("T", fields: [parentId], references: [id], onDelete: Cascade)\n replies Post[] @relation("T")\n}'
    )
    schema = schema_from({"s.prisma": thread}).schema
    assert reaches_itself(schema, schema.tables[0])
    note = PARSED.table("Note")
    assert note is not None
    assert not reaches_itself(PARSED, note)


def test_columns_with_awkward_names_get_other_local_names() -> None:
    text = "model Thing {\n id Int @id @default(autoincrement())\n data String?\n default String?\n ctx DateTime\n}"
    schema = schema_from({"s.prisma": text}).schema
    [_, insert] = table_fragments(schema.tables[0], [TableUse("Thing", "insert")], schema, schema_names(schema))
    assert (
        "const { data: dataValue = null, default: defaultValue = null, ctx: ctxValue, ...fields } = data;"
        in insert.text
    )


def test_columns_that_are_called_like_a_function_of_the_library_get_other_local_names() -> None:
    text = """
    model Step {
      id     Int       @id @default(autoincrement())
      day    DateTime?
      time   String?
      date   String?
      code   String?   @unique
      unique Boolean   @default(false)
      count  Int       @default(0)
      uses   Use[]
    }
    model Use {
      id     Int  @id @default(autoincrement())
      stepId Int
      exists Boolean @default(true)
      step   Step @relation(fields: [stepId], references: [id])
    }
    """
    schema = schema_from({"s.prisma": text}).schema
    uses = [TableUse("Step", "insert"), TableUse("Step", "patch", "count"), TableUse("Step", "delete")]
    parts = {part.name: part.text for part in table_fragments(schema.tables[0], uses, schema, schema_names(schema))}
    assert "time: timeValue = null,\n    date = null," in parts["insertStep"]
    assert "unique: uniqueValue = false," in parts["insertStep"]
    assert "    unique: uniqueValue,\n" in parts["insertStep"]
    assert "const newStep = {" in parts["insertStep"]
    assert "count: int(step(doc.count, data.count))" in parts["patchStep"]
    assert "const doc = await required(" in parts["deleteStep"]
    own = [TableUse("Use", "insert")]
    insert = table_fragments(schema.tables[1], own, schema, schema_names(schema))[-1].text
    assert "exists: existsValue = true" in insert


def test_the_sample_schema_is_the_one_that_runs() -> None:
    assert schema_from({"s.prisma": (Path(__file__).parent / "schema.prisma").read_text()}).diagnostics == ()


def test_rows_that_connect_others_need_no_index_of_the_first_key_alone() -> None:
    models = """
        model Post { id Int @id @default(autoincrement())
          topics Topic[] }
        model Topic { id Int @id @default(autoincrement())
          posts Post[] }
    """
    parsed = schema_from({"schema.prisma": models}).schema
    [found] = schema_fragments(parsed, schema_names(parsed), {"PostTopic"}, ())
    assert found.text == (
        '  postTopics: defineTable({\n    postId: v.id("posts"),\n    topicId: v.id("topics"),\n  })\n'
        '    .index("by_topicId", ["topicId"])\n    .index("by_postId_and_topicId", ["postId", "topicId"]),'
    )


def test_what_is_connected_stays_connected_once() -> None:
    models = "model A { id Int @id @default(autoincrement())\n bs B[] }\nmodel B { code String @id\n as A[] }"
    parsed = schema_from({"schema.prisma": models}).schema
    join = parsed.table("AB")
    assert join is not None
    [link] = table_fragments(join, [TableUse("AB", "link")], parsed, schema_names(parsed))
    assert link.text == (
        "export async function linkAb(\n  ctx: MutationCtx,\n"
        '  link: { aId: Id<"as">; bCode: Doc<"abs">["bCode"] },\n): Promise<void> {\n'
        '  const found = await ctx.db\n    .query("abs")\n'
        '    .withIndex("by_aId_and_bCode", (q) => q.eq("aId", link.aId).eq("bCode", link.bCode))\n    .first();\n'
        '  if (found === null) await ctx.db.insert("abs", link);\n}'
    )
