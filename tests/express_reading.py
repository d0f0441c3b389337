"""Express applications of small repositories, read and asked by the names of their routes."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping

from codemods.ir.app import App, Handler, Middleware, Route
from codemods.readers.express import read_app, read_registrations
from codemods.workspace import Workspace

PACKAGE = '{"dependencies": {"express": "^4.19.2"}}'
IMPORT = 'import express, { Router } from "express";\n'


class Read:
    """An application that was read; a route is called `GET /users/:id`."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.app: App = read_app(workspace, read_registrations(workspace))

    @property
    def routes(self) -> list[str]:
        """The names of the routes in the order in which Express tries them."""
        return [route.name for route in sorted(self.app.routes, key=lambda route: route.order)]

    def route(self, name: str | None = None) -> Route:
        """The route of a name, the only one without."""
        (found,) = [route for route in self.app.routes if name is None or route.name == name]
        return found

    def before(self, name: str | None = None) -> list[str]:
        """The names of everything that runs before the handler of a route."""
        return [middleware.name for middleware in self.route(name).middleware]

    def errors(self, name: str | None = None) -> list[str]:
        """The names of the error handlers of a route."""
        return [middleware.name for middleware in self.route(name).error_handlers]

    def handler(self, name: str | None = None) -> Handler:
        return self.route(name).handler

    def body(self, name: str | None = None) -> str:
        """The text of the function that handles a route."""
        definition = self.handler(name).definition
        assert definition is not None, self.handler(name).problem
        return self.workspace.source(definition.file).slice(definition.span)

    def used(self) -> Middleware:
        """The only middleware that `use` registers."""
        (found,) = self.app.middleware
        return found


ReadApp = Callable[[str | Mapping[str, str]], Read]


def sources(code: str | Mapping[str, str]) -> dict[str, str]:
    """The files of a repository: `src/app.ts`, or those below `src/`; they start with the import of express."""
    files = {"app.ts": code} if isinstance(code, str) else code
    return {"package.json": PACKAGE, **{f"src/{path}": _with_import(text) for path, text in files.items()}}


def _with_import(text: str) -> str:
    plain = textwrap.dedent(text).lstrip("\n")
    return plain if "require(" in plain or 'from "express"' in plain else IMPORT + plain
