"""What makes a Prisma client answer differently from its schema: middleware, extensions, options, patched methods.

Clients are not told apart: one that is altered anywhere in the server's code casts doubt on all queries.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.outcome import Place
from codemods.readers.calls import CallSite, call_site
from codemods.readers.literals import Entry, Property, Spread, entries, is_changed
from codemods.readers.origins import Origin, Origins, base_of
from codemods.readers.prisma.clients import after_client
from codemods.readers.prisma.extract import accessor
from codemods.readers.prisma.methods import CLIENT_METHODS, MODEL_METHODS
from codemods.source.file import SourceFile
from codemods.source.tree import CLASS_KINDS, enclosing, find_all, member, string_value, unwrap
from codemods.workspace import Declared, External, Role, Workspace

# Each alternative starts with a letter, the boundary looked for behind it: that keeps the search fast.
_WORDS = re.compile(
    r"\$use\b|\$extends\b|PrismaClient\b(?<!\wPrismaClient)|omit\b(?<!\womit)"
    r"|Object\b(?<!\wObject)\s*\.\s*(?:assign|define\w+)\b|Proxy\b(?<!\wProxy)"
)
_HARMLESS_EXTENSIONS = re.compile(r"@prisma/extension-(?:accelerate|read-replicas|optimize|pulse)\b")
_CHANGERS = frozenset({"assign", "defineProperty", "defineProperties", "setPrototypeOf"})
_NO_OPTIONS = frozenset({"undefined", "null", "false", "true"})
_SERVER = (Role.SERVER, Role.CONFIG)
_DEPTH = 5


@dataclass(frozen=True, slots=True)
class Alteration:
    """What alters a client, as the source names it, and where."""

    what: str
    place: Place

    @property
    def reason(self) -> str:
        """Why no query of the client can be understood by itself."""
        return f"the client is altered by {self.what} ({self.place.file}:{self.place.line})"


def find_alterations(workspace: Workspace, schema: Schema) -> tuple[Alteration, ...]:
    """Everything that alters a client of the server's code."""
    if not schema.tables and not any("@prisma/client" in package.dependencies for package in workspace.packages):
        return ()
    reader = _Reader(workspace, schema)
    found: list[Alteration] = []
    for path in workspace.files:
        if reader.may_alter(path) and _is_of_server(workspace, path):
            found += reader.read(workspace.source(path))
    return tuple(found)


def _is_of_server(workspace: Workspace, path: str) -> bool:
    """Server code, or a file of tests and tools that server code imports."""
    return any(workspace.role_of(each) in _SERVER for each in (path, *workspace.importers(path)))


class _Reader:
    def __init__(self, workspace: Workspace, schema: Schema) -> None:
        self._workspace = workspace
        self._origins = Origins(workspace)
        self._models = frozenset(accessor(table.name) for table in schema.tables)
        names = [re.escape(name) for name in (*self._models, *MODEL_METHODS, *CLIENT_METHODS)]
        patched = [rf"{name}(?<![\w$]{name})[\"'`]?\s*\]?\s*=(?![=>])" for name in names]
        self._assigned = re.compile("|".join([*patched, r"\]\s*=(?![=>])"]))

    def may_alter(self, path: str) -> bool:
        """Can a client be altered there, by what words the file has?"""
        text = self._workspace.text(path)
        return _WORDS.search(text) is not None or self._assigned.search(text) is not None

    def read(self, file: SourceFile) -> Iterator[Alteration]:
        for node in find_all(file.root, "call_expression", "new_expression"):
            site = call_site(node)
            what = self._call(file, site) if site is not None else None
            if what is not None:
                yield Alteration(what, file.place(node if site is None else site.place))
        for node in find_all(file.root, "assignment_expression"):
            target = node.field("left")
            if target is not None and self._is_patched(file, target):
                yield Alteration(f"`{target.text()} = …`", file.place(node))

    def _call(self, file: SourceFile, site: CallSite) -> str | None:
        if site.method == "$use":
            return "`$use`"
        if site.method == "$extends":
            return "`$extends`" if self._extends(file, site.arguments) else None
        if (site.is_new and site.function.text() == "Proxy") or site.method in _CHANGERS:
            first = site.arguments[0] if site.arguments else None
            return f"`{site.function.text()}`" if first is not None and self._is_part(file, first) else None
        if site.is_new:
            is_client = self._is_client(self._origins.of(file, site.node))
        else:
            is_client = site.function.kind() == "super" and self._is_client(self._base(file, site.node))
        return self._options(file, site.arguments[0]) if is_client and site.arguments else None

    def _extends(self, file: SourceFile, given: tuple[SgNode, ...]) -> bool:
        """True unless the extension is known to change nothing that code can see."""
        if len(given) != 1:
            return True
        if given[0].kind() == "object":
            return any(not isinstance(entry, Property) or entry.key != "name" for entry in entries(given[0]))
        made = self._workspace.callee(file.path, given[0]) if given[0].kind() == "call_expression" else None
        return not (isinstance(made, External) and _HARMLESS_EXTENSIONS.match(made.module))

    def _base(self, file: SourceFile, node: SgNode) -> Origin | None:
        around = enclosing(node, CLASS_KINDS)
        base = base_of(around) if around is not None else None
        return self._origins.of(file, base) if base is not None else None

    def _is_client(self, origin: Origin | None) -> bool:
        return origin is not None and after_client(origin) == ()

    def _is_part(self, file: SourceFile, node: SgNode) -> bool:
        """True for a client, and for a model of one."""
        origin = self._origins.of(file, unwrap(node, awaited=True))
        steps = after_client(origin) if origin is not None else None
        return steps is not None and (not steps or (len(steps) == 1 and steps[0] in self._models))

    def _is_patched(self, file: SourceFile, target: SgNode) -> bool:
        """`prisma.user.findMany = …`, `prisma["user"] = …`, `prisma.$transaction = …`."""
        target = unwrap(target)
        parts = member(target)
        index = target.field("index")
        holder = parts[0] if parts is not None else target.field("object")
        name = parts[1] if parts is not None else string_value(index) if index is not None else None
        if holder is None or (parts is None and index is None):
            return False
        if name is not None and name not in MODEL_METHODS and name not in CLIENT_METHODS and name not in self._models:
            return False
        outer = member(unwrap(holder))
        looks = name in MODEL_METHODS and outer is not None and outer[1] in self._models
        return looks or self._is_part(file, holder)

    def _options(self, file: SourceFile, node: SgNode, depth: int = 0) -> str | None:
        """What of a client's options leaves columns out of all answers, or cannot be read."""
        inner = unwrap(node)
        unread = f"options that cannot be read, `{inner.text().splitlines()[0]}`"
        if inner.text() in _NO_OPTIONS:
            return None
        if inner.kind() in ("ternary_expression", "binary_expression"):
            fields = ("consequence", "alternative") if inner.kind() == "ternary_expression" else ("left", "right")
            branches = [branch for name in fields if (branch := inner.field(name)) is not None]
            sides = branches[1:] if "&&" in [child.text() for child in inner.children()] else branches
            return _first(self._options(file, side, depth + 1) for side in sides)
        if inner.kind() == "object":
            return _first(self._option(file, entry, depth) for entry in entries(inner))
        source, value = self._constant(file, inner)
        return self._options(source, value, depth + 1) if value is not None and depth < _DEPTH else unread

    def _option(self, file: SourceFile, entry: Entry, depth: int) -> str | None:
        match entry:
            case Property(key="omit"):
                return "its option `omit`"
            case Property():
                return None
            case Spread(value):
                return self._options(file, value, depth + 1)
            case _:
                return "options that cannot be read"

    def _constant(self, file: SourceFile, node: SgNode) -> tuple[SourceFile, SgNode | None]:
        """The value of a constant that nothing writes into, here or in another file."""
        meaning = self._workspace.meaning_of(file.path, node)
        if not isinstance(meaning, Declared):
            return file, None
        if meaning.binding is not None and (meaning.binding.reassigned or is_changed(meaning.binding)):
            return file, None
        return self._workspace.source(meaning.file), meaning.node.field("value")


def _first(found: Iterable[str | None]) -> str | None:
    return next((each for each in found if each is not None), None)
