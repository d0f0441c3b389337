"""What becomes of the source: code that moved goes, code that still serves someone stays, and every gap is marked."""

from __future__ import annotations

from pathlib import Path

from harness import PACKAGE, CodemodTest, Migrated, dedented, write_files

from codemods.changes import ChangeSet, DiskBase, Options
from codemods.migrate.carry import Carrier
from codemods.migrate.reading import read
from codemods.migrate.sources import SourceChanges, marked_routes, source_changes
from codemods.outcome import Group, ItemKind, Outcome
from codemods.workspace import Workspace

SCHEMA = """
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}

model User {
  id   Int    @id @default(autoincrement())
  name String
}
"""

DB = """
import { PrismaClient } from "@prisma/client";

export const prisma = new PrismaClient();
"""

GUARD = """
export function auth(req, res, next) {
  if (!req.session) {
    return res.status(401).json({ error: "Unauthorized" });
  }
  next();
}
"""

WHY = "reads `req.session`, which nothing before it sets"
ADVICE = "Port the guard; until then the route answers 501 and the function is internal."
MARKER = f"// TODO(convexify CX801): GET /users/me is guarded by `auth`, which {WHY}: {ADVICE}"


def _app(**files: str) -> dict[str, str]:
    return {"prisma/schema.prisma": SCHEMA, "src/db.ts": DB, "src/auth.ts": GUARD} | files


LAYERED = _app(
    **{
        "src/server.ts": """
            import "dotenv/config";
            import { app } from "./app";
            import { prisma } from "./db";

            const port = process.env.PORT || 3000;
            const server = app.listen(port, () => console.log(`listening on ${port}`));

            process.on("SIGTERM", () => {
              server.close(async () => {
                await prisma.$disconnect();
                process.exit(0);
              });
            });
        """,
        "src/app.ts": """
            import express from "express";
            import cors from "cors";
            import users from "./users.routes";

            export const app = express();

            app.use(cors());
            app.use(express.json());
            app.use("/users", users);
        """,
        "src/users.routes.ts": """
            import { Router } from "express";
            import { asyncHandler } from "./asyncHandler";
            import * as controller from "./users.controller";

            const router = Router();

            // Everyone.
            router.get("/", asyncHandler(controller.list));

            router.get("/:id", asyncHandler(controller.get));

            export default router;
        """,
        "src/asyncHandler.ts": """
            import { NextFunction, Request, Response } from "express";

            type Handler = (req: Request, res: Response) => Promise<unknown>;

            export const asyncHandler = (fn: Handler) => (req: Request, res: Response, next: NextFunction) => {
              Promise.resolve(fn(req, res)).catch(next);
            };
        """,
        "src/users.controller.ts": """
            import { Request, Response } from "express";
            import { userService } from "./users.service";

            export async function list(req: Request, res: Response) {
              res.json(await userService.all());
            }

            export async function get(req: Request, res: Response) {
              res.json(await userService.one(Number(req.params.id)));
            }
        """,
        "src/users.service.ts": """
            import { prisma } from "./db";

            export const userService = {
              all() {
                return prisma.user.findMany();
              },

              one(id: number) {
                return prisma.user.findUnique({ where: { id } });
              },
            };
        """,
    }
)


def _sources(files: dict[str, str]) -> list[str]:
    return sorted(path for path in files if path.startswith("src/"))


def test_an_application_that_is_carried_over_whole_leaves_nothing(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(LAYERED)
    assert _sources(dict(migrated.files)) == ["src/auth.ts"]


def test_a_file_that_gives_its_code_to_one_module_is_renamed(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(LAYERED)
    renames = {change.from_path: change.path for change in migrated.settled.files if change.action == "rename"}
    assert renames["src/users.service.ts"] == "convex/model/users.ts"
    assert renames["src/users.controller.ts"] == "convex/users.ts"


def test_a_file_that_gives_little_of_its_code_is_no_rename(codemod: CodemodTest) -> None:
    app = LAYERED["src/app.ts"] + '            app.get("/ping", (req, res) => res.json({}));\n'
    migrated = codemod.migrate(LAYERED | {"src/app.ts": app})
    changes = {change.path: change.action for change in migrated.settled.files}
    assert changes["src/app.ts"] == "delete"
    assert changes["convex/app.ts"] == "create"


def test_keeping_the_sources_changes_none_of_them(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(LAYERED, options=Options(keep_sources=True))
    assert not [change for change in migrated.settled.files if "src/" in (change.path, change.from_path or "")]
    assert len(_sources(dict(migrated.files))) == 8


PARTLY = LAYERED | {
    "src/users.routes.ts": """
        import { Router } from "express";
        import { asyncHandler } from "./asyncHandler";
        import { auth } from "./auth";
        import * as controller from "./users.controller";

        const router = Router();

        // Everyone.
        router.get("/", asyncHandler(controller.list));

        /** The caller. */
        router.get("/me", auth, asyncHandler(controller.get));

        export default router;
    """,
}


def test_a_guarded_route_stays_with_a_marker_and_all_that_it_needs(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(
        PARTLY,
        {
            "src/users.routes.ts": f"""
                import {{ Router }} from "express";
                import {{ asyncHandler }} from "./asyncHandler";
                import {{ auth }} from "./auth";
                import * as controller from "./users.controller";

                const router = Router();

                /** The caller. */
                {MARKER}
                router.get("/me", auth, asyncHandler(controller.get));

                export default router;
            """,
            "src/users.controller.ts": """
                import { Request, Response } from "express";
                import { userService } from "./users.service";

                export async function get(req: Request, res: Response) {
                  res.json(await userService.one(Number(req.params.id)));
                }
            """,
            "src/users.service.ts": """
                import { prisma } from "./db";

                export const userService = {
                  one(id: number) {
                    return prisma.user.findUnique({ where: { id } });
                  },
                };
            """,
        },
    )
    assert len(_sources(dict(migrated.files))) == 8
    assert migrated.outcome("GET /users/me").startswith("needs-review CX801")


def test_a_mount_and_its_import_go_with_the_router(codemod: CodemodTest) -> None:
    codemod.migrate(
        LAYERED
        | {
            "src/app.ts": """
                import express from "express";
                import { auth } from "./auth";
                import users from "./users.routes";

                export const app = express();
                app.use(express.json());

                app.use("/users", users);

                app.get("/me", auth, (req, res) => res.json({}));
            """,
        },
        {
            "src/app.ts": """
                import express from "express";
                import { auth } from "./auth";

                export const app = express();
                app.use(express.json());

                // TODO(convexify CX801): GET /me is guarded by `auth`, which WHY: ADVICE
                app.get("/me", auth, (req, res) => res.json({}));
            """.replace("ADVICE", ADVICE).replace("WHY", WHY),
            "src/users.routes.ts": None,
            "src/users.controller.ts": None,
            "src/asyncHandler.ts": None,
        },
    )


BEFORE = """import express from "express";
import { auth } from "./auth";
import { prisma } from "./db";

const app = express();
"""
AFTER = BEFORE.replace('import { prisma } from "./db";\n', "")


def _index(codemod: CodemodTest, body: str, after: str, **files: str) -> Migrated:
    """Migrates a `src/index.ts` of registrations, after which it no longer needs the database."""
    before = _app(**files) | {"src/index.ts": BEFORE + dedented(body)}
    return codemod.migrate(before, {"src/index.ts": AFTER + dedented(after)})


def test_every_link_of_a_chain_goes_on_its_own(codemod: CodemodTest) -> None:
    _index(
        codemod,
        """
        app
          .route("/users")
          // all of them
          .get(async (req, res) => {
            res.json(await prisma.user.findMany());
          })
          .post(auth, async (req, res) => {
            res.json({});
          });
        """,
        f"""
        // TODO(convexify CX801): POST /users is guarded by `auth`, which {WHY}: {ADVICE}
        app
          .route("/users")
          .post(auth, async (req, res) => {{
            res.json({{}});
          }});
        """,
    )


def test_a_chain_goes_whole_with_its_last_link(codemod: CodemodTest) -> None:
    _index(
        codemod,
        """
        app
          .route("/users")
          .get(async (req, res) => {
            res.json(await prisma.user.findMany());
          })
          .delete(async (req, res) => {
            res.status(204).end();
          });

        app.get("/me", auth, (req, res) => res.json({}));
        """,
        f"""

        // TODO(convexify CX801): GET /me is guarded by `auth`, which {WHY}: {ADVICE}
        app.get("/me", auth, (req, res) => res.json({{}}));
        """,
    )


def test_one_blank_line_is_left_where_code_is_cut_out_between_two(codemod: CodemodTest) -> None:
    _index(
        codemod,
        """
        app.get("/a", auth, (req, res) => res.json({}));

        // Lists.
        app.get("/users", async (req, res) => {
          res.json(await prisma.user.findMany());
        }); // all

        /* Counts. */
        app.get("/count", async (req, res) => {
          res.json({ count: await prisma.user.count() });
        });

        app.get("/b", auth, (req, res) => res.json({}));
        app.get("/ping", (req, res) => res.json({}));
        app.get("/c", auth, (req, res) => res.json({}));

        app.get("/pong", (req, res) => res.json({}));
        """,
        f"""
        // TODO(convexify CX801): GET /a is guarded by `auth`, which {WHY}: {ADVICE}
        app.get("/a", auth, (req, res) => res.json({{}}));

        // TODO(convexify CX801): GET /b is guarded by `auth`, which {WHY}: {ADVICE}
        app.get("/b", auth, (req, res) => res.json({{}}));
        // TODO(convexify CX801): GET /c is guarded by `auth`, which {WHY}: {ADVICE}
        app.get("/c", auth, (req, res) => res.json({{}}));
        """,
    )


def test_a_helper_that_others_still_call_stays(codemod: CodemodTest) -> None:
    codemod.migrate(
        _app(
            **{
                "src/index.ts": """
                    import express from "express";
                    import { auth } from "./auth";
                    import { greet, shout, twice } from "./text";

                    const app = express();
                    app.get("/greet", (req, res) => res.json({ text: greet("you") + twice("!") }));
                    app.get("/shout", auth, (req, res) => res.json({ text: shout(twice("you")) }));
                """,
                "src/text.ts": """
                    export function greet(name: string) {
                      return `Hello ${name}`;
                    }

                    export function shout(text: string) {
                      return text.toUpperCase();
                    }

                    export const twice = (text: string) => text + text;
                """,
            }
        ),
        {
            "src/index.ts": f"""
                import express from "express";
                import {{ auth }} from "./auth";
                import {{ shout, twice }} from "./text";

                const app = express();
                // TODO(convexify CX801): GET /shout is guarded by `auth`, which {WHY}: {ADVICE}
                app.get("/shout", auth, (req, res) => res.json({{ text: shout(twice("you")) }}));
            """,
            "src/text.ts": """
                export function shout(text: string) {
                  return text.toUpperCase();
                }

                export const twice = (text: string) => text + text;
            """,
        },
    )


def test_code_that_nobody_called_before_is_not_touched(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(
        LAYERED
        | {
            "src/users.controller.ts": LAYERED["src/users.controller.ts"]
            + """
            export function unused(text: string) {
              return text.trim();
            }
        """
        },
        {
            "src/users.controller.ts": """
                export function unused(text: string) {
                  return text.trim();
                }
            """
        },
    )
    assert _sources(dict(migrated.files)) == ["src/auth.ts", "src/users.controller.ts"]


def test_commonjs_exports_go_name_by_name(codemod: CodemodTest) -> None:
    codemod.migrate(
        {
            "prisma/schema.prisma": SCHEMA,
            "src/auth.js": GUARD.replace("export function auth", "module.exports = function auth"),
            "src/db.js": """
                const { PrismaClient } = require("@prisma/client");

                module.exports = new PrismaClient();
            """,
            "src/index.js": """
                const express = require("express");
                const users = require("./users");
                const { list, create } = require("./controller");
                const auth = require("./auth");

                const app = express();
                app.get("/users", list);
                app.get("/users/:id", users.one);
                app.post("/users", auth, create);
                app.listen(3000);
            """,
            "src/users.js": """
                const prisma = require("./db");

                exports.one = async (req, res) => {
                  res.json(await prisma.user.findUnique({ where: { id: Number(req.params.id) } }));
                };
            """,
            "src/controller.js": """
                const prisma = require("./db");

                async function list(req, res) {
                  res.json(await prisma.user.findMany());
                }

                const create = async (req, res) => {
                  res.json(await prisma.user.create({ data: { name: req.body.name } }));
                };

                module.exports = { list, create };
            """,
        },
        {
            "src/users.js": None,
            "src/index.js": f"""
                const express = require("express");
                const {{ create }} = require("./controller");
                const auth = require("./auth");

                const app = express();
                // TODO(convexify CX801): POST /users is guarded by `auth`, which {WHY}: {ADVICE}
                app.post("/users", auth, create);
                app.listen(3000);
            """,
            "src/controller.js": """
                const prisma = require("./db");

                const create = async (req, res) => {
                  res.json(await prisma.user.create({ data: { name: req.body.name } }));
                };

                module.exports = { create };
            """,
        },
    )


CLASSES = _app(
    **{
        "src/index.ts": """
            import express from "express";
            import { auth } from "./auth";
            import { UserController } from "./user.controller";

            const app = express();
            const controller = new UserController();
            app.get("/users", controller.list);
            app.get("/users/:id", auth, controller.get);
            app.listen(3000);
        """,
        "src/user.controller.ts": """
            import { Request, Response } from "express";
            import { UserService } from "./user.service";

            export class UserController {
              private service = new UserService();

              list = async (req: Request, res: Response) => {
                res.json(await this.service.all());
              };

              get = async (req: Request, res: Response) => {
                res.json(await this.service.one(Number(req.params.id)));
              };
            }
        """,
        "src/user.service.ts": """
            import { prisma } from "./db";

            export class UserService {
              async all() {
                return prisma.user.findMany();
              }

              async one(id: number) {
                return prisma.user.findUnique({ where: { id } });
              }
            }
        """,
    }
)


def test_methods_go_one_by_one(codemod: CodemodTest) -> None:
    codemod.migrate(
        CLASSES,
        {
            "src/user.controller.ts": """
                import { Request, Response } from "express";
                import { UserService } from "./user.service";

                export class UserController {
                  private service = new UserService();

                  get = async (req: Request, res: Response) => {
                    res.json(await this.service.one(Number(req.params.id)));
                  };
                }
            """,
            "src/user.service.ts": """
                import { prisma } from "./db";

                export class UserService {
                  async one(id: number) {
                    return prisma.user.findUnique({ where: { id } });
                  }
                }
            """,
        },
    )


def test_a_class_goes_with_its_last_method(codemod: CodemodTest) -> None:
    index = CLASSES["src/index.ts"].replace("auth, ", "").replace('import { auth } from "./auth";', "")
    migrated = codemod.migrate(CLASSES | {"src/index.ts": index})
    assert _sources(dict(migrated.files)) == ["src/auth.ts"]


def test_a_class_that_promises_its_methods_keeps_them(codemod: CodemodTest) -> None:
    service = CLASSES["src/user.service.ts"].replace("class UserService", "class UserService implements Users")
    service = service.replace(
        "export class", "interface Users {\n all(): Promise<unknown>;\n one(id: number): unknown;\n}\n\nexport class"
    )
    migrated = codemod.migrate(CLASSES | {"src/user.service.ts": service})
    assert "async all()" in migrated.files["src/user.service.ts"]


def test_routes_that_a_function_registers_go_with_its_call(codemod: CodemodTest) -> None:
    codemod.migrate(
        _app(
            **{
                "src/index.ts": """
                    import express from "express";
                    import { auth } from "./auth";
                    import { registerUsers } from "./users";

                    const app = express();
                    registerUsers(app);
                    app.get("/me", auth, (req, res) => res.json({}));
                """,
                "src/users.ts": """
                    import { Express } from "express";
                    import { prisma } from "./db";

                    export function registerUsers(app: Express) {
                      app.get("/users", async (req, res) => {
                        res.json(await prisma.user.findMany());
                      });
                    }
                """,
            }
        ),
        {
            "src/users.ts": None,
            "src/index.ts": f"""
                import express from "express";
                import {{ auth }} from "./auth";

                const app = express();
                // TODO(convexify CX801): GET /me is guarded by `auth`, which {WHY}: {ADVICE}
                app.get("/me", auth, (req, res) => res.json({{}}));
            """,
        },
    )


# ---- what stays ------------------------------------------------------------------------------------


def test_a_start_that_does_more_than_serve_stays(codemod: CodemodTest) -> None:
    server = LAYERED["src/server.ts"] + "            setInterval(() => console.log('tick'), 1000);\n"
    migrated = codemod.migrate(LAYERED | {"src/server.ts": server})
    assert {"src/server.ts", "src/app.ts"} <= set(_sources(dict(migrated.files)))
    assert "./users.routes" not in migrated.files["src/app.ts"]
    assert "src/users.routes.ts" not in migrated.files


def test_a_call_at_start_of_code_that_moved_stays_with_the_code(codemod: CodemodTest) -> None:
    server = LAYERED["src/server.ts"].replace(
        "const port",
        'import { userService } from "./users.service";\n            void userService.all();\n            const port',
    )
    migrated = codemod.migrate(LAYERED | {"src/server.ts": server})
    assert "userService.all()" in migrated.files["src/server.ts"]
    assert "all()" in migrated.files["src/users.service.ts"]


def test_what_a_script_uses_stays(codemod: CodemodTest) -> None:
    seed = """
        import { prisma } from "../src/db";
        import { userService } from "../src/users.service";

        userService.all().then(() => prisma.$disconnect());
    """
    migrated = codemod.migrate(
        LAYERED | {"scripts/seed.ts": seed},
        {
            "src/users.service.ts": """
                import { prisma } from "./db";

                export const userService = {
                  all() {
                    return prisma.user.findMany();
                  },
                };
            """,
        },
    )
    assert _sources(dict(migrated.files)) == ["src/auth.ts", "src/db.ts", "src/users.service.ts"]


def test_static_files_keep_the_application(codemod: CodemodTest) -> None:
    app = LAYERED["src/app.ts"].replace("app.use(cors());", 'app.use("/public", express.static("public"));')
    app = app.replace('import cors from "cors";', "")
    migrated = codemod.migrate(LAYERED | {"src/app.ts": app})
    assert {"src/server.ts", "src/app.ts"} <= set(_sources(dict(migrated.files)))


def test_a_module_that_works_when_it_is_loaded_is_still_loaded(codemod: CodemodTest) -> None:
    codemod.migrate(
        _app(
            **{
                "src/index.ts": """
                    import express from "express";
                    import { auth } from "./auth";
                    import { greet } from "./text";

                    const app = express();
                    app.get("/greet", (req, res) => res.json({ text: greet("you") }));
                    app.get("/me", auth, (req, res) => res.json({}));
                """,
                "src/text.ts": """
                    export function greet(name: string) {
                      return `Hello ${name}`;
                    }

                    setInterval(() => console.log("tick"), 1000);
                """,
            }
        ),
        {
            "src/index.ts": f"""
                import express from "express";
                import {{ auth }} from "./auth";
                import "./text";

                const app = express();
                // TODO(convexify CX801): GET /me is guarded by `auth`, which {WHY}: {ADVICE}
                app.get("/me", auth, (req, res) => res.json({{}}));
            """,
            "src/text.ts": """
                setInterval(() => console.log("tick"), 1000);
            """,
        },
    )


def test_a_router_mounted_twice_stays_while_one_way_to_it_is_guarded(codemod: CodemodTest) -> None:
    app = LAYERED["src/app.ts"].replace(
        'app.use("/users", users);', 'app.use("/users", users);\n            app.use("/admin", auth, users);'
    )
    app = app.replace(
        'import cors from "cors";', 'import cors from "cors";\n            import { auth } from "./auth";'
    )
    migrated = codemod.migrate(LAYERED | {"src/app.ts": app})
    assert "controller.list" in migrated.files["src/users.routes.ts"]


# ---- markers ---------------------------------------------------------------------------------------


def test_crlf_and_a_byte_order_mark_survive(codemod: CodemodTest) -> None:
    before = BEFORE + dedented("""
        {
        \tapp.get("/users", async (req, res) => res.json(await prisma.user.findMany()));
        \tapp.get("/me", auth, (req, res) => res.json({}));
        }
    """)
    migrated = codemod.migrate(_app() | {"src/index.ts": b"\xef\xbb\xbf" + before.replace("\n", "\r\n").encode()})
    assert migrated.files["src/index.ts"] == (
        "\ufeff"
        + AFTER
        + dedented(f"""
        {{
        \t// TODO(convexify CX801): GET /me is guarded by `auth`, which {WHY}: {ADVICE}
        \tapp.get("/me", auth, (req, res) => res.json({{}}));
        }}
    """)
    ).replace("\n", "\r\n")


def test_a_marker_never_lands_in_a_comment_or_a_template(codemod: CodemodTest) -> None:
    codemod.migrate(
        _app(
            **{
                "src/index.ts": """
                    import express from "express";
                    import { auth } from "./auth";

                    const app = express();
                    /* guarded
                    */ app.get("/a", auth, (req, res) => res.json({}));
                    const text = `
                    `; app.get("/b", auth, (req, res) => res.json({ text }));
                """
            }
        ),
        {
            "src/index.ts": f"""
                import express from "express";
                import {{ auth }} from "./auth";

                const app = express();
                /* guarded
                */{" "}
                // TODO(convexify CX801): GET /a is guarded by `auth`, which {WHY}: {ADVICE}
                app.get("/a", auth, (req, res) => res.json({{}}));
                const text = `
                `;{" "}
                // TODO(convexify CX801): GET /b is guarded by `auth`, which {WHY}: {ADVICE}
                app.get("/b", auth, (req, res) => res.json({{ text }}));
            """
        },
    )


# ---- parts, and the report -------------------------------------------------------------------------


def _planned(tmp_path: Path, files: dict[str, str]) -> tuple[ChangeSet, SourceChanges]:
    """The changes of the sources alone, with one group for each route."""
    write_files(tmp_path, {"package.json": PACKAGE, **files})
    workspace = Workspace.open(tmp_path)
    reading = read(workspace)
    carried = Carrier(reading, frozenset()).run()
    sources = source_changes(workspace, reading, carried, False)
    groups = [Group(plan.group, plan.route.name, ItemKind.ROUTE, plan.route.place) for plan in carried.plans]
    return ChangeSet(tuple(groups), (), sources.edits, sources.deletions, DiskBase(tmp_path)), sources


def _changed(changes: ChangeSet, *accepted: str) -> dict[str, str | None]:
    result = changes.render(frozenset(group.id for group in changes.groups if group.title in accepted))
    return {file.path: None if file.after is None else file.after.decode() for file in result.files}


def test_a_file_goes_when_all_the_routes_that_emptied_it_are_accepted(tmp_path: Path) -> None:
    changes, _ = _planned(tmp_path, LAYERED)
    assert _changed(changes, "GET /users") == {
        "src/users.routes.ts": dedented("""
            import { Router } from "express";
            import { asyncHandler } from "./asyncHandler";
            import * as controller from "./users.controller";

            const router = Router();

            router.get("/:id", asyncHandler(controller.get));

            export default router;
        """),
        "src/users.controller.ts": dedented("""
            import { Request, Response } from "express";
            import { userService } from "./users.service";

            export async function get(req: Request, res: Response) {
              res.json(await userService.one(Number(req.params.id)));
            }
        """),
        "src/users.service.ts": dedented("""
            import { prisma } from "./db";

            export const userService = {
              one(id: number) {
                return prisma.user.findUnique({ where: { id } });
              },
            };
        """),
    }
    both = _changed(changes, "GET /users", "GET /users/:id")
    assert set(both.values()) == {None}
    assert len(both) == 7


def test_names_of_one_import_go_for_any_choice_of_routes(tmp_path: Path) -> None:
    routes = {"a": "first", "b": "second", "c": "third"}
    changes, _ = _planned(
        tmp_path,
        _app(
            **{
                "src/index.ts": BEFORE.replace("{ prisma }", "{ first, second, third }").replace("./db", "./text")
                + "".join(
                    f'app.get("/{path}", (req, res) => res.json({{ text: {name}() }}));\n'
                    for path, name in routes.items()
                )
                + 'app.get("/me", auth, (req, res) => res.json({}));\n',
                "src/text.ts": "\n".join(f"export const {name} = () => '{name}';" for name in routes.values()),
            }
        ),
    )

    def imported(*paths: str) -> str | None:
        text = _changed(changes, *(f"GET /{path}" for path in paths))["src/index.ts"]
        return next((line for line in (text or "").splitlines() if "./text" in line), None)

    assert imported("a") == 'import { second, third } from "./text";'
    assert imported("b") == 'import { first, third } from "./text";'
    assert imported("c") == 'import { first, second } from "./text";'
    assert imported("a", "b") == 'import { third } from "./text";'
    assert imported("a", "c") == 'import { second } from "./text";'
    assert imported("a", "b", "c") is None


def test_files_are_reported_with_what_became_of_them(tmp_path: Path) -> None:
    test = """
        import { list } from "../src/users.controller";
        test("list", () => list);
    """
    _, sources = _planned(tmp_path, LAYERED | {"tests/users.test.ts": test})
    assert {item.name: (item.outcome, item.reason) for item in sources.items} == {
        path: (Outcome.MIGRATED, None) for path in LAYERED if path.startswith("src/") and path != "src/auth.ts"
    } | {"tests/users.test.ts": (Outcome.NEEDS_REVIEW, "CX105 tests a module that was moved")}
    assert sources.renames["users"] == "src/users.controller.ts"


def test_a_file_that_is_left_says_what_holds_it(tmp_path: Path) -> None:
    _, sources = _planned(tmp_path, PARTLY)
    reasons = {item.name: item.reason for item in sources.items}
    assert reasons == {
        "src/users.routes.ts": "CX105 still holds routes that are not carried over",
        "src/users.controller.ts": "CX105 still holds `get`",
        "src/users.service.ts": "CX105 still holds `one`",
    }


def test_a_marked_route_is_read_from_its_marker(tmp_path: Path) -> None:
    write_files(tmp_path, {"package.json": PACKAGE, **PARTLY})
    changes, _ = _planned(tmp_path, PARTLY)
    for path, text in _changed(changes, "GET /users", "GET /users/me").items():
        (tmp_path / path).write_text(text or "")
    workspace = Workspace.open(tmp_path)
    marked = marked_routes(workspace, read(workspace).app)
    assert list(marked.values()) == [("CX801", f"is guarded by `auth`, which {WHY}")]
    assert [key.split(":")[-1] for key in marked] == ["GET /users/me"]
