"""The application's error classes: they extend ApplicationError, so that their fields survive function boundaries."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.planner.error_data import OWN, data_fields
from codemods.planner.errors import base_class, extends_error
from codemods.source import CLASS_KINDS, Edit, SourceFile, Span, find_all, span_of
from codemods.workspace import Workspace


def error_class_edits(
    workspace: Workspace, file: SourceFile, statement: SgNode, library: Callable[[str], str]
) -> list[Edit]:
    """Edits of a class statement that extends Error; `library` imports a library class and gives its local name."""
    edits: list[Edit] = []
    for kind in CLASS_KINDS:
        for node in find_all(statement, kind):
            base = base_class(node)
            if base is None or not extends_error(workspace, file.path, node):
                continue
            if base.text() == "Error":
                edits.append(Edit.replace(span_of(base), library("ApplicationError")))
            edits += [Edit.replace(span, OWN) for span in data_fields(file, node)]
            edits += _without_stack_capture(file, node)
    return edits


def _without_stack_capture(file: SourceFile, node: SgNode) -> list[Edit]:
    """`Error.captureStackTrace(this, …)` is Node's; the runtime keeps the stack by itself."""
    found = []
    for call in find_all(node, "call_expression"):
        callee = call.field("function")
        statement = call.parent()
        if callee is None or callee.text() != "Error.captureStackTrace" or statement is None:
            continue
        if statement.kind() == "expression_statement":
            span = span_of(statement)
            start, end = file.line_start(span.start), file.line_end(span.end)
            alone = not file.text[start : span.start].strip() and not file.text[span.end : end].strip()
            found.append(Edit.delete(Span(max(start - 1, 0), span.end) if alone else span))
    return found
