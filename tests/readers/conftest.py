"""Fixtures for the readers."""

from pathlib import Path

import pytest
from repositories import Repository, written


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Opens a workspace that holds the given files."""
    return lambda files: written(tmp_path, files)
