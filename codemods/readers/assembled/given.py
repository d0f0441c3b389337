"""What functions of the repository give to their callers, where a call is given it in turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.literals import binding_of, is_changed, plain
from codemods.source.bindings import Binding, BindingKind
from codemods.source.file import SourceFile
from codemods.source.tree import FUNCTION_KINDS, enclosing, find_all, is_async, named
from codemods.workspace import FunctionRef, Workspace


@dataclass(frozen=True, slots=True)
class Giver:
    """A function and the expressions with which it ends, one of them in any case."""

    file: SourceFile
    function: SgNode
    values: tuple[SgNode, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """What a `call` gives; `held` is the constant that holds it."""

    call: SgNode
    held: Binding | None
    giver: Giver


def given_by(workspace: Workspace, file: SourceFile, node: SgNode) -> Given | None:
    """The function that gives what an expression is, None where that is not known, or where it may give nothing."""
    inner = plain(node)
    held = binding_of(file, inner)
    if held is not None:
        if held.kind is not BindingKind.CONST or held.value is None or held.path or is_changed(held):
            return None
        inner = plain(held.value)
    called = workspace.callee(file.path, inner) if inner.kind() == "call_expression" else None
    giver = giver_of(workspace.source(called.file), called.node) if isinstance(called, FunctionRef) else None
    return Given(inner, held, giver) if giver is not None else None


def giver_of(file: SourceFile, function: SgNode) -> Giver | None:
    """What a function gives when it is called, which is no promise."""
    is_plain = function.kind() in FUNCTION_KINDS and not is_async(function) and "generator" not in function.kind()
    values = _values(function) if is_plain else ()
    return Giver(file, function, values) if values else None


def _values(function: SgNode) -> tuple[SgNode, ...]:
    """The expressions with which a function ends; none where it may end without."""
    body = function.field("body")
    if body is None or body.kind() != "statement_block":
        return (body,) if body is not None else ()
    returns = [each for each in find_all(body, "return_statement") if enclosing(each, FUNCTION_KINDS) == function]
    values = [named(each)[0] for each in returns if named(each)]
    return tuple(values) if len(values) == len(returns) and _ends(named(body)) else ()


def _ends(statements: Sequence[SgNode]) -> bool:
    """Does the last statement leave the function, whatever is the case?"""
    last = next((each for each in reversed(statements) if each.kind() != "comment"), None)
    match last.kind() if last is not None else "":
        case "return_statement" | "throw_statement":
            return True
        case "statement_block" | "else_clause":
            return last is not None and _ends(named(last))
        case "if_statement":
            sides = [last.field("consequence"), last.field("alternative")] if last is not None else []
            return all(side is not None and _ends([side]) for side in sides)
        case _:
            return False
