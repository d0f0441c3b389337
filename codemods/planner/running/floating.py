"""Asynchronous work that nothing waits for."""

from __future__ import annotations

from collections.abc import Collection

from ast_grep_py import SgNode

from codemods.planner.stored.values import node_covering
from codemods.source import FUNCTION_KINDS, SourceFile, Span, arguments, member, named, span_of
from codemods.workspace import External, FunctionRef, Workspace
from codemods.workspace.builtins import builtin_module

_DEEPEST = 8

LOGGED = ".catch(console.error)"
"""What becomes of the failure of work that nothing waited for, which no longer ends the server."""


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


def left_alone(file: SourceFile, call: Span) -> SgNode | None:
    """The whole promise of a bare statement, `send(mail).catch(log)`; None where something else does not wait.

    An action can wait for it: nothing in the source looks at its result, and nobody is told of its failure.
    """
    node = node_covering(file, call)
    parent = node.parent() if node is not None else None
    while node is not None and parent is not None and parent.kind() in ("member_expression", "call_expression"):
        node, parent = parent, parent.parent()
    if parent is not None and parent.text().startswith("void "):
        parent = parent.parent()
    return node if parent is not None and parent.kind() == "expression_statement" else None


def may_fail(promise: SgNode) -> bool:
    """Is there no `.catch(…)`, and no second function for `then`, at the end of a chain?"""
    callee = promise.field("function")
    parts = member(callee) if callee is not None else None
    if parts is None:
        return True
    if parts[1] == "finally":
        return may_fail(parts[0])
    return not (parts[1] == "catch" or (parts[1] == "then" and len(arguments(promise)) > 1))


def catches_all(function: SgNode) -> bool:
    """Is all of a function one `try`, whose `catch` throws nothing?"""
    body = function.field("body")
    statements = [each for each in named(body) if each.kind() != "comment"] if body is not None else []
    if len(statements) != 1 or statements[0].kind() != "try_statement":
        return False
    handler = statements[0].field("handler")
    return handler is not None and handler.find(kind="throw_statement") is None


def gives_promise(workspace: Workspace, path: str, function: SgNode, depth: int = 0) -> bool:
    """Does calling a function of the file at `path` begin work that can be waited for?"""
    written, body = function.field("return_type"), function.field("body")
    if any(child.kind() == "async" for child in function.children()):
        return True
    if written is not None:
        return "Promise<" in written.text()
    if body is None or body.kind() != "call_expression" or depth > _DEEPEST:
        return body is not None and body.kind() == "new_expression" and body.text().startswith("new Promise")
    match workspace.callee(path, body):
        case FunctionRef(file=file, node=callee):
            return gives_promise(workspace, file, callee, depth + 1)
        case External(module=module, path=member_path):
            return builtin_module(module) is None or "promises" in (*module.split("/"), *member_path)
        case _:
            return True
