"""Folders of stored files in http.ts: `app.get("/uploads/*", storedFiles("/uploads", "uploads"));`."""

from __future__ import annotations

import json
from dataclasses import dataclass

from codemods.ir.app import Use
from codemods.planner.passing.conditions import Test
from codemods.writers.edge.http import EdgeCode


@dataclass(frozen=True, slots=True)
class Served:
    """A registration of `express.static`, the path below which it finds uploads, and their folder.

    `groups` are those of the routes that take the uploads.
    """

    use: Use
    prefix: str
    folder: str
    tests: tuple[Test, ...]
    groups: tuple[str, ...]


def served_files(served: Served) -> EdgeCode:
    """The middleware itself."""
    code = EdgeCode(f"storedFiles({json.dumps(served.prefix.rstrip('/'))}, {json.dumps(served.folder)})")
    code.library("storedFiles")
    return code


def served_folder(served: Served, step: EdgeCode) -> EdgeCode:
    """Its registration."""
    path = json.dumps(f"{served.prefix.rstrip('/')}/*")
    return EdgeCode(f"app.get({path}, {step.text});", step.imports, step.runtime)
