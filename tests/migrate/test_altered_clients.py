"""Routes over a client that something alters are left to their owner, with what alters it and where."""

import pytest
from express_app import users_app
from harness import CodemodTest

MADE = 'import { PrismaClient } from "@prisma/client";\n\n'
ALTERED = {
    "middleware": ("export const prisma = new PrismaClient();\nprisma.$use(softDelete);\n", "`$use` (src/prisma.ts:4)"),
    "an extension": (
        "export const prisma = new PrismaClient().$extends({ query: { user: { findMany: hide } } });\n",
        "`$extends` (src/prisma.ts:3)",
    ),
    "left-out columns": (
        "export const prisma = new PrismaClient({ omit: { user: { email: true } } });\n",
        "its option `omit` (src/prisma.ts:3)",
    ),
    "a patched method": (
        "export const prisma = new PrismaClient();\nprisma.user.findMany = hide;\n",
        "`prisma.user.findMany = …` (src/prisma.ts:4)",
    ),
}
ROUTES = """
router.get("/", async (req, res) => {
  res.json(await prisma.user.findMany());
});
router.get("/ping", (req, res) => {
  res.json({ ok: true });
});
"""


@pytest.mark.parametrize(("client", "what"), ALTERED.values(), ids=ALTERED)
def test_routes_that_reach_the_client_need_review(codemod: CodemodTest, client: str, what: str) -> None:
    migrated = codemod.migrate({**users_app(ROUTES), "src/prisma.ts": MADE + client})
    reason = f"CX301 prisma user.findMany: the client is altered by {what} (src/users.routes.ts:7)"
    assert migrated.outcome("GET /users") == f"needs-review {reason}"
    assert migrated.outcome("GET /users/ping") == "migrated"


def test_events_alter_nothing(codemod: CodemodTest) -> None:
    client = 'export const prisma = new PrismaClient({ log: ["query"] });\nprisma.$on("query", console.log);\n'
    migrated = codemod.migrate({**users_app(ROUTES), "src/prisma.ts": MADE + client})
    assert migrated.outcome("GET /users") == "migrated"
