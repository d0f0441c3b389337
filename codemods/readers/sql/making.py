"""Which variables make up the text of a statement and its values, and the expressions that change them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.ir.query import Assembly
from codemods.readers.assembled.extent import assembly_of, whole_statements
from codemods.source.bindings import Binding
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, arguments, enclosing, find_all, member, named, operator_of, unwrap
from codemods.workspace import Workspace

_READS = frozenset({"length", "join", "slice", "concat", "trim"})
_HOLDERS = frozenset({"variable_declarator", "assignment_expression", "pair", "array", "return_statement"})
_LOGS = frozenset({"console", "logger", "log"})


class BuiltError(Exception):
    """Raised where a statement is built in a way that is not followed; the text says in which."""


@dataclass(slots=True)
class Scope:
    """The variables that make up the text and its values."""

    workspace: Workspace
    file: SourceFile
    call: SgNode
    body: SgNode
    is_sent: Callable[[SgNode], bool]
    made: dict[tuple[int, int], Binding] = field(default_factory=dict)
    """By the place of their name."""

    def of(self, node: SgNode) -> Binding | None:
        """The variable that a name stands for, where it is one of them."""
        if node.kind() not in ("identifier", "shorthand_property_identifier"):
            return None
        binding = self.file.bindings.resolve(node)
        return self.made.get(place_of(binding.node)) if binding is not None else None

    def add(self, node: SgNode, is_text: bool) -> None:
        """Look for them in an expression: a list of values is asked for by name only."""
        node = unwrap(node)
        for name in find_all(node, "identifier") if is_text else _lists(node):
            binding = self.file.bindings.resolve(name)
            if binding is None or place_of(binding.node) in self.made or not self._is_local(binding):
                continue
            if binding.path or binding.value is None or not is_made(binding.value):
                continue
            self._check(binding)
            self.made[place_of(binding.node)] = binding
            self.add(binding.value, is_text)
            for reference in binding.references:
                for given in _given(reference):
                    self.add(given, is_text)

    def _check(self, binding: Binding) -> None:
        """Nothing else may change what the variable holds."""
        for reference in binding.references:
            away = enclosing(reference, FUNCTION_KINDS) != enclosing(self.call, FUNCTION_KINDS)
            if away and change_of(reference) is not None:
                raise BuiltError(f"`{binding.name}` is put together in another function")
            if binding.value is not None and _is_list(binding.value) and self._is_shared(reference):
                raise BuiltError(f"`{binding.name}` is handed on")

    def _is_shared(self, reference: SgNode) -> bool:
        """Does a list go where something else may change it?"""
        parent = reference.parent()
        if parent is None or parent.kind() != "arguments":
            return parent is not None and parent.kind() in _HOLDERS and parent.field("left") != reference
        call = parent.parent()
        callee = call.field("function") if call is not None else None
        logs = callee is not None and callee.text().split(".")[0] in _LOGS
        return not logs and call is not None and not self.is_sent(call)

    def _is_local(self, binding: Binding) -> bool:
        return span_of(self.body).holds(span_of(binding.node)) and enclosing(binding.node, FUNCTION_KINDS) == enclosing(
            self.call, FUNCTION_KINDS
        )

    def changes_in(self, node: SgNode) -> bool:
        """Does a statement change one of them, or declare one?"""
        span = span_of(node)
        return any(
            span.holds(span_of(each))
            for binding in self.made.values()
            for each in (binding.node, *(one for one in binding.references if change_of(one) is not None))
        )

    def assembled(self) -> tuple[Assembly, ...]:
        """What goes with the call, where the variables are for nothing else."""
        statements: dict[tuple[int, int], list[SgNode]] = {}
        for place, binding in self.made.items():
            changes = [change_of(each) for each in binding.references]
            declared = enclosing(binding.node, frozenset({"lexical_declaration", "variable_declaration"}))
            found = [node for node in (declared, *changes) if node is not None]
            if declared is None or len(named(declared)) != 1 or any(_statement(each) is None for each in found):
                return ()
            statements[place] = [one for each in found if (one := _statement(each)) is not None]
        whole = whole_statements([each for found in statements.values() for each in found])
        if any(not self._goes(reference, whole) for each in self.made.values() for reference in each.references):
            return ()
        return tuple(
            assembly_of(self.made[place], [one for one in whole if any(holds(one, each) for each in found)])
            for place, found in statements.items()
        )

    def _goes(self, reference: SgNode, whole: Sequence[SgNode]) -> bool:
        """Is a use of a variable in what goes, or in what a driver is given?"""
        if any(holds(each, reference) for each in whole):
            return True
        return any(each.kind() == "call_expression" and self.is_sent(each) for each in reference.ancestors())


def is_made(node: SgNode) -> bool:
    """Is it a text, a list or a number, or put together of them?"""
    node = unwrap(node)
    match node.kind():
        case "string" | "template_string" | "array" | "number":
            return True
        case "ternary_expression":
            return any(is_made(side) for name in ("consequence", "alternative") if (side := node.field(name)))
        case "binary_expression":
            sides = [side for name in ("left", "right") if (side := node.field(name)) is not None]
            return operator_of(node) == "+" and any(is_made(side) for side in sides)
        case "call_expression":
            function = node.field("function")
            parts = member(function) if function is not None else None
            return parts is not None and parts[1] in ("join", "slice", "concat")
        case _:
            return False


def _is_list(node: SgNode) -> bool:
    return unwrap(node).kind() in ("array", "call_expression", "ternary_expression")


def _lists(node: SgNode) -> list[SgNode]:
    """The names of lists in an expression that gives the values."""
    if node.kind() == "identifier":
        return [node]
    if node.kind() == "array":
        spread = [unwrap(named(each)[0]) for each in named(node) if each.kind() == "spread_element"]
        return [name for each in spread for name in _lists(each)]
    if node.kind() == "ternary_expression":
        return [
            name for side in ("consequence", "alternative") if (at := node.field(side)) for name in _lists(unwrap(at))
        ]
    if node.kind() == "call_expression":
        function = node.field("function")
        parts = member(function) if function is not None else None
        given = arguments(node) if parts is not None and parts[1] == "concat" else []
        return [name for each in ((parts[0], *given) if parts is not None else ()) for name in _lists(unwrap(each))]
    return []


def _given(reference: SgNode) -> Iterator[SgNode]:
    """What a change brings into a variable."""
    change = change_of(reference)
    if change is None:
        return
    if change.kind() == "call_expression":
        yield from arguments(change)
    elif (right := change.field("right")) is not None:
        yield right


def change_of(reference: SgNode) -> SgNode | None:
    """The expression that changes a variable, or hands it to what may; None where a reference only reads."""
    node, parent = reference, reference.parent()
    while parent is not None and parent.kind() in ("parenthesized_expression", "non_null_expression", "as_expression"):
        node, parent = parent, parent.parent()
    if parent is None:
        return None
    match parent.kind():
        case "assignment_expression" | "augmented_assignment_expression":
            return parent if parent.field("left") == node else None
        case "update_expression":
            return parent
        case "member_expression":
            parts, call = member(parent), parent.parent()
            is_call = call is not None and call.kind() == "call_expression" and call.field("function") == parent
            if parts is None or parts[0] != node or parts[1] in _READS:
                return None
            return call if is_call else parent
        case "subscript_expression":
            return parent
    return None


def _statement(node: SgNode) -> SgNode | None:
    """The statement that a change or declaration is; None where it is part of more."""
    if node.kind() in ("lexical_declaration", "variable_declaration"):
        return node
    parent = node.parent()
    while parent is not None and parent.kind() not in ("expression_statement", *FUNCTION_KINDS, "lexical_declaration"):
        parent = parent.parent()
    return parent if parent is not None and parent.kind() in ("expression_statement", "lexical_declaration") else None


def place_of(node: SgNode) -> tuple[int, int]:
    span = span_of(node)
    return span.start, span.end


def holds(outer: SgNode, inner: SgNode) -> bool:
    return span_of(outer).holds(span_of(inner))


def short(node: SgNode) -> str:
    return " ".join(node.text().split())[:40]
