"""Which files can have an Express object at all: in all others nothing need be followed to see that there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ast_grep_py import SgNode

from codemods.readers.express.objects import EXPRESS_MODULES
from codemods.source import SourceFile
from codemods.source.tree import member_path
from codemods.workspace import InFile, Workspace

_NAMES = re.compile(r"app|router|server|express", re.I)
_TYPES = frozenset({"Express", "Application", "Router", "IRouter", "ExpressApp"})
_FACTORIES = frozenset({"default", "*", "Router", "application"})
_UNIMPORTED_TYPE = re.compile(r":\s*(?:Express|IRouter)\b")
_MODULE_OBJECTS = frozenset({"module", "exports", "global", "globalThis"})


class Reach:
    """The files that import Express's factory or types, those that import such files, and those handed an object."""

    def __init__(self, workspace: Workspace, files: Iterable[str]) -> None:
        self._workspace = workspace
        self._known = {path for path in files if _imports_express(workspace.source(path))}
        queue = sorted(self._known)
        while queue:
            importers = [path for path in workspace.importers(queue.pop()) if path not in self._known]
            self._known.update(importers)
            queue.extend(importers)

    def add(self, path: str) -> None:
        """Note that a function of the file gets an Express object."""
        self._known.add(path)

    def may_be_express(self, file: SourceFile, node: SgNode) -> bool:
        """By where an expression comes from. What only parameters, fields and globals lead to is known by its name."""
        root, names = member_path(node)
        name = names[-1] if names else root.text() if root.kind() == "identifier" else ""
        if _NAMES.search(name):
            return True
        return file.path in self._known and self.home(file, node) in self._known

    def home(self, file: SourceFile, node: SgNode) -> str | None:
        """The file that a name or member chain starts in, None for a package and for what the language has."""
        root = member_path(node)[0]
        if root.kind() != "identifier":
            return file.path
        binding = file.bindings.resolve(root)
        if binding is None:
            return file.path if root.text() in _MODULE_OBJECTS else None
        if binding.imported is None:
            return file.path
        found = self._workspace.resolve_import(file.path, binding.imported.module)
        return found.path if isinstance(found, InFile) else None


def _imports_express(file: SourceFile) -> bool:
    for found in file.bindings.imports:
        is_wanted = found.imported in _FACTORIES or found.local in _TYPES or not found.local
        if found.module in EXPRESS_MODULES and is_wanted:
            return True
    return _UNIMPORTED_TYPE.search(file.text) is not None
