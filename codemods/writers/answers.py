"""Answers of a handler as results and errors: `res.json(x)` → `return x`, a 4xx → a thrown HttpError."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.responses import Form, Forward, Reply, ResponsePlan
from codemods.source import Edit, SourceFile, Span, find_all, named, span_of

REASONS = {
    400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 409: "Conflict", 410: "Gone", 422: "Unprocessable Entity", 429: "Too Many Requests",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content",
}  # fmt: skip
"""What `res.sendStatus` answers as text (Node's http.STATUS_CODES)."""


def answer_edits(file: SourceFile, handler: SgNode, plan: ResponsePlan, ctx: str) -> tuple[list[Edit], set[str]]:
    """The edits for all replies and forwards of a handler, and the library functions that they use."""
    edits: list[Edit] = []
    needed: set[str] = set()
    for reply in plan.replies:
        edits += _reply(file, handler, reply, needed)
    for forward in plan.forwards:
        edits += _forward(file, forward)
    edits += _rethrow(file, handler, plan, needed)
    return edits, needed


def _reply(file: SourceFile, handler: SgNode, reply: Reply, needed: set[str]) -> list[Edit]:
    expression = reply.statement == reply.call and not _is_statement(file, handler, reply.statement)
    edits = [] if reply.after is None else [Edit.delete(_line_of(file, reply.after))]
    semicolon = "" if expression else ";"
    if reply.fails:
        needed.add("HttpError")
        body: tuple[str | Span, ...] = (reply.body,) if reply.body is not None else (_default_body(reply),)
        parts = (f"throw new HttpError({reply.status}, ", *body, f"){semicolon}")
        if expression:
            parts = ("{ ", *parts, "; }")
        return [*edits, Edit(reply.statement, parts)]
    word = "" if expression else "return "
    if reply.body is None:
        return [*edits, Edit.replace(reply.statement, f"{word}null{semicolon}")]
    needed.add("toJson")
    return [*edits, Edit(reply.statement, (f"{word}toJson(", reply.body, f"){semicolon}"))]


def _default_body(reply: Reply) -> str:
    if reply.form is Form.STATUS_TEXT:
        return f'"{REASONS.get(reply.status or 0, str(reply.status))}"'
    return "null"


def _is_statement(file: SourceFile, handler: SgNode, span: Span) -> bool:
    body = handler.field("body")
    return body is None or span_of(body) != span


def _line_of(file: SourceFile, span: Span) -> Span:
    """A statement with the line end before it, when it stands alone on its line."""
    start = file.line_start(span.start)
    alone = not file.text[start : span.start].strip() and not file.text[span.end : file.line_end(span.end)].strip()
    if not alone or start == 0:
        return span
    newline = 2 if file.text[start - 2 : start] == "\r\n" else 1
    return Span(start - newline, span.end)


def _forward(file: SourceFile, forward: Forward) -> list[Edit]:
    edits = [] if forward.after is None else [Edit.delete(_line_of(file, forward.after))]
    return [*edits, Edit(forward.statement, ("throw ", forward.error, ";"))]


def _rethrow(file: SourceFile, handler: SgNode, plan: ResponsePlan, needed: set[str]) -> list[Edit]:
    """A 4xx thrown inside a `try` must not be answered by the `catch` around it."""
    edits = []
    failing = [reply.statement for reply in plan.replies if reply.fails]
    for node in find_all(handler, "try_statement"):
        clause, block = node.field("handler"), node.field("body")
        if clause is None or block is None:
            continue
        if not any(span_of(block).holds(statement) for statement in failing):
            continue
        body, parameter = clause.field("body"), clause.field("parameter")
        if body is None:
            continue
        name = parameter.text() if parameter is not None else "error"
        if parameter is None:
            edits.append(Edit.insert(span_of(body).start, "(error) "))
        first = named(body)[0] if named(body) else None
        indent = (
            file.indent_at(span_of(first).start) if first is not None else file.indent_at(span_of(node).start) + "  "
        )
        opening = span_of(body).start + 1
        needed.add("HttpError")
        edits.append(Edit.insert(opening, f"\n{indent}if ({name} instanceof HttpError) throw {name};"))
    return edits
