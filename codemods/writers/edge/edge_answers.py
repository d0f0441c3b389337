"""Answers of error handlers and not-found handlers, written with Hono's context."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.answering.replies import Delegation, Form, Forward, Reply, ResponsePlan
from codemods.source import Edit, Span, member, parameters, span_of
from codemods.source.edit import Parts
from codemods.writers.answers import REASONS, AnswerWriter
from codemods.writers.edge.fault_reads import FaultReads
from codemods.writers.edge.ported import Ported, references, whole_line


class EdgeAnswers(AnswerWriter):
    """Writes answers with Hono's context."""

    def __init__(self, ported: Ported, function: SgNode, plan: ResponsePlan, context: str) -> None:
        super().__init__(ported.file, function, plan, ported.use)
        self._ported, self._context = ported, context

    def write(self) -> None:
        for reply in self._plan.replies:
            self._place(reply.stand, "return", self._answer(reply), reply)
        for delegation in self._plan.delegations:
            self._delegation(delegation)
        for forward in self._plan.forwards:
            self._forward(forward)
        for raised in self._plan.raised:
            self._raised(raised)
        self._ported.edits += self.edits

    def close(self, end: Span) -> None:
        """Throw where the function would end without an answer."""
        super().close(end)
        self._ported.edits.append(self.edits[-1])

    @property
    def answers(self) -> list[Span]:
        stands = [reply.stand for reply in self._plan.replies]
        stands += [delegation.stand for delegation in self._plan.delegations]
        stands += [forward.stand for forward in self._plan.forwards]
        return [stand.statement for stand in stands]

    def _answer(self, reply: Reply) -> Parts:
        c, status = self._context, (*self._status(reply), *self._headers(reply))
        match reply.form:
            case Form.STATUS_TEXT:
                return (f'{c}.text("{REASONS.get(reply.status or 0, str(reply.status))}"', *status, ")")
            case Form.EMPTY:
                return (f"{c}.body(null", *status, ")")
            case Form.SENT:
                code = self._status(reply, cast=False)
                return (f"{self._ported.use('send')}({c}, ", *self._body(reply), *code, ")")
            case form:
                return (f"{c}.{'html' if form is Form.TEXT else 'json'}(", *self._body(reply), *status, ")")

    def _headers(self, reply: Reply) -> Parts:
        """`, { "Retry-After": "60" }`, behind the status."""
        if not reply.headers:
            return ()
        found: list[str | Span] = [", 200, { " if reply.status_node is None else ", { "]
        for name, value in reply.headers:
            is_literal, is_text = self._file.slice(name)[0] in "\"'", self._file.slice(value)[0] in "\"'`"
            found += [name] if is_literal else ["[", name, "]"]
            found += [": ", value, ", "] if is_text else [": String(", value, "), "]
        return (*found[:-1], str(found[-1]).removesuffix(", "), " }")

    def _body(self, reply: Reply) -> Parts:
        return (reply.body,) if reply.body is not None else ("null",)

    def _status(self, reply: Reply, cast: bool = True) -> Parts:
        """`, 404`, or the expression that computes the status."""
        if reply.status is not None:
            return () if reply.status_node is None else (f", {reply.status}",)
        if reply.status_node is None:
            return ()
        if not cast or not self._ported.typed:
            return (", ", reply.status_node)
        compound = any(sign in self._file.slice(reply.status_node) for sign in "|?=<>&")
        opening, closing = ("(", ")") if compound else ("", "")
        return (", ", opening, reply.status_node, f"{closing} as {self._ported.status()}")

    def _delegation(self, delegation: Delegation) -> None:
        """`sendError(err, res);` → `return sendAnswer(c, sendError(err));`."""
        self._ported.delegates.append(delegation.delegate)
        self.edits.append(Edit.delete(delegation.argument))
        value = (f"{self._ported.use('sendAnswer')}({self._context}, ", delegation.call, ")")
        self._place(delegation.stand, "return", value, call=delegation.call)

    def _forward(self, forward: Forward) -> None:
        self._fail(forward)


class ErrorAnswers(EdgeAnswers):
    def __init__(
        self, ported: Ported, function: SgNode, plan: ResponsePlan, context: str, reads: FaultReads | None
    ) -> None:
        """`reads` is given for the last handler, which has no other behind it."""
        super().__init__(ported, function, plan, context)
        self._reads = reads

    def _forward(self, forward: Forward) -> None:
        """`next(error)`: on to the next handler, or to what Express answers by itself."""
        if self._reads is not None:
            opening = f"{self._ported.use('sendFault')}({self._context}, "
            value: Parts = (opening, forward.error, ")")
            if not self._reads.is_own(self._file.slice(forward.error)):
                value = (f"{opening}{self._ported.use('faultOf')}(", forward.error, "))")
        else:
            next_name = parameters(self._function)[3].pattern.text()
            value = (f"{next_name}(", forward.error, ")")
        self._place(forward.stand, "return", value)


class MissingAnswers(EdgeAnswers):
    """`res.status(404); next(error);` → `throw withStatus(error, 404);`."""

    presets: tuple[Span, ...] = ()

    def _forward(self, forward: Forward) -> None:
        preset = self._preset(forward)
        if preset is None:
            self._fail(forward)
            return
        statement, status = preset
        self.presets = (*self.presets, statement)
        self.edits.append(Edit.delete(whole_line(self._file, statement)))
        value = (f"{self._ported.use('withStatus')}(", forward.error, ", ", self._file.slice(status), ")")
        self._fail(forward, value)

    def _preset(self, forward: Forward) -> tuple[Span, Span] | None:
        for reference in references(self._file, self._function, 1):
            set_ = reference.parent()
            call = set_.parent() if set_ is not None else None
            statement = call.parent() if call is not None else None
            parts = member(set_) if set_ is not None else None
            if parts is None or parts[1] != "status" or call is None or statement is None:
                continue
            following = statement.next()
            if following is not None and span_of(following) == forward.statement:
                given = call.field("arguments")
                if given is not None:
                    inner = span_of(given)
                    return span_of(statement), Span(inner.start + 1, inner.end - 1)
        return None
