"""Questions to the tree."""

from __future__ import annotations

import pytest
from ast_grep_py import SgNode

from codemods.source.file import parse
from codemods.source.tree import (
    arguments,
    enclosing,
    find_all,
    key,
    member,
    member_path,
    named,
    parameters,
    property_name,
    same_node,
    string_value,
    unwrap,
)


def expression(text: str, language: str = "typescript") -> SgNode:
    statement = parse(f"x = {text}", language).find(kind="assignment_expression")
    assert statement is not None
    found = statement.field("right")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a'", "a"),
        ('"a\\"b"', 'a"b'),
        ("`a`", "a"),
        ("''", ""),
        (r"'\n\t\\\x41\u0041\u{1F600}\q'", "\n\t\\AA😀q"),
        ("'a\\\r\nb'", "ab"),
        ("'é'", "é"),
        ("`a${b}`", None),
        ("1", None),
        ("a", None),
    ],
)
def test_string_values(text: str, value: str | None) -> None:
    assert string_value(expression(text)) == value


@pytest.mark.parametrize(
    "text",
    ["a", "(a)", "a!", "a as B", "a as const", "<T>a", "a satisfies B", "((a as B)! satisfies C)", "(/* c */ a)"],
)
def test_unwrap(text: str) -> None:
    assert unwrap(expression(text)).text() == "a"


def test_await_is_unwrapped_on_request() -> None:
    node = expression("(await a())")
    assert unwrap(node).text() == "await a()"
    assert unwrap(node, awaited=True).text() == "a()"


@pytest.mark.parametrize(
    ("text", "base", "names"),
    [
        ("a.b", "a", ("b",)),
        ("a?.b!.c", "a", ("b", "c")),
        ("(a.b as any)['c d']", "a", ("b", "c d")),
        ("f(x).b", "f(x)", ("b",)),
        ("a[b].c", "a[b]", ("c",)),
        ("this.#p", "this", ("#p",)),
        ("a", "a", ()),
    ],
)
def test_member_paths(text: str, base: str, names: tuple[str, ...]) -> None:
    found, path = member_path(expression(text))
    assert (found.text(), path) == (base, names)


def test_members() -> None:
    found = member(expression("a.b.c"))
    assert found is not None
    assert (found[0].text(), found[1]) == ("a.b", "c")
    assert member(expression("a[b]")) is None
    assert member(expression("a")) is None


def test_arguments_leave_comments_out() -> None:
    assert [node.text() for node in arguments(expression("f(a, /* b */ ...c)"))] == ["a", "...c"]
    assert arguments(expression("new A")) == []
    assert arguments(expression("f`a`")) == []


def test_property_names() -> None:
    keys = [
        pair.field("key") for pair in expression("{ a: 1, 'b-c': 2, ['d']: 3, [e]: 4, 5: 6 }").find_all(kind="pair")
    ]
    assert [property_name(node) for node in keys] == ["a", "b-c", "d", None, "5"]


@pytest.mark.parametrize("language", ["typescript", "javascript"])
def test_parameters_without_types(language: str) -> None:
    found = parameters(expression("function (a, { b }, c = 1, ...d) {}", language))
    assert [(p.name, p.pattern.text(), p.default and p.default.text(), p.is_rest) for p in found] == [
        ("a", "a", None, False),
        (None, "{ b }", None, False),
        ("c", "c", "1", False),
        ("d", "d", None, True),
    ]


def test_parameters_with_types() -> None:
    method = parse(
        "class A { constructor(this: X, private a: A, b?: B<C>, { c }: D = {}, ...e: E[]) {} }", "typescript"
    )
    found = parameters(method.find_all(kind="method_definition")[0])
    assert [(p.name, p.type and p.type.text(), p.is_optional, p.is_property) for p in found] == [
        ("a", "A", False, True),
        ("b", "B<C>", True, False),
        (None, "D", True, False),
        ("e", "E[]", False, False),
    ]


def test_a_bare_arrow_parameter() -> None:
    assert [p.name for p in parameters(expression("async a => a"))] == ["a"]


def test_kinds_that_a_grammar_lacks_match_nothing() -> None:
    root = parse("const a = 1; interface B {}", "typescript")
    assert [node.kind() for node in find_all(root, "jsx_element", "interface_declaration")] == ["interface_declaration"]
    assert find_all(parse("a", "javascript"), "interface_declaration") == []
    assert find_all(root) == []


def test_nodes_are_compared_by_what_they_stand_for() -> None:
    root = parse("a; a;", "typescript")
    first, second = root.find_all(kind="identifier")
    again = root.find(kind="identifier")
    assert same_node(first, again)
    assert not same_node(first, second)
    assert not same_node(first, None)
    assert key(first) == ("identifier", 0, 1)


def test_children_and_ancestors() -> None:
    root = parse("f(() => { /* c */ a; });", "typescript")
    inner = root.find(kind="statement_block")
    assert inner is not None
    assert [node.text() for node in named(inner)] == ["a;"]
    around = enclosing(inner, frozenset({"call_expression", "program"}))
    assert around is not None
    assert around.kind() == "call_expression"
