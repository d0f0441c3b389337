"""What went wrong, in words: one table from the kinds of errors to exit code, title and remedy."""

from __future__ import annotations

import os
import traceback
from dataclasses import dataclass

import click

from codemods.changes import errors as changes
from codemods.proof.bench import NoProject
from codemods.proof.node import NodeError
from codemods.proof.replay import BadScript, Unreachable
from codemods.proof.tools import InstallError
from codemods.report.escape import visible
from codemods.rules.engine import CannotCheck
from codemods.source.rule_file import BadRule
from codemods.workspace.workspace import WorkspaceError

DEBUG = "CONVEXIFY_DEBUG"
SHOWN_PATHS = 10


@dataclass(frozen=True, slots=True)
class Told:
    """How an error is told: what happened, and what its owner can do."""

    title: str
    remedy: str
    exit_code: int = 2


TABLE: dict[type[Exception], Told] = {
    WorkspaceError: Told("Cannot read the repository", "Give the path of the folder that holds package.json."),
    BadScript: Told("The request file cannot be used", "Correct it, or give another one with --replay."),
    InstallError: Told("The tools could not be installed", "Check the network and npm's settings, and run again."),
    NodeError: Told(
        "Node could not do its work", "Remove the cause and run again; https://nodejs.org has Node itself."
    ),
    NoProject: Told(
        "There is nothing to prove", "`convexify migrate` makes a Convex project of an Express application."
    ),
    Unreachable: Told("An application does not answer", "Start it, and give its URL with --original."),
    BadRule: Told("A rule file is invalid", "Correct the rule, or remove its file."),
    CannotCheck: Told("Cannot check", "`convexify check --help` tells how to call it."),
    changes.DirtyTree: Told(
        "The git working tree has uncommitted changes",
        "Commit or stash them first, so that the migration can be told from your own work; or pass --allow-dirty.",
    ),
    changes.ChangedSincePlanning: Told(
        "Files changed while convexify was working", "Nothing was written. Run the command again."
    ),
    changes.NotWritable: Told(
        "Files or folders are read-only", "Nothing was written. Make them writable (chmod u+w) and run again."
    ),
    changes.LeavesRoot: Told(
        "Paths lead through symbolic links",
        "Nothing was written. Replace the links by what they point to, or migrate the folder they point to.",
    ),
    changes.NameTaken: Told(
        "A file stands where a folder is needed, or the reverse", "Nothing was written. Rename one of the two."
    ),
    changes.WriteFailed: Told(
        "Writing failed", "Everything was put back as it was. Remove the cause and run the command again."
    ),
    changes.RollbackFailed: Told(
        "Writing failed, and so did putting everything back",
        "Remove the cause, then run `convexify undo`: it restores every file.",
    ),
    changes.UnfinishedApply: Told(
        "An earlier apply was interrupted", "Run `convexify undo` first: it restores every file."
    ),
    changes.ChangedSinceApply: Told(
        "Files were changed after convexify wrote them",
        "Nothing was undone. Save your changes elsewhere, then run `convexify undo --force`, which overwrites them.",
    ),
    changes.BadJournal: Told(
        "The journal cannot be read", "Restore the files with git, then delete the folder .convexify/state."
    ),
    changes.ChangeError: Told("The changes cannot be written", "Nothing was written."),
    PermissionError: Told("Permission denied", "Make the file readable and run again."),
    OSError: Told("The system refused an operation", "Remove the cause and run again."),
}
"""Looked up by class, then by base class."""

INTERNAL = Told(
    "convexify has a defect",
    f"Please report it with the command you ran. {DEBUG}=1 shows where it happened.",
)


def told(error: Exception) -> Told:
    """How this error is told."""
    return next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), INTERNAL)


def report_error(error: Exception) -> int:
    """Print the error on stderr and return the exit code."""
    words = told(error)
    if os.environ.get(DEBUG):
        click.echo("".join(traceback.format_exception(error)), err=True)
    click.echo(f"{words.title}.", err=True)
    for line in _details(error, words):
        click.echo(f"  {visible(line)}", err=True)
    click.echo(words.remedy, err=True)
    return words.exit_code


def _details(error: Exception, words: Told) -> list[str]:
    if isinstance(error, changes.ChangeError) and error.paths:
        more = len(error.paths) - SHOWN_PATHS
        shown = list(error.paths[:SHOWN_PATHS]) + ([f"and {more} more"] if more > 0 else [])
        own = [str(error)] if isinstance(error, changes.WriteFailed) else []
        return own + shown
    text = f"{type(error).__name__}: {error}" if words is INTERNAL else str(error)
    return [line for line in text.splitlines() if line.rstrip(".") != words.title] or [type(error).__name__]
