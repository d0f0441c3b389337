"""What a handler reads of its request becomes the arguments of the function, however it reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from convex_project import ConvexProject, Request
from express_app import function_in, handler_in, route_in, users_app
from harness import CodemodTest, Migrated, dedented


def _migrated(codemod: CodemodTest, handler: str, path: str = "/:id", **more: str) -> Migrated:
    return codemod.migrate(users_app(f'router.post("{path}", {dedented(handler).strip()});', **more))


READS = {
    "a field": (
        "(req, res) => res.json(req.body.email)",
        "(ctx, args) => toJson(args.email)",
        "{ email: v.optional(v.any()) }",
    ),
    "a parameter of the path": (
        "(req, res) => res.json(req.params.id)",
        "(ctx, args) => toJson(args.id)",
        "{ id: v.string() }",
    ),
    "a value of the query": (
        "(req, res) => res.json(req.query.page)",
        "(ctx, args) => toJson(args.page)",
        "{ page: v.optional(v.string()) }",
    ),
    "all three": (
        "(req, res) => res.json([req.params.id, req.query.page, req.body.email])",
        "(ctx, args) => toJson([args.id, args.page, args.email])",
        "{ id: v.string(), page: v.optional(v.string()), email: v.optional(v.any()) }",
    ),
    "in brackets": (
        '(req, res) => res.json(req["body"]["email"])',
        '(ctx, args) => toJson(args["email"])',
        "{ email: v.optional(v.any()) }",
    ),
    "with optional chaining": (
        "(req, res) => res.json(req.body?.email)",
        "(ctx, args) => toJson(args.email)",
        "{ email: v.optional(v.any()) }",
    ),
    "through casts": (
        "(req, res) => res.json([(req as any).body.a, (req.body as any).b, req.body!.c, (<any>req).body.d])",
        "(ctx, args) => toJson([args.a, (args as any).b, args!.c, args.d])",
        "{ a: v.optional(v.any()), b: v.optional(v.any()), c: v.optional(v.any()), d: v.optional(v.any()) }",
    ),
    "with an empty default": (
        "(req, res) => { const { email } = req.body || {}; res.json((req.body ?? {}).name ?? email); }",
        "(ctx, args) => { const { email } = args; return toJson((args).name ?? email); }",
        "{ email: v.optional(v.any()), name: v.optional(v.any()) }",
    ),
    "a destructured part": (
        "(req, res) => { const { email, name: called = 'x' } = req.body; res.json([email, called]); }",
        "(ctx, args) => { const { email, name: called = 'x' } = args; return toJson([email, called]); }",
        "{ email: v.optional(v.any()), name: v.optional(v.any()) }",
    ),
    "a destructured part with a cast": (
        "(req, res) => { const { email } = req.body as { email: string }; res.json(email); }",
        "(ctx, args) => { const { email } = args as { email: string }; return toJson(email); }",
        "{ email: v.optional(v.any()) }",
    ),
    "a destructured part with a cast in front": (
        "(req, res) => { const { email } = <{ email: string }>req.body; res.json(email); }",
        "(ctx, args) => { const { email } = <{ email: string }>args; return toJson(email); }",
        "{ email: v.optional(v.any()) }",
    ),
    "a query with defaults": (
        '(req, res) => { const { page = "1", size = 10 } = req.query; res.json([page, size]); }',
        '(ctx, args) => { const { page = "1", size = 10 } = args; return toJson([page, size]); }',
        "{ page: v.optional(v.string()), size: v.optional(v.string()) }",
    ),
    "variables that are assigned again": (
        "(req, res) => { let { page } = req.query as any; page = Number(page) || 1; res.json(page); }",
        "(ctx, args) => { let { page } = args as any; page = Number(page) || 1; return toJson(page); }",
        "{ page: v.optional(v.string()) }",
    ),
    "a name for a part": (
        "(req, res) => { const data = req.body; res.json([data.email, data.name]); }",
        "(ctx, args) => { const data = args; return toJson([data.email, data.name]); }",
        "{ email: v.optional(v.any()), name: v.optional(v.any()) }",
    ),
    "a name for a name": (
        "(req, res) => { const data = req.body; const { email } = data; res.json(email); }",
        "(ctx, args) => { const data = args; const { email } = data; return toJson(email); }",
        "{ email: v.optional(v.any()) }",
    ),
    "a destructured parameter": (
        "({ params, body }, res) => res.json([params.id, body.email])",
        "(ctx, args) => toJson([args.id, args.email])",
        "{ id: v.string(), email: v.optional(v.any()) }",
    ),
    "a destructured parameter that is passed on": (
        "({ body }, res) => res.json({ body })",
        "(ctx, args) => toJson({ body: args.body })",
        "{ body: v.any() }",
    ),
    "a request of another name": (
        "(request, response) => response.json(request.body.email)",
        "(ctx, args) => toJson(args.email)",
        "{ email: v.optional(v.any()) }",
    ),
    "a request that is shadowed": (
        "(req, res) => res.json([1].map((req) => req).concat(req.body.size))",
        "(ctx, args) => toJson([1].map((req) => req).concat(args.size))",
        "{ size: v.optional(v.any()) }",
    ),
    "a field that is written": (
        "(req, res) => { req.body.email = req.body.email.trim(); res.json(req.body.email); }",
        "(ctx, args) => { args.email = args.email.trim(); return toJson(args.email); }",
        "{ email: v.optional(v.any()) }",
    ),
    "a field called body": (
        "(req, res) => { const { title, body } = req.body; res.json({ title, body }); }",
        "(ctx, args) => { const { title, body } = args; return toJson({ title, body }); }",
        "{ title: v.optional(v.any()), body: v.optional(v.any()) }",
    ),
    "a local that is called args": (
        "(req, res) => { const args = [req.params.id]; res.json(args); }",
        "(ctx, input) => { const args = [input.id]; return toJson(args); }",
        "{ id: v.string() }",
    ),
    "a local that is called ctx": (
        "(req, res) => { const ctx = [req.params.id]; res.json(ctx); }",
        "(convexCtx, args) => { const ctx = [args.id]; return toJson(ctx); }",
        "{ id: v.string() }",
    ),
}


@pytest.mark.parametrize("before, after, args", READS.values(), ids=READS)
def test_fields_become_flat_arguments(codemod: CodemodTest, before: str, after: str, args: str) -> None:
    migrated = _migrated(codemod, before)
    assert migrated.outcome("POST /users/:id") == "migrated"
    assert handler_in(migrated.files["convex/users.ts"], "createUser") == f"async {after}\n"
    written = " ".join(function_in(migrated.files["convex/users.ts"], "createUser").split())
    assert f"args: {args}," in written.replace(", }", " }")


WHOLE = {
    "passed on": (
        "(req, res) => res.json(Object.keys(req.body))",
        "(ctx, args) => toJson(Object.keys(args.body))",
    ),
    "in brackets": (
        '(req, res) => res.json(Object.keys(req["body"]))',
        "(ctx, args) => toJson(Object.keys(args.body))",
    ),
    "spread": (
        "(req, res) => res.json({ ...req.body, done: true })",
        "(ctx, args) => toJson({ ...args.body, done: true })",
    ),
    "with a rest": (
        "(req, res) => { const { email, ...rest } = req.body; res.json({ email, rest }); }",
        "(ctx, args) => { const { email, ...rest } = args.body; return toJson({ email, rest }); }",
    ),
    "by a computed key": (
        "(req, res) => res.json(['a', 'b'].map((key) => req.body[key]))",
        "(ctx, args) => toJson(['a', 'b'].map((key) => args.body[key]))",
    ),
    "as a list": (
        "(req, res) => res.json(req.body.map((one: number) => one + 1))",
        "(ctx, args) => toJson(args.body.map((one: number) => one + 1))",
    ),
    "for its length": (
        "(req, res) => res.json(req.body.length)",
        "(ctx, args) => toJson(args.body.length)",
    ),
    "under a name": (
        "(req, res) => { const data = req.body; res.json({ data }); }",
        "(ctx, args) => { const data = args.body; return toJson({ data }); }",
    ),
    "under a name with a type": (
        "(req, res) => { const data: { email: string } = req.body; res.json(data.email); }",
        "(ctx, args) => { const data: { email: string } = args.body; return toJson(data.email); }",
    ),
    "taken from the request": (
        "(req, res) => { const { body } = req; res.json({ ...body, email: body.email }); }",
        "(ctx, args) => { const { body } = args; return toJson({ ...body, email: body.email }); }",
    ),
    "with names that are no identifiers": (
        '(req, res) => res.json(req.body["first-name"])',
        '(ctx, args) => toJson(args.body["first-name"])',
    ),
}


@pytest.mark.parametrize("before, after", WHOLE.values(), ids=WHOLE)
def test_a_body_that_is_used_as_one_value_stays_one(codemod: CodemodTest, before: str, after: str) -> None:
    migrated = _migrated(codemod, before)
    assert handler_in(migrated.files["convex/users.ts"], "createUser") == f"async {after}\n"
    assert "args: { body: v.any() }" in function_in(migrated.files["convex/users.ts"], "createUser")
    assert "{ body }" in route_in(migrated, "/users/:id")


def test_a_name_that_path_and_body_share_is_kept_apart(codemod: CodemodTest) -> None:
    handler = """
        (req, res) => {
          const { id } = req.params;
          const { id: other, email } = req.body;
          res.json({ id, other, email });
        }
    """
    migrated = _migrated(codemod, handler)
    text = migrated.files["convex/users.ts"]
    assert "args: { id: v.string(), body: v.any() }," in text
    assert handler_in(text, "createUser") == dedented("""
        async (ctx, args) => {
          const { id } = args;
          const { id: other, email } = args.body;
          return toJson({ id, other, email });
        }
    """)


def test_parts_taken_from_the_request_are_read_in_place(codemod: CodemodTest) -> None:
    handler = """
        (req, res) => {
          // What was asked for.
          const { params, query: { page }, body } = req;
          res.json([params.id, page, body.email]);
        }
    """
    migrated = _migrated(codemod, handler)
    assert handler_in(migrated.files["convex/users.ts"], "createUser") == dedented("""
        async (ctx, args) => {
          // What was asked for.
          const { page } = args;
          return toJson([args.id, page, args.email]);
        }
    """)


def test_a_request_that_is_only_taken_apart_leaves_nothing(codemod: CodemodTest) -> None:
    handler = """
        (req, res) => {
          const { body } = req;
          res.json(body.email);
        }
    """
    migrated = _migrated(codemod, handler)
    assert handler_in(migrated.files["convex/users.ts"], "createUser") == dedented("""
        async (ctx, args) => {
          return toJson(args.email);
        }
    """)


LISTS = {
    "by a cast": "(req, res) => res.json((req.query.tags as string[]).length)",
    "by a test": "(req, res) => res.json(Array.isArray(req.query.tags) ? req.query.tags : [req.query.tags])",
    "under a name": "(req, res) => { const tags = req.query.tags; res.json(Array.isArray(tags) ? tags : [tags]); }",
    "with an empty list instead": "(req, res) => res.json(([] as unknown[]).concat(req.query.tags ?? []))",
    "by its type": "(req, res) => res.json(typeof req.query.tags === 'string' ? req.query.tags : 'none')",
    "in a loop": "(req, res) => { for (const tag of req.query.tags as any) console.log(tag); res.json([]); }",
}


@pytest.mark.parametrize("handler", LISTS.values(), ids=LISTS)
def test_a_query_value_that_may_be_a_list(codemod: CodemodTest, handler: str) -> None:
    migrated = _migrated(codemod, handler)
    validator = "args: { tags: v.optional(v.union(v.string(), v.array(v.string()))) },"
    assert validator in migrated.files["convex/users.ts"]
    assert "{ tags: readQuery(c).tags }" in route_in(migrated, "/users/:id")


def test_the_whole_query_keeps_its_lists_and_objects(codemod: CodemodTest) -> None:
    migrated = _migrated(codemod, "(req, res) => res.json(req.query)")
    assert "args: { query: v.any() }," in migrated.files["convex/users.ts"]
    assert "{ query: readQuery(c) }" in route_in(migrated, "/users/:id")


EXPRESS_5 = '{ "dependencies": { "express": "^5.1.0", "@prisma/client": "^6.0.0" } }'


@pytest.mark.parametrize(
    ("handler", "given", "read"),
    [
        ("(req, res) => res.json(req.body?.email ?? null)", "{ email: body?.email }", "toJson(args.email ?? null)"),
        ("(req, res) => res.json(req.body.email)", "{ email: body.email }", "toJson(args.email)"),
        ("(req, res) => res.json(schema.parse(req.body))", "{ body }", "toJson(parsed(schema, args.body))"),
    ],
)
def test_a_body_may_be_missing_in_express_5(codemod: CodemodTest, handler: str, given: str, read: str) -> None:
    schema = 'import { z } from "zod";\nconst schema = z.object({});\n'
    files = {"package.json": EXPRESS_5, **users_app(f'router.post("/:id", {handler});', schema)}
    migrated = codemod.migrate(files)
    assert given in route_in(migrated, "/users/:id")
    assert read in migrated.files["convex/users.ts"]
    edge = migrated.files["convex/lib/edge.ts"]
    assert ": parsed;" in function_in(edge, "readBody")
    assert "readOptionalBody" not in edge


TYPED = """
    type State = "open" | "done";
    interface Listed { state?: State; page?: string }
    function listed(state?: State, page?: string) { return [state ?? null, page ?? null]; }

    router.get("/named", (req: Request<{}, unknown, unknown, Listed>, res) => {
      res.json(listed(req.query.state, req.query.page));
    });
    router.get("/literal", (req: Request<{}, unknown, unknown, { state?: State }>, res) => {
      const { state } = req.query;
      res.json(listed(state));
    });
    """


def test_query_values_that_the_source_gives_a_type_of_its_own(tmp_path: Path) -> None:
    """Nothing checks them, so that they may be anything: the code takes them for what it declares."""
    app = CodemodTest(tmp_path).migrate(users_app(TYPED, 'import type { Request } from "express";'))
    project = ConvexProject(app.root)
    assert project.codegen() == []
    assert project.tsc() == []
    assert "args: { state: v.optional(v.any()), page: v.optional(v.string()) }" in app.convex["convex/users.ts"]


UNPARSED = """
import express from "express";

const app = express();
app.get("/before", (req, res) => { res.json({ none: req.body === undefined }); });
app.use(express.json());
app.post("/behind", (req, res) => { res.json({ none: req.body === undefined }); });
app.listen(3000);
"""


def test_a_body_that_no_parser_has_made_is_left_to_its_owner(codemod: CodemodTest) -> None:
    """Express leaves `req.body` undefined there, whatever was sent."""
    migrated = codemod.migrate({"src/app.ts": UNPARSED})
    reason = "needs-review CX205 reads `req.body` before any parser makes it"
    assert migrated.outcome("GET /before").startswith(reason)
    assert migrated.outcome("POST /behind") == "migrated"


def test_a_query_value_that_is_an_object(codemod: CodemodTest) -> None:
    migrated = _migrated(codemod, "(req, res) => { const where = req.query.where as any; res.json(where?.name); }")
    assert "args: { where: v.optional(v.any()) }," in migrated.files["convex/users.ts"]
    assert "{ where: readQuery(c).where }" in route_in(migrated, "/users/:id")


REFUSED = {
    "another part": ("(req, res) => res.json(req.user)", "reads `req.user`"),
    "a method": ("(req, res) => res.json(req.is('json'))", "reads `req.is`"),
    "the whole request": ("(req, res) => res.json(Object.keys(req))", "hands the whole request on"),
    "the request under a name": (
        "(req, res) => { let r = req; r = Object.create(req); res.json(r.body); }",
        "keeps the request in a variable",
    ),
    "another part taken from it": (
        "(req, res) => { const { user } = req; res.json(user); }",
        "reads `req.user`",
    ),
    "a rest of the request": (
        "(req, res) => { const { body, ...rest } = req; res.json(rest); }",
        "takes the rest of the request",
    ),
    "another body": ("(req, res) => { req.body = {}; res.json(req.body); }", "writes to `req.body`"),
    "a deleted field": ("(req, res) => { delete req.body.id; res.json(req.body); }", "writes to `req.body`"),
    "another query": ("(req, res) => { req.query.page = '1'; res.json([]); }", "writes to `req.query`"),
    "names that Convex does not take": (
        "(req, res) => res.json(req.body.$where)",
        "reads `req.body.$where`, a name that Convex does not take",
    ),
    "what every object has": (
        "(req, res) => { const { constructor: c } = req.body; res.json({ c }); }",
        "reads `req.body.constructor`, which every object has",
    ),
}


@pytest.mark.parametrize("handler, words", REFUSED.values(), ids=REFUSED)
def test_what_is_no_argument_is_left_to_its_owner(codemod: CodemodTest, handler: str, words: str) -> None:
    migrated = _migrated(codemod, handler)
    assert migrated.outcome("POST /users/:id") == f"needs-review CX205 {words} (src/users.routes.ts:6)"


ECHO = """
router.post("/flat/:id", (req, res) => {
  const { id } = req.params;
  const { page = "1" } = req.query;
  const { name } = req.body;
  res.json({ id, page, name });
});
router.post("/apart/:id", (req, res) => res.json({ path: req.params.id, body: req.body.id }));
router.post("/whole", (req, res) => res.json({ ...req.body, more: true }));
router.post("/list", (req, res) => res.json(req.body.map((one: number) => one + 1)));
router.get("/tags", (req, res) => {
  const tags = req.query.tags;
  res.json(Array.isArray(tags) ? tags : [tags]);
});
router.get("/missing", (req, res) => res.json({ page: req.query.page ?? null }));
"""


def test_arguments_arrive_as_the_request_brought_them(tmp_path: Path) -> None:
    app = CodemodTest(tmp_path).migrate(users_app(ECHO))
    project = ConvexProject(app.root)
    assert project.codegen() == []
    assert project.tsc() == []
    answers = project.serve(
        [
            Request("POST", "/users/flat/7?page=2", {"name": None, "extra": 1}),
            Request("POST", "/users/flat/7"),
            Request("POST", "/users/apart/7", {"id": 8}),
            Request("POST", "/users/whole", {"a": {"b": [1]}}),
            Request("POST", "/users/list", [1, 2]),
            Request("GET", "/users/tags?tags=a"),
            Request("GET", "/users/tags?tags=a&tags=b"),
            Request("GET", "/users/tags?tags[]=a"),
            Request("GET", "/users/missing"),
        ]
    )
    assert [(answer.status, answer.body) for answer in answers] == [
        (200, {"id": "7", "page": "2", "name": None}),
        (200, {"id": "7", "page": "1"}),
        (200, {"path": "7", "body": 8}),
        (200, {"a": {"b": [1]}, "more": True}),
        (200, [2, 3]),
        (200, ["a"]),
        (200, ["a", "b"]),
        (200, ["a"]),
        (200, {"page": None}),
    ]


def test_a_handler_of_several_paths_is_given_what_they_have(codemod: CodemodTest) -> None:
    routes = """
        const list = (req: Request, res: Response) => {
          if (req.params.userId) return res.json({ of: req.params.userId });
          res.json({ of: "everyone" });
        };
        router.get("/", list);
        router.get("/:userId/notes", list);
        """
    migrated = codemod.migrate(users_app(routes, imports='import { Request, Response } from "express";'))
    assert [migrated.outcome(f"GET /users{path}") for path in ("", "/:userId/notes")] == ["migrated", "migrated"]
    function = function_in(migrated.files["convex/users.ts"], "list")
    assert "internalQuery" in function and "userId: v.optional(v.any())" in function
    assert "userId" not in route_in(migrated, "/users")
    project = ConvexProject(migrated.root)
    assert project.codegen() == [] and project.tsc() == []
    asked = [Request("GET", "/users"), Request("GET", "/users/7/notes")]
    assert [answer.body for answer in project.serve(asked)] == [{"of": "everyone"}, {"of": "7"}]
