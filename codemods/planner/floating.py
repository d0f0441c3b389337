"""Asynchronous work that nothing waits for."""

from __future__ import annotations

from collections.abc import Collection

from codemods.planner.values import node_covering
from codemods.source import FUNCTION_KINDS, SourceFile, Span, span_of


def is_floating(file: SourceFile, call: Span, returned: Collection[Span] = ()) -> bool:
    """Asynchronous work that nothing waits for: a bare statement, or the body of an async callback of forEach.

    `returned` are the statements of promise chains that answer, which become results.
    """
    node = node_covering(file, call)
    if node is None:
        return False
    parent = node.parent()
    while parent is not None and parent.kind() in ("member_expression", "call_expression", "parenthesized_expression"):
        parent = parent.parent()
    if parent is not None and span_of(parent) in returned:
        return False
    if parent is not None and (parent.kind() == "expression_statement" or parent.text().startswith("void ")):
        return True
    for ancestor in node.ancestors():
        if ancestor.kind() in FUNCTION_KINDS:
            holder = ancestor.parent()
            outer = holder.parent() if holder is not None and holder.kind() == "arguments" else None
            callee = outer.field("function") if outer is not None and outer.kind() == "call_expression" else None
            return callee is not None and callee.text().endswith(".forEach")
    return False
