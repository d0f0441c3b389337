"""Makes the fixes of one file: all edits of a fix or none, again and again until nothing is left to fix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from codemods.rules.inspection import Inspection, inspect
from codemods.rules.module import Module
from codemods.rules.rule import Applicability, Fix, Rule
from codemods.source.edits import Edit, render
from codemods.source.file import check_reparse

_MAX_PASSES = 10


@dataclass(frozen=True, slots=True)
class Fixed:
    """A file after its fixes. `titles` names those that were made, `refused` those that broke the syntax."""

    module: Module
    inspection: Inspection
    titles: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Pass:
    text: str
    titles: tuple[str, ...]
    refused: tuple[str, ...] = ()


def fix_file(module: Module, rules: Sequence[Rule], wanted: frozenset[Applicability]) -> Fixed:
    """Apply the wanted fixes until a pass finds none, or after ten passes."""
    titles: list[str] = []
    refused: list[str] = []
    inspection = inspect(module, rules)
    for _ in range(_MAX_PASSES if wanted else 0):
        fixes = [found.fix for found in inspection.findings if found.fix and found.fix.applicability in wanted]
        made = _one_pass(module, _independent(fixes))
        refused += [title for title in made.refused if title not in refused]
        if not made.titles:
            break
        titles += made.titles
        module = module.code.replace(module, made.text)
        inspection = inspect(module, rules)
    return Fixed(module, inspection, tuple(titles), tuple(refused))


def _independent(fixes: Iterable[Fix]) -> list[Fix]:
    """Fixes without those that insert what another one inserts already, such as the same import."""
    chosen: list[Fix] = []
    inserted: set[Edit] = set()
    for fix in fixes:
        insertions = {edit for edit in fix.edits if edit.is_insertion}
        if inserted.isdisjoint(insertions):
            chosen.append(fix)
            inserted |= insertions
    return chosen


def _one_pass(module: Module, fixes: Sequence[Fix]) -> _Pass:
    """All fixes at once; where the result parses worse than the file did, one after the other."""
    made = _applied(module, fixes)
    if not made.titles or check_reparse(module.file, made.text):
        return made
    refused: list[str] = []
    for fix in fixes:
        alone = _applied(module, [fix])
        if alone.titles and check_reparse(module.file, alone.text):
            return replace(alone, refused=tuple(refused))
        refused.append(fix.title)
    return _Pass(module.text, (), tuple(refused))


def _applied(module: Module, fixes: Sequence[Fix]) -> _Pass:
    edits = [replace(edit, group=str(number)) for number, fix in enumerate(fixes) for edit in fix.edits]
    rendered = render(module.text, edits)
    left_out = {refusal.edit.group for refusal in rendered.refused}
    titles = tuple(fix.title for number, fix in enumerate(fixes) if str(number) not in left_out)
    return _Pass(rendered.text, titles if rendered.text != module.text else ())
