"""The runtime library: copied with what it needs, and doing what its callers rely on."""

import re
from pathlib import Path

import pytest
from convex_project import ConvexProject, Json, Request

from codemods.writers.library import RUNTIME, all_names, library, module_of, spec_of
from codemods.writers.library_tables import TABLES

SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({
  things: defineTable({ name: v.string() }),
TABLES
});
""".replace("TABLES", "\n".join(TABLES.values()))

APP = """
import { v } from "convex/values";
import { internalMutation } from "./_generated/server";
import { ApplicationError, DatabaseError, HttpError } from "./lib/errors";
import { toJson } from "./lib/json";

class AppError extends ApplicationError {
  statusCode: number;
  isOperational = true;
  at = new Date(0);
  details?: unknown;
  constructor(message: string, statusCode: number, details?: unknown) {
    super(message);
    this.statusCode = statusCode;
    this.details = details;
  }
  describe() {
    return `${this.statusCode} ${this.message}`;
  }
}

class NotFound extends AppError {
  override name = "NotFound";
  constructor(what: string) {
    super(`${what} not found`, 404);
  }
}

class Point {
  constructor(public x: number, private readonly y: number) {}
  toJSON() {
    return { at: `${this.x},${this.y}` };
  }
}

const circle: Record<string, unknown> = {};
circle.self = circle;

const failures: Record<string, () => unknown> = {
  http: () => new HttpError(422, { message: "No", when: new Date(0), missing: undefined }),
  empty: () => new HttpError(404),
  text: () => new HttpError(404, "Not Found", "text"),
  database: () => new DatabaseError("P2002", "Taken", { target: ["email"] }),
  app: () => new AppError("Bad", 400, [{ path: ["a"] }]),
  found: () => new NotFound("Book"),
  circle: () => new AppError("Round", 400, circle),
};

export const fail = internalMutation({
  args: { given: v.string() },
  handler: async (ctx, { given }) => {
    throw failures[given]();
  },
});

export const looks = internalMutation({
  args: { given: v.any() },
  handler: async () => {
    const error = new NotFound("Book");
    return {
      text: String(error),
      message: error.message,
      said: error.describe(),
      kinds: [error instanceof NotFound, error instanceof AppError, error instanceof Error],
      keys: Object.keys(error),
      name: new AppError("x", 1).name,
    };
  },
});

export const json = internalMutation({
  args: { given: v.any() },
  handler: async (ctx) => {
    const thing = await ctx.db.get("things", await ctx.db.insert("things", { name: "n" }));
    const value = toJson({
      date: new Date(0),
      none: undefined as string | undefined,
      list: [new Date(0), undefined, null],
      point: new Point(1, 2),
      count: Number.NaN,
      thing,
      deep: { maybe: null as Date | null },
    });
    const typed: { date: string; point: { at: string }; deep: { maybe: string | null } } = value;
    const id: string = value.thing!._id;
    const gone: null = toJson(undefined);
    return { typed, id: typeof id, gone, value: { ...value, thing: null } };
  },
});
"""

HTTP = """
import { ConvexError } from "convex/values";
import { httpRouter } from "convex/server";
import { internal } from "./_generated/api";
import { httpAction } from "./_generated/server";
const http = httpRouter();
http.route({
  pathPrefix: "/",
  method: "POST",
  handler: httpAction(async (ctx, request) => {
    const functions = internal.app as Record<string, any>;
    try {
      const name = new URL(request.url).pathname.slice(1);
      return Response.json(await ctx.runMutation(functions[name], await request.json()));
    } catch (error) {
      return Response.json(error instanceof ConvexError ? error.data : String(error), { status: 500 });
    }
  }),
});
export default http;
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ConvexProject:
    root = tmp_path_factory.mktemp("library")
    folder = root / "convex"
    (folder / "lib").mkdir(parents=True)
    for path in RUNTIME.glob("*.ts"):
        (folder / "lib" / path.name).write_text(path.read_text())
    for name, text in {"schema": SCHEMA, "app": APP, "http": HTTP}.items():
        (folder / f"{name}.ts").write_text(text)
    (root / "package.json").write_text(
        '{"name": "app", "type": "module", "dependencies": {"convex": "1", "hono": "4"}}'
    )
    project = ConvexProject(root)
    assert project.codegen() == []
    return project


def run(project: ConvexProject, name: str, given: Json = None) -> Json:
    [answer] = project.serve([Request("POST", f"/{name}", body={"given": given})])
    return answer.body


def test_every_name_of_the_library_is_declared_once() -> None:
    names = re.compile(r"^export (?:abstract |async )*(?:function|class|type|interface|const) (\w+)", re.M)
    modules: dict[str, set[str]] = {}
    for path in sorted(RUNTIME.glob("*.ts")):
        for name in names.findall(path.read_text(encoding="utf-8")):
            modules.setdefault(name, set()).add(path.stem)
    assert {name: found for name, found in modules.items() if len(found) > 1} == {}


def test_the_library_type_checks(project: ConvexProject) -> None:
    assert project.tsc() == []
    assert project.eslint() == []


def test_an_http_error_carries_its_status_and_body(project: ConvexProject) -> None:
    assert run(project, "fail", "http") == {
        "status": 422,
        "body": {"message": "No", "when": "1970-01-01T00:00:00.000Z"},
    }
    assert run(project, "fail", "empty") == {"status": 404}
    assert run(project, "fail", "text") == {"status": 404, "body": "Not Found", "type": "text"}


def test_a_database_error_carries_its_code(project: ConvexProject) -> None:
    assert run(project, "fail", "database") == {"code": "P2002", "message": "Taken", "meta": {"target": ["email"]}}


def test_an_error_of_the_application_carries_its_fields_and_classes(project: ConvexProject) -> None:
    assert run(project, "fail", "app") == {
        "name": "Error",
        "message": "Bad",
        "kinds": ["AppError"],
        "statusCode": 400,
        "isOperational": True,
        "at": "1970-01-01T00:00:00.000Z",
        "details": [{"path": ["a"]}],
    }
    found = run(project, "fail", "found")
    assert (found["name"], found["message"], found["kinds"]) == ("NotFound", "Book not found", ["NotFound", "AppError"])


def test_a_field_that_has_no_json_does_not_hide_the_error(project: ConvexProject) -> None:
    assert run(project, "fail", "circle")["statusCode"] == 400


def test_an_error_of_the_application_is_still_an_error(project: ConvexProject) -> None:
    looks = run(project, "looks")
    assert looks["text"] == "NotFound: Book not found"
    assert looks["said"] == "404 Book not found"
    assert looks["kinds"] == [True, True, True]
    assert "message" not in looks["keys"]
    assert looks["name"] == "Error"


def test_json_is_what_sending_the_value_would_have_given(project: ConvexProject) -> None:
    result = run(project, "json")
    assert result["value"] == {
        "date": "1970-01-01T00:00:00.000Z",
        "list": ["1970-01-01T00:00:00.000Z", None, None],
        "point": {"at": "1,2"},
        "count": None,
        "thing": None,
        "deep": {"maybe": None},
    }
    assert result["gone"] is None


def test_a_declaration_comes_with_what_it_needs() -> None:
    assert [declaration.name for declaration in library(["rowOrThrow"])] == [
        "DatabaseError",
        "Found",
        "Mapped",
        "rowOrThrow",
        "required",
    ]
    [error] = [declaration for declaration in library(["required"]) if declaration.name == "DatabaseError"]
    assert error.module == "lib/errors"
    assert error.text.startswith("/** A broken constraint")


def test_no_two_declarations_share_a_name() -> None:
    declared = re.compile(r"^export [a-z ]*?(?:function|class|type|interface|const) (\w+)", re.MULTILINE)
    names = [name for path in RUNTIME.glob("*.ts") for name in set(declared.findall(path.read_text()))]
    assert len(names) == len(set(names))


def test_overloads_are_one_declaration() -> None:
    [time] = [declaration for declaration in library(["time"]) if declaration.name == "time"]
    assert time.text.count("export function time") == 5
    assert time.needs == {"Moment"}


def test_types_are_imported_as_types() -> None:
    assert spec_of("Moment").type_only
    assert not spec_of("time").type_only
    assert module_of("toJson") == "lib/json"


@pytest.mark.parametrize("path", sorted(RUNTIME.glob("*.ts")), ids=lambda path: path.name)
def test_every_declaration_is_described_and_found(path: Path) -> None:
    declared = set(
        re.findall(r"^export [a-z ]*?(?:function|class|type|interface) (\w+)", path.read_text(), re.MULTILINE)
    )
    known = {declaration.name: declaration for declaration in library(all_names())}
    assert declared <= known.keys()
    assert all(known[name].text.startswith("/** ") for name in declared)


def test_the_names_of_properties_and_of_types_of_the_language_need_nothing() -> None:
    assert "find" not in {one.name for one in library(["sendFault"])}, "it calls the method of an array"
    assert "bigint" not in {one.name for one in library(["toJson"])}, "it names the type"
