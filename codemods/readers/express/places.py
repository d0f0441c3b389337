"""Where registrations stand in the order in which they run, also across functions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.app import Condition
from codemods.readers.express.chains import runs_in_place
from codemods.readers.express.conditions import conditions_of
from codemods.readers.express.objects import Router
from codemods.source import SourceFile, named, parameters, span_of
from codemods.source.tree import CLASS_KINDS, FUNCTION_KINDS, enclosing, find_all
from codemods.workspace import Site, Workspace

TAKEN = ("identifier", "shorthand_property_identifier_pattern")
"""Nodes by which a parameter's pattern names what it takes."""

_NAMING = frozenset({"variable_declarator", "public_field_definition", "field_definition"})

Scope = tuple[str, int]
"""File and offset of the code whose statements order registrations: positions compare within one scope only."""


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a call within its scope: the places and conditions of the calls that lead to it come first."""

    scope: Scope
    position: tuple[int, ...]
    conditions: tuple[Condition, ...] = ()


class Places:
    """Positions of calls; `hand` tells where the function with a parameter gets the router for it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._handed: dict[Router, Position] = {}
        self._open: set[tuple[str, int]] = set()
        self._calls: dict[str, dict[str, list[SgNode]]] = {}

    def hand(self, parameter: Router, file: SourceFile, call: SgNode) -> None:
        """Note the call that passes a router as `parameter`; the first one counts."""
        self._handed.setdefault(parameter, self.of(file, call))

    def of(self, file: SourceFile, call: SgNode, turns: tuple[int, ...] = (), site: Site | None = None) -> Position:
        """Scope and place of a call. Inside a function that is called in one place only, that place comes first.

        `turns` are those of the loops around the call; `site` is the call of its function, where there are several.
        """
        own, conditions = (*turns, span_of(call).end), conditions_of(file, call)
        function = _enclosing_function(call)
        if function is None:
            return Position((file.path, -1), own, conditions)
        outer = self._of_site(site) if site is not None else self._of_function(file, function)
        if outer is None:
            return Position((file.path, span_of(function).start), own, conditions)
        return Position(outer.scope, (*outer.position, *own), (*outer.conditions, *conditions))

    def _of_site(self, site: Site) -> Position:
        return self.of(self._workspace.source(site.file), site.call)

    def _of_function(self, file: SourceFile, function: SgNode) -> Position | None:
        for parameter in parameters(function):
            for taker in (parameter.pattern, *find_all(parameter.pattern, *TAKEN)):
                handed = self._handed.get(Router(file.path, span_of(taker).start))
                if handed is not None:
                    return handed
        mark = (file.path, span_of(function).start)
        name = _function_name(function)
        if name is None or mark in self._open:
            return None
        called = self._named_calls(file)
        own = (call for call in called.get(f"this.{name}", []) if _is_own(function, name, call))
        calls = [*called.get(name, []), *own]
        if len(calls) != 1:
            return None
        self._open.add(mark)
        try:
            return self.of(file, calls[0])
        finally:
            self._open.discard(mark)

    def _named_calls(self, file: SourceFile) -> dict[str, list[SgNode]]:
        """The calls of a file by the text of what they call."""
        if file.path not in self._calls:
            called: dict[str, list[SgNode]] = defaultdict(list)
            for call in file.calls:
                function = call.field("function")
                if function is not None:
                    called[function.text()].append(call)
            self._calls[file.path] = called
        return self._calls[file.path]


def _is_own(method: SgNode, name: str, call: SgNode) -> bool:
    """May `this.name()` run the method, or does it stand in a class that has another one of the name?"""
    home, around = enclosing(method, CLASS_KINDS), enclosing(call, CLASS_KINDS)
    body = around.field("body") if around is not None and around != home else None
    return not any(_label(part) == name for part in (named(body) if body is not None else ()))


def _enclosing_function(node: SgNode) -> SgNode | None:
    """The function whose statements the node is one of; callbacks of forEach and the like run in place."""
    functions = (ancestor for ancestor in node.ancestors() if ancestor.kind() in FUNCTION_KINDS)
    return next((function for function in functions if not runs_in_place(function)), None)


def _function_name(function: SgNode) -> str | None:
    if function.field("name") is not None:
        return _label(function)
    parent = function.parent()
    is_named = parent is not None and parent.kind() in _NAMING
    return _label(parent) if parent is not None and is_named else None


def _label(part: SgNode) -> str | None:
    """The name of a function, a variable or a member of a class."""
    label = part.field("name") or part.field("property")
    return label.text() if label is not None else None
