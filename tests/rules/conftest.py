"""Fixtures for the tests of rules."""

from pathlib import Path

import pytest
from convex_checks import ConvexProject


@pytest.fixture
def project(tmp_path: Path) -> ConvexProject:
    """A package that depends on convex and holds nothing else yet."""
    return ConvexProject(tmp_path)
