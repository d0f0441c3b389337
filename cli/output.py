"""Writing results to stdout or a file, and messages to stderr."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TextIO

import click


def wants_color(stream: TextIO) -> bool:
    """Colour for terminals only, and never with NO_COLOR (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def check_output(output: Path | None) -> None:
    """Refuse an output file that cannot be written, before any work is done."""
    if output is None:
        return
    folder = output.absolute().parent
    if output.is_dir() or not folder.is_dir() or not os.access(output if output.exists() else folder, os.W_OK):
        raise click.BadParameter(f"{output} cannot be written", param_hint="--output")


def write_result(result: str | bytes, output: Path | None) -> None:
    """Write a report where it was asked for; text is UTF-8 whatever the locale says."""
    data = result.encode("utf-8", "backslashreplace") if isinstance(result, str) else result
    if output is not None:
        output.write_bytes(data)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def message(text: str) -> None:
    """A message for the person at the terminal, beside the result."""
    click.echo(text, err=True)
