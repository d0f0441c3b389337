"""`convexify todo`: what a migration leaves to its owner."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from cli.output import check_output, wants_color, write_result

Format = Literal["text", "json", "prompt"]


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--format", "format_", type=click.Choice(("text", "json", "prompt")), default="text", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the list to a file.")
def todo(path: Path, format_: Format, output: Path | None) -> int:
    """List what is left of the migration of PATH, before or after it was written.

    `--format prompt` makes of each thing an instruction for a coding assistant: the original code, what stands in its
    place, why it was left, what to know of Convex, and how to see that it is done.
    """
    from codemods.migrate.left import left_over
    from codemods.report.todo import todo_json, todo_prompt, todo_text

    check_output(output)
    left = left_over(path)
    match format_:
        case "json":
            write_result(todo_json(left), output)
        case "prompt":
            write_result(todo_prompt(left), output)
        case "text":
            write_result(todo_text(left, output is None and wants_color(sys.stdout)), output)
    return 0
