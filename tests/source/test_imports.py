"""Every way to bring a name in, in both module systems."""

from __future__ import annotations

import pytest

from codemods.source.bindings import Import
from codemods.source.file import SourceFile


def imports(text: str, path: str = "a.ts") -> tuple[Import, ...]:
    file = SourceFile(path, text)
    assert not file.has_errors
    return file.bindings.imports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import a from 'm'", [("a", "default", "esm")]),
        ("import { a, b as c } from 'm'", [("a", "a", "esm"), ("c", "b", "esm")]),
        ("import { default as a } from 'm'", [("a", "default", "esm")]),
        ("import * as a from 'm'", [("a", "*", "esm")]),
        ("import a, * as b from 'm'", [("a", "default", "esm"), ("b", "*", "esm")]),
        ("import 'm'", [("", "", "esm")]),
        ("import {} from 'm'", [("", "", "esm")]),
        ("import { 'a-b' as c } from 'm'", [("c", "a-b", "esm")]),
        ("import a = require('m')", [("a", "*", "import-equals")]),
        ("const a = require('m')", [("a", "*", "require")]),
        ("const { a, b: c } = require('m')", [("a", "a", "require"), ("c", "b", "require")]),
        ("const { a = 1, 'b': c = 2 } = require('m')", [("a", "a", "require"), ("c", "b", "require")]),
        ("var a = require('m').b", [("a", "b", "require")]),
        ("let a = require('m')['b-c']", [("a", "b-c", "require")]),
        ("const a = (require('m') as any).default", [("a", "default", "require")]),
        ("const { a } = require('m').default", [("a", "a", "require")]),
        ("const { a } = await import('m')", [("a", "a", "dynamic")]),
        ("const a = await import('m')", [("a", "*", "dynamic")]),
        ("const a = (await import('m')).default", [("a", "default", "dynamic")]),
        ("require('m')", [("", "", "require")]),
        ("await import('m')", [("", "", "dynamic")]),
        ("app.use(require('m'))", [("", "*", "require")]),
        ("require('m').config()", [("", "config", "require")]),
        ("require('m')(app)", [("", "*", "require")]),
        ("const a = require('m')(app)", [("", "*", "require")]),
        ("const { a: { b } } = require('m')", [("", "*", "require")]),
        ("const a = require('m').b.c", [("", "*", "require")]),
        ("const a = require(m)", []),
        ("const a = `import('m')`; x.require('m')", []),
    ],
)
def test_forms(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = imports(text)
    assert [(one.local, one.imported, one.style) for one in found] == expected
    assert all(one.module == "m" for one in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import type a from 'm'", [True]),
        ("import type { a, b } from 'm'", [True, True]),
        ("import { type a, b } from 'm'", [True, False]),
        ("import { type } from 'm'", [False]),
        ("import type from 'm'", [False]),
    ],
)
def test_type_only(text: str, expected: list[bool]) -> None:
    assert [one.type_only for one in imports(text)] == expected


def test_spans_cover_the_specifier_and_the_statement() -> None:
    text = "x;\nimport a, { b as c } from 'm';\nconst { d } = require('n'), e = 1;\n"
    file = SourceFile("a.ts", text)
    assert [(file.slice(one.span), file.slice(one.statement)) for one in file.bindings.imports] == [
        ("a", "import a, { b as c } from 'm';"),
        ("b as c", "import a, { b as c } from 'm';"),
        ("d", "const { d } = require('n'), e = 1;"),
    ]


def test_bindings_know_their_import() -> None:
    file = SourceFile(
        "a.js", "import { a as b } from 'm'; const { c: d } = require('n'); function f() { const e = require('o'); e; }"
    )
    found = {name: binding.imported for name, binding in file.bindings.top_level.items()}
    assert [(one.module, one.imported) for one in found.values() if one] == [("m", "a"), ("n", "c")]
    inner = file.root.find_all(pattern="e")[-1]
    binding = file.bindings.resolve(inner)
    assert binding is not None
    assert binding.imported is not None
    assert binding.imported.module == "o"


def test_imports_and_exports_do_not_build_the_scopes() -> None:
    file = SourceFile("a.ts", "import a from 'm'; export default a;")
    assert (len(file.bindings.imports), len(file.bindings.exports)) == (1, 1)
    assert "_scopes" not in vars(file.bindings)
