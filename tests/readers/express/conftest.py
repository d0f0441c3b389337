"""Reads the Express applications of small repositories."""

import pytest
from express_reading import Read, ReadApp, sources
from repositories import Repository


@pytest.fixture
def read(repository: Repository) -> ReadApp:
    """Reads `src/app.ts`, or the files below `src/`."""
    return lambda code: Read(repository(sources(code)))
