"""Which routes of an Express application may refuse a request before their handlers run, and by what.

It trusts as little of the migration's own reading as it can: beside the chains that the reader finds, it reads by rules
of its own what functions do, and all names in registrations that sound like guards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ast_grep_py import SgNode

from codemods.ir.app import CodeRef, Middleware, Route
from codemods.readers.express import read_app, read_registrations
from codemods.readers.express.follow import value_of
from codemods.source import (
    FUNCTION_KINDS,
    SourceFile,
    arguments,
    find_all,
    member,
    named,
    span_of,
    string_value,
)
from codemods.workspace import Workspace

VERBS = frozenset("get post put patch delete options head all".split())
_PLUMBING = frozenset(
    """body-parser cors compression cookie-parser express-mongo-sanitize helmet mongo-sanitizer morgan pino-http
    serve-static swagger-ui-express xss-clean""".split()
)
_HARMLESS = {"express": frozenset("json urlencoded text raw static".split()), "passport": frozenset({"initialize"})}
"""By package, those of its functions that refuse nobody."""
_GUARDING = re.compile(
    r"auth|guard|protect|require|role|admin|permi|verify|jwt|passport|api_?key|owner|logged|ensure|restrict|allow|"
    r"session|token",
    re.I,
)
_REFUSES = re.compile(
    r"\bres(?:ponse)?\s*(?:\.\s*\w+\([^)]*\)\s*)*\.\s*(?:json|send|sendStatus|end|status|redirect|render|jsonp)\b"
    r"|\bnext\s*\(\s*[^\s)]|\bthrow\b|\breject\b|\bcatch\b|\w*assert\w*\s*\(|\binvariant\s*\("
)
_REMEMBERS = re.compile(r"\bres(?:ponse)?\.(?:json|send)\s*=[^=>]")
_REMEMBERED = re.compile(
    r"\bres(?:ponse)?\.(?:json|send)(?:\.bind\(res(?:ponse)?\)|\s*=(?=[^=>])|\(\s*(?:JSON\.parse\()?\w*cached?\w*\)?\s*\))"
    r"|//[^\n]*",
    re.I,
)
"""A middleware that keeps the answers of others, and how it answers by what it kept; with its comments."""
_GOES_ON = re.compile(r"(?:return\s+)?next\(\);?")
_LOGS = re.compile(r"(?:request|http|access)?_?logg(?:er|ing)", re.I)
_NAMED = re.compile(r"(?:new\s+)?(?:\w+\s*\.\s*)*(\w+)")
_IN_PLACE = re.compile(r"async\b|function\b|\(|\w+\s*=>")


@dataclass(frozen=True, slots=True)
class Guard:
    """What may refuse requests, by the names that it has: where it is registered, and where it is declared.

    One that is written in place has none.
    """

    names: tuple[str, ...]

    def __str__(self) -> str:
        return self.names[0] if self.names else "its guard"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A route with what may refuse its requests: the `chain` in its order, and what is `beside` it by name alone."""

    route: Route
    chain: tuple[Guard, ...]
    beside: tuple[Guard, ...]

    @property
    def guards(self) -> tuple[Guard, ...]:
        return (*self.chain, *self.beside)


def routes_with_guards(before: Path) -> list[Guarded]:
    """All routes of the application, those without a guard included."""
    workspace = Workspace.open(before)
    routes = read_app(workspace, read_registrations(workspace)).routes
    return [_guarded(workspace, route) for route in routes]


def guarded_routes(before: Path) -> list[Guarded]:
    """The routes whose requests may be refused by what runs before their handlers."""
    return [found for found in routes_with_guards(before) if found.guards]


def _guarded(workspace: Workspace, route: Route) -> Guarded:
    chain = [_guard(workspace, each) for each in route.middleware if _may_refuse(workspace, each)]
    known = {name for guard in chain for name in guard.names}
    beside = [Guard((name,)) for name in dict.fromkeys(_beside(workspace, route)) if name not in known]
    return Guarded(route, tuple(chain), tuple(beside))


# ---- what middleware does --------------------------------------------------------------------------------------


def _may_refuse(workspace: Workspace, middleware: Middleware) -> bool:
    """It sounds like a guard; or it answers, throws or passes on an error somewhere, or cannot be read."""
    file = workspace.source(middleware.expression.file)
    node = next((n for n in _nodes(file) if span_of(n) == middleware.expression.span), None)
    if node is not None and _is_plumbing(workspace, file, node):
        return False
    name = next(iter(_guard(workspace, middleware).names), "")
    if _GUARDING.search(name):
        return True
    if middleware.definition is None:
        return _LOGS.fullmatch(name) is None
    text = _text(workspace, middleware.definition)
    if _REMEMBERS.search(text) is not None:
        text = _REMEMBERED.sub("", text)
    return _REFUSES.search(text) is not None and not _always_goes_on(workspace, middleware.definition)


def _always_goes_on(workspace: Workspace, definition: CodeRef) -> bool:
    """It calls `next()` in any case: on its own level, with nothing that leaves the function before."""
    function = workspace.source(definition.file).functions.get(definition.span)
    body = function.field("body") if function is not None else None
    if function is None or body is None or not any(_GOES_ON.fullmatch(each.text()) for each in named(body)):
        return False
    leaving = find_all(body, "return_statement", "throw_statement", "await_expression")
    own = [node for node in leaving if next(a for a in node.ancestors() if a.kind() in FUNCTION_KINDS) == function]
    return all(_GOES_ON.fullmatch(node.text()) and node.parent() == body for node in own)


def _is_plumbing(workspace: Workspace, file: SourceFile, node: SgNode) -> bool:
    """Made by a package that refuses nobody, in place or under a name."""
    if node.kind() != "call_expression":
        value = value_of(workspace, file.path, node)
        if value is not None and value.node.kind() == "call_expression":
            return _is_plumbing(workspace, workspace.source(value.file), value.node)
    callee = node.field("function") if node.kind() == "call_expression" else node
    parts = member(callee) if callee is not None else None
    root = parts[0] if parts is not None else callee
    binding = file.bindings.resolve(root) if root is not None and root.kind() == "identifier" else None
    imported = binding.imported if binding is not None else None
    if imported is None:
        return False
    name = parts[1] if parts is not None else imported.imported
    return imported.module in _PLUMBING or name in _HARMLESS.get(imported.module, ())


def _nodes(file: SourceFile) -> list[SgNode]:
    return find_all(file.root, "call_expression", "identifier", "member_expression")


# ---- names -----------------------------------------------------------------------------------------------------


def _guard(workspace: Workspace, middleware: Middleware) -> Guard:
    """Of `auth.check("a")`, `check`; and the name of the function behind it, or of the one that made it."""
    text = _text(workspace, middleware.expression)
    found = _NAMED.match(text)
    if found is None or _IN_PLACE.match(text) is not None:
        return Guard(())
    declared = _maker(workspace, middleware.expression)
    if middleware.definition is not None:
        declared = _declared(workspace, middleware.definition)
    return Guard(tuple(dict.fromkeys(name for name in (found[1], declared) if name)))


def _maker(workspace: Workspace, expression: CodeRef) -> str | None:
    """Of `const limiter = rateLimit({ … })`, `rateLimit`."""
    file = workspace.source(expression.file)
    node = next((n for n in _nodes(file) if span_of(n) == expression.span), None)
    value = value_of(workspace, file.path, node) if node is not None and node.kind() != "call_expression" else None
    callee = value.node.field("function") if value is not None else None
    found = _NAMED.match(callee.text()) if callee is not None else None
    return found[1] if found is not None else None


def _declared(workspace: Workspace, definition: CodeRef) -> str | None:
    """The name under which a function stands in its file, or the one that makes it."""
    function = workspace.source(definition.file).functions.get(definition.span)
    above = (function, *function.ancestors()) if function is not None else ()
    labels = (node.field("name") or node.field("key") for node in above if node.kind() != "program")
    found = next((label for label in labels if label is not None), None)
    return found.text() if found is not None else None


def _beside(workspace: Workspace, route: Route) -> Iterator[str]:
    """Guards by their names alone, in the registration itself and on its router before it: a second reading."""
    file = workspace.source(route.registration.file)
    call = next((n for n in find_all(file.root, "call_expression") if span_of(n) == route.registration.span), None)
    target = member(call.field("function")) if call is not None and call.field("function") is not None else None
    if call is None or target is None:
        return
    yield from _guarding(workspace, file, arguments(call)[1:-1])
    for other in find_all(file.root, "call_expression"):
        callee = other.field("function")
        parts = member(callee) if callee is not None else None
        if parts is None or parts[1] != "use" or parts[0].text() != target[0].text() or not arguments(other):
            continue
        if span_of(other).start < span_of(call).start and string_value(arguments(other)[0]) is None:
            yield from _guarding(workspace, file, arguments(other))


def _guarding(workspace: Workspace, file: SourceFile, nodes: Sequence[SgNode]) -> Iterator[str]:
    for node in nodes:
        found = re.match(r"(?:\w+\.)*(\w+)(?=$|\()", node.text())
        if found is not None and _GUARDING.search(found[1]) and not _is_plumbing(workspace, file, node):
            yield found[1]


def _text(workspace: Workspace, ref: CodeRef) -> str:
    return workspace.source(ref.file).text[ref.span.start : ref.span.end]
