"""Where convex/ goes, in which language, and what the package needs for it."""

from __future__ import annotations

import json
import math
import posixpath
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from codemods.changes.changeset import FileEdit, Fragment, NewModule
from codemods.ir.app import App
from codemods.migrate.manifest import added, raised
from codemods.outcome import Diagnostic, Place, Severity
from codemods.rules.project import configured_folder
from codemods.workspace import Package, Workspace
from codemods.workspace.graph import package_name

VERSIONS = {
    "convex": "^1.48.0",
    "convex-helpers": "^0.1.124",
    "hono": "^4.13.0",
    "bcryptjs": "^3.0.3",
    "joi": "^18.0.1",
}
"""Dependencies of generated code, which needs these major versions: earlier ones of joi and bcryptjs look for Node."""

TSCONFIG = """{
  /* This TypeScript project config describes the environment that
   * Convex functions run in and is used to typecheck them.
   * You can modify it, but some settings are required to use Convex.
   */
  "compilerOptions": {
    /* These settings are not required by Convex and can be modified. */
    "allowJs": true,
    "strict": true,
    "moduleResolution": "Bundler",
    "jsx": "react-jsx",
    "skipLibCheck": true,
    "allowSyntheticDefaultImports": true,

    /* These compiler options are required by Convex */
    "target": "ESNext",
    "lib": ["ES2023", "dom"],
    "forceConsistentCasingInFileNames": true,
    "module": "ESNext",
    "isolatedModules": true,
    "noEmit": true
  },
  "include": ["./**/*"],
  "exclude": ["./_generated"]
}"""


@dataclass(frozen=True, slots=True)
class Project:
    """The Convex project: `home` is the folder of its package.json, `folder` its functions folder."""

    home: str
    folder: str
    typed: bool
    package: Package | None

    @property
    def extension(self) -> str:
        return ".ts" if self.typed else ".js"

    @property
    def package_path(self) -> str:
        return f"{self.home}/package.json" if self.home else "package.json"


def find_project(workspace: Workspace, app: App) -> Project:
    """Beside the package.json that owns most routes, or where convex.json says; TypeScript when most of them are."""
    owners = Counter(workspace.home_of(route.application) for route in app.routes)
    home = max(owners, key=lambda name: (owners[name], -len(name)), default="")
    scripts = Counter(route.place.file.endswith((".js", ".mjs", ".cjs", ".jsx")) for route in app.routes)
    typed = scripts[False] >= scripts[True]
    package = next((p for p in workspace.packages if p.folder == home), None)
    folder = posixpath.normpath(posixpath.join(home, configured_folder(workspace, home) or "convex"))
    return Project(home, folder, typed, package)


def project_modules(project: Project, group: str, exists: bool) -> list[NewModule]:
    """convex/tsconfig.json, unless there is one."""
    if exists or not project.typed:
        return []
    return [NewModule(f"{project.folder}/tsconfig.json", (Fragment(group, (0,), TSCONFIG),))]


def package_edit(
    project: Project, text: str | None, group: str, wanted: Mapping[str, str], leaving: Collection[str] = ()
) -> FileEdit | NewModule | None:
    """The dependencies that generated code needs, by name and version, where package.json lacks them or has older ones.

    `leaving` are those that may be taken out of it. An invalid package.json is left as it is.
    """
    wanted = dict(sorted(wanted.items()))
    if text is None:
        body = json.dumps({"private": True, "type": "module", "dependencies": wanted}, indent=2)
        return NewModule(project.package_path, (Fragment(group, (0,), body),))
    if project.package is None or project.package.problem is not None:
        return None
    known = project.package.dependencies
    missing = {name: version for name, version in wanted.items() if name not in known}
    older = {name: v for name, v in wanted.items() if name in VERSIONS and _major(known.get(name)) < _major(v)}
    edits = [*added(text, missing, group, leaving), *raised(text, older, group)]
    return FileEdit(project.package_path, tuple(edits)) if edits else None


def _major(version: str | None) -> float:
    """The first number of a version; one that is not there, or has none, is as good as any."""
    found = re.search(r"\d+", version or "")
    return int(found[0]) if found is not None else math.inf


def invalid_package(project: Project, exists: bool) -> Diagnostic | None:
    """What was not done to a package.json that cannot be edited. One that does not exist is made."""
    package = project.package
    if package is None or package.problem is None or not exists:
        return None
    message = f"{package.path}: {package.problem}, so the packages that the new code needs were not added to it"
    advice = f"Correct the file, then run `npm install {' '.join(VERSIONS)}`."
    return Diagnostic("CX903", Severity.WARNING, message, advice, Place(package.path, package.problem_line))


def unused_packages(workspace: Workspace, project: Project, gone: Collection[str], kept: Collection[str]) -> list[str]:
    """Declared packages that only files which go import, with their types; the database client stays for the data."""
    if project.package is None or project.package.problem is not None:
        return []
    used: set[str] = set(kept)
    freed: set[str] = set()
    for path in workspace.files:
        if workspace.role_of(path) == "test":
            continue
        names = {package_name(module) for module in imported_modules(workspace.text(path))}
        (freed if path in gone else used).update(names)
    free = {name for name in freed - used if name in project.package.dependencies and "prisma" not in name}
    types = {f"@types/{name.lstrip('@').replace('/', '__')}" for name in free}
    return sorted(free | (types & project.package.dependencies.keys()))


_IMPORTED = re.compile(r"""(?:from|import|require\()\s*["']([^."'][^"']*)["']""")


def imported_modules(text: str) -> list[str]:
    """The packages that a file names in its imports."""
    return _IMPORTED.findall(text)
