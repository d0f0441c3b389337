"""Reads the sites of single files."""

from collections.abc import Callable

import pytest
from repositories import Repository

from codemods.outcome import Item
from codemods.readers.sites import find_sites

Find = Callable[..., list[Item]]
Names = Callable[..., list[str]]


@pytest.fixture
def find(repository: Repository) -> Find:
    """The items of `path`; `packages` are the dependencies, `files` others of the repository."""

    def find(
        code: str, packages: str = "", path: str = "src/app.ts", files: dict[str, str] | None = None
    ) -> list[Item]:
        listed = ", ".join(f'"{name}": "1.0.0"' for name in ["express", *packages.split()])
        package = f'{{"dependencies": {{{listed}}}}}'
        return find_sites(repository({"package.json": package, path: code, **(files or {})}), path)

    return find


@pytest.fixture
def names(find: Find) -> Names:
    """The names of the items."""
    return lambda *arguments, **options: [item.name for item in find(*arguments, **options)]
