"""Every rule's examples and documentation are its tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from codemods.rules.docs import parse_docs
from codemods.rules.engine import CheckOptions, check_paths
from codemods.rules.finding import CheckResult
from codemods.rules.registry import all_rules
from codemods.rules.rule import Invalid, Rule, Valid

_PACKAGE_JSON = '{ "name": "app", "dependencies": { "convex": "^1.48.0" } }'
_PATH_LINE = re.compile(r"// path: (\S+)\n")


def _checked(root: Path, rule: Rule, example: Valid | Invalid, *, fix: bool = False) -> CheckResult:
    files = {"package.json": _PACKAGE_JSON, "convex/other.ts": "", **dict(example.files), example.path: example.code}
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(text.encode())
    select = () if rule.LAST else (rule.CODE,)
    return check_paths([root], CheckOptions(select=select, fix=fix, unsafe=fix, base=root))


def _valid() -> Iterator[object]:
    for rule in all_rules():
        for number, example in enumerate(rule.VALID):
            yield pytest.param(rule, example, id=f"{rule.CODE}-{rule.NAME}-{number}")


def _invalid() -> Iterator[object]:
    for rule in all_rules():
        for number, example in enumerate(rule.INVALID):
            yield pytest.param(rule, example, id=f"{rule.CODE}-{rule.NAME}-{number}")


@pytest.mark.parametrize(("rule", "example"), list(_valid()))
def test_accepts(rule: Rule, example: Valid, tmp_path: Path) -> None:
    found = _checked(tmp_path, rule, example).findings
    assert [finding.message for finding in found if finding.code == rule.CODE] == []


@pytest.mark.parametrize(("rule", "example"), list(_invalid()))
def test_reports(rule: Rule, example: Invalid, tmp_path: Path) -> None:
    found = [one for one in _checked(tmp_path, rule, example).findings if one.code == rule.CODE]
    assert [finding.place.file for finding in found] == [example.path] * example.found
    assert example.code[found[0].span.start :].startswith(example.at)
    assert "{" not in found[0].message + found[0].help or "{" in rule.HELP


@pytest.mark.parametrize(("rule", "example"), list(_invalid()))
def test_fixes(rule: Rule, example: Invalid, tmp_path: Path) -> None:
    result = _checked(tmp_path, rule, example, fix=True)
    after = {file.path: file.after.decode().rstrip() for file in result.fixed}
    assert after == ({} if example.fixed is None else {example.path: example.fixed.rstrip()})
    wanted = [finding.fix for finding in result.findings if finding.code == rule.CODE and finding.fix]
    assert wanted == [], "a second run finds nothing more to fix"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.CODE)
def test_documentation_shows_what_is_reported_and_what_is_not(rule: Rule, tmp_path: Path) -> None:
    docs = parse_docs(rule.documentation)
    wrong, right = _documented(docs.example_code), _documented(docs.use_instead_code)
    reported = _checked(tmp_path / "wrong", rule, wrong).findings
    accepted = _checked(tmp_path / "right", rule, right).findings
    assert rule.CODE in [finding.code for finding in reported]
    assert rule.CODE not in [finding.code for finding in accepted]


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.CODE)
def test_every_rule_has_examples_of_both_kinds(rule: Rule) -> None:
    assert rule.VALID or rule.CODE == "CX123"
    assert rule.INVALID
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", part) for part in [rule.NAME])


def _documented(code: str) -> Valid:
    path = _PATH_LINE.match(code)
    return Valid(code, path[1] if path else "convex/example.ts")
