"""Rows that a database call is given whole: the object literals, made elsewhere, that they come from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.ids.casts import makes_numbers
from codemods.planner.pieces import PieceKey
from codemods.source import Binding, BindingKind, SourceFile, arguments, member, named, unwrap
from codemods.source.tree import FUNCTION_KINDS, property_name
from codemods.workspace import Workspace

_DEPTH = 8

Given = Callable[[SourceFile, Binding], list[tuple[PieceKey, SgNode]]]
"""The arguments of all calls for a parameter, with the pieces that call."""


@dataclass(frozen=True, slots=True)
class RowField:
    """A field of a row, and the expression that it gets, in the piece where it stands."""

    key: PieceKey
    file: SourceFile
    name: str
    value: SgNode


class RowFields:
    """The fields of one row, or of one list of rows."""

    def __init__(self, workspace: Workspace, given: Given) -> None:
        self._workspace, self._given = workspace, given
        self.fields: list[RowField] = []

    def follow(self, key: PieceKey, file: SourceFile, node: SgNode, depth: int = 0) -> bool:
        """Collect the fields; False when some could not be found."""
        plain = unwrap(node, awaited=True)
        if depth > _DEPTH:
            return False
        match plain.kind():
            case "object":
                return _all([self._entry(key, file, entry, depth) for entry in named(plain)])
            case "array" | "spread_element":
                return _all([self.follow(key, file, element, depth + 1) for element in named(plain)])
            case "identifier" | "shorthand_property_identifier":
                return self._variable(key, file, plain, depth)
            case "call_expression":
                made = _made_rows(plain)
                return made is not None and self.follow(key, file, made, depth + 1)
            case _:
                return not makes_numbers(plain.text())

    def _entry(self, key: PieceKey, file: SourceFile, entry: SgNode, depth: int) -> bool:
        if entry.kind() == "spread_element":
            return self.follow(key, file, entry, depth + 1)
        label, value = entry.field("key"), entry.field("value")
        name = property_name(label) if label is not None else entry.text()
        if name is None:
            return False
        self.fields.append(RowField(key, file, name, value if value is not None else entry))
        return True

    def _variable(self, key: PieceKey, file: SourceFile, node: SgNode, depth: int) -> bool:
        """A variable that holds a row: what it starts as, and what is assigned to its fields later."""
        binding = file.bindings.resolve(node)
        if binding is None or binding.path:
            return True
        for reference in binding.references:
            target = reference.parent()
            assigned = target.parent() if target is not None and target.kind() == "member_expression" else None
            parts = member(target) if target is not None and assigned is not None else None
            value = assigned.field("right") if assigned is not None else None
            if parts is not None and value is not None and assigned is not None and _assigns(assigned, parts[0], node):
                self.fields.append(RowField(key, file, parts[1], value))
        if binding.kind is BindingKind.PARAMETER:
            return _all(
                [
                    self.follow(user, self._workspace.source(user.file), argument, depth + 1)
                    for user, argument in self._given(file, binding)
                ]
            )
        return binding.value is None or self.follow(key, file, binding.value, depth + 1)


def _all(answers: list[bool]) -> bool:
    """All of them, after each has been asked."""
    return all(answers)


def _made_rows(call: SgNode) -> SgNode | None:
    """The object that `items.map((item) => ({ … }))` makes of each element."""
    callee, given = call.field("function"), arguments(call)
    parts = member(callee) if callee is not None else None
    body = given[0].field("body") if given and given[0].kind() in FUNCTION_KINDS else None
    if parts is None or parts[1] not in ("map", "flatMap") or body is None:
        return None
    if body.kind() != "statement_block":
        return unwrap(body)
    returns = [statement for statement in named(body) if statement.kind() == "return_statement"]
    values = named(returns[0]) if len(returns) == 1 else []
    return unwrap(values[0]) if values else None


def _assigns(assignment: SgNode, target: SgNode, variable: SgNode) -> bool:
    """`data.authorId = …` for the variable `data`."""
    return assignment.kind() == "assignment_expression" and target.text() == variable.text()
