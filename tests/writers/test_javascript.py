"""Generated TypeScript without its types."""

from pathlib import Path

import pytest
from convex_project import ConvexProject

from codemods import writers
from codemods.source.file import error_count, parse
from codemods.writers.javascript import strip_types
from codemods.writers.library import all_names, library
from codemods.writers.library_tables import TABLES


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("const a: number = 1;", "const a = 1;"),
        ("function f(a: string, b?: number): Promise<void> {}", "function f(a, b) {}"),
        ("const f = async (doc: Doc<\"users\">): Promise<string> => doc.name!;", "const f = async (doc) => doc.name;"),
        ("q.eq(\"id\", id as Id<\"users\">)", "q.eq(\"id\", id)"),
        ("const x = (a as unknown as B[])[0]!.c;", "const x = (a)[0].c;"),
        ("each<NewUser>(items, (data) => insert(data));", "each(items, (data) => insert(data));"),
        ("new Map<string, number>();", "new Map();"),
        ("const c = { a: 1 } satisfies A;", "const c = { a: 1 };"),
        ("import type { A } from \"a\";\nimport { b } from \"b\";", "import { b } from \"b\";"),
        ("import { type A, b } from \"b\";", "import { b } from \"b\";"),
        ("import { b, type A } from \"b\";", "import { b } from \"b\";"),
        ("/** A. */\nexport type A = string;\n\n/** b. */\nexport const b = 1;", "/** b. */\nexport const b = 1;"),
        ("export interface A {\n  a: string;\n}\n", ""),
        ("function isA(x: unknown): x is A { return true; }", "function isA(x) { return true; }"),
        (
            "/** f. */\nexport function f(a: string): string;\nexport function f(a: number): number;\n"
            "export function f(a: unknown) {\n  return a;\n}",
            "/** f. */\nexport function f(a) {\n  return a;\n}",
        ),
        (
            "class A<T> extends B<T> implements C {\n  readonly a: string;\n  private b = 1;\n  c?: number = 2;\n}",
            "class A extends B {\n  b = 1;\n  c = 2;\n}",
        ),
        ("function f({ a = 1, ...b }: Options = {}) {}", "function f(/** @type {any} */ { a = 1, ...b } = {}) {}"),
        ("function f(a: number = 1, b: string | null = null) {}", "function f(a = 1, /** @type {any} */ b = null) {}"),
        ("const s = \"x as y\"; // a: string", "const s = \"x as y\"; // a: string"),
        ("const t = a ? b : c;", "const t = a ? b : c;"),
    ],
)  # fmt: skip
def test_types_go_and_nothing_else(typed: str, plain: str) -> None:
    assert strip_types(typed) == plain


def test_the_library_is_javascript_without_its_types() -> None:
    for declaration in library(all_names()):
        assert error_count(parse(strip_types(declaration.text), "javascript")) == 0
        assert (strip_types(declaration.text) == "") is declaration.is_type


def test_the_library_is_sound_as_javascript(tmp_path: Path) -> None:
    runtime = Path(writers.__file__).parent / "runtime"
    folder = tmp_path / "convex" / "lib"
    folder.mkdir(parents=True)
    for path in runtime.glob("*.ts"):
        (folder / f"{path.stem}.js").write_text(strip_types(path.read_text(encoding="utf-8")), encoding="utf-8")
    (folder / "used.js").write_text(USED, encoding="utf-8")
    tables = "\n".join(TABLES.values())
    schema = f"{SCHEMA}\nexport default defineSchema({{\n{tables}\n}});\n"
    (tmp_path / "convex" / "schema.js").write_text(schema, encoding="utf-8")
    project = ConvexProject(tmp_path)
    (tmp_path / "package.json").write_text('{"dependencies": {"convex": "*"}}', encoding="utf-8")
    assert project.codegen() == []
    assert project.tsc(javascript=True) == []


SCHEMA = """
import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
"""

USED = """
import { cors } from "./cors";
import { hpp } from "./hpp";
import { formBody, jsonBody, textBody } from "./parsers";
import { rateLimit } from "./rateLimit";

export const middleware = [
  cors({ origin: ["https://a.example"], credentials: true }),
  formBody({ extended: true, limit: "1mb" }),
  hpp({ whitelist: "tag" }),
  jsonBody({ limit: 1024, strict: false }),
  rateLimit("api", { windowMs: 1000, max: 5, skip: () => false }),
  textBody({ type: "text/*" }),
];
"""
