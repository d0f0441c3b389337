"""How Prisma models become tables."""

import textwrap

import pytest

from codemods.ir.table import (
    DefaultKind,
    Enum,
    Field,
    FieldType,
    Gap,
    OnDelete,
    Reach,
    Relation,
    RelationKind,
    Table,
)
from codemods.outcome import Outcome, Place
from codemods.readers.prisma import SchemaReading, schema_from


def reading(text: str, **others: str) -> SchemaReading:
    files = {"schema.prisma": text, **{f"{name}.prisma": each for name, each in others.items()}}
    return schema_from({path: textwrap.dedent(each) for path, each in files.items()})


def table(text: str, name: str) -> Table:
    found = reading(text).schema.table(name)
    assert found is not None
    return found


def field(definition: str) -> Field:
    """The field `x` of a model with some key."""
    found = table(f"model M {{\n id Int @id @default(autoincrement())\n x {definition}\n}}\nenum Role {{ A B }}", "M")
    column = found.field("x")
    assert column is not None
    return column


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        ("String", FieldType.STRING),
        ("String @db.VarChar(20)", FieldType.STRING),
        ("Int", FieldType.INT),
        ("Float", FieldType.FLOAT),
        ("BigInt", FieldType.BIGINT),
        ("Decimal @db.Decimal(10, 2)", FieldType.DECIMAL),
        ("Boolean", FieldType.BOOLEAN),
        ("DateTime @db.Timestamptz(6)", FieldType.DATETIME),
        ("Json", FieldType.JSON),
        ("Bytes", FieldType.BYTES),
        ("Role", FieldType.ENUM),
    ],
)
def test_scalar_types(definition: str, kind: FieldType) -> None:
    assert field(definition).type is kind


def test_optional_fields_and_lists() -> None:
    assert field("String?").nullable
    assert field("String[]").is_list


@pytest.mark.parametrize(
    ("definition", "literal"),
    [
        ('String @default("a \\"b\\"")', '"a \\"b\\""'),
        ("Int @default(-1)", "-1"),
        ("Float @default(0.10)", "0.10"),
        ("Boolean @default(false)", "false"),
        ("Decimal @default(0)", '"0"'),
        ("BigInt @default(7)", "7n"),
        ("Role @default(B)", '"B"'),
        ('Json @default("{\\"a\\": 1}")', '{"a": 1}'),
        ("String[] @default([])", "[]"),
        ('String[] @default(["a", "b"])', '["a", "b"]'),
    ],
)
def test_literal_defaults_become_typescript_literals(definition: str, literal: str) -> None:
    assert (field(definition).default_kind, field(definition).default) == (DefaultKind.LITERAL, literal)


def test_clocks_and_update_times() -> None:
    assert field("DateTime @default(now())").default_kind is DefaultKind.NOW
    assert field('DateTime @default(dbgenerated("CURRENT_TIMESTAMP"))').default_kind is DefaultKind.NOW
    assert field("DateTime @updatedAt").updated_at


def test_a_default_that_only_the_database_knows_is_in_the_way_of_creating() -> None:
    found = table('model M {\n id Int @id @default(autoincrement())\n x Int @default(dbgenerated("next_no()"))\n}', "M")
    assert (found.unsupported, found.gaps) == (
        (),
        (Gap("field `x`: default is computed by the database", Reach.CREATES),),
    )


def test_counting_up_outside_of_the_key_is_in_the_way_of_creating() -> None:
    found = table("model M {\n id String @id @default(uuid())\n no Int @default(autoincrement())\n}", "M")
    assert found.gaps == (Gap("field `no`: autoincrement() on a field that is not the key", Reach.CREATES),)


@pytest.mark.parametrize(
    "key",
    [
        "id Int @id @default(autoincrement())",
        "id String @id @default(uuid())",
        "id String @id @default(uuid(7))",
        "id String @id @default(cuid())",
        "id String @id @default(nanoid(12))",
        'id String @id @default(dbgenerated("gen_random_uuid()")) @db.Uuid',
        'id String @id @default(auto()) @map("_id") @db.ObjectId',
        "userId Int @id @default(autoincrement())",
    ],
)
def test_generated_keys(key: str) -> None:
    found = table(f"model M {{\n {key}\n}}", "M")
    assert found.generated_id
    assert found.id_field == key.split()[0]


@pytest.mark.parametrize("key", ["id String @id", 'code String @id @default("x")'])
def test_keys_that_the_application_chooses(key: str) -> None:
    assert not table(f"model M {{\n {key}\n}}", "M").generated_id


def test_compound_keys_uniques_and_indexes() -> None:
    found = table(
        """
        model Membership {
          userId Int
          teamId Int
          slug   String @unique
          @@id([userId, teamId])
          @@unique([teamId, slug], name: "team_slug")
          @@unique(fields: [slug, userId])
          @@index([teamId, slug(sort: Desc)], map: "idx")
          @@map("memberships")
        }
        """,
        "Membership",
    )
    assert found.primary_key == ("userId", "teamId")
    assert not found.generated_id
    assert found.uniques == (("slug",), ("teamId", "slug"), ("slug", "userId"))
    assert found.indexes == (("teamId", "slug"),)
    assert found.stored_name == "memberships"


BLOG = """
model User {
  id      Int      @id @default(autoincrement())
  posts   Post[]
  drafts  Post[]   @relation("drafts")
  profile Profile?
}

model Profile {
  id     Int  @id @default(autoincrement())
  userId Int  @unique
  user   User @relation(fields: [userId], references: [id], onDelete: Cascade)
}

model Post {
  id       Int   @id @default(autoincrement())
  authorId Int
  author   User  @relation(fields: [authorId], references: [id])
  editorId Int?
  editor   User? @relation("drafts", fields: [editorId], references: [id])
  tags     Tag[]
}

model Tag {
  id    Int    @id @default(autoincrement())
  posts Post[]
}
"""


def test_the_side_with_the_key_belongs_to_the_other() -> None:
    assert table(BLOG, "Post").relation("author") == Relation(
        "author", RelationKind.BELONGS_TO, "User", ("authorId",), ("id",), required=True
    )
    editor = table(BLOG, "Post").relation("editor")
    assert editor is not None
    assert (editor.required, editor.name) == (False, "drafts")


def test_the_other_side_has_one_or_many() -> None:
    user = table(BLOG, "User")
    assert user.relation("profile") == Relation("profile", RelationKind.HAS_ONE, "Profile", ("userId",), ("id",))
    assert user.relation("posts") == Relation("posts", RelationKind.HAS_MANY, "Post", ("authorId",), ("id",))
    assert user.relation("drafts") == Relation(
        "drafts", RelationKind.HAS_MANY, "Post", ("editorId",), ("id",), name="drafts"
    )


def test_lists_on_both_sides_are_many_to_many() -> None:
    tags = Relation("tags", RelationKind.MANY_TO_MANY, "Tag", ("postId",), ("tagId",), through="PostTag")
    posts = Relation("posts", RelationKind.MANY_TO_MANY, "Post", ("tagId",), ("postId",), through="PostTag")
    assert table(BLOG, "Post").relation("tags") == tags
    assert table(BLOG, "Tag").relation("posts") == posts


def test_rows_that_connect_have_a_table_of_their_own_and_go_with_what_they_connect() -> None:
    join = table(BLOG, "PostTag")
    assert (join.is_join, join.stored_name, join.primary_key) == (True, "_PostToTag", ("postId", "tagId"))
    assert [field.references for field in join.fields] == [("Post", "id"), ("Tag", "id")]
    assert {field.on_delete for field in join.fields} == {OnDelete.CASCADE}


def test_foreign_keys_know_what_they_refer_to_and_what_happens_on_delete() -> None:
    post, profile = table(BLOG, "Post"), table(BLOG, "Profile")
    author, editor, user = post.field("authorId"), post.field("editorId"), profile.field("userId")
    assert author is not None and editor is not None and user is not None
    assert (author.references, author.on_delete) == (("User", "id"), OnDelete.RESTRICT)
    assert editor.on_delete is OnDelete.SET_NULL
    assert user.on_delete is OnDelete.CASCADE


def test_a_relation_within_one_model() -> None:
    found = table(
        """
        model Node {
          id       Int    @id @default(autoincrement())
          parentId Int?
          parent   Node?  @relation("tree", fields: [parentId], references: [id])
          children Node[] @relation("tree")
          likes    Node[] @relation("likes")
          likedBy  Node[] @relation("likes")
        }
        """,
        "Node",
    )
    kinds = {relation.field: relation.kind for relation in found.relations}
    assert kinds == {
        "parent": RelationKind.BELONGS_TO,
        "children": RelationKind.HAS_MANY,
        "likes": RelationKind.MANY_TO_MANY,
        "likedBy": RelationKind.MANY_TO_MANY,
    }


def test_relations_without_counterpart_are_unsupported() -> None:
    found = table(
        """
        model A {
          id  Int @id @default(autoincrement())
          bId Int
          b   B @relation(fields: [bId], references: [id], onDelete: SetDefault)
          cX  Int
          cY  Int
          c   C @relation(fields: [cX, cY], references: [x, y])
          ds  D[]
        }
        model B { id Int @id @default(autoincrement())
          as A[] }
        model C { x Int
          y Int
          as A[]
          @@id([x, y]) }
        model D { id Int @id @default(autoincrement()) }
        """,
        "A",
    )
    assert found.unsupported == (
        "relation `b`: onDelete SetDefault",
        "relation `ds`: its other side was not found",
    )


def test_types_without_counterpart_are_unsupported() -> None:
    found = table(
        """
        type Address { street String }
        model Shop {
          id      String  @id @default(auto()) @map("_id") @db.ObjectId
          address Address
          spot    Unsupported("geography(Point, 4326)")?
        }
        """,
        "Shop",
    )
    assert found.unsupported == ("field `address`: type Address has no counterpart",)


@pytest.mark.parametrize("column", ['Unsupported("geography(Point, 4326)")?', "String @ignore"])
def test_columns_that_the_client_never_shows_are_left_out(column: str) -> None:
    found = table(f"model Shop {{\n id Int @id @default(autoincrement())\n spot {column}\n}}", "Shop")
    assert (found.field("spot"), found.unsupported) == (None, ())
    assert [gap.reach for gap in found.gaps] == [Reach.NONE]


def test_full_text_indexes_are_known_by_their_text_columns() -> None:
    columns = "id Int @id\n a String\n b String?\n n Int"
    found = table(f"model M {{\n {columns}\n @@fulltext([a, n])\n @@fulltext([b, a])\n}}", "M")
    assert found.search == ("a", "b")


def test_views_are_tables_that_nothing_can_stand_for() -> None:
    found = table("view Sales {\n id Int @unique\n}", "Sales")
    assert (found.is_view, found.unsupported) == (True, ("a view has no counterpart in Convex",))


def test_ignored_models_are_reported_but_no_tables() -> None:
    found = reading("model Old {\n x Int\n @@ignore\n}")
    assert found.schema.tables == ()
    assert [(item.name, item.outcome) for item in found.items] == [("Old", Outcome.SKIPPED)]


def test_enums_keep_their_members_and_stored_values() -> None:
    found = reading('enum Role {\n USER\n ADMIN @map("admin") // the boss\n @@map("roles")\n}')
    assert found.schema.enums == (Enum("Role", (("USER", "USER"), ("ADMIN", "admin")), Place("schema.prisma", 1, 1)),)


def test_the_files_of_a_schema_folder_are_one_schema() -> None:
    found = reading(
        "model User {\n id Int @id @default(autoincrement())\n posts Post[]\n}",
        post="""
        model Post {
          id     Int  @id @default(autoincrement())
          userId Int
          user   User @relation(fields: [userId], references: [id])
        }
        """,
    )
    user = found.schema.table("User")
    assert user is not None and user.relation("posts") is not None
    assert found.diagnostics == ()


def test_a_copied_schema_is_no_conflict_but_a_changed_one_is() -> None:
    model = "model User {\n id Int @id @default(autoincrement())\n}"
    assert reading(model, zcopy=model).diagnostics == ()
    (diagnostic,) = reading(model, zcopy=model.replace("Int", "BigInt")).diagnostics
    assert diagnostic.code == "CX603"
    assert diagnostic.place == Place("zcopy.prisma", 1, 1)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("model User {\n id Int @id\n name\n}", 3, "expected a type, found line end"),
        ("model User {\n id Int @id @default(\n}", 3, "expected a value, found `}`"),
        ("model User {\n id Int @id\n", 3, "expected `}` at the end of model User, found end of file"),
        ("modell User {\n id Int\n}", 1, "expected `model`, `enum` or another block, found `modell`"),
        ("model User {\n id Int @id\n name String = 3\n}", 3, "expected the end of the line, found `=`"),
        ("model {\n}", 1, "expected the name of the model, found `{`"),
    ],
)
def test_syntax_errors_have_a_line(text: str, line: int, message: str) -> None:
    (diagnostic, *_) = reading(text).diagnostics
    assert (diagnostic.code, diagnostic.place.line) == ("CX902", line)
    assert diagnostic.message == f"Prisma schema: {message}"


def test_an_error_costs_its_line_and_not_the_file() -> None:
    found = reading("model A {\n id Int @id\n ??\n name String\n}\nmodel B {\n id Int @id\n}")
    names = [each.name for each in found.schema.tables]
    assert names == ["A", "B"]
    a = found.schema.table("A")
    assert a is not None and a.field("name") is not None
    assert a.unsupported == ("its definition has syntax errors",)


def test_a_missing_brace_does_not_swallow_the_next_model() -> None:
    found = reading("model A {\n id Int @id\n\nmodel B {\n id Int @id\n}")
    assert [each.name for each in found.schema.tables] == ["A", "B"]


@pytest.mark.parametrize(
    "text", ["", "\ufeffmodel A {\r\n id Int @id\r\n}\r\n", "}}}{{{", '"', "@@", "/* open", "model A {"]
)
def test_no_input_crashes(text: str) -> None:
    reading(text)


def test_comments_and_settings_are_passed_over() -> None:
    found = reading(
        """
        // a comment with { braces }
        generator client { provider = "prisma-client-js" }
        datasource db {
          provider = "postgresql"
          url      = env("DATABASE_URL")
        }
        /// documentation
        model A {
          id Int @id // key
          /* gone String */
          b  Int @default(1) /// value
        }
        """
    )
    (only,) = found.schema.tables
    assert [each.name for each in only.fields] == ["id", "b"]
    assert only.place == Place("schema.prisma", 9, 1)


KEYS = """
    model users {
      userID Int @id @default(autoincrement())
    }
    model Team {
      id Int @id @default(autoincrement())
    }
    model bookings {
      id       Int @id @default(autoincrement())
      COLUMN
    }
"""


@pytest.mark.parametrize(
    ("column", "held"),
    [
        ("userID Int", ("users", "userID")),
        ("teamId Int?", ("Team", "id")),
        ("team_id Int", ("Team", "id")),
        ("teamId Int @default(1)", None),
        ("teamId String", None),
        ("teamId BigInt", None),
        ("teams Int", None),
        ("teamIds Int[]", None),
        ("coachId Int", None),
    ],
)
def test_numbers_that_are_named_for_the_key_of_another_table(column: str, held: tuple[str, str] | None) -> None:
    found = table(KEYS.replace("COLUMN", column), "bookings")
    assert found.fields[1].holds == held
    name = column.split()[0]
    reason = f"field `{name}` is taken for a key of {held[0]}: no relation says so" if held else ""
    assert [gap.reason for gap in found.gaps] == ([reason] if held else [])
