"""Where registrations stand in the order in which they run, also across functions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.express.objects import Router
from codemods.source import SourceFile, parameters, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS

Scope = tuple[str, int]
"""File and offset of the code whose statements order registrations: positions compare within one scope only."""


@dataclass(frozen=True, slots=True)
class Position:
    """The place of a call within its scope: the places of the calls that lead to it come first."""

    scope: Scope
    position: tuple[int, ...]


class Places:
    """Positions of calls; `hand` tells where the function with a parameter gets the router for it."""

    def __init__(self) -> None:
        self._handed: dict[Router, Position] = {}
        self._open: set[tuple[str, int]] = set()
        self._calls: dict[str, dict[str, list[SgNode]]] = {}

    def hand(self, parameter: Router, file: SourceFile, call: SgNode) -> None:
        """Note the call that passes a router as `parameter`; the first one counts."""
        self._handed.setdefault(parameter, self.of(file, call))

    def of(self, file: SourceFile, call: SgNode) -> Position:
        """Scope and place of a call. Inside a function that is called in one place only, that place comes first."""
        own = span_of(call).end
        function = _enclosing_function(call)
        if function is None:
            return Position((file.path, -1), (own,))
        outer = self._of_function(file, function)
        if outer is None:
            return Position((file.path, span_of(function).start), (own,))
        return Position(outer.scope, (*outer.position, own))

    def _of_function(self, file: SourceFile, function: SgNode) -> Position | None:
        for parameter in parameters(function):
            handed = self._handed.get(Router(file.path, span_of(parameter.pattern).start))
            if handed is not None:
                return handed
        mark = (file.path, span_of(function).start)
        name = _function_name(function)
        if name is None or mark in self._open:
            return None
        named = self._named_calls(file)
        calls = [*named.get(name, []), *named.get(f"this.{name}", [])]
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
            named: dict[str, list[SgNode]] = defaultdict(list)
            for call in file.calls:
                function = call.field("function")
                if function is not None:
                    named[function.text()].append(call)
            self._calls[file.path] = named
        return self._calls[file.path]


def _enclosing_function(node: SgNode) -> SgNode | None:
    """The function whose statements the node is one of; callbacks of forEach and the like run in place."""
    for ancestor in node.ancestors():
        if ancestor.kind() not in FUNCTION_KINDS:
            continue
        holder = ancestor.parent()
        call = holder.parent() if holder is not None and holder.kind() == "arguments" else None
        callee = call.field("function") if call is not None and call.kind() == "call_expression" else None
        if callee is not None and callee.text().endswith((".forEach", ".map")):
            continue
        if callee is not None and unwrap(callee) == ancestor:
            continue
        return ancestor
    return None


def _function_name(function: SgNode) -> str | None:
    name = function.field("name")
    if name is not None:
        return name.text()
    parent = function.parent()
    label = None
    if parent is not None and parent.kind() in ("variable_declarator", "public_field_definition", "field_definition"):
        label = parent.field("name") or parent.field("property")
    return label.text() if label is not None else None
