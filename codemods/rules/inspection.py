"""Runs the rules over one file and holds back what its comments suppress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from codemods.outcome import CODES, Place, Severity
from codemods.rules.finding import Finding
from codemods.rules.module import Module
from codemods.rules.rule import Report, Rule, Where
from codemods.source.span import Span

_SYNTAX = "CX902"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the rules say about one file: findings in the order of the text, and how many were suppressed."""

    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    parsed: bool = False


def inspect(module: Module, rules: Sequence[Rule]) -> Inspection:
    """Run the rules that apply to a file. Files that no rule can have anything to say about are not parsed."""
    applicable = [rule for rule in rules if applies(rule, module)]
    if not applicable:
        return Inspection()
    for suppression in module.suppressions:
        suppression.judged = frozenset(rule.CODE for rule in rules)
        suppression.used.clear()
    first = [found for rule in applicable if not rule.LAST for found in _findings(module, rule)]
    kept = [finding for finding in first if not _suppressed(module, finding)]
    last = [found for rule in applicable if rule.LAST for found in _findings(module, rule)]
    broken = [_syntax_error(module)] if module.functions_folder is not None and _is_broken(module) else []
    findings = tuple(sorted(broken + kept + last, key=lambda finding: finding.order))
    return Inspection(findings, suppressed=len(first) - len(kept), parsed=True)


def applies(rule: Rule, module: Module) -> bool:
    """True when the rule looks at files of this kind and the text holds one of its literals."""
    if module.is_test and not rule.TESTS:
        return False
    inside = module.functions_folder is not None
    if rule.WHERE is not Where.BOTH and inside is not (rule.WHERE is Where.FUNCTIONS):
        return False
    return not rule.LITERALS or module.holds(rule.LITERALS)


def _findings(module: Module, rule: Rule) -> Iterator[Finding]:
    for report in rule.check(module):
        yield _placed(module, rule, report)


def _placed(module: Module, rule: Rule, report: Report) -> Finding:
    file, span = module.file, report.span
    return Finding(
        code=rule.CODE,
        rule=rule.NAME,
        severity=rule.SEVERITY,
        message=report.message,
        help=report.help,
        place=file.place(span.start),
        end=file.place(span.end),
        line_text=_line(module, span),
        span=span,
        fix=report.fix,
    )


def _line(module: Module, span: Span) -> str:
    file = module.file
    return file.text[file.line_start(span.start) : file.line_end(span.start)]


def _suppressed(module: Module, finding: Finding) -> bool:
    held = False
    for suppression in module.suppressions:
        if suppression.line == finding.place.line and finding.code in suppression.codes:
            suppression.used.add(finding.code)
            held = True
    return held


def _is_broken(module: Module) -> bool:
    """True for syntax errors; the first look spares most files the exact answer, for which every node is read."""
    return module.root.find(kind="ERROR") is not None and module.file.has_errors


def _syntax_error(module: Module) -> Finding:
    place: Place = module.file.errors[0]
    code = CODES[_SYNTAX]
    lines = module.text.splitlines()
    return Finding(
        code=code.id,
        rule="syntax-error",
        severity=Severity.ERROR,
        message=f"The {code.title} here, so not every rule could be applied",
        help=code.help,
        place=place,
        end=place,
        line_text=lines[place.line - 1] if place.line <= len(lines) else "",
        span=Span(0, 0),
    )
