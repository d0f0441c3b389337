"""What tests count, which is printed at the end of a run, whichever process counted it."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import pytest

NAME = "figures"

Figures: TypeAlias = Callable[[str], None]
"""Takes lines of text."""


def noted(reports: Iterable[object]) -> Iterator[str]:
    """The figures of all tests that have any."""
    for report in reports:
        if isinstance(report, pytest.TestReport) and report.when == "call":
            yield from (str(text) for name, text in report.user_properties if name == NAME)
