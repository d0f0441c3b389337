"""The words of the proof: stages, how each ended, and the evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What is looked at, in the order of looking."""

    PARSE = "parse"
    """Every file of the functions folder parses."""
    SECOND_RUN = "second-run"
    """Migrating once more changes nothing."""
    RULES = "rules"
    """`convexify check` finds nothing in the functions folder."""
    CODEGEN = "codegen"
    """`convex codegen` accepts the folder."""
    TSC = "tsc"
    """The type checker finds nothing, strictly."""
    BUNDLE = "bundle"
    """The modules bundle as for a push: no Node built-ins in the default runtime, no missing packages."""
    LOAD = "load"
    """Every module loads, and so does the schema."""
    REPLAY = "replay"
    """The same requests get the same answers from the Express application and from the migrated one."""


STAGES = tuple(Stage)


class Status(StrEnum):
    """How a stage ended."""

    PASS = "pass"
    FAIL = "fail"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that a stage found wrong.

    `file` is relative to the root of the proof, "" where no file is at fault; lines and columns count from 1. `frame`
    holds the lines around the place. `function` is the exported function that holds the place, `producer` the part of
    convexify that wrote it, or "your code".
    """

    message: str
    file: str = ""
    line: int = 1
    column: int = 1
    frame: tuple[str, ...] = ()
    function: str | None = None
    producer: str | None = None
    sides: tuple[str, str] | None = None
    """What the Express application answered, and the migrated one, where the two are compared."""


@dataclass(frozen=True, slots=True)
class StageResult:
    """How one stage ended, in `seconds`. `note` says why it was not run, or what it looked at."""

    stage: Stage
    status: Status
    seconds: float = 0.0
    note: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The results of all stages that were asked for. `folder` is the functions folder, "" when there is none."""

    folder: str
    results: tuple[StageResult, ...]

    @property
    def failed(self) -> bool:
        return any(result.status is Status.FAIL for result in self.results)

    def count(self, status: Status) -> int:
        return sum(result.status is status for result in self.results)
