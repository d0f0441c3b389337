"""Loops over lists, and what they put into their variables turn by turn."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ast_grep_py import SgNode

from codemods.readers.express.chains import runs_in_place
from codemods.readers.express.follow import ValueNode
from codemods.readers.express.rows import NO_ROW, Element, Pair, Row, Rows, properties
from codemods.source import Binding, SourceFile, arguments, member, named, parameters, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS, ancestors, member_path, operator_of
from codemods.workspace import Site, Workspace

_MAX_ROWS = 400
_COUNTED = re.compile(r"^(\w+)\s*<\s*([\w.]+)\.length$")
_KEPT = frozenset({"forEach", "map", "length", "entries", "keys", "values", "concat", "join", "at", "includes"})
"""What may be asked of a list that stays as it was written."""


@dataclass(frozen=True, slots=True)
class _Loop:
    """A loop: the declaration that takes each element, and the list."""

    node: SgNode
    taker: SgNode
    table: SgNode
    keys: bool = False
    """It goes over the keys or positions rather than the elements."""


class Turns:
    """The turns of the loops around calls."""

    def __init__(self, workspace: Workspace, rows: Rows) -> None:
        self._workspace, self._rows = workspace, rows

    def of(self, file: SourceFile, call: SgNode) -> list[Row]:
        """One row for each turn in which a call runs; a single empty one outside of loops over known lists."""
        loops, function = _around(call)
        rows = self._calls(file, call, function) if function is not None else [NO_ROW]
        for loop in reversed(loops):
            rows = [turn for row in rows for turn in self._turn(file, loop, row)]
            if len(rows) > _MAX_ROWS:
                return [NO_ROW]
        return rows

    def _turn(self, file: SourceFile, loop: _Loop, row: Row) -> list[Row]:
        table = self._rows.at(file, loop.table, row)
        elements = self._elements(table) if isinstance(table, ValueNode) else None
        if elements and loop.keys:
            elements = self._keys(table, len(elements))
        if not elements:
            return [row]
        at = span_of(loop.taker).start
        return [
            replace(row, values=(*row.values, (file.path, at, element)), turns=(*row.turns, span_of(loop.node).end, n))
            for n, element in enumerate(elements)
        ]

    def _calls(self, file: SourceFile, call: SgNode, function: SgNode) -> list[Row]:
        """A function that registers what it is given, or on what it makes, runs once for each call of it."""
        declared = file.bindings.declared_in(function)
        given = [one for one in declared if one.kind == "parameter"]
        receiver = member_path(call.field("function") or call)[0]
        makes = receiver.kind() == "call_expression" or file.bindings.resolve(receiver) in declared
        if not makes and not any(file.bindings.references_in(one, call) for one in given):
            return [NO_ROW]
        sites = self._workspace.calls_of(file.path, function) or ()
        return [self._passed(file, function, site, given) for site in sites] if len(sites) > 1 else [NO_ROW]

    def _passed(self, file: SourceFile, function: SgNode, site: Site, given: Iterable[Binding]) -> Row:
        values = []
        for binding in given:
            held = self._rows.passed(site.file, arguments(site.call), function, binding)
            if held is not None and not binding.path:
                values.append((file.path, span_of(binding.declaration).start, held))
        return Row(tuple(values), site=site, function=function)

    def _keys(self, table: Element, count: int) -> list[Element]:
        behind = self._rows.literal(table) if isinstance(table, ValueNode) else None
        if behind is None or behind.node.kind() != "object":
            return [str(number) for number in range(count)]
        return [name for name, _ in properties(behind) or ()]

    def _elements(self, table: ValueNode) -> list[Element] | None:
        """The elements of a list, or of what `Object.entries` and its like make of an object; None when not known."""
        behind = self._rows.literal(table)
        match behind.node.kind():
            case "array":
                return self._listed(behind) if self._stays(table) else None
            case "object":
                found = properties(behind)
                return [Pair(name, value) for name, value in found] if found is not None else None
            case "new_expression":
                given = arguments(behind.node)
                return self._elements(ValueNode(behind.file, given[0])) if len(given) == 1 else None
            case "call_expression":
                return self._of_object(behind)
            case _:
                return None

    def _listed(self, array: ValueNode) -> list[Element] | None:
        found: list[Element] = []
        for node in named(array.node):
            if node.kind() != "spread_element":
                found.append(ValueNode(array.file, node))
                continue
            inner = self._elements(ValueNode(array.file, named(node)[0]))
            if inner is None:
                return None
            found += inner
        return found

    def _of_object(self, call: ValueNode) -> list[Element] | None:
        """`Object.keys(x)`, `Object.values(x)`, `Object.entries(x)`."""
        callee, given = call.node.field("function"), arguments(call.node)
        name = callee.text() if callee is not None else ""
        if not given or name not in ("Object.keys", "Object.values", "Object.entries"):
            return None
        held = self._rows.literal(ValueNode(call.file, given[0]))
        found = properties(held) if held.node.kind() == "object" else None
        if found is None:
            return None
        match name:
            case "Object.keys":
                return [key for key, _ in found]
            case "Object.values":
                return [value for _, value in found]
            case _:
                return [Pair(key, value) for key, value in found]

    def _stays(self, table: ValueNode) -> bool:
        """Is a named list never added to, as far as its own file says?"""
        node = unwrap(table.node)
        binding = self._workspace.source(table.file).bindings.resolve(node) if node.kind() == "identifier" else None
        for reference in binding.references if binding is not None else ():
            parent = reference.parent()
            parts = member(parent) if parent is not None else None
            if parts is not None and parts[0] == reference and parts[1] not in _KEPT and not parts[1].isdigit():
                return False
        return True


def _around(call: SgNode) -> tuple[list[_Loop], SgNode | None]:
    """The loops around a call, the nearest first, up to the function that they run in."""
    found: list[_Loop] = []
    for ancestor in ancestors(call):
        loop = _loop(ancestor)
        if loop is not None:
            found.append(loop)
        elif ancestor.kind() in FUNCTION_KINDS and not runs_in_place(ancestor):
            return found, ancestor
    return found, None


def _loop(node: SgNode) -> _Loop | None:
    match node.kind():
        case "for_in_statement":
            right = node.field("right")
            return _Loop(node, node, right, operator_of(node) == "in") if right is not None else None
        case "for_statement":
            return _counted(node)
        case kind if kind in FUNCTION_KINDS:
            return _callback(node)
        case _:
            return None


def _counted(node: SgNode) -> _Loop | None:
    """`for (let i = 0; i < list.length; i++)`."""
    first, condition = node.field("initializer"), node.field("condition")
    made = next((child for child in named(first) if child.kind() == "variable_declarator"), None) if first else None
    test = named(condition)[0] if condition is not None and condition.kind() == "expression_statement" else condition
    found = _COUNTED.match(test.text()) if test is not None else None
    if made is None or found is None or made.text().replace(" ", "") != f"{found[1]}=0":
        return None
    bound = test.field("right") if test is not None else None
    parts = member(bound) if bound is not None else None
    return _Loop(node, made, parts[0], keys=True) if parts is not None else None


def _callback(node: SgNode) -> _Loop | None:
    """`list.forEach((element) => …)`."""
    given = parameters(node)
    holder = node.parent()
    call = holder.parent() if holder is not None and holder.kind() == "arguments" else None
    callee = call.field("function") if call is not None and call.kind() == "call_expression" else None
    parts = member(callee) if callee is not None else None
    if not given or call is None or parts is None or parts[1] not in ("forEach", "map"):
        return None
    return _Loop(call, given[0].node, parts[0])
