"""Plans small applications."""

from pathlib import Path

import pytest
from planned_app import PlanApp, Planned


@pytest.fixture
def planned(tmp_path: Path) -> PlanApp:
    """Plans an application with these registrations; keyword names are other files below `src/`."""
    return lambda code, **more: Planned(tmp_path, code, **more)
