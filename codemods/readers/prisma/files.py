"""Which schema files a repository has, the one that Prisma would use first.

Rules: https://www.prisma.io/docs/orm/prisma-schema/overview/location
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from codemods.workspace import Package, Workspace

_SETTING = re.compile(r"""\bschema\s*:\s*(?:[\w.]*\bjoin\(([^)]*)\)|(["'`][^"'`]+["'`]))""")
_TEXT = re.compile(r"""["'`]([^"'`]+)["'`]""")
_OUTPUT = re.compile(r'^\s*output\s*=\s*"([^"]+)"', re.MULTILINE)
_CONFIG = re.compile(r"(?:^|/)(?:prisma\.config|\.config/prisma)\.[cm]?[jt]s$")
_DEFAULTS = ("prisma/schema.prisma", "prisma/schema", "schema.prisma")


def schema_files(workspace: Workspace) -> list[str]:
    """All schema files but the copies that generated clients carry. Of two definitions of a name, Prisma sees that of
    the file which its settings or its defaults name."""
    paths = sorted(path for path in workspace.other_files if path.endswith(".prisma"))
    outputs = {output for path in paths for output in _outputs(path, workspace.text(path))}
    kept = [path for path in paths if not any(_is_within(path, output) for output in outputs)]
    named = list(_named(workspace))
    return sorted(
        kept, key=lambda path: next((n for n, place in enumerate(named) if _is_within(path, place)), len(named))
    )


def _outputs(path: str, text: str) -> Iterator[str]:
    """The folders into which the generators of a schema write."""
    for output in _OUTPUT.findall(text):
        yield posixpath.normpath(posixpath.join(posixpath.dirname(path), output))


def _named(workspace: Workspace) -> Iterator[str]:
    """Files and folders that settings name, then those that Prisma looks for without any."""
    for package in workspace.packages:
        yield from _settings(package)
    for path in workspace.files:
        if _CONFIG.search(path):
            yield from _configured(path, workspace.text(path))
    for package in workspace.packages:
        yield from (posixpath.join(package.folder, place) for place in _DEFAULTS)


def _settings(package: Package) -> Iterator[str]:
    """`"prisma": { "schema": "db/schema.prisma" }` in package.json."""
    settings = package.data.get("prisma")
    schema = settings.get("schema") if isinstance(settings, dict) else None
    if isinstance(schema, str):
        yield posixpath.normpath(posixpath.join(package.folder, schema))


def _configured(path: str, text: str) -> Iterator[str]:
    """`schema: path.join("prisma", "schema")` in prisma.config.ts."""
    for joined, text_value in _SETTING.findall(text):
        parts = _TEXT.findall(joined or text_value)
        folder = posixpath.dirname(path).removesuffix(".config")
        yield posixpath.normpath(posixpath.join(folder, *parts))


def _is_within(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/") or place == "."
