"""Fixtures for all tests."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from figures import NAME, Figures, noted
from harness import CodemodTest
from trees import ApprovedTree


@pytest.fixture
def codemod(tmp_path: Path) -> CodemodTest:
    """Migrates files and checks what holds for every migration."""
    return CodemodTest(tmp_path)


@pytest.fixture
def approved(request: pytest.FixtureRequest) -> ApprovedTree:
    """Compares trees with those under `snapshots/`."""
    return ApprovedTree(update=bool(request.config.option.update_snapshots))


@pytest.fixture
def figures(record_property: Callable[[str, object], None]) -> Figures:
    """Prints lines at the end of the run."""
    return partial(record_property, NAME)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in noted(report for reports in terminalreporter.stats.values() for report in reports):
        terminalreporter.write_line(line)
