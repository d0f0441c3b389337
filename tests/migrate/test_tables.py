"""Every model is in convex/schema, and what Convex has no notion of is said."""

from express_app import SCHEMA, users_app
from harness import CodemodTest

MORE = """
model Shop {
  id   Int     @id @default(autoincrement())
  spot Unsupported("geometry")?
  no   Int     @default(autoincrement())
}

view Sales {
  id Int @unique
}
"""


def test_models_that_no_route_uses_are_there_too(codemod: CodemodTest) -> None:
    app = users_app('router.get("/", async (req, res) => { res.json(await prisma.user.findMany()); });')
    migrated = codemod.migrate({**app, "prisma/schema.prisma": SCHEMA + MORE})
    assert "  shops: defineTable({" in migrated.files["convex/schema.ts"]
    assert "ales" not in migrated.files["convex/schema.ts"]
    assert (migrated.outcome("Shop"), migrated.outcome("Sales").split()[0]) == ("migrated", "skipped")
    notes = [each.message for each in migrated.settled.diagnostics if each.code == "CX605"]
    assert notes == [
        "Shop: hidden column `spot`: no code sees it, and it is not stored",
        "Shop: field `no`: autoincrement() on a field that is not the key",
    ]
