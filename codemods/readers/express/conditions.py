"""What decides whether a call is made at all: the branches around it, and the returns before it."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.ir.app import CodeRef, Condition
from codemods.readers.express.chains import runs_in_place
from codemods.source import SourceFile, named, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS, ancestors

_TESTS = {"if_statement": "condition", "ternary_expression": "condition", "binary_expression": "left"}
"""What makes a call depend on a test, and the test."""

_OTHERS = {"switch_case": "value", "switch_default": "", "while_statement": "condition", "catch_clause": "parameter"}
"""What makes a call depend on something that no single test states."""

_LEAVING = frozenset({"return_statement", "continue_statement", "break_statement"})


def conditions_of(file: SourceFile, call: SgNode) -> tuple[Condition, ...]:
    """The conditions of a call within the function or module that it is written in, the outermost first."""
    found: list[Condition] = []
    inner = call
    for parent in ancestors(call):
        if parent.kind() in FUNCTION_KINDS and not runs_in_place(parent):
            break
        found += reversed([*_left_before(file, parent, inner), *_around(file, parent, inner)])
        inner = parent
    return tuple(reversed(found))


def _around(file: SourceFile, parent: SgNode, inner: SgNode) -> Iterator[Condition]:
    kind = parent.kind()
    if kind in _OTHERS:
        decides = parent.field(_OTHERS[kind]) if _OTHERS[kind] else None
        if decides is None or decides != inner:
            yield Condition(_short(decides or parent), None)
        return
    test = parent.field(_TESTS[kind]) if kind in _TESTS else None
    if test is None or test == inner:
        return
    operator = parent.field("operator")
    sign = operator.text() if operator is not None else "&&"
    if sign in ("&&", "||"):
        holds = sign == "&&" if operator is not None else parent.field("alternative") != inner
        yield _tested(file, test, holds)
    elif sign == "??":
        yield Condition(_short(test), None)


def _left_before(file: SourceFile, block: SgNode, inner: SgNode) -> Iterator[Condition]:
    """`if (…) return;` above the call."""
    if block.kind() not in ("statement_block", "program"):
        return
    for statement in named(block):
        if statement == inner:
            return
        test = statement.field("condition") if statement.kind() == "if_statement" else None
        branch = statement.field("consequence")
        if test is not None and branch is not None and statement.field("alternative") is None and _leaves(branch):
            yield _tested(file, test, False)


def _leaves(branch: SgNode) -> bool:
    last = named(branch)[-1] if branch.kind() == "statement_block" and named(branch) else branch
    return last.kind() in _LEAVING


def _tested(file: SourceFile, test: SgNode, holds: bool) -> Condition:
    plain = unwrap(test)
    return Condition(_short(plain), CodeRef(file.path, span_of(plain)), holds)


def _short(node: SgNode) -> str:
    return " ".join(unwrap(node).text().split())[:80]
