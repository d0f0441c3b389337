"""The table of packages: its page in the documentation, and what it says of routes."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import CodemodTest

from codemods.readers.express.packages import PACKAGES, Fate, documentation

PAGE = Path(__file__).parents[3] / "docs" / "middleware.md"

APP = """
    import express from "express";
    import middleware from "PACKAGE";

    const app = express();
    app.use(middleware());
    app.get("/items", (req, res) => res.json([]));
    app.listen(3000);
    """


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == documentation(), "write it anew with documentation()"


FATES = {
    "morgan": ("migrated", "skipped CX701 Convex logs every call"),
    "connect-timeout": ("migrated", "skipped CX701 Convex ends functions that take too long"),
    "swagger-ui-express": ("migrated", "unsupported CX703 pages of documentation"),
    "csurf": (
        "needs-review CX801 is guarded by `middleware()`: it refuses requests",
        "needs-review CX801 it refuses requests",
    ),
    "method-override": ("migrated", "migrated"),
    "hpp": ("migrated", "migrated"),
    "some-unknown-package": (
        "needs-review CX701 runs after `middleware()`",
        "needs-review CX701 middleware is not carried over",
    ),
}


@pytest.mark.parametrize(("name", "fate"), FATES.items(), ids=FATES)
def test_a_route_goes_on_without_what_convex_does_and_fails_closed_else(
    codemod: CodemodTest, name: str, fate: tuple[str, str]
) -> None:
    migrated = codemod.migrate({"src/app.ts": APP.replace("PACKAGE", name)})
    assert migrated.outcome("GET /items").startswith(fate[0])
    assert migrated.outcome("middleware()").startswith(fate[1])


def test_what_is_left_decides_what_routes_answer() -> None:
    kept = {package.role for package in PACKAGES.values() if package.fate is Fate.DONE}
    left = {package.role for package in PACKAGES.values() if package.fate is Fate.LEFT}
    assert not {"guard", "session", "upload", "validation", "rate limit"} & {str(role) for role in kept}
    assert not {"logging", "compression", "security headers"} & {str(role) for role in left}
