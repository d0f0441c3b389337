"""How a handler answers: every use of the response, with status, body and the statement that has to change."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.flow import open_ends, rest_after
from codemods.planner.logs import is_log
from codemods.planner.pieces import PieceKind, function_piece
from codemods.planner.problems import Problem
from codemods.planner.replies import (
    Delegate,
    Delegation,
    Form,
    Forward,
    Raised,
    Reply,
    ResponsePlan,
    Stand,
    Standing,
)
from codemods.planner.statuses import status_of
from codemods.source import (
    FUNCTION_KINDS,
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
from codemods.workspace import FunctionRef, Workspace

__all__ = ["Form", "Forward", "Reply", "ResponsePlan", "plan_response"]

_HEADERS = frozenset(
    {"set", "setHeader", "header", "type", "contentType", "append", "vary", "location", "links", "attachment"}
)
_NOT_DATA = {
    "redirect": "redirects", "cookie": "sets a cookie", "clearCookie": "clears a cookie", "sendFile": "sends a file",
    "download": "sends a file", "render": "renders a view", "write": "streams its reply", "pipe": "streams its reply",
    "on": "listens to the response", "flushHeaders": "streams its reply", "writeHead": "streams its reply",
    "jsonp": "answers with JSONP", "format": "negotiates the format", "locals": "uses res.locals",
}  # fmt: skip
_FINAL = frozenset({"json", "send", "end", "sendStatus"})
_DEPTH = 4
_BODILESS = frozenset({204, 304})
"""Statuses whose answers have no body (RFC 9110)."""
_EFFECTS = ("call_expression", "new_expression", "await_expression", "assignment_expression", "update_expression")


def plan_response(file: SourceFile, handler: SgNode, skip: int = 0, workspace: Workspace | None = None) -> ResponsePlan:
    """Read all uses of the response and of `next` in a handler; `skip` parameters come before the request.

    With a workspace, functions that are given the response to answer are read too.
    """
    return _Reader(file, handler, skip + 1, skip + 2, workspace).read()


@dataclass(frozen=True, slots=True)
class _Send:
    """The call of a chain that sends, and the status that the chain sets before it."""

    name: str
    call: SgNode
    status: SgNode | None


class _Reader:
    def __init__(
        self,
        file: SourceFile,
        handler: SgNode,
        response: int,
        forward: int | None,
        workspace: Workspace | None,
        depth: int = 0,
    ) -> None:
        self._file, self._handler, self._workspace, self._depth = file, handler, workspace, depth
        self._response, self._forward = response, forward
        self._replies: list[Reply] = []
        self._forwards: list[Forward] = []
        self._raised: list[Raised] = []
        self._delegations: list[Delegation] = []
        self._problems: list[Problem] = []
        self._presets: dict[Span, tuple[SgNode, SgNode]] = {}
        self._branches: list[SgNode] = []

    def read(self) -> ResponsePlan:
        given = parameters(self._handler)
        if len(given) > self._response and given[self._response].name is None:
            self._problem(given[self._response].node, "takes its response apart", "CX203")
        for reference in self._references(self._response):
            self._read_response(reference)
        for reference in self._references(self._forward):
            self._read_next(reference)
        self._check_presets()
        self._check_branches()
        self._check_catches()
        if len(given) > self._response and not self._problems:
            self._check_ends()
        return ResponsePlan(
            tuple(self._replies),
            tuple(self._forwards),
            tuple(self._problems),
            tuple(self._raised),
            tuple(self._delegations),
        )

    def _references(self, index: int | None) -> list[SgNode]:
        given = parameters(self._handler)
        if index is None or len(given) <= index or given[index].name is None:
            return []
        binding = self._file.bindings.resolve(given[index].pattern)
        return binding.references if binding is not None else []

    def _problem(self, node: SgNode, text: str, code: str) -> None:
        self._problems.append(Problem(code, text, self._file.place(node)))

    # ---- the response ---------------------------------------------------------------------------

    def _read_response(self, reference: SgNode) -> None:
        chain = _chain(reference)
        if chain is None:
            self._read_passed(reference)
            return
        outer, calls, stray = chain
        if stray == "statusCode" and not calls and self._read_assignment(outer):
            return
        if stray is not None:
            self._problem(reference, _NOT_DATA.get(stray, f"uses `res.{stray}`"), "CX203")
            return
        status: SgNode | None = None
        sent: _Send | None = None
        for name, call in calls:
            if name in _NOT_DATA:
                self._problem(call, _NOT_DATA[name], "CX203")
                return
            if name in _HEADERS:
                self._problem(call, "sets a response header", "CX203")
                return
            if name != "status" and name not in _FINAL:
                self._problem(call, f"uses `res.{name}`", "CX203")
                return
            if sent is not None and not (name in ("status", "end") and (name == "status" or not arguments(call))):
                self._problem(call, "answers twice", "CX207")
                return
            if sent is None and name == "status" and arguments(call):
                status = arguments(call)[0]
            elif sent is None and name in _FINAL:
                sent = _Send(name, call, status)
        if sent is not None:
            self._reply(outer, sent)
        elif status is not None:
            self._preset(outer, status)

    def _reply(self, outer: SgNode, sent: _Send) -> None:
        given = arguments(sent.call)
        if len(given) > 1:
            self._problem(sent.call, "passes two arguments to the response", "CX203")
            return
        stand = self._stand(outer)
        if stand is None:
            return
        body = given[0] if given and sent.name != "sendStatus" else None
        node, preset = sent.status, None
        if stand.statement in self._presets:
            earlier, setter = self._presets.pop(stand.statement)
            node, preset = node or earlier, span_of(setter)
        if sent.name == "sendStatus" and given:
            node = given[0]
        status = status_of(node, self._file, self._workspace) if node is not None else 200
        form = self._form(sent, body)
        if status is None and form is Form.STATUS_TEXT:
            self._problem(sent.call, "sends the text of a computed status", "CX203")
        effect = None
        if status in _BODILESS or form is Form.EMPTY:
            effect = body if body is not None and find_all(body, *_EFFECTS) else None
            form, body = Form.EMPTY, None
        if effect is not None and stand.standing is Standing.BRANCH:
            self._problem(sent.call, "works in the body of an empty reply", "CX207")
            return
        self._replies.append(
            Reply(status, _span(node), form, _span(body), stand, span_of(outer), preset, _span(effect))
        )

    def _form(self, sent: _Send, body: SgNode | None) -> Form:
        if sent.name == "sendStatus":
            return Form.STATUS_TEXT
        value = unwrap(body) if body is not None else None
        if value is None or value.text() == "undefined":
            return Form.EMPTY
        if sent.name == "json":
            return Form.JSON
        if sent.name == "end":
            self._problem(sent.call, "ends its reply with a text of no type", "CX203")
            return Form.TEXT
        if value.kind() == "number":
            self._problem(sent.call, "sends a number", "CX203")
        return _SENT.get(value.kind(), Form.SENT)

    # ---- a status that is set by a statement of its own -----------------------------------------

    def _read_assignment(self, outer: SgNode) -> bool:
        """`res.statusCode = 404;`"""
        above = outer.parent()
        assignment = above.parent() if above is not None else None
        if above is None or assignment is None or assignment.kind() != "assignment_expression":
            return False
        left, right = assignment.field("left"), assignment.field("right")
        if left is None or right is None or span_of(left) != span_of(above):
            return False
        self._preset(assignment, right)
        return True

    def _preset(self, setter: SgNode, status: SgNode) -> None:
        """`res.status(404);`: the next statement has to answer, or to throw."""
        statement = setter.parent()
        following = _next_statement(statement) if statement is not None else None
        if statement is None or statement.kind() != "expression_statement" or following is None:
            self._problem(setter, "sets a status and answers elsewhere", "CX203")
        elif following.kind() == "throw_statement":
            thrown = named(following)[0]
            self._raised.append(Raised(span_of(status), span_of(statement), span_of(following), span_of(thrown)))
        else:
            self._presets[span_of(following)] = (status, statement)

    def _check_presets(self) -> None:
        for _, setter in self._presets.values():
            self._problem(setter, "sets a status and answers elsewhere", "CX203")

    # ---- functions that answer for the handler --------------------------------------------------

    def _read_passed(self, reference: SgNode) -> None:
        argument = reference
        parent = argument.parent()
        while parent is not None and parent.kind() in ("as_expression", "parenthesized_expression"):
            argument, parent = parent, parent.parent()
        call = parent.parent() if parent is not None and parent.kind() == "arguments" else None
        if call is None or call.kind() != "call_expression":
            self._problem(reference, "hands the response on", "CX203")
            return
        index = [span_of(node) for node in arguments(call)].index(span_of(argument))
        delegate = self._delegate(call, index)
        if delegate is None:
            name = call.field("function")
            self._problem(reference, f"hands the response on to `{_short(name)}`", "CX203")
            return
        stand = self._stand(call)
        if stand is not None:
            dropped = _dropped(arguments(call), index)
            self._delegations.append(Delegation(delegate, span_of(call), dropped, stand))

    def _delegate(self, call: SgNode, index: int) -> Delegate | None:
        """The function behind a call that gets the response, when all it does with it is to answer, once a path."""
        workspace = self._workspace
        if workspace is None or self._depth > _DEPTH:
            return None
        target = workspace.callee(self._file.path, call)
        if not isinstance(target, FunctionRef):
            return None
        file = workspace.source(target.file)
        piece = function_piece(file, target.node)
        given = parameters(target.node)
        if piece is None or piece.kind is PieceKind.INLINE or len(given) <= index or given[index].is_rest:
            return None
        plan = _Reader(file, target.node, index, None, workspace, self._depth + 1).read()
        return None if plan.problems else Delegate(piece, plan, index)

    # ---- next -----------------------------------------------------------------------------------

    def _read_next(self, reference: SgNode) -> None:
        call = reference.parent()
        function = call.field("function") if call is not None and call.kind() == "call_expression" else None
        if call is None or function is None or span_of(function) != span_of(reference):
            self._problem(reference, "hands `next` on", "CX204")
            return
        given = arguments(call)
        if not given or string_value(given[0]) in ("route", "router"):
            self._problem(call, "passes the request on with next()", "CX207")
            return
        stand = self._stand(call)
        if stand is None:
            return
        if stand.standing is Standing.BRANCH:
            self._problem(call, "uses the value of next()", "CX207")
            return
        self._forwards.append(Forward(span_of(given[0]), stand))

    # ---- where an answer stands -----------------------------------------------------------------

    def _stand(self, call: SgNode) -> Stand | None:
        """The statement that an answer is, when nothing of the handler runs after it but the log; else a problem."""
        inner = next((a for a in call.ancestors() if a.kind() in FUNCTION_KINDS), None)
        if inner is None or span_of(inner) != span_of(self._handler):
            self._problem(call, "answers from a callback", "CX204")
            return None
        top, branch = _outermost(call)
        parent = top.parent()
        body = self._handler.field("body")
        standing = Standing.BRANCH if branch is not None else Standing.STATEMENT
        if branch is not None:
            self._branches.append(branch)
        if body is not None and span_of(top) == span_of(body):
            return Stand(Standing.BODY if branch is None else standing, span_of(top))
        if parent is not None and parent.kind() == "return_statement":
            return Stand(standing, span_of(parent))
        if parent is None or parent.kind() != "expression_statement":
            self._problem(call, "uses the value of a reply", "CX207")
            return None
        return self._loose(parent, call, standing)

    def _loose(self, statement: SgNode, call: SgNode, standing: Standing) -> Stand | None:
        """An answer without a `return` of its own."""
        rest = rest_after(statement, self._handler)
        logs = [self._is_late_log(late, statement, call) for late in rest.statements]
        if not all(logs) or (logs and standing is Standing.BRANCH):
            self._problem(call, "goes on after its reply", "CX207")
            return None
        moved = Span(span_of(statement).end, span_of(rest.statements[-1]).end) if logs else None
        after = span_of(rest.end) if rest.end is not None else None
        return Stand(standing, span_of(statement), after, moved)

    def _is_late_log(self, late: SgNode, statement: SgNode, call: SgNode) -> bool:
        """May this statement run before the reply instead: does it only write to the log, next to the reply?"""
        waits = find_all(call, "await_expression", "assignment_expression", "update_expression")
        return late.parent() == statement.parent() and not waits and is_log(late, self._file, self._workspace)

    # ---- the handler as a whole -----------------------------------------------------------------

    def _check_branches(self) -> None:
        """All branches of a conditional expression have to answer."""
        answers = {reply.call for reply in self._replies} | {each.call for each in self._delegations}
        for branch in self._branches:
            for leaf in _leaves(branch):
                if span_of(leaf) not in answers:
                    self._problem(leaf, "uses the value of a reply", "CX207")

    def _check_catches(self) -> None:
        """`next(error)` in a `try` whose `catch` does something else than to forward what it caught."""
        for forward in self._forwards:
            for clause in self._catches_around(forward.statement):
                if not self._only_forwards(clause):
                    self._problem(clause, "catches errors around next(error)", "CX207")

    def _catches_around(self, span: Span) -> list[SgNode]:
        found = []
        for node in find_all(self._handler, "try_statement"):
            body, clause = node.field("body"), node.field("handler")
            if body is not None and clause is not None and span_of(body).holds(span):
                found.append(clause)
        return found

    def _only_forwards(self, clause: SgNode) -> bool:
        """`catch (e) { next(e); }`, the log aside."""
        body, parameter = clause.field("body"), clause.field("parameter")
        statements = named(body) if body is not None else []
        work = [node for node in statements if not is_log(node, self._file, self._workspace)]
        forward = next((f for f in self._forwards if work and f.statement == span_of(work[0])), None)
        same = forward is not None and parameter is not None and self._file.slice(forward.error) == parameter.text()
        return same or (len(work) == 1 and work[0].kind() == "throw_statement" and parameter is not None
                        and named(work[0])[0].text() == parameter.text())  # fmt: skip

    def _check_ends(self) -> None:
        stands = [reply.stand for reply in self._replies]
        stands += [forward.stand for forward in self._forwards]
        stands += [delegation.stand for delegation in self._delegations]
        if not stands and not self._raised:
            self._problem(self._handler, "never answers", "CX207")
            return
        for node in open_ends(self._handler, [stand.statement for stand in stands]):
            place = node if node.kind() == "return_statement" else self._handler
            self._problem(place, "may end without an answer", "CX207")


_SENT = {
    "string": Form.TEXT, "template_string": Form.TEXT, "object": Form.JSON, "array": Form.JSON, "true": Form.JSON,
    "false": Form.JSON, "null": Form.EMPTY,
}  # fmt: skip
"""What `send` makes of an expression whose kind says enough."""

_TRANSPARENT = frozenset(
    {"await_expression", "parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression"}
)


def _span(node: SgNode | None) -> Span | None:
    return span_of(node) if node is not None else None


def _short(node: SgNode | None) -> str:
    text = " ".join(node.text().split()) if node is not None else "a function"
    return text if len(text) <= 60 else text[:57] + "…"


def _outermost(call: SgNode) -> tuple[SgNode, SgNode | None]:
    """The whole expression that an answer is, and the conditional expression in it when it is a branch of one."""
    top, branch = call, None
    while (parent := top.parent()) is not None:
        if parent.kind() == "ternary_expression":
            condition = parent.field("condition")
            if condition is not None and span_of(condition) == span_of(top):
                break
            branch = parent
        elif parent.kind() == "unary_expression":
            if not parent.text().startswith("void") or branch is not None:
                break
        elif parent.kind() not in _TRANSPARENT:
            break
        top = parent
    return top, branch


def _leaves(node: SgNode) -> list[SgNode]:
    """The branches of a conditional expression, those of nested ones included."""
    plain = unwrap(node, awaited=True)
    if plain.kind() != "ternary_expression":
        return [plain]
    branches = [plain.field("consequence"), plain.field("alternative")]
    return [leaf for branch in branches if branch is not None for leaf in _leaves(branch)]


def _chain(reference: SgNode) -> tuple[SgNode, list[tuple[str, SgNode]], str | None] | None:
    """`res.status(1).json(x)` → (outermost call, [(status, …), (json, …)], None); else the stray member's name."""
    calls: list[tuple[str, SgNode]] = []
    current = reference
    while True:
        above = current.parent()
        while above is not None and above.kind() in (
            "parenthesized_expression",
            "as_expression",
            "non_null_expression",
        ):
            current, above = above, above.parent()
        parts = (
            member(above)
            if above is not None and above.kind() in ("member_expression", "subscript_expression")
            else None
        )
        if above is None or parts is None or span_of(parts[0]) != span_of(current):
            return (calls[-1][1], calls, None) if calls else None
        call = above.parent()
        function = call.field("function") if call is not None and call.kind() == "call_expression" else None
        if call is None or function is None or span_of(function) != span_of(above):
            return current, calls, parts[1]
        calls.append((parts[1], call))
        current = call


def _dropped(given: list[SgNode], index: int) -> Span:
    """One argument with the comma that goes with it."""
    own = span_of(given[index])
    if index + 1 < len(given):
        return Span(own.start, span_of(given[index + 1]).start)
    return Span(span_of(given[index - 1]).end, own.end) if index > 0 else own


def _next_statement(statement: SgNode) -> SgNode | None:
    following = statement.next()
    while following is not None and (following.kind() == "comment" or not following.is_named()):
        following = following.next()
    return following
