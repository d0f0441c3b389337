"""Where Prisma writes its generated client, so that imports of it are known for what they are."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

PRISMA_CLIENT = "@prisma/client"

_GENERATOR = re.compile(r"^\s*generator\s+\w+\s*\{(.*?)^\s*\}", re.MULTILINE | re.DOTALL)
_SETTING = re.compile(r'^\s*(\w+)\s*=\s*"([^"\n]*)"', re.MULTILINE)


def prisma_outputs(schemas: Mapping[str, str]) -> tuple[str, ...]:
    """The folders that the `generator` blocks of the schemas (path -> text) write clients into.

    https://www.prisma.io/docs/orm/prisma-schema/overview/generators: `output` is relative to the schema's folder.
    """
    outputs: set[str] = set()
    for path, text in schemas.items():
        for block in _GENERATOR.findall(text):
            settings = dict(_SETTING.findall(block))
            if settings.get("provider", "").startswith("prisma-client") and settings.get("output"):
                folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), settings["output"]))
                if folder not in (".", "") and not folder.startswith(".."):
                    outputs.add(folder)
    return tuple(sorted(outputs))


def within(path: str, folders: tuple[str, ...]) -> str | None:
    """The folder among `folders` that is or holds `path`."""
    return next((folder for folder in folders if path == folder or path.startswith(folder + "/")), None)
