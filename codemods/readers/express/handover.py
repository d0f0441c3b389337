"""Follows Express objects into the functions that they are handed to: `registerRoutes(app)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.express.follow import bare
from codemods.readers.express.objects import CHAINED, ExpressObjects, Router
from codemods.readers.express.places import Places
from codemods.readers.express.reach import Reach
from codemods.source import SourceFile, arguments, member, parameters, span_of
from codemods.workspace import FunctionRef, Workspace

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

    def __init__(self, workspace: Workspace, objects: ExpressObjects, reach: Reach, places: Places) -> None:
        self._workspace = workspace
        self._objects = objects
        self._reach = reach
        self._places = places
        self._calls: dict[str, list[tuple[SgNode, list[tuple[int, SgNode]]]]] = {}

    def run(self, files: Sequence[str]) -> None:
        """Hand on until nothing is new: a parameter may be handed on again."""
        for _ in range(_ROUNDS):
            news = [self._hand(handed) for path in files for handed in self._handed(path)]
            if not any(news):
                return

    def _handed(self, path: str) -> Iterator[_Handed]:
        file = self._workspace.source(path)
        for call, named in self._with_names(file):
            given = [one for one in named if self._reach.may_be_express(file, one[1])]
            if given and self._may_run_ours(file, call):
                yield from (_Handed(file, call, index, argument) for index, argument in given)

    def _with_names(self, file: SourceFile) -> list[tuple[SgNode, list[tuple[int, SgNode]]]]:
        """The calls that are given names or properties, and those arguments with their positions."""
        if file.path not in self._calls:
            each = ((call, [*filter(_is_name, enumerate(arguments(call)))]) for call in file.calls)
            self._calls[file.path] = [one for one in each if one[1]]
        return self._calls[file.path]

    def _may_run_ours(self, file: SourceFile, call: SgNode) -> bool:
        """False for functions of packages and of the language, and for methods of Express objects."""
        function = bare(call.field("function"))
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
        if handed.index >= len(given) or given[handed.index].name is None:
            return False
        parameter = Router(callee.file, span_of(given[handed.index].pattern).start)
        self._places.hand(parameter, handed.file, handed.call)
        self._reach.add(callee.file)
        return self._objects.alias(parameter, router)


def _is_name(argument: tuple[int, SgNode]) -> bool:
    return argument[1].kind() in ("identifier", "member_expression")
