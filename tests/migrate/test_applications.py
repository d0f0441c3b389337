"""Repositories that hold several applications: each in a package of its own, or sharing what keeps them together."""

from __future__ import annotations

from harness import CodemodTest, dedented

PACKAGE = '{ "name": "NAME", "dependencies": { "express": "^4.21.0" } }\n'
APP = """
    import express from "express";
    import { greeting } from "MODULE";

    const app = express();
    app.get("/hello", (req, res) => res.json({ hello: greeting }));
    app.listen(3000);
    """
EXTRA = 'app.get("/more", (req, res) => res.json({ more: true }));\n'
GREETING = 'export const greeting = "hi";\n'


def _package(name: str, module: str, more: str = "") -> dict[str, str]:
    text = dedented(APP).replace("MODULE", module).replace("app.listen", f"{more}app.listen")
    return {f"{name}/package.json": PACKAGE.replace("NAME", name), f"{name}/src/app.ts": text}


def test_every_application_with_a_package_of_its_own_becomes_a_project(codemod: CodemodTest) -> None:
    own = {f"{name}/src/greeting.ts": GREETING for name in ("users", "orders")}
    files = {**_package("users", "./greeting", EXTRA), **_package("orders", "./greeting"), **own}
    migrated = codemod.migrate(files)
    routes = [
        (item.outcome, item.target.file) for item in migrated.settled.items if item.kind == "route" and item.target
    ]
    assert sorted(routes) == [
        ("migrated", "orders/convex/orders.ts"),
        ("migrated", "users/convex/users.ts"),
        ("migrated", "users/convex/users.ts"),
    ]
    for name in ("users", "orders"):
        assert 'from "convex-helpers/server/hono"' in migrated.files[f"{name}/convex/http.ts"]
        assert '"convex": ' in migrated.files[f"{name}/package.json"]
    assert any("users, orders" in note for note in migrated.settled.notes)


def test_applications_that_share_code_stay_one_project(codemod: CodemodTest) -> None:
    shared = {"shared/package.json": '{ "name": "shared" }\n', "shared/greeting.ts": GREETING}
    module = "../../shared/greeting"
    migrated = codemod.migrate({**_package("users", module, EXTRA), **_package("orders", module), **shared})
    assert migrated.outcome("GET /more") == "migrated"
    assert [
        item.reason
        for item in migrated.settled.items
        if item.source.file == "orders/src/app.ts" and item.kind == "route"
    ] == ["CX108 belongs to the application in orders/src/app.ts (orders/src/app.ts:5)"]
    assert "orders/convex/http.ts" not in migrated.files


def test_applications_that_share_tables_stay_one_project(codemod: CodemodTest) -> None:
    own = {f"{name}/src/greeting.ts": GREETING for name in ("users", "orders")}
    tables = {"prisma/schema.prisma": "model Note {\n  id String @id\n}\n", "package.json": "{}\n"}
    files = {**_package("users", "./greeting", EXTRA), **_package("orders", "./greeting"), **own, **tables}
    assert "orders/convex/http.ts" not in codemod.migrate(files).files
