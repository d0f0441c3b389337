"""Reads every use of the response in one function: status, body and the statement that has to change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.planner.answering.chains import Chain, chain_of, form_of
from codemods.planner.answering.handing import Slot, call_around, dropped, handed_words
from codemods.planner.answering.presets import Presets
from codemods.planner.answering.promises import (
    Callbacks,
    PromiseChain,
    catch_of,
    chain_around,
    link_span,
    verified_chain,
)
from codemods.planner.answering.replies import (
    Delegate,
    Delegation,
    Form,
    Forward,
    Reply,
    ResponsePlan,
    Stand,
    Standing,
)
from codemods.planner.answering.stands import (
    CALLBACK,
    GOES_ON,
    NEVER_ANSWERS,
    OPEN_END,
    PASSES_ON,
    leaves,
    outermost,
    stand_of,
)
from codemods.planner.answering.statuses import status_of
from codemods.planner.answering.verdicts import Verdict, verdict_after
from codemods.planner.asking.request_facts import local_fact
from codemods.planner.flow import open_ends
from codemods.planner.pieces import PieceKind, function_piece
from codemods.planner.places_of_use import renamed
from codemods.planner.problems import Problem
from codemods.planner.running.logs import is_log
from codemods.planner.settings.tokens import verifying
from codemods.readers.literals import binding_of
from codemods.source import (
    FUNCTION_KINDS,
    BindingKind,
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
from codemods.source.tree import enclosing
from codemods.workspace import FunctionRef, Workspace

DEPTH = 4
_BODILESS = frozenset({204, 304})
"""Statuses whose answers have no body (RFC 9110)."""
_NO_ERRORS = frozenset({"string", "template_string", "number", "object", "null", "undefined"})
"""What error handlers get as it is, but is no error to throw; for some of it Express goes on."""
_ASKING = frozenset({"if_statement", "ternary_expression", "switch_statement"})
_EFFECTS = ("call_expression", "new_expression", "await_expression", "assignment_expression", "update_expression")


DelegatePlan = Callable[[SourceFile, SgNode, Slot, int], ResponsePlan]
"""Plans a function that answers for another one: file, node, where it takes the response, depth."""


class ReplyReader:
    """Reads one function. `response` and `forward` are its parameters; `forward` is `next`, where it has one."""

    def __init__(
        self,
        file: SourceFile,
        handler: SgNode,
        response: Slot,
        forward: Slot | None,
        workspace: Workspace | None,
        plan: DelegatePlan,
        depth: int = 0,
        provided: frozenset[str] = frozenset(),
        verdicts: bool = False,
    ) -> None:
        """`provided` are the names on `res.locals` that are arguments; `verdicts` says that those are understood."""
        self._takes_verdicts = verdicts
        self._verdicts: dict[Span, tuple[SgNode, Verdict]] = {}
        self._plan, self._provided = plan, provided
        self._file, self._handler, self._workspace, self._depth = file, handler, workspace, depth
        self._response, self._forward = response, forward
        self._replies: list[Reply] = []
        self._forwards: list[Forward] = []
        self._delegations: list[Delegation] = []
        self._problems: list[Problem] = []
        self._presets = Presets(self._problem)
        self._branches: list[SgNode] = []
        self._open_ends: list[Span] = []
        self._answering: dict[Span, list[Span]] = {}
        """By callback, the statements in it that answer."""
        self._chains: dict[Span, tuple[PromiseChain, Stand]] = {}
        self._nexts: dict[Span, SgNode] = {}
        """Names of `next` that are the callback of a `catch`, and its call."""

    def read(self) -> ResponsePlan:
        given = parameters(self._handler)
        taken = given[self._response.index :][:1]
        if taken and self._response.name_in(self._handler) is None:
            self._problem(taken[0].node, "takes its response apart", "CX203")
        for reference in self._references(self._response):
            if not self._is_provided(reference):
                self._read_response(reference)
        for reference in self._references(self._forward):
            self._read_next(reference)
        self._presets.close()
        self._check_branches()
        self._check_chains()
        self._check_verdicts()
        self._check_catches()
        if taken and not self._problems:
            self._check_ends()
        return ResponsePlan(
            tuple(self._replies),
            tuple(self._forwards),
            tuple(self._problems),
            tuple(self._presets.raised),
            tuple(self._delegations),
            tuple(self._open_ends),
            tuple(stand for _, stand in self._chains.values()),
            tuple(link_span(call) for call in self._nexts.values()),
            verdicts=tuple(verdict for _, verdict in self._verdicts.values()),
        )

    def _references(self, slot: Slot | None) -> list[SgNode]:
        name = slot.name_in(self._handler) if slot is not None else None
        binding = self._file.bindings.resolve(name) if name is not None else None
        return binding.references if binding is not None else []

    def _is_provided(self, reference: SgNode) -> bool:
        """`res.locals.user`, which is an argument; all that another name of the response is used for."""
        alias = renamed(self._file, reference)
        if alias is not None:
            return all(self._is_provided(use) for use in alias.uses)
        above = reference.parent()
        parts = member(above) if above is not None else None
        is_locals = above is not None and parts is not None and parts[1] == "locals"
        return above is not None and is_locals and local_fact(above, self._provided) is not None

    def _problem(self, node: SgNode, text: str, code: str) -> None:
        self._problems.append(Problem(code, text, self._file.place(node)))

    def _stand(self, call: SgNode) -> Stand | None:
        callback = self.callback_around(call)
        if callback is not None and not self._is_chained(callback):
            return None
        found = stand_of(call, callback or self._handler, self._file, self._workspace)
        if isinstance(found, tuple):
            self._problem(call, found[1], found[0])
            return None
        if callback is not None:
            self._answering.setdefault(span_of(callback), []).append(found.statement)
        branch = outermost(call)[1]
        if branch is not None:
            self._branches.append(branch)
        return found

    def callback_around(self, node: SgNode) -> SgNode | None:
        """The function inside the handler that a node stands in; None when it is the handler itself."""
        inner = enclosing(node, FUNCTION_KINDS)
        return inner if inner is not None and span_of(inner) != span_of(self._handler) else None

    def _is_chained(self, callback: SgNode) -> bool:
        """Is a callback part of a promise chain that can be returned?"""
        verified = verified_chain(self._file, callback)
        if verified is not None and self._takes_verdicts:
            verdict = verdict_after(self._file, self._handler, verified.outer, callback)
            if verdict is not None:
                self._verdicts[span_of(callback)] = callback, verdict
                return True
        chain = chain_around(callback) or verified
        if chain is None:
            self._problem(callback, CALLBACK[1], CALLBACK[0])
        elif span_of(chain.outer) not in self._chains:
            stand = self._stand(chain.outer)
            if stand is None or stand.standing is Standing.BRANCH:
                self._problem(chain.outer, CALLBACK[1], CALLBACK[0])
                return False
            self._chains[span_of(chain.outer)] = (chain, stand)
        return chain is not None

    # ---- the response ---------------------------------------------------------------------------

    def _read_response(self, reference: SgNode) -> None:
        chain = chain_of(reference)
        if chain is None:
            self._read_passed(reference)
        elif chain.stray == "statusCode" and self._presets.assigned(chain.outer):
            return
        elif chain.problem is not None:
            node, code, words = chain.problem
            self._problem(node, words, code)
        elif chain.sent is not None:
            self._reply(chain, chain.sent)
        else:
            self._presets.add(chain.outer, chain.status, chain.headers)

    def _reply(self, chain: Chain, sent: SgNode) -> None:
        given = arguments(sent)
        if len(given) > 1:
            self._problem(sent, "passes two arguments to the response", "CX203")
            return
        stand = self._stand(chain.outer)
        if stand is None:
            return
        earlier = self._presets.before(stand.statement)
        node, headers = chain.status, chain.headers
        if earlier is not None:
            node, headers = node or earlier.status, (*earlier.headers, *headers)
        body = given[0] if given else None
        form = form_of(chain.method, body)
        if form is Form.STATUS_TEXT:
            node, body = body, None
        status = status_of(node, self._file, self._workspace) if node is not None else 200
        effect = None
        if status in _BODILESS or form is Form.EMPTY:
            effect = body if body is not None and find_all(body, *_EFFECTS) else None
            form, body = Form.EMPTY, None
        reply = Reply(
            status,
            _span(node),
            form,
            _span(body),
            stand,
            span_of(chain.outer),
            earlier.span if earlier is not None else None,
            _span(effect),
            tuple((span_of(name), span_of(value)) for name, value in headers),
            self.callback_around(chain.outer) is not None,
        )
        self._check_reply(reply, chain, body)
        self._replies.append(reply)

    def _check_reply(self, reply: Reply, chain: Chain, body: SgNode | None) -> None:
        if reply.status is None and reply.form is Form.STATUS_TEXT:
            self._problem(chain.outer, "sends the text of a computed status", "CX203")
        if reply.effect is not None and reply.stand.standing is Standing.BRANCH:
            self._problem(chain.outer, "works in the body of an empty reply", "CX207")
        if body is not None and chain.method == "end":
            self._problem(chain.outer, "ends its reply with a text of no type", "CX203")
        if body is not None and chain.method == "send" and unwrap(body).kind() == "number":
            self._problem(chain.outer, "sends a number", "CX203")

    # ---- functions that answer for the handler --------------------------------------------------

    def _read_passed(self, reference: SgNode) -> None:
        call, slot = call_around(reference)
        if call is None:
            self._problem(reference, "hands the response on", "CX203")
            return
        delegate = self._delegate(call, slot)
        if delegate is None:
            self._problem(reference, handed_words(call), "CX203")
            return
        stand = self._stand(call)
        if stand is not None:
            self._delegations.append(Delegation(delegate, span_of(call), dropped(call, slot), stand))

    def _delegate(self, call: SgNode, slot: Slot) -> Delegate | None:
        """The function behind a call that gets the response, when all it does with it is to answer, once a path."""
        workspace = self._workspace
        if workspace is None or self._depth > DEPTH:
            return None
        target = workspace.callee(self._file.path, call)
        if not isinstance(target, FunctionRef):
            return None
        file = workspace.source(target.file)
        piece = function_piece(file, target.node)
        if piece is None or piece.kind is PieceKind.INLINE or slot.name_in(target.node) is None:
            return None
        plan = self._plan(file, target.node, slot, self._depth + 1)
        return None if plan.problems else Delegate(piece, plan, slot)

    # ---- next -----------------------------------------------------------------------------------

    def _read_next(self, reference: SgNode) -> None:
        call = reference.parent()
        function = call.field("function") if call is not None and call.kind() == "call_expression" else None
        if call is None or function is None or span_of(function) != span_of(reference):
            self._passed_next(reference)
            return
        given = arguments(call)
        if not given or string_value(given[0]) in ("route", "router"):
            self._problem(call, PASSES_ON, "CX207")
            return
        if any(leaf.kind() in _NO_ERRORS for leaf in leaves(given[0])) or self._may_be_missing(given[0], call):
            self._problem(call, "hands on what is no error", "CX207")
            return
        stand = self._stand(call)
        if stand is not None and stand.standing is Standing.BRANCH:
            self._problem(call, "uses the value of next()", "CX207")
        elif stand is not None:
            self._forwards.append(Forward(span_of(given[0]), stand))

    def _may_be_missing(self, value: SgNode, call: SgNode) -> bool:
        """`next(err)` where no condition asks whether there is an error: with none, Express goes on."""
        binding = binding_of(self._file, unwrap(value))
        if binding is None:
            return False
        made = leaves(binding.value) if binding.value is not None else []
        callback = enclosing(binding.node, FUNCTION_KINDS) if binding.kind is BindingKind.PARAMETER else None
        if not any(leaf.kind() in _NO_ERRORS for leaf in made) and (
            callback is None or verifying(self._file, callback) is None
        ):
            return False
        asking = enclosing(call, FUNCTION_KINDS | _ASKING)
        return asking is None or asking.kind() not in _ASKING

    def _passed_next(self, reference: SgNode) -> None:
        """`users().then(…).catch(next)`"""
        call = catch_of(reference)
        if call is None:
            self._problem(reference, "hands `next` on", "CX204")
        else:
            self._nexts[span_of(reference)] = call

    # ---- the handler as a whole -----------------------------------------------------------------

    def _check_branches(self) -> None:
        """All branches of a conditional expression have to answer."""
        answers = {reply.call for reply in self._replies} | {each.call for each in self._delegations}
        for leaf in (leaf for branch in self._branches for leaf in leaves(branch)):
            if span_of(leaf) not in answers:
                self._problem(leaf, "uses the value of a reply", "CX207")

    def _check_chains(self) -> None:
        """Every way through a chain of promises has to end with an answer."""
        errors = frozenset(forward.statement for forward in self._forwards)
        callbacks = Callbacks(self._answering, errors, frozenset(self._nexts))
        for chain, _ in self._chains.values():
            node = callbacks.obstacle(chain)
            if node is not None:
                self._problem(node, CALLBACK[1], CALLBACK[0])
        for span, call in self._nexts.items():
            if not any(outer.holds(span_of(call)) for outer in self._chains):
                self._problems.append(Problem("CX204", "hands `next` on", self._file.place(span.start)))

    def _check_verdicts(self) -> None:
        """A callback that answers has to note it."""
        for callback, verdict in self._verdicts.values():
            if not all(verdict.holds(answer, callback) for answer in self._answering.get(span_of(callback), ())):
                self._problem(verdict.statement, GOES_ON[1], GOES_ON[0])

    def _check_catches(self) -> None:
        """Errors and refusals inside a `try`, which become thrown ones, must not be answered by its `catch`."""
        caught: set[Span] = set()
        for node in find_all(self._handler, "try_statement"):
            block, clause = node.field("body"), node.field("handler")
            if block is None or clause is None:
                continue
            forwards = [forward for forward in self._forwards if span_of(block).holds(forward.statement)]
            thrown = [reply for reply in self._replies if reply.throws and span_of(block).holds(reply.statement)]
            parameter = clause.field("parameter")
            if not self._only_forwards(clause, parameter):
                caught |= {forward.statement for forward in forwards}
            if thrown and parameter is not None and parameter.kind() != "identifier":
                self._problem(clause, "takes the caught error apart", "CX207")
        self._forwards = [replace(each, caught=each.statement in caught) for each in self._forwards]

    def _only_forwards(self, clause: SgNode, parameter: SgNode | None) -> bool:
        """`catch (e) { next(e); }`, the log aside."""
        body = clause.field("body")
        statements = named(body) if body is not None else []
        work = [node for node in statements if not is_log(node, self._file, self._workspace)]
        if parameter is None or not work:
            return False
        passed = {forward.statement: self._file.slice(forward.error) for forward in self._forwards}
        thrown = named(work[0])[0].text() if work[0].kind() == "throw_statement" else None
        return parameter.text() in (passed.get(span_of(work[0])), thrown)

    def _check_ends(self) -> None:
        stands = [reply.stand for reply in self._replies]
        stands += [forward.stand for forward in self._forwards]
        stands += [delegation.stand for delegation in self._delegations]
        stands += [stand for _, stand in self._chains.values()]
        if not stands and not find_all(self._handler, "throw_statement"):
            self._problem(self._handler, NEVER_ANSWERS, "CX207")
            return
        for node in open_ends(self._handler, [stand.statement for stand in stands]):
            body = self._handler.field("body")
            if self._forward is None or self._workspace is None or body is None or body.kind() != "statement_block":
                self._problem(self._handler, OPEN_END, "CX207")
            elif node.kind() != "return_statement":
                self._open_ends.append(Span(span_of(body).end - 1, span_of(body).end - 1))
            elif named(node):
                self._problem(node, "returns a value instead of an answer", "CX207")
            else:
                self._open_ends.append(span_of(node))


def _span(node: SgNode | None) -> Span | None:
    return span_of(node) if node is not None else None
