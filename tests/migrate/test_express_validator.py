"""express-validator beside its migration: chains run at the edge as the package's own, with its words and formats."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from convex_project import ConvexProject
from express_app import users_app
from harness import CodemodTest, write_files
from side_by_side import compare, compare_folder

from codemods.outcome import ItemKind, Outcome
from codemods.proof import Stage

PACKAGE = """
    { "name": "app", "dependencies": { "express": "^4.21.0", "express-validator": "^7.2.0" } }
    """

RULES = """
    import { NextFunction, Request, Response } from "express";
    import { body, check, matchedData, oneOf, param, query, type Schema, validationResult } from "express-validator";

    export const refuse = (req: Request, res: Response, next: NextFunction) => {
      const errors = validationResult(req);
      if (!errors.isEmpty()) {
        return res.status(422).json({ errors: errors.array() });
      }
      next();
    };

    const isEven = (value: number) => {
      if (value % 2 !== 0) throw new Error("must be even");
      return true;
    };

    export const pageRule = (name: string) => query(name).optional().isInt({ min: 1 }).toInt();

    export const createRules = [
      body("email").isEmail().withMessage("email is wrong").normalizeEmail(),
      body("name")
        .trim()
        .isLength({ min: 2, max: 10 })
        .withMessage((value, { path }) => `${path} is not ${value}`)
        .escape(),
      body("age").optional({ values: "null" }).isInt({ min: 1 }).bail().toInt().custom(isEven),
      body(["first", "second"]).optional().isString(),
      body("tags").optional().isArray({ max: 2 }),
      body("tags.*").toUpperCase().isLength({ min: 2 }),
      body("confirm").custom((value, { req }) => value === req.body.email || Promise.reject("confirm differs")),
      refuse,
    ];

    export const listRules = [pageRule("page"), pageRule("size"), query("sort").default("name").isIn(["name", "age"])];
    export const searchRules = [check("text", "text is missing").notEmpty(), param("kind").isIn(["a", "b"])];
    export const eitherRules = oneOf([body("phone").exists(), [body("mail").exists(), body("mail").isEmail()]]);
    const messages = { errorMessage: "mail is wrong" };
    export const schema: Schema = {
      "author.mail": { in: ["body"], isEmail: messages, normalizeEmail: true },
      page: { in: "query", optional: true, isInt: { options: { min: 1 }, errorMessage: "page is wrong" }, toInt: true },
    };
    export const pick = (req: Request, res: Response, next: NextFunction) => {
      req.body = matchedData(req, { locations: ["body"] });
      next();
    };
    """

APP = """
    import express from "express";
    import { checkSchema } from "express-validator";
    import { createRules, eitherRules, listRules, pick, refuse, schema, searchRules } from "./rules";

    const app = express();
    app.use(express.json());
    app.post("/notes", createRules, (req, res) => {
      const { email, name, age, first, second, tags } = req.body;
      res.status(201).json({ email, name, age, first, second, tags });
    });
    app.get("/notes", ...listRules, refuse, (req, res) => {
      res.json({ page: req.query.page, size: req.query.size, sort: req.query.sort });
    });
    app.get("/notes/:kind", searchRules, refuse, (req, res) => {
      res.json({ text: req.query.text, kind: req.params.kind });
    });
    app.post("/schema", checkSchema(schema), refuse, (req, res) => {
      res.json({ author: req.body.author, page: req.query.page });
    });
    app.post("/either", eitherRules, refuse, pick, (req, res) => {
      res.json(req.body);
    });
    app.listen(Number(process.env.PORT));
    """

FILES = {"package.json": PACKAGE, "src/app.ts": APP, "src/rules.ts": RULES}

VALID = {"email": "A.B@gmail.com", "name": " Bob ", "confirm": "ab@gmail.com"}

BODIES: list[object] = [
    VALID,
    {**VALID, "age": 4, "first": "x", "tags": ["ab", "cd"]},
    {**VALID, "age": "4", "name": "<b>&</b>"},
    {**VALID, "age": None},
    {},
    [],
    {"email": None, "name": None, "confirm": None},
    {"email": "x", "name": "a", "confirm": "y"},
    {**VALID, "name": "much too long a name"},
    {**VALID, "name": ["ab", "c"]},
    {**VALID, "name": {"a": 1}},
    {**VALID, "age": 0},
    {**VALID, "age": "x"},
    {**VALID, "age": 3},
    {**VALID, "age": 1.5},
    {**VALID, "first": 1, "second": {"a": 1}},
    {**VALID, "tags": "ab"},
    {**VALID, "tags": ["a"]},
    {**VALID, "tags": ["ab", "cd", "ef"]},
    {**VALID, "extra": 1},
]

TARGETS = [
    "/notes",
    "/notes?page=2&size=x",
    "/notes?page=0",
    "/notes?page=1&page=2",
    "/notes?sort=other",
    "/notes/a?text=x",
    "/notes/c?text=x",
    "/notes/a",
]


def posted(body: object, target: str = "/notes") -> str:
    return f"POST {target}\nContent-Type: application/json\n\n{json.dumps(body)}"


def app(**changes: str) -> dict[str, str]:
    return {name: dedent(text) for name, text in {**FILES, **changes}.items()}


def test_requests_are_refused_in_the_words_of_the_package(tmp_path: Path) -> None:
    either: list[object] = [{}, {"phone": 1, "other": 2}, {"mail": "x"}, {"mail": "a@b.co"}]
    requests = [
        *map(posted, BODIES),
        "POST /notes",
        *(f"GET {target}" for target in TARGETS),
        "GET /notes/a\ntext: of a header",
        *(posted(body, "/either") for body in either),
        posted({"author": {"mail": "A@gmail.com"}}, "/schema?page=3"),
        posted({"author": {"mail": "x"}}, "/schema?page=0"),
        posted({"author": "x"}, "/schema"),
    ]
    assert compare(tmp_path, app(), "\n\n###\n\n".join(requests) + "\n").differences == []


def test_chains_that_several_lines_hold_end_in_a_line_of_their_own(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(app())
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc(), project.bundle()) == ([], [], [])
    name = """
          await body("name")
            .trim()
            .isLength({ min: 2, max: 10 })
            .withMessage((value, { path }) => `${path} is not ${value}`)
            .escape()
            .run(req);
        """
    confirm = """
          await body("confirm")
            .custom((value, { req }) => value === req.body.email || Promise.reject("confirm differs"))
            .run(req);
        """
    http = dedent(migrated.convex["convex/http.ts"]).replace("\n  ", "\n")
    assert dedent(name).strip() in http
    assert dedent(confirm).strip() in http


def test_middleware_may_refuse_by_a_function_that_answers(tmp_path: Path) -> None:
    rules = dedent(RULES).replace(
        "return res.status(422).json({ errors: errors.array() });",
        """fail(res, errors.array().map((each) => ({ field: each.type === "field" ? each.path : null })));
    return;""",
    )
    fail = "const fail = (res: Response, errors: unknown[]) => res.status(400).json({ errors });\n"
    files = {**app(), "src/rules.ts": rules.replace("export const refuse", f"{fail}\nexport const refuse")}
    requests = [posted({}), posted(VALID), "GET /notes?page=0", "GET /notes?page=1"]
    stages = (Stage.TSC, Stage.REPLAY)
    write_files(tmp_path / "app", files)
    script = "\n\n###\n\n".join(requests) + "\n"
    assert compare_folder(tmp_path, tmp_path / "app", script, "src/app.ts", stages).differences == []


def test_schemas_have_an_outcome(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(app())
    assert {item.outcome for item in migrated.settled.items if item.kind is ItemKind.VALIDATOR} == {Outcome.MIGRATED}
    [item] = [item for item in migrated.settled.items if item.name == "body age"]
    assert item.target is not None
    assert item.target.file == "convex/http.ts"


HANDLER = """
    try {
      const errors = validationResult(req);
      if (!errors.isEmpty()) {
        fail(res, errors.array());
        return;
      }

      res.json({ name: req.body.name });
    } catch (error) {
      next(error);
    }
    """


def handled(middleware: str, handler: str = HANDLER) -> dict[str, str]:
    routes = f"""
        const fail = (res: Response, errors: unknown[]) => res.status(400).json({{ errors }});

        router.post("/", {middleware} async (req: Request, res: Response, next: NextFunction) => {{
        {handler}
        }});
        """
    imports = """
        import type { NextFunction, Request, Response } from "express";
        import { body, validationResult } from "express-validator";
        import { createRules, refuse } from "./rules";
        """
    return {"package.json": dedent(PACKAGE), **users_app(routes, dedent(imports), rules=dedent(RULES))}


@pytest.mark.parametrize("middleware", ["", "createRules,", 'body("name").notEmpty(), refuse,'])
def test_handlers_need_not_refuse_what_middleware_has_refused(codemod: CodemodTest, middleware: str) -> None:
    migrated = codemod.migrate(handled(middleware))
    assert migrated.outcome("POST /users") == "migrated"
    text = migrated.convex["convex/users.ts"]
    assert "validationResult" not in text
    assert "fail" not in text


def test_handlers_that_refuse_what_checks_have_found_do_so_at_the_edge(codemod: CodemodTest, tmp_path: Path) -> None:
    source = """
        import express from "express";
        import { body, check, validationResult } from "express-validator";

        class Invalid extends Error {
          constructor(public details: unknown[]) {
            super("invalid");
          }
        }

        const app = express();
        app.use(express.json());
        app.post("/notes", [check("name", "name is missing").not().isEmpty(), body("age").toInt()], (req, res) => {
          const errors = validationResult(req);
          if (!errors.isEmpty()) {
            return res.status(400).json({ errors: errors.array(), sent: req.body });
          }
          res.json({ name: req.body.name, age: req.body.age });
        });
        app.post("/others", check("name", "name is missing").not().isEmpty(), (req, res) => {
          const errors = validationResult(req);
          if (!errors.isEmpty()) {
            return res.status(400).json({ errors: errors.array(), sent: req.body });
          }
          res.json({ name: req.body.name });
        });
        app.post("/late", body("name").isString(), async (req, res, next) => {
          try {
            const errors = validationResult(req);
            if (!errors.isEmpty()) return next(new Invalid(errors.array({ onlyFirstError: true })));
            res.json({ name: req.body.name });
          } catch (err) {
            next(err);
          }
        });
        app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
          res.status(422).json({ message: err.message, details: err.details });
        });
        app.listen(Number(process.env.PORT));
        """
    files = {"package.json": dedent(PACKAGE), "src/app.ts": dedent(source)}
    bodies: list[object] = [{}, {"name": "a", "age": "3"}, {"name": ["a"]}, {"name": 1, "other": True}]
    requests = [posted(body, target) for body in bodies for target in ("/notes", "/others", "/late")]
    write_files(tmp_path / "app", files)
    script = "\n\n###\n\n".join(requests) + "\n"
    stages = (Stage.TSC, Stage.REPLAY)
    assert compare_folder(tmp_path, tmp_path / "app", script, "src/app.ts", stages).differences == []
    http = codemod.migrate(files).convex["convex/http.ts"]
    refusal = """
        const refuseInvalid = (req: Input) => {
          const errors = validationResult(req);
          if (!errors.isEmpty()) {
            throw new HttpError(400, { errors: errors.array(), sent: req.body });
          }
        };
        """
    assert http.count(dedent(refusal).strip()) == 1
    assert http.count("await refuseInvalid(req);") == 2


@pytest.mark.parametrize(
    ("middleware", "handler"),
    [
        ('body("name").notEmpty(),', HANDLER),
        ('refuse, body("name").notEmpty(),', HANDLER),
        ("refuse,", "res.json(validationResult(req).array());"),
        ("refuse,", HANDLER.replace("!errors.isEmpty()", "errors.array().length > 0")),
        ("refuse,", HANDLER.replace("return;", "")),
        ('body("name").notEmpty(),', HANDLER.replace("fail(res, errors.array());", "throw new Error();")),
        ('body("name").notEmpty(),', HANDLER.replace("fail(res, errors.array());", "res.status(400).json(req.ip);")),
    ],
)
def test_handlers_that_may_find_something_stay(codemod: CodemodTest, middleware: str, handler: str) -> None:
    assert codemod.migrate(handled(middleware, handler)).outcome("POST /users").startswith("needs-review CX401")


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ('body("email").custom(isFree)', "asks more"),
        ('body("a").custom((value, { req }) => value === req.user.id)', "reads `req.user`"),
        ('body("at").isISO8601().toDate()', "makes dates"),
        ("checkSchema(Object.fromEntries([]))", "named elsewhere"),
        ('checkSchema({ a: { in: ["body"], toDate: true } })', "makes dates"),
        ('checkSchema({ a: { custom: { options: (value, { req }) => req.user.id } } }, ["body"])', "reads `req.user`"),
        ("body(FIELDS).notEmpty()", "named elsewhere"),
    ],
)
def test_chains_that_do_more_than_look_at_their_fields_stay(codemod: CodemodTest, rule: str, reason: str) -> None:
    routes = f"""
        const FIELDS = ["a"].concat([]);
        const isFree = async (email: string) => {{ await prisma.user.findFirst({{ where: {{ email }} }}); }};

        router.post("/", {rule}, (req, res) => {{ res.json(req.body.a); }});
        """
    files = users_app(routes, 'import { body, checkSchema } from "express-validator";')
    outcome = codemod.migrate({"package.json": dedent(PACKAGE), **files}).outcome("POST /users")
    assert outcome.startswith("needs-review CX401")
    assert reason in outcome


def test_ids_are_no_numbers_any_more(codemod: CodemodTest) -> None:
    routes = """
        router.get("/:id", param("id").isInt({ min: 1 }).withMessage("bad id").toInt(), refuse, async (req, res) => {
          res.json(await prisma.user.findUnique({ where: { id: Number(req.params.id) } }));
        });
        router.post("/", body("notes").isArray(), body("notes.*.authorId").isInt(), refuse, async (req, res) => {
          const made = [];
          for (const { text, authorId } of req.body.notes) {
            made.push(await prisma.note.create({ data: { text, authorId } }));
          }
          res.json(made);
        });
        """
    imports = 'import { body, param } from "express-validator";\nimport { refuse } from "./rules";'
    files = users_app(routes, imports, rules=dedent(RULES))
    files["prisma/schema.prisma"] = (
        files["prisma/schema.prisma"]
        .replace("id        String   @id @default(cuid())", "id        Int      @id @default(autoincrement())")
        .replace("authorId String", "authorId Int")
    )
    migrated = codemod.migrate({"package.json": dedent(PACKAGE), **files})
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert 'await param("id").isString().withMessage("bad id").run(req);' in migrated.convex["convex/http.ts"]
    assert migrated.outcome("POST /users") == "migrated"
    assert 'await body("notes.*.authorId").isString().run(req);' in migrated.convex["convex/http.ts"]
