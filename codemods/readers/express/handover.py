"""Follows Express objects into the functions that they are handed to: `registerRoutes(app)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.express.follow import bare
from codemods.readers.express.objects import CHAINED, ExpressObjects, Router
from codemods.readers.express.places import Places
from codemods.readers.express.reach import Reach
from codemods.source import SourceFile, arguments, member, named, parameters, span_of
from codemods.source.tree import property_name
from codemods.workspace import FunctionRef, Workspace

_ROUNDS = 4

_Argument = tuple[int, SgNode, str | None]
"""Position, expression, and the property of the object literal that holds it."""


@dataclass(frozen=True, slots=True)
class _Handed:
    """An argument that may be an Express object, in a call of what may be a function of the repository."""

    file: SourceFile
    call: SgNode
    index: int
    argument: SgNode
    key: str | None = None
    """The property of an object literal that holds it."""


class HandOver:
    """Makes parameters stand for the Express objects that they get, at the place of the call."""

    def __init__(self, workspace: Workspace, objects: ExpressObjects, reach: Reach, places: Places) -> None:
        self._workspace = workspace
        self._objects = objects
        self._reach = reach
        self._places = places
        self._calls: dict[str, list[tuple[SgNode, list[_Argument]]]] = {}

    def run(self, files: Sequence[str]) -> None:
        """Hand on until nothing is new: a parameter may be handed on again."""
        for _ in range(_ROUNDS):
            news = [self._hand(handed) for path in files for handed in self._handed(path)]
            if not any(news):
                return

    def _handed(self, path: str) -> Iterator[_Handed]:
        file = self._workspace.source(path)
        for call, names in self._with_names(file):
            given = [one for one in names if self._reach.may_be_express(file, one[1])]
            if given and self._may_run_ours(file, call):
                yield from (_Handed(file, call, index, argument, key) for index, argument, key in given)

    def _with_names(self, file: SourceFile) -> list[tuple[SgNode, list[_Argument]]]:
        """The calls that are given names or properties, and those arguments with their positions."""
        if file.path not in self._calls:
            each = ((call, [*_names(call)]) for call in file.invocations)
            self._calls[file.path] = [one for one in each if one[1]]
        return self._calls[file.path]

    def _may_run_ours(self, file: SourceFile, call: SgNode) -> bool:
        """False for functions of packages and of the language, and for methods of Express objects."""
        function = bare(call.field("function") or call.field("constructor"))
        if function is None or self._reach.home(file, function) is None:
            return False
        parts = member(function)
        return parts is None or parts[1] not in CHAINED or self._objects.router_of(file, parts[0]) is None

    def _hand(self, handed: _Handed) -> bool:
        news = [self._pass(handed, router) for router in self._objects.routers_of(handed.file, handed.argument)]
        return any(news)

    def _pass(self, handed: _Handed, router: Router) -> bool:
        callee = self._workspace.callee(handed.file.path, handed.call)
        if not isinstance(callee, FunctionRef):
            return False
        given = parameters(callee.node)
        name = _taker(given[handed.index].pattern, handed.key) if handed.index < len(given) else None
        if name is None:
            return False
        parameter = Router(callee.file, span_of(name).start)
        self._places.hand(parameter, handed.file, handed.call)
        self._reach.add(callee.file)
        return self._objects.alias(parameter, router)


def _names(call: SgNode) -> Iterator[_Argument]:
    for index, argument in enumerate(arguments(call)):
        if argument.kind() in ("identifier", "member_expression"):
            yield index, argument, None
        for part in named(argument) if argument.kind() == "object" else ():
            key, value = part.field("key"), part.field("value") or part
            if value.kind() in ("identifier", "member_expression", "shorthand_property_identifier"):
                yield index, value, property_name(key) if key is not None else part.text()


def _taker(pattern: SgNode, key: str | None) -> SgNode | None:
    """The name that takes an argument, or a property of it."""
    if key is None:
        return pattern if pattern.kind() == "identifier" else None
    for part in named(pattern) if pattern.kind() == "object_pattern" else ():
        label = part.field("key")
        if part.kind() == "shorthand_property_identifier_pattern" and part.text() == key:
            return part
        if label is not None and property_name(label) == key:
            value = part.field("value")
            return value if value is not None and value.kind() == "identifier" else None
    return None
