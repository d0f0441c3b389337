"""What is known of values in database calls: may they be missing, and whose ids are they?"""

from __future__ import annotations

from pathlib import Path

import pytest
from planned_app import SCHEMA
from repositories import written

from codemods.planner.checking.shapes import TypedFields
from codemods.planner.stored.values import Values
from codemods.readers.prisma import find_queries, read_schema
from codemods.source import Span, arguments, find_all, span_of

PRISMA = 'import { PrismaClient } from "@prisma/client";\nconst prisma = new PrismaClient();\n'


def asked(root: Path, code: str) -> tuple[Values, Span]:
    """The values of a file, and the span of the `x` in its `ask(x)`."""
    workspace = written(root, {"prisma/schema.prisma": SCHEMA, "src/app.ts": PRISMA + code, "package.json": "{}"})
    file, schema = workspace.source("src/app.ts"), read_schema(workspace).schema
    (call,) = [c for c in find_all(file.root, "call_expression") if c.text().startswith("ask(")]
    queries, typed = find_queries(workspace, "src/app.ts", schema), TypedFields(workspace, lambda *_: None)
    return Values(file, schema, queries, typed=typed), span_of(arguments(call)[0])


DEFINED = {
    "text": 'ask("a");',
    "number": "ask(1);",
    "null": "ask(null);",
    "template": "ask(`a${b}`);",
    "object": "ask({ a: 1 });",
    "sum": "ask(a + b);",
    "comparison": "ask(a > b);",
    "conversion": "ask(Number(a));",
    "default": 'ask(a ?? "b");',
    "both branches": 'ask(a ? "b" : null);',
    "constant": 'const a = "b";\nask(a);',
    "method of a value": "ask(a.trim());",
    "function of the language": "ask(Math.max(1, 2));",
    "typed parameter": "function f(a: string) { ask(a); }",
    "parameter with a default": 'function f(a = "b") { ask(a); }',
    "property of a typed parameter": "function f(p: { a: string }) { ask(p.a); }",
    "taken out of a typed parameter": "function f({ a }: { a: string; b?: string }) { ask(a); }",
    "taken out of one that a name types": "interface Given { a: string }\nfunction f({ a: x }: Given) { ask(x); }",
    "taken out of it later": "function f(p: { a: string }) { const { a } = p; ask(a); }",
    "column": "const row = await prisma.post.findUniqueOrThrow({ where: { id: 1 } });\nask(row.title);",
    "taken apart": "const row = await prisma.post.findFirstOrThrow({});\nconst { title } = row;\nask(title);",
}

MISSING = {
    "undefined": "ask(undefined);",
    "void": "ask(void 0);",
    "property": "ask(a.b);",
    "optional chain": "ask(a?.trim());",
    "optional parameter": "function f(a?: string) { ask(a); }",
    "untyped parameter": "function f(a) { ask(a); }",
    "optional property": "function f({ a }: { a?: string }) { ask(a); }",
    "property of any type": "function f({ a }: { a: any }) { ask(a); }",
    "property that no type names": "function f({ a }: { [key: string]: string }) { ask(a); }",
    "property of a property": "function f({ p: { a } }: { p: { a: string } }) { ask(a); }",
    "parameter that says so": "function f(a: string | undefined) { ask(a); }",
    "one branch": 'ask(a ? "b" : undefined);',
    "default that may be missing": "ask(a ?? b);",
    "and": 'ask(a && "b");',
    "variable": "let a = 1; a = b;\nask(a);",
    "search": "ask([1].find((x) => x));",
    "function": "ask(load());",
    "method of an object": "ask(service.load());",
    "no column": "const row = await prisma.post.findUniqueOrThrow({ where: { id: 1 } });\nask(row.other);",
    "selected column": "const row = await prisma.post.findFirst({ select: { id: true } });\nask(row.title);",
}


@pytest.mark.parametrize("code", DEFINED.values(), ids=DEFINED.keys())
def test_a_value_that_is_always_there(tmp_path: Path, code: str) -> None:
    values, span = asked(tmp_path, code)
    assert not values.may_be_undefined(span)


@pytest.mark.parametrize("code", MISSING.values(), ids=MISSING.keys())
def test_a_value_that_may_be_missing(tmp_path: Path, code: str) -> None:
    values, span = asked(tmp_path, code)
    assert values.may_be_undefined(span)


IDS = {
    "generated key": ("prisma.user.findUniqueOrThrow({ where: { id: 1 } })", "row.id", "User"),
    "foreign key": ("prisma.post.findUniqueOrThrow({ where: { id: 1 } })", "row.authorId", "User"),
    "created row": ('prisma.user.create({ data: { name: "a", email: "b" } })', "row.id", "User"),
    "other column": ("prisma.post.findUniqueOrThrow({ where: { id: 1 } })", "row.title", None),
    "key without a relation": ("prisma.post.findUniqueOrThrow({ where: { id: 1 } })", "row.editorId", None),
    "list": ("prisma.post.findMany()", "row.id", None),
    "something else": ("load()", "row.id", None),
}


@pytest.mark.parametrize(("query", "value", "table"), IDS.values(), ids=IDS.keys())
def test_the_table_of_an_id(tmp_path: Path, query: str, value: str, table: str | None) -> None:
    values, span = asked(tmp_path, f"const row = await {query};\nask({value});")
    assert values.id_table(span) == table
