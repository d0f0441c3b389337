"""Answers of a handler as results and errors: `res.json(x)` → `return x`, a 4xx → a thrown HttpError."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.planner.answering.replies import (
    Builder,
    Delegation,
    Form,
    Forward,
    Raised,
    Reply,
    ResponsePlan,
    Stand,
    Standing,
)
from codemods.source import Edit, SourceFile, Span, find_all, named, span_of
from codemods.source.edit import Parts

REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 203: "Non-Authoritative Information", 204: "No Content",
    205: "Reset Content", 206: "Partial Content", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized",
    402: "Payment Required", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 406: "Not Acceptable",
    408: "Request Timeout", 409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
    413: "Payload Too Large", 415: "Unsupported Media Type", 418: "I'm a Teapot", 422: "Unprocessable Entity",
    423: "Locked", 424: "Failed Dependency", 425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required",
    429: "Too Many Requests", 451: "Unavailable For Legal Reasons", 500: "Internal Server Error",
    501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip
"""What `res.sendStatus` answers as text (Node's http.STATUS_CODES)."""

TYPES = {Form.TEXT: "html", Form.STATUS_TEXT: "text", Form.SENT: "auto"}
"""What an answer says of its body when that is not JSON."""


class Use(StrEnum):
    """What the answers of a function are for."""

    HANDLER = "handler"
    """Successes are returned, failures thrown."""
    DELEGATE = "delegate"
    """A function that answers for its callers only returns: nothing must catch what it answers."""
    CHECK = "check"
    """What a check answers ends the request, whatever its status: all of it is thrown."""


def answer_edits(
    file: SourceFile, function: SgNode, plan: ResponsePlan, library: Callable[[str], str], use: Use = Use.HANDLER
) -> list[Edit]:
    """The edits for all answers of a function; `library` imports a library function and gives its local name."""
    writer = AnswerWriter(file, function, plan, library, use)
    writer.write()
    return writer.edits


class AnswerWriter:
    """Writes the answers of one function in place; `value` says as what."""

    def __init__(
        self,
        file: SourceFile,
        function: SgNode,
        plan: ResponsePlan,
        library: Callable[[str], str],
        use: Use = Use.HANDLER,
    ) -> None:
        self._file, self._function, self._plan, self._library, self._use = file, function, plan, library, use
        self.edits: list[Edit] = []

    def write(self) -> None:
        for reply in self._plan.replies:
            word, value = self.value(reply)
            self._place(reply.stand, word, value, reply)
        for delegation in self._plan.delegations:
            self._delegation(delegation)
        for forward in self._plan.forwards:
            self._fail(forward)
        for raised in self._plan.raised:
            self._raised(raised)
        for end in self._plan.open_ends:
            self.close(end)
        for chain in self._plan.chains:
            self._chain(chain)
        for dropped in self._plan.dropped:
            self.edits.append(Edit.delete(dropped))
        self._rethrow()
        if self._plan.builder is not None:
            self._builder(self._plan.builder)

    # ---- answers ----------------------------------------------------------------------------------

    def value(self, reply: Reply) -> tuple[str, Parts]:
        """`return` or `throw`, and the value that goes with it."""
        if reply.form is Form.BUILT:
            return "return", (reply.call,)
        if self._is_thrown(reply):
            return "throw", (f"new {self._library('HttpError')}(", *self._sent(reply), ")")
        if self._use is Use.DELEGATE or self._plan.enveloped:
            value: Parts = (f"{self._library('reply')}(", *self._sent(reply), ")")
            return "return", self._with_headers(value, reply) if reply.headers else value
        return "return", self._result(reply)

    def _is_thrown(self, reply: Reply) -> bool:
        return self._use is Use.CHECK or (reply.throws and self._use is Use.HANDLER)

    def _with_headers(self, value: Parts, reply: Reply) -> Parts:
        """`withHeaders(reply(200, users), { "X-Total": count })`"""
        pairs: list[str | Span] = []
        for name, content in reply.headers:
            pairs += [", " if pairs else "", name, ": ", content]
        return (f"{self._library('withHeaders')}(", *value, ", { ", *pairs, " })")

    def _result(self, reply: Reply) -> Parts:
        if reply.body is None:
            return ("null",)
        if reply.form is Form.TEXT:
            return (reply.body,)
        return (f"{self._library('toJson')}(", reply.body, ")")

    def _sent(self, reply: Reply) -> Parts:
        """`404, { error: "…" }`: status, body, and what the body is unless it is JSON."""
        status: str | Span = reply.status_node if reply.status_node is not None else "200"
        body: Parts = (", ", reply.body) if reply.body is not None else ()
        if reply.form is Form.STATUS_TEXT:
            body = (f', "{REASONS.get(reply.status or 0, str(reply.status))}"',)
        kind = TYPES.get(reply.form)
        return (status, *body, *([f', "{kind}"'] if kind is not None else []))

    def _delegation(self, delegation: Delegation) -> None:
        self.edits.append(Edit.delete(delegation.argument))
        if self._plan.builder is not None:
            value: Parts = (f"{self._plan.builder.name}.merged(", delegation.call, ")")
            self._place(delegation.stand, "return", value, call=delegation.call)
            return
        if not self._file.slice(delegation.statement).startswith("return") or delegation.stand.logs is not None:
            self._place(delegation.stand, "return", (delegation.call,), call=delegation.call)

    def _builder(self, builder: Builder) -> None:
        """`const res = new ResponseBuilder();` in front, or the object where it is used once."""
        made = f"new {self._library('ResponseBuilder')}()"
        for use in builder.inline:
            self.edits.append(Edit.replace(use, made))
        if not builder.inline:
            self.edits.append(opening_edit(self._file, self._function, f"const {builder.name} = {made};"))

    def _raised(self, raised: Raised) -> None:
        """`res.status(404); throw new Error(…);` → `throw withStatus(new Error(…), 404);`"""
        start = f"throw {self._library('withStatus')}("
        between = self._kept(raised.statement.end, raised.thrown.start)
        whole = Span(raised.statement.start, raised.error.end)
        self.edits.append(Edit(whole, (*between, start, raised.error, ", ", raised.status, ")")))

    def _chain(self, stand: Stand) -> None:
        """`users().then(…);` → `return users().then(…);`"""
        text = self._file.slice(stand.statement)
        if stand.standing is Standing.BODY or text.startswith("return"):
            return
        if stand.after is not None:
            self.edits.append(Edit.delete(_line_of(self._file, stand.after)))
        start = stand.statement.start + (len("void ") if text.startswith("void ") else 0)
        self._statement(stand, ("return ", Span(start, stand.statement.end)), (), None)

    def _fail(self, forward: Forward, error: Parts = ()) -> None:
        """`throw error;`; a promise that is returned passes by the `catch` around it, as `next(error)` did."""
        thrown = error or (forward.error,)
        if forward.caught:
            self._place(forward.stand, "return", ("Promise.reject(", *thrown, ")"))
        else:
            self._place(forward.stand, "throw", thrown)

    def close(self, end: Span) -> None:
        """A path that never answered: a request to Express waited for ever, a function has to end."""
        thrown = f'throw new {self._library("ApplicationError")}("The request was not answered");'
        if end.start < end.end:
            self.edits.append(Edit.replace(end, thrown))
            return
        line = self._file.line_start(end.start)
        if self._file.text[line : end.start].strip():
            self.edits.append(Edit.insert(end.start, f"{thrown} "))
            return
        body = self._function.field("body")
        first = named(body)[0] if body is not None and named(body) else None
        indent = self._file.indent_at(span_of(first).start) if first is not None else ""
        self.edits.append(Edit.insert(line, f"{indent}{thrown}\n"))

    # ---- where they stand -------------------------------------------------------------------------

    def _place(
        self, stand: Stand, word: str, value: Parts, reply: Reply | None = None, call: Span | None = None
    ) -> None:
        """Replace the statement of an answer by `return value;` or `throw value;`."""
        if stand.after is not None:
            self.edits.append(Edit.delete(_line_of(self._file, stand.after)))
        effect: Parts = (reply.effect, "; ") if reply is not None and reply.effect is not None else ()
        match stand.standing:
            case Standing.BRANCH:
                self._branch(stand, value, reply.call if reply is not None else call)
            case Standing.BODY if word == "throw" or effect:
                self.edits.append(Edit(stand.statement, ("{ ", *effect, f"{word} ", *value, "; }")))
            case Standing.BODY:
                self.edits.append(Edit(stand.statement, value))
            case _:
                self._statement(stand, (f"{word} ", *value, ";"), effect, reply.preset if reply is not None else None)

    def _branch(self, stand: Stand, value: Parts, call: Span | None) -> None:
        if call is not None and value != (call,):
            self.edits.append(Edit(call, value))
        statement = self._file.slice(stand.statement)
        if statement.endswith(";") and not statement.startswith("return"):
            self.edits.append(Edit.wrap(stand.statement, "return ", ""))

    def _statement(self, stand: Stand, written: Parts, effect: Parts, preset: Span | None) -> None:
        span, before = stand.statement, effect
        if effect and not self._in_list(span):
            before, written = ("{ ", *effect), (*written, " }")
        elif effect:
            before = (*effect[:1], f";\n{self._file.indent_at(span.start)}")
        if stand.logs is not None:
            before = (*self._kept(stand.logs.start, stand.logs.end), f"\n{self._file.indent_at(span.start)}")
            span = Span(span.start, stand.logs.end)
        if preset is not None:
            before = (*self._kept(preset.end, span.start), *before)
            span = Span(preset.start, span.end)
        self.edits.append(Edit(span, (*before, *written)))

    def _kept(self, start: int, end: int) -> Parts:
        """What stands between two offsets, white space in front left out; nothing when there is no more."""
        text = self._file.text[start:end]
        lead = len(text) - len(text.lstrip())
        return (Span(start + lead, end),) if lead < len(text) else ()

    def _in_list(self, span: Span) -> bool:
        found = find_all(self._function, "expression_statement", "return_statement")
        parent = next((node.parent() for node in found if span_of(node) == span), None)
        return parent is not None and parent.kind() == "statement_block"

    # ---- try and catch ----------------------------------------------------------------------------

    def _rethrow(self) -> None:
        """A 4xx thrown inside a `try` must not be answered by the `catch` around it."""
        failing = [reply.statement for reply in self._plan.replies if self._is_thrown(reply)]
        for node in find_all(self._function, "try_statement"):
            clause, block = node.field("handler"), node.field("body")
            if clause is None or block is None or not any(span_of(block).holds(span) for span in failing):
                continue
            body = clause.field("body")
            if body is not None and not self._passes_on(clause, body):
                self._let_through(clause, body)

    def _passes_on(self, clause: SgNode, body: SgNode) -> bool:
        """`catch (e) { next(e); }`"""
        first, parameter = named(body)[:1], clause.field("parameter")
        if not first or parameter is None:
            return False
        passed = {forward.statement: self._file.slice(forward.error) for forward in self._plan.forwards}
        thrown = named(first[0])[0].text() if first[0].kind() == "throw_statement" else None
        return parameter.text() in (passed.get(span_of(first[0])), thrown)

    def _let_through(self, clause: SgNode, body: SgNode) -> None:
        parameter = clause.field("parameter")
        name = parameter.text() if parameter is not None else "error"
        if parameter is None:
            self.edits.append(Edit.insert(span_of(body).start, "(error) "))
        test = f"if ({name} instanceof {self._library('HttpError')}) throw {name};"
        first = next(iter(body.children()[1:-1]), None)
        opening, lines = span_of(body).start + 1, "\n" in body.text()
        if first is None:
            self.edits.append(Edit.replace(Span(opening, span_of(body).end - 1), f" {test} "))
        elif lines:
            self.edits.append(Edit.insert(opening, f"\n{self._file.indent_at(span_of(first).start)}{test}"))
        else:
            self.edits.append(Edit.insert(opening, f" {test}"))


def opening_edit(file: SourceFile, function: SgNode, statement: str) -> Edit:
    """A statement before the first one of a function."""
    body = function.field("body")
    assert body is not None
    first, opening = next(iter(named(body)), None), span_of(body).start + 1
    if first is None or "\n" not in file.text[opening : span_of(first).start]:
        return Edit.insert(opening, f" {statement}")
    return Edit.insert(opening, f"\n{file.indent_at(span_of(first).start)}{statement}")


def _line_of(file: SourceFile, span: Span) -> Span:
    """A statement with the line end before it, when it stands alone on its line, else with the space before it."""
    start = file.line_start(span.start)
    before = file.text[start : span.start]
    if before.strip() or file.text[span.end : file.line_end(span.end)].strip() or start == 0:
        return Span(span.start - (len(before) - len(before.rstrip())), span.end)
    newline = 2 if file.text[start - 2 : start] == "\r\n" else 1
    return Span(start - newline, span.end)
