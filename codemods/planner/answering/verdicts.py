"""Callbacks that note a refusal for the code behind: `verify(token, secret, (err) => { … }); if (refused) return;`"""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.flow import next_statement
from codemods.source import (
    FUNCTION_KINDS,
    Binding,
    BindingKind,
    SourceFile,
    Span,
    enclosing,
    find_all,
    named,
    same_node,
    span_of,
    unwrap,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The statement of a call that may answer from its callback, and the bare `return;` behind it if it has."""

    statement: SgNode
    leaves: SgNode
    binding: Binding

    def holds(self, answer: Span, callback: SgNode) -> bool:
        """Is the refusal noted right where the callback answers?"""
        written = [each for each in self.binding.references if _is_noted(each)]
        return any(same_node(_block_of(each), _block_around(callback, answer)) for each in written)


def verdict_after(file: SourceFile, function: SgNode, call: SgNode, callback: SgNode) -> Verdict | None:
    """The verdict of a call that stands alone: nothing but a `let`, which only its callback sets, decides on."""
    statement = call.parent()
    test = next_statement(statement) if statement is not None and statement.kind() == "expression_statement" else None
    condition = test.field("condition") if test is not None and test.kind() == "if_statement" else None
    flag = unwrap(condition) if condition is not None else None
    binding = file.bindings.resolve(flag) if flag is not None and flag.kind() == "identifier" else None
    leaves = _bare_return(test) if test is not None else None
    if statement is None or binding is None or leaves is None or binding.kind is not BindingKind.LET:
        return None
    value = binding.value
    own = all(same_node(enclosing(each, FUNCTION_KINDS), function) for each in (statement, binding.node))
    writes = [each for each in binding.references if _is_written(each)]
    noted = all(_is_noted(each) and same_node(enclosing(each, FUNCTION_KINDS), callback) for each in writes)
    starts = value is not None and unwrap(value).kind() == "false"
    return Verdict(statement, leaves, binding) if own and writes and noted and starts else None


def _bare_return(test: SgNode) -> SgNode | None:
    """`if (refused) return;`, `if (refused) { return; }`"""
    body = test.field("consequence")
    inner = named(body) if body is not None and body.kind() == "statement_block" else [body] if body is not None else []
    bare = len(inner) == 1 and inner[0].kind() == "return_statement" and not named(inner[0])
    return inner[0] if bare and test.field("alternative") is None else None


def _is_written(reference: SgNode) -> bool:
    above = reference.parent()
    kinds = ("assignment_expression", "augmented_assignment_expression", "update_expression")
    return above is not None and above.kind() in kinds and above.field("right") != reference


def _is_noted(reference: SgNode) -> bool:
    """`refused = true;`"""
    above = reference.parent()
    right = above.field("right") if above is not None and above.kind() == "assignment_expression" else None
    statement = above.parent() if above is not None else None
    is_statement = statement is not None and statement.kind() == "expression_statement"
    return right is not None and unwrap(right).kind() == "true" and is_statement


def _block_of(reference: SgNode) -> SgNode | None:
    statement = reference.parent()
    statement = statement.parent() if statement is not None else None
    return statement.parent() if statement is not None else None


def _block_around(callback: SgNode, answer: Span) -> SgNode | None:
    """The block that the statement of an answer stands in."""
    blocks = find_all(callback, "statement_block")
    return next((block for block in blocks if any(span_of(each) == answer for each in named(block))), None)
