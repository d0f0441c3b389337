"""A check of migrated applications: no guarded route became something that can be called without its guard.

It trusts as little of the migration's own bookkeeping as it can. Which functions may refuse a request is read from
the source with rules of its own; what became of the route is read from the text of `convex/`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ast_grep_py import SgNode

from codemods.ir.app import CodeRef, Middleware, Route
from codemods.readers.express import read_app, read_registrations
from codemods.readers.express.follow import value_of
from codemods.source import LANGUAGES, SourceFile, arguments, find_all, member, span_of, string_value
from codemods.workspace import Workspace

_VERBS = frozenset("get post put patch delete options head all".split())
_PLUMBING = frozenset(
    "body-parser cors compression cookie-parser helmet morgan swagger-ui-express serve-static".split()
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
    r"|\bnext\s*\(\s*[^\s)]|\bthrow\b|\breject\b|\bcatch\b"
)
_RUN = re.compile(r"\brun(?:Query|Mutation|Action)\b")
_CALLED = re.compile(r"\b(api|internal)\s*((?:\.\s*\w+)+)")
_PUBLIC = re.compile(r"^export const (\w+) = (?:query|mutation|action)\(", re.M)
_PATTERN = re.compile(r"\([^()]*\)|\{[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Registration:
    """One `app.get("/path", …)` or `app.use("/path", …)` of the new http file, in its order."""

    verb: str
    path: str
    given: tuple[SgNode, ...]

    @property
    def is_refusal(self) -> bool:
        """It answers 501, perhaps in some environments alone."""
        handler = self.given[-1].text()
        return "notMigrated(" in handler and _RUN.search(handler) is None and _CALLED.search(handler) is None

    def serves(self, route: Route) -> bool:
        return self.verb in (route.method.lower(), "all") and _plain(self.path) == _plain(route.path or "")

    def covers(self, path: str) -> bool:
        """A middleware for the path."""
        start = self.path.removesuffix("*").rstrip("/")
        return self.verb == "use" and (_plain(path) + "/").startswith(_plain(start) + "/")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A route with the names of what may refuse its requests before its handler runs."""

    route: Route
    guards: tuple[str, ...]


def unguarded(before: Path, after: Path) -> list[str]:
    """What is wrong with the migration at `after` of the application at `before`; one line for each problem."""
    folder = after / "convex"
    http = next((folder / name for name in ("http.ts", "http.js") if (folder / name).exists()), None)
    file = SourceFile.from_bytes(http.name, http.read_bytes()) if http is not None else None
    registrations = registrations_in(file.root) if file is not None else []
    workspace = Workspace.open(before)
    routes = read_app(workspace, read_registrations(workspace)).routes
    guarded = [found for route in routes if (found := _guarded(workspace, route)).guards]
    taken: set[str] = set()
    problems = [problem for each in guarded for problem in _exposed(each, registrations, taken)]
    return [*problems, *_uncalled(before, folder, registrations, taken)]


def guarded_routes(before: Path) -> list[Guarded]:
    """The routes whose requests may be refused by what runs before their handlers."""
    workspace = Workspace.open(before)
    routes = read_app(workspace, read_registrations(workspace)).routes
    return [found for route in routes if (found := _guarded(workspace, route)).guards]


# ---- the source ------------------------------------------------------------------------------------------------


def _guarded(workspace: Workspace, route: Route) -> Guarded:
    chain = [_name(workspace, each) for each in route.middleware if _may_refuse(workspace, each)]
    beside = [name for name in _beside(workspace, route) if name not in chain]
    return Guarded(route, (*chain, *beside))


def _may_refuse(workspace: Workspace, middleware: Middleware) -> bool:
    """It answers, throws or passes on an error somewhere; or it cannot be read and is no known plumbing."""
    file = workspace.source(middleware.expression.file)
    node = next((n for n in _nodes(file) if span_of(n) == middleware.expression.span), None)
    if node is not None and _is_plumbing(workspace, file, node):
        return False
    if middleware.definition is None:
        return True
    return _REFUSES.search(_text(workspace, middleware.definition)) is not None


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


def _name(workspace: Workspace, middleware: Middleware) -> str:
    """The identifier by which it is called: of `auth.check("a")`, `check`."""
    found = re.match(r"(?:new\s+)?(?:\w+\s*\.\s*)*(\w+)", _text(workspace, middleware.expression))
    is_inline = re.match(r"async\b|function\b|\(|\w+\s*=>", _text(workspace, middleware.expression)) is not None
    return "" if found is None or is_inline else found[1]


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
        if parts is None or parts[1] != "use" or parts[0].text() != target[0].text():
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


# ---- what was written ------------------------------------------------------------------------------------------


def registrations_in(root: SgNode) -> list[Registration]:
    """The registrations on the Hono application, in their order."""
    found = []
    for call in find_all(root, "call_expression"):
        callee = call.field("function")
        parts = member(callee) if callee is not None else None
        given = arguments(call)
        if parts is None or parts[0].text() != "app" or not given or parts[1] not in _VERBS | {"use", "on"}:
            continue
        verb, path = parts[1], string_value(given[0])
        if verb == "on":
            verb, path, given = (string_value(given[0]) or "all").lower(), string_value(given[1]), given[1:]
        rest = given[1:] if path is not None else given
        found.append(Registration(verb, path if path is not None else "*", tuple(rest)))
    return found


def _exposed(guarded: Guarded, registrations: Sequence[Registration], taken: set[str]) -> Iterator[str]:
    """The registrations of the route that call a public function, or do not run a guard first."""
    name = guarded.route.name
    for position, found in enumerate(registrations):
        if not found.serves(guarded.route) or found.is_refusal:
            continue
        handler = found.given[-1].text()
        for kind, path in _CALLED.findall(handler):
            if kind == "api":
                taken.add(re.sub(r"\s", "", path))
                yield f"{name}: calls the public function {path.strip('.')} behind a guard"
        start = _RUN.search(handler)
        first = handler[: start.start()] if start is not None else handler
        earlier = [each for each in registrations[:position] if each.covers(guarded.route.path or "")]
        texts = [node.text() for each in earlier for node in each.given]
        seen = " ".join([*texts, *(node.text() for node in found.given[:-1]), first])
        for guard in guarded.guards:
            if not _mentions(seen, guard):
                yield f"{name}: nothing at the edge runs {guard or 'its guard'} before the handler"


def _mentions(text: str, guard: str) -> bool:
    """The name, perhaps with a number behind it; a guard without a name is any function."""
    return re.search(rf"\b{re.escape(guard)}\d*\b" if guard else r"\w+\(", text, re.I) is not None


def _uncalled(before: Path, folder: Path, registrations: Sequence[Registration], taken: set[str]) -> Iterator[str]:
    """Public functions that no route calls which anybody could call before."""
    texts = [node.text() for each in registrations if not each.is_refusal for node in each.given]
    called = {re.sub(r"\s", "", path) for text in texts for kind, path in _CALLED.findall(text) if kind == "api"}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.suffix not in LANGUAGES or "_generated" in relative.parts or (before / "convex" / relative).exists():
            continue
        module = "." + ".".join(relative.with_suffix("").parts)
        for function in _PUBLIC.findall(path.read_text(encoding="utf-8")):
            reference = f"{module}.{function}"
            if reference not in called and reference not in taken:
                yield f"{relative}: {function} is public, and no route calls it"


def _plain(path: str) -> str:
    """A path without the names of its parameters, their patterns and a slash at the end."""
    return re.sub(r":\w+\??", ":", _PATTERN.sub("", path)).rstrip("/")


def counted(before: Path, after: Path) -> Mapping[str, int]:
    """How many routes are guarded, and how many of these were carried over."""
    folder = after / "convex"
    http = next((folder / name for name in ("http.ts", "http.js") if (folder / name).exists()), None)
    found = registrations_in(SourceFile.from_bytes(http.name, http.read_bytes()).root) if http is not None else []
    guarded = guarded_routes(before)
    carried = [each for each in guarded if any(one.serves(each.route) and not one.is_refusal for one in found)]
    return {"guarded": len(guarded), "carried": len(carried)}
