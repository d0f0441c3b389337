"""Where convex/ goes, in which language, and what the package needs for it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
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
    edits = added(text, missing, group)
    return FileEdit(project.package_path, tuple(edits)) if edits else None


def unused_packages(workspace: Workspace, project: Project, gone: Collection[str], kept: Collection[str]) -> list[str]:
    """Declared packages that only files which go import, with their types; the database client stays for the data."""
    if project.package is None:
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


def package_name(module: str) -> str:
    """`zod` of `zod/v4`, `@scope/x` of `@scope/x/y`."""
    parts = module.split("/")
    return "/".join(parts[:2]) if module.startswith("@") else parts[0]


_ENTRY = re.compile(r'^([ \t]*)"([^"]+)"\s*:\s*"[^"]*"', re.M)


def _section(text: str, name: str) -> tuple[int, list[re.Match[str]]] | None:
    """Where a section of package.json opens, and its entries."""
    found = re.search(rf'"{name}"\s*:\s*\{{', text)
    if found is None:
        return None
    return found.end(), list(_ENTRY.finditer(text, found.end(), text.index("}", found.end())))


def added(text: str, missing: Mapping[str, str], group: str) -> list[Edit]:
    """Each missing dependency before the first entry that sorts after it, in the file's own indentation."""
    if not missing:
        return []
    newline, unit = ("\r\n" if "\r\n" in text else "\n"), _unit(text)
    section = _section(text, "dependencies")
    if section is None or not section[1]:
        lines = [f'{unit}{unit}"{name}": "{version}"' for name, version in missing.items()]
        block = f",{newline}".join(lines)
        if section is not None:
            span = Span(section[0], text.index("}", section[0]))
            return [Edit.replace(span, f"{newline}{block}{newline}{unit}", group)]
        opening = text.index("{") + 1
        comma = "" if text[opening:].lstrip().startswith("}") else ","
        whole = f'{newline}{unit}"dependencies": {{{newline}{block}{newline}{unit}}}{comma}'
        return [Edit.insert(opening, whole + (newline if not comma else ""), group)]
    entries = section[1]
    edits = []
    for name, version in sorted(missing.items()):
        place = next((entry for entry in entries if entry.group(2) > name), entries[-1])
        start = place.start() + len(place.group(1))
        edits.append(Edit.insert(start, f'"{name}": "{version}",{newline}{place.group(1)}', group))
    return edits


def removed(text: str, names: Collection[str]) -> list[Edit]:
    """Edits that take entries out of dependencies and devDependencies, commas kept right."""
    edits = []
    for section_name in ("dependencies", "devDependencies"):
        section = _section(text, section_name)
        entries = section[1] if section is not None else []
        kept = [entry for entry in entries if entry.group(2) not in names]
        if not kept:
            continue
        for index, entry in enumerate(entries):
            if entry.group(2) not in names:
                continue
            start = entry.start() + len(entry.group(1))
            if entry.start() < kept[-1].start():
                following = entries[index + 1]
                edits.append(Edit.delete(Span(start, following.start() + len(following.group(1)))))
        if entries and entries[-1] is not kept[-1]:
            edits.append(Edit.delete(Span(kept[-1].end(), entries[-1].end())))
    return edits


def _unit(text: str) -> str:
    found = re.search(r'\n([ \t]+)"', text)
    return found.group(1) if found is not None else "  "
