"""Follows Express objects into the functions that they are handed to: `registerRoutes(app)`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.express.follow import bare
from codemods.readers.express.objects import CHAINED, EXPRESS_MODULES, ExpressObjects, Router
from codemods.readers.express.places import Places
from codemods.source import SourceFile, arguments, member, parameters, span_of
from codemods.source.tree import member_path
from codemods.workspace import FunctionRef, InFile, Workspace

_NAMES = re.compile(r"app|router|server|express", re.I)
_TYPES = frozenset({"Express", "Application", "Router", "IRouter", "ExpressApp"})
_FACTORIES = frozenset({"default", "*", "Router", "application"})
_UNIMPORTED_TYPE = re.compile(r":\s*(?:Express|IRouter)\b")
_MODULE_OBJECTS = frozenset({"module", "exports", "global", "globalThis"})
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class _Handed:
    """An argument that may be an Express object, in a call of what may be a function of the repository."""

    file: SourceFile
    call: SgNode
    index: int
    argument: SgNode


class HandOver:
    """Makes parameters stand for the Express objects that they get, at the place of the call."""

    def __init__(self, workspace: Workspace, objects: ExpressObjects, files: Sequence[str], places: Places) -> None:
        self._workspace = workspace
        self._objects = objects
        self._files = files
        self._places = places
        self._known = self._knowing()

    def run(self) -> None:
        """Hand on until nothing is new: a parameter may be handed on again."""
        for _ in range(_ROUNDS):
            news = [self._hand(handed) for path in self._files for handed in self._handed(path)]
            if not any(news):
                return

    def _knowing(self) -> set[str]:
        """The files that can have an Express object: they import the factory or the types, or such a file."""
        found = {path for path in self._files if _imports_express(self._workspace.source(path))}
        queue = sorted(found)
        while queue:
            importers = [path for path in self._workspace.importers(queue.pop()) if path not in found]
            found.update(importers)
            queue.extend(importers)
        return found

    def _handed(self, path: str) -> Iterator[_Handed]:
        file = self._workspace.source(path)
        for call in file.calls:
            given = [
                (index, argument)
                for index, argument in enumerate(arguments(call))
                if argument.kind() in ("identifier", "member_expression") and self._may_be_express(file, argument)
            ]
            if given and self._may_run_ours(file, call):
                yield from (_Handed(file, call, index, argument) for index, argument in given)

    def _may_be_express(self, file: SourceFile, argument: SgNode) -> bool:
        """By where it comes from. What comes from parameters, fields and globals alone is known by its name."""
        if _NAMES.search(argument.text().rpartition(".")[2]):
            return True
        return file.path in self._known and self._home(file, argument) in self._known

    def _may_run_ours(self, file: SourceFile, call: SgNode) -> bool:
        """False for functions of packages and of the language, and for methods of Express objects."""
        function = bare(call.field("function"))
        if function is None or self._home(file, function) is None:
            return False
        parts = member(function)
        return parts is None or parts[1] not in CHAINED or self._objects.router_of(file, parts[0]) is None

    def _home(self, file: SourceFile, node: SgNode) -> str | None:
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

    def _hand(self, handed: _Handed) -> bool:
        news = [self._pass(handed, router) for router in self._objects.routers_of(handed.file, handed.argument)]
        return any(news)

    def _pass(self, handed: _Handed, router: Router) -> bool:
        callee = self._workspace.callee(handed.file.path, handed.call)
        if not isinstance(callee, FunctionRef):
            return False
        given = parameters(callee.node)
        if handed.index >= len(given) or given[handed.index].name is None:
            return False
        parameter = Router(callee.file, span_of(given[handed.index].pattern).start)
        self._places.hand(parameter, handed.file, handed.call)
        self._known.add(callee.file)
        return self._objects.alias(parameter, router)


def _imports_express(file: SourceFile) -> bool:
    """True for a file that imports what makes Express objects, or the types of them."""
    for found in file.bindings.imports:
        is_wanted = found.imported in _FACTORIES or found.local in _TYPES or not found.local
        if found.module in EXPRESS_MODULES and is_wanted:
            return True
    return _UNIMPORTED_TYPE.search(file.text) is not None
