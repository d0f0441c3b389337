"""What a check yields: findings with their places and fixes, files as the fixes leave them, and counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from codemods.outcome import Place, Severity
from codemods.rules.rule import Fix
from codemods.source.span import Span


@dataclass(frozen=True, slots=True)
class Finding:
    """One report of one rule, placed.

    `place` and `end` count lines and columns from 1, the file is relative to the base of the check; `line_text` is
    the source line of `place`. `span` and `fix` speak of the file's text as it is after the fixes that were made.
    """

    code: str
    rule: str
    severity: Severity
    message: str
    help: str
    place: Place
    end: Place
    line_text: str
    span: Span
    fix: Fix | None = None

    @property
    def order(self) -> tuple[Place, str, str]:
        """What findings are sorted by: the place, then the code."""
        return self.place, self.code, self.message


@dataclass(frozen=True, slots=True)
class FixedFile:
    """A file that fixes changed. `path` is relative to the base; `titles` says what was done, once per fix."""

    path: str
    before: bytes
    after: bytes
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stats:
    """How much was looked at. `files` were read, `parsed` of them had to be parsed."""

    projects: int = 0
    files: int = 0
    parsed: int = 0
    rules: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of a check: what is left to do, what the fixes did, and what could not be done (`notes`)."""

    findings: tuple[Finding, ...]
    fixed: tuple[FixedFile, ...] = ()
    stats: Stats = field(default_factory=Stats)
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 when nothing is left to do, else 1."""
        return 1 if self.findings else 0
