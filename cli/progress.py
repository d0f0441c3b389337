"""A progress bar on stderr, for terminals and for work that takes long."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from codemods.changes import Progress

PATIENCE = 0.7
"""Seconds before a bar appears: short work shows none."""


@contextmanager
def progress() -> Iterator[Progress | None]:
    """A callback for work to report its progress to; None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    bar = _LateBar()
    try:
        yield bar.advance
    finally:
        bar.stop()


class _LateBar:
    """A bar that is made only once the work has taken a while."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def advance(self, current: str, done: int, total: int) -> None:
        if self._bar is None:
            if time.monotonic() - self._started < PATIENCE:
                return
            self._start()
        assert self._bar is not None and self._task is not None
        self._bar.update(self._task, completed=done, total=total, current=_shortened(current))

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[current]}", markup=False))
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("", total=None, current="")
        self._bar.start()


def _shortened(path: str) -> str:
    from codemods.report.escape import visible

    text = visible(path)
    return text if len(text) <= 60 else f"…{text[-59:]}"
