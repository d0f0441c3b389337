"""Middleware of Express as middleware of Hono: `(req, res, next) => …` becomes `async (c, next) => …`."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial

from ast_grep_py import SgNode

from codemods.planner.answering.promises import catch_of, chain_around
from codemods.planner.answering.replies import Form, ResponsePlan, Standing
from codemods.planner.answering.responses import plan_response
from codemods.planner.answering.stands import PASSES_ON, UNANSWERED, outermost, stand_of
from codemods.planner.answering.verdicts import Verdict
from codemods.planner.flow import open_ends, rest_after
from codemods.planner.passing.listeners import log_listeners
from codemods.planner.passing.steps import Field, element_of, fields_of, is_plain_setting, taken_locals
from codemods.planner.pieces import Piece, PieceKind
from codemods.planner.problems import Problem
from codemods.planner.running.logs import is_log
from codemods.planner.running.memory import is_state
from codemods.planner.running.npm import Nature
from codemods.planner.running.runtimes import GLOBALS, VALUE_METHODS
from codemods.planner.settings.authenticating import authenticating, authentications
from codemods.planner.settings.tokens import verifying
from codemods.readers.express.logging import LogCalls
from codemods.readers.express.twins import TWIN_TYPES
from codemods.source import Edit, SourceFile, Span, arguments, find_all, member, named, parameters, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS, is_async, wrapped_up
from codemods.workspace import Workspace
from codemods.writers.edge.edge_answers import EdgeAnswers
from codemods.writers.edge.ported import NEXT, Helper, Ported, fresh_context, references, signature, untyped, whole_line
from codemods.writers.edge.step_chains import StepChains
from codemods.writers.edge.step_headers import header_edits
from codemods.writers.edge.step_reads import StepReads
from codemods.writers.edge.step_strategies import authenticate
from codemods.writers.environment import environment_edits

_CODE = "CX701"


def port_step(workspace: Workspace, file: SourceFile, function: SgNode, piece: Piece, reaches: bool = False) -> Ported:
    """The function as Hono's; `piece` is what is carried over, the function itself or the one that makes it.

    With `reaches`, it runs functions that reach the database, whose types it knows.
    """
    ported = Ported(file)
    if any(parameter.name is None for parameter in parameters(function)[:3]) or function.field("body") is None:
        ported.problem(_CODE, "takes its parameters apart", function)
        return ported
    _Port(workspace, ported, function, ported.typed and piece.kind is not PieceKind.INLINE, reaches).write()
    if span_of(piece.node) != span_of(function):
        _untype_maker(ported, piece.node)
        _keeps_nothing(ported, function)
    return ported


class _Port:
    """One function on its way."""

    def __init__(self, workspace: Workspace, ported: Ported, function: SgNode, typed: bool, reaches: bool) -> None:
        """Where it is written in place, Hono knows the types of its parameters."""
        self._typed, self._reaches = typed, reaches
        self._workspace, self._ported, self._function = workspace, ported, function
        self._file = ported.file
        self._context = fresh_context(function)
        self._handled: list[Span] = []
        """What other edits take away, whatever the reader of answers says of it."""
        self._called: dict[Span, SgNode] = {}
        """Callbacks that decide about a token, whose result is the function's."""
        self._decided: list[Span] = []
        """Those that leave the rest of the function to go by what they have noted, and those of promises."""

    def write(self) -> None:
        ported, function = self._ported, self._function
        plan = plan_response(self._file, function, workspace=self._workspace, verdicts=True)
        passes = self._passes()
        answers = EdgeAnswers(ported, function, _answers(plan), self._context)
        answers.write()
        logs = partial(LogCalls(self._workspace).logs, self._file)
        gone = log_listeners(self._file, function, logs)
        ported.edits += [Edit.delete(whole_line(self._file, span)) for span in gone]
        self._handled += gone
        self._handled += header_edits(self._workspace, ported, function, plan, self._context)
        self._fields()
        self._verdicts(plan.verdicts)
        ends = [*answers.answers, *passes, *(span_of(verdict.leaves) for verdict in plan.verdicts)]
        self._handled += authenticate(self._workspace, ported, function, self._context)
        chains = StepChains(self._workspace, ported, function)
        ends += [*self._returned(ends), *chains.write(ends, plan)]
        self._decided += chains.callbacks
        self._handled += chains.handled
        self._keep_problems(plan)
        for each in (function, *self._called.values()) if not ported.problems else ():
            self._close(answers, each, open_ends(each, ends), passes)
        asked = [span_of(given) for each in authentications(self._file, function) for given in arguments(each.outer)]
        StepReads(ported, function, self._context, self._workspace, gone=[*gone, *asked]).write()
        ported.edits += environment_edits(self._workspace, self._file, function)
        self._signature(bool(passes))
        whole = [whole_line(self._file, span) for span in gone]
        ported.edits = [e for e in ported.edits if e.span in whole or not any(span.holds(e.span) for span in gone)]

    # ---- next -----------------------------------------------------------------------------------

    def _passes(self) -> list[Span]:
        """`next();` waits for what comes behind; returns the statements that go on."""
        found = []
        for reference in references(self._file, self._function, 2):
            call = reference.parent()
            asked = self._asked_for(reference)
            if asked is not None:
                found.append(span_of(asked))
                self._handled.append(span_of(reference))
                continue
            if (
                call is None
                or call.kind() != "call_expression"
                or arguments(call)
                or span_of(call.field("function") or call) != span_of(reference)
            ):
                continue
            statement = self._pass(call)
            if statement is not None:
                found.append(statement)
                self._handled.append(span_of(call))
        return found

    def _asked_for(self, reference: SgNode) -> SgNode | None:
        """`if (next) { next(); }`: as middleware, it always has something to go on to."""
        test = wrapped_up(reference).parent()
        condition = test.field("condition") if test is not None and test.kind() == "if_statement" else None
        if test is None or condition is None or unwrap(condition) != reference:
            return None
        body = test.field("consequence")
        last = (named(body)[-1:] if body.kind() == "statement_block" else [body]) if body is not None else []
        return test if last and last[0].text().rstrip(";") == f"{reference.text()}()" else None

    def _pass(self, call: SgNode) -> Span | None:
        """The statement that goes on, or the arrow's body."""
        around = next((node for node in call.ancestors() if node.kind() in FUNCTION_KINDS), self._function)
        decides = verifying(self._file, around) or authenticating(self._file, around) or chain_around(around)
        if span_of(around) != span_of(self._function) and decides is None:
            self._ported.problem(_CODE, "goes on from a callback", call)
            return None
        top, _ = outermost(call)
        parent, body = top.parent(), around.field("body")
        above = call.parent()
        if above is not None and above.kind() == "unary_expression":
            # What `void` takes away here is the promise that has to be waited for.
            self._ported.edits.append(Edit.replace(Span(span_of(above).start, span_of(call).start), "await "))
        if body is not None and span_of(top) == span_of(body):
            return span_of(top)
        if parent is not None and parent.kind() == "return_statement":
            return span_of(parent)
        if parent is None or parent.kind() != "expression_statement":
            self._ported.problem(_CODE, "uses the value of next()", call)
            return None
        rest = rest_after(parent, around)
        if not all(is_log(late, self._file, self._workspace) for late in rest.statements):
            self._ported.problem(_CODE, "goes on after next()", call)
        if span_of(top) == span_of(call):
            self._ported.edits.append(Edit.replace(span_of(call), f"await {call.text()}"))
        return span_of(parent)

    def _returned(self, ends: Sequence[Span]) -> list[Span]:
        """`jwt.verify(token, secret, (err, decoded) => { … next(); })` gives what its callback gives."""
        found = []
        for callback in find_all(self._function, *FUNCTION_KINDS):
            call = verifying(self._file, callback) or authenticating(self._file, callback)
            if call is None or not any(span_of(callback).holds(end) for end in ends):
                continue
            if span_of(callback) in self._decided:
                continue
            stand = stand_of(call, self._function, self._file, self._workspace)
            if isinstance(stand, tuple) or stand.standing is Standing.BRANCH:
                self._ported.problem(_CODE, "goes on after a callback", call)
                continue
            self._called[span_of(callback)] = callback
            self._handled.append(Span(span_of(call).start, span_of(call).start + 1))
            if not is_async(callback):
                self._ported.edits.append(Edit.insert(span_of(callback).start, "async "))
            if stand.standing is Standing.STATEMENT and not self._file.slice(stand.statement).startswith("return"):
                self._ported.edits.append(Edit.wrap(stand.statement, "return ", ""))
            found.append(stand.statement)
        return found

    def _verdicts(self, verdicts: Sequence[Verdict]) -> None:
        """`verify(…, (err) => { … }); if (refused) return;` returns what the callback has answered."""
        names = {node.text() for node in find_all(self._function, "identifier")}
        tried = (f"answer{number if number > 1 else ''}" for number in itertools.count(1))
        fresh = (name for name in tried if name not in names)
        for verdict, name in zip(verdicts, fresh, strict=False):
            call = named(verdict.statement)[0]
            callback = arguments(call)[-1]
            self._decided.append(span_of(callback))
            if not is_async(callback):
                self._ported.edits.append(Edit.insert(span_of(callback).start, "async "))
            self._ported.edits.append(Edit.wrap(span_of(verdict.statement), f"const {name} = ", ""))
            self._ported.edits.append(Edit.insert(span_of(verdict.leaves).start + len("return"), f" {name}"))

    def _close(self, answers: EdgeAnswers, function: SgNode, ends: Sequence[SgNode], passes: Sequence[Span]) -> None:
        """Where Express would wait for ever, the middleware throws."""
        closed = span_of(function) == span_of(self._function) and self._only_calls_next()
        if not all(closed and _is_closable(end) for end in ends):
            self._ported.problem(_CODE, "may end without an answer, and without going on", function)
            return
        closing = span_of(function).end - 1
        falling = [at for at in passes if not self._file.slice(at).startswith("return")]
        if any(end.kind() != "return_statement" for end in ends):
            self._ported.edits += [Edit.insert(at.start, "return ") for at in falling]
        for end in ends:
            answers.close(span_of(end) if end.kind() == "return_statement" else Span(closing, closing))
            text = "middleware may end without an answer: where Express never answered, it throws"
            self._ported.notes.append(Problem("CX207", text, self._file.place(end)))

    def _only_calls_next(self) -> bool:
        """Whoever else is given `next` may go on in its own time."""
        asked = [span_of(each.outer) for each in authentications(self._file, self._function)]
        others = (
            one
            for one in references(self._file, self._function, 2)
            if catch_of(one) is None and not any(call.end == span_of(one.parent() or one).end for call in asked)
        )
        found = (one.parent() for one in others if self._asked_for(one) is None)
        return all(above is not None and above.kind() == "call_expression" for above in found)

    # ---- fields ---------------------------------------------------------------------------------

    def _fields(self) -> None:
        """`req.tenant = x` → `c.set("tenant", x)`, `req.tenant` → `c.get("tenant")`."""
        fields = fields_of(self._file, self._function)
        both = {field.name for field in fields if field.local} & {field.name for field in fields if not field.local}
        for field in fields:
            self._handled.append(span_of(field.node))
            if field.name == "body":
                self._ported.problem(_CODE, "keeps `body` where the edge keeps the body of the request", field.node)
            elif field.name in both:
                self._ported.problem(_CODE, f"keeps `{field.name}` in two places", field.node)
            elif field.taken:
                continue
            elif field.assignment is None:
                self._ported.edits.append(Edit.replace(span_of(field.node), self._get(field)))
            else:
                self._set(field, field.assignment)

        for declarator, pattern in taken_locals(self._file, self._function):
            self._take_locals(declarator, pattern)

    def _take_locals(self, declarator: SgNode, pattern: SgNode) -> None:
        """`const { user, team: own } = res.locals` → `const user = c.get("user"), own = c.get("team")`."""
        elements = [element_of(element) for element in named(pattern)]
        names = [each for each in elements if each is not None]
        if len(names) < len(elements) or declarator.field("type") is not None:
            self._ported.problem(_CODE, "takes `res.locals` apart", pattern)
            return
        self._handled.append(span_of(declarator))
        written = ", ".join(f'{value} = {self._context}.get("{key}")' for key, value in names)
        self._ported.edits.append(Edit.replace(span_of(declarator), written))

    def _get(self, field: Field) -> str:
        return f'{self._context}.get("{field.name}")'

    def _set(self, field: Field, assignment: SgNode) -> None:
        statement, value = assignment.parent(), assignment.field("right")
        if statement is None or statement.kind() != "expression_statement" or value is None:
            self._ported.problem(_CODE, f"uses the value of setting `{field.name}`", assignment)
            return
        operator = assignment.field("operator")
        opening = f'{self._context}.set("{field.name}", '
        if operator is not None:
            opening += f"{self._get(field)} {operator.text().removesuffix('=')} "
        compound = operator is not None and value.kind() in ("binary_expression", "ternary_expression")
        inner = ("(", span_of(value), ")") if compound else (span_of(value),)
        self._ported.edits.append(Edit(span_of(assignment), (opening, *inner, ")")))

    # ---- the function as a whole ----------------------------------------------------------------

    def _keep_problems(self, plan: ResponsePlan) -> None:
        """Obstacles that no edit takes away: `next("router")` goes elsewhere than `next()`."""
        for problem in plan.problems:
            offset = self._file.offset(problem.place.line, problem.place.column)
            handled = any(span.start <= offset < span.end for span in self._handled)
            if not handled and problem.text not in UNANSWERED - {PASSES_ON}:
                self._ported.problems.append(problem)
        if any(reply.headers and reply.form is Form.SENT for reply in plan.replies):
            self._ported.problem(_CODE, "sets a response header", self._function)

    def _signature(self, passes: bool) -> None:
        given = parameters(self._function)
        names = [self._context, *([given[2].name] if passes and given[2].name else [])]
        types = [self._ported.context(self._reaches), self._ported.package(NEXT)] if self._typed else []
        written = [f"{name}: {type_}" for name, type_ in zip(names, types, strict=False)] if types else names
        self._ported.asynchronous += [span_of(self._function), *self._called, *self._decided]
        self._ported.environment = f"{self._context}.env"
        opening = "" if is_async(self._function) else "async "
        text = f"({', '.join(written)})"
        if self._function.kind() == "arrow_function":
            text = opening + text
        elif opening and self._function.kind() != "method_definition":
            # An `export` may be put in front of a declaration, but not between it and its `async`.
            keyword = next(child for child in self._function.children() if child.kind() == "function")
            self._ported.edits.append(Edit.replace(span_of(keyword), f"{opening}function"))
        signature(self._ported, self._function, text)


def _is_closable(end: SgNode) -> bool:
    """The end of a function, or a `return;` that no `catch` stands around."""
    if end.kind() != "return_statement":
        return (end.field("body") or end).kind() == "statement_block"
    around = itertools.takewhile(lambda node: node.kind() not in FUNCTION_KINDS, end.ancestors())
    return not named(end) and all(node.kind() != "try_statement" for node in around)


def _keeps_nothing(ported: Ported, function: SgNode) -> None:
    """What the function around a middleware remembers for it between requests would be forgotten."""
    for binding in ported.file.bindings.free(function).bindings:
        if binding.is_top_level or binding.imported is not None:
            continue
        given = binding.kind == "parameter" or binding.value is None or _is_fixed(binding.value)
        if binding.reassigned or is_state(binding) or not given:
            ported.problem("CX104", f"keeps `{binding.name}` in the memory of the server", binding.node)


def _is_fixed(value: SgNode) -> bool:
    """A value that holds nothing but what it was made from."""
    plain = unwrap(value, awaited=True)
    if plain.kind() == "new_expression":
        maker = plain.field("constructor")
        return maker is not None and maker.text() in ("RegExp", "Set", "Map", "Date", "URL", "Error")
    if plain.kind() == "call_expression":
        parts = member(plain.field("function") or plain)
        return parts is not None and (parts[1] in VALUE_METHODS or GLOBALS.get(parts[0].text()) is Nature.PURE)
    return True


def port_helper(workspace: Workspace, file: SourceFile, helper: Helper, reaches: bool = False) -> Ported:
    """A function that middleware hands the request to: it gets Hono's context, and the rest stays.

    With `reaches`, it runs functions that reach the database, whose types it knows.
    """
    ported = Ported(file, is_helper=True)
    function, what = helper.piece.node, f"calls `{helper.piece.name}`, which"
    give_context(workspace, ported, function, helper.index, what, ported.typed, reaches)
    holder = function.parent()
    if holder is not None and holder.kind() == "variable_declarator":
        _retype(ported, holder.field("type"))
    return ported


def _retype(ported: Ported, annotation: SgNode | None) -> None:
    """`const filter: multer.Options["fileFilter"] = …` gets the library's type of the same name."""
    for node in find_all(annotation, "nested_type_identifier") if annotation is not None else ():
        binding = ported.file.bindings.resolve(named(node)[0])
        found = binding.imported if binding is not None else None
        name = TWIN_TYPES.get(found.module, {}).get(named(node)[-1].text()) if found is not None else None
        if name is not None:
            ported.edits.append(Edit.replace(span_of(node), ported.use(name)))


def give_context(
    workspace: Workspace,
    ported: Ported,
    function: SgNode,
    index: int,
    what: str,
    typed: bool,
    reaches: bool = False,
) -> None:
    """Rewrite the parameter of a function that is the request, and all its uses; `what` does what cannot be done."""
    context = fresh_context(function)
    for field in fields_of(ported.file, function, index):
        right = field.assignment.field("right") if field.assignment is not None else None
        if field.assignment is not None and right is not None and is_plain_setting(field):
            opening = f'{context}.set("{field.name}", '
            ported.edits.append(Edit(span_of(field.assignment), (opening, span_of(right), ")")))
        elif field.assignment is not None:
            ported.problem(_CODE, f"{what} sets `{field.name}`", field.node)
        elif not field.taken:
            ported.edits.append(Edit.replace(span_of(field.node), f'{context}.get("{field.name}")'))
    StepReads(ported, function, context, workspace, index, waits=False).write()
    text = f"{context}: {ported.context(reaches)}" if typed else context
    ported.edits.append(Edit.replace(span_of(parameters(function)[index].node), text))
    if is_async(function):
        ported.asynchronous, ported.environment = [span_of(function)], f"{context}.env"


def _answers(plan: ResponsePlan) -> ResponsePlan:
    """The answers that a middleware gives itself."""
    return ResponsePlan(plan.replies, plan.forwards, (), plan.raised, plan.delegations)


def _untype_maker(ported: Ported, maker: SgNode) -> None:
    """`requireRole(role: string): RequestHandler` loses the types of the framework."""
    untyped(ported, maker.field("return_type"))
    holder = maker.parent()
    annotation = holder.field("type") if holder is not None and holder.kind() == "variable_declarator" else None
    if annotation is None:
        return
    if any(parameter.type is None and parameter.default is None for parameter in parameters(maker)):
        ported.problem(_CODE, "is typed as a whole", annotation)
    untyped(ported, annotation)
