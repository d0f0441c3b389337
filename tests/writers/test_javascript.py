"""Generated TypeScript without its types."""

import pytest

from codemods.source.file import error_count, parse
from codemods.writers.javascript import strip_types
from codemods.writers.library import all_names, library


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
