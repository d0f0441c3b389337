"""The report for people: file tree, hunks, outcomes, what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from codemods.report.facts import Report, plural
from codemods.report.hunks import file_lines
from codemods.report.paint import Line, paint
from codemods.report.summary import spaced, summary_lines
from codemods.report.tree import tree_lines


def text_report(report: Report, color: bool = False) -> str:
    """The whole report. An applied migration is not shown hunk by hunk again: git shows it better."""
    return paint(_lines(report), color)


def _lines(report: Report) -> Iterator[Line]:
    files = report.settled.files
    shown = files if report.mode == "dry-run" else ()
    return spaced([_heading(report), tree_lines(files), *map(file_lines, shown), summary_lines(report)])


def _heading(report: Report) -> Iterator[Line]:
    files = report.settled.files
    if files:
        yield [(f"{plural(len(files), 'file')} to change" if report.mode == "dry-run" else "Changed", "bold")]
