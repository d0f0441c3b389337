"""Answers that take more than a status and a body: the response stays, as an object that builds the answer.

Cookies, redirects, and headers or a status that are set long before the answer keep their statements; only what
sends the answer becomes what the function returns.
"""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.answering.chains import calls_on, refusal_of
from codemods.planner.answering.handing import Slot, call_around, dropped, handed_words
from codemods.planner.answering.replies import (
    Builder,
    Delegate,
    Delegation,
    Form,
    Raised,
    Reply,
    ResponsePlan,
    Standing,
)
from codemods.planner.answering.reply_reads import DEPTH, DelegatePlan, ReplyReader
from codemods.planner.answering.stands import CALLBACK
from codemods.planner.flow import next_statement
from codemods.planner.pieces import PieceKind, function_piece
from codemods.source import (
    FUNCTION_KINDS,
    SourceFile,
    arguments,
    find_all,
    named,
    span_of,
    string_value,
    unwrap,
)
from codemods.source.tree import enclosing, shortened
from codemods.workspace import FunctionRef, Workspace

SETTERS = frozenset(
    {"status", "set", "header", "setHeader", "append", "type", "contentType", "attachment", "vary", "location", "links",
     "cookie", "clearCookie", "removeHeader", "get", "getHeader"}
)  # fmt: skip
FINAL = frozenset({"json", "send", "end", "sendStatus", "redirect"})
_BUILDS_ON = frozenset({"append", "get", "getHeader", "removeHeader"})
_HEADS = frozenset({"set", "header", "setHeader", "cookie", "clearCookie"})
"""Methods that set what goes with an answer, whoever gives it and whatever was set before."""
PROPERTIES = frozenset({"statusCode", "headersSent"})
_SHORT_TYPES = frozenset(
    {"bin", "css", "csv", "gif", "html", "ics", "jpeg", "jpg", "js", "json", "md", "pdf", "png", "svg", "text", "txt",
     "webp", "xlsx", "xml", "zip"}
)  # fmt: skip
"""The names of types that the library knows (MEDIA_TYPES in runtime/replies.ts)."""


class BuiltReader(ReplyReader):
    """Reads a function whose response stays."""

    _setters: list[Delegate]
    _uses: list[SgNode]
    _builds_on: bool
    _heads: bool

    def read(self) -> ResponsePlan:
        self._setters, self._uses, self._builds_on, self._heads = [], [], False, True
        plan = super().read()
        name = self._response.name_in(self._handler)
        called = name.text() if name is not None else "res"
        body = self._handler.field("body")
        is_expression = body is not None and body.kind() != "statement_block"
        inline = (len(self._uses) == 1 and not plan.delegations) or is_expression
        uses = tuple(span_of(use) for use in self._uses)
        builder = Builder(called, uses if inline else (), self._builds_on, self._heads)
        return plan.with_builder(builder, tuple(self._setters))

    def _read_response(self, reference: SgNode) -> None:
        self._uses.append(reference)
        outer, calls, stray = calls_on(reference)
        if stray is not None:
            self._read_property(reference, stray, bool(calls))
        elif calls:
            self._read_chain(reference, outer, calls)
        else:
            self._read_passed(reference)

    def _read_property(self, reference: SgNode, name: str, chained: bool) -> None:
        """`res.statusCode = 404`, `res.headersSent`"""
        self._heads = False
        if chained or name not in PROPERTIES:
            code, words = refusal_of(name)
            self._problem(reference, words, code)

    # ---- chains -----------------------------------------------------------------------------------

    def _read_chain(self, reference: SgNode, outer: SgNode, calls: list[tuple[str, SgNode]]) -> None:
        for name, call in calls:
            self._builds_on = self._builds_on or name in _BUILDS_ON
            self._heads = self._heads and sets_head(name, call)
            refused = _refusal(name, call)
            if refused is not None:
                self._problem(call, refused[1], refused[0])
                return
        final = [index for index, (name, _) in enumerate(calls) if name in FINAL]
        if not final:
            self._read_setter(outer, [name for name, _ in calls])
        elif [name for name, call in calls[final[0] + 1 :] if name != "end" or arguments(call)]:
            self._problem(calls[final[0]][1], "answers twice", "CX207")
        else:
            self._built(outer, calls[final[0]][1])

    def _built(self, outer: SgNode, sent: SgNode) -> None:
        stand = self._stand(outer)
        if stand is None:
            return
        if stand.standing is Standing.BRANCH and span_of(outer) != span_of(sent):
            self._problem(outer, "uses the value of a reply", "CX207")
        self._replies.append(Reply(None, None, Form.BUILT, None, stand, span_of(sent)))

    def _read_setter(self, outer: SgNode, names: list[str]) -> None:
        """`res.cookie("token", token);` stays as it is; a status right before a `throw` goes with the error."""
        inner = enclosing(outer, FUNCTION_KINDS)
        if inner is None or span_of(inner) != span_of(self._handler):
            self._problem(outer, CALLBACK[1].replace("answers", "sets a header"), CALLBACK[0])
        if "status" not in names:
            return
        statement = outer.parent()
        following = next_statement(statement) if statement is not None else None
        if statement is None or not self._throws_later(outer):
            return
        if names == ["status"] and following is not None and following.kind() == "throw_statement":
            status = arguments(outer)[0]
            thrown = span_of(named(following)[0])
            self._uses.pop()
            self._presets.raised.append(Raised(span_of(status), span_of(statement), span_of(following), thrown))
            return
        self._problem(outer, "sets a status and answers elsewhere", "CX203")

    def _throws_later(self, node: SgNode) -> bool:
        """May an error be thrown behind it, whose handler reads the status?"""
        thrown = [span_of(found).start for found in find_all(self._handler, "throw_statement")]
        thrown += [span_of(reference).start for reference in self._references(self._forward)]
        return any(start > span_of(node).start for start in thrown)

    # ---- functions that are given the response --------------------------------------------------------

    def _read_passed(self, reference: SgNode) -> None:
        call, slot = call_around(reference)
        if call is None:
            self._problem(reference, "hands the response on", "CX203")
            return
        delegate = self._delegate(call, slot)
        if delegate is None:
            self._problem(reference, handed_words(call), "CX203")
        elif delegate.sets:
            self._setters.append(delegate)
            self._heads = self._heads and delegate.heads
            outer, calls, stray = calls_on(call)
            if stray is not None or (calls and not delegate.returns):
                self._problem(call, f"uses what `{shortened(call.field('function') or call)}` returns", "CX203")
            elif calls:
                self._read_chain(reference, outer, calls)
        elif (stand := self._stand(call)) is not None:
            self._uses.pop()
            self._delegations.append(Delegation(delegate, span_of(call), dropped(call, slot), stand))

    def _delegate(self, call: SgNode, slot: Slot) -> Delegate | None:
        return super()._delegate(call, slot) or self._setter(call, slot)

    def _setter(self, call: SgNode, slot: Slot) -> Delegate | None:
        known = self._workspace is not None and self._depth <= DEPTH
        return setter_of(self._workspace, self._file, call, slot, self._plan, self._depth) if known else None


def setter_of(
    workspace: Workspace | None, file: SourceFile, call: SgNode, slot: Slot, plan: DelegatePlan, depth: int = 0
) -> Delegate | None:
    """A function that sets cookies or headers of the response that it is given, and does not answer."""
    target = workspace.callee(file.path, call) if workspace is not None else None
    if not isinstance(target, FunctionRef) or workspace is None:
        return None
    owner = workspace.source(target.file)
    piece = function_piece(owner, target.node)
    if piece is None or piece.kind is PieceKind.INLINE or slot.key is not None or slot.name_in(target.node) is None:
        return None
    reader = SetterReader(owner, target.node, slot, None, workspace, plan, depth + 1)
    read = reader.read()
    return None if read.problems else Delegate(piece, read, slot, sets=True, returns=reader.returns)


def sets_head(name: str, call: SgNode) -> bool:
    """`res.set("X-Total", n)`, `res.cookie("a", b)`: a header or a cookie, and none that says what the body is."""
    if name not in _HEADS or _misuse(name, call) is not None:
        return False
    header = string_value(arguments(call)[0]) if arguments(call) else None
    return name in ("cookie", "clearCookie") or (header is not None and not header.lower().startswith("content-"))


class SetterReader(BuiltReader):
    """Reads a function that is given a response to set cookies and headers of."""

    returns = False
    """It gives the response back, so that its callers may go on with it."""

    def _built(self, outer: SgNode, sent: SgNode) -> None:
        self._problem(sent, "answers", "CX203")

    def _read_passed(self, reference: SgNode) -> None:
        parent = reference.parent()
        if parent is not None and parent.kind() == "return_statement":
            self.returns = True
            return
        super()._read_passed(reference)

    def _read_setter(self, outer: SgNode, names: list[str]) -> None:
        super()._read_setter(outer, names)
        body = self._handler.field("body")
        parent = outer.parent()
        is_body = body is not None and span_of(body) == span_of(outer)
        self.returns = self.returns or is_body or (parent is not None and parent.kind() == "return_statement")

    def _check_ends(self) -> None:
        """It need not answer."""


def _refusal(name: str, call: SgNode) -> tuple[str, str] | None:
    """Why a method cannot stay: code and words."""
    if name not in SETTERS | FINAL:
        return refusal_of(name)
    words = _misuse(name, call)
    return ("CX203", words) if words is not None else None


def _misuse(name: str, call: SgNode) -> str | None:
    given = arguments(call)
    if name in ("cookie", "clearCookie") and len(given) > 2 - (name != "cookie") and "signed" in given[-1].text():
        return "signs a cookie"
    if name in ("type", "contentType") and not _is_known_type(given):
        return "sets a content type by a name that is not known"
    if name in ("set", "header", "setHeader", "append") and not _is_settable(given):
        return "sets a header that says how its bytes travel"
    if name == "json" and len(given) > 1:
        return "passes two arguments to the response"
    if name == "send" and (len(given) > 1 or (given and unwrap(given[0]).kind() == "number")):
        return "sends a number" if len(given) == 1 else "passes two arguments to the response"
    return None


def _is_settable(given: list[SgNode]) -> bool:
    name = string_value(given[0]) if given else None
    return name is None or name.lower() not in ("content-encoding", "transfer-encoding", "connection", "trailer")


def _is_known_type(given: list[SgNode]) -> bool:
    name = string_value(given[0]) if given else None
    return name is not None and ("/" in name or name.lstrip(".") in _SHORT_TYPES)
