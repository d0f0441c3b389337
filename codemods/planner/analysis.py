"""What one piece of source needs and does: the pieces it uses, packages, database calls, timers, effects, obstacles."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.ir.query import READS, Op, Query
from codemods.ir.table import Schema
from codemods.planner.clients import client_parameter
from codemods.planner.errors import extends_error
from codemods.planner.pieces import (
    Piece,
    PieceKey,
    PieceKind,
    declaration_piece,
    function_piece,
    is_function_call,
    own_this,
)
from codemods.planner.problems import Problem
from codemods.planner.runtimes import GLOBALS, LOGGERS, VALUE_METHODS, Nature, package_nature
from codemods.planner.types import declared_type, type_of
from codemods.source import Binding, SourceFile, Span, find_all, member, parameters, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS
from codemods.workspace import Asset, Declared, External, FunctionRef, Global, InFile, InPackage, Missing, Workspace


class Effect(StrEnum):
    """What running a piece does."""

    READS = "reads"
    WRITES = "writes"
    SCHEDULES = "schedules"


class Style(StrEnum):
    """How a use names its target."""

    DIRECT = "direct"
    NAMESPACE = "namespace"
    """`service.create`: the object before the last name becomes a module namespace."""
    THIS = "this"


@dataclass(frozen=True, slots=True)
class PieceUse:
    """One use of another piece. `span` is the whole expression that names it; `call` the call it is the callee of."""

    target: PieceKey
    span: Span
    local: str
    style: Style
    call: Span | None
    type_only: bool = False


@dataclass(frozen=True, slots=True)
class PackageUse:
    """One imported name of a package that the piece keeps."""

    module: str
    imported: str
    local: str
    type_only: bool


@dataclass(frozen=True, slots=True)
class Replaced:
    """Framework code that is written differently: an expression, its new text, and the import that goes with it."""

    span: Span
    text: str
    module: str | None = None
    name: str | None = None
    type_only: bool = False


@dataclass(frozen=True, slots=True)
class Timer:
    """A setTimeout that is a background job."""

    call: Span
    callback: Span
    delay: Span | None


@dataclass(slots=True)
class Facts:
    """Everything that was found out about one piece."""

    piece: Piece
    uses: list[PieceUse] = field(default_factory=list)
    packages: list[PackageUse] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    effects: set[Effect] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    client: int | None = None
    """The index of the parameter that is a database client."""

    @property
    def queries_now(self) -> list[Query]:
        """The database calls of the piece itself, without those of the jobs that it schedules."""
        return [query for query in self.queries if not any(t.callback.holds(query.call) for t in self.timers)]


class Analyser:
    """Analyses pieces of a workspace, each once."""

    def __init__(
        self,
        workspace: Workspace,
        schema: Schema,
        queries_of: Callable[[str], list[Query]],
        is_job: Callable[[SourceFile, SgNode], bool],
    ) -> None:
        self._workspace = workspace
        self._schema = schema
        self._queries_of = queries_of
        self._is_job = is_job
        self._known: dict[PieceKey, Facts] = {}
        self._handlers: dict[PieceKey, Callable[[], Sequence[Span]]] = {}
        self.pieces: dict[PieceKey, Piece] = {}

    def facts(
        self, piece: Piece, handler: bool = False, erased: Sequence[Span] = (), framework: Collection[str] = ()
    ) -> Facts:
        """The facts of a piece. For a handler, request, response and `next` are left to their own readers.

        `erased` spans hold framework code that its writer replaces; calls on `framework` names are left to it too.
        """
        if piece.key not in self._known:
            self.pieces[piece.key] = piece
            facts = Facts(piece)
            self._known[piece.key] = facts
            if piece.key in self._handlers:
                handler, erased = True, self._handlers[piece.key]()
            _Scan(self, facts, handler, tuple(erased), framework).run()
        return self._known[piece.key]

    def note_handler(self, piece: Piece, erased: Callable[[], Sequence[Span]]) -> None:
        """Treat a piece as a handler if its facts are ever asked for: it may be reached from another one."""
        self._handlers.setdefault(piece.key, erased)

    @property
    def workspace(self) -> Workspace:
        return self._workspace

    @property
    def schema(self) -> Schema:
        return self._schema

    def queries_in(self, file: str, span: Span) -> list[Query]:
        return [query for query in self._queries_of(file) if span.holds(query.call)]

    def is_job(self, file: SourceFile, call: SgNode) -> bool:
        return self._is_job(file, call)


class _Scan:
    """One walk over a piece."""

    def __init__(
        self, analyser: Analyser, facts: Facts, handler: bool, erased: tuple[Span, ...], framework: Collection[str]
    ) -> None:
        self._analyser, self._facts = analyser, facts
        self._workspace = analyser.workspace
        piece = facts.piece
        self._file = self._workspace.source(piece.key.file)
        self._node = piece.node
        self._handler = handler
        self._span = span_of(piece.node)
        self._skipped = [*self._erased_spans(), *erased]
        own = {p.name for p in parameters(piece.node)[:4] if p.name is not None} if handler else set()
        self._own_parameters = own | set(framework)

    def run(self) -> None:
        self._database()
        for binding in self._file.bindings.free(self._node).bindings:
            for reference in self._file.bindings.references_in(binding, self._node):
                if not self._is_erased(span_of(reference)):
                    self._reference(binding, reference)
        for name in self._file.bindings.free(self._node).globals:
            self._global(name)
        self._this()
        self._calls()

    def _problem(self, node: SgNode | int, code: str, text: str) -> None:
        problem = Problem(code, text, self._file.place(node))
        if problem not in self._facts.problems:
            self._facts.problems.append(problem)

    # ---- what is left to others -----------------------------------------------------------------

    def _erased_spans(self) -> list[Span]:
        """Parameter and return types of a handler: they name framework types that fall away."""
        if not self._handler:
            return []
        given = self._node.field("parameters") or self._node.field("parameter")
        returned = self._node.field("return_type")
        return [span_of(node) for node in (given, returned) if node is not None]

    def _is_erased(self, span: Span) -> bool:
        return any(erased.holds(span) for erased in self._skipped)

    # ---- database -------------------------------------------------------------------------------

    def _database(self) -> None:
        self._facts.queries = self._analyser.queries_in(self._file.path, self._span)
        self._query_starts = {query.call.start for query in self._facts.queries}
        self._facts.client = None if self._handler else client_parameter(self._node, self._facts.queries)
        if self._facts.client is not None:
            self._skipped.append(span_of(parameters(self._node)[self._facts.client].node))
        if self._facts.piece.kind is PieceKind.DECLARATION and self._facts.queries:
            first = self._facts.queries[0]
            self._problem(first.call.start, "CX307", f"{first.name} is called where nothing can be carried over")
        for query in self._facts.queries:
            for reason in query.unsupported:
                self._problem(query.call.start, "CX301", f"{query.name}: {reason}")
            if query.op is Op.RAW:
                self._problem(query.call.start, "CX305", f"{query.name} is raw SQL")
            if query.op in READS:
                self._facts.effects.add(Effect.READS)
            elif query.op not in (Op.RAW, Op.TRANSACTION, Op.CONNECT):
                self._facts.effects.add(Effect.WRITES)

    # ---- names ----------------------------------------------------------------------------------

    def _reference(self, binding: Binding, reference: SgNode) -> None:
        if span_of(reference).start in self._query_starts:
            return
        if binding.imported is not None:
            target = self._workspace.resolve_import(self._file.path, binding.imported.module)
            if isinstance(target, Asset):
                self._problem(reference, "CX105", f"imports the file `{binding.imported.module}`")
            elif isinstance(target, Missing):
                self._problem(reference, "CX105", f"imports `{binding.imported.module}`, which was not found")
            elif isinstance(target, InFile):
                self._repository(binding, reference)
            else:
                self._package(binding, reference, target.module if isinstance(target, InPackage) else None)
            return
        if binding.scope is not self._file.bindings.module:
            self._problem(reference, "CX105", f"uses `{binding.name}` of the function around it")
            return
        self._repository(binding, reference)

    def _repository(self, binding: Binding, reference: SgNode) -> None:
        """A name of this repository: a function, a namespace of functions, or a declaration."""
        if reference.kind() == "type_identifier":
            found = type_of(self._workspace, self._file.path, binding)
            if found is None:
                self._problem(reference, "CX105", f"uses the type `{reference.text()}`, which cannot be followed")
            else:
                self._declared(declared_type(found), reference)
            return
        chain = _member_chain(reference)
        for expression in reversed(chain):
            target = self._workspace.function_of(self._file.path, expression)
            if isinstance(target, FunctionRef):
                self._function_use(target, expression, reference, direct=span_of(expression) == span_of(reference))
                return
            if isinstance(target, External) and target.module.split("/")[0] in LOGGERS:
                self._logger(reference, expression)
                return
        self._declaration_use(reference)

    def _function_use(self, target: FunctionRef, expression: SgNode, reference: SgNode, direct: bool) -> None:
        owner = target.owner_class
        if owner is not None and extends_error(self._workspace, target.file, owner):
            self._declaration_use(reference)
            return
        file = self._workspace.source(target.file)
        piece = function_piece(file, target.node)
        if piece is None or piece.kind is PieceKind.INLINE:
            self._problem(expression, "CX105", f"calls `{expression.text()}`, which is made inside another function")
            return
        self._analyser.pieces.setdefault(piece.key, piece)
        call = is_function_call(expression)
        style = Style.DIRECT if direct else Style.NAMESPACE
        self._facts.uses.append(
            PieceUse(
                piece.key, span_of(expression), reference.text(), style, span_of(call) if call is not None else None
            )
        )

    def _declaration_use(self, reference: SgNode) -> None:
        meaning = self._workspace.meaning_of(self._file.path, reference)
        if isinstance(meaning, External):
            if meaning.module.split("/")[0] in LOGGERS:
                self._logger(reference, reference)
                return
            self._external(meaning.module, reference, f"`{reference.text()}`")
            return
        if isinstance(meaning, Declared):
            self._declared(meaning, reference)
            return
        reason = meaning.reason if not isinstance(meaning, Global) else "it is a global"
        self._problem(reference, "CX201", f"uses `{reference.text()}`: {reason}")

    def _declared(self, meaning: Declared, reference: SgNode) -> None:
        file = self._workspace.source(meaning.file)
        binding = meaning.binding
        declared = binding.declaration if binding is not None else meaning.node
        piece = declaration_piece(file, declared, meaning.name or reference.text())
        if piece is None or binding is None:
            self._problem(reference, "CX105", f"uses `{reference.text()}`, which cannot be moved")
            return
        if binding.reassigned or _is_state(file, binding):
            self._problem(reference, "CX104", f"`{reference.text()}` is state in the memory of the server")
            return
        type_only = reference.kind() == "type_identifier"
        self._analyser.pieces.setdefault(piece.key, piece)
        self._facts.uses.append(
            PieceUse(piece.key, span_of(reference), reference.text(), Style.DIRECT, None, type_only)
        )

    # ---- packages -------------------------------------------------------------------------------

    def _package(self, binding: Binding, reference: SgNode, module: str | None) -> None:
        """`module` is the package that the import leads to, which a generated client's path does not name."""
        found = binding.imported
        assert found is not None
        if found.module.split("/")[0] in LOGGERS:
            self._logger(reference, reference)
            return
        if "@prisma/client" in (found.module, module):
            self._prisma(found.imported, reference)
            return
        if found.type_only and package_nature(found.module) is not Nature.PURE:
            self._problem(reference, "CX105", f"uses the type `{reference.text()}` of {found.module}")
            return
        if self._external(found.module, reference, f"`{reference.text()}`"):
            type_only = found.type_only or reference.kind() == "type_identifier"
            imported = "default" if _is_used_whole(binding) else found.imported
            self._facts.packages.append(PackageUse(found.module, imported, found.local, type_only))

    def _external(self, module: str, node: SgNode, what: str) -> bool:
        """Note what using a package means; True when the use can stay as it is."""
        nature = package_nature(module)
        code, text = {
            Nature.PURE: ("", ""),
            Nature.OUTSIDE: ("CX202", f"calls {module}"),
            Nature.NODE: ("CX501", f"uses {module}"),
            Nature.ERASED: ("CX105", f"uses {what} of {module}"),
            Nature.UNKNOWN: ("CX208", f"uses the package {module}"),
        }[nature]
        if code:
            self._problem(node, code, text)
        return not code

    def _prisma(self, imported: str, reference: SgNode) -> None:
        """Types and enums of the generated client, and its error class."""
        schema = self._analyser.schema
        if schema.table(imported) is not None:
            self._facts.replaced.append(Replaced(span_of(reference), "", f"table:{imported}", imported, True))
        elif schema.enum(imported) is not None:
            self._facts.replaced.append(
                Replaced(span_of(reference), "", "enums", imported, reference.kind() == "type_identifier")
            )
        elif imported == "Prisma" and (chain := _member_chain(reference)[-1]).text().endswith("KnownRequestError"):
            self._facts.replaced.append(Replaced(span_of(chain), "DatabaseError", "errors", "DatabaseError"))
        else:
            self._problem(reference, "CX105", f"uses `{_outer_name(reference)}` of the Prisma client")

    def _logger(self, reference: SgNode, expression: SgNode) -> None:
        """Loggers become the console, whose lines Convex keeps."""
        top = _member_chain(reference)[-1]
        call = is_function_call(top)
        parts = member(top)
        method = parts[1] if parts is not None else ""
        console = LOGGERS_METHODS.get(method)
        if call is None or console is None or parts is None:
            self._problem(reference, "CX105", f"uses the logger `{expression.text()}`")
            return
        self._facts.replaced.append(Replaced(span_of(top), f"console.{console}"))

    # ---- globals --------------------------------------------------------------------------------

    def _global(self, name: str) -> None:
        nature = GLOBALS.get(name, Nature.UNKNOWN)
        if nature is Nature.PURE or name in self._own_parameters:
            return
        for node in self._identifiers(name):
            if self._is_erased(span_of(node)):
                continue
            if name == "setTimeout" and self._timer(node):
                continue
            if name == "process" and self._environment(node):
                continue
            code, text = {
                Nature.OUTSIDE: ("CX202", f"calls {name}"),
                Nature.NODE: ("CX501", f"uses `{_outer_name(node)}`"),
                Nature.ERASED: ("CX502", f"uses {name}"),
            }.get(nature, ("CX201", f"uses the global `{name}`"))
            self._problem(node, code, text)

    def _identifiers(self, name: str) -> list[SgNode]:
        found = find_all(self._node, "identifier", "type_identifier", "shorthand_property_identifier")
        return [node for node in found if node.text() == name and self._file.bindings.resolve(node) is None]

    def _environment(self, node: SgNode) -> bool:
        """`process.env.NAME` becomes the declared `env.NAME`; a secret may have no fallback in the code."""
        chain = _member_chain(node)
        names = [parts[1] for expression in chain[1:3] if (parts := member(expression)) is not None]
        if len(names) < 2 or names[0] != "env" or not names[1].isidentifier():
            return False
        if names[1] == "NODE_ENV":
            return True
        top = chain[2]
        parent = top.parent()
        right = parent.field("right") if parent is not None and parent.kind() == "binary_expression" else None
        if right is not None and right.kind() in ("string", "template_string") and _SECRET.search(names[1]):
            self._problem(node, "CX803", f"falls back to a literal for the secret `{names[1]}`")
        self._facts.replaced.append(Replaced(span_of(top), f"env.{names[1]}", "env", names[1]))
        return True

    def _timer(self, node: SgNode) -> bool:
        call = is_function_call(node)
        if call is None or not self._analyser.is_job(self._file, call):
            return False
        given = [c for c in (call.field("arguments") or call).children() if c.is_named() and c.kind() != "comment"]
        callback = unwrap(given[0]) if given else None
        statement = call.parent()
        if callback is None or callback.kind() not in FUNCTION_KINDS or statement is None:
            return False
        if statement.kind() != "expression_statement":
            return False
        delay = span_of(given[1]) if len(given) > 1 else None
        self._facts.timers.append(Timer(span_of(call), span_of(callback), delay))
        self._facts.effects.add(Effect.SCHEDULES)
        return True

    # ---- this -----------------------------------------------------------------------------------

    def _this(self) -> None:
        if self._facts.piece.kind is PieceKind.DECLARATION:
            return
        for node in find_all(self._node, "this"):
            span = span_of(node)
            if span.start in self._query_starts or not own_this(self._node, node):
                continue
            self._this_use(node)

    def _this_use(self, node: SgNode) -> None:
        for expression in reversed(_member_chain(node)):
            target = self._workspace.function_of(self._file.path, expression)
            if isinstance(target, FunctionRef):
                piece = function_piece(self._workspace.source(target.file), target.node)
                if piece is None or piece.kind is PieceKind.INLINE:
                    break
                self._analyser.pieces.setdefault(piece.key, piece)
                call = is_function_call(expression)
                parts = member(expression)
                holder = member(parts[0]) if parts is not None else None
                local = holder[1] if holder is not None else ""
                self._facts.uses.append(
                    PieceUse(piece.key, span_of(expression), local, Style.THIS, span_of(call) if call else None)
                )
                return
            if isinstance(target, External) and target.module.split("/")[0] in LOGGERS:
                self._logger(node, expression)
                return
        self._problem(node, "CX206", f"uses `{_member_chain(node)[-1].text()}`")

    # ---- calls of values --------------------------------------------------------------------------

    def _calls(self) -> None:
        """Calls whose receiver is a local value: built-in methods are harmless, everything else has to be known."""
        handled = [use.span for use in self._facts.uses] + [r.span for r in self._facts.replaced]
        starts = {span.start for span in handled}
        for call in find_all(self._node, "call_expression"):
            callee = call.field("function")
            if callee is None or span_of(call).start in self._query_starts or self._is_erased(span_of(call)):
                continue
            if callee.kind() == "import":
                self._problem(call, "CX105", f"loads `{_short(call)}` while it runs")
                continue
            parts = member(callee)
            if parts is None or span_of(callee).start in starts or self._is_plain(parts[0], parts[1]):
                continue
            target = self._workspace.callee(self._file.path, call)
            if isinstance(target, Global):
                continue
            if isinstance(target, External):
                self._external(target.module, call, f"`{_short(callee)}`")
            elif isinstance(target, FunctionRef):
                self._problem(call, "CX206", f"calls `{_short(callee)}` on an object made at run time")
            else:
                self._problem(call, "CX201", f"calls `{_short(callee)}`: {target.reason}")

    def _is_plain(self, receiver: SgNode, name: str) -> bool:
        """A built-in method, a call on the request or response, or a call on something other rules looked at."""
        base = receiver
        while (parts := member(base)) is not None or base.kind() == "call_expression":
            inner = parts[0] if parts is not None else base.field("function")
            if inner is None:
                break
            base = unwrap(inner)
        if base.kind() == "identifier":
            binding = self._file.bindings.resolve(base)
            if binding is None:
                return base.text() in GLOBALS
            if binding.name in self._own_parameters:
                return True
            if binding.imported is not None:
                return True
        return name in VALUE_METHODS


LOGGERS_METHODS = {
    "log": "log", "info": "info", "http": "info", "verbose": "debug", "debug": "debug", "silly": "debug",
    "trace": "debug", "warn": "warn", "error": "error", "fatal": "error",
}  # fmt: skip
"""Methods of logging packages, and the console's."""


def _member_chain(node: SgNode) -> list[SgNode]:
    """`a`, `a.b`, `a.b.c`: the node and every member expression that starts with it, shortest first."""
    chain, current = [node], node
    while (parent := current.parent()) is not None:
        if parent.kind() in ("non_null_expression", "parenthesized_expression"):
            current = parent
            continue
        parts = member(parent) if parent.kind() in ("member_expression", "subscript_expression") else None
        if parts is None or span_of(parts[0]) != span_of(current):
            if parent.kind() == "nested_type_identifier":
                chain.append(parent)
            break
        chain.append(parent)
        current = parent
    return chain


def _is_used_whole(binding: Binding) -> bool:
    """`const slugify = require("slugify")`, which is called itself: the module's exports are its default."""
    found = binding.imported
    if found is None or found.style != "require" or found.imported != "*":
        return False
    return any(len(_member_chain(reference)) == 1 for reference in binding.references)


def _outer_name(node: SgNode) -> str:
    return _short(_member_chain(node)[-1])


def _short(node: SgNode) -> str:
    text = " ".join(node.text().split())
    return text if len(text) <= 60 else text[:57] + "…"


_SECRET = re.compile(r"SECRET|PASSWORD|TOKEN|PRIVATE|API_?KEY", re.I)


def _is_written(node: SgNode) -> bool:
    """`sessions[token] = 1`, `counts[key]++`, `delete cache[key]`."""
    parent = node.parent()
    if parent is None:
        return False
    if parent.kind() in ("assignment_expression", "augmented_assignment_expression"):
        left = parent.field("left")
        return left is not None and span_of(left) == span_of(node)
    return parent.kind() == "update_expression" or parent.text().startswith("delete ")


_MUTATORS = frozenset({"set", "add", "delete", "clear", "push", "pop", "shift", "unshift", "splice", "fill", "sort"})


def _is_state(file: SourceFile, binding: Binding) -> bool:
    """A module constant whose content changes: a cache, a counter, a list that handlers push to."""
    for reference in binding.references:
        chain = _member_chain(reference)
        top = chain[-1]
        above = top.parent()
        if above is not None and above.kind() == "subscript_expression" and _is_written(above):
            return True
        parent = top.parent()
        if (
            len(chain) > 1
            and parent is not None
            and parent.kind()
            in (
                "assignment_expression",
                "augmented_assignment_expression",
                "update_expression",
            )
        ):
            target = parent.field("left") or parent.field("argument")
            if target is not None and span_of(target) == span_of(top):
                return True
        parts = member(top) if len(chain) == 2 else None
        if parts is not None and parts[1] in _MUTATORS and is_function_call(top) is not None:
            value = unwrap(binding.value) if binding.value is not None else None
            if value is not None and value.kind() in ("array", "new_expression", "object"):
                return True
    return False
