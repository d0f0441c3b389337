"""Services and helpers become plain functions: what reaches the database gets a `ctx`, and its callers pass it on."""

from __future__ import annotations

import pytest
from express_app import handler_in, users_app
from harness import CodemodTest, Migrated, dedented

SERVICE = """
    import { PrismaClient } from "@prisma/client";

    const prisma = new PrismaClient();
"""


def _migrated(codemod: CodemodTest, handler: str, service: str, imports: str, **more: str) -> Migrated:
    source = dedented(SERVICE) + "\n" + dedented(service)
    routes = f'router.post("/:id", {dedented(handler).strip()});'
    return codemod.migrate(users_app(routes, imports, notes_service=source, **more))


def _body(text: str) -> str:
    """A module without its imports."""
    return text[text.index("\n\n") + 2 :]


SHAPES = {
    "functions": (
        'import { add } from "./notes.service";',
        "add(req.body.text)",
        """
        export async function add(text: string) {
          return prisma.note.create({ data: { text, authorId: "a" } });
        }
        """,
        "add(ctx, args.text)",
        """
        export async function add(ctx: MutationCtx, text: string) {
          return row(insertNote(ctx, { text, authorId: "a" }), toNote);
        }
        """,
    ),
    "functions of a namespace": (
        'import * as notes from "./notes.service";',
        "notes.add(req.body.text)",
        'export const add = (text: string) => prisma.note.create({ data: { text, authorId: "a" } });\n',
        "notes.add(ctx, args.text)",
        """
        export const add = (ctx: MutationCtx, text: string) => row(insertNote(ctx, { text, authorId: "a" }), toNote);
        """,
    ),
    "functions without parameters": (
        'import * as notes from "./notes.service";',
        "notes.all()",
        "export const all = () => prisma.note.findMany();\n",
        "notes.all(ctx)",
        'export const all = (ctx: QueryCtx) => rows(ctx.db.query("notes").collect(), toNote);\n',
    ),
    "methods that yield": (
        'import { NoteService } from "./notes.service";\n\nconst notes = new NoteService();',
        "[...notes.numbers(2)].length + (await notes.count())",
        """
        export class NoteService {
          *numbers(end: number) {
            for (let next = 0; next < end; next += 1) yield next;
          }

          count() {
            return prisma.note.count();
          }
        }
        """,
        "[...notes.numbers(2)].length + (await notes.count(ctx))",
        """
        export function* numbers(end: number) {
          for (let next = 0; next < end; next += 1) yield next;
        }

        export function count(ctx: QueryCtx) {
          return countRows(ctx.db.query("notes").collect());
        }
        """,
    ),
    "methods of a class": (
        'import { NoteService } from "./notes.service";\n\nconst notes = new NoteService();',
        "notes.count()",
        """
        export class NoteService {
          /** How many there are. */
          async count() {
            return this.all();
          }

          private all = async () => prisma.note.count();
        }
        """,
        "notes.count(ctx)",
        """
        /** How many there are. */
        export async function count(ctx: QueryCtx) {
          return all(ctx);
        }

        export const all = async (ctx: QueryCtx) => countRows(ctx.db.query("notes").collect());
        """,
    ),
    "an instance": (
        'import { notes } from "./notes.service";',
        "notes.first(req.params.id)",
        """
        class NoteService {
          first(authorId: string) {
            return prisma.note.count({ where: { authorId } });
          }
        }

        export const notes = new NoteService();
        """,
        "notes.first(ctx, args.id)",
        None,
    ),
    "methods of an object": (
        'import notes from "./notes.service";',
        "notes.first(req.params.id)",
        """
        export default {
          first: (authorId: string) => prisma.note.count({ where: { authorId } }),
        };
        """,
        "notes.first(ctx, args.id)",
        None,
    ),
    "functions that call each other": (
        'import { down } from "./notes.service";',
        "down(3)",
        """
        export async function down(n: number): Promise<number> {
          return n === 0 ? prisma.note.count() : step(n);
        }

        async function step(n: number): Promise<number> {
          return down(n - 1);
        }
        """,
        "down(ctx, 3)",
        """
        export async function down(ctx: QueryCtx, n: number): Promise<number> {
          return n === 0 ? countRows(ctx.db.query("notes").collect()) : step(ctx, n);
        }

        export async function step(ctx: QueryCtx, n: number): Promise<number> {
          return down(ctx, n - 1);
        }
        """,
    ),
    "a function that has a ctx of its own": (
        'import { add } from "./notes.service";',
        "add(req.body.text)",
        """
        export async function add(text: string) {
          const ctx = { text, authorId: "a" };
          return prisma.note.create({ data: ctx });
        }
        """,
        "add(ctx, args.text)",
        """
        export async function add(convexCtx: MutationCtx, text: string) {
          const ctx = { text, authorId: "a" };
          return row(insertNote(convexCtx, ctx), toNote);
        }
        """,
    ),
    "functions with overloads": (
        'import { find } from "./notes.service";',
        "find(req.params.id)",
        """
        export function find(id: string): Promise<unknown>;
        // By its number.
        export function find(id: number, twice: boolean): Promise<unknown>;
        export function find(id: string | number): Promise<unknown> {
          return prisma.note.findUnique({ where: { id: String(id) } });
        }
        """,
        "find(ctx, args.id)",
        """
        export function find(ctx: QueryCtx, id: string): Promise<unknown>;
        // By its number.
        export function find(ctx: QueryCtx, id: number, twice: boolean): Promise<unknown>;
        export function find(ctx: QueryCtx, id: string | number): Promise<unknown> {
          return row(findRow(ctx, "notes", String(id)), toNote);
        }
        """,
    ),
    "functions that need no ctx": (
        'import { shout } from "./notes.service";',
        "shout(req.body.text)",
        """
        /** Louder. */
        export function shout(text: string) {
          return text.toUpperCase();
        }
        """,
        "shout(args.text)",
        None,
    ),
}


@pytest.mark.parametrize("imports, call, service, called, written", SHAPES.values(), ids=SHAPES)
def test_services_get_a_context(
    codemod: CodemodTest, imports: str, call: str, service: str, called: str, written: str | None
) -> None:
    migrated = _migrated(codemod, f"async (req, res) => res.json(await {call})", service, imports)
    assert migrated.outcome("POST /users/:id") == "migrated"
    text = handler_in(migrated.files["convex/users.ts"], "createUser")
    assert text.endswith(f"=> toJson(await {called})\n")
    if written is not None:
        assert _body(migrated.files["convex/model/notes.ts"]) == dedented(written)


def test_the_context_stands_on_a_line_of_its_own_where_arguments_do(codemod: CodemodTest) -> None:
    service = """
    export async function add(text: string, author: string) {
      return prisma.note.create({ data: { text, authorId: author } });
    }
    """
    handler = """
    async (req, res) => {
      const note = await add(
        req.body.text,
        "a",
      );
      res.json(note);
    }
    """
    users = _migrated(codemod, handler, service, 'import { add } from "./notes.service";').files["convex/users.ts"]
    assert "await add(\n      ctx,\n      args.text,\n" in users


def test_a_chain_of_layers_passes_the_context_on(codemod: CodemodTest) -> None:
    controller = """
        import { Request, Response } from "express";
        import { NoteService } from "./notes.service";

        export class NoteController {
          constructor(private readonly service: NoteService) {}

          add = async (req: Request, res: Response) => {
            res.status(201).json(await this.service.add(req.params.id, req.body.text));
          };
        }
    """
    service = """
        import { NoteRepository } from "./notes.repository";

        export class NoteService {
          constructor(private repository: NoteRepository) {}

          async add(authorId: string, text: string) {
            if (!text) throw new Error("empty");
            return this.repository.insert(authorId, this.tidy(text));
          }

          private tidy(text: string) {
            return text.trim();
          }
        }
    """
    repository = """
        import { PrismaClient } from "@prisma/client";

        export class NoteRepository {
          constructor(private prisma: PrismaClient) {}

          insert(authorId: string, text: string) {
            return this.prisma.note.create({ data: { authorId, text } });
          }
        }
    """
    imports = """
import { NoteController } from "./notes.controller";
import { NoteRepository } from "./notes.repository";
import { NoteService } from "./notes.service";

const notes = new NoteController(new NoteService(new NoteRepository(prisma)));
"""
    files = users_app(
        'router.post("/:id", notes.add);',
        imports.strip(),
        notes_controller=controller,
        notes_service=service,
        notes_repository=repository,
    )
    migrated = codemod.migrate(files)
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert "return toJson(await service.add(ctx, args.id, args.text));" in migrated.files["convex/notes.ts"]
    assert _body(migrated.files["convex/model/notes.ts"]) == dedented("""
        export async function add(ctx: MutationCtx, authorId: string, text: string) {
          if (!text) throw new ApplicationError("empty");
          return repository.insert(ctx, authorId, tidy(text));
        }

        export function tidy(text: string) {
          return text.trim();
        }
    """)
    assert _body(migrated.files["convex/model/notesRepository.ts"]) == dedented("""
        export function insert(ctx: MutationCtx, authorId: string, text: string) {
          return row(insertNote(ctx, { authorId, text }), toNote);
        }
    """)


CLIENTS = {
    "first": ("add(tx, req.body.text)", "tx: Prisma.TransactionClient, text: string"),
    "last": ("add(req.body.text, tx)", "text: string, tx: Prisma.TransactionClient"),
    "optional": ("add(req.body.text, tx)", "text: string, tx: Prisma.TransactionClient = prisma"),
}


@pytest.mark.parametrize("call, parameters", CLIENTS.values(), ids=CLIENTS)
def test_a_transaction_that_is_handed_around_is_the_context(codemod: CodemodTest, call: str, parameters: str) -> None:
    service = f"""
        import {{ Prisma }} from "@prisma/client";

        export async function add({parameters}) {{
          await tx.note.create({{ data: {{ text, authorId: "a" }} }});
        }}
    """
    handler = f"""
        async (req, res) => {{
          await prisma.$transaction(async (tx) => {{
            await {call};
            await tx.note.deleteMany();
          }});
          res.json([]);
        }}
    """
    migrated = _migrated(codemod, handler, service, 'import { add } from "./notes.service";')
    assert handler_in(migrated.files["convex/users.ts"], "createUser") == dedented("""
        async (ctx, args) => {
          await (async () => {
            await add(ctx, args.text);
            await each(ctx.db.query("notes").collect(), (note) => deleteNote(ctx, note));
          })();
          return toJson([]);
        }
    """)
    assert _body(migrated.files["convex/model/notes.ts"]) == dedented("""
        export async function add(ctx: MutationCtx, text: string) {
          await insertNote(ctx, { text, authorId: "a" });
        }
    """)


VALUES = {
    "a callback": ("Promise.all(req.body.ids.map(load))", "Promise.all(args.ids.map((id: string) => load(ctx, id)))"),
    "a callback that takes an index": (
        "Promise.all(req.body.ids.map(nth))",
        "Promise.all(args.ids.map((id: string, index?: number) => nth(ctx, id, index)))",
    ),
    "a callback that takes its argument apart": (
        "Promise.all([{ id: req.params.id }].map(of))",
        "Promise.all([{ id: args.id }].map((value: { id: string }) => of(ctx, value)))",
    ),
    "a method that is bound": (
        "Promise.all([req.params.id].map(notes.load.bind(notes)))",
        "Promise.all([args.id].map((id: string) => notes.load(ctx, id)))",
    ),
    "an entry of a list": (
        "Promise.all([load, nth].map((read) => read(req.params.id)))",
        "Promise.all([(id: string) => load(ctx, id), (id: string, index?: number) => nth(ctx, id, index)]"
        ".map((read) => read(args.id)))",
    ),
    "a function that needs no ctx": ("req.body.ids.map(tidy)", "args.ids.map(tidy)"),
}

READERS = """
    export const load = (id: string) => prisma.note.findUnique({ where: { id } });
    export const nth = async (id: string, index = 0) => ({ index, note: await load(id) });
    export const of = async ({ id }: { id: string }) => load(id);
    export const tidy = (id: string) => id.trim();

    class Notes {
      async load(id: string) {
        return load(id);
      }
    }

    export const notes = new Notes();
"""


@pytest.mark.parametrize("read, written", VALUES.values(), ids=VALUES)
def test_a_function_that_is_handed_on_brings_its_context(codemod: CodemodTest, read: str, written: str) -> None:
    imports = 'import { load, notes, nth, of, tidy } from "./notes.service";'
    migrated = _migrated(codemod, f"async (req, res) => res.json(await {read})", READERS, imports)
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert f"=> toJson(await {written})" in migrated.files["convex/users.ts"]


OBJECTS = {
    "made in the function": ("const own = new Notes(new Store(prisma)); res.json(await own.all());", "own.all(ctx)"),
    "made where it is called": ("res.json(await new Notes(new Store(prisma)).all());", "Notes.all(ctx)"),
    "of a singleton": ("res.json(await Single.getInstance().all());", "Single.all(ctx)"),
    "of a singleton, under a name": (
        "const one = Single.getInstance(); res.json(await one.all());",
        "one.all(ctx)",
    ),
    "loaded": ('const notes = require("./notes.service"); res.json(await notes.all());', "notes.all(ctx)"),
    "loaded later": ('const { all } = await import("./notes.service"); res.json(await all());', "all(ctx)"),
}

CLASSES = """
    export const all = () => prisma.note.findMany();

    export class Store {
      constructor(private readonly client: PrismaClient) {}

      all() {
        return this.client.note.findMany();
      }
    }

    export class Notes {
      private store: Store;

      constructor(store: Store) {
        this.store = store;
      }

      all() {
        return this.store.all();
      }
    }

    export class Single {
      private static instance?: Single;

      static getInstance() {
        if (!Single.instance) Single.instance = new Single();
        return Single.instance;
      }

      all() {
        return prisma.note.findMany();
      }
    }
"""


@pytest.mark.parametrize("body, called", OBJECTS.values(), ids=OBJECTS)
def test_an_object_that_keeps_nothing_is_a_module(codemod: CodemodTest, body: str, called: str) -> None:
    imports = 'import { Notes, Single, Store } from "./notes.service";'
    migrated = _migrated(codemod, f"async (req, res) => {{ {body} }}", CLASSES, imports)
    assert migrated.outcome("POST /users/:id") == "migrated"
    text = handler_in(migrated.files["convex/users.ts"], "createUser")
    assert text == f"async (ctx) => {{ return toJson(await {called}); }}\n"


def test_methods_of_base_classes_are_functions_of_their_modules(codemod: CodemodTest) -> None:
    base = """
        export abstract class Base<Row> {
          protected size = 5;

          protected wrap<T>(items: T[]) {
            return { items, size: this.size };
          }

          first(rows: Row[]): Row {
            return rows[0];
          }
        }
    """
    service = """
        import { Base } from "./base";

        class Notes extends Base<string> {
          async all() {
            return super.wrap(await prisma.note.findMany({ take: this.size }));
          }
        }

        export const notes = new Notes();
    """
    imports = 'import { notes } from "./notes.service";'
    migrated = _migrated(codemod, "async (req, res) => res.json(await notes.all())", service, imports, base=base)
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert "return base.wrap(await rows(" in migrated.files["convex/model/notes.ts"]
    assert "  return { items, size: size };" in migrated.files["convex/lib/base.ts"]
    refused = _migrated(codemod, "(req, res) => res.json(notes.first([]))", service, imports, base=base)
    reason = "CX105 uses `Row` of the class around it (src/base.ts:8)"
    assert refused.outcome("POST /users/:id") == f"needs-review {reason}"


def test_an_object_that_keeps_something_is_left_to_its_owner(codemod: CodemodTest) -> None:
    service = """
        export class Basket {
          items: string[] = [];

          add(item: string) {
            this.items.push(item);
          }
        }
    """
    handler = "async (req, res) => { const basket = new Basket(); basket.add(req.body.item); res.json([]); }"
    migrated = _migrated(codemod, handler, service, 'import { Basket } from "./notes.service";')
    reason = "CX104 `this.items` is state in the memory of the server (src/notes.service.ts:9)"
    assert migrated.outcome("POST /users/:id") == f"needs-review {reason}"


REFUSED = {
    "as a value": (
        "async (req, res) => { const read = req.body.id && load; res.json(await read(req.body.id)); }",
        "export const load = (id: string) => prisma.note.findUnique({ where: { id } });",
        "CX210 `load` is passed on as a value (src/users.routes.ts:6)",
    ),
    "as a getter": (
        "async (req, res) => res.json(await load.all)",
        "export const load = { get all() { return prisma.note.findMany(); } };",
        "CX105 reads the getter `load.all`: make it a method (src/users.routes.ts:6)",
    ),
    "without waiting for it": (
        "async (req, res) => { load(req.params.id); res.json([]); }",
        "export const load = (id: string) => prisma.note.findUnique({ where: { id } });",
        "CX209 `load` is called and not awaited (src/users.routes.ts:6)",
    ),
    "with a client that goes elsewhere": (
        "async (req, res) => { await prisma.$transaction(async (tx) => { await load(tx); }); res.json([]); }",
        "export const load = async (client: unknown) => prisma.note.count();",
        "CX105 passes the database client `tx` on (src/users.routes.ts:6)",
    ),
}


@pytest.mark.parametrize("handler, service, reason", REFUSED.values(), ids=REFUSED)
def test_a_service_that_is_used_otherwise_is_left_to_its_owner(
    codemod: CodemodTest, handler: str, service: str, reason: str
) -> None:
    migrated = _migrated(codemod, handler, service, 'import { load } from "./notes.service";')
    assert migrated.outcome("POST /users/:id") == f"needs-review {reason}"


def test_a_class_that_makes_values_of_itself_stays_one(codemod: CodemodTest) -> None:
    outcome = """
        export class Outcome<T> {
          private constructor(readonly ok: boolean, readonly value: T) {}

          static success<T>(value: T) {
            return new Outcome(true, value);
          }
        }
        """
    app = """
        import express from "express";
        import { Outcome } from "./outcome";

        const app = express();
        app.get("/health", (req, res) => { res.json(Outcome.success("fine")); });
        """
    found = codemod.migrate({"src/app.ts": dedented(app), "src/outcome.ts": dedented(outcome)})
    assert found.files["convex/lib/outcome.ts"] == dedented(outcome)
    assert 'toJson(Outcome.success("fine"))' in found.files["convex/app.ts"]
