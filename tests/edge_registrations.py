"""What a migration wrote: the registrations of the new http file, and the functions that clients may call."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ast_grep_py import SgNode
from guarded_routes import VERBS, Guard

from codemods.ir.app import Route
from codemods.source import FUNCTION_KINDS, LANGUAGES, SourceFile, arguments, find_all, member, parameters, string_value

_RUN = re.compile(r"\brun(?:Query|Mutation|Action)\b")
_CALLED = re.compile(r"\b(api|internal)\s*((?:\.\s*\w+)+)")
_PUBLIC = frozenset({"query", "mutation", "action", "httpAction"})
_PATTERN = re.compile(r"\([^()]*\)|\{[^{}]*\}")
_NAMES = ("identifier", "property_identifier", "shorthand_property_identifier")


@dataclass(frozen=True, slots=True)
class Registration:
    """One `app.get("/path", …)` or `app.use("/path", …)` of the new http file, in its order."""

    verb: str
    path: str
    given: tuple[SgNode, ...]
    imported: Mapping[str, str] = field(default_factory=dict)
    """What the file has imported under other names, by those."""

    @property
    def is_refusal(self) -> bool:
        """It answers 501, perhaps in some environments alone."""
        handler = self.given[-1].text()
        return "notMigrated(" in handler and _RUN.search(handler) is None and _CALLED.search(handler) is None

    def serves(self, route: Route) -> bool:
        """A route whose path is not known is served by none."""
        same = route.path is not None and _plain(self.path) == _plain(route.path)
        return same and self.verb in (route.method.lower(), "all")

    def covers(self, path: str) -> bool:
        """A middleware for the path."""
        start = self.path.removesuffix("*").rstrip("/")
        return self.verb == "use" and (_plain(path) + "/").startswith(_plain(start) + "/")

    @property
    def calls(self) -> list[tuple[str, str]]:
        """The functions that its handler names, `("internal", "users.list")`."""
        found = _CALLED.findall(_code(self.given[-1]))
        return [(kind, re.sub(r"\s", "", path).strip(".")) for kind, path in found]


def http_file(folder: Path) -> SourceFile | None:
    """The http file of a `convex/` folder."""
    path = next((folder / name for name in ("http.ts", "http.js") if (folder / name).exists()), None)
    return SourceFile.from_bytes(path.name, path.read_bytes()) if path is not None else None


def registrations_in(root: SgNode) -> list[Registration]:
    """The registrations on the Hono application, in their order."""
    found, imported = [], dict(_imported(root))
    for call in find_all(root, "call_expression"):
        callee = call.field("function")
        parts = member(callee) if callee is not None else None
        given = arguments(call)
        if parts is None or parts[0].text() != "app" or not given or parts[1] not in VERBS | {"use", "on"}:
            continue
        verb, path = parts[1], string_value(given[0])
        if verb == "on":
            verb, path, given = (string_value(given[0]) or "all").lower(), string_value(given[1]), given[1:]
        rest = given[1:] if path is not None else given
        found.append(Registration(verb, path if path is not None else "*", tuple(rest), imported))
    return found


def _imported(root: SgNode) -> Iterator[tuple[str, str]]:
    """Local name and name of `import { authenticate as check }`."""
    for node in find_all(root, "import_specifier"):
        name, alias = node.field("name"), node.field("alias")
        if name is not None and alias is not None:
            yield alias.text(), name.text()


def unread(root: SgNode) -> Iterator[str]:
    """Ways to serve requests that `registrations_in` knows nothing of."""
    made = [node for node in find_all(root, "new_expression") if node.text().startswith("new Hono(")]
    if len(made) != 1:
        yield f"http: {len(made)} applications of Hono, of which one is read"
    for call in find_all(root, "call_expression"):
        parts = member(call.field("function") or call)
        if parts is not None and parts[1] in ("route", "mount", "basePath"):
            yield f"http: `{parts[0].text()}.{parts[1]}` is not read"


# ---- what runs before a handler's function ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Before:
    """All that runs before the function of a registration is called: names in their order, and functions in place."""

    names: tuple[str, ...]
    in_place: int

    def index(self, guard: Guard, start: int = 0) -> int | None:
        """Where a guard is named, perhaps with a number behind it."""
        wanted = re.compile("|".join(rf"{re.escape(name)}\d*" for name in guard.names), re.I)
        return next((n for n, name in enumerate(self.names) if n >= start and wanted.fullmatch(name)), None)


def before(registrations: list[Registration], position: int, path: str) -> Before:
    """What runs before the function of the registration at `position`, which serves `path`."""
    own = registrations[position]
    earlier = [node for each in registrations[:position] if each.covers(path) for node in each.given]
    steps = [*earlier, *own.given[:-1]]
    names = [name for node in steps for name in _names(node)]
    names += _names(own.given[-1], _first_run(own.given[-1]))
    return Before(tuple(own.imported.get(name, name) for name in names), sum(map(_is_step, steps)))


def _names(node: SgNode, end: int | None = None) -> list[str]:
    inside = find_all(node, *_NAMES)
    found = inside if node.kind() not in _NAMES else [node]
    return [each.text() for each in found if end is None or each.range().start.index < end]


def _first_run(handler: SgNode) -> int | None:
    runs = [node.range().start.index for node in find_all(handler, *_NAMES) if _RUN.fullmatch(node.text())]
    return min(runs, default=None)


def _is_step(node: SgNode) -> bool:
    """`async (c, next) => …`, perhaps inside another call."""
    own = [node] if node.kind() in FUNCTION_KINDS else []
    return any(len(parameters(each)) == 2 for each in [*own, *find_all(node, *FUNCTION_KINDS)])


def _code(node: SgNode) -> str:
    """The text without its comments."""
    text, start = node.text(), node.range().start.index
    for comment in sorted(find_all(node, "comment"), key=lambda each: -each.range().start.index):
        text = text[: comment.range().start.index - start] + text[comment.range().end.index - start :]
    return text


# ---- functions that clients may call ---------------------------------------------------------------------------


def public_functions(folder: Path) -> Iterator[tuple[str, str]]:
    """File and name of every function below `convex/` that is made by `query`, `mutation`, `action` or `httpAction`."""
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.suffix not in LANGUAGES or "_generated" in relative.parts:
            continue
        file = SourceFile.from_bytes(relative.as_posix(), path.read_bytes())
        for call in find_all(file.root, "call_expression"):
            callee = call.field("function")
            if callee is not None and _makes_public(file, callee):
                yield relative.as_posix(), _declared_name(call)


def _makes_public(file: SourceFile, callee: SgNode) -> bool:
    """By the name that `_generated/server` gives it; a name that nothing declares counts as well."""
    binding = file.bindings.resolve(callee) if callee.kind() == "identifier" else None
    if binding is None:
        return callee.text() in _PUBLIC
    imported = binding.imported
    return imported is not None and "_generated/server" in imported.module and imported.imported in _PUBLIC


def _declared_name(call: SgNode) -> str:
    parent = call.parent()
    name = parent.field("name") if parent is not None and parent.kind() == "variable_declarator" else None
    return name.text() if name is not None else "default"


def _plain(path: str) -> str:
    """A path without the names of its parameters, their patterns and a slash at the end."""
    return re.sub(r":\w+\??", ":", _PATTERN.sub("", path)).rstrip("/")
