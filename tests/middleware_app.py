"""A small Express app around the middleware that a test is about, and what http.ts makes of it."""

from __future__ import annotations

import re

from convex_project import ConvexProject
from harness import Migrated, dedented

HEAD = 'import express, { NextFunction, Request, Response } from "express";\n'


def app(text: str, **files: str) -> dict[str, str]:
    """An application in one file; keyword names are modules beside it."""
    whole = f"{HEAD}{dedented(text)}"
    start = "" if "express()" in text else "const app = express();\napp.use(express.json());\n"
    first = "".join(line + "\n" for line in whole.splitlines() if line.startswith("import "))
    rest = "".join(line + "\n" for line in whole.splitlines() if not line.startswith("import "))
    more = {f"src/{name}.ts": HEAD + dedented(text) for name, text in files.items()}
    return {"src/app.ts": f"{first}\n{start}{rest}\nexport default app;\n", **more}


def served(migrated: Migrated) -> ConvexProject:
    """The migrated project, which has no type errors."""
    project = ConvexProject(migrated.root)
    assert project.codegen() == []
    assert project.tsc() == []
    return project


def middleware_in(migrated: Migrated) -> str:
    """What http.ts registers between its frame and its error handler."""
    text = migrated.convex["convex/http.ts"]
    body = re.split(r"new Hono\(\{ [^}]+ \}\);\n\n", text)[1]
    return body.split("\n\napp.onError")[0] + "\n"
