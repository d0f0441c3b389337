"""What things are called in convex/, and that no name comes in the way of another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from convex_project import ConvexProject
from express_app import handler_in, users_app
from harness import CodemodTest

ROUTES = {
    "get /": "listUsers",
    "get /:id": "getUser",
    "post /": "createUser",
    "put /:id": "updateUser",
    "patch /:id": "updateUser",
    "delete /:id": "deleteUser",
    "get /:id/notes": "listUserNotes",
    "get /:id/notes/:noteId": "getUserNote",
    "post /:id/notes": "createUserNote",
    "post /:id/activate": "activateUser",
    "get /search": "getUserSearch",
    "get /by-email/:email": "getUserByEmail",
}


@pytest.mark.parametrize("route, name", ROUTES.items(), ids=ROUTES)
def test_functions_are_named_for_their_routes(codemod: CodemodTest, route: str, name: str) -> None:
    method, path = route.split()
    migrated = codemod.migrate(users_app(f'router.{method}("{path}", (req, res) => res.json([]));'))
    target = migrated.item(f"{method.upper()} {'/users' + path if path != '/' else '/users'}").target
    assert target is not None
    assert (target.file, target.export) == ("convex/users.ts", name)


def test_two_routes_of_one_name_are_numbered(codemod: CodemodTest) -> None:
    routes = """
        router.post("/", (req, res) => res.json(1));
        router.post("/:id", (req, res) => res.json(2));
    """
    text = codemod.migrate(users_app(routes)).files["convex/users.ts"]
    assert re.findall(r"^export const (\w+)", text, re.M) == ["createUser", "createUser2"]


@pytest.mark.parametrize("file", ["user-profile.controller", "UserController", "user_api", "profile.handler"])
def test_modules_have_names_that_convex_takes(codemod: CodemodTest, file: str) -> None:
    controller = "export const list = (req, res) => res.json([]);\n"
    files = users_app('router.get("/", list);', f'import {{ list }} from "./{file}";')
    migrated = codemod.migrate({**files, f"src/{file}.ts": controller})
    target = migrated.item("GET /users").target
    assert target is not None
    assert re.fullmatch(r"convex/[a-z][A-Za-z0-9]*\.ts", target.file)


RESERVED = ["schema", "http", "crons"]


@pytest.mark.parametrize("file", RESERVED)
def test_modules_of_convex_itself_are_not_taken(codemod: CodemodTest, file: str) -> None:
    controller = "export const list = (req, res) => res.json([]);\n"
    files = users_app('router.get("/", list);', f'import {{ list }} from "./{file}";')
    target = codemod.migrate({**files, f"src/{file}.ts": controller}).item("GET /users").target
    assert target is not None
    assert target.file != f"convex/{file}.ts"


LIBRARY = """
import { find, row } from "./users.service";

const toJson = (value: unknown) => ({ value });

class HttpError extends Error {
  constructor(
    public status: number,
    message: string,
  ) {
    super(message);
  }
}

router.get("/:id", async (req, res) => {
  const reply = await find(req.params.id);
  if (!reply) return res.status(404).json({ error: "none" });
  if (reply.name === "x") throw new HttpError(400, "x");
  if (reply.name === "y") return res.status(203).json(toJson(row(reply)));
  res.json(toJson(row(reply)));
});
"""

SERVICE = """
    import { prisma } from "./prisma";

    export const find = (id: string) => prisma.user.findUnique({ where: { id } });
    export const row = (value: { name: string }) => value.name;
"""

SHADOWS = """
router.post("/:id", async (req, res) => {
  const insertUser = req.body;
  const toUser = 1;
  const v = await prisma.user.create({ data: { email: insertUser.email, name: "x" } });
  const internal = [v, toUser];
  res.json(internal);
});
router.get("/", async (req, res) => {
  const query = "x";
  const rows = await prisma.user.findMany({ where: { name: query } });
  res.json(rows);
});
"""


@pytest.mark.parametrize(
    "files",
    [
        users_app(LIBRARY.partition("\n\n")[2], LIBRARY.partition("\n\n")[0].strip(), users_service=SERVICE),
        users_app(SHADOWS),
    ],
    ids=["of the library", "of locals"],
)
def test_names_of_the_source_keep_their_meaning(tmp_path: Path, files: dict[str, str]) -> None:
    migrated = CodemodTest(tmp_path).migrate(files)
    assert [item.reason for item in migrated.settled.items if item.outcome == "needs-review"] == []
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []


def test_names_of_the_library_give_way(codemod: CodemodTest) -> None:
    imports, _, routes = LIBRARY.partition("\n\n")
    migrated = codemod.migrate(users_app(routes, imports.strip(), users_service=SERVICE))
    text = handler_in(migrated.files["convex/users.ts"], "getUser")
    assert "throw new ConvexHttpError(404" in text
    assert "throw new HttpError(400" in text
    assert "return convexReply(203, " in text


def test_a_client_called_db_and_a_table_called_transaction(codemod: CodemodTest) -> None:
    files = {
        "prisma/schema.prisma": """
            datasource db {
              provider = "postgresql"
              url      = env("DATABASE_URL")
            }

            model Transaction {
              id     String @id @default(cuid())
              amount Int
            }
        """,
        "src/app.ts": """
            import express from "express";
            import { PrismaClient } from "@prisma/client";

            const db = new PrismaClient();
            const app = express();
            app.use(express.json());
            app.get("/transactions", async (req, res) => {
              res.json(await db.transaction.findMany());
            });
            app.post("/transactions", async (req, res) => {
              const z = { coerce: Number(req.body.amount) };
              res.json(await db.transaction.create({ data: { amount: z.coerce } }));
            });
            app.listen(3000);
        """,
    }
    migrated = codemod.migrate(files)
    text = migrated.files["convex/app.ts"]
    assert 'rows(ctx.db.query("transactions").collect(), toTransaction)' in text
    assert "insertTransaction(ctx, { amount: z.coerce })" in text


def test_one_name_in_two_modules(codemod: CodemodTest) -> None:
    imports = 'import * as controller from "./users.controller";'
    controller = """
        import * as service from "./users.service";
        import { getUser as load } from "./users.service";

        export const getUser = async (req, res) => {
          res.json([await load(req.params.id), await service.getUser(req.params.id)]);
        };
    """
    service = """
        import { prisma } from "./prisma";

        export const getUser = (id: string) => prisma.user.findUnique({ where: { id } });
    """
    migrated = codemod.migrate(
        users_app(
            'router.get("/:id", controller.getUser);', imports, users_controller=controller, users_service=service
        )
    )
    text = handler_in(migrated.files["convex/users.ts"], "getUser")
    assert "toJson([await load(ctx, args.id), await service.getUser(ctx, args.id)])" in text
    assert "export const getUser = (ctx: QueryCtx, id: string)" in migrated.files["convex/model/users.ts"]


def test_a_statement_that_declares_several_names_keeps_them_apart(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(
        {
            "src/limits.ts": "export const least = 1,\n  greatest = 9;\n",
            "src/app.ts": """
                import express from "express";
                import lodash from "lodash";
                import { greatest, least as smallest } from "./limits";

                const { clamp, round } = lodash;
                const app = express();

                app.get("/round/:n", (req, res) => {
                  const n = round(clamp(Number(req.params.n), smallest, greatest));
                  res.json({ n, bounds: [smallest, greatest] });
                });

                app.listen(3000);
                """,
        }
    )
    assert migrated.outcome("GET /round/:n") == "migrated"
    text = migrated.convex["convex/app.ts"]
    assert 'import lodash from "lodash";' in text
    assert "export const { clamp, round } = lodash;" in text
    assert "import { greatest, least as smallest } from" in text
    assert "round(clamp(Number(args.n), smallest, greatest))" in text


def test_a_function_that_is_carried_and_a_route_that_is_not_have_two_names(codemod: CodemodTest) -> None:
    routes = """
        const list = async (req, res, next) => {
          if (req.query.next) return next();
          res.json(await ids());
        };

        async function ids() {
          return (await prisma.user.findMany()).map((user) => user.id);
        }

        router.get("/refused", (req, res) => res.json(process.cwd()));
        router.get("/", async (req, res) => res.json(await ids()));
        router.get("/all", list);
    """
    text = codemod.migrate(users_app(routes)).files["convex/users.ts"]
    exported = [line.split()[2] for line in text.splitlines() if line.startswith("export const")]
    assert len(exported) == len(set(exported))
