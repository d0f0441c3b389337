"""Types of the generated client in code that moves: the table's own types, plain ones, or nothing."""

import pytest
from express_app import users_app
from harness import CodemodTest, Migrated

IMPORT = 'import { Prisma } from "@prisma/client";'


def migrated(codemod: CodemodTest, body: str) -> Migrated:
    return codemod.migrate(users_app(f'router.post("/", async (req, res) => {{\n{body}\n}});', imports=IMPORT))


@pytest.mark.parametrize(
    ("written", "moved"),
    [
        ("const a: Prisma.UserCreateInput = req.body;", "const a: NewUser = "),
        ("const a: Prisma.UserUncheckedCreateInput = req.body;", "const a: NewUser = "),
        ("const a: Prisma.UserUpdateInput = {};", "const a: UserChanges = {};"),
        ("const a = req.body.a as Prisma.InputJsonValue;", " as any;"),
        ('const a: Prisma.SortOrder = "asc";', 'const a: "asc" | "desc" = "asc";'),
        ("const a: Prisma.SortOrder[] = [];", 'const a: ("asc" | "desc")[] = [];'),
        ("const a = Prisma.SortOrder.asc;", 'const a = "asc";'),
        ("const a = Prisma.JsonNull;", "const a = null;"),
        ("const a: Prisma.BatchPayload = { count: 1 };", "const a: { count: number } = { count: 1 };"),
    ],
)
def test_names_of_the_client_have_a_counterpart(codemod: CodemodTest, written: str, moved: str) -> None:
    done = migrated(codemod, f"{written}\nres.json({{ a, count: await prisma.user.count() }});")
    assert done.outcome("POST /users") == "migrated"
    assert moved in done.files["convex/users.ts"]
    assert "Prisma" not in done.files["convex/users.ts"]


def test_types_of_conditions_go_with_their_objects(codemod: CodemodTest) -> None:
    done = migrated(
        codemod,
        """
          const where = { email: String(req.body.email) } satisfies Prisma.UserWhereInput;
          const select = Prisma.validator<Prisma.UserSelect>()({ id: true });
          res.json(await prisma.user.findMany({ where, select }));
        """,
    )
    assert done.outcome("POST /users") == "migrated"
    assert "Prisma" not in done.files["convex/users.ts"]


def test_data_that_connects_has_the_type_of_its_literal(codemod: CodemodTest) -> None:
    """The types of the table know `authorId`, not `author`."""
    body = """
          const data: Prisma.NoteCreateInput = { text: req.body.text, author: { connect: { id: req.body.author } } };
          res.json(await prisma.note.create({ data }));
        """
    done = migrated(codemod, body)
    assert done.outcome("POST /users") == "migrated"
    assert "NewNote" not in done.files["convex/users.ts"]


def test_data_of_a_type_that_has_to_connect_is_left_to_its_owner(codemod: CodemodTest) -> None:
    body = """
          const add = (data: Prisma.NoteCreateInput) => prisma.note.create({ data });
          res.json(await add({ text: "", author: { connect: { id: req.body.author } } }));
        """
    reason = "CX105 uses `Prisma.NoteCreateInput` of the Prisma client"
    assert reason in migrated(codemod, body).outcome("POST /users")


def test_what_has_none_is_named(codemod: CodemodTest) -> None:
    done = migrated(codemod, "const a: Prisma.UserGetPayload<{}> = req.body;\nres.json(a);")
    assert "CX105 uses `Prisma.UserGetPayload` of the Prisma client" in done.outcome("POST /users")
