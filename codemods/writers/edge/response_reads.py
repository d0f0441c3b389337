"""What error handlers ask of the response before they answer: whether it was sent, its status, its locals."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source import Edit, Span, find_all, member, named, span_of, unwrap
from codemods.workspace import Role, Workspace
from codemods.writers.edge.ported import Ported, references, whole_line


@dataclass(frozen=True, slots=True)
class Unsent:
    """A statement that asks whether the response was sent: the edge answers once, so it was not."""

    statement: SgNode
    kept: SgNode | None
    """What runs where nothing was sent."""

    @property
    def gone(self) -> list[Span]:
        """The parts of the statement that no answer needs."""
        whole, kept = span_of(self.statement), span_of(self.kept) if self.kept is not None else None
        return [whole] if kept is None else [Span(whole.start, kept.start), Span(kept.end, whole.end)]


def headers_sent(function: SgNode) -> list[Unsent]:
    """`if (res.headersSent) return next(err);`, `if (!res.headersSent) { … }`"""
    found = []
    for node in find_all(function, "if_statement"):
        condition, alternative = node.field("condition"), node.field("alternative")
        plain = unwrap(condition).text() if condition is not None else ""
        otherwise = named(alternative)[0] if alternative is not None and named(alternative) else None
        if re.fullmatch(r"!?\w+\.headersSent", plain):
            found.append(Unsent(node, node.field("consequence") if plain.startswith("!") else otherwise))
    return found


def without_question(ported: Ported, unsent: Unsent) -> None:
    """What the statement kept, in its place; the edits within are known by now."""
    file, statement, kept = ported.file, span_of(unsent.statement), unsent.kept
    if kept is None:
        ported.edits.append(Edit.delete(whole_line(file, statement)))
    elif kept.kind() != "statement_block" or not named(kept):
        ported.edits += [Edit.delete(span) for span in unsent.gone if span.start < span.end]
    else:
        first, last = (span_of(node) for node in (kept.children()[1], kept.children()[-2]))
        ported.edits += [Edit.delete(Span(statement.start, first.start)), Edit.delete(Span(last.end, statement.end))]
        ported.edits += _moved_out(ported, Span(first.start, last.end), len(file.indent_at(statement.start)))


def _moved_out(ported: Ported, block: Span, margin: int) -> list[Edit]:
    """The lines of a block as far to the right as the statement around it was, texts over several lines aside."""
    file, found = ported.file, []
    unit = len(file.indent_at(block.start)) - margin
    texts = [span_of(node) for node in find_all(file.root, "template_string")]
    start = file.line_end(block.start) + 1
    while unit > 0 and start < block.end:
        span = Span(start, start + unit)
        taken = any(_rewrites(edit, span) for edit in ported.edits)
        taken = taken or any(text.start < start < text.end for text in texts)
        if not taken and not file.text[span.start : span.end].strip():
            found.append(Edit.delete(span))
        start = file.line_end(start) + 1
    return found


def _rewrites(edit: Edit, span: Span) -> bool:
    """Does an edit leave nothing of a span as it is?"""
    shown = any(isinstance(part, Span) and part.holds(span) for part in edit.parts)
    return edit.span.overlaps(span) and not shown


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
        name = _local_set(statement, reference) if statement is not None else None
        if statement is None or name is None:
            continue
        if _only_logged(workspace, ported.file.path, name):
            ported.edits.append(Edit.delete(whole_line(ported.file, span_of(statement))))
            found.append(span_of(statement))
    return found


def _local_set(statement: SgNode, response: SgNode) -> str | None:
    """The name that `res.locals.name = …;` and `res.locals["name"] = …;` set."""
    assignment = named(statement)[0] if named(statement) else statement
    left = assignment.field("left") if assignment.kind() == "assignment_expression" else None
    written = member(left) if left is not None else None
    holder = member(written[0]) if written is not None else None
    is_local = holder is not None and holder[1] == "locals" and holder[0] == response
    return written[1] if written is not None and is_local else None


def _only_logged(workspace: Workspace, own: str, name: str) -> bool:
    """Every other file that mentions a local is one that sets up morgan, tests aside."""
    read = re.compile(rf"locals(\.{re.escape(name)}\b|\[[\"'`]{re.escape(name)}[\"'`]\])")
    others = [path for path in workspace.files if path != own and read.search(workspace.text(path))]
    readers = [workspace.text(path) for path in others if workspace.role_of(path) is not Role.TEST]
    return all('"morgan"' in reader or "'morgan'" in reader for reader in readers)
