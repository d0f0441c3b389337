"""`convexify undo`: take the last apply back."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=Path())
@click.option("--force", is_flag=True, help="Overwrite files that were changed after the migration.")
def undo(path: Path, force: bool) -> int:
    """Restore the files of PATH as they were before the last applied migration.

    It works after an interrupted apply too. Applied twice, it must be undone twice.
    """
    from codemods.changes.undo import undo as take_back
    from codemods.report.escape import visible
    from codemods.report.facts import plural

    if not path.is_dir():
        raise click.BadParameter(f"{path} is not a directory", param_hint="PATH")
    done = take_back(path, force)
    if done is None:
        click.echo("Nothing to undo: no migration was applied here.")
        return 0
    click.echo(f"{plural(len(done.paths), 'file')} restored.")
    for folder in done.folders_left:
        click.echo(f"  {visible(folder)}/ stays: it holds files that convexify did not write")
    if done.applies_left:
        click.echo(f"{plural(done.applies_left, 'earlier migration')} can be undone as well.")
    return 0
