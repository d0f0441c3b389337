"""`convexify migrate`: plan, show, and on demand review and write a migration."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cli.output import check_output, message, wants_color, write_result

if TYPE_CHECKING:
    from codemods.changes import Migration, Options, Settled
    from codemods.proof import Proof
    from codemods.report import Mode

Format = Literal["text", "json", "patch", "markdown"]
FORMATS = ("text", "json", "patch", "markdown")


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for on the command line, beside what to migrate."""

    path: Path
    apply: bool
    interactive: bool
    check: bool
    verify: bool
    install: bool
    allow_dirty: bool
    format: Format
    output: Path | None

    @property
    def writes(self) -> bool:
        return self.apply or self.interactive


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--apply", is_flag=True, help="Write the changes; `convexify undo` takes them back.")
@click.option("--interactive", is_flag=True, help="Decide about each group of changes, then write the accepted ones.")
@click.option("--only", multiple=True, metavar="GLOB", help="Migrate only routes of these source files; repeatable.")
@click.option("--route", multiple=True, metavar="PATTERN", help='Migrate only routes like "GET /users/*"; repeatable.')
@click.option("--keep-sources", is_flag=True, help="Leave the Express source files as they are.")
@click.option("--no-http", is_flag=True, help="Leave out convex/http.ts, which keeps the old URLs working.")
@click.option("--allow-dirty", is_flag=True, help="Write even if the git working tree has uncommitted changes.")
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report to a file.")
@click.option("--jobs", type=click.IntRange(min=1), help="Number of processes; as many as processors by default.")
@click.option("--check", is_flag=True, help="Exit with 1 if anything is left to change.")
@click.option(
    "--verify", is_flag=True, help="Prove the result on a copy first; a failed stage keeps it from being written."
)
@click.option("--install", is_flag=True, help="With --verify: install missing tools once, in the user's cache.")
def migrate(
    path: Path,
    apply: bool,
    interactive: bool,
    only: tuple[str, ...],
    route: tuple[str, ...],
    keep_sources: bool,
    no_http: bool,
    allow_dirty: bool,
    format_: Format,
    output: Path | None,
    jobs: int | None,
    check: bool,
    verify: bool,
    install: bool,
) -> int:
    """Move the Express back end at PATH to Convex.

    Without --apply or --interactive this is a dry run: it shows what would change and writes nothing.
    """
    from codemods.changes import Options

    request = Request(path, apply, interactive, check, verify, install, allow_dirty, format_, output)
    _refuse_contradictions(request)
    check_output(output)
    options = Options(only, route, keep_sources, not no_http, jobs or os.cpu_count() or 1)
    return _run(request, options)


def _refuse_contradictions(request: Request) -> None:
    if request.apply and request.interactive:
        raise click.UsageError("--apply writes everything and --interactive asks first: give one of the two.")
    if request.check and request.writes:
        raise click.UsageError("--check only looks: it goes with neither --apply nor --interactive.")
    if request.install and not request.verify:
        raise click.UsageError("--install is about the tools of the proof: it goes with --verify.")


def _run(request: Request, options: Options) -> int:
    from cli.progress import progress
    from codemods.changes import settle
    from codemods.migrate import plan

    started = time.monotonic()
    if request.writes:
        _before_writing(request)
    with progress() as advance:
        migration = plan(request.path, options, advance)
        settled = None if request.interactive else settle(migration)
    if settled is None:
        settled = _reviewed(migration, request)
        started = time.monotonic()
    if settled is None:
        message("Nothing was written.")
        return 0
    duration = round((time.monotonic() - started) * 1000)
    proof = _proven(request, settled, options) if request.verify and settled.files else None
    if proof is not None and proof.failed and request.writes:
        _show(request, settled, "dry-run", duration, proof)
        message("Nothing was written: a stage of the proof failed.")
        return 1
    mode = _write(request, settled)
    _show(request, settled, mode, duration, proof)
    if proof is not None and proof.failed and request.format == "patch":
        message("A stage of the proof failed: --format text shows which.")
    return 1 if (request.check and settled.files) or (proof is not None and proof.failed) else 0


def _proven(request: Request, settled: Settled, options: Options) -> Proof:
    """The proof of what would be written."""
    from cli.progress import progress
    from codemods.proof import Request as Asked
    from codemods.proof import verify_plan

    with progress() as advance:
        return verify_plan(settled.root, settled.files, Asked(may_install=request.install, options=options), advance)


def _before_writing(request: Request) -> None:
    """What would stop the writing, told before any work or question."""
    from codemods.changes.apply import refuse_unfinished
    from codemods.changes.errors import DirtyTree
    from codemods.changes.git import NoRepository, inspect

    if not request.path.is_dir():
        return
    refuse_unfinished(request.path)
    state = inspect(request.path.resolve())
    if isinstance(state, NoRepository):
        message(f"Note: {state.reason}; `convexify undo` is the only way back.")
    elif state.dirty and not request.allow_dirty:
        raise DirtyTree("uncommitted changes", state.dirty)


def _reviewed(migration: Migration, request: Request) -> Settled | None:
    from cli.interactive import review

    stream = sys.stdout if request.format == "text" and request.output is None else sys.stderr
    return review(migration, stream, wants_color(stream))


def _write(request: Request, settled: Settled) -> Mode:
    """Write if that was asked for. A report of changes that there are none of is that of a dry run."""
    if not request.writes:
        return "dry-run"
    from codemods.changes.apply import apply

    apply(settled.root, settled.files)
    return "applied"


def _show(request: Request, settled: Settled, mode: Mode, duration: int, proof: Proof | None) -> None:
    from codemods.changes.git import patch_prefix
    from codemods.report import Report

    prefix = patch_prefix(settled.root) if request.format == "patch" else ""
    report = Report(settled, mode, duration, str(request.path), prefix, proof)
    match request.format:
        case "json":
            from codemods.report.json import json_report

            write_result(json_report(report), request.output)
            _tell_notes(settled)
        case "patch":
            from codemods.report.patch import patch_report

            write_result(patch_report(report), request.output)
            _tell_notes(settled)
        case "markdown":
            from codemods.report.markdown import markdown_report

            write_result(markdown_report(report), request.output)
        case "text":
            from codemods.report.text import text_report

            color = request.output is None and wants_color(sys.stdout)
            write_result(text_report(report, color), request.output)


def _tell_notes(settled: Settled) -> None:
    """What formats for programs have no room for."""
    from codemods.report.escape import visible

    for note in settled.notes:
        message(visible(note))
