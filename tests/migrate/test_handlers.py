"""However a handler is written and wherever it stands, its function reads as if it had been written for Convex."""

from __future__ import annotations

import pytest
from express_app import SCHEMA, handler_in, users_app
from harness import CodemodTest, dedented

LIST = """
export const list = query({
  args: {},
  handler: async (ctx) => {
    return toJson(await rows(ctx.db.query("users").collect(), toUser));
  },
});
"""

SHAPES = {
    "a function declaration": (
        'import { list } from "./users.controller";',
        "list",
        """
        import { Request, Response } from "express";
        import { prisma } from "./prisma";

        export async function list(req: Request, res: Response): Promise<void> {
          res.json(await prisma.user.findMany());
        }
        """,
    ),
    "a constant": (
        'import { list } from "./users.controller";',
        "list",
        """
        import { RequestHandler } from "express";
        import { prisma } from "./prisma";

        export const list: RequestHandler = async (req, res) => {
          res.json(await prisma.user.findMany());
        };
        """,
    ),
    "a function expression": (
        'import * as users from "./users.controller";',
        "users.list",
        """
        import { prisma } from "./prisma";

        export const list = async function (req, res) {
          res.json(await prisma.user.findMany());
        };
        """,
    ),
    "an export below": (
        'import { list } from "./users.controller";',
        "list",
        """
        import { prisma } from "./prisma";

        const list = async (req, res) => {
          res.json(await prisma.user.findMany());
        };

        export { list };
        """,
    ),
    "a method of an object": (
        'import users from "./users.controller";',
        "users.list",
        """
        import { prisma } from "./prisma";

        export default {
          async list(req, res) {
            res.json(await prisma.user.findMany());
          },
        };
        """,
    ),
    "a function in an object": (
        'import { users } from "./users.controller";',
        "users.list",
        """
        import { prisma } from "./prisma";

        export const users = {
          list: async (req, res) => {
            res.json(await prisma.user.findMany());
          },
        };
        """,
    ),
    "a static method": (
        'import { Users } from "./users.controller";',
        "Users.list",
        """
        import { prisma } from "./prisma";

        export class Users {
          static async list(req, res) {
            res.json(await prisma.user.findMany());
          }
        }
        """,
    ),
    "a method that is bound": (
        'import { Users } from "./users.controller";\n\nconst users = new Users();',
        "users.list.bind(users)",
        """
        import { prisma } from "./prisma";

        export class Users {
          async list(req, res) {
            res.json(await prisma.user.findMany());
          }
        }
        """,
    ),
    "a method that is called": (
        'import { Users } from "./users.controller";\n\nconst users = new Users();',
        "(req, res) => users.list(req, res)",
        """
        import { prisma } from "./prisma";

        export class Users {
          async list(req, res) {
            res.json(await prisma.user.findMany());
          }
        }
        """,
    ),
    "a field that holds an arrow": (
        'import { Users } from "./users.controller";\n\nconst users = new Users();',
        "users.list",
        """
        import { prisma } from "./prisma";

        export class Users {
          list = async (req, res) => {
            res.json(await prisma.user.findMany());
          };
        }
        """,
    ),
    "a wrapper around the definition": (
        'import { list } from "./users.controller";',
        "list",
        """
        import { asyncHandler } from "./async";
        import { prisma } from "./prisma";

        export const list = asyncHandler(async (req, res) => {
          res.json(await prisma.user.findMany());
        });
        """,
    ),
    "a wrapper around the registration": (
        'import { asyncHandler } from "./async";\nimport { list } from "./users.controller";',
        "asyncHandler(list)",
        """
        import { prisma } from "./prisma";

        export const list = async (req, res) => {
          res.json(await prisma.user.findMany());
        };
        """,
    ),
}

WRAPPER = """
    export const asyncHandler = (fn) => (req, res, next) => {
      Promise.resolve(fn(req, res, next)).catch(next);
    };
"""


@pytest.mark.parametrize("imports, handler, controller", SHAPES.values(), ids=SHAPES)
def test_the_shapes_of_handlers(codemod: CodemodTest, imports: str, handler: str, controller: str) -> None:
    files = users_app(f'router.get("/", {handler});', imports, users_controller=controller, **{"async": WRAPPER})
    migrated = codemod.migrate(files)
    assert migrated.outcome("GET /users") == "migrated"
    assert dedented(LIST).strip() in migrated.files["convex/users.ts"]


COMMON_JS = {
    "exports.name": """
        const prisma = require("./prisma");

        exports.list = async (req, res) => {
          res.json(await prisma.user.findMany());
        };
    """,
    "module.exports.name": """
        const prisma = require("./prisma");

        module.exports.list = async function (req, res) {
          res.json(await prisma.user.findMany());
        };
    """,
    "module.exports of names": """
        const prisma = require("./prisma");

        async function list(req, res) {
          res.json(await prisma.user.findMany());
        }

        module.exports = { list };
    """,
    "module.exports of functions": """
        const prisma = require("./prisma");

        module.exports = {
          list: async (req, res) => {
            res.json(await prisma.user.findMany());
          },
        };
    """,
    "exports of a name": """
        const prisma = require("./prisma");

        const list = async (req, res) => {
          res.json(await prisma.user.findMany());
        };

        exports.list = list;
    """,
}


@pytest.mark.parametrize("controller", COMMON_JS.values(), ids=COMMON_JS)
@pytest.mark.parametrize(
    "imports, handler",
    [
        ('const users = require("./users.controller");', "users.list"),
        ('const { list } = require("./users.controller");', "list"),
    ],
    ids=["namespace", "name"],
)
def test_common_js(codemod: CodemodTest, imports: str, handler: str, controller: str) -> None:
    migrated = codemod.migrate(
        {
            "prisma/schema.prisma": SCHEMA,
            "src/app.js": """
                const express = require("express");
                const app = express();
                app.use("/users", require("./users.routes"));
                app.listen(3000);
            """,
            "src/users.routes.js": f"""
                const router = require("express").Router();
                {imports}

                router.get("/", {handler});

                module.exports = router;
            """,
            "src/prisma.js": """
                const { PrismaClient } = require("@prisma/client");

                module.exports = new PrismaClient();
            """,
            "src/users.controller.js": controller,
        }
    )
    assert migrated.outcome("GET /users") == "migrated"
    assert dedented(LIST).strip() in migrated.files["convex/users.js"]


TEXTS = {
    "comments between statements": (
        """
        async (req, res) => {
          // First.
          const text = req.params.id; // the id

          /*
           * Second.
           */
          res.json(text); /* last */
          // End.
        }
        """,
        """
        async (ctx, args) => {
          // First.
          const text = args.id; // the id

          /*
           * Second.
           */
          return toJson(text); /* last */
          // End.
        }
        """,
    ),
    "template literals keep their lines": (
        """
        (req, res) => {
          const text = `one
        two ${req.params.id}
              three`;
          res.json(text);
        }
        """,
        """
        async (ctx, args) => {
          const text = `one
        two ${args.id}
              three`;
          return toJson(text);
        }
        """,
    ),
    "text that is not ASCII": (
        '(req, res) => res.json({ "ключ": "знач €", emoji: "🎉", id: req.params.id })',
        'async (ctx, args) => toJson({ "ключ": "знач €", emoji: "🎉", id: args.id })',
    ),
    "odd spacing and quotes": (
        "(req,res)=>{ res.json( {id : req.params.id,\n    'a':1} ) }",
        "async (ctx, args) => { return toJson({id : args.id,\n    'a':1}); }",
    ),
}


@pytest.mark.parametrize("before, after", TEXTS.values(), ids=TEXTS)
def test_the_text_stays_the_users_own(codemod: CodemodTest, before: str, after: str) -> None:
    migrated = codemod.migrate(users_app(f'router.get("/:id", {dedented(before).strip()});'))
    written = handler_in(migrated.files["convex/users.ts"], "getUser")
    # The block moves one level to the right; the inside of a template does not.
    assert [line.strip() for line in written.splitlines()] == [line.strip() for line in dedented(after).splitlines()]
    if "`" in before:
        assert "`one\ntwo ${args.id}\n      three`" in migrated.files["convex/users.ts"]


def test_comments_above_a_handler_move_with_it(codemod: CodemodTest) -> None:
    controller = """
        import { prisma } from "./prisma";

        export default {
          /** Lists the users. */
          async list(req, res) {
            res.json(await prisma.user.findMany());
          },
        };
    """
    imports = 'import users from "./users.controller";'
    migrated = codemod.migrate(users_app('router.get("/", users.list);', imports, users_controller=controller))
    assert f"\n/** Lists the users. */\n{dedented(LIST).strip()}\n" in migrated.files["convex/users.ts"]


def test_tabs_stay_tabs(codemod: CodemodTest) -> None:
    routes = 'router.get("/:id", (req, res) => {\n\tconst id = req.params.id;\n\tres.json({ id });\n});\n'
    migrated = codemod.migrate(users_app(routes))
    assert migrated.files["convex/users.ts"].endswith(
        "export const getUser = query({\n\targs: { id: v.string() },\n\thandler: async (ctx, args) => {\n"
        "\t\tconst id = args.id;\n\t\treturn toJson({ id });\n\t},\n});\n"
    )


def test_windows_line_ends_stay(codemod: CodemodTest) -> None:
    files = users_app("""
        router.get("/:id", async (req, res) => {
          const user = await prisma.user.findUnique({ where: { id: req.params.id } });
          if (!user) {
            res.status(404).json({ error: "no user" });
            return;
          }
          res.json(user);
          console.log("sent");
        });
    """)
    crlf: dict[str, str | bytes] = {
        path: dedented(text).replace("\n", "\r\n").encode() for path, text in files.items() if path.endswith(".ts")
    }
    migrated = codemod.migrate({**files, **crlf})
    written = migrated.files["convex/users.ts"]
    plain = codemod.migrate(files).files["convex/users.ts"]
    assert written.replace("\r\n", "\n") == plain
    assert written.count("\r\n") == written.count("\n")
