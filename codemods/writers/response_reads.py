"""What error handlers ask of the response before they answer: whether it was sent, its status, its locals."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import Edit, Span, find_all, member, span_of, unwrap
from codemods.workspace import Role, Workspace
from codemods.writers.ported import Ported, references, whole_line


def headers_sent(ported: Ported, function: SgNode) -> list[Span]:
    """`if (res.headersSent) return next(err);`: the edge answers once."""
    found = []
    for node in find_all(function, "if_statement"):
        condition = node.field("condition")
        plain = unwrap(condition).text() if condition is not None else ""
        if plain.endswith(".headersSent") and not plain.startswith("!") and node.field("alternative") is None:
            ported.edits.append(Edit.delete(whole_line(ported.file, span_of(node))))
            found.append(span_of(node))
    return found


def status_reads(ported: Ported, function: SgNode, error: SgNode) -> list[Span]:
    """`res.statusCode === 200 ? 500 : res.statusCode`: the status that was set before the error was thrown."""
    found = []
    for reference in references(ported.file, function, 2):
        read = reference.parent()
        parts = member(read) if read is not None else None
        above = read.parent() if read is not None else None
        written = above is not None and above.kind() == "assignment_expression" and above.field("left") == read
        if read is None or parts is None or parts[1] != "statusCode" or written or error.kind() != "identifier":
            continue
        ported.edits.append(Edit.replace(span_of(read), f"({error.text()}.responseStatus ?? 200)"))
        found.append(span_of(read))
    return found


def response_locals(ported: Ported, function: SgNode, workspace: Workspace) -> list[Span]:
    """`res.locals.errorMessage = err.message;` goes where only the request log read it."""
    found = []
    for reference in references(ported.file, function, 2):
        statement = next((a for a in reference.ancestors() if a.kind() == "expression_statement"), None)
        text = statement.text() if statement is not None else ""
        name = text.partition("=")[0].strip().rpartition(".")[2]
        if statement is None or not text.startswith(f"{reference.text()}.locals.{name}"):
            continue
        if _only_logged(workspace, ported.file.path, f"locals.{name}"):
            ported.edits.append(Edit.delete(whole_line(ported.file, span_of(statement))))
            found.append(span_of(statement))
    return found


def _only_logged(workspace: Workspace, own: str, text: str) -> bool:
    """Every other file that mentions it is one that sets up morgan, tests aside."""
    others = [path for path in workspace.files if path != own and text in workspace.text(path)]
    readers = [workspace.text(path) for path in others if workspace.role_of(path) is not Role.TEST]
    return all('"morgan"' in reader or "'morgan'" in reader for reader in readers)
