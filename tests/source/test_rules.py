"""ast-grep YAML rules match as in ast-grep, and their fixes are edits that compose."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from codemods.source.edits import Edit, render
from codemods.source.file import SourceFile
from codemods.source.rules import BadRule, PatternRule, load_rules
from codemods.source.span import Span

HEAD = "id: r\nlanguage: [TypeScript, JavaScript]\n"


def rule(body: str) -> PatternRule:
    (loaded,) = load_rules(HEAD + dedent(body))
    return loaded


def fixed(body: str, text: str, *more: Edit, path: str = "a.ts") -> str:
    file = SourceFile(path, text)
    edits = [match.edit for match in rule(body).matches(file) if match.edit]
    rendered = render(text, [*edits, *more])
    assert rendered.refused == ()
    return rendered.text


@pytest.mark.parametrize(
    ("body", "before", "after"),
    [
        ("rule: {pattern: foo($A)}\nfix: bar($A)", "foo(1); foo(foo(2));", "bar(1); bar(bar(2));"),
        ("rule: {pattern: 'foo($$$ARGS)'}\nfix: 'bar(ctx, $$$ARGS)'", "foo(a , /* c */ b)", "bar(ctx, a , /* c */ b)"),
        ("rule: {pattern: 'foo($$$ARGS)'}\nfix: 'bar(ctx, $$$ARGS)'", "foo()", "bar(ctx)"),
        ("rule: {pattern: 'foo($$$ARGS)'}\nfix: 'bar($$$ARGS, ctx)'", "foo()", "bar(ctx)"),
        ("rule: {pattern: 'foo($$$ARGS)'}\nfix: 'bar($$$ARGS, ctx)'", "foo(a, b,)", "bar(a, b, ctx)"),
        ("rule: {pattern: '$A.b($C)'}\nfix: '$C($A, $A)'", "x.y.b(z)", "z(x.y, x.y)"),
        ("rule: {pattern: debugger}\nfix: ''", "a; debugger; b", "a; ; b"),
        ("rule: {pattern: \"'$A'\"}", "'a'", "'a'"),
    ],
)
def test_fixes(body: str, before: str, after: str) -> None:
    assert fixed(body, before) == after


def test_other_edits_apply_within_what_a_metavariable_captured() -> None:
    text = "foo(prisma.user, x)"
    body = "rule: {pattern: 'foo($A, $$$REST)'}\nfix: 'bar($$$REST, $A)'"
    assert fixed(body, text, Edit.replace(Span(4, 15), "db"), Edit.insert(18, "1")) == "bar(x1, db)"


def test_transforms() -> None:
    body = """
        rule: {pattern: $A.find($$$ARGS)}
        transform:
          NAME: {convert: {source: $A, toCase: pascalCase}}
          INNER: {replace: {source: $$$ARGS, replace: "^\\\\{(.*)\\\\}$", by: "[$1]"}}
          HEAD: {substring: {source: $A, endChar: 2}}
        fix: $NAME.get($INNER, "$HEAD")
    """
    assert fixed(body, "user_row.find({a})") == 'UserRow.get([a], "us")'


def test_constraints_and_utils() -> None:
    body = """
        rule: {all: [{pattern: $A.get($P)}, {matches: routed}]}
        constraints: {A: {regex: ^router$}}
        utils: {routed: {has: {kind: string, stopBy: end}}}
        fix: on($P)
    """
    assert fixed(body, 'router.get("/"); app.get("/"); router.get(p)') == 'on("/"); app.get("/"); router.get(p)'


def test_text_captured_outside_of_the_match_is_copied() -> None:
    body = """
        rule: {pattern: here(), inside: {pattern: "function $F() { $$$ }", stopBy: end}}
        fix: here("$F")
    """
    assert fixed(body, "function f() { here(); }") == 'function f() { here("f"); }'


def test_a_fix_on_several_lines_is_indented_like_its_match() -> None:
    body = """
        rule: {pattern: old($A)}
        fix: |
          wrap({
            inner: $A,
          })
    """
    before = "{\n\told({\n\t\tb: 1,\n\t\tc: `\n\t\tkept`,\n\n\t});\n}\n".replace("\n", "\r\n")
    after = "{\n\twrap({\n\t  inner: {\n\t  \tb: 1,\n\t  \tc: `\n\t\tkept`,\n\n\t  },\n\t});\n}\n".replace("\n", "\r\n")
    assert fixed(body, before) == after


def test_edits_compose_within_lines_that_move() -> None:
    body = "rule: {pattern: old($A)}\nfix: |\n  new(\n    $A\n  )"
    text = "old({\n  b: 1,\n})"
    assert fixed(body, text, Edit.replace(Span(text.index("1"), text.index("1") + 1), "2")) == (
        "new(\n  {\n    b: 2,\n  }\n)"
    )


def test_expansion_takes_in_a_neighbour() -> None:
    body = """
        rule: {kind: pair, has: {field: key, regex: ^old$}}
        fix: {template: "", expandEnd: {regex: ","}}
    """
    assert fixed(body, "f({ old: 1, b: 2 })") == "f({  b: 2 })"
    assert fixed(body, "f({ b: 2, old: 1 })") == "f({ b: 2,  })"


def test_several_documents_and_languages() -> None:
    text = """\
        # rules
        id: a
        language: TypeScript
        message: say a
        note: why
        severity: warning
        rule: {kind: type_annotation}
        ---
        id: a
        language: Tsx
        rule: {kind: jsx_element}
        ---
        id: b
        language: [JavaScript, TypeScript]
        rule: {pattern: b()}
    """
    rules = load_rules(dedent(text))
    assert [(one.id, one.languages, one.severity) for one in rules] == [
        ("a", ("typescript",), "warning"),
        ("a", ("tsx",), "hint"),
        ("b", ("javascript", "typescript"), "hint"),
    ]
    assert (rules[0].message, rules[0].note) == ("say a", "why")
    paths = ("a.ts", "a.tsx", "a.js", "a.mts")
    assert [len(rules[2].matches(SourceFile(path, "b()"))) for path in paths] == [1, 0, 1, 1]


def test_a_file_without_the_words_of_the_pattern_is_not_parsed() -> None:
    file = SourceFile("a.ts", "nothing(here)")
    assert rule("rule: {all: [{pattern: console.log($A)}, {inside: {pattern: other}}]}").matches(file) == ()
    assert "root" not in vars(file)
    assert rule("rule: {any: [{pattern: foo()}, {pattern: nothing($A)}]}").matches(file) != ()


def test_matches_name_their_rule_as_group() -> None:
    file = SourceFile("a.ts", "foo(1)")
    (match,) = rule("rule: {pattern: foo($A)}\nfix: $A").matches(file)
    assert match.span == Span(0, 6)
    assert match.edit == Edit(Span(0, 6), (Span(4, 5),), "r")


def test_rules_are_read_from_files(tmp_path: Path) -> None:
    path = tmp_path / "é.yml"
    path.write_text("id: é\nlanguage: ts\nrule: {pattern: é()}\n", "utf-8")
    assert [one.id for one in load_rules(path)] == ["é"]


@pytest.mark.parametrize(
    ("text", "what", "remedy"),
    [
        ("id: [", "the YAML is invalid", "Fix the syntax"),
        ("- a", "it is not a mapping", "Write `id:`"),
        ("language: ts\nrule: {pattern: a}", "'id' is missing", "Add `id"),
        ("id: x\nrule: {pattern: a}", "'language' is missing", "Add `language"),
        ("id: x\nlanguage: Python\nrule: {pattern: a}", "language 'Python' is not read here", "TypeScript"),
        ("id: x\nlanguage: ts", "'rule' is missing", "Add `rule"),
        ("id: x\nlanguage: ts\nrule: a", "'rule' is not a mapping", "indented"),
        ("id: x\nlanguage: ts\nrules: {pattern: a}", "unknown key 'rules'", "Use one of"),
        ("id: x\nlanguage: ts\nrule: {pattern: a}\nseverity: bad", "severity 'bad' does not exist", "hint"),
        ("id: x\nlanguage: ts\nrule: {kind: nope}", "Kind `nope` is invalid (language typescript)", "node kind"),
        ("id: x\nlanguage: [ts, js]\nrule: {kind: type_annotation}", "is invalid (language javascript)", "node kind"),
        ("id: x\nlanguage: ts\nrule: {pattern: a, has: {regex: (}}", "unclosed group", "regular expression"),
        ("id: x\nlanguage: ts\nrule: {pattern: a, bogus: 1}", "unknown field `bogus`", "fields that it lists"),
        ("id: x\nlanguage: ts\nrule: {matches: u}", "`u`", "`utils`"),
        ("id: x\nlanguage: ts\nrule: {pattern: ''}", "pattern", "parses on its own"),
        ("id: x\nlanguage: ts\nrule: {pattern: a($A)}\nfix: b($B)", "the fix uses $B", "metavariable"),
        ("id: x\nlanguage: ts\nrule: {pattern: a}\nfix: {title: b}", "'fix' has no template", "template"),
        ("id: x\nlanguage: ts\nrule: {pattern: a}\nrewriters: []", "rewriters are not supported", "one rule for each"),
        ("id: x\nlanguage: ts\nrule: {pattern: a}\ntransform: {T: {no: 1}}", "Transformation", "reference"),
        ("id: x\nlanguage: ts\nrule: {pattern: a}\nmessage: {}", "'message' is not text", "text"),
        ("id: x\nlanguage: [ts, js]\nrule: {pattern: a}\n---\nid: x\nlanguage: ts\nrule: {pattern: a}", "twice", "id"),
    ],
)  # fmt: skip
def test_a_bad_rule_says_what_is_wrong_and_what_to_do(text: str, what: str, remedy: str) -> None:
    with pytest.raises(BadRule) as caught:
        load_rules(text, "rules/x.yml")
    error = caught.value
    assert error.file == "rules/x.yml"
    assert what in error.what
    assert remedy.lower() in error.remedy.lower()
    assert "\n" not in str(error)
