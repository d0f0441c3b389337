"""`convexify check`: enforce the rules on Convex projects."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from cli.output import message, wants_color, write_result

if TYPE_CHECKING:
    from codemods.rules.finding import CheckResult, FixedFile

Format = Literal["text", "json", "github"]


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--fix", is_flag=True, help="Make the safe fixes.")
@click.option("--unsafe", is_flag=True, help="With --fix or --diff: also fixes that may change what the code does.")
@click.option("--diff", is_flag=True, help="Show the fixes as a patch instead of making them.")
@click.option("--select", multiple=True, metavar="CODE", help="Only rules whose code begins so; repeatable.")
@click.option("--ignore", multiple=True, metavar="CODE", help="No rules whose code begins so; repeatable.")
@click.option("--format", "format_", type=click.Choice(("text", "json", "github")), default="text", show_default=True)
def check(
    paths: tuple[Path, ...],
    fix: bool,
    unsafe: bool,
    diff: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    format_: Format,
) -> int:
    """Check the Convex projects at PATHS, the current folder by default.

    Exits with 1 when findings are left, or with --diff when there is anything to fix.
    """
    from cli.progress import progress
    from codemods.rules.engine import CheckOptions, check_paths

    if fix and diff:
        raise click.UsageError("--fix makes the fixes and --diff only shows them: give one of the two.")
    if unsafe and not (fix or diff):
        raise click.UsageError("--unsafe says which fixes to make: it goes with --fix or --diff.")
    options = CheckOptions(_codes(select), _codes(ignore), fix or diff, unsafe)
    with progress() as advance:
        result = check_paths(paths or (Path(),), options, advance)
    if diff:
        return _show_patch(result)
    if fix:
        _write(result.fixed, options.base)
    _show(result, format_)
    return result.exit_code


def _codes(values: tuple[str, ...]) -> tuple[str, ...]:
    """Codes may be given one by one or with commas between them."""
    return tuple(code.strip().upper() for value in values for code in value.split(",") if code.strip())


def _write(fixed: tuple[FixedFile, ...], base: Path) -> None:
    """Write all fixed files or none. There is nothing to undo: git shows what was fixed."""
    from codemods.changes import FileChange
    from codemods.changes.apply import apply
    from codemods.changes.base import DiskBase

    if not fixed:
        return
    full = {(base / file.path).resolve(): file for file in fixed}
    root = _common_folder(list(full))
    disk = DiskBase(root)
    paths = {path.relative_to(root).as_posix(): file for path, file in full.items()}
    changes = [
        FileChange("modify", path, None, file.before, file.after, disk.mode(path)) for path, file in paths.items()
    ]
    apply(root, changes, undoable=False)


def _common_folder(paths: list[Path]) -> Path:
    from os.path import commonpath

    return Path(commonpath([path.parent for path in paths]))


def _show_patch(result: CheckResult) -> int:
    from codemods.changes import FileChange
    from codemods.changes.patch import git_patch
    from codemods.report.hunks import file_lines
    from codemods.report.paint import paint

    changes = [FileChange("modify", file.path, None, file.before, file.after) for file in result.fixed]
    if wants_color(sys.stdout):
        write_result("".join(paint(file_lines(change), color=True) for change in changes), None)
    else:
        write_result(git_patch(changes), None)
    message(f"{sum(len(file.titles) for file in result.fixed)} fixes in {len(changes)} files; --fix makes them.")
    return 1 if changes else 0


def _show(result: CheckResult, format_: Format) -> None:
    from codemods import __version__
    from codemods.rules.formats import to_github, to_json, to_text

    match format_:
        case "text":
            write_result(to_text(result, wants_color(sys.stdout)), None)
        case "json":
            write_result(to_json(result, __version__) + "\n", None)
        case "github":
            write_result(to_github(result), None)
