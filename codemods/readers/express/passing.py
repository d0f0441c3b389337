"""Whether a middleware always goes on, and leaves the request and the answer as it found them."""

from __future__ import annotations

import re
from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.source import arguments, find_all, member, named, span_of, string_value, unwrap
from codemods.source.tree import FUNCTION_KINDS, WRITES, member_path

_CALLS = re.compile(
    r"(console|logger|log|winston|pino)\.\w+|Date(\.now|\.parse|\.UTC)?|performance\.\w+|Math\.\w+|JSON\.\w+|String|"
    r"Number(\.\w+)?|process\.(hrtime(\.bigint)?|uptime|memoryUsage)|Object\.(keys|values|entries|fromEntries)|"
    r"(crypto\.)?randomUUID|uuid|uuidv4|v4|nanoid|fs\.appendFile(Sync)?|path\.(join|resolve)|process\.cwd"
)
"""Functions that log, be it to a file, tell the time, make identifiers or convert."""

METHODS = frozenset(
    """concat endsWith entries filter getTime includes join keys map padEnd padStart repeat replace replaceAll slice
    split startsWith substring toFixed toISOString toLocaleString toLocaleTimeString toLowerCase toString toUpperCase
    trim values""".split()
)
"""Methods of values that change nothing."""

_MADE = frozenset({"Date", "Error", "URL", "Map", "Set"})
SETTERS = frozenset({"set", "setHeader", "header"})
"""Methods that set a header of the response."""
_HEADERS = SETTERS | {"removeHeader", "append", "type", "vary"}
_READS = frozenset({"get", "getHeader", "header", "is", "accepts"})
_LISTENS = frozenset({"on", "once"})
ENDS = frozenset({"finish", "close", "end", "error", "aborted"})
"""Events of a request or a response after which nothing is answered."""
_INPUT = frozenset("body query params headers url path method user cookies session originalUrl ip file files".split())
"""Parts of the request that later functions answer from."""


def passes_through(function_body: SgNode | None, names: list[str], logs: Callable[[SgNode], bool]) -> bool:
    """Goes on along every path, touches no input, and calls nothing but loggers, clocks and headers.

    `names` are the parameters; `logs` tells the calls that write to the log. It may put fields on the request, on
    `res.locals`, and set headers.
    """
    if function_body is None or len(names) < 3:
        return False
    if not _goes_on(function_body, names[2]):
        return False
    if find_all(function_body, "await_expression", "throw_statement", "yield_expression"):
        return False
    calls = find_all(function_body, "call_expression")
    made = [node.field("constructor") for node in find_all(function_body, "new_expression")]
    return (
        all(_is_harmless(call, names) or logs(call) for call in calls)
        and all(maker is not None and maker.text() in _MADE for maker in made)
        and all(_may_write(target, names) for target in _written(function_body))
    )


def only_logs(node: SgNode, names: list[str], logs: Callable[[SgNode], bool]) -> bool:
    """Does code call nothing but loggers, clocks and what reads the answer, and write to variables of its own alone?"""
    calls = find_all(node, "call_expression")
    return all(_is_harmless(call, names) or logs(call) for call in calls) and writes_own(node)


def writes_own(node: SgNode) -> bool:
    """Does code assign to nothing but variables, and to properties of objects that it makes itself?"""
    made = {
        name.text()
        for declarator in find_all(node, "variable_declarator")
        if (name := declarator.field("name")) and (value := declarator.field("value")) and value.kind() == "object"
    }
    return all(unwrap(target).kind() == "identifier" or _root(target) in made for target in _written(node))


def writes_context(body: SgNode | None, names: list[str]) -> bool:
    """Does it put something on the request or the answer for later functions or the client?"""
    if body is None or len(names) < 2:
        return False
    targets = (_root(target) for target in _written(body))
    receivers = (member(call.field("function") or call) for call in find_all(body, "call_expression"))
    sets = (parts is not None and parts[0].text() == names[1] and parts[1] in _HEADERS for parts in receivers)
    return any(root in names[:2] for root in targets) or any(sets)


def _goes_on(body: SgNode, next_name: str) -> bool:
    """`next()` is called on its own, once nothing can be left out, and by every earlier return."""
    forward = f"{next_name}()"
    if body.kind() != "statement_block":
        return body.text() == forward
    statements = [statement.text().removeprefix("return ").rstrip(";") for statement in named(body)]
    if statements.count(forward) != 1:
        return False
    returns = [node for node in find_all(body, "return_statement") if not _is_nested(node, body)]
    return all(bool(named(node)) and named(node)[0].text() == forward for node in returns)


def _is_nested(node: SgNode, body: SgNode) -> bool:
    """Does a node stand in a function within the body?"""
    for ancestor in node.ancestors():
        if span_of(ancestor) == span_of(body):
            return False
        if ancestor.kind() in FUNCTION_KINDS:
            return True
    return False


def _is_harmless(call: SgNode, names: list[str]) -> bool:
    callee = call.field("function")
    text = callee.text() if callee is not None else ""
    given = arguments(call)
    if text == names[2]:
        return not given
    if _CALLS.fullmatch(text):
        return True
    parts = member(callee) if callee is not None else None
    if parts is None:
        return False
    receiver, method = parts[0].text(), parts[1]
    if receiver in names[:2] and method in _LISTENS:
        return bool(given) and string_value(given[0]) in ENDS
    if (receiver == names[0] and method in _READS) or (receiver == names[1] and method in _HEADERS | _READS):
        return True
    return method in METHODS


def _written(body: SgNode) -> list[SgNode]:
    """What is assigned to, counted up or deleted."""
    found = [target for kind, name in WRITES.items() for node in find_all(body, kind) if (target := node.field(name))]
    deleted = [node for node in find_all(body, "unary_expression") if node.text().startswith("delete")]
    return [*found, *(target for node in deleted if (target := node.field("argument")))]


def _may_write(target: SgNode, names: list[str]) -> bool:
    """A variable, a new field of the request, or `res.locals`."""
    plain = unwrap(target)
    if plain.kind() == "identifier":
        return plain.text() not in names
    root, path = member_path(plain)
    base = unwrap(root).text()
    if base == names[0]:
        return len(path) == 1 and path[0] not in _INPUT
    return base == names[1] and len(path) > 1 and path[0] == "locals"


def _root(target: SgNode) -> str:
    return unwrap(member_path(unwrap(target))[0]).text()
