"""Rewrite rules as data: stock ast-grep YAML rules, run by us so that their fixes compose with other edits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ast_grep_py import Config, SgNode, SgRoot

from codemods.source.edit import Edit
from codemods.source.file import SourceFile, span_of
from codemods.source.fix import Fix
from codemods.source.rule_file import BadRule, RuleText, read_rules
from codemods.source.span import Span

__all__ = ["BadRule", "Match", "PatternRule", "load_rules"]

_REFERENCE = "Compare it with ast-grep's rule reference, https://ast-grep.github.io/reference/rule.html."

_REMEDIES = (
    ("unknown field", "Use one of the fields that it lists."),
    ("is not defined", "Define the utility rule under `utils` of the same rule."),
    ("invalid kind", "Use a node kind of the language's grammar; the playground of ast-grep shows them."),
    ("pattern", "Write the pattern as code that parses on its own, or give it a context and a selector."),
    ("regex", "Write the regular expression in Rust's syntax, without look-around."),
)

_WORD = re.compile(r"(?<![\w$])[A-Za-z_]\w{2,}")


@dataclass(frozen=True, slots=True)
class Match:
    """Where a rule matched, and the edit that its fix makes there."""

    span: Span
    node: SgNode
    edit: Edit | None


@dataclass(frozen=True)
class PatternRule:
    """An ast-grep rule that compiles in each of its `languages` (typescript, tsx, javascript).

    `severity` is one of ast-grep's: hint, info, warning, error, off. `files` and `ignores` are the globs of the rule
    file, for the caller to apply.
    """

    id: str
    languages: tuple[str, ...]
    message: str
    note: str
    severity: str
    config: Config
    fix: Fix | None
    url: str = ""
    files: tuple[str, ...] = ()
    ignores: tuple[str, ...] = ()

    @cached_property
    def words(self) -> frozenset[str]:
        """Words without which a text cannot match, so that most files need no parsing."""
        return _words(self.config["rule"])

    def may_match(self, text: str) -> bool:
        return all(word in text for word in self.words)

    def matches(self, file: SourceFile) -> tuple[Match, ...]:
        """The matches in a file, in the order of the text. The edits belong to the rule's id as their group."""
        if file.language not in self.languages or not self.may_match(file.text):
            return ()
        return tuple(self._match(file, node) for node in file.root.find_all(self.config))

    def _match(self, file: SourceFile, node: SgNode) -> Match:
        edit = None if self.fix is None else self.fix.edit(file, node, self.id)
        return Match(span_of(node), node, edit)


def load_rules(source: Path | str, name: str = "rule") -> tuple[PatternRule, ...]:
    """The rules of a YAML file (a Path), or of YAML text that is called `name` in errors.

    Raises BadRule for the first rule that cannot be used, OSError when the file cannot be read.
    """
    if isinstance(source, Path):
        return tuple(_compiled(text) for text in read_rules(source.read_text("utf-8"), source.as_posix()))
    return tuple(_compiled(text) for text in read_rules(source, name))


def _compiled(text: RuleText) -> PatternRule:
    for language in text.languages:
        _try(text, language)
    return PatternRule(
        id=text.id,
        languages=text.languages,
        message=text.message,
        note=text.note,
        severity=text.severity,
        config=text.config,
        fix=text.fix,
        url=text.url,
        files=text.files,
        ignores=text.ignores,
    )


def _try(text: RuleText, language: str) -> None:
    """ast-grep compiles a rule when it is used; an empty file costs nothing and shows every mistake."""
    try:
        SgRoot("", language).root().find_all(text.config)
    except Exception as error:  # the extension raises RuntimeError, TypeError, ValueError and bare Exception
        what = _reason(str(error))
        raise BadRule(text.file, text.id, f"{what} (language {language})", _remedy(str(error))) from error


def _reason(message: str) -> str:
    """The innermost cause in an error of the extension, which also carries the whole chain and a backtrace."""
    chain = message.split("Stack backtrace:")[0].strip()
    lines = [line.strip() for line in chain.splitlines() if line.strip()]
    return re.sub(r"^\d+:\s*", "", lines[-1]).rstrip(".") if lines else "the rule does not compile"


def _remedy(message: str) -> str:
    chain = message.split("Stack backtrace:")[0].lower()
    return next((remedy for word, remedy in _REMEDIES if word in chain), _REFERENCE)


def _words(rule: object) -> frozenset[str]:
    return frozenset(_required(rule))


def _required(rule: object) -> Iterator[str]:
    """Words of patterns that must match: alternatives, negations and relations are left alone."""
    if not isinstance(rule, dict):
        return
    pattern = rule.get("pattern")
    if isinstance(pattern, str):
        yield from _WORD.findall(pattern)
    parts = rule.get("all")
    for part in parts if isinstance(parts, list) else ():
        yield from _required(part)
