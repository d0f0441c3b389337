"""How a handler answers: every use of the response, with status, body and the statement that has to change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.planner.problems import Problem
from codemods.source import (
    SourceFile,
    Span,
    arguments,
    find_all,
    member,
    named,
    parameters,
    span_of,
    string_value,
    unwrap,
)
from codemods.source.tree import FUNCTION_KINDS

STATUS_CONSTANTS: dict[str, int] = {
    "OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204, "BAD_REQUEST": 400, "UNAUTHORIZED": 401,
    "PAYMENT_REQUIRED": 402, "FORBIDDEN": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "NOT_ACCEPTABLE": 406,
    "REQUEST_TIMEOUT": 408, "CONFLICT": 409, "GONE": 410, "UNPROCESSABLE_ENTITY": 422, "TOO_MANY_REQUESTS": 429,
    "INTERNAL_SERVER_ERROR": 500, "INTERNAL_ERROR": 500, "NOT_IMPLEMENTED": 501, "BAD_GATEWAY": 502,
    "SERVICE_UNAVAILABLE": 503, "GATEWAY_TIMEOUT": 504,
}  # fmt: skip
"""Names of status constants, as http-status, http-status-codes and home-made tables call them (RFC 9110)."""


class Form(StrEnum):
    """What the reply is made of."""

    JSON = "json"
    TEXT = "text"
    """A string: Express answers text/html."""
    EMPTY = "empty"
    STATUS_TEXT = "status text"
    """`sendStatus`: the status's own phrase as text."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `status` is None when it is computed (then `status_node` says how).

    `statement` is the statement to replace: `return res.json(x)`, `res.json(x);`; `after` is a bare `return;` right
    behind it, which goes too.
    """

    status: int | None
    status_node: Span | None
    form: Form
    body: Span | None
    statement: Span
    after: Span | None
    call: Span

    @property
    def fails(self) -> bool:
        """A literal status of 400 and more."""
        return self.status is not None and self.status >= 400


@dataclass(frozen=True, slots=True)
class Forward:
    """`next(error)`: the statement to replace by a throw, and the error."""

    error: Span
    statement: Span
    after: Span | None


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """All answers of a handler, the errors it forwards, and what cannot be carried over."""

    replies: tuple[Reply, ...]
    forwards: tuple[Forward, ...]
    problems: tuple[Problem, ...]

    @property
    def successes(self) -> tuple[Reply, ...]:
        return tuple(reply for reply in self.replies if not reply.fails)


_HEADERS = frozenset(
    {"set", "setHeader", "header", "type", "contentType", "append", "vary", "location", "links", "attachment"}
)
_NOT_DATA = {
    "redirect": "redirects", "cookie": "sets a cookie", "clearCookie": "clears a cookie", "sendFile": "sends a file",
    "download": "sends a file", "render": "renders a view", "write": "streams its reply", "pipe": "streams its reply",
    "on": "listens to the response", "flushHeaders": "streams its reply", "writeHead": "streams its reply",
    "jsonp": "answers with JSONP", "format": "negotiates the format", "locals": "uses res.locals",
}  # fmt: skip


def plan_response(file: SourceFile, handler: SgNode, skip: int = 0) -> ResponsePlan:
    """Read all uses of the response and of `next` in a handler; `skip` parameters come before the request."""
    reader = _Reader(file, handler, skip)
    reader.read()
    return ResponsePlan(tuple(reader.replies), tuple(reader.forwards), tuple(reader.problems))


class _Reader:
    def __init__(self, file: SourceFile, handler: SgNode, skip: int) -> None:
        self._file, self._handler, self._skip = file, handler, skip
        self.replies: list[Reply] = []
        self.forwards: list[Forward] = []
        self.problems: list[Problem] = []

    def read(self) -> None:
        given = parameters(self._handler)[self._skip :]
        if len(given) > 1 and given[1].name is None:
            self._problem(given[1].node, "takes its response apart", "CX203")
        for index, name in ((1, "response"), (2, "next")):
            if len(given) <= index or given[index].name is None:
                continue
            binding = self._file.bindings.resolve(given[index].pattern)
            for reference in binding.references if binding is not None else []:
                if name == "response":
                    self._read_response(reference)
                else:
                    self._read_next(reference)
        if len(given) > 1 and not self.replies and not self.forwards and not self.problems:
            self._problem(self._handler, "never answers", "CX207")

    def _problem(self, node: SgNode, text: str, code: str) -> None:
        self.problems.append(Problem(code, text, self._file.place(node)))

    def _read_response(self, reference: SgNode) -> None:
        chain = _chain(reference)
        if chain is None:
            self._problem(reference, "hands the response on", "CX203")
            return
        outer, calls, stray = chain
        if stray is not None:
            self._problem(reference, _NOT_DATA.get(stray, f"uses `res.{stray}`"), "CX203")
            return
        status: int | None = 200
        status_node: SgNode | None = None
        final: tuple[str, SgNode] | None = None
        for name, call in calls:
            if name == "status" and arguments(call):
                status_node = arguments(call)[0]
                status = _status_value(status_node)
            elif name in _NOT_DATA:
                self._problem(call, _NOT_DATA[name], "CX203")
                return
            elif name in _HEADERS:
                self._problem(call, "sets a response header", "CX203")
                return
            elif name in ("json", "send", "end", "sendStatus"):
                final = (name, call)
            else:
                self._problem(call, f"uses `res.{name}`", "CX203")
                return
        if final is None:
            self._problem(outer, "sets a status and answers elsewhere", "CX203")
            return
        self._reply(outer, final, status, status_node)

    def _reply(self, outer: SgNode, final: tuple[str, SgNode], status: int | None, status_node: SgNode | None) -> None:
        name, call = final
        given = arguments(call)
        if name == "sendStatus" and given:
            status, status_node = _status_value(given[0]), given[0]
        body = given[0] if given and name != "sendStatus" else None
        if len(given) > 1:
            self._problem(call, "passes two arguments to the response", "CX203")
            return
        statement = self._statement(outer)
        if statement is None:
            return
        node, after = statement
        form = _form(name, body)
        if status == 204 or (name == "end" and body is None):
            form, body = Form.EMPTY, None
        self.replies.append(
            Reply(
                status=status,
                status_node=span_of(status_node) if status_node is not None else None,
                form=form,
                body=span_of(body) if body is not None else None,
                statement=span_of(node),
                after=span_of(after) if after is not None else None,
                call=span_of(outer),
            )
        )

    def _read_next(self, reference: SgNode) -> None:
        call = reference.parent()
        function = call.field("function") if call is not None and call.kind() == "call_expression" else None
        if call is None or function is None or span_of(function) != span_of(reference):
            self._problem(reference, "hands `next` on", "CX204")
            return
        given = arguments(call)
        if not given or string_value(given[0]) == "route":
            self._problem(call, "passes the request on with next()", "CX207")
            return
        statement = self._statement(call)
        if statement is None:
            return
        node, after = statement
        self.forwards.append(Forward(span_of(given[0]), span_of(node), span_of(after) if after is not None else None))

    def _statement(self, call: SgNode) -> tuple[SgNode, SgNode | None] | None:
        """The statement that a reply is, when nothing of the handler runs after it; else a problem."""
        inner = next((a for a in call.ancestors() if a.kind() in FUNCTION_KINDS), None)
        if inner is None or span_of(inner) != span_of(self._handler):
            self._problem(call, "answers from a callback", "CX204")
            return None
        parent = call.parent()
        while parent is not None and parent.kind() in ("await_expression", "parenthesized_expression"):
            parent = parent.parent()
        if parent is None:
            return None
        if parent.kind() == "return_statement":
            return parent, None
        if span_of(parent) == span_of(self._handler):
            return call, None
        if parent.kind() != "expression_statement":
            self._problem(call, "uses the value of a reply", "CX207")
            return None
        following = _next_statement(parent)
        if following is not None and following.kind() == "return_statement" and not named(following):
            return parent, following
        if following is None and _in_tail(parent, self._handler):
            return parent, None
        self._problem(call, "goes on after its reply", "CX207")
        return None


def _chain(reference: SgNode) -> tuple[SgNode, list[tuple[str, SgNode]], str | None] | None:
    """`res.status(1).json(x)` → (outermost call, [(status, …), (json, …)], None); else the stray member's name."""
    calls: list[tuple[str, SgNode]] = []
    current = reference
    while True:
        above = current.parent()
        parts = (
            member(above)
            if above is not None and above.kind() in ("member_expression", "subscript_expression")
            else None
        )
        if above is None or parts is None or span_of(unwrap(parts[0])) != span_of(current):
            return (current, calls, None) if calls else None
        call = above.parent()
        function = call.field("function") if call is not None and call.kind() == "call_expression" else None
        if call is None or function is None or span_of(function) != span_of(above):
            return current, calls, parts[1]
        calls.append((parts[1], call))
        current = call


def _status_value(node: SgNode) -> int | None:
    plain = unwrap(node)
    text = plain.text()
    if re.fullmatch(r"\d{3}", text):
        return int(text)
    parts = member(plain)
    if parts is not None:
        return STATUS_CONSTANTS.get(re.sub(r"([a-z])([A-Z])", r"\1_\2", parts[1]).upper())
    return None


def _form(name: str, body: SgNode | None) -> Form:
    if name == "sendStatus":
        return Form.STATUS_TEXT
    if body is None:
        return Form.EMPTY
    kind = unwrap(body).kind()
    return Form.TEXT if name in ("send", "end") and kind in ("string", "template_string") else Form.JSON


def _next_statement(statement: SgNode) -> SgNode | None:
    following = statement.next()
    while following is not None and (following.kind() == "comment" or not following.is_named()):
        following = following.next()
    return following


def _in_tail(statement: SgNode, handler: SgNode) -> bool:
    """True when nothing of the handler runs after the statement (finally blocks aside, of which there are none)."""
    current = statement
    for parent in statement.ancestors():
        if span_of(parent) == span_of(handler):
            return True
        match parent.kind():
            case "statement_block" | "if_statement" | "else_clause" | "catch_clause":
                pass
            case "try_statement":
                if parent.field("finalizer") is not None:
                    return False
            case "switch_case" | "switch_default" | "switch_body" | "switch_statement":
                return False
            case "for_statement" | "for_in_statement" | "while_statement" | "do_statement":
                return False
            case _:
                return False
        if parent.kind() in ("statement_block", "if_statement", "try_statement"):
            following = _next_statement(parent) if parent.kind() != "statement_block" else None
            block_owner = parent.parent()
            if following is not None and block_owner is not None and block_owner.kind() == "statement_block":
                return False
        current = parent
    return current is not None


def answers_in(node: SgNode) -> list[SgNode]:
    """All return statements of a function that are its own."""
    return [s for s in find_all(node, "return_statement") if _owner(s) == span_of(node)]


def _owner(statement: SgNode) -> Span | None:
    inner = next((a for a in statement.ancestors() if a.kind() in FUNCTION_KINDS), None)
    return span_of(inner) if inner is not None else None
