"""`convexify verify`: prove that a migrated application works."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cli.output import check_output, message, wants_color, write_result

if TYPE_CHECKING:
    from codemods.proof import Proof

STAGES = ("parse", "second-run", "rules", "codegen", "tsc", "bundle", "load", "replay")
Format = Literal["text", "json", "markdown"]


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--stage", "stages", multiple=True, type=click.Choice(STAGES), help="Only this stage; repeatable.")
@click.option(
    "--replay", type=click.Path(path_type=Path), metavar="FILE", help="Requests: .http, or OpenAPI with examples."
)
@click.option("--original", metavar="URL", help="Where the Express application answers, started by you.")
@click.option(
    "--install", is_flag=True, help="Install missing tools once, in the user's cache, without running scripts."
)
@click.option("--format", "format_", type=click.Choice(("text", "json", "markdown")), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the report to a file.")
def verify(
    path: Path,
    stages: tuple[str, ...],
    replay: Path | None,
    original: str | None,
    install: bool,
    format_: Format,
    output: Path | None,
) -> int:
    """Prove the Convex project at PATH, stage by stage, on a copy of it.

    Loads the project's own functions, and nothing else of it. Exits with 1 when a stage fails.
    """
    from cli.progress import progress
    from codemods.proof import Request, Stage
    from codemods.proof import verify as prove
    from codemods.proof.replay import read_script
    from codemods.report.escape import visible

    check_output(output)
    if (replay is None) != (original is None):
        raise click.UsageError("--replay and --original go together: what to ask, and whom to compare with.")
    if original is not None and not re.match(r"https?://[\w.\[\]:-]+(/|$)", original):
        raise click.UsageError(f"--original takes a URL such as http://localhost:3000, not {visible(original)}.")
    script = read_script(replay.absolute()) if replay is not None else None
    wanted = tuple(Stage(stage) for stage in stages) or tuple(Stage)
    with progress() as advance:
        proof = prove(path, Request(wanted, install, script=script, original=original or ""), advance)
    show(proof, format_, output)
    return 1 if proof.failed else 0


def show(proof: Proof, format_: Format, output: Path | None) -> None:
    """Write the report of a proof where it was asked for."""
    from codemods.report.proof import proof_json, proof_markdown, proof_text

    match format_:
        case "json":
            write_result(proof_json(proof), output)
        case "markdown":
            write_result(proof_markdown(proof), output)
        case "text":
            write_result(proof_text(proof, output is None and wants_color(sys.stdout)), output)
    if output is not None:
        message(f"Written to {output}.")
