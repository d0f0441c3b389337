"""Numeric ids become the texts that Convex ids are, wherever a value flows into the place of an id."""

from __future__ import annotations

import pytest
from harness import dedented
from planned_app import PlanApp

CASTS = {
    "Number": "Number(req.params.id)",
    "parseInt": "parseInt(req.params.id)",
    "parseInt with a base": "parseInt(req.params.id, 10)",
    "parseInt of a cast": "parseInt(req.params.id as string, 10)",
    "Number.parseInt": "Number.parseInt(req.params.id)",
    "BigInt": "BigInt(req.params.id)",
    "plus": "+req.params.id",
    "tildes": "~~req.params.id",
    "times one": "req.params.id * 1",
    "or zero": "req.params.id | 0",
    "nested": "Number(parseInt(req.params.id))",
}


@pytest.mark.parametrize("cast", CASTS.values(), ids=CASTS.keys())
def test_a_conversion_to_a_number_goes(planned: PlanApp, cast: str) -> None:
    route = (
        f'app.get("/x/:id", async (req, res) => res.json(await prisma.post.findUnique({{ where: {{ id: {cast} }} }})));'
    )
    found = planned(route)
    operand = "args.id as string" if " as " in cast else "args.id"
    assert f'row(find(ctx, "posts", {operand}), toPost)' in found.handler


def test_a_conversion_goes_from_the_variable_that_holds_the_id(planned: PlanApp) -> None:
    found = planned(
        """
        app.get("/posts/:id", async (req, res) => {
          const id = Number(req.params.id);
          res.json(await prisma.post.findUnique({ where: { id } }));
        });
        """
    )
    assert found.handler == dedented(
        """
        async (ctx, args) => {
          const id = args.id;
          return toJson(await row(find(ctx, "posts", id), toPost));
        }
        """
    )


FLOWS = {
    "relation key": "prisma.post.findMany({ where: { authorId: Number(req.query.a) } })",
    "ternary": "prisma.post.findMany({ where: { authorId: req.query.a ? Number(req.query.a) : undefined } })",
    "or undefined": "prisma.post.findMany({ where: { authorId: Number(req.query.a) || undefined } })",
    "list": "prisma.post.findMany({ where: { id: { in: String(req.query.a).split(',').map(Number) } } })",
    "list, arrow": "prisma.post.findMany({ where: { id: { in: String(req.query.a).split(',').map((x) => +x) } } })",
    "update": "prisma.post.update({ where: { id: Number(req.query.a) }, data: { authorId: Number(req.query.b) } })",
    "connect": "prisma.post.create({ data: { title: 't', author: { connect: { id: Number(req.query.a) } } } })",
}


@pytest.mark.parametrize("call", FLOWS.values(), ids=FLOWS.keys())
def test_conversions_go_from_every_place_of_an_id(planned: PlanApp, call: str) -> None:
    found = planned(f'app.get("/x", async (req, res) => res.json(await {call}));')
    assert found.outcome == "migrated"
    assert "Number(" not in found.handler
    assert "+" not in found.handler


ROWS = {
    "variable": "const data = { title: 't', authorId: Number(req.body.authorId) };",
    "assigned later": "const data: any = { title: 't' };\n  data.authorId = Number(req.body.authorId);",
    "typed": "const data: { title: string; authorId: number } = { title: 't', authorId: Number(req.body.authorId) };",
    "in two steps": "const authorId = +req.body.authorId;\n  const data = { title: 't', authorId };",
    "spread": "const base = { authorId: +req.body.authorId };\n  const data = { title: 't', ...base };",
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_a_row_is_followed_to_where_it_is_made(planned: PlanApp, row: str) -> None:
    found = planned(
        f"""
app.post("/x", async (req, res) => {{
  {row}
  res.json(await prisma.post.create({{ data }}));
}});
"""
    )
    assert found.outcome == "migrated"
    assert "Number(" not in found.handler
    assert "+" not in found.handler
    assert "number" not in found.handler


def test_rows_that_are_made_of_a_list_are_followed(planned: PlanApp) -> None:
    found = planned(
        """
        app.post("/x", async (req, res) => {
          const data = req.body.ids.map((id) => ({ title: "t", authorId: parseInt(id) }));
          res.json(await prisma.post.createMany({ data }));
        });
        """
    )
    assert found.outcome == "migrated"
    assert "parseInt" not in found.handler


def test_numbers_that_are_no_ids_stay(planned: PlanApp) -> None:
    found = planned(
        """
        app.put("/x/:id", async (req, res) => {
          const data = { views: Number(req.body.views), authorId: Number(req.body.authorId) };
          res.json(await prisma.post.update({ where: { id: Number(req.params.id) }, data }));
        });
        """
    )
    assert "views: Number(args.views), authorId: args.authorId" in found.handler


def test_a_helper_gets_texts_for_ids(planned: PlanApp) -> None:
    found = planned(
        """
        async function load(id: number, views: number) {
          return prisma.post.findFirst({ where: { id, views } });
        }
        app.get("/x/:id", async (req, res) => res.json(await load(Number(req.params.id), Number(req.query.views))));
        """
    )
    assert "load(ctx, args.id, Number(args.views))" in found.handler
    assert "load(ctx: QueryCtx, id: string, views: number)" in "\n".join(found.files.values())


def test_a_number_that_is_asserted_of_an_id_is_a_text(planned: PlanApp) -> None:
    found = planned(
        """
        const found = (id: number) => prisma.post.findUnique({ where: { id } });
        app.get("/x/:id", async (req, res) => {
          const post = await prisma.post.findFirst({ where: { id: (req.params.id as unknown) as number } });
          res.json(await found(post?.id as number));
        });
        """
    )
    assert "args.id as unknown) as string" in found.handler
    assert "found(ctx, post?.id as string)" in found.handler


def test_a_helper_in_another_file_gets_texts_for_ids(planned: PlanApp) -> None:
    found = planned(
        'app.get("/x/:id", async (req, res) => res.json(await load(parseInt(req.params.id, 10))));',
        imports='import { load } from "./posts";',
        posts="""
        import { PrismaClient } from "@prisma/client";
        const prisma = new PrismaClient();
        type ID = number;
        export const load = (id: ID) => prisma.post.findUnique({ where: { id } });
        """,
    )
    assert "load(ctx, args.id)" in found.handler
    assert any("load = (ctx: QueryCtx, id: string)" in text for text in found.files.values())


def test_a_helper_gets_rows_with_texts_for_ids(planned: PlanApp) -> None:
    found = planned(
        """
        interface NewPost { title: string; authorId: number }
        async function add(data: NewPost) {
          return prisma.post.create({ data });
        }
        app.post("/x", async (req, res) => res.json(await add({ title: "t", authorId: Number(req.body.authorId) })));
        """
    )
    assert 'add(ctx, { title: "t", authorId: args.authorId })' in found.handler
    assert any("interface NewPost { title: string; authorId: string }" in text for text in found.files.values())


def test_a_helper_that_takes_a_row_apart_gets_texts_for_ids_alone(planned: PlanApp) -> None:
    found = planned(
        """
        interface NewPost { title: string; views: number; authorId: number }
        async function add({ title, views, authorId }: NewPost) {
          return prisma.post.create({ data: { title, views, authorId } });
        }
        async function recent({ id, views }: { id: number; views: number }) {
          return prisma.post.findFirst({ where: { id, views } });
        }
        app.post("/x", async (req, res) => res.json(await add({ title: "t", views: 1, authorId: req.body.authorId })));
        app.get("/x/:id", async (req, res) => res.json(await recent({ id: Number(req.params.id), views: 1 })));
        """
    )
    texts = "\n".join(found.files.values())
    assert "interface NewPost { title: string; views: number; authorId: string }" in texts
    assert "add(ctx: MutationCtx, { title, views, authorId }: NewPost)" in texts
    assert "recent(ctx: QueryCtx, { id, views }: { id: string; views: number })" in texts


CHECKS = {
    "isNaN": ("isNaN(id)", "==="),
    "Number.isNaN": ("Number.isNaN(id)", "==="),
    "Number.isInteger": ("!Number.isInteger(id)", "!=="),
    "Number.isFinite": ("!Number.isFinite(id)", "!=="),
}


@pytest.mark.parametrize(("check", "operator"), CHECKS.values(), ids=CHECKS.keys())
def test_asking_for_a_number_becomes_asking_for_an_id(planned: PlanApp, check: str, operator: str) -> None:
    found = planned(
        f"""
        app.get("/x/:id", async (req, res) => {{
          const id = Number(req.params.id);
          if ({check}) return res.status(400).end();
          res.json(await prisma.post.findUnique({{ where: {{ id }} }}));
        }});
        """
    )
    assert f'ctx.db.normalizeId("posts", id) {operator} null' in found.handler


def test_asking_in_place_becomes_asking_for_an_id(planned: PlanApp) -> None:
    found = planned(
        """
        app.get("/x/:id", async (req, res) => {
          if (isNaN(Number(req.params.id))) return res.status(400).end();
          res.json(await prisma.post.findUnique({ where: { id: Number(req.params.id) } }));
        });
        """
    )
    assert 'if (ctx.db.normalizeId("posts", args.id) === null) throw' in found.handler


def test_comparing_with_an_id_compares_texts(planned: PlanApp) -> None:
    found = planned(
        """
        app.get("/x/:id", async (req, res) => {
          const post = await prisma.post.findUnique({ where: { id: Number(req.params.id) } });
          if (post?.authorId !== Number(req.query.user)) return res.status(403).end();
          res.json(post);
        });
        """
    )
    assert "if (post?.authorId !== args.user) throw" in found.handler


ARITHMETIC = {
    "is the first": "if (post.id === 1) return res.status(403).end();",
    "is late": "if (post.id > 10) return res.status(403).end();",
    "next one": "if (await prisma.post.count() > (post?.id ?? 0) + 1) return res.status(403).end();",
    "sorted": "[post].sort((a, b) => a.id - b.id);",
    "type": 'if (typeof post.id !== "number") return res.status(403).end();',
    "parameter": "if (id <= 0) return res.status(403).end();",
    "is zero": "if (id === 0) return res.status(403).end();",
    "type of the parameter": 'if (typeof id === "number") return res.status(403).end();',
}


@pytest.mark.parametrize("statement", ARITHMETIC.values(), ids=ARITHMETIC.keys())
def test_using_an_id_as_a_number_is_refused(planned: PlanApp, statement: str) -> None:
    found = planned(
        f"""
        app.get("/x/:id", async (req, res) => {{
          const id = Number(req.params.id);
          const post = await prisma.post.findUnique({{ where: {{ id }} }});
          {statement}
          res.json(post);
        }});
        """
    )
    assert found.reason.startswith("CX301 the id `")
    assert found.reason.endswith("` is used as a number")


ALLOWED = {
    "compares": "if (post.id === other.id) return res.status(403).end();",
    "writes into a text": "console.log('post ' + post.id, `${post.id}`);",
    "asks whether it is there": "if (!post.id) return res.status(403).end();",
    "is a text": "if (typeof post.id === 'string') return res.status(403).end();",
    "counts something else": "if (post.views > 10) return res.status(403).end();",
}


@pytest.mark.parametrize("statement", ALLOWED.values(), ids=ALLOWED.keys())
def test_what_ids_and_numbers_have_in_common_stays(planned: PlanApp, statement: str) -> None:
    found = planned(
        f"""
        app.get("/x/:id", async (req, res) => {{
          const post = await prisma.post.findUniqueOrThrow({{ where: {{ id: Number(req.params.id) }} }});
          const other = post;
          {statement}
          res.json(post);
        }});
        """
    )
    assert found.outcome == "migrated"


REFUSED = {
    "a number": ("{ where: { id: 1 } }", "CX301 the id 1 is written as a number"),
    "a sum": ("{ where: { id: Number(req.query.a) + 1 } }", "CX301 the id `Number(req.query.a) + 1` is computed"),
    "a computation": ("{ where: { id: Math.floor(Number(req.query.a)) } }", "CX301 the id `Math.floor("),
}


@pytest.mark.parametrize(("given", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_id_is_refused(planned: PlanApp, given: str, reason: str) -> None:
    found = planned(f'app.get("/x", async (req, res) => res.json(await prisma.post.findFirst({given})));')
    assert found.reason.startswith(reason)


def test_a_number_is_no_default_of_an_id(planned: PlanApp) -> None:
    found = planned(
        """
        app.get("/x", async (req, res) => {
          const { authorId = 1 } = req.body;
          res.json(await prisma.post.findMany({ where: { authorId } }));
        });
        """
    )
    assert found.reason.startswith("CX301 the id 1 is written as a number")


def test_one_value_cannot_be_an_id_and_a_number(planned: PlanApp) -> None:
    found = planned(
        """
        app.get("/x/:id", async (req, res) => {
          const id = Number(req.params.id);
          res.json(await prisma.post.findMany({ where: { authorId: id, views: id } }));
        });
        """
    )
    assert found.reason == "CX604 one value is used as an id and as a plain number"


SCHEMAS = {
    "number": ("z.number()", "z.string()"),
    "integer": ("z.number().int().positive()", "z.string()"),
    "coerced": ("z.coerce.number().int()", "z.string()"),
    "optional": ("z.number().optional()", "z.string().optional()"),
    "format": ("z.string().uuid()", "z.string()"),
    "version 4": ("z.int()", "z.string()"),
}


@pytest.mark.parametrize(("before", "after"), SCHEMAS.values(), ids=SCHEMAS.keys())
def test_a_schema_of_an_id_takes_convex_ids(planned: PlanApp, before: str, after: str) -> None:
    found = planned(
        f"""
        const schema = z.object({{ title: z.string(), authorId: {before} }});
        app.post("/x", async (req, res) => {{
          const input = schema.parse(req.body);
          res.json(await prisma.post.create({{ data: {{ title: input.title, authorId: input.authorId! }} }}));
        }});
        """
    )
    assert found.outcome == "migrated"
    assert any(f"authorId: {after} }})" in text for text in found.files.values())


def test_java_script_is_followed_too(planned: PlanApp) -> None:
    find = "prisma.post.findUnique({ where: { id: +req.params.id } })"
    found = planned(f'app.get("/x/:id", async (req, res) => res.json(await {find}));', language="js")
    assert 'find(ctx, "posts", args.id)' in found.handler


PASSED_ON = {
    "a property": (
        "load({ id: Number(req.params.id), shown: true })",
        "const load = (query: { id: number; shown: boolean }) => prisma.post.findUnique({ where: { id: query.id } });",
        "load(ctx, { id: args.id, shown: true })",
        "query: { id: string; shown: boolean }",
    ),
    "a property of a variable": (
        "(() => { const query = { id: +req.params.id }; return load(query); })()",
        "const load = (query: { id: number }) => prisma.post.findUnique({ where: { id: query.id } });",
        "{ const query = { id: args.id }; return load(ctx, query); }",
        "query: { id: string }",
    ),
    "a property in a pattern": (
        "load({ id: Number(req.params.id) })",
        "const load = ({ id }: { id: number }) => prisma.post.findUnique({ where: { id } });",
        "load(ctx, { id: args.id })",
        "{ id }: { id: string }",
    ),
    "a property that is taken out": (
        "(() => { const query: Query = { id: Number(req.params.id) }; return load(query); })()",
        "interface Query { id: number }\nconst load = (query: Query) => {\n"
        "  const { id } = query;\n  return prisma.post.findUnique({ where: { id } });\n};",
        "const query: Query = { id: args.id };",
        "id: string",
    ),
    "the items of a list": (
        "load([Number(req.params.id)])",
        "const load = (ids: number[]) => Promise.all(ids.map((id) => prisma.post.findUnique({ where: { id } })));",
        "load(ctx, [args.id])",
        "ids: string[]",
    ),
    "not a number, on purpose": (
        "load(req.params.id ? Number(req.params.id) : NaN)",
        "const load = (id: number) => prisma.post.findUnique({ where: { id } });",
        'load(ctx, args.id ? args.id : "")',
        "id: string",
    ),
}


@pytest.mark.parametrize(("call", "helper", "written", "parameter"), PASSED_ON.values(), ids=PASSED_ON.keys())
def test_ids_are_followed_through_what_is_passed_on(
    planned: PlanApp, call: str, helper: str, written: str, parameter: str
) -> None:
    found = planned(f'{helper}\napp.get("/posts/:id", async (req, res) => res.json(await {call}));')
    assert found.outcome == "migrated"
    assert written in found.handler
    assert parameter in "".join(found.files.values())
