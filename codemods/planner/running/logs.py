"""Statements that may change places with an answer: those that only write to the log, or start later work."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.readers.loggers import LOGGERS
from codemods.source import FUNCTION_KINDS, SourceFile, arguments, find_all, member, named, span_of, unwrap
from codemods.workspace import External, Workspace

_WORK = ("await_expression", "yield_expression", "assignment_expression", "update_expression", "new_expression",
         "augmented_assignment_expression")  # fmt: skip
_HARMLESS_CALLS = frozenset({"JSON.stringify", "Date.now", "String"})


def is_log(statement: SgNode, file: SourceFile, workspace: Workspace | None) -> bool:
    """`console.log(…);` and the like, with arguments that do nothing."""
    inner = named(statement)
    call = unwrap(inner[0]) if statement.kind() == "expression_statement" and inner else None
    if call is None or call.kind() != "call_expression" or find_all(call, *_WORK):
        return False
    nested = [node for node in find_all(call, "call_expression") if span_of(node) != span_of(call)]
    return _is_logger(call, file, workspace) and all(_callee(node) in _HARMLESS_CALLS for node in nested)


def is_deferred(statement: SgNode, file: SourceFile) -> bool:
    """`setTimeout(() => …, 1000);`: nothing of it runs before the handler has answered."""
    inner = named(statement)
    call = unwrap(inner[0]) if statement.kind() == "expression_statement" and inner else None
    function = call.field("function") if call is not None and call.kind() == "call_expression" else None
    if call is None or function is None or function.text() != "setTimeout" or file.bindings.resolve(function):
        return False
    callback, *rest = arguments(call) or [call]
    return callback.kind() in FUNCTION_KINDS and not any(find_all(argument, *_WORK) for argument in rest)


def _callee(call: SgNode) -> str:
    function = call.field("function")
    return function.text() if function is not None else ""


def _is_logger(call: SgNode, file: SourceFile, workspace: Workspace | None) -> bool:
    function = call.field("function")
    parts = member(function) if function is not None else None
    if parts is None:
        return False
    base = unwrap(parts[0])
    if base.text() == "console" and file.bindings.resolve(base) is None:
        return True
    target = workspace.callee(file.path, call) if workspace is not None else None
    return isinstance(target, External) and target.module.split("/")[0] in LOGGERS
