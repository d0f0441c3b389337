"""Where convex/ goes, in which language, and what the package needs for it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from codemods.changes.changeset import FileEdit, Fragment, NewModule
from codemods.ir.app import App
from codemods.source import Edit, Span
from codemods.workspace import Package, Workspace

VERSIONS = {"convex": "^1.48.0", "convex-helpers": "^0.1.124", "hono": "^4.13.0"}
"""Dependencies of generated code."""

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
    base_indent: str = "  "

    @property
    def extension(self) -> str:
        return ".ts" if self.typed else ".js"

    @property
    def package_path(self) -> str:
        return f"{self.home}/package.json" if self.home else "package.json"


def find_project(workspace: Workspace, app: App) -> Project:
    """Beside the package.json that owns most routes; TypeScript when most of their files are."""
    owners = Counter(_owner(workspace, route.application) for route in app.routes)
    home = max(owners, key=lambda name: (owners[name], -len(name)), default="")
    scripts = Counter(route.place.file.endswith((".js", ".mjs", ".cjs", ".jsx")) for route in app.routes)
    typed = scripts[False] >= scripts[True]
    package = next((p for p in workspace.packages if p.folder == home), None)
    return Project(home, f"{home}/convex" if home else "convex", typed, package)


def _owner(workspace: Workspace, path: str) -> str:
    package = workspace.package_of(path)
    return package.folder if package is not None else ""


def project_modules(project: Project, group: str, exists: bool) -> list[NewModule]:
    """convex/tsconfig.json, unless there is one."""
    if exists or not project.typed:
        return []
    return [NewModule(f"{project.folder}/tsconfig.json", (Fragment(group, (0,), TSCONFIG),))]


def package_edit(project: Project, text: str | None, group: str, needed: Iterable[str]) -> FileEdit | NewModule | None:
    """The dependencies that generated code needs, added to package.json where they are missing."""
    wanted = {name: VERSIONS[name] for name in sorted(needed)}
    if text is None:
        body = json.dumps({"private": True, "type": "module", "dependencies": wanted}, indent=2)
        return NewModule(project.package_path, (Fragment(group, (0,), body),))
    if project.package is None or project.package.problem is not None:
        return None
    missing = {name: v for name, v in wanted.items() if name not in project.package.dependencies}
    edit = dependency_edit(text, missing, group) if missing else None
    return FileEdit(project.package_path, (edit,)) if edit is not None else None


def dependency_edit(text: str, missing: dict[str, str], group: str) -> Edit | None:
    """One insertion in `dependencies`, in the file's own indentation, sorted in where the file is sorted."""
    newline = "\r\n" if "\r\n" in text else "\n"
    found = re.search(r'"dependencies"\s*:\s*\{', text)
    if found is None:
        opening = text.index("{") + 1
        unit = _unit(text)
        lines = [f'{unit}{unit}"{name}": "{version}"' for name, version in missing.items()]
        block = f'{newline}{unit}"dependencies": {{{newline}{f",{newline}".join(lines)}{newline}{unit}}}'
        rest = text[opening:].lstrip()
        return Edit.insert(opening, block + ("," if not rest.startswith("}") else newline), group)
    start = found.end()
    end = text.index("}", start)
    entries = list(re.finditer(r'^([ \t]*)"([^"]+)"\s*:\s*"[^"]*"', text[start:end], re.M))
    if not entries:
        unit = _unit(text)
        lines = [f'{unit}{unit}"{name}": "{version}"' for name, version in missing.items()]
        return Edit.replace(Span(start, end), newline + f",{newline}".join(lines) + newline + unit, group)
    indent = entries[0].group(1)
    last = start + entries[-1].end()
    lines = [f',{newline}{indent}"{name}": "{version}"' for name, version in missing.items()]
    return Edit.insert(last, "".join(lines), group)


def _unit(text: str) -> str:
    found = re.search(r'\n([ \t]+)"', text)
    return found.group(1) if found is not None else "  "
