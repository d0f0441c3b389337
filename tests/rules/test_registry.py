"""All rules are found, and their codes are theirs alone."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from codemods.outcome import CODES
from codemods.rules.docs import BadDocs, parse_docs
from codemods.rules.registry import FOLDER, all_rules, rules_by_code
from codemods.rules.rule import Rule


def test_every_rule_file_holds_one_rule() -> None:
    files = {path.name[:5].upper() for path in FOLDER.glob("cx*.*") if path.suffix in (".py", ".yml")}
    assert files == set(rules_by_code())


def test_codes_are_unique_across_rules_and_migration() -> None:
    codes = Counter([*(rule.CODE for rule in all_rules()), *CODES])
    assert [code for code, count in codes.items() if count > 1] == []


def test_names_are_unique() -> None:
    names = Counter(rule.NAME for rule in all_rules())
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.CODE)
def test_code_name_and_file_agree(rule: Rule) -> None:
    assert re.fullmatch(r"CX\d{3}", rule.CODE)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.NAME)
    stem = f"{rule.CODE.lower()}_{rule.NAME.replace('-', '_')}"
    assert (FOLDER / f"{stem}.py").exists() or (FOLDER / f"{stem}.yml").exists()


def test_the_fix_flag_comes_from_the_examples() -> None:
    assert rules_by_code()["CX220"].has_fix
    assert not rules_by_code()["CX520"].has_fix


def test_documentation_needs_all_headings() -> None:
    with pytest.raises(BadDocs, match="Fix safety"):
        parse_docs("A rule.\n\n## What it does\nReports.\n")
