"""What a file is for: server code, client code, tests, scripts, migrations, generated code, configuration."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from codemods.workspace.graph import package_name
from codemods.workspace.packages import Package


class Role(StrEnum):
    """The part that a file plays. What nothing else claims is server code."""

    SERVER = "server"
    CLIENT = "client"
    TEST = "test"
    SCRIPT = "script"
    MIGRATION = "migration"
    GENERATED = "generated"
    CONFIG = "config"


# Checked in this order: a seed inside a test folder is a test.
_BY_FOLDER: tuple[tuple[Role, frozenset[str]], ...] = (
    (Role.TEST, frozenset({"__tests__", "__mocks__", "test", "tests", "e2e", "cypress", "spec", "__fixtures__"})),
    (Role.GENERATED, frozenset({"generated", "__generated__", "_generated"})),
    (Role.MIGRATION, frozenset({"migrations", "migration"})),
    (Role.SCRIPT, frozenset({"scripts", "script", "seeds", "seeders", "seed", "bin", "tools"})),
    (Role.CONFIG, frozenset({".storybook", ".github", ".vscode", ".husky"})),
)
_BY_NAME: tuple[tuple[Role, re.Pattern[str]], ...] = (
    (Role.TEST, re.compile(r"[.-](?:test|spec|e2e|cy)\.[cm]?[jt]sx?$|^(?:setupTests|(?:jest|vitest)[.-]?setup)\.")),
    (Role.GENERATED, re.compile(r"\.(?:gen|generated)\.[cm]?[jt]sx?$")),
    (Role.SCRIPT, re.compile(r"^seed(?:er|s|[-_.]?\w*)?\.[cm]?[jt]s$")),
    (
        Role.CONFIG,
        re.compile(
            r"\.config\.[cm]?[jt]s$|^\..*rc\.[cm]?js$|^(?:gulpfile|Gruntfile|knexfile|webpack\..*|ecosystem\..*)\.[cm]?[jt]s$"
        ),
    ),
)
_CLIENT_FOLDERS = frozenset({"client", "frontend", "front-end", "front", "web", "webapp", "ui", "mobile", "dashboard"})
_GROUPING_FOLDERS = frozenset({"apps", "packages", "projects"})

_UI_PACKAGES = frozenset(
    {"react", "react-dom", "react-native", "expo", "next", "vue", "nuxt", "svelte", "@sveltejs/kit", "preact"}
    | {"solid-js", "@angular/core", "lit", "@remix-run/react", "gatsby", "astro"}
)
_SERVER_PACKAGES = frozenset(
    {"express", "fastify", "koa", "@hapi/hapi", "@nestjs/core", "hono", "restify", "polka"}
    | {"@prisma/client", "mongoose", "drizzle-orm", "pg", "mysql2", "knex", "typeorm", "sequelize", "better-sqlite3"}
)


class Roles:
    """The roles of the files of one repository, from names and folders first, then packages, then imports."""

    def __init__(
        self,
        files: Iterable[str],
        packages: Mapping[str, Package],
        owner: Callable[[str], Package | None],
        specs: Callable[[str], tuple[str, ...]],
    ) -> None:
        self._files = tuple(files)
        self._packages = packages
        self._owner = owner
        self._specs = specs
        self._cache: dict[str, Role] = {}
        self._modules: dict[str, frozenset[str]] = {}
        self._client_trees: frozenset[str] | None = None

    def role_of(self, path: str) -> Role:
        """The role of the file at `path`."""
        if path not in self._cache:
            self._cache[path] = self._role(path)
        return self._cache[path]

    def _role(self, path: str) -> Role:
        named = _role_by_name(path)
        if named is not None:
            return named
        if self._imports(path) & _SERVER_PACKAGES:
            return Role.SERVER
        return Role.CLIENT if self._is_client(path) else Role.SERVER

    def _is_client(self, path: str) -> bool:
        package = self._owner(path)
        has_ui = package is not None and not _UI_PACKAGES.isdisjoint(package.dependencies)
        has_server = package is not None and not _SERVER_PACKAGES.isdisjoint(package.dependencies)
        if has_ui and not has_server:
            return True
        folders = path.split("/")[:-1]
        top = folders[1:] if folders and folders[0] in _GROUPING_FOLDERS else folders
        if top and top[0] in _CLIENT_FOLDERS and (has_ui or not has_server):
            return True
        return bool(folders) and has_ui and self._tree_of(path) in self._clients()

    def _clients(self) -> frozenset[str]:
        """The top folders of full-stack packages whose files import a UI library and never a server one."""
        if self._client_trees is None:
            ui: set[str] = set()
            server: set[str] = set()
            for path in self._files:
                if _role_by_name(path) is None:
                    modules = self._imports(path)
                    ui |= {self._tree_of(path)} if modules & _UI_PACKAGES else set()
                    server |= {self._tree_of(path)} if modules & _SERVER_PACKAGES else set()
            self._client_trees = frozenset(ui - server)
        return self._client_trees

    def _tree_of(self, path: str) -> str:
        """The package's folder and the first folder below it."""
        package = self._owner(path)
        folder = package.folder if package is not None else ""
        below = path[len(folder) :].lstrip("/")
        return posixpath.join(folder, below.split("/")[0]) if "/" in below else f"{folder}:files"

    def _imports(self, path: str) -> frozenset[str]:
        """The packages that a file imports, by their names, read without parsing."""
        if path not in self._modules:
            self._modules[path] = frozenset(name for spec in self._specs(path) for name in (spec, package_name(spec)))
        return self._modules[path]


def _role_by_name(path: str) -> Role | None:
    folders = set(path.split("/")[:-1])
    name = posixpath.basename(path)
    by_folder = (role for role, names in _BY_FOLDER if not names.isdisjoint(folders))
    by_name = (role for role, pattern in _BY_NAME if pattern.search(name))
    folder_role = next(by_folder, None)
    return folder_role if folder_role is Role.TEST else next(by_name, folder_role)
