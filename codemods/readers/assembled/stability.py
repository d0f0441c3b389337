"""Whether an expression still means at a call what it meant where it is written."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.readers.literals import is_pure
from codemods.source.bindings import Binding, BindingKind
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import FUNCTION_KINDS, enclosing, find_all, member

_MUTATORS = frozenset("push pop shift unshift splice sort reverse fill copyWithin set add delete clear".split())
_AROUND = frozenset({"member_expression", "subscript_expression", "non_null_expression", "parenthesized_expression"})


def is_settled(file: SourceFile, node: SgNode, call: SgNode) -> bool:
    """True when evaluating the expression once more, at the call, gives the same and does nothing else."""
    start, end = span_of(node).start, span_of(call).start
    if start >= end:
        return True
    if not is_pure(node):
        return False
    names = find_all(node, "identifier", "shorthand_property_identifier")
    bindings = [file.bindings.resolve(name) for name in names]
    return not any(binding is not None and _changes_after(binding, start) for binding in bindings)


def _changes_after(binding: Binding, start: int) -> bool:
    """Is the variable, or what it holds, changed after that place, or in a function that may run at any time?"""
    home = enclosing(binding.node, FUNCTION_KINDS)
    for reference in binding.references:
        if not changes(reference):
            continue
        here = enclosing(reference, FUNCTION_KINDS)
        if span_of(reference).start > start or here != home:
            return True
    return False


def changes(reference: SgNode) -> bool:
    """Does the reference give the variable, or something within it, another value?"""
    node, parent = reference, reference.parent()
    while parent is not None and parent.kind() in _AROUND:
        node, parent = parent, parent.parent()
    if parent is None:
        return False
    match parent.kind():
        case "assignment_expression" | "augmented_assignment_expression":
            return parent.field("left") == node
        case "update_expression":
            return True
        case "unary_expression":
            return parent.text().startswith("delete")
        case "call_expression":
            accessed = member(node)
            return parent.field("function") == node and accessed is not None and accessed[1] in _MUTATORS
        case _:
            return False


_VARIABLES = (BindingKind.CONST, BindingKind.LET)
_BLOCKS = frozenset({"statement_block", "program", "for_statement", "for_in_statement", "catch_clause", "switch_body"})


def is_visible(file: SourceFile, node: SgNode, call: SgNode) -> bool:
    """Can the names of an expression be read at the call? Those of an inner block before it cannot."""
    if span_of(node).start >= span_of(call).start:
        return True
    for name in find_all(node, "identifier", "shorthand_property_identifier"):
        binding = file.bindings.resolve(name)
        if binding is None or binding.kind not in _VARIABLES or span_of(node).holds(span_of(binding.node)):
            continue
        home = enclosing(binding.node, _BLOCKS | FUNCTION_KINDS)
        if home is not None and not span_of(home).holds(span_of(call)):
            return False
    return True
