"""Error handlers and not-found handlers of Express as functions that answer through Hono."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.flow import open_ends
from codemods.planner.problems import Problem
from codemods.planner.replies import Delegation, Form, Forward, Reply, ResponsePlan
from codemods.planner.responses import plan_response
from codemods.source import Edit, SourceFile, Span, find_all, member, parameters, span_of, unwrap
from codemods.workspace import Role, Workspace
from codemods.writers.answers import REASONS, AnswerWriter, Parts
from codemods.writers.edge_request import request_reads
from codemods.writers.environment import environment_edits
from codemods.writers.fault_reads import FaultReads
from codemods.writers.ported import Ported, parameter_node, references, signature, whole_line

_OPEN = "may end without an answer"


def port_error_handler(workspace: Workspace, file: SourceFile, function: SgNode, last: bool) -> Ported:
    """`(err, req, res, next) => …` → `(err: Fault, c: Context) => …`.

    Errors that the last handler hands on are answered as Express answers them; the others keep their `next`.
    """
    ported = Ported(file)
    error = parameter_node(function, 0)
    if error is None or error.kind() not in ("identifier", "object_pattern"):
        ported.problem("CX701", "cannot be read", function)
        return ported
    context = _context_name(function)
    reads = FaultReads(ported, function, error, workspace)
    guards = _headers_sent(ported, function)
    plan = plan_response(file, function, 1, workspace)
    _keep_headers(ported, plan, function)
    forwards = tuple(f for f in plan.forwards if not any(guard.holds(f.statement) for guard in guards))
    writer = _ErrorAnswers(ported, function, ResponsePlan(plan.replies, forwards, (), plan.raised, plan.delegations),
                           context, reads if last else None)  # fmt: skip
    writer.write()
    handled = [*guards, *_status_reads(ported, function, error), *_response_locals(ported, function, workspace)]
    _keep_problems(ported, plan.problems, handled)
    if not ported.problems:
        ends = [e for e in open_ends(function, writer.answers) if not any(g.holds(span_of(e)) for g in guards)]
        _close(ported, function, ends, error, reads)
    reads.write()
    ported.edits += environment_edits(workspace, file, function)
    request_reads(ported, function, 1, context)
    ported.forwards = bool(forwards)
    signature(ported, function, _error_signature(ported, function, context, reads.is_loose, last))
    return ported


def _error_signature(ported: Ported, function: SgNode, context: str, loose: bool, last: bool) -> str:
    given = parameters(function)
    names = [given[0].pattern.text(), context]
    types = ["any" if loose else ported.use("Fault"), ported.context()] if ported.typed else []
    if ported.forwards and not last:
        names.append(given[3].pattern.text())
        types += [ported.use("Next")] if ported.typed else []
    written = [f"{name}: {type_}" for name, type_ in zip(names, types, strict=True)] if types else names
    return f"({', '.join(written)})"


def port_not_found(workspace: Workspace, file: SourceFile, function: SgNode) -> Ported:
    """`(req, res) => res.status(404).json(…)` → `(c: Context) => …`; errors for `next` are thrown."""
    ported = Ported(file)
    context = _context_name(function)
    plan = plan_response(file, function, 0, workspace)
    _keep_headers(ported, plan, function)
    writer = _MissingAnswers(ported, function, plan, context)
    writer.write()
    _keep_problems(ported, plan.problems, writer.presets)
    if not ported.problems and open_ends(function, writer.answers):
        ported.problem("CX701", _OPEN, function)
    request_reads(ported, function, 0, context)
    answers = bool(plan.replies or plan.delegations)
    reads = references(file, function, 0)
    given = context if answers or reads else ""
    typed = f"{given}: {ported.context()}" if given and ported.typed else given
    signature(ported, function, f"({typed}){_never(ported, function) if not answers else ''}")
    return ported


def _never(ported: Ported, function: SgNode) -> str:
    """Functions that only throw have to say so, or TypeScript takes them to answer nothing."""
    if not ported.typed:
        return ""
    waits = any(child.kind() == "async" for child in function.children())
    return ": Promise<never>" if waits else ": never"


class _EdgeAnswers(AnswerWriter):
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

    @property
    def answers(self) -> list[Span]:
        stands = [reply.stand for reply in self._plan.replies]
        stands += [delegation.stand for delegation in self._plan.delegations]
        stands += [forward.stand for forward in self._plan.forwards]
        return [stand.statement for stand in stands]

    def _answer(self, reply: Reply) -> Parts:
        c, status = self._context, self._status(reply)
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
        self._place(forward.stand, "throw", (forward.error,))


class _ErrorAnswers(_EdgeAnswers):
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


class _MissingAnswers(_EdgeAnswers):
    """`res.status(404); next(error);` → `throw withStatus(error, 404);`."""

    presets: tuple[Span, ...] = ()

    def _forward(self, forward: Forward) -> None:
        preset = self._preset(forward)
        if preset is None:
            self._place(forward.stand, "throw", (forward.error,))
            return
        statement, status = preset
        self.presets = (*self.presets, statement)
        self.edits.append(Edit.delete(whole_line(self._file, statement)))
        value = (f"{self._ported.use('withStatus')}(", forward.error, ", ", self._file.slice(status), ")")
        self._place(forward.stand, "throw", value)

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


def _keep_headers(ported: Ported, plan: ResponsePlan, function: SgNode) -> None:
    """Headers of an answer have no place here yet."""
    if any(reply.headers for reply in plan.replies):
        ported.problem("CX701", "sets a response header", function)


def _keep_problems(ported: Ported, problems: tuple[Problem, ...], handled: list[Span] | tuple[Span, ...]) -> None:
    """Obstacles that no edit takes away."""
    file = ported.file
    for problem in problems:
        offset = file.offset(problem.place.line, problem.place.column)
        if problem.text != _OPEN and not any(span.start <= offset < span.end for span in handled):
            ported.problems.append(problem)


def _close(ported: Ported, function: SgNode, ends: list[SgNode], error: SgNode, reads: FaultReads) -> None:
    """A path that answers nothing leaves a request of Express hanging; here it gets Express's own answer."""
    if error.kind() != "identifier":
        if ends:
            ported.problem("CX701", _OPEN, function)
        return
    if not ends:
        return
    context = _context_name(function)
    answer = f"return {ported.use('sendFault')}({context}, {reads.fault_of(error.text())});"
    for node in ends:
        body = node.field("body")
        if node.kind() == "return_statement":
            ported.edits.append(Edit.replace(span_of(node), answer))
        elif body is not None:
            unit = ported.file.indent_at(span_of(body).end)
            inner = _inner_indent(ported.file, body, unit)
            ported.edits.append(Edit.insert(span_of(body).end - 1, f"{inner[len(unit) :]}{answer}\n{unit}"))


def _inner_indent(file: SourceFile, body: SgNode, base: str) -> str:
    first = next(iter(body.children()[1:-1]), None)
    return file.indent_at(span_of(first).start) if first is not None else base + "  "


def _headers_sent(ported: Ported, function: SgNode) -> list[Span]:
    """`if (res.headersSent) return next(err);`: the edge answers once."""
    found = []
    for node in find_all(function, "if_statement"):
        condition = node.field("condition")
        plain = unwrap(condition).text() if condition is not None else ""
        if plain.endswith(".headersSent") and not plain.startswith("!") and node.field("alternative") is None:
            ported.edits.append(Edit.delete(whole_line(ported.file, span_of(node))))
            found.append(span_of(node))
    return found


def _status_reads(ported: Ported, function: SgNode, error: SgNode) -> list[Span]:
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


def _response_locals(ported: Ported, function: SgNode, workspace: Workspace) -> list[Span]:
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


def _context_name(function: SgNode) -> str:
    names = {node.text() for node in find_all(function, "identifier", "shorthand_property_identifier")}
    return next(name for name in ("c", "context", "honoContext") if name not in names)
