"""Joi beside its migration: what the package refuses in Node, in the same words, and what it makes of what it takes."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest
from convex_project import ConvexProject
from express_app import users_app
from harness import CodemodTest
from side_by_side import compare

PACKAGE = """
    { "name": "app", "dependencies": { "express": "^4.21.0", "joi": "^17.7.0" } }
    """

ERRORS = """
    export class ApiError extends Error {
      constructor(public status: number, message: string) {
        super(message);
      }
    }
    """

PICK = """
    const pick = (object: object, keys: string[]) =>
      keys.reduce<{ [key: string]: unknown }>((found, key) => {
        if (object && Object.prototype.hasOwnProperty.call(object, key)) {
          found[key] = object[key as keyof typeof object];
        }
        return found;
      }, {});

    export default pick;
    """

VALIDATE = """
    import { NextFunction, Request, Response } from "express";
    import Joi from "joi";
    import { ApiError } from "./errors";
    import pick from "./pick";

    const validate = (schema: object) => (req: Request, res: Response, next: NextFunction) => {
      const known = pick(schema, ["params", "query", "body"]);
      const object = pick(req, Object.keys(known));
      const { value, error } = Joi.compile(known)
        .prefs({ errors: { label: "key" }, abortEarly: false })
        .validate(object);
      if (error) {
        return next(new ApiError(400, error.details.map((each) => each.message).join(", ")));
      }
      Object.assign(req, value);
      return next();
    };

    export default validate;
    """

SCHEMAS = """
    import Joi from "joi";

    const secret: Joi.CustomValidator<string> = (value, helpers) => {
      if (!/\\d/.test(value)) return helpers.message({ custom: "password needs a digit" });
      return value;
    };

    const create = {
      body: Joi.object().keys({
        email: Joi.string().required().email(),
        password: Joi.string().required().min(4).custom(secret),
        age: Joi.number().integer().min(1).max(120),
        role: Joi.string().valid("user", "admin").default("user"),
        tags: Joi.array().items(Joi.string().lowercase()).max(2),
        address: Joi.object({ city: Joi.string().required(), zip: Joi.string().allow("", null) }),
        active: Joi.boolean(),
        seen: Joi.date().iso(),
      }),
    };

    const list = {
      query: Joi.object().keys({ limit: Joi.number().integer().default(10), sort: Joi.string().trim() }),
    };

    const show = {
      params: Joi.object().keys({ code: Joi.string().length(3).uppercase() }),
      query: Joi.object({ deep: Joi.boolean() }).unknown(),
    };

    export const noteValidation = { create, list, show };
    """

APP = """
    import express from "express";
    import { noteValidation } from "./schemas";
    import validate from "./validate";

    const app = express();
    app.use(express.json());
    app.post("/notes", validate(noteValidation.create), (req, res) => {
      const { email, password, age, role, tags, address, active, seen } = req.body;
      res.status(201).json({ email, password, age, role, tags, address, active, year: seen?.getUTCFullYear(), seen });
    });
    app.get("/notes", validate(noteValidation.list), (req, res) => {
      res.json({ limit: req.query.limit, sort: req.query.sort });
    });
    app.get("/notes/:code", validate(noteValidation.show), (req, res) => {
      res.json({ code: req.params.code, deep: req.query.deep });
    });
    app.use((err: any, req: express.Request, res: express.Response, next: express.NextFunction) => {
      res.status(err.status ?? 500).json({ message: err.message });
    });
    app.listen(Number(process.env.PORT));
    """

FILES = {
    "package.json": PACKAGE,
    "src/app.ts": APP,
    "src/errors.ts": ERRORS,
    "src/pick.ts": PICK,
    "src/schemas.ts": SCHEMAS,
    "src/validate.ts": VALIDATE,
}

VALID = {"email": "a@b.com", "password": "abc1"}

BODIES: list[object] = [
    VALID,
    {**VALID, "age": "7", "role": "admin", "tags": ["A", "b"], "address": {"city": "x", "zip": None}, "active": "true"},
    {**VALID, "age": 120, "address": {"city": "x", "zip": ""}, "active": False, "tags": []},
    {},
    [],
    {"email": None, "password": None},
    {"email": "a@b", "password": "abcd"},
    {"email": "a@b.nosuchtld", "password": "ab1"},
    {"email": "", "password": ""},
    {"email": 1, "password": ["abcd1"]},
    {**VALID, "age": 1.5},
    {**VALID, "age": 0},
    {**VALID, "age": 121},
    {**VALID, "age": "x"},
    {**VALID, "age": None},
    {**VALID, "role": "root"},
    {**VALID, "role": None},
    {**VALID, "tags": "a"},
    {**VALID, "tags": ["a", "b", "c"]},
    {**VALID, "tags": [1]},
    {**VALID, "address": {}},
    {**VALID, "address": {"city": "x", "street": "y"}},
    {**VALID, "address": None},
    {**VALID, "active": "maybe"},
    {**VALID, "seen": "2020-02-03"},
    {**VALID, "seen": "2020"},
    {**VALID, "seen": 1},
    {**VALID, "seen": "x"},
    {**VALID, "extra": 1},
    {**VALID, "email": "a@b", "age": "x", "extra": {"deep": 1}},
]

TARGETS = [
    "/notes",
    "/notes?limit=5&sort=%20a%20",
    "/notes?limit=x",
    "/notes?limit=1.5",
    "/notes?limit=",
    "/notes?limit=1&limit=2",
    "/notes?other=1",
    "/notes/abc",
    "/notes/abcd",
    "/notes/abc?deep=true&other=1",
    "/notes/abc?deep=maybe",
]


def posted(body: object) -> str:
    return f"POST /notes\nContent-Type: application/json\n\n{json.dumps(body)}"


def app(**changes: str) -> dict[str, str]:
    return {name: dedent(text) for name, text in {**FILES, **changes}.items()}


def test_requests_are_refused_in_the_words_of_the_package(tmp_path: Path) -> None:
    requests = [*map(posted, BODIES), "POST /notes", *(f"GET {target}" for target in TARGETS)]
    assert compare(tmp_path, app(), "\n\n###\n\n".join(requests) + "\n").differences == []


def test_schemas_are_argument_validators_too(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(app())
    assert migrated.outcome("POST /notes") == "migrated"
    text = "\n".join(migrated.convex.values())
    assert 'role: v.union(v.literal("user"), v.literal("admin")),' in text
    assert "v.object({ city: v.string(), zip: v.optional(v.union(v.string(), v.null())) })" in text
    assert "limit: v.number()," in text
    assert '"joi": "^18.0.1"' in migrated.files["package.json"]


@pytest.mark.parametrize(
    ("version", "outcome"), [("^14.3.0", "needs-review CX501"), ("^16.1.8", "migrated"), ("18.0.0", "migrated")]
)
def test_joi_before_16_is_another_package(codemod: CodemodTest, version: str, outcome: str) -> None:
    migrated = codemod.migrate(app(**{"package.json": PACKAGE.replace("^17.7.0", version)}))
    assert migrated.outcome("POST /notes").startswith(outcome)


def test_what_functions_make_may_be_no_data(codemod: CodemodTest) -> None:
    schemas = SCHEMAS.replace("active: Joi.boolean()", "active: Joi.any().custom((value) => new Set(value))")
    assert codemod.migrate(app(**{"src/schemas.ts": schemas})).outcome("POST /notes").startswith("needs-review CX403")


def test_the_query_of_express_5_is_not_among_the_fields_that_are_copied(codemod: CodemodTest) -> None:
    migrated = codemod.migrate(app(**{"package.json": PACKAGE.replace("^4.21.0", "^5.0.0")}))
    assert migrated.outcome("POST /notes") == "migrated"
    assert migrated.outcome("GET /notes").startswith("needs-review")


def test_handlers_ask_schemas_themselves(tmp_path: Path) -> None:
    source = """
        import express from "express";
        import Joi from "joi";

        const schema = Joi.object({ email: Joi.string().email().required(), age: Joi.number() });
        const app = express();
        app.use(express.json());
        app.post("/notes", (req, res) => {
          const { error, value } = schema.validate(req.body);
          if (error) return res.status(422).send(error.details[0].message);
          res.json(value);
        });
        app.post("/later", async (req, res) => {
          try {
            res.json(await schema.validateAsync(req.body, { abortEarly: false, stripUnknown: true }));
          } catch (err: any) {
            res.status(400).json({ errors: err.details.map((each: any) => ({ path: each.path, type: each.type })) });
          }
        });
        app.listen(Number(process.env.PORT));
        """
    files = {"package.json": dedent(PACKAGE), "src/app.ts": dedent(source)}
    bodies = [
        {},
        {"email": "a@b.com"},
        {"email": "a@b.com", "age": "5"},
        {"email": "x", "age": "y"},
        {"email": "a@b.co", "z": 1},
    ]
    requests = [posted(body).replace("/notes", path) for body in bodies for path in ("/notes", "/later")]
    assert compare(tmp_path, files, "\n\n###\n\n".join(requests) + "\n").differences == []


def test_ids_are_no_numbers_any_more(codemod: CodemodTest) -> None:
    routes = """
        const byId = Joi.object({ id: Joi.number().integer().positive().required() });

        const checked = (req: Request, res: Response, next: NextFunction) => {
          const { error } = byId.validate(req.params);
          if (error) return res.status(400).json({ message: error.message });
          next();
        };

        router.get("/:id", checked, async (req, res) => {
          res.json(await prisma.user.findUnique({ where: { id: Number(req.params.id) } }));
        });
        """
    imports = 'import type { NextFunction, Request, Response } from "express";\nimport Joi from "joi";'
    files = users_app(routes, imports)
    files["prisma/schema.prisma"] = (
        files["prisma/schema.prisma"]
        .replace("id        String   @id @default(cuid())", "id        Int      @id @default(autoincrement())")
        .replace("authorId String", "authorId Int")
    )
    migrated = codemod.migrate({"package.json": dedent(PACKAGE), **files})
    assert migrated.outcome("GET /users/:id") == "migrated"
    assert "id: Joi.string().required()" in "\n".join(migrated.convex.values())


SOURCES = """
    import { NextFunction, Request, Response } from "express";
    import Joi from "joi";

    export enum Source {
      BODY = "body",
      HEADER = "headers",
      QUERY = "query",
    }

    const problem = (schema: Joi.ObjectSchema, data: unknown) => schema.validate(data).error;

    export const checked =
      (schema: Joi.ObjectSchema, source: Source = Source.BODY) => (req: Request, res: Response, next: NextFunction) => {
        const error = problem(schema, req[source]);
        if (!error) return next();
        return res.status(400).json({ error: error.message });
      };
    """


def test_parts_may_be_named_by_an_enum(codemod: CodemodTest) -> None:
    source = """
        import express from "express";
        import Joi from "joi";
        import { checked, Source } from "./checked";

        const app = express();
        app.use(express.json());
        app.post("/notes", checked(Joi.object({ a: Joi.string() })), (req, res) => { res.json(req.body.a); });
        app.get("/notes", checked(Joi.object({ a: Joi.string() }), Source.QUERY), (req, res) => { res.json(1); });
        app.get("/keys", checked(Joi.object().unknown(), Source.HEADER), (req, res) => { res.json(1); });
        app.listen(3000);
        """
    files = {"package.json": PACKAGE, "src/app.ts": source, "src/checked.ts": SOURCES}
    migrated = codemod.migrate({name: dedent(text) for name, text in files.items()})
    assert [migrated.outcome(f"{name} /notes") for name in ("POST", "GET")] == ["migrated", "migrated"]
    assert migrated.outcome("GET /keys").startswith("needs-review CX401")
    project = ConvexProject(migrated.root)
    assert (project.codegen(), project.tsc()) == ([], [])


def test_a_parameter_of_the_path_is_there_whatever_the_schema_allows(codemod: CodemodTest) -> None:
    files = {**FILES, "src/app.ts": dedent(APP), "package.json": PACKAGE}
    done = codemod.migrate({path: dedent(text) for path, text in files.items()})
    assert done.outcome("GET /notes/:code") == "migrated"
    functions = done.files["convex/app.ts"]
    assert "code: v.string()" in functions
    assert "deep: v.optional(v.boolean())" in functions
