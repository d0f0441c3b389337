"""Which names of a file mean Zod: its namespace, or one of its functions."""

from __future__ import annotations

import re
from functools import cached_property

from ast_grep_py import SgNode

from codemods.readers.zod.constructors import COERCED, CONSTRUCTORS
from codemods.source.binding import Binding
from codemods.source.file import SourceFile
from codemods.source.imports import Import
from codemods.source.tree import member, unwrap
from codemods.workspace import External, Workspace

_MODULE = re.compile(r"^(zod(/.*)?|@zod/.*|@hono/zod-openapi|zod-openapi|@asteasolutions/zod-to-openapi)$")
_WHOLE = frozenset({"z", "default", "*"})
_INNER = frozenset({"coerce", "iso"})
_CONSTRUCTING = CONSTRUCTORS.keys() | COERCED.keys()


class ZodNames:
    """Answers for one file, by bindings and never by spelling."""

    def __init__(self, workspace: Workspace, file: SourceFile) -> None:
        self._workspace = workspace
        self._file = file
        self._known: dict[Binding, bool] = {}

    def namespace(self, node: SgNode) -> str | None:
        """ "" for an expression that means Zod's namespace, "coerce" and "iso" for those within it, else None."""
        node = unwrap(node)
        found = member(node)
        if found is not None:
            return self._within(found[0], found[1])
        binding = self._file.bindings.resolve(node) if node.kind() == "identifier" else None
        return "" if binding is not None and self._is_namespace(node, binding) else None

    def _within(self, target: SgNode, name: str) -> str | None:
        if name not in _INNER | _WHOLE:
            return None
        outer = self.namespace(target)
        if outer != "":
            return None
        return name if name in _INNER else ""

    def _is_namespace(self, node: SgNode, binding: Binding) -> bool:
        if binding not in self._known:
            self._known[binding] = self._means_namespace(node, binding)
        return self._known[binding]

    def _means_namespace(self, node: SgNode, binding: Binding) -> bool:
        imported = binding.imported
        if imported is None:
            return False
        if _MODULE.match(imported.module):
            return imported.imported in _WHOLE
        return self._is_passed_on(node, imported)

    def _is_passed_on(self, node: SgNode, imported: Import) -> bool:
        """A module of the repository, or of a package beside it, may pass Zod on under its own name."""
        if imported.local != "z" and imported.imported != "z":
            return False
        meaning = self._workspace.meaning_of(self._file.path, node)
        if isinstance(meaning, External):
            return bool(_MODULE.match(meaning.module)) or imported.imported == "z"
        return imported.local == "z"

    def function(self, node: SgNode) -> str | None:
        """The constructor that a bare identifier means: `import { object } from "zod"`."""
        binding = self._file.bindings.resolve(node) if node.kind() == "identifier" else None
        imported = binding.imported if binding is not None else None
        if imported is None or not _MODULE.match(imported.module):
            return None
        return imported.imported if imported.imported in CONSTRUCTORS else None

    def constructor(self, call: SgNode) -> str | None:
        """The constructor that a call runs: "object", "coerce.number", "iso.date"; None for every other call."""
        function = call.field("function")
        if function is None:
            return None
        found = member(function)
        if found is None:
            return self.function(unwrap(function))
        within = member(found[0])
        if found[1] not in _CONSTRUCTING and (within is None or within[1] != "iso"):
            return None
        space = self.namespace(found[0])
        if space is None:
            return None
        if space == "":
            return found[1] if found[1] in CONSTRUCTORS else None
        return f"{space}.{found[1]}" if space == "iso" or found[1] in COERCED else None

    @cached_property
    def major(self) -> int:
        """Zod's major version in this file: by the import's path, else by package.json, else the newest."""
        for imported in self._file.bindings.imports:
            versioned = re.match(r"zod/v(\d)", imported.module)
            if versioned:
                return int(versioned[1])
        package = self._workspace.package_of(self._file.path)
        declared = re.search(r"\d+", package.dependencies.get("zod", "")) if package is not None else None
        return int(declared[0]) if declared else 4
