"""What every report format is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from codemods.changes.migration import Settled
from codemods.outcome import CODES, Diagnostic, Item, ItemKind, Outcome, Place, Severity

if TYPE_CHECKING:
    from codemods.proof import Proof

Mode = Literal["dry-run", "applied"]


@dataclass(frozen=True, slots=True)
class Report:
    """A settled migration, whether it was written, how long it took, and the path as its owner typed it."""

    settled: Settled
    mode: Mode = "dry-run"
    duration_ms: int = 0
    path: str = "."
    patch_prefix: str = ""
    proof: Proof | None = None
    """What `--verify` found, before anything was written."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that its owner should look at: where and what it is, and what to do where that is special to it."""

    place: Place
    text: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """All findings with one code."""

    code: str
    title: str
    help: str
    findings: tuple[Finding, ...]


def outcome_counts(items: Iterable[Item]) -> dict[ItemKind, Counter[Outcome]]:
    """How often each outcome came up, for the kinds that occur, in the order of ItemKind."""
    counted: dict[ItemKind, Counter[Outcome]] = {kind: Counter() for kind in ItemKind}
    for item in items:
        counted[item.kind][item.outcome] += 1
    return {kind: row for kind, row in counted.items() if row}


def topics(settled: Settled) -> list[Topic]:
    """Everything that was not carried over whole, and every warning, by code; what was merely skipped is left out."""
    found: dict[str, dict[Finding, None]] = {}
    seen = set()
    for item in settled.items:
        if item.reason and item.outcome in (Outcome.NEEDS_REVIEW, Outcome.UNSUPPORTED):
            code, detail = split_reason(item.reason)
            seen.add((code, item.source))
            found.setdefault(code, {})[Finding(item.source, _about(item, code, detail))] = None
    for diagnostic in settled.diagnostics:
        known = (diagnostic.code, diagnostic.place) in seen
        if not known and diagnostic.severity is not Severity.INFO:
            found.setdefault(diagnostic.code, {})[_found(diagnostic)] = None
    helps = _helps(settled.diagnostics)
    return [_topic(code, tuple(findings), helps) for code, findings in sorted(found.items())]


def skip_counts(items: Iterable[Item]) -> list[tuple[str, int]]:
    """The reasons for which things were skipped, most frequent first."""
    reasons = Counter(item.reason or "" for item in items if item.outcome is Outcome.SKIPPED)
    return sorted(
        ((split_reason(reason)[1] or reason, n) for reason, n in reasons.items()), key=lambda r: (-r[1], r[0])
    )


def split_reason(reason: str) -> tuple[str, str]:
    """A reason's code and its words: "CX312 what stands in the way"."""
    code, _, words = reason.partition(" ")
    return code, words


def plural(count: int, noun: str) -> str:
    """A count with its noun: "1 file", "2 files", "3 queries"."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} {noun[:-1]}ies" if noun.endswith("ry") else f"{count} {noun}s"


def _about(item: Item, code: str, detail: str) -> str:
    title = CODES[code].title if code in CODES else ""
    return f"{item.kind} {item.name}" + (f": {detail}" if detail and detail != title else "")


def _found(diagnostic: Diagnostic) -> Finding:
    known = CODES.get(diagnostic.code)
    special = diagnostic.help if known is not None and diagnostic.help != known.help else ""
    return Finding(diagnostic.place, diagnostic.message, special)


def _helps(diagnostics: Iterable[Diagnostic]) -> dict[str, str]:
    return {diagnostic.code: diagnostic.help for diagnostic in diagnostics}


def _topic(code: str, findings: tuple[Finding, ...], helps: dict[str, str]) -> Topic:
    ordered = tuple(sorted(findings, key=lambda finding: (finding.place, finding.text)))
    if code in CODES:
        return Topic(code, CODES[code].title, CODES[code].help, ordered)
    return Topic(code, "", helps.get(code, ""), ordered)
