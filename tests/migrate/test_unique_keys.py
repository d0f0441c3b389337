"""Keys that may be null name no row: the code checks them unless it is sure of the value."""

import pytest
from express_app import SCHEMA, users_app
from harness import CodemodTest

NULLABLE = SCHEMA.replace("  name      String\n", "  name      String\n  token     String?  @unique\n")
HEAD = 'router.post("/:id", async (req, res) => {'
KEYS = {
    "a field of the body": ("", "req.body.token", True),
    "a field of a body with a written type": ("const body: { token: string } = req.body;", "body.token", True),
    "a text that may be missing": ("const token = req.body.token ?? null;", "token", True),
    "a value that is void": ("", "void req.body.token as any", True),
    "a nullable column of a row": (
        "const user = await prisma.user.findUniqueOrThrow({ where: { id: req.params.id } });",
        "user.token",
        True,
    ),
    "a parameter of the path": ("", "req.params.id", False),
    "a text that was made": ("const token = String(req.body.token);", "token", False),
    "a text with a fallback": ("", 'req.body.token || "none"', False),
    "a column of a row that is never null": (
        "const user = await prisma.user.findUniqueOrThrow({ where: { id: req.params.id } });",
        "user.email",
        False,
    ),
}


@pytest.mark.parametrize(("before", "key", "checked"), KEYS.values(), ids=KEYS)
def test_a_key_over_a_nullable_column(codemod: CodemodTest, before: str, key: str, checked: bool) -> None:
    call = f"await prisma.user.update({{ where: {{ token: {key} }}, data: {{ name: 'a' }} }})"
    app = users_app(f"{HEAD}\n  {before}\n  res.json({call});\n}});")
    migrated = codemod.migrate({**app, "prisma/schema.prisma": NULLABLE})
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert ("given(" in migrated.files["convex/users.ts"]) is checked


def test_a_key_that_a_service_takes_is_checked_whatever_its_type(codemod: CodemodTest) -> None:
    service = """
        import { prisma } from "./prisma";

        export const reset = (token: string) => prisma.user.findUnique({ where: { token } });
    """
    app = users_app(
        f"{HEAD} res.json(await reset(req.body.token)); }});", imports='import { reset } from "./store";', store=service
    )
    migrated = codemod.migrate({**app, "prisma/schema.prisma": NULLABLE})
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert any("given(token)" in text for text in migrated.convex.values())


def test_null_as_a_key_is_left_to_its_owner(codemod: CodemodTest) -> None:
    app = users_app(f"{HEAD} res.json(await prisma.user.findUnique({{ where: {{ token: null }} }})); }});")
    migrated = codemod.migrate({**app, "prisma/schema.prisma": NULLABLE})
    assert "null as the value of a unique key" in migrated.outcome("POST /users/:id")
