"""Middleware that keeps answers and passes them on as they are: for the log, or for the next one who asks."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.readers.express.passing import SETTERS
from codemods.source import arguments, find_all, member, member_path, parameters, span_of, string_value, unwrap
from codemods.source.tree import FUNCTION_KINDS, WRITES, is_async

_ANSWERS = frozenset({"json", "send"})
_READS = frozenset({"get", "getHeader", "header", "statusCode", "headersSent"})
_WAITS = ("throw_statement", "yield_expression", "delete")


def keeps_answers(function: SgNode, logs: Callable[[SgNode], bool]) -> bool | None:
    """Does a middleware only answer what it has stored, else keep what others answer and pass it on as it is?

    False when it never answers itself and only notes or logs what it sees; None for every other function.
    """
    names = [parameter.pattern.text() for parameter in parameters(function)]
    body = function.field("body")
    if body is None or len(names) != 3 or find_all(body, *_WAITS):
        return None
    writes = [node for node in find_all(body, *WRITES) if not _notes(node, names[1])]
    kept = [_kept(node, names[1]) for node in writes]
    wraps = [function for function in kept if function is not None]
    if not wraps or len(wraps) < len(kept) or not all(_hands_on(each, names[1]) for each in wraps):
        return None
    answers = _answers_stored(body, wraps, names)
    return None if answers is False and not all(_looks_on(each, logs) for each in wraps) else answers


def _looks_on(wrap: SgNode, logs: Callable[[SgNode], bool]) -> bool:
    """Apart from the call of the original function, with which it ends, it calls nothing but the log."""
    return all(logs(call) for call in find_all(wrap, "call_expression", "new_expression")[:-1])


def _notes(assignment: SgNode, response: str) -> bool:
    """`res.locals.body = body`, for whoever logs it; a function that reads it finds nothing that sets it."""
    left = assignment.field("left")
    root, path = member_path(left) if left is not None else (assignment, ())
    return root.text() == response and path[:1] == ("locals",) and len(path) > 1


def _kept(assignment: SgNode, response: str) -> SgNode | None:
    """The function of `res.json = (body) => …`."""
    left, right = assignment.field("left"), assignment.field("right")
    parts = member(left) if left is not None else None
    if parts is None or right is None or unwrap(parts[0]).text() != response or parts[1] not in _ANSWERS:
        return None
    plain = unwrap(right)
    return plain if plain.kind() in FUNCTION_KINDS and not is_async(plain) else None


def _hands_on(wrap: SgNode, response: str) -> bool:
    """It ends with the original function, given what it was given: `return original(body)`."""
    given = parameters(wrap)
    body = wrap.field("body")
    if len(given) != 1 or given[0].name is None or body is None:
        return False
    last = body
    if body.kind() == "statement_block":
        statements = [child for child in body.children() if child.is_named() and child.kind() != "comment"]
        last = next(iter(statements[-1].children()[1:]), body) if statements else body
        if not statements or statements[-1].kind() != "return_statement":
            return False
    plain = unwrap(last)
    values = [unwrap(value).text() for value in arguments(plain)] if plain.kind() == "call_expression" else []
    return values in ([given[0].name], ["this", given[0].name], [response, given[0].name])


def _answers_stored(body: SgNode, wraps: list[SgNode], names: list[str]) -> bool | None:
    """Does it answer a value that a store gave? None when it does more with the response, outside of what it wraps."""
    answers = False
    for call in find_all(body, "call_expression"):
        callee = call.field("function")
        root, path = member_path(callee) if callee is not None else (call, ())
        if root.text() == names[2]:
            if arguments(call) or path:
                return None
            continue
        if root.text() == names[0] and (len(path) != 1 or path[0] not in _READS):
            return None
        if root.text() != names[1] or (path and path[-1] in ("bind", "call", "apply")):
            continue
        inside = any(span_of(wrap).holds(span_of(call)) for wrap in wraps)
        if len(path) == 1 and path[0] in SETTERS and _is_mark(call):
            continue
        if inside or path not in (("json",), ("send",)) or len(arguments(call)) != 1 or not _is_stored(call, body):
            return None
        answers = True
    handed = any(_is_argument(node) for node in find_all(body, "identifier") if node.text() in names)
    return None if handed else answers


def _is_argument(node: SgNode) -> bool:
    """Is the request, the response or `next` handed to other code? The original function may be bound to them."""
    parent = node.parent()
    call = parent.parent() if parent is not None and parent.kind() == "arguments" else None
    callee = call.field("function") if call is not None else None
    parts = member(callee) if callee is not None else None
    return call is not None and (parts is None or parts[1] not in ("bind", "call", "apply"))


def _is_mark(call: SgNode) -> bool:
    """`res.set("X-Cache", "HIT")`"""
    name = string_value(arguments(call)[0]) if arguments(call) else None
    return name is not None and name.lower().startswith("x-cache")


def _is_stored(call: SgNode, body: SgNode) -> bool:
    """Is what is sent read from a store: `cache.get(key)`, `JSON.parse(hit)`, `hit.body`?"""
    value = unwrap(arguments(call)[0])
    if value.kind() == "call_expression" and value.text().startswith("JSON.parse("):
        value = unwrap(arguments(value)[0])
    name = member_path(value)[0].text()
    for declarator in find_all(body, "variable_declarator"):
        own, source = declarator.field("name"), declarator.field("value")
        if own is None or source is None or own.text() != name:
            continue
        plain = unwrap(source, awaited=True)
        callee = plain.field("function") if plain.kind() == "call_expression" else None
        parts = member(callee) if callee is not None else None
        return parts is not None and parts[1] == "get"
    return False
