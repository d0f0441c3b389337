"""Files are read as bytes and written back as they were, but for what was edited."""

from __future__ import annotations

import pytest

from codemods.outcome import Place
from codemods.source.edits import Edit, render
from codemods.source.file import SourceFile, UnreadableFile, check_reparse, error_count, language_of, parse, span_of

ODD_FILES = [
    b"",
    b"a",
    b"\xef\xbb\xbfimport a from 'a'\r\n",
    b"a\r\nb\nc\rd",
    b"\tif (a) {\n    b()\n\t  c()\n}",
    "const ä = '\U0001f600';\u2028".encode(),
    b"#!/usr/bin/env node\nfoo()\n\n\n",
]


@pytest.mark.parametrize("data", ODD_FILES)
def test_bytes_survive(data: bytes) -> None:
    file = SourceFile.from_bytes("a.ts", data)
    assert file.to_bytes(file.text) == data
    assert file.to_bytes(render(file.text, []).text) == data


def test_an_edit_leaves_the_rest_of_the_bytes_alone() -> None:
    file = SourceFile.from_bytes("a.ts", "\ufeffconst é = 1;\r\n\tfoo(é)\r\n  bar()".encode())
    call = file.root.find(pattern="foo($A)")
    assert call is not None
    edited = render(file.text, [Edit.replace(span_of(call), "baz()")]).text
    assert file.to_bytes(edited) == "\ufeffconst é = 1;\r\n\tbaz()\r\n  bar()".encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"const a = '\xe9'", "it is not valid UTF-8 (byte 11)"),
        (b"a\0b", "it holds NUL bytes, so it is not a text file"),
        ("a".encode("utf-16"), "it holds NUL bytes, so it is not a text file"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        SourceFile.from_bytes("src/a.ts", data)
    assert (caught.value.path, caught.value.reason) == ("src/a.ts", reason)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.ts", "typescript"),
        ("a.mts", "typescript"),
        ("a.d.cts", "typescript"),
        ("a.tsx", "tsx"),
        ("a.js", "javascript"),
        ("a.JSX", "javascript"),
        ("a.mjs", "javascript"),
        ("a.cjs", "javascript"),
    ],
)
def test_languages(path: str, language: str) -> None:
    assert language_of(path) == language


@pytest.mark.parametrize(
    ("text", "newline"),
    [("", "\n"), ("a", "\n"), ("a\r\nb\r\nc\n", "\r\n"), ("a\r\nb\nc\n", "\n"), ("a\r\nb\n", "\n")],
)
def test_the_dominant_line_end(text: str, newline: str) -> None:
    assert SourceFile("a.ts", text).newline == newline


def test_places_count_from_one_in_code_points() -> None:
    file = SourceFile("src/a.ts", "😀é;\r\n  b();\n")
    call = file.root.find(pattern="b()")
    assert call is not None
    assert file.place(call) == Place("src/a.ts", 2, 3)
    assert file.place(0) == Place("src/a.ts", 1, 1)
    assert file.place(2) == Place("src/a.ts", 1, 3)
    assert file.place(len(file.text)) == Place("src/a.ts", 3, 1)


def test_lines_and_indentation() -> None:
    text = "a\r\n\t  b c\r\nd"
    file = SourceFile("a.ts", text)
    at = text.index("c")
    assert (file.line_start(at), file.line_end(at), file.indent_at(at)) == (3, 9, "\t  ")
    assert (file.line_start(0), file.line_end(0), file.indent_at(0)) == (0, 1, "")
    assert (file.line_start(11), file.line_end(11)) == (11, 12)


@pytest.mark.parametrize("text", ["let x = ;", "foo(", "if (a) { b", "class A {", "const {a = 1;"])
def test_errors_and_missing_tokens_are_counted(text: str) -> None:
    file = SourceFile("a.ts", text)
    assert file.has_errors
    assert error_count(file.root) == len(file.errors) > 0


@pytest.mark.parametrize("text", ["", "for (;;) {}", "x = ``; y = ''; z = {}; [, ,];", "function f() {}", "return;"])
def test_empty_things_are_no_errors(text: str) -> None:
    assert error_count(parse(text, "typescript")) == 0


@pytest.mark.parametrize(
    "text",
    [
        "type A = { b: import('./b').B<C>[] };",
        "const a = await db.$queryRaw<Row[]>`select`;",
        "const a = sql<{ count: bigint }[]>`select`;",
        "const a = f<Map<A, B<C>[]>>`x`;",
    ],
)
def test_valid_code_that_the_grammar_cannot_read_is_no_error(text: str) -> None:
    assert not SourceFile("a.ts", text).has_errors
    assert SourceFile("a.ts", f"{text} const = 1;").has_errors


def test_a_gap_of_the_grammar_that_loses_a_statement_is_an_error() -> None:
    text = 'type A = string | import("m").B<string>;\nfunction f(a: string) {}\nfoo(f);\n'
    assert SourceFile("a.ts", text).has_errors


def test_an_ampersand_in_jsx_is_no_error() -> None:
    assert not SourceFile("a.tsx", "const a = <p>this & that</p>;").has_errors


def test_a_result_with_more_errors_than_before_does_not_pass() -> None:
    file = SourceFile("a.ts", "const a = 1;")
    assert check_reparse(file, "const a = 2;")
    assert not check_reparse(file, "const a = ;")
    broken = SourceFile("a.ts", "const a = ;")
    assert check_reparse(broken, "const b = ;")
    assert not check_reparse(broken, "const b = ;\nfoo(")
