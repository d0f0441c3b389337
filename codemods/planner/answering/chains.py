"""Chains of calls on the response: `res.status(404).json(x)` as a status, what is sent, and how."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.answering.replies import Form
from codemods.readers.express.passing import SETTERS
from codemods.source import FUNCTION_KINDS, arguments, find_all, member, span_of, string_value, unwrap
from codemods.source.tree import wrapped_up

_HEADERS = frozenset({"type", "contentType", "append", "vary", "location", "links", "attachment"})
"""Methods that set headers in ways of their own."""
_HEADER_NAME = re.compile(
    r"(?!set-cookie$|location$|content-(length|encoding)$|transfer-encoding$)[A-Za-z][\w-]*", re.I
)
_NOT_DATA = {
    "redirect": "redirects", "cookie": "sets a cookie", "clearCookie": "clears a cookie", "write": "streams its reply",
    "pipe": "streams its reply", "on": "listens to the response", "flushHeaders": "streams its reply",
    "writeHead": "streams its reply", "jsonp": "answers with JSONP", "format": "negotiates the format",
    "locals": "uses res.locals",
}  # fmt: skip
_IMPOSSIBLE = {
    "sendFile": ("CX705", "sends a file of the server, and Convex has no disk"),
    "sendfile": ("CX705", "sends a file of the server, and Convex has no disk"),
    "download": ("CX705", "sends a file of the server, and Convex has no disk"),
    "render": ("CX706", "renders a view, and Convex has no engine for views"),
}
_FINAL = frozenset({"json", "send", "end", "sendStatus"})
_WORK = ("call_expression", "await_expression", "assignment_expression", "update_expression")


@dataclass(frozen=True, slots=True)
class Chain:
    """All that is called on the response in one expression.

    `outer` is the whole expression, `sent` the call that answers and `method` its name, both absent when nothing is
    sent; `status` is what was set before. `stray` is a member that is not called, such as `locals`.
    """

    outer: SgNode
    method: str = ""
    sent: SgNode | None = None
    status: SgNode | None = None
    headers: tuple[tuple[SgNode, SgNode], ...] = ()
    stray: str | None = None
    problem: tuple[SgNode, str, str] | None = None
    """What cannot be carried over: node, code and words."""


def chain_of(reference: SgNode) -> Chain | None:
    """The chain that starts with the response; None when the response stands for itself."""
    outer, calls, stray = calls_on(reference)
    if stray is not None:
        return Chain(outer, stray=stray if not calls else None, problem=(reference, *refusal_of(stray)))
    return _read(outer, calls) if calls else None


def calls_on(reference: SgNode) -> tuple[SgNode, list[tuple[str, SgNode]], str | None]:
    """The outermost call (or the member that is not called), the calls by name, and the name of that member."""
    calls: list[tuple[str, SgNode]] = []
    current = reference
    while True:
        current = wrapped_up(current)
        above = current.parent()
        found = above is not None and above.kind() in ("member_expression", "subscript_expression")
        parts = member(above) if above is not None and found else None
        if above is None or parts is None or span_of(parts[0]) != span_of(current):
            return (calls[-1][1] if calls else current), calls, None
        call = above.parent()
        function = call.field("function") if call is not None and call.kind() == "call_expression" else None
        if call is None or function is None or span_of(function) != span_of(above):
            return above, calls, parts[1]
        calls.append((parts[1], call))
        current = call


def _read(outer: SgNode, calls: list[tuple[str, SgNode]]) -> Chain:
    status: SgNode | None = None
    headers: list[tuple[SgNode, SgNode]] = []
    method, sent = "", None
    for name, call in calls:
        refused = _refusal(name, call)
        if refused is not None:
            return Chain(outer, problem=(call, *refused))
        if sent is not None and (name in ("json", "send", "sendStatus") or (name == "end" and arguments(call))):
            if _only_fails(call):
                break
            return Chain(outer, problem=(call, "CX207", "answers twice"))
        if name in SETTERS and sent is None:
            headers.append((arguments(call)[0], arguments(call)[1]))
        elif sent is None and name == "status" and arguments(call):
            status = arguments(call)[0]
        elif sent is None and name in _FINAL:
            method, sent = name, call
    return Chain(outer, method, sent, status, tuple(headers))


def _only_fails(again: SgNode) -> bool:
    """`res.status(404).json().json({ error })`: is all that the second answer does to fail, which nobody notices?"""
    if any(find_all(each, *_WORK) for each in arguments(again)):
        return False
    around = itertools.takewhile(lambda node: node.kind() not in FUNCTION_KINDS, again.ancestors())
    tried = (node.field("body") for node in around if node.kind() == "try_statement")
    return not any(body is not None and span_of(body).holds(span_of(again)) for body in tried)


def refusal_of(name: str) -> tuple[str, str]:
    """The code and the words for a method or property of the response that cannot stay."""
    return _IMPOSSIBLE.get(name) or ("CX203", _NOT_DATA.get(name, f"uses `res.{name}`"))


def _refusal(name: str, call: SgNode) -> tuple[str, str] | None:
    if name in _HEADERS or (name in SETTERS and not _is_header(call)):
        return "CX203", "sets a response header"
    return None if name in SETTERS or name == "status" or name in _FINAL else refusal_of(name)


def _is_header(call: SgNode) -> bool:
    """`res.set("X-Total", n)`: one header with a name that stands there."""
    given = arguments(call)
    name = string_value(given[0]) if len(given) == 2 else None
    return name is not None and _HEADER_NAME.fullmatch(name) is not None


_SENT = {
    "string": Form.TEXT, "template_string": Form.TEXT, "object": Form.JSON, "array": Form.JSON, "true": Form.JSON,
    "false": Form.JSON, "null": Form.EMPTY,
}  # fmt: skip
"""What `send` makes of an expression whose kind says enough."""


def form_of(method: str, body: SgNode | None) -> Form:
    """What the reply is made of."""
    if method == "sendStatus":
        return Form.STATUS_TEXT
    value = unwrap(body) if body is not None else None
    if value is None or value.text() == "undefined":
        return Form.EMPTY
    return Form.JSON if method == "json" else _SENT.get(value.kind(), Form.SENT)
