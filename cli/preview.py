"""`convexify preview`: the migrated application on loopback, in memory."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.output import message

if TYPE_CHECKING:
    from codemods.proof.serve import Served


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--port", type=click.IntRange(0, 65535), default=3210, show_default=True, help="0 is any free one.")
@click.option(
    "--install", is_flag=True, help="Install missing tools once, in the user's cache, without running scripts."
)
def preview(path: Path, port: int, install: bool) -> int:
    """Serve the application at PATH as it is, or would be, on Convex.

    In memory, on this machine only: its HTTP routes, its file storage and its scheduler. Nothing is deployed, and
    what it stores is gone when it ends.
    """
    from codemods.proof.node import NodeError
    from codemods.proof.preview import previewed
    from codemods.report.escape import visible

    with previewed(path, port, install, _said, _printed) as found:
        note = " (a dry run of the migration: nothing was written)" if found.is_plan else ""
        message(f"In-memory preview of {visible(str(path))}{note}: {found.url}")
        message("Nothing is deployed, and what it stores is gone when it ends. Stop it with Ctrl-C.")
        try:
            found.ended.wait()
        except KeyboardInterrupt:
            message("Stopped.")
            return 0
    raise NodeError("the preview ended by itself")


def _said(served: Served) -> None:
    from codemods.report.escape import visible

    line = f"{served.status} {served.method} {visible(served.url)} {served.milliseconds} ms"
    click.echo(line)
    sys.stdout.flush()


def _printed(line: str) -> None:
    from codemods.report.escape import visible

    click.echo(f"  {visible(line)}", err=True)
