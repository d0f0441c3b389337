"""Types of the generated client in code that moves: the table's own types, plain ones, or nothing."""

import pytest
from express_app import SCHEMA, users_app
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


RELATED = """
const withNotes = Prisma.validator<Prisma.UserInclude>()({ notes: { where: { done: false } }, _count: true });
type UserWithNotes = Prisma.UserGetPayload<{ include: typeof withNotes }>;

router.get("/", async (req, res) => {
  const users: UserWithNotes[] = await prisma.user.findMany({ include: withNotes });
  res.json(users.map((user) => ({ ...user, texts: user.notes.map((note) => note.text) })));
});
"""


def test_rows_with_relations_have_their_type_spelled_out(codemod: CodemodTest) -> None:
    done = codemod.migrate(users_app(RELATED, imports=IMPORT))
    assert done.outcome("GET /users") == "migrated"
    users = done.files["convex/users.ts"]
    assert "type UserWithNotes = User & { notes: Note[]; _count: { notes: number } };" in users
    assert 'import { toUser, type User } from "./tables/users";' in users
    assert "validator" not in users


@pytest.mark.parametrize(
    ("chosen", "spelled"),
    [
        ("{ select: { id: true; email: true } }", 'Pick<User, "id" | "email">'),
        ("{ omit: { email: true } }", 'Omit<User, "email">'),
        ("{ select: { notes: { select: { text: true } } } }", '{ notes: Pick<Note, "text">[] }'),
        ("{ include: { _count: { select: { notes: true } } } }", "User & { _count: { notes: number } }"),
        ("{ include: { notes: { include: { author: true } } } }", "User & { notes: (Note & { author: User })[] }"),
        ("{ include: { notes: false } }", "User"),
        ("{}", "User"),
    ],
)
def test_payloads_of_every_kind(codemod: CodemodTest, chosen: str, spelled: str) -> None:
    body = f"const a: Prisma.UserGetPayload<{chosen}>[] = [];\nres.json({{ a, count: await prisma.user.count() }});"
    done = migrated(codemod, body)
    assert done.outcome("POST /users") == "migrated"
    listed = f"({spelled})[]" if " & " in spelled else f"{spelled}[]"
    assert f"const a: {listed} = [];" in done.files["convex/users.ts"]


DECIMALS = """
model Price {
  id     String  @id @default(cuid())
  amount Decimal
}
"""
USE = """
type Paid = { amount: Prisma.Decimal };

router.post("/", async (req, res) => {
  const price: Paid = await prisma.price.create({ data: { amount: new Prisma.Decimal(req.body.amount) } });
  res.json({ amount: price.amount, doubled: VALUE });
});
"""


def with_prices(codemod: CodemodTest, value: str) -> Migrated:
    files = users_app(USE.replace("VALUE", value), imports=IMPORT)
    return codemod.migrate({**files, "prisma/schema.prisma": SCHEMA + DECIMALS})


def test_decimal_numbers_are_texts(codemod: CodemodTest) -> None:
    done = with_prices(codemod, "price.amount.toNumber() * 2")
    assert done.outcome("POST /users") == "migrated"
    users = done.files["convex/users.ts"]
    assert "type Paid = { amount: string };" in users
    assert "amount: decimal(args.amount)" in users
    assert "doubled: Number(price.amount) * 2" in users


@pytest.mark.parametrize("value", ["price.amount.mul(2)", "price.amount.toFixed(2)", "price.amount?.toNumber()"])
def test_arithmetic_of_decimal_numbers_is_left_to_its_owner(codemod: CodemodTest, value: str) -> None:
    assert "CX301 calls `" in with_prices(codemod, value).outcome("POST /users")


def test_what_has_none_is_named(codemod: CodemodTest) -> None:
    done = migrated(codemod, "const a: Prisma.UserGroupByArgs = req.body;\nres.json(a);")
    assert "CX105 uses `Prisma.UserGroupByArgs` of the Prisma client" in done.outcome("POST /users")


def test_data_that_comes_to_connect_is_left_to_its_owner(codemod: CodemodTest) -> None:
    """The type of what is written knows `authorId`; a function that is handed the data would write `author`."""
    body = """
          const data: Prisma.NoteUpdateInput = {};
          if (req.body.author) data.author = { connect: { id: req.body.author } };
          res.json(await save(req.body.id, data));
        """
    save = "const save = (id: string, data: any) => prisma.note.update({ where: { id }, data });"
    done = codemod.migrate(
        users_app(f'router.post("/", async (req, res) => {{\n{body}\n}});', imports=f"{IMPORT}\n{save}")
    )
    assert done.outcome("POST /users").startswith("needs-review CX105 uses `Prisma.NoteUpdateInput`")


def test_a_cast_of_a_part_of_a_row_says_that_its_keys_are_others_now(codemod: CodemodTest) -> None:
    body = """
          const user = (await prisma.user.findFirst({ select: { id: true } })) as { id: string; name: string };
          const all = (await prisma.user.findFirst({ select: { id: true } })) as any;
          res.json({ user, all });
        """
    text = migrated(codemod, body).files["convex/users.ts"]
    assert text.count("as unknown as { id: string; name: string };") == 1
    assert "as any;" in text and "as unknown as any" not in text


PICKED = """
const byId = async <Key extends keyof User>(id: string, keys: Key[] = ["id", "email"] as Key[]) =>
  prisma.user.findUnique({ where: { id }, select: keys.reduce((all, key) => ({ ...all, [key]: true }), {}) });

router.get("/:id", async (req, res) => {
  res.json(await byId(req.params.id, ["email"]));
});
"""


@pytest.mark.parametrize(
    "keys", ["Key[]", "readonly Key[]", "Array<Key>", "(keyof User)[]", "Prisma.UserScalarFieldEnum[]"]
)
def test_a_list_of_columns_picks_from_the_row(codemod: CodemodTest, keys: str) -> None:
    imports = 'import { Prisma, type User } from "@prisma/client";'
    done = codemod.migrate(users_app(PICKED.replace("keys: Key[]", f"keys: {keys}"), imports=imports))
    moved = 'row(find(ctx, "users", id), (user) => picked(toUser(user), keys))'
    if "Enum" in keys:
        assert "CX105 uses `Prisma.UserScalarFieldEnum` of the Prisma client" in done.outcome("GET /users/:id")
    else:
        assert done.outcome("GET /users/:id") == "migrated"
        assert moved in done.files["convex/users.ts"]


@pytest.mark.parametrize("keys", ["string[]", "any", "(keyof Other)[]", '(keyof User | "notes")[]'])
def test_a_list_of_anything_else_may_name_relations(codemod: CodemodTest, keys: str) -> None:
    imports = 'import { Prisma, type User } from "@prisma/client";\ntype Other = { notes: string };'
    done = codemod.migrate(users_app(PICKED.replace("keys: Key[]", f"keys: {keys}"), imports=imports))
    assert "CX301 prisma user.findUnique: select: made by `keys.reduce`" in done.outcome("GET /users/:id")
