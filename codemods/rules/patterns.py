"""Rules that a pattern can state: ast-grep YAML files, which stock `ast-grep scan` runs too.

What ast-grep does not know stands under `metadata`: the documentation, the examples, how safe the fix is, and
`bindings`: which import each metavariable has to be bound to, as `module#name`. Stock ast-grep ignores the last, so it
may report more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from ast_grep_py import SgNode

from codemods.outcome import Severity
from codemods.rules.module import Module
from codemods.rules.origin import External, origin_of
from codemods.rules.rule import Applicability, Fix, Invalid, Report, Rule, Valid
from codemods.source.rules import BadRule, Match, PatternRule, load_rules

_LANGUAGES = ("typescript", "tsx", "javascript")
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFO, "hint": Severity.INFO}
_METAVARIABLE = re.compile(r"\$([A-Z_][A-Z0-9_]*)")
_PATH = "convex/tasks.ts"
_EXAMPLE_KEYS = frozenset({"code", "path", "at", "fixed", "found"})


@dataclass(frozen=True, slots=True)
class _Metadata:
    """The part of a rule file that ast-grep does not read."""

    name: str
    docs: str
    literals: tuple[str, ...]
    bindings: tuple[tuple[str, External], ...]
    fix: str
    safety: Applicability
    valid: tuple[Valid, ...]
    invalid: tuple[Invalid, ...]


class PatternBased(Rule):
    """A rule of `check` made of an ast-grep rule and its metadata."""

    def __init__(self, pattern: PatternRule, metadata: _Metadata) -> None:
        self.CODE = pattern.id
        self.NAME = metadata.name
        self.MESSAGE = pattern.message
        self.HELP = pattern.note
        self.LITERALS = metadata.literals
        self.SEVERITY = _SEVERITIES[pattern.severity]
        self.VALID = metadata.valid
        self.INVALID = metadata.invalid
        self._pattern = pattern
        self._metadata = metadata

    @property
    def documentation(self) -> str:
        return self._metadata.docs

    def check(self, module: Module) -> Iterator[Report]:
        for match in self._pattern.matches(module.file):
            if all(self._is_bound(module, match.node, name, origin) for name, origin in self._metadata.bindings):
                yield Report(match.span, _filled(self.MESSAGE, match.node), self.HELP, self._fix(match))

    def _is_bound(self, module: Module, node: SgNode, name: str, origin: External) -> bool:
        bound = node.get_match(name)
        is_imported = bound is not None and bound.text() in module.import_names
        return bound is not None and is_imported and origin_of(module, bound) == origin

    def _fix(self, match: Match) -> Fix | None:
        if match.edit is None:
            return None
        return Fix(_filled(self._metadata.fix, match.node), (match.edit,), self._metadata.safety)


def load_pattern_rule(path: Path) -> PatternBased:
    """The rule of a YAML file. Raises BadRule for one that cannot be used."""
    pattern = load_rules(path)[0]
    document = yaml.safe_load(path.read_text("utf-8"))
    metadata = document.get("metadata") if isinstance(document, dict) else None
    if not isinstance(metadata, dict):
        raise BadRule(path.name, pattern.id, "it has no metadata", "Add `metadata:` with name, docs and examples.")
    return PatternBased(replace(pattern, languages=_LANGUAGES), _read_metadata(path.name, pattern.id, metadata))


def _read_metadata(file: str, rule: str, data: Mapping[str, object]) -> _Metadata:
    try:
        return _Metadata(
            name=_text(data, "name"),
            docs=_text(data, "docs"),
            literals=tuple(_texts(data.get("literals", []))),
            bindings=tuple(_bindings(data.get("bindings", {}))),
            fix=str(data.get("fix", "")),
            safety=Applicability(str(data.get("safety", "safe"))),
            valid=tuple(_valid(item) for item in _list(data.get("valid"))),
            invalid=tuple(_invalid(item) for item in _list(data.get("invalid"))),
        )
    except (TypeError, ValueError) as error:
        raise BadRule(file, rule, f"its metadata is wrong: {error}", "Compare it with the other rules.") from error


def _valid(item: object) -> Valid:
    texts = _example(item)
    return Valid(texts["code"], texts.get("path", _PATH))


def _invalid(item: object) -> Invalid:
    texts = _example(item)
    found = int(texts.pop("found", "1"))
    return Invalid(texts["code"], texts.get("at", ""), texts.get("fixed"), texts.get("path", _PATH), found=found)


def _example(item: object) -> dict[str, str]:
    if not isinstance(item, dict) or "code" not in item or not _EXAMPLE_KEYS.issuperset(item):
        raise ValueError(f"an example has a code and maybe {', '.join(sorted(_EXAMPLE_KEYS - {'code'}))}")
    return {str(key): str(value) for key, value in item.items()}


def _bindings(value: object) -> Iterator[tuple[str, External]]:
    if not isinstance(value, dict):
        raise ValueError("bindings is not a mapping")
    for name, target in value.items():
        module, _, member = str(target).partition("#")
        yield str(name), External(module, (member,) if member else ())


def _text(data: Mapping[str, object], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        raise ValueError(f"{key} is missing")
    return value


def _texts(value: object) -> Iterator[str]:
    for item in _list(value):
        yield str(item)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError("a list is missing")
    return value


def _filled(template: str, node: SgNode) -> str:
    """The template with each metavariable replaced by what it matched."""

    def matched(found: re.Match[str]) -> str:
        bound = node.get_match(found[1])
        return bound.text() if bound is not None else found[0]

    return _METAVARIABLE.sub(matched, template)
