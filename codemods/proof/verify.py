"""Runs the stages of the proof on a project, or on what a migration would make of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from codemods.changes import Options
from codemods.changes.changeset import FileChange
from codemods.proof.bench import Bench, bench
from codemods.proof.blame import placed
from codemods.proof.node import OLDEST, Node, NodeError, find_node
from codemods.proof.replay import Script
from codemods.proof.stages import CHECKS, Check, Found, replay
from codemods.proof.words import STAGES, Evidence, Proof, Stage, StageResult, Status

Progress = Callable[[str, int, int], None]

_AFTER = {
    Stage.CODEGEN: (Stage.PARSE,),
    Stage.TSC: (Stage.PARSE, Stage.CODEGEN),
    Stage.BUNDLE: (Stage.PARSE, Stage.CODEGEN),
    Stage.LOAD: (Stage.PARSE, Stage.CODEGEN, Stage.BUNDLE),
    Stage.REPLAY: (Stage.PARSE, Stage.CODEGEN, Stage.LOAD),
}
"""Stages whose failure leaves nothing to look at."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to prove. `stages` are those to report; others are run only where these need them.

    `options` are those of the migration, for the second run. `script` is what to ask the application at the URL
    `original`, and the migrated one.
    """

    stages: Collection[Stage] = STAGES
    may_install: bool = False
    options: Options = field(default_factory=Options)
    script: Script | None = None
    original: str = ""


def verify(root: Path, request: Request | None = None, progress: Progress | None = None) -> Proof:
    """Prove the Convex project at `root`. Raises NoProject and InstallError; nothing in `root` is written."""
    return verify_plan(root, (), request, progress)


def verify_plan(
    root: Path, changes: Iterable[FileChange], request: Request | None = None, progress: Progress | None = None
) -> Proof:
    """The same for the project as these changes would leave it."""
    request = request or Request()
    with bench(root.resolve(), changes, request.may_install) as made:
        return Proof(made.folder, tuple(_results(made, request, progress)))


def _results(made: Bench, request: Request, progress: Progress | None) -> Iterator[StageResult]:
    executable = find_node()
    node = Node(executable, made.home, made.temporary) if executable is not None else None
    ended: dict[Stage, Status] = {}
    wanted = _with_needed(request.stages)
    for number, stage in enumerate(wanted, start=1):
        if progress is not None:
            progress(stage.value, number, len(wanted))
        result = _result(made, node, stage, request, ended)
        ended[stage] = result.status
        if stage in request.stages:
            yield result


def _with_needed(stages: Collection[Stage]) -> list[Stage]:
    needed: set[Stage] = set()
    waiting = list(stages)
    while waiting:
        stage = waiting.pop()
        needed.add(stage)
        waiting += _AFTER.get(stage, ())
    return [stage for stage in STAGES if stage in needed]


def _result(made: Bench, node: Node | None, stage: Stage, request: Request, ended: dict[Stage, Status]) -> StageResult:
    check = CHECKS.get(stage) or _replay(request)
    reason = _cannot_run(made, node, stage, check, ended)
    if check is None or reason is not None:
        return StageResult(stage, Status.NOT_RUN, note=reason or "no request file was given: --replay FILE")
    started = time.monotonic()
    try:
        found = check.run(made, node, request.options)
    except NodeError as error:
        found = Found((Evidence(_first_line(str(error))),))
    evidence = tuple(placed(made.root, made.folder, each) for each in found.evidence)
    status = Status.FAIL if evidence else Status.PASS
    return StageResult(stage, status, round(time.monotonic() - started, 2), found.note, evidence)


def _replay(request: Request) -> Check | None:
    """The replay, where there is something to ask."""
    if request.script is None:
        return None
    return Check(CHECKS[Stage.LOAD].needs, partial(replay, request.script, request.original))


def _cannot_run(
    made: Bench, node: Node | None, stage: Stage, check: Check | None, ended: dict[Stage, Status]
) -> str | None:
    failed = [before for before in _AFTER.get(stage, ()) if ended.get(before) is not Status.PASS]
    if check is None or check.needs is None:
        return None
    if node is None:
        return f"Node {OLDEST} or newer is not installed (https://nodejs.org, or pip install 'convexify[proof]')"
    if failed:
        return f"the stage {failed[0].value} did not pass"
    missing = made.missing(check.needs, check.imports)
    if missing:
        return f"{', '.join(missing)} not installed: run npm install, or pass --install"
    return None


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "failed")
