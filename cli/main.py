"""The `convexify` command. Commands are imported when they run, so that `--help` answers at once."""

from __future__ import annotations

import atexit
import gc
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

import click

from codemods import __version__

CANNOT_WORK = 2
INTERRUPTED = 130

COMMANDS = {
    "migrate": ("cli.migrate", "Move an Express back end to Convex; a dry run unless told otherwise."),
    "undo": ("cli.undo", "Take the last applied migration back, byte for byte."),
    "check": ("cli.check", "Check a Convex project against the rules, and fix what can be fixed."),
    "todo": ("cli.todo", "List what is left to do, also as instructions for a coding assistant."),
    "verify": ("cli.verify", "Prove that a migrated application works, stage by stage."),
    "preview": ("cli.preview", "Serve a migrated application on this machine, in memory."),
    "rules": ("cli.rules", "List the rules that `check` enforces."),
    "explain": ("cli.explain", "Explain a code such as CX303."),
}
"""Command -> the module that has it under its own name, and its line in the help."""


class LazyGroup(click.Group):
    """A group that knows its commands by name and imports only the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def convexify() -> None:
    """Move Express back ends to Convex, and keep Convex code right afterwards.

    Exit codes: 0 fine, 1 findings (`check`) or changes left to make (`migrate --check`) or a failed
    stage (`verify`), 2 could not do its work.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code. No error of the user's making shows a traceback."""
    if arguments is None:
        _keep_all_objects()
        _end_like_an_interrupt()
    try:
        result = convexify.main(args=arguments, prog_name="convexify", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        return CANNOT_WORK
    except (KeyboardInterrupt, click.Abort):
        click.echo("Interrupted. Nothing was left half done.", err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click turns the one into the other
        _silence_output()
        return 0
    except Exception as error:
        from cli.errors import report_error

        return report_error(error)


def _end_like_an_interrupt() -> None:
    """Being told to end is an interrupt like Ctrl-C: temporary folders and child processes go."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)


def _keep_all_objects() -> None:
    """A process that runs one command and ends gains nothing from looking for garbage, and loses a tenth of its time.

    Frozen objects are not even taken apart one by one when the process ends.
    """
    gc.disable()
    atexit.register(gc.freeze)


def _silence_output() -> None:
    """Whoever read our output has enough; keep Python from complaining about it at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
