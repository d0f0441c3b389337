"""What code that was not carried over does: whether it only serves the Express application, and what it runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ast_grep_py import SgNode

from codemods.ir.app import Role
from codemods.ir.query import Op
from codemods.migrate.reading import Reading
from codemods.migrate.removal.elements import Element, Kind
from codemods.migrate.removal.moved import Moved
from codemods.planner.places_of_use import call_of
from codemods.planner.running.npm import Nature, package_nature
from codemods.planner.running.runtimes import GLOBALS
from codemods.readers.express.handlers import ASYNC_PACKAGES, forwarded_parameter
from codemods.readers.express.packages import PACKAGES, Fate
from codemods.readers.loggers import LOGGERS
from codemods.source import SourceFile, find_all, parameters, shortened, span_of
from codemods.source.tree import FUNCTION_KINDS, enclosing, member_path
from codemods.workspace import Asset, Builtin, Declared, External, FunctionRef, InFile, InPackage
from codemods.workspace.graph import package_name

_SERVING = frozenset({"http", "https", "http2", "path", "url", "os", "process", "util", "events", "cluster"})
"""Modules of Node that only start and stop a server."""

_STARTING = (
    frozenset({"dotenv", "dotenv-flow", "dotenv-expand", "dotenv-safe", "env-var", "envalid", "module-alias", "tslib"})
    | {"reflect-metadata", "source-map-support", "tsconfig-paths", "chalk", "colors", "debug", "kleur", "picocolors"}
    | {"express", "express-async-errors", "express-promise-router", "express-ws", "@awaitjs/express", "cross-env"}
    | {"swagger-jsdoc", "swagger-ui-express", "http-terminator", "stoppable", "express-list-endpoints", "hpp"}
)
"""Packages that set an application up."""

_DRIVERS = frozenset(
    {"pg", "mysql2", "mariadb", "better-sqlite3", "@libsql/client", "@neondatabase/serverless", "ws"}
) | {"@planetscale/database", "@electric-sql/pglite", "pglite-prisma-adapter", "prisma"}
"""Packages that connect a Prisma client to its database."""

_HOST = frozenset(
    {"process", "require", "module", "exports", "__dirname", "__filename", "Buffer", "global", "globalThis"}
    | {"NodeJS", "Express", "console", "undefined", "NaN", "Infinity", "clearTimeout", "clearInterval", "arguments"}
)

_REQUEST = re.compile(r"^_*(req|request)\d?$", re.I)
_SERVERS = frozenset(name for name, package in PACKAGES.items() if package.fate is not Fate.LEFT)


class Contents:
    """Notes, for every element that was not carried over, its obstacles and what it runs."""

    def __init__(
        self, reading: Reading, moved: Moved, at: Callable[[str, int], Element | None], known: Callable[[str], bool]
    ) -> None:
        self._reading, self._workspace = reading, reading.workspace
        self._moved, self._at, self._known = moved, at, known
        self._sites: dict[str, list[tuple[int, str]]] = {}

    def read(self, element: Element) -> None:
        """Fill in `calls` and `obstacle`."""
        if element.node is None or element.kind in (Kind.PIECE, Kind.ROUTE, Kind.IMPORT, Kind.EXPORT, Kind.FILE):
            return
        file = self._workspace.source(element.file)
        if element.kind in (Kind.USE, Kind.MOUNT):
            self._middleware(element, file)
        self._database(element, file)
        self._functions(element, file)
        self._globals(element, file)
        for reference in self._references(element, file):
            self._reference(element, file, reference)

    # ---- what it holds ----------------------------------------------------------------------------

    def _middleware(self, element: Element, file: SourceFile) -> None:
        for middleware in self._moved.unsettled.get(file.path, []):
            offset = file.offset(middleware.place.line, middleware.place.column)
            if element.span.start <= offset < element.span.end and element.outside_inner(offset):
                what = "static files" if middleware.role is Role.STATIC else f"`{middleware.name}`"
                element.refuse(f"{what}, which is not carried over")

    def _database(self, element: Element, file: SourceFile) -> None:
        for query in self._reading.queries(file.path):
            own = element.span.holds(query.call) and element.outside_inner(query.call.start)
            if own and query.op not in (Op.CONNECT, Op.CLOCK):
                element.refuse(f"`{query.name}` outside of any migrated route")
        for offset, name in self._sites_in(file):
            if element.span.start <= offset < element.span.end and element.outside_inner(offset):
                if name.startswith("setTimeout") and "process.exit" in _text(element):
                    continue
                element.refuse(f"`{name}`")

    def _sites_in(self, file: SourceFile) -> list[tuple[int, str]]:
        """Calls of other libraries, by offset."""
        if file.path not in self._sites:
            found = self._reading.sites(file.path).items
            self._sites[file.path] = [(file.offset(item.source.line, item.source.column), item.name) for item in found]
        return self._sites[file.path]

    def _functions(self, element: Element, file: SourceFile) -> None:
        """Functions that take a request answer it, or decide about it: they stay unless their work was carried over."""
        for node in self._own(element, *FUNCTION_KINDS):
            if (file.path, span_of(node).start) in self._moved.settled:
                continue
            takes = any(_REQUEST.match(parameter.pattern.text()) for parameter in parameters(node))
            if takes and not _is_wrapped(node) and not self._configures(file, node):
                element.refuse("a function that takes a request")

    def _configures(self, file: SourceFile, node: SgNode) -> bool:
        """An option of a package such as `cors` or `morgan`."""
        for call in node.ancestors():
            callee = call.field("function") if call.kind() == "call_expression" else None
            base = member_path(callee)[0] if callee is not None else None
            binding = file.bindings.resolve(base) if base is not None and base.kind() == "identifier" else None
            if binding is not None and binding.imported is not None and binding.imported.module in _SERVERS:
                return True
        return False

    def _globals(self, element: Element, file: SourceFile) -> None:
        assert element.node is not None
        for name in file.bindings.free(element.node).globals:
            if name in _HOST or GLOBALS.get(name) is Nature.PURE:
                continue
            for node in self._own(element, "identifier", "shorthand_property_identifier"):
                if node.text() == name and file.bindings.resolve(node) is None:
                    if name.startswith("setTimeout") and "process.exit" in _text(element):
                        continue
                    element.refuse(f"`{name}`")
                    break

    def _own(self, element: Element, *kinds: str) -> Iterator[SgNode]:
        """Nodes of the element that lie in none of its inner elements."""
        assert element.node is not None
        for node in find_all(element.node, *kinds):
            start = span_of(node).start
            if element.span.start <= start < element.span.end and element.outside_inner(start):
                yield node

    # ---- what it refers to ------------------------------------------------------------------------

    def _references(self, element: Element, file: SourceFile) -> Iterator[SgNode]:
        assert element.node is not None
        for binding in file.bindings.free(element.node).bindings:
            if not binding.is_top_level:
                continue
            for reference in file.bindings.references_in(binding, element.node):
                start = span_of(reference).start
                own = element.span.start <= start < element.span.end and element.outside_inner(start)
                if own and reference.kind() != "type_identifier" and not self._is_receiver(element, file, reference):
                    yield reference

    def _is_receiver(self, element: Element, file: SourceFile, reference: SgNode) -> bool:
        """The router that a registration is made on, or that is mounted: the survey connects those."""
        if element.kind is Kind.MOUNT and self._moved.objects is not None:
            return self._moved.objects.router_of(file, reference) is not None
        if element.kind not in (Kind.USE, Kind.CHAIN):
            return False
        return any(
            registration.router is not None and span_of(registration.call).start == span_of(reference).start
            for registration in self._moved.registrations.get(file.path, [])
        )

    def _reference(self, element: Element, file: SourceFile, reference: SgNode) -> None:
        binding = file.bindings.resolve(reference)
        found = binding.imported if binding is not None else None
        if found is not None and (found.type_only or not self._is_code(element, file, found.module)):
            return
        for expression in reversed(_chain(reference)):
            called = self._workspace.function_of(file.path, expression)
            if isinstance(called, External):
                self._package(element, called.module)
            if isinstance(called, FunctionRef):
                is_called = call_of(expression) is not None
                self._runs(element, self._at(called.file, span_of(called.node).start), expression, is_called)
            if isinstance(called, External | FunctionRef):
                break
        if binding is not None and found is None:
            self._runs(element, self._at(file.path, binding.start), reference, False)
        elif found is not None:
            meaning = self._workspace.meaning_of(file.path, reference)
            if isinstance(meaning, Declared):
                self._runs(element, self._at(meaning.file, span_of(meaning.node).start), reference, False)

    def _runs(self, element: Element, target: Element | None, expression: SgNode, is_called: bool) -> None:
        if target is element:
            return
        if target is None:
            element.refuse(f"`{shortened(expression)}`, which stays")
        elif target.kind is Kind.PIECE and is_called and element.kind not in (Kind.USE, Kind.MOUNT):
            element.refuse(f"a call of `{shortened(expression)}` outside of any route")
        elif target.kind is not Kind.FILE:
            element.calls.append(target)

    def _is_code(self, element: Element, file: SourceFile, module: str) -> bool:
        """Is it a file of the repository whose code is to be followed? What a package does is known at once."""
        match self._workspace.resolve_import(file.path, module):
            case InFile(path):
                if not self._known(path):
                    element.refuse(f"what `{path}` exports")
                    return False
                return True
            case Asset():
                return False
            case Builtin() | InPackage():
                self._package(element, module)
                return False
            case _:
                element.refuse(f"`{module}`, which was not found")
                return False

    def _package(self, element: Element, module: str) -> None:
        if not _serves(module.removeprefix("node:")):
            element.refuse(f"the package {module}")


def _serves(module: str) -> bool:
    package = package_name(module)
    if package in _SERVING | _STARTING | _DRIVERS | _SERVERS | LOGGERS | ASYNC_PACKAGES:
        return True
    if package.startswith(("@prisma/", "winston-", "pino-")):
        return True
    return package_nature(module) in (Nature.PURE, Nature.ERASED)


def _is_wrapped(node: SgNode) -> bool:
    """The inner function of an error-forwarding wrapper (`asyncHandler`)."""
    outer = enclosing(node, FUNCTION_KINDS)
    return outer is not None and forwarded_parameter(outer, node) is not None


def _chain(node: SgNode) -> list[SgNode]:
    """`a`, `a.b`, `a.b.c`, shortest first."""
    chain, current = [node], node
    while (parent := current.parent()) is not None:
        target = parent.field("object") if parent.kind() == "member_expression" else None
        if target is None or span_of(target) != span_of(current):
            return chain
        chain.append(parent)
        current = parent
    return chain


def _text(element: Element) -> str:
    return element.node.text() if element.node is not None else ""
