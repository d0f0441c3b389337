"""Every identifier finds the declaration that it means, and nothing that only shares its spelling.

In the sources below ⟦x⟧ is the declaration under test and ⟨x⟩ a reference to it. Every reference must be marked.
"""

from __future__ import annotations

import re

import pytest

from codemods.source.bindings import Binding, BindingKind
from codemods.source.file import SourceFile

MARK = re.compile(r"⟦(?P<declared>.*?)⟧|⟨(?P<used>.*?)⟩", re.DOTALL)


def marked(source: str, path: str) -> tuple[SourceFile, int, list[int]]:
    """The file without the marks, the offset of the declaration, and the offsets of the references."""
    text, position, declared, used = "", 0, -1, []
    for found in MARK.finditer(source):
        text += source[position : found.start()]
        if found["declared"] is not None:
            declared = len(text)
        else:
            used.append(len(text))
        text += found["declared"] or found["used"]
        position = found.end()
    return SourceFile(path, text + source[position:]), declared, used


def binding_at(file: SourceFile, offset: int) -> Binding:
    for kind in ("identifier", "type_identifier", "shorthand_property_identifier_pattern"):
        try:
            nodes = file.root.find_all(kind=kind)
        except RuntimeError:
            continue
        for node in nodes:
            if node.range().start.index == offset:
                binding = file.bindings.resolve(node)
                assert binding is not None
                return binding
    raise AssertionError(f"no identifier at {offset}")


def check(source: str, path: str = "a.ts") -> Binding:
    file, declared, used = marked(source, path)
    assert not file.has_errors, file.root.find(kind="ERROR")
    binding = binding_at(file, declared)
    assert binding.start == declared
    assert [node.range().start.index for node in binding.references] == used
    for node in binding.references:
        assert file.bindings.resolve(node) is binding
    return binding


@pytest.mark.parametrize(
    "source",
    [
        # a schema library that a parameter, a local or a loop hides
        'import { ⟦z⟧ } from "zod"; ⟨z⟩.string(); function f(z) { z.string(); } (z) => z; z => z; ⟨z⟩;',
        'import { ⟦z⟧ } from "zod"; { const z = 1; z; } for (const z of y) { z; } ⟨z⟩;',
        'import ⟦z⟧ from "zod"; const f = function z() { z(); }; try {} catch (z) { z; } try { ⟨z⟩ } catch {}',
        # a client passed as a parameter of the same name
        "const ⟦prisma⟧ = make(); export const get = (prisma: Client) => prisma.user.count(); ⟨prisma⟩.user;",
        # a table called like a method
        "const ⟦transaction⟧ = 1; prisma.transaction.count(); prisma.$transaction(⟨transaction⟩);",
        "const ⟦transaction⟧ = 1; ({ transaction: 2, other: ⟨transaction⟩ }); x.transaction;",
    ],
)
def test_shadowing(source: str) -> None:
    check(source)


@pytest.mark.parametrize(
    "source",
    [
        "⟨x⟩; if (a) { for (;;) { var ⟦x⟧ = 1; } } ⟨x⟩;",
        "var x; function f() { ⟨x⟩ = 1; { var ⟦x⟧; } return () => ⟨x⟩; } x;",
        "let ⟦x⟧ = 1; { let x = 2; x; { x; } } ⟨x⟩;",
        "{ let ⟦x⟧ = 1; ⟨x⟩; } x;",
        "⟨f⟩(); function ⟦f⟧() { return ⟨f⟩; }",
        "function f() { g(); function g() {} } ⟨g⟩(); function ⟦g⟧() {}",
        "switch (x) { case 1: let ⟦y⟧ = 1; ⟨y⟩; } y;",
        "for (let ⟦i⟧ = 0; ⟨i⟩ < 1; ⟨i⟩++) { ⟨i⟩; } i;",
        "for (const ⟦key⟧ in key2) { ⟨key⟩; } key;",
        "for (const { ⟦id⟧ } of rows) { ⟨id⟩; } id;",
        "const f = function ⟦g⟧() { ⟨g⟩(); }; g();",
        "const A = class ⟦B⟧ { m() { return ⟨B⟩; } }; B;",
        "class ⟦C⟧ { static make() { return new ⟨C⟩(); } x: ⟨C⟩; } ⟨C⟩; let c: ⟨C⟩;",
        "class C { static { var ⟦x⟧ = 1; ⟨x⟩; } } x;",
        "namespace N { const ⟦x⟧ = 1; ⟨x⟩; } x;",
        "try {} catch ({ ⟦message⟧ }) { ⟨message⟩; } message;",
        "function f() { ⟨x⟩; } const ⟦x⟧ = 1;",
        "label: for (;;) { break label; } const ⟦label⟧ = 1; ⟨label⟩;",
    ],
)
def test_scopes_and_hoisting(source: str) -> None:
    check(source)


@pytest.mark.parametrize(
    "source",
    [
        "const f = ⟦x⟧ => ⟨x⟩;",
        "const f = async ⟦x⟧ => ⟨x⟩;",
        "function f(⟦a⟧, b = ⟨a⟩) { ⟨a⟩; } a;",
        "function f({ a: { ⟦b⟧ = c } }, ...d) { ⟨b⟩; } b;",
        "function f({ b: ⟦a⟧ }) { ⟨a⟩; b; }",
        "function f([, ⟦a⟧ = 1]) { ⟨a⟩; }",
        "function f({ ...⟦rest⟧ }) { ⟨rest⟩; }",
        "function f(...⟦rest⟧) { ⟨rest⟩; }",
        "class C { m(⟦a⟧) { ⟨a⟩; } set s(a) { a; } }",
        "const o = { m(⟦a⟧) { ⟨a⟩; }, async *g(a) { a; } };",
        "function f(a = () => ⟨b⟩, ⟦b⟧) {} b;",
    ],
)
def test_parameters_in_both_grammars(source: str) -> None:
    check(source, "a.ts")
    check(source, "a.js")


def test_a_var_that_repeats_a_parameter_is_the_parameter() -> None:
    file = SourceFile("a.js", "function f(a) { var a = a || 1; a; }")
    (parameter, *rest) = file.root.find_all(kind="identifier")[1:]
    binding = file.bindings.resolve(parameter)
    assert binding is not None
    assert [file.bindings.resolve(node) for node in rest] == [binding] * 3
    assert (binding.kind, binding.reassigned) == (BindingKind.PARAMETER, True)


@pytest.mark.parametrize(
    "source",
    [
        "function f(this: A, ⟦a⟧?: number, @Dec() b: typeof ⟨a⟩ = ⟨a⟩): ⟨a⟩ is B { return ⟨a⟩; }",
        "class C { constructor(private readonly ⟦db⟧: Db) { ⟨db⟩; this.db; } m() { db; } }",
        "type F = (⟦a⟧: string) => typeof ⟨a⟩; a;",
        "interface I { m(⟦a⟧: string): asserts ⟨a⟩ is B; [a: string]: C }",
        "function f(⟦a⟧: string): void; a;",
        "type T = [a: string, b?: number]; const ⟦a⟧ = 1; ⟨a⟩ as const; ⟨a⟩!; ⟨a⟩ satisfies a;",
    ],
)
def test_typescript_parameters(source: str) -> None:
    check(source)


@pytest.mark.parametrize(
    "source",
    [
        "const ⟦User⟧ = z.object({}); type User = z.infer<typeof ⟨User⟩>; let u: User; ⟨User⟩.parse(x);",
        "const User = 1; type ⟦User⟧ = { a: ⟨User⟩ }; let u: ⟨User⟩; User;",
        "interface ⟦A⟧ { a: ⟨A⟩ } class B implements ⟨A⟩ {} interface C extends ⟨A⟩ {} new A();",
        "type ⟦T⟧ = 1; function f<T>(x: T): T {} class C<T> { x: T } interface I<T> { t: T } let t: ⟨T⟩;",
        "type ⟦T⟧ = 1; type X<T> = T; type Y = <T>(x: T) => T; const f = <T,>(x: T) => x; let t: ⟨T⟩;",
        "function f<⟦T⟧ extends object>(x: ⟨T⟩): ⟨T⟩ { let y: ⟨T⟩; } let z: T;",
        "type C = A extends (infer ⟦U⟧)[] ? ⟨U⟩ : never; type D = U;",
        "type M = { [⟦K⟧ in keyof T]: T[⟨K⟩] }; type N = K;",
        "enum ⟦Role⟧ { ADMIN } const r: ⟨Role⟩ = ⟨Role⟩.ADMIN;",
        'import { ⟦Prisma⟧ } from "p"; let t: ⟨Prisma⟩.TransactionClient; ⟨Prisma⟩.sql; x.Prisma;',
        'import type { ⟦Request⟧ } from "express"; (r: ⟨Request⟩) => r; type A = ⟨Request⟩["x"];',
        'import { type ⟦A⟧ } from "a"; export { type ⟨A⟩ };',
        "namespace ⟦N⟧ { export const a = 1; } ⟨N⟩.a; let n: ⟨N⟩.B;",
        "interface ⟦I⟧ {} interface I {} let i: ⟨I⟩;",
        "type ⟦Row⟧ = {}; const q = sql<⟨Row⟩>`select`;",
        "const f = (⟦object⟧, n = sql<number>`select`) => ⟨object⟩ && 'a' in ⟨object⟩;",
    ],
)
def test_types_and_values_are_told_apart(source: str) -> None:
    check(source)


@pytest.mark.parametrize(
    "source",
    [
        "const ⟦a⟧ = 1; x = { ⟨a⟩, b: ⟨a⟩, a: 2, a() {}, [⟨a⟩]: 3 };",
        "let ⟦a⟧; ({ ⟨a⟩, b: ⟨a⟩, c: [⟨a⟩], ...⟨a⟩ } = x); [⟨a⟩] = x; ({ a: b } = x);",
        "let ⟦a⟧; ({ ⟨a⟩ = ⟨a⟩, b = ⟨a⟩ } = x);",
        "const ⟦a⟧ = 1; const { a: b = ⟨a⟩, [⟨a⟩]: c } = x;",
        "const ⟦a⟧ = 1; export { ⟨a⟩ as b }; export default ⟨a⟩; export { a } from 'm';",
        "const ⟦a⟧ = 1; class C { a = ⟨a⟩; [⟨a⟩] = 1; a2() { this.a; } } enum E { a = 1 }",
        "const ⟦d⟧ = 1; @⟨d⟩ class C { @⟨d⟩() m() {} @⟨d⟩.x p; }",
        "let ⟦a⟧ = 1; `${⟨a⟩}`; (⟨a⟩) = 2; new ⟨a⟩.b(); ⟨a⟩`x`; typeof ⟨a⟩; import.meta.a; new.target;",
    ],
)
def test_what_is_a_reference(source: str) -> None:
    check(source)


def test_jsx_names_components_but_not_elements_and_attributes() -> None:
    source = 'import ⟦A⟧ from "a"; const p = 1; export const x = <⟨A⟩ A={1} {...p}><⟨A⟩.B/><p A="x">A</p></⟨A⟩>;'
    check(source, "a.tsx")
    check(source, "a.jsx")
    file, _, _ = marked(source, "a.tsx")
    assert len(file.bindings.top_level["p"].references) == 1


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("let ⟦a⟧ = 1; ⟨a⟩;", False),
        ("let ⟦a⟧ = 1; ⟨a⟩.b = 2;", False),
        ("let ⟦a⟧; ⟨a⟩ = 1;", True),
        ("let ⟦a⟧ = 1; ⟨a⟩ += 1;", True),
        ("let ⟦a⟧ = 1; ⟨a⟩++;", True),
        ("let ⟦a⟧ = 1; (⟨a⟩) = 1;", True),
        ("let ⟦a⟧ = 1; [⟨a⟩, b.c] = d;", True),
        ("let ⟦a⟧ = 1; ({ a: ⟨a⟩ = 1 } = d);", True),
        ("let ⟦a⟧ = 1; for (⟨a⟩ of b) {}", True),
        ("let ⟦a⟧ = 1; x = ⟨a⟩;", False),
        ("let ⟦a⟧ = 1; [b.c[⟨a⟩]] = d;", False),
        ("let ⟦a⟧ = 1; b[⟨a⟩] = d;", False),
    ],
)
def test_reassigned(source: str, expected: bool) -> None:
    assert check(source).reassigned is expected


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("import ⟦a⟧ from 'm'", BindingKind.IMPORT),
        ("import * as ⟦a⟧ from 'm'", BindingKind.IMPORT),
        ("import ⟦a⟧ = require('m')", BindingKind.IMPORT),
        ("import ⟦a⟧ = B.C", BindingKind.IMPORT),
        ("const ⟦a⟧ = require('m')", BindingKind.CONST),
        ("let ⟦a⟧", BindingKind.LET),
        ("var [⟦a⟧] = b", BindingKind.VAR),
        ("for (var ⟦a⟧ of b) {}", BindingKind.VAR),
        ("async function* ⟦a⟧() {}", BindingKind.FUNCTION),
        ("abstract class ⟦a⟧ {}", BindingKind.CLASS),
        ("(⟦a⟧) => 1", BindingKind.PARAMETER),
        ("try {} catch (⟦a⟧) {}", BindingKind.CATCH),
        ("declare const enum ⟦a⟧ {}", BindingKind.ENUM),
        ("type ⟦a⟧ = 1", BindingKind.TYPE),
        ("interface ⟦a⟧ {}", BindingKind.INTERFACE),
        ("namespace ⟦a⟧.b {}", BindingKind.NAMESPACE),
    ],
)
def test_kinds(source: str, kind: BindingKind) -> None:
    assert check(source).kind is kind


@pytest.mark.parametrize(
    ("source", "value", "whole", "path"),
    [
        ("const ⟦a⟧ = b.c;", "b.c", "b.c", ()),
        ("const { ⟦a⟧ } = b;", None, "b", ("a",)),
        ("const { x: { y: ⟦a⟧ = 1 } } = b;", None, "b", ("x", "y")),
        ("const [, { ⟦a⟧ }] = b;", None, "b", ("1", "a")),
        ("const { x, ...⟦a⟧ } = b;", None, "b", ("...",)),
        ("const [x, ...⟦a⟧] = b;", None, "b", ("...",)),
        ("const { [k]: ⟦a⟧, 'l': m } = b;", None, "b", ("[]",)),
        ("const { 'l-l': ⟦a⟧ } = b;", None, "b", ("l-l",)),
        ("let ⟦a⟧;", None, None, ()),
        ("for (const ⟦a⟧ of b) {}", None, None, ()),
        ("for (const [⟦a⟧] of b) {}", None, None, ("0",)),
        ("function f({ body: { ⟦a⟧ } }) {}", None, None, ("body", "a")),
        ("function f(⟦a⟧ = 1) {}", None, None, ()),
        ("try {} catch ({ ⟦a⟧ }) {}", None, None, ("a",)),
        ("function ⟦a⟧() {}", None, None, ()),
    ],
)
def test_where_a_value_comes_from(source: str, value: str | None, whole: str | None, path: tuple[str, ...]) -> None:
    for file_path in ("a.ts", "a.js"):
        binding = check(source, file_path)
        assert (binding.value and binding.value.text()) == value
        assert (binding.source and binding.source.text()) == whole
        assert binding.path == path


@pytest.mark.parametrize(
    ("source", "default"),
    [
        ("function f(⟦a⟧ = 1) {}", "1"),
        ("function f({ ⟦a⟧ = 2 } = {}) {}", "2"),
        ("const { b: ⟦a⟧ = 3 } = c;", "3"),
        ("const [⟦a⟧ = 4] = c;", "4"),
        ("function f({ ⟦a⟧ } = {}) {}", None),
        ("const ⟦a⟧ = 5;", None),
    ],
)
def test_defaults(source: str, default: str | None) -> None:
    for file_path in ("a.ts", "a.js"):
        found = check(source, file_path).default
        assert (found and found.text()) == default


def test_type_annotations() -> None:
    assert str(check("const ⟦a⟧: Map<string, B> = c;").type_annotation.text()) == "Map<string, B>"  # type: ignore[union-attr]
    assert str(check("(⟦a⟧?: B.C) => 1").type_annotation.text()) == "B.C"  # type: ignore[union-attr]
    assert check("const ⟦a⟧ = c as B;").type_annotation is None


def test_overloads_are_one_function_whose_declaration_has_the_body() -> None:
    file = SourceFile("a.ts", "function f(a: string): void;\nfunction f(a: any) {}\nf(1);")
    binding = file.bindings.top_level["f"]
    assert (binding.declaration.kind(), binding.reassigned, len(binding.references)) == (
        "function_declaration",
        False,
        1,
    )


def test_redeclared_variables_count_as_reassigned() -> None:
    file = SourceFile("a.js", "var a = 1; var a = 2; var b = 1; var b; function c() {} function c() {}")
    assert {name: binding.reassigned for name, binding in file.bindings.top_level.items()} == {
        "a": True,
        "b": False,
        "c": True,
    }


def test_top_level_prefers_values_and_types_prefer_types() -> None:
    file = SourceFile("a.ts", "type A = 1; const A = 2; interface B {} class C {} { const D = 1; }")
    kinds = {name: binding.kind.value for name, binding in file.bindings.top_level.items()}
    assert kinds == {"A": "const", "B": "interface", "C": "class"}
    assert {name: binding.kind.value for name, binding in file.bindings.types.items()} == {
        "A": "type",
        "B": "interface",
        "C": "class",
    }


def test_both_meanings_of_an_exported_name_are_referenced() -> None:
    file = SourceFile("a.ts", "type A = 1; const A = 2; export { A };")
    assert [len(found["A"].references) for found in (file.bindings.types, file.bindings.top_level)] == [1, 1]


def test_free_names_of_a_function() -> None:
    file = SourceFile(
        "a.ts",
        """import { db } from "./db";
const limit = 10;
type Row = { id: string };
export async function list(req: Request): Promise<Row[]> {
  const { page = limit } = req.query;
  console.log(page, undefined, arguments.length);
  return db.rows.map(({ id }) => ({ id, list, page })).filter(Boolean);
}
""",
    )
    function = file.root.find(kind="function_declaration")
    assert function is not None
    free = file.bindings.free(function)
    assert [binding.name for binding in free.bindings] == ["Row", "limit", "db"]
    assert free.globals == ("Request", "Promise", "console", "Boolean")


def test_types_of_the_language_are_no_globals() -> None:
    file = SourceFile("a.ts", "const a: string = sql<number>`select` as unknown;")
    assert file.bindings.free(file.root).globals == ("sql",)


def test_a_recursive_function_declaration_does_not_need_itself_from_outside() -> None:
    file = SourceFile("a.ts", "function f() { f(); }")
    body = file.root.find(kind="statement_block")
    whole = file.root.find(kind="function_declaration")
    assert body is not None
    assert whole is not None
    assert [binding.name for binding in file.bindings.free(body).bindings] == ["f"]
    assert file.bindings.free(whole).bindings == ()


def test_the_arguments_object_belongs_to_its_function() -> None:
    file = SourceFile("a.js", "function f() { return () => arguments; } const g = () => arguments;")
    names = [file.bindings.free(node).globals for node in file.root.children()]
    assert names == [(), ("arguments",)]
    arrow = file.root.find(kind="arrow_function")
    assert arrow is not None
    assert [binding.name for binding in file.bindings.free(arrow).bindings] == ["arguments"]


def test_references_in_a_part_of_the_file() -> None:
    file = SourceFile("a.ts", "const a = 1; a; function f(a) { a; } function g() { a; a; }")
    function = file.root.children()[-1]
    assert len(file.bindings.references_in(file.bindings.top_level["a"], function)) == 2


def test_property_names_resolve_to_nothing() -> None:
    file = SourceFile("a.ts", "const id = 1; x.id; const y = { id: 2 };")
    properties = file.root.find_all(kind="property_identifier")
    assert [file.bindings.resolve(node) for node in properties] == [None, None]


def test_a_file_with_syntax_errors_still_has_bindings() -> None:
    file = SourceFile("a.ts", "import a from 'a';\nconst b = ;\nfunction c( { a(")
    assert file.has_errors
    assert set(file.bindings.top_level) >= {"a"}
