"""Error handlers and not-found handlers of Express as functions that answer through Hono."""

from __future__ import annotations

from enum import Enum
from functools import partial

from ast_grep_py import SgNode

from codemods.planner.answering.replies import Form, ResponsePlan, Stand, Standing
from codemods.planner.answering.responses import plan_response
from codemods.planner.answering.stands import OPEN_END, stand_of
from codemods.planner.flow import may_end, open_ends
from codemods.planner.problems import Problem
from codemods.readers.express.logging import LogCalls
from codemods.source import Edit, SourceFile, Span, arguments, parameters, span_of
from codemods.workspace import Workspace
from codemods.writers.edge.edge_answers import ErrorAnswers, MissingAnswers
from codemods.writers.edge.edge_request import request_reads
from codemods.writers.edge.fault_helpers import fault_helpers
from codemods.writers.edge.fault_reads import FaultReads
from codemods.writers.edge.ported import Ported, fresh_context, parameter_node, references, signature, whole_line
from codemods.writers.edge.response_reads import headers_sent, response_locals, status_reads, without_question
from codemods.writers.edge.step_headers import set_edits
from codemods.writers.environment import environment_edits


class Behind(Enum):
    """What is registered behind an error handler."""

    HANDLERS = "more of them"
    OTHERS = "functions that take no errors"
    NOTHING = "nothing"


def port_error_handler(
    workspace: Workspace, file: SourceFile, function: SgNode, behind: Behind, provided: frozenset[str] = frozenset()
) -> Ported:
    """`(err, req, res, next) => …` → `(err: Fault, c: Context) => …`.

    Errors that the last handler hands on are answered as Express answers them; the others keep their `next`.
    `provided` are the fields of the request that middleware may have set.
    """
    last = behind is not Behind.HANDLERS
    ported = Ported(file)
    error = parameter_node(function, 0)
    if error is None or error.kind() not in ("identifier", "object_pattern"):
        ported.problem("CX701", "cannot be read", function)
        return ported
    context = fresh_context(function)
    reads = FaultReads(ported, function, error, workspace)
    unsent = headers_sent(function)
    guards = [span for each in unsent for span in each.gone]
    passes = _passes(ported, function, context, workspace) if behind is Behind.NOTHING else []
    logs = _logs_of_requests(ported, function, workspace)
    ported.helpers += fault_helpers(workspace, file, reads, logs)
    plan = plan_response(file, function, 1, workspace)
    _keep_headers(ported, plan, function)
    forwards = tuple(f for f in plan.forwards if not any(guard.holds(f.statement) for guard in guards))
    writer = ErrorAnswers(ported, function, ResponsePlan(plan.replies, forwards, (), plan.raised, plan.delegations),
                           context, reads if last else None)  # fmt: skip
    writer.write()
    heads = [
        span for reference in references(file, function, 2)
        for span in set_edits(workspace, ported, function, reference, context, 1)
    ]  # fmt: skip
    handled = [
        *guards,
        *passes,
        *heads,
        *status_reads(ported, function, error),
        *response_locals(ported, function, workspace),
    ]
    _keep_problems(ported, plan.problems, handled)
    if not ported.problems:
        answered = [*writer.answers, *passes]
        answered += [span_of(u.statement) for u in unsent if u.kept is not None and not may_end(u.kept, answered)]
        ends = [e for e in open_ends(function, answered) if not any(g.holds(span_of(e)) for g in guards)]
        _close(ported, function, ends, error, reads)
    reads.write()
    ported.edits += environment_edits(workspace, file, function)
    request_reads(ported, function, 1, context, provided, logs, partial(LogCalls(workspace).logs, file))
    ported.forwards = bool(forwards)
    for each in unsent:
        without_question(ported, each)
    signature(ported, function, _error_signature(ported, function, context, reads.is_loose, last))
    return ported


def _passes(ported: Ported, function: SgNode, context: str, workspace: Workspace) -> list[Span]:
    """`next();` goes on to what answers no errors; where nothing is left, Express answers 404."""
    found = []
    for reference in references(ported.file, function, 3):
        call = reference.parent()
        if call is None or call.kind() != "call_expression" or arguments(call) or call.field("function") != reference:
            continue
        stand = stand_of(call, function, ported.file, workspace)
        if not isinstance(stand, Stand) or stand.standing is not Standing.STATEMENT or stand.logs is not None:
            continue
        ported.edits.append(Edit.replace(stand.statement, f'return {context}.html("<pre>Not Found</pre>", 404);'))
        if stand.after is not None:
            ported.edits.append(Edit.delete(whole_line(ported.file, stand.after)))
        found.append(stand.statement)
    return found


def _logs_of_requests(ported: Ported, function: SgNode, workspace: Workspace) -> list[Span]:
    """`logError(err, req);`, a function that only logs, logs the rest of what it is given."""
    found, file = [], ported.file
    for reference in references(file, function, 1):
        given = reference.parent()
        call = given.parent() if given is not None and given.kind() == "arguments" else None
        statement = call.parent() if call is not None else None
        if call is None or statement is None or statement.kind() != "expression_statement":
            continue
        rest = [span_of(argument) for argument in arguments(call) if argument != reference]
        if not rest or not LogCalls(workspace).logs(file, call):
            continue
        joined: list[str | Span] = [part for span in rest for part in (", ", span)][1:]
        ported.edits.append(Edit(span_of(call), ("console.error(", *joined, ")")))
        found.append(span_of(call))
    return found


def _error_signature(ported: Ported, function: SgNode, context: str, loose: bool, last: bool) -> str:
    given = parameters(function)
    names = [given[0].pattern.text(), context]
    types = ["any" if loose else ported.use("Fault"), ported.context()] if ported.typed else []
    if ported.forwards and not last:
        names.append(given[3].pattern.text())
        types += [ported.use("Forward")] if ported.typed else []
    written = [f"{name}: {type_}" for name, type_ in zip(names, types, strict=True)] if types else names
    return f"({', '.join(written)})"


def port_not_found(
    workspace: Workspace, file: SourceFile, function: SgNode, provided: frozenset[str] = frozenset()
) -> Ported:
    """`(req, res) => res.status(404).json(…)` → `(c: Context) => …`; errors for `next` are thrown."""
    ported = Ported(file)
    context = fresh_context(function)
    plan = plan_response(file, function, 0, workspace)
    _keep_headers(ported, plan, function)
    writer = MissingAnswers(ported, function, plan, context)
    writer.write()
    _keep_problems(ported, plan.problems, writer.presets)
    if not ported.problems and open_ends(function, writer.answers):
        ported.problem("CX701", OPEN_END, function)
    request_reads(ported, function, 0, context, provided, logs=partial(LogCalls(workspace).logs, file))
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


def _keep_headers(ported: Ported, plan: ResponsePlan, function: SgNode) -> None:
    """Headers of an answer whose body is only known at run time have no place."""
    if any(reply.headers and reply.form is Form.SENT for reply in plan.replies):
        ported.problem("CX701", "sets a response header", function)


def _keep_problems(ported: Ported, problems: tuple[Problem, ...], handled: list[Span] | tuple[Span, ...]) -> None:
    """Obstacles that no edit takes away."""
    file = ported.file
    for problem in problems:
        offset = file.offset(problem.place.line, problem.place.column)
        if problem.text != OPEN_END and not any(span.start <= offset < span.end for span in handled):
            ported.problems.append(problem)


def _close(ported: Ported, function: SgNode, ends: list[SgNode], error: SgNode, reads: FaultReads) -> None:
    """A path that answers nothing leaves a request of Express hanging; here it gets Express's own answer."""
    if error.kind() != "identifier":
        if ends:
            ported.problem("CX701", OPEN_END, function)
        return
    if not ends:
        return
    context = fresh_context(function)
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
