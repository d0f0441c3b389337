"""Express middleware ported to the HTTP edge: checks of the input, error handlers, not-found handlers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from ast_grep_py import SgNode

from codemods.planner.analysis import Facts
from codemods.planner.problems import Problem
from codemods.planner.replies import Form, Reply
from codemods.planner.responses import plan_response
from codemods.source import Edit, SourceFile, Span, arguments, find_all, member, named, parameters, span_of
from codemods.source.tree import FUNCTION_KINDS
from codemods.writers.answers import REASONS, AnswerWriter, Parts, answer_edits

_REQUEST: dict[str, str] = {
    "method": "c.req.method",
    "path": "c.req.path",
    "originalUrl": "c.req.path",
    "url": "c.req.path",
}
"""What an error handler reads of the request, and how Hono calls it."""


@dataclass(slots=True)
class Ported:
    """Edits of a middleware function, the library names that they use, and what stands in the way."""

    edits: list[Edit] = field(default_factory=list)
    runtime: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def library(self, name: str) -> str:
        """Note a library function that the edits use."""
        self.runtime.add(name)
        return name


def port_check(file: SourceFile, inner: SgNode) -> Ported:
    """`(req, res, next) => { … }` that checks its input → `(req: Input) => { … }` that throws what it refuses."""
    ported = Ported(runtime={"Input"})
    typed = file.language != "javascript"
    given = inner.field("parameters")
    request = parameters(inner)[0].name if parameters(inner) else None
    body = inner.field("body")
    if given is None or body is None or request is None:
        ported.problems.append(Problem("CX401", "the validation cannot be read", file.place(inner)))
        return ported
    ported.edits.append(Edit.replace(span_of(given), f"({request}: Input)" if typed else f"({request})"))
    returned = inner.field("return_type")
    if returned is not None:
        ported.edits.append(Edit.delete(span_of(returned)))
    _responses(file, inner, ported)
    _next_calls(file, inner, ported)
    _casts(file, inner, ported)
    _request_reads(file, inner, ported, frozenset({"body", "query", "params"}))
    return ported


def _responses(file: SourceFile, inner: SgNode, ported: Ported) -> None:
    plan = plan_response(file, inner)
    for reply in plan.replies:
        if reply.status is None or reply.status < 400:
            ported.problems.append(Problem("CX401", "the validation answers by itself", file.place(reply.call.start)))
    if not ported.problems:
        ported.edits += answer_edits(file, inner, plan, ported.library)
    ported.problems += [p for p in plan.problems if not p.text.startswith(("passes the request on", "never answers"))]


def _next_calls(file: SourceFile, inner: SgNode, ported: Ported) -> None:
    """`next();` goes; `return next();` only returns."""
    given = parameters(inner)
    name = given[2].name if len(given) > 2 else None
    for call in find_all(inner, "call_expression"):
        callee = call.field("function")
        if callee is None or callee.text() != name or arguments(call):
            continue
        statement = call.parent()
        if statement is None:
            continue
        if statement.kind() == "return_statement":
            ported.edits.append(Edit.replace(span_of(statement), "return;"))
        elif statement.kind() == "expression_statement":
            ported.edits.append(Edit.delete(_whole_line(file, span_of(statement))))
        else:
            ported.problems.append(Problem("CX401", "the validation passes `next` on", file.place(call)))


def _whole_line(file: SourceFile, span: Span) -> Span:
    start, end = file.line_start(span.start), file.line_end(span.end)
    alone = not file.text[start : span.start].strip() and not file.text[span.end : end].strip()
    return Span(start, min(end + 1, len(file.text))) if alone else span


def _casts(file: SourceFile, inner: SgNode, ported: Ported) -> None:
    """`validated as unknown as Request["query"]`: the input's parts are plain."""
    for node in find_all(inner, "as_expression"):
        if re.search(r"\bRequest\b|ParsedQs|ParamsDictionary", node.text()) is None:
            continue
        parent = node.parent()
        if parent is not None and parent.kind() == "as_expression":
            continue
        value = node
        while value.kind() == "as_expression" and named(value):
            value = named(value)[0]
        ported.edits.append(Edit(span_of(node), (span_of(value),)))


def _request_reads(file: SourceFile, inner: SgNode, ported: Ported, allowed: frozenset[str]) -> None:
    given = parameters(inner)
    binding = file.bindings.resolve(given[0].pattern) if given else None
    for reference in binding.references if binding is not None else []:
        parent = reference.parent()
        parts = member(parent) if parent is not None else None
        if parts is None or parts[1] not in allowed:
            ported.problems.append(Problem("CX401", "the validation reads more than the input", file.place(reference)))


def port_error_handler(file: SourceFile, function: SgNode, facts: Facts) -> Ported:
    """`(err, req, res, next) => …` → `(err: Fault, c: Context) => …`, answering through Hono."""
    ported = Ported(runtime={"Fault", "faultOf"})
    typed = file.language != "javascript"
    given = parameters(function)
    outer = function.field("parameters")
    if outer is None or not given or given[0].name is None:
        ported.problems.append(Problem("CX701", "the error handler cannot be read", file.place(function)))
        return ported
    name = given[0].name
    ported.edits.append(Edit.replace(span_of(outer), f"({name}: Fault, c: Context)" if typed else f"({name}, c)"))
    returned = function.field("return_type")
    if returned is not None:
        ported.edits.append(Edit.delete(span_of(returned)))
    guards = _headers_sent(file, function, ported)
    _answers(file, function, ported, guards, 1)
    _error_tests(file, function, name, ported)
    _edge_request(file, function, ported, 1)
    ported.problems += [p for p in facts.problems if not _inside_edits(p, file, ported)]
    return ported


def port_not_found(file: SourceFile, function: SgNode) -> Ported:
    """`(req, res) => res.status(404).json(…)` → `(c: Context) => …`."""
    ported = Ported()
    outer = function.field("parameters")
    if outer is None:
        ported.problems.append(Problem("CX701", "the not-found handler cannot be read", file.place(function)))
        return ported
    ported.edits.append(Edit.replace(span_of(outer), "(c: Context)" if file.language != "javascript" else "(c)"))
    returned = function.field("return_type")
    if returned is not None:
        ported.edits.append(Edit.delete(span_of(returned)))
    _answers(file, function, ported, [], 0)
    _edge_request(file, function, ported, 0)
    return ported


def _answers(file: SourceFile, function: SgNode, ported: Ported, guards: list[Span], skip: int) -> None:
    plan = plan_response(file, function, skip)
    for forward in plan.forwards:
        if not any(guard.holds(forward.statement) for guard in guards):
            place = file.place(forward.statement.start)
            ported.problems.append(Problem("CX701", "the handler passes errors on", place))
    writer = _EdgeAnswers(file, function, replace(plan, forwards=()), ported.library)
    writer.write()
    ported.edits += writer.edits
    for problem in plan.problems:
        line = problem.place.line
        if not any(file.place(g.start).line <= line <= file.place(g.end).line for g in guards):
            ported.problems.append(problem)


class _EdgeAnswers(AnswerWriter):
    """Answers through Hono: `c.json(body, 404)`."""

    def value(self, reply: Reply) -> tuple[str, Parts]:
        status: Parts = (f"{reply.status}",)
        if reply.status is None and reply.status_node is not None:
            status = (reply.status_node, " as 500" if self._file.language != "javascript" else "")
        if reply.form is Form.STATUS_TEXT:
            return "return", (f'c.text("{REASONS.get(reply.status or 0, str(reply.status))}", ', *status, ")")
        if reply.body is None:
            return "return", ("c.body(null, ", *status, ")")
        start = f"{self._library('send')}(c, " if reply.form is Form.SENT else f"c.{_METHODS[reply.form]}("
        return "return", (start, reply.body, ", ", *status, ")")


_METHODS = {Form.JSON: "json", Form.TEXT: "html"}


def _headers_sent(file: SourceFile, function: SgNode, ported: Ported) -> list[Span]:
    """`if (res.headersSent) return next(err);`: the edge answers once."""
    found = []
    for node in find_all(function, "if_statement"):
        condition = node.field("condition")
        if condition is not None and condition.text().strip("()").endswith(".headersSent"):
            ported.edits.append(Edit.delete(_whole_line(file, span_of(node))))
            found.append(span_of(node))
    return found


def _error_tests(file: SourceFile, function: SgNode, name: str, ported: Ported) -> None:
    """`err instanceof NotFoundError` → `err.kinds.includes("NotFoundError")`; the environment is production."""
    for node in find_all(function, "binary_expression"):
        operator, left, right = node.field("operator"), node.field("left"), node.field("right")
        if operator is None or left is None or right is None:
            continue
        if operator.text() == "instanceof" and left.text() == name:
            kind = right.text().rsplit(".", 1)[-1]
            kind = "DatabaseError" if "KnownRequestError" in kind else kind
            ported.edits.append(Edit.replace(span_of(node), f'{name}.kinds.includes("{kind}")'))
    for node in find_all(function, "member_expression"):
        if node.text() == "process.env.NODE_ENV":
            cast = " as string" if file.language != "javascript" else ""
            ported.edits.append(Edit.replace(span_of(node), f'("production"{cast})'))


def _edge_request(file: SourceFile, function: SgNode, ported: Ported, index: int) -> None:
    given = parameters(function)
    binding = file.bindings.resolve(given[index].pattern) if len(given) > index else None
    for reference in binding.references if binding is not None else []:
        parent = reference.parent()
        parts = member(parent) if parent is not None else None
        if parent is None or parts is None or parts[1] not in _REQUEST:
            what = parent.text() if parent is not None and parts is not None else reference.text()
            ported.problems.append(Problem("CX701", f"the handler reads `{what}`", file.place(reference)))
            continue
        ported.edits.append(Edit.replace(span_of(parent), _REQUEST[parts[1]]))


def _inside_edits(problem: Problem, file: SourceFile, ported: Ported) -> bool:
    """Was the obstacle (an erased class, `process.env`) written away by an edit?"""
    lines = {file.place(edit.span.start).line for edit in ported.edits}
    return problem.place.line in lines


def function_in(file: SourceFile, span: Span) -> SgNode | None:
    return next((n for kind in FUNCTION_KINDS for n in find_all(file.root, kind) if span_of(n) == span), None)
