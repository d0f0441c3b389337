"""Rules that are patterns: ast-grep files that stock ast-grep runs too."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codemods.rules.patterns import PatternBased, load_pattern_rule
from codemods.rules.registry import FOLDER, all_rules
from codemods.source.rules import BadRule

PATTERNS = [rule for rule in all_rules() if isinstance(rule, PatternBased)]
AST_GREP = shutil.which("ast-grep", path=str(Path(sys.executable).parent)) or shutil.which("ast-grep")


@pytest.mark.skipif(AST_GREP is None, reason="ast-grep is not installed")
@pytest.mark.parametrize("rule", PATTERNS, ids=lambda rule: rule.CODE)
def test_stock_ast_grep_finds_the_same_invalid_examples(rule: PatternBased, tmp_path: Path) -> None:
    (file,) = FOLDER.glob(f"{rule.CODE.lower()}_*.yml")
    for example in rule.INVALID:
        (tmp_path / "example.ts").write_text(example.code)
        command = [str(AST_GREP), "scan", "--rule", str(file), "--report-style", "short", str(tmp_path)]
        shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        assert rule.CODE in shown


@pytest.mark.parametrize(
    ("metadata", "complaint"),
    [
        ("", "it has no metadata"),
        ("metadata: {docs: x, valid: [], invalid: []}", "name is missing"),
        ("metadata: {name: x, docs: x, valid: [{kode: a}], invalid: []}", "an example has a code"),
        ("metadata: {name: x, docs: x, valid: [], invalid: [], safety: maybe}", "'maybe' is not a valid"),
    ],
)
def test_a_rule_with_wrong_metadata_says_so(tmp_path: Path, metadata: str, complaint: str) -> None:
    path = tmp_path / "cx999_x.yml"
    path.write_text(f"id: CX999\nlanguage: typescript\nseverity: error\nrule: {{pattern: a()}}\n{metadata}\n")
    with pytest.raises(BadRule, match=complaint):
        load_pattern_rule(path)
