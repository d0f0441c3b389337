"""Every way to offer a name, in both module systems."""

from __future__ import annotations

import pytest

from codemods.source.bindings import Export
from codemods.source.file import SourceFile


def exports(text: str, path: str = "a.ts") -> tuple[Export, ...]:
    file = SourceFile(path, text)
    assert not file.has_errors
    return file.bindings.exports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export const a = 1, b = 2;", [("a", "a"), ("b", "b")]),
        ("export const { a, b: { c = x, ...d }, [k]: e } = f;", [("a", "a"), ("c", "c"), ("d", "d"), ("e", "e")]),
        ("export const [a, , b = c] = d;", [("a", "a"), ("b", "b")]),
        ("export function f() {} export async function* g() {}", [("f", "f"), ("g", "g")]),
        ("export class A {} export abstract class B {}", [("A", "A"), ("B", "B")]),
        ("export enum E {} export namespace N {}", [("E", "E"), ("N", "N")]),
        ("export type T = 1; export interface I {}", [("T", "T"), ("I", "I")]),
        ("export declare const a: string; export import b = A.B;", [("a", "a"), ("b", "b")]),
        ("export { a, b as c, d as default };", [("a", "a"), ("c", "b"), ("default", "d")]),
        ("export default a;", [("default", "a")]),
        ("export default function f() {}", [("default", "f")]),
        ("export default class A {}", [("default", "A")]),
        ("export default async () => 1;", [("default", None)]),
        ("export default { a, b };", [("default", None)]),
        ("export = a;", [("default", "a")]),
        ("export as namespace A;", []),
    ],
)
def test_es_modules(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(one.name, one.local) for one in exports(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export * from 'm'", ("*", "*")),
        ("export * as ns from 'm'", ("ns", "*")),
        ("export { a as b } from 'm'", ("b", "a")),
        ("export { default } from 'm'", ("default", "default")),
        ("export { default as a } from 'm'", ("a", "default")),
        ("module.exports = require('m')", ("*", "*")),
        ("module.exports = require('m').a", ("default", "a")),
        ("exports.a = require('m')", ("a", "*")),
        ("exports.a = require('m').b", ("a", "b")),
    ],
)
def test_re_exports(text: str, expected: tuple[str, str]) -> None:
    assert [(one.name, one.imported, one.module, one.local) for one in exports(text)] == [(*expected, "m", None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("module.exports = router;", [("default", "router")]),
        ("module.exports = class A {};", [("default", None)]),
        ("module.exports = { a, b: c, 'd': e };", [("default", None), ("a", "a"), ("b", "c"), ("d", "e")]),
        ("module.exports = { a: () => 1, b() {} };", [("default", None), ("a", None), ("b", None)]),
        ("module.exports = { ...a, ...require('m') };", [("default", None), ("*", "a"), ("*", None)]),
        ("exports.a = b; module.exports.c = d;", [("a", "b"), ("c", "d")]),
        ("exports = module.exports = a;", [("default", "a")]),
        ("module.exports = exports = a;", [("default", "a")]),
        ("exports.a = exports.b = void 0;", [("a", None), ("b", None)]),
        ("exports.a = async (req, res) => {};", [("a", None)]),
        ("module.exports.default = a;", [("default", "a")]),
        ("x.exports = a; exports = b;", []),
    ],
)
def test_common_js(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(one.name, one.local) for one in exports(text, "a.js")] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("export type { A } from 'm'", [True]),
        ("export { type A, b }", [True, False]),
        ("export interface A {}", [True]),
        ("export class A {}", [False]),
    ],
)
def test_type_only(text: str, expected: list[bool]) -> None:
    assert [one.type_only for one in exports(text)] == expected


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("export const a = 1;", "a = 1"),
        ("export function f() {}", "function f() {}"),
        ("export default { a };", "{ a }"),
        ("module.exports = { m() { return 1; } };", "m() { return 1; }"),
        ("exports.a = (b);", "b"),
    ],
)
def test_the_exported_node(text: str, node: str) -> None:
    found = exports(text)[-1].node
    assert found is not None
    assert found.text() == node


def test_styles_tell_a_replaced_module_from_a_default_export() -> None:
    styles = [exports(text)[0].style for text in ("export default a", "module.exports = a", "export = a")]
    assert styles == ["esm", "commonjs", "export-equals"]
