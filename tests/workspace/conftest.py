"""Fixtures that make a repository of the files written in a test."""

from __future__ import annotations

from pathlib import Path

import pytest
from questions import Ask, Open, ask_in, write


@pytest.fixture
def repository(tmp_path: Path) -> Open:
    return lambda files: write(tmp_path, files)


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    return lambda files: ask_in(tmp_path, files)
