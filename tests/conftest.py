"""Fixtures for all tests."""

from pathlib import Path

import pytest
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
