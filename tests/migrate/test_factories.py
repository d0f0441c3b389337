"""Functions that make handlers and services of what they are given: what stands in them leaves them."""

from __future__ import annotations

import pytest
from convex_project import ConvexProject, Request
from express_app import handler_in, users_app
from harness import CodemodTest, dedented

CONTROLLER = """
    import type { Request, Response } from "express";
    import type { NoteService } from "./notes.service";

    export function makeController({ service, limit }: { service: NoteService; limit: number }) {
      const greeting = "hi";

      // Kindly.
      const greet = (name: string) => `${greeting} ${name}`;

      async function list(req: Request, res: Response) {
        res.json((await service.list()).map((note) => greet(note.text)));
      }

      return {
        list,
        add: async (req: Request, res: Response) => {
          res.json(await service.add(req.body.text));
        },
        few: async (req: Request, res: Response) => {
          res.json(limit);
        },
      };
    }
"""

SERVICE = """
    import type { PrismaClient } from "@prisma/client";

    export const createService = ({ prisma }: { prisma: PrismaClient }) => {
      const authorId = "a";
      const list = async () => prisma.note.findMany();

      const add = async (text: string) => {
        const all = await list();
        return prisma.note.create({ data: { text: `${text}${all.length}`, authorId } });
      };

      return { list, add };
    };

    export type NoteService = ReturnType<typeof createService>;
"""

IMPORTS = """
import { makeController } from "./notes.controller";
import { createService } from "./notes.service";

const notes = makeController({ service: createService({ prisma }), limit: 3 });
"""


def test_what_factories_make_leaves_them(codemod: CodemodTest) -> None:
    routes = 'router.get("/", notes.list);\nrouter.post("/", notes.add);'
    files = users_app(routes, IMPORTS.strip(), notes_controller=CONTROLLER, notes_service=SERVICE)
    migrated = codemod.migrate(files)
    assert migrated.outcome("GET /users") == migrated.outcome("POST /users") == "migrated"
    text = migrated.files["convex/notes.ts"]
    assert 'export const greeting = "hi";\n\n// Kindly.\nexport const greet = (name: string) =>' in text
    assert "toJson((await service.list(ctx)).map((note) => greet(note.text)))" in handler_in(text, "list")
    model = migrated.files["convex/model/notes.ts"]
    assert model[model.index("export") :] == dedented("""
        export const authorId = "a";

        export const list = async (ctx: QueryCtx) => rows(ctx.db.query("notes").collect(), toNote);

        export const add = async (ctx: MutationCtx, text: string) => {
          const all = await list(ctx);
          return row(insertNote(ctx, { text: `${text}${all.length}`, authorId }), toNote);
        };
    """)
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []


MADE = {
    "one handler": (
        'router.get("/", makeList({ notes: { all: () => prisma.note.findMany() } }));',
        "export const makeList = ({ notes }: any) => async (req, res) => res.json(await notes.all());",
        "migrated",
    ),
    "one handler in a wrapper": (
        'router.get("/", makeList({ notes: { all: () => prisma.note.findMany() } }));',
        """
        const wrap = (fn: any) => (req: any, res: any, next: any) => fn(req, res, next).catch(next);
        export const makeList = ({ notes }: any) => wrap(async (req, res) => res.json(await notes.all()));
        """,
        "migrated",
    ),
    "handlers of a client": (
        'const notes = makeNotes(prisma);\nrouter.get("/", notes.list);',
        """
        export const makeNotes = (client) => {
          const list = async (req, res) => res.json(await client.note.findMany());
          return { list };
        };
        """,
        "migrated",
    ),
    "a handler of a number": (
        'router.get("/", makeList(3));',
        "export const makeList = (take: number) => async (req, res) => res.json({ take });",
        "needs-review CX105 uses `take` of the function around it (src/notes.ts:2)",
    ),
    "a handler that counts": (
        'router.get("/", makeList());',
        """
        export const makeList = () => {
          let count = 0;
          return async (req, res) => res.json({ count: ++count });
        };
        """,
        "needs-review CX105 uses `count` of the function around it (src/notes.ts:4)",
    ),
    "a list of functions": (
        'router.get("/", ...makeList);',
        "export const makeList = [async (req, res) => res.json(await prisma.note.findMany())];",
        "migrated",
    ),
}


@pytest.mark.parametrize("routes, factory, outcome", MADE.values(), ids=MADE)
def test_handlers_that_are_made(codemod: CodemodTest, routes: str, factory: str, outcome: str) -> None:
    notes = 'import { prisma } from "./prisma";\n' + dedented(factory)
    imports = 'import { makeList, makeNotes } from "./notes";'
    migrated = codemod.migrate(users_app(routes, imports, notes=notes))
    assert migrated.outcome("GET /users") == outcome


WRAPPERS = {
    "casts": "(fn: Handler) => (req, res, next) => Promise.resolve(fn(req as Authed, res, next)).catch(next)",
    "options about logging": """
        (fn: Handler, options: { log?: boolean } = {}) =>
          async (req, res, next) => {
            try {
              if (options.log) console.log(req.method);
              await fn(req, res, next);
            } catch (error) {
              console.error(error);
              next(error);
            }
          }
    """,
    "in two steps": """
        () => (fn: Handler) => async (req, res, next) => {
          try {
            return await fn(req, res, next);
          } catch (error) {
            return next(error);
          }
        }
    """,
}


@pytest.mark.parametrize("wrapper", WRAPPERS.values(), ids=WRAPPERS)
def test_wrappers_that_only_forward_fall_away(codemod: CodemodTest, wrapper: str) -> None:
    call = "wrap()" if wrapper.strip().startswith("() =>") else "wrap"
    routes = f'router.get("/", {call}(async (req, res) => res.json(await prisma.note.findMany())));'
    wrap = f"type Handler = (...given: any[]) => unknown;\ntype Authed = any;\nexport const wrap = {dedented(wrapper)};"
    migrated = codemod.migrate(users_app(routes, 'import { wrap } from "./wrap";', wrap=wrap))
    assert migrated.outcome("GET /users") == "migrated"


def test_a_wrapper_that_answers_is_more_than_a_wrapper(codemod: CodemodTest) -> None:
    wrap = """
        export const wrap = (fn) => async (req, res, next) => {
          if (req.query.key !== "k") return res.status(401).json({ error: "key" });
          return fn(req, res, next);
        };
    """
    routes = 'router.get("/", wrap(async (req, res) => res.json([])));'
    migrated = codemod.migrate(users_app(routes, 'import { wrap } from "./wrap";', wrap=wrap))
    reason = "CX101 `wrap` does more than hand failures on (src/users.routes.ts:6)"
    assert migrated.outcome("GET /users") == f"needs-review {reason}"


INSTANCES = {
    "as it is": ("", "new Shown(1)", "migrated"),
    "with methods added to it": (
        "Shown.prototype.text = function () { return `${this.id}`; };",
        "new Shown(1)",
        "CX206",
    ),
    "called without new as well": ("", "[new Shown(1), Shown(2)]", "CX206"),
}


@pytest.mark.parametrize(("added", "made", "outcome"), INSTANCES.values(), ids=INSTANCES)
def test_functions_that_fill_the_instance_they_make_stay_so(
    codemod: CodemodTest, added: str, made: str, outcome: str
) -> None:
    app = f"""
        const express = require("express");
        const app = express();
        function Shown(id) {{
          this.id = id;
        }}
        {added}
        app.get("/shown", (req, res) => res.json({made}));
        module.exports = app;
        """
    migrated = codemod.migrate({"src/app.js": dedented(app)})
    assert migrated.outcome("GET /shown").removeprefix("needs-review ").split(" ")[0] == outcome
    if outcome == "migrated":
        project = ConvexProject(migrated.root)
        assert project.codegen() == []
        (answer,) = project.serve([Request("GET", "/shown")])
        assert answer.body == {"id": 1}
