"""Finds the rules: the modules of this package that are named after a code, and the ast-grep files beside them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from pathlib import Path

import codemods.rules
from codemods.rules.patterns import load_pattern_rule
from codemods.rules.rule import Rule

_RULE_MODULE = re.compile(r"cx\d{3}_\w+")
FOLDER = Path(__file__).parent


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, sorted by code."""
    modules = [found.name for found in pkgutil.iter_modules(codemods.rules.__path__) if _RULE_MODULE.match(found.name)]
    rules = [_rule_of(name) for name in modules]
    rules += [load_pattern_rule(path) for path in FOLDER.glob("cx*.yml")]
    return tuple(sorted(rules, key=lambda rule: rule.CODE))


@cache
def rules_by_code() -> dict[str, Rule]:
    """The rules, by code."""
    return {rule.CODE: rule for rule in all_rules()}


def _rule_of(name: str) -> Rule:
    module = importlib.import_module(f"codemods.rules.{name}")
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise ImportError(f"codemods/rules/{name}.py defines {len(classes)} rules instead of one")
    return classes[0]()
