"""Reads the YAML of ast-grep rules and says in words what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import yaml
from ast_grep_py import Config, Rule

from codemods.source.fix import METAVARIABLE, Expansion, Fix

_LANGUAGES = {
    "typescript": "typescript",
    "ts": "typescript",
    "tsx": "tsx",
    "javascript": "javascript",
    "js": "javascript",
    "jsx": "javascript",
}

_SEVERITIES = ("hint", "info", "warning", "error", "off")

_KEYS = frozenset(
    {
        "constraints",
        "files",
        "fix",
        "id",
        "ignores",
        "labels",
        "language",
        "message",
        "metadata",
        "note",
        "rule",
        "severity",
        "transform",
        "url",
        "utils",
    }
)


class BadRule(Exception):
    """A rule that cannot be used: `file`, `rule` (its id or number), `what` is wrong, and the `remedy`."""

    def __init__(self, file: str, rule: str, what: str, remedy: str) -> None:
        super().__init__(f"{file}: rule {rule}: {what}. {remedy}")
        self.file = file
        self.rule = rule
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class RuleText:
    """One document of a rule file, checked as far as that is possible without compiling it."""

    file: str
    id: str
    languages: tuple[str, ...]
    message: str
    note: str
    severity: str
    config: Config
    fix: Fix | None
    url: str
    files: tuple[str, ...]
    ignores: tuple[str, ...]


def read_rules(text: str, file: str) -> list[RuleText]:
    """The documents of a rule file. Raises BadRule."""
    try:
        documents = list(yaml.safe_load_all(text))
    except yaml.YAMLError as error:
        what = f"the YAML is invalid: {' '.join(str(error).split())}"
        raise BadRule(file, "1", what, "Fix the syntax of the file.") from error
    rules = [
        _Document(file, str(number), document).rule()
        for number, document in enumerate(documents, 1)
        if document is not None
    ]
    _no_repeats(rules)
    return rules


def _no_repeats(rules: list[RuleText]) -> None:
    seen: set[tuple[str, str]] = set()
    for rule in rules:
        for language in rule.languages:
            if (rule.id, language) in seen:
                raise BadRule(rule.file, rule.id, f"the id is used twice for {language}", "Give each rule its own id.")
            seen.add((rule.id, language))


class _Document:
    def __init__(self, file: str, number: str, data: object) -> None:
        self._file = file
        self._name = number
        if not isinstance(data, dict):
            raise self._bad("it is not a mapping", "Write `id:`, `language:` and `rule:`.")
        self._data: Mapping[object, object] = data
        if isinstance(data.get("id"), str):
            self._name = str(data["id"])

    def _bad(self, what: str, remedy: str) -> BadRule:
        return BadRule(self._file, self._name, what, remedy)

    def rule(self) -> RuleText:
        self._check_keys()
        config = self._config()
        return RuleText(
            file=self._file,
            id=self._required_text("id"),
            languages=self._languages(),
            message=self._text("message"),
            note=self._text("note"),
            severity=self._severity(),
            config=config,
            fix=self._fix(),
            url=self._text("url"),
            files=self._texts("files"),
            ignores=self._texts("ignores"),
        )

    def _check_keys(self) -> None:
        if "rewriters" in self._data:
            raise self._bad("rewriters are not supported", "Use one rule for each rewrite: their fixes compose.")
        unknown = sorted(str(key) for key in self._data if key not in _KEYS)
        if unknown:
            raise self._bad(f"unknown key {unknown[0]!r}", f"Use one of: {', '.join(sorted(_KEYS))}.")

    def _text(self, key: str) -> str:
        value = self._data.get(key, "")
        if not isinstance(value, str):
            raise self._bad(f"{key!r} is not text", f"Write `{key}: …` with text.")
        return value.strip()

    def _required_text(self, key: str) -> str:
        found = self._text(key)
        if not found:
            raise self._bad(f"{key!r} is missing", f"Add `{key}: …`.")
        return found

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self._data.get(key, [])
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(one, str) for one in listed):
            raise self._bad(f"{key!r} is not a list of text", f'Write `{key}: ["…"]`.')
        return tuple(str(one) for one in listed)

    def _languages(self) -> tuple[str, ...]:
        names = self._texts("language")
        if not names:
            raise self._bad("'language' is missing", "Add `language: TypeScript` (or Tsx, JavaScript, or a list).")
        for name in names:
            if name.lower() not in _LANGUAGES:
                raise self._bad(f"language {name!r} is not read here", "Use TypeScript, Tsx or JavaScript.")
        return tuple(dict.fromkeys(_LANGUAGES[name.lower()] for name in names))

    def _severity(self) -> str:
        severity = self._text("severity") or "hint"
        if severity not in _SEVERITIES:
            raise self._bad(f"severity {severity!r} does not exist", f"Use one of: {', '.join(_SEVERITIES)}.")
        return severity

    def _config(self) -> Config:
        rule = self._mapping("rule")
        if not rule:
            raise self._bad("'rule' is missing", "Add `rule:` with a `pattern` or a `kind`.")
        config: dict[str, object] = {"rule": rule}
        for key in ("constraints", "utils", "transform"):
            if part := self._mapping(key):
                config[key] = part
        return cast(Config, config)

    def _mapping(self, key: str) -> dict[str, object]:
        value = self._data.get(key, {})
        if not isinstance(value, dict):
            raise self._bad(f"{key!r} is not a mapping", f"Write the parts of `{key}:` indented below it.")
        return value

    def _fix(self) -> Fix | None:
        value = self._data.get("fix")
        if isinstance(value, list):
            value = value[0] if value else None
        if value is None:
            return None
        template = value.get("template") if isinstance(value, dict) else value
        if not isinstance(template, str):
            raise self._bad("'fix' has no template", "Write `fix: …` with the new code, or `fix: {template: …}`.")
        self._check_variables(template)
        start, end = (self._expansion(value, key) for key in ("expandStart", "expandEnd"))
        return Fix(template.rstrip("\n"), start, end)

    def _expansion(self, fix: object, key: str) -> Expansion | None:
        relation = fix.get(key) if isinstance(fix, dict) else None
        if relation is None:
            return None
        if not isinstance(relation, dict):
            raise self._bad(f"{key!r} is not a rule", f"Write `{key}: {{regex: ','}}`.")
        stop = relation.get("stopBy", "neighbor")
        rule = cast(Rule, {name: value for name, value in relation.items() if name != "stopBy"})
        return Expansion(rule, stop if isinstance(stop, str) else cast(Rule, stop))

    def _check_variables(self, template: str) -> None:
        known = set(_variables([self._data.get("rule"), self._data.get("utils"), self._data.get("constraints")]))
        known |= {str(name) for name in self._mapping("transform")}
        for found in METAVARIABLE.finditer(template):
            if found["name"] not in known:
                remedy = "Use a metavariable of the rule, or define it under `transform`."
                raise self._bad(f"the fix uses {found[0]}, which nothing captures", remedy)


def _variables(part: object) -> Iterator[str]:
    if isinstance(part, str):
        yield from (found["name"] for found in METAVARIABLE.finditer(part))
    elif isinstance(part, dict):
        for value in part.values():
            yield from _variables(value)
    elif isinstance(part, list):
        for value in part:
            yield from _variables(value)
