"""Where an object is put together: the statements that do nothing else, which go when its parts are used in place."""

from __future__ import annotations

from collections.abc import Sequence

from ast_grep_py import SgNode

from codemods.ir.query import Assembly
from codemods.source.bindings import Binding
from codemods.source.file import span_of
from codemods.source.tree import FUNCTION_KINDS, enclosing, named

_LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
_RETURN = frozenset({"return_statement"})


def is_run_after(statement: SgNode, call: SgNode) -> bool:
    """Does the call run after the statement, in the same block or deeper? A module's own block has run before calls."""
    block = statement.parent()
    if block is None or not span_of(block).holds(span_of(call)):
        return False
    return block.kind() != "program" or enclosing(call, FUNCTION_KINDS) is None


def is_returned(call: SgNode, block: SgNode) -> bool:
    """Does the function end with the call, so that none of its later statements runs after it?"""
    leaving = enclosing(call, FUNCTION_KINDS | _LOOPS | _RETURN)
    around = enclosing(leaving, FUNCTION_KINDS | _LOOPS) if leaving is not None else None
    home = enclosing(block, FUNCTION_KINDS)
    return leaving is not None and leaving.kind() in _RETURN and around is not None and around == home


def whole_statements(statements: Sequence[SgNode]) -> list[SgNode]:
    """The statements, and in the place of those that make up a whole `if` or `switch` that one."""
    found: dict[tuple[int, int], SgNode] = {_place(each): each for each in statements}
    grown = True
    while grown:
        grown = False
        for each in list(found.values()):
            around = _around(each)
            if around is None or not all(_place(inner) in found for inner in _inside(around)):
                continue
            for inner in _inside(around):
                found.pop(_place(inner), None)
            found[_place(around)] = around
            grown = True
            break
    return [found[place] for place in sorted(found)]


def _place(node: SgNode) -> tuple[int, int]:
    span = span_of(node)
    return span.start, span.end


def _around(statement: SgNode) -> SgNode | None:
    """The `if` or `switch` whose branch a statement is in."""
    parent = statement.parent()
    while parent is not None and parent.kind() in (
        "statement_block",
        "else_clause",
        "switch_case",
        "switch_default",
        "switch_body",
    ):
        parent = parent.parent()
    return parent if parent is not None and parent.kind() in ("if_statement", "switch_statement") else None


def _inside(statement: SgNode) -> list[SgNode]:
    """The statements in the branches of an `if` or `switch`, those of an `else if` as one."""
    if statement.kind() == "switch_statement":
        body = statement.field("body")
        cases = named(body) if body is not None else []
        inner = [child for case in cases for child in named(case) if child != case.field("value")]
        return [each for child in inner for each in _statements(child) if each.kind() != "break_statement"]
    branches = [statement.field("consequence"), statement.field("alternative")]
    return [each for branch in branches if branch is not None for each in _statements(branch)]


def _statements(branch: SgNode) -> list[SgNode]:
    if branch.kind() in ("statement_block", "else_clause"):
        return [each for child in named(branch) for each in _statements(child)]
    return [branch]


def assembly_of(binding: Binding, statements: Sequence[SgNode]) -> Assembly:
    """A variable that these statements put together, with all its other uses."""
    annotation = binding.declaration.field("type")
    return Assembly(
        binding.name,
        tuple(span_of(each) for each in statements),
        tuple(
            span_of(each)
            for each in binding.references
            if not any(span_of(one).holds(span_of(each)) for one in statements)
        ),
        span_of(annotation) if annotation is not None else None,
    )
