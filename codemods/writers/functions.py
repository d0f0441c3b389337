"""Pieces of source as Convex code: handlers become registered functions, helpers get a `ctx`, everything else moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ast_grep_py import SgNode

from codemods.planner.captured import Captured, NotPlainError, captured_by
from codemods.planner.clients import argument_at, stray_clients
from codemods.planner.closure import Closure
from codemods.planner.facts import Facts, PieceUse, Style, Timer
from codemods.planner.ids import IdFlow
from codemods.planner.pieces import Piece, PieceKey, PieceKind, context_name, with_comments
from codemods.planner.problems import Problem
from codemods.planner.replies import Delegate
from codemods.planner.routes import RoutePlan
from codemods.source import Edit, SourceFile, Span, find_all, named, parameters, render, span_of, unwrap
from codemods.source.tree import FUNCTION_KINDS
from codemods.workspace import Workspace
from codemods.writers.answers import answer_edits
from codemods.writers.code import ImportSpec
from codemods.writers.database import DatabaseEdits, is_floating, transaction_parameters
from codemods.writers.delegates import delegate_edits
from codemods.writers.errors import error_class_edits
from codemods.writers.library import spec_of
from codemods.writers.parsing import parse_edits
from codemods.writers.shifting import indent_unit, reindented, without_useless_catch

SERVER = "convex:_generated/server"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where pieces go: module (`model/books`) by source file, and the emitted name by piece."""

    modules: Mapping[str, str]
    names: Mapping[PieceKey, str]

    def module(self, key: PieceKey) -> str:
        return self.modules[key.file]

    def name(self, piece: Piece) -> str:
        return self.names.get(piece.key) or piece.name or "handler"


@dataclass(slots=True)
class Written:
    """The text of one piece with everything that it needs around it."""

    text: str
    imports: list[ImportSpec] = field(default_factory=list)
    runtime: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    env: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Job:
    """A scheduled function cut out of a setTimeout: its name, validators by argument, and body."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Context:
    """What writing needs to know of the whole plan."""

    workspace: Workspace
    closure: Closure
    placement: Placement
    ids: IdFlow
    database: Mapping[PieceKey, DatabaseEdits]
    args_text: Callable[[RoutePlan], tuple[str, list[ImportSpec]]]
    job_validator: Callable[[SourceFile, Span], str]
    jobs: dict[str, set[str]] = field(default_factory=dict)
    """By module, the names that its functions have; filled while jobs get theirs."""
    delegates: Mapping[PieceKey, Delegate] = field(default_factory=dict)
    """Functions that answer for their callers."""
    enums_module: str = "convex:lib/enums"


class PieceWriter:
    """Writes one piece. Everything is spliced from the source text; only what has to change is written anew."""

    def __init__(
        self,
        context: Context,
        piece: Piece,
        route: RoutePlan | None = None,
        extra: Sequence[Edit] = (),
        module: str | None = None,
    ) -> None:
        """`extra` edits come on top of what is found in the piece; with `module` it is an expression there."""
        self._context, self._piece, self._route = context, piece, route
        self._expression = module is not None
        self._file = context.workspace.source(piece.key.file)
        self._facts: Facts = context.closure.facts(piece.key, handler=route is not None)
        self._edits: list[Edit] = list(extra)
        self._stays = bool(extra)
        """Runs at the edge itself, so that what it throws crosses no function boundary."""
        self._written = Written("")
        self._module = module or context.placement.module(piece.key)
        self._ctx = context_name(self._file, piece.node)
        self._clients: list[Span] = []

    def write(self) -> Written:
        self._database()
        for use in self._facts.uses:
            self._use(use)
        for stray in stray_clients(
            self._file, self._piece.node, self._facts.client, self._facts.queries, self._clients
        ):
            self._problem("CX105", f"passes the database client `{stray.text()}` on", span_of(stray))
        self._packages()
        self._replacements()
        self._edits += self._context.ids.edits_in(self._file.path, self._piece.span)
        self._plain_errors()
        self._parses()
        delegate = self._context.delegates.get(self._piece.key)
        if delegate is not None:
            self._edits += delegate_edits(self._file, delegate, self._library)
        if self._route is not None and self._route.request is not None:
            self._edits += self._route.request.edits
        for timer in self._facts.timers:
            self._timer(timer)
        if self._expression:
            text = self._render(span_of(self._piece.node))
        else:
            text = self._handler() if self._route is not None else self._plain()
        self._written.text = text
        return self._written

    # ---- parts that all pieces share -----------------------------------------------------------------

    def _import(self, module: str, name: str, local: str = "", type_only: bool = False) -> None:
        self._written.imports.append(ImportSpec(module, name, local, type_only))

    def _library(self, name: str) -> str:
        """Import a declaration of the library; gives its local name, since the source may use the name itself."""
        local = name if name not in names_in(self._file) else f"convex{name[:1].upper()}{name[1:]}"
        local = f"C{local[1:]}" if name[:1].isupper() and local != name else local
        self._written.runtime.add(name)
        self._written.imports.append(spec_of(name, local if local != name else ""))
        return local

    def _problem(self, code: str, text: str, span: Span) -> None:
        self._written.problems.append(Problem(code, text, self._file.place(span.start)))

    def _database(self) -> None:
        found = self._context.database.get(self._piece.key)
        if found is None:
            return
        self._edits += found.edits
        self._written.imports += found.imports
        self._written.runtime |= found.runtime
        for callback in transaction_parameters(self._file, self._facts.queries):
            self._drop_parameters(callback)

    def _drop_parameters(self, callback: Span) -> None:
        """`async (tx) => …` → `async () => …`: the transaction is the mutation itself."""
        node = _function_at(self._piece.node, callback)
        given = node.field("parameters") if node is not None else None
        single = node.field("parameter") if node is not None else None
        if given is not None:
            self._edits.append(Edit.replace(span_of(given), "()"))
        elif single is not None:
            self._edits.append(Edit.replace(span_of(single), "()"))

    def _use(self, use: PieceUse) -> None:
        target = self._context.closure.piece(use.target)
        name, module = self._context.placement.name(target), self._context.placement.module(use.target)
        here = module == self._module
        if use.style is Style.DIRECT:
            self._direct(use, name, module, here)
        else:
            self._through_namespace(use, name, module, here)
        if self._context.closure.needs_context(use.target):
            self._pass_context(use)

    def _direct(self, use: PieceUse, name: str, module: str, here: bool) -> None:
        if here:
            if use.local != name:
                self._rename(use.span, use.local, name)
            return
        local = use.local
        if local in self._own_names():
            stem = module.rsplit("/", 1)[-1]
            local = f"{local}Of{stem[:1].upper()}{stem[1:]}"
            self._rename(use.span, use.local, local)
        self._import(f"convex:{module}", name, local if local != name else "", use.type_only)

    def _own_names(self) -> set[str]:
        """What the module itself exports, which no import may be called."""
        placement = self._context.placement
        return {name for key, name in placement.names.items() if placement.modules.get(key.file) == self._module}

    def _rename(self, span: Span, local: str, name: str) -> None:
        shorthand = _is_shorthand(self._file, span)
        self._edits.append(Edit.replace(span, f"{local}: {name}" if shorthand else name))

    def _through_namespace(self, use: PieceUse, name: str, module: str, here: bool) -> None:
        if here:
            text = name
            if _declares(self._piece.node, name):
                self._problem("CX107", f"`{name}` is also a local name", use.span)
        else:
            parts = self._file.slice(use.span).replace("?.", ".").replace("!", "").split(".")
            alias = re.sub(r"\W", "", parts[-2]) if len(parts) > 1 and parts[-2] != "this" else ""
            alias = alias or module.rsplit("/", 1)[-1]
            if _declares(self._piece.node, alias) or alias in self._own_names():
                alias = f"{alias}Model"
            self._import(f"convex:{module}", "*", alias)
            text = f"{alias}.{name}"
        if self._file.slice(use.span) != text:
            self._edits.append(Edit.replace(use.span, text))

    def _pass_context(self, use: PieceUse) -> None:
        if use.call is None:
            self._problem("CX210", f"`{self._file.slice(use.span)}` is passed on as a value", use.span)
            return
        if is_floating(self._file, use.call):
            text = f"`{self._file.slice(use.span)}` is called and not awaited"
            self._problem("CX209", text, use.span)
        call = self._file.slice(Span(use.span.end, use.call.end))
        opening = use.span.end + call.index("(") + 1
        empty = self._file.text[opening : use.call.end - 1].strip() == ""
        client = self._context.closure.facts(use.target).client
        dropped = argument_at(self._piece.node, use.call, client) if client is not None else None
        if dropped is not None:
            self._clients.append(dropped)
            self._edits.append(Edit.delete(dropped))
            empty = not (
                self._file.text[opening : dropped.start] + self._file.text[dropped.end : use.call.end - 1]
            ).strip()
        self._edits.append(Edit.insert(opening, self._ctx if empty else f"{self._ctx}, "))

    def _packages(self) -> None:
        for use in self._facts.packages:
            local = use.local if use.local != use.imported or use.imported in ("default", "*") else ""
            self._import(use.module, use.imported, local, use.type_only)

    def _replacements(self) -> None:
        for replaced in self._facts.replaced:
            module = replaced.module
            if module is None:
                self._edits.append(Edit.replace(replaced.span, replaced.text))
                continue
            if module == "env":
                self._edits.append(Edit.replace(replaced.span, replaced.text))
                self._import(SERVER, "env")
                self._written.env.add(replaced.name or "")
            elif module == "errors":
                self._edits.append(Edit.replace(replaced.span, self._library(replaced.text)))
            elif module.startswith("table:"):
                self._import(f"row:{module.removeprefix('table:')}", replaced.name or "", "", True)
            else:
                self._import(self._context.enums_module, replaced.name or "", "", replaced.type_only)

    def _parses(self) -> None:
        if self._piece.kind is PieceKind.DECLARATION or self._expression or self._stays:
            return
        edits, needed = parse_edits(self._context.workspace, self._file, self._piece.node)
        self._edits += edits
        for name in sorted(needed):
            self._library(name)

    def _plain_errors(self) -> None:
        """`new Error(x)`: class and message only survive a function boundary in an ApplicationError."""
        if self._piece.kind is PieceKind.DECLARATION or self._stays:
            return
        for node in find_all(self._piece.node, "new_expression", "call_expression"):
            maker = node.field("constructor") or node.field("function")
            if maker is None or maker.text() != "Error" or self._file.bindings.resolve(maker) is not None:
                continue
            new = "new " if node.kind() == "call_expression" else ""
            self._edits.append(Edit.replace(span_of(maker), new + self._library("ApplicationError")))
        for node in find_all(self._piece.node, "throw_statement"):
            values = named(node)
            if values and unwrap(values[0]).kind() == "object":
                self._problem("CX207", "throws an object that is no Error", span_of(node))

    # ---- timers ------------------------------------------------------------------------------------------

    def _timer(self, timer: Timer) -> None:
        """`setTimeout(() => f(x.id), ms);` → a scheduled internal mutation that gets what the callback captured."""
        callback = _function_at(self._piece.node, timer.callback)
        body = callback.field("body") if callback is not None else None
        if callback is None or body is None:
            return
        given = parameters(self._piece.node)
        request = given[0].name if self._route is not None and given else None
        try:
            captured = captured_by(self._file, self._piece.node, callback, request, self._context.closure.schema)
        except NotPlainError as refused:
            self._problem("CX502", f"the timer's callback takes along {refused}", timer.call)
            return
        name = self._job_name(callback)
        inner = [edit for edit in self._edits if timer.callback.holds(edit.span)]
        inner = [edit for edit in inner if edit.is_insertion or not any(e.span.holds(edit.span) for e in captured)]
        inner += [self._taken(each) for each in captured]
        rendered = render(self._file.text, inner, span_of(body))
        if rendered.refused:
            self._problem("CX502", "the timer's callback cannot be moved", timer.call)
        text = rendered.text
        fields = {each.name: self._context.job_validator(self._file, each.span) for each in captured}
        block = text if body.kind() == "statement_block" else f"{{\n  await {text};\n}}"
        self._written.jobs.append(Job(name, self._job_text(name, fields, _dedent(block))))
        self._import(SERVER, "internalMutation")
        self._import("convex:_generated/api", "internal")
        if fields:
            self._import("convex/values", "v")
        pairs = {each.name: self._read(each.span) for each in captured}
        values = ", ".join(name if name == value else f"{name}: {value}" for name, value in pairs.items())
        delay = (timer.delay,) if timer.delay is not None else ("0",)
        path = "internal." + self._module.replace("/", ".") + f".{name}"
        after = f", {path}, {{ {values} }})" if values else f", {path})"
        self._edits = [edit for edit in self._edits if not timer.callback.holds(edit.span)]
        self._edits.append(Edit(timer.call, (f"await {self._ctx}.scheduler.runAfter(", *delay, after)))

    def _job_name(self, callback: SgNode) -> str:
        uses = [use for use in self._facts.uses if span_of(callback).holds(use.span)]
        if uses:
            name = self._context.placement.name(self._context.closure.piece(uses[0].target))
            return self._free_job(f"run{name[:1].upper()}{name[1:]}")
        own = self._context.placement.name(self._piece)
        return self._free_job(f"after{own[:1].upper()}{own[1:]}")

    def _free_job(self, wanted: str) -> str:
        """A name that no other function of the module has."""
        placement, closure = self._context.placement, self._context.closure
        here = [
            key
            for key, module in ((key, placement.modules[key.file]) for key in placement.names)
            if module == self._module
        ]
        taken = self._context.jobs.setdefault(self._module, {placement.name(closure.piece(key)) for key in here})
        name = next(
            name for number in range(1, 999) if (name := wanted + (str(number) if number > 1 else "")) not in taken
        )
        taken.add(name)
        return name

    def _taken(self, captured: Captured) -> Edit:
        """`order.id` → `orderId` in the callback."""
        text = self._file.slice(captured.span)
        shorthand = text.isidentifier() and text != captured.name and _is_shorthand(self._file, captured.span)
        return Edit.replace(captured.span, f"{text}: {captured.name}" if shorthand else captured.name)

    def _read(self, span: Span) -> str:
        """An expression outside of the callback, with the request read as arguments."""
        edits = self._route.request.edits if self._route is not None and self._route.request is not None else ()
        return render(self._file.text, [edit for edit in edits if span.holds(edit.span)], span).text

    def _job_text(self, name: str, fields: Mapping[str, str], block: str) -> str:
        arguments = ", ".join(f"{key}: {value}" for key, value in fields.items())
        pattern = f", {{ {', '.join(fields)} }}" if fields else ""
        body = block.replace("\n", "\n  ")
        args = f"{{ {arguments} }}" if fields else "{}"
        return (
            f"export const {name} = internalMutation({{\n  args: {args},\n"
            f"  handler: async ({self._ctx}{pattern}) => {body},\n}});"
        )

    # ---- helpers and declarations --------------------------------------------------------------------------

    def _plain(self) -> str:
        if self._piece.kind is PieceKind.DECLARATION:
            return self._declaration()
        if self._context.closure.needs_context(self._piece.key):
            self._add_context_parameter()
        elif self._facts.client is not None:
            self._problem("CX105", "takes a database client that it does not use", span_of(self._piece.node))
        return self._method() if self._piece.kind is PieceKind.METHOD else self._function()

    def _declaration(self) -> str:
        statement = self._piece.node
        self._edits += error_class_edits(self._context.workspace, self._file, statement, self._library)
        span = with_comments(self._file, statement)
        self._export(statement)
        return self._render(span)

    def _export(self, statement: SgNode) -> None:
        """Everything that moves is exported, since another module may import it."""
        if statement.kind() == "export_statement":
            default = next((child for child in statement.children() if child.kind() == "default"), None)
            if default is not None:
                value = default.next()
                held = value is not None and not value.kind().endswith("_declaration")
                named_as = f"const {self._context.placement.name(self._piece)} = " if held else ""
                self._edits.append(Edit.replace(Span(span_of(default).start, span_of(default).end + 1), named_as))
            return
        if statement.kind() == "expression_statement":
            return
        self._edits.append(Edit.insert(span_of(statement).start, "export "))

    def _add_context_parameter(self) -> None:
        """`ctx` comes first; a database client among the parameters goes, since it is what `ctx` is for."""
        kind = "MutationCtx" if self._context.closure.writes(self._piece.key) else "QueryCtx"
        if self._file.language != "javascript":
            self._import(SERVER, kind, "", True)
        typed = f"{self._ctx}: {kind}" if self._file.language != "javascript" else self._ctx
        node, client = self._piece.node, self._facts.client
        spans = [span_of(parameter.node) for parameter in parameters(node)]
        single, listed = node.field("parameter"), node.field("parameters")
        if single is not None:
            parts: tuple[str | Span, ...] = (f"({typed})",) if client == 0 else (f"({typed}, ", spans[0], ")")
            self._edits.append(Edit(spans[0], parts))
        elif client == 0:
            self._edits.append(Edit.replace(spans[0], typed))
        elif listed is not None:
            self._edits.append(Edit.insert(span_of(listed).start + 1, f"{typed}, " if spans else typed))
            if client is not None:
                self._edits.append(Edit.delete(Span(spans[client - 1].end, spans[client].end)))

    def _function(self) -> str:
        statement = self._piece.statement
        assert statement is not None
        span = with_comments(self._file, statement)
        if statement.kind() == "expression_statement":
            return self._assigned(statement, span)
        self._export(statement)
        self._declared_name()
        return self._render(span)

    def _declared_name(self) -> None:
        """The function's own name, where another one of its module has it already."""
        name = self._context.placement.name(self._piece)
        node = self._piece.node
        declarator = next((a for a in [node, *node.ancestors()] if a.field("name") is not None), None)
        label = declarator.field("name") if declarator is not None else None
        if label is not None and label.text() == self._piece.name != name:
            self._edits.append(Edit.replace(span_of(label), name))

    def _assigned(self, statement: SgNode, span: Span) -> str:
        """`exports.list = async () => …` → `export const list = async () => …`."""
        name = self._context.placement.name(self._piece)
        node = self._piece.node
        self._edits.append(Edit(span_of(statement), (f"export const {name} = ", span_of(node), ";")))
        return self._render(Span(span.start, span_of(statement).end))

    def _method(self) -> str:
        """A method of a class or object becomes a function of the module."""
        node, statement = self._piece.node, self._piece.statement
        assert statement is not None
        name = self._context.placement.name(self._piece)
        comments = self._render(Span(with_comments(self._file, statement).start, span_of(statement).start))
        if node.kind() == "method_definition":
            fields = (node.field("type_parameters"), node.field("parameters"), node.field("return_type"))
            head = "".join(self._render(span_of(part)) for part in fields if part is not None)
            body = node.field("body")
            block = self._render(span_of(body)) if body is not None else "{}"
            text = f"{comments}export {'async ' if _is_async(node) else ''}function {name}{head} {block}"
        else:
            text = f"{comments}export const {name} = {self._render(span_of(node))};"
        return reindented(text, self._file.language, self._file.indent_at(span_of(statement).start), "")

    def _render(self, span: Span) -> str:
        rendered = render(self._file.text, self._edits, span)
        for refused in rendered.refused:
            self._problem("CX904", f"two rewrites overlap: {refused.reason}", refused.edit.span)
        return rendered.text.replace("\r\n", "\n")

    # ---- handlers ----------------------------------------------------------------------------------------------

    def _handler(self) -> str:
        route = self._route
        assert route is not None and route.request is not None and route.response is not None
        node = self._piece.node
        body = node.field("body")
        assert body is not None
        self._edits += answer_edits(self._file, node, route.response, self._library)
        unit = indent_unit(self._file)
        base = self._file.indent_at(span_of(node).start)
        block = reindented(self._render(span_of(body)), self._file.language, base, unit)
        if route.response.forwards:
            block = without_useless_catch(block, self._file.language)
        args, imports = self._context.args_text(route)
        self._written.imports += imports
        self._import(SERVER, route.kind)
        prefix = self._registration(route, args, unit)
        suffix = ")," if route.settles else ","
        return f"{self._comments(base)}{prefix}{block}{suffix}\n}});"

    def _comments(self, base: str) -> str:
        statement = self._piece.statement
        if statement is None:
            return ""
        span = with_comments(self._file, statement)
        text = self._render(Span(span.start, span_of(statement).start))
        if self._piece.kind is not PieceKind.METHOD:
            return text
        return reindented(text, self._file.language, base, "").rstrip(" \t")

    def _registration(self, route: RoutePlan, args: str, unit: str) -> str:
        assert route.request is not None
        takes = bool(route.request.arguments)
        uses_ctx = bool(self._context.closure.effects(self._piece.key))
        given = f"{self._ctx}, {route.request.name}" if takes else (self._ctx if uses_ctx else "")
        name = self._context.placement.name(self._piece)
        head = f"export const {name} = {route.kind}({{\n{unit}args: {args},\n{unit}handler: async ({given}) => "
        if route.settles:
            settle = self._library("settle")
            return f"{head[: -len(f'async ({given}) => ')]}({given}) => {settle}(async () => "
        return head


@lru_cache(maxsize=32)
def names_in(file: SourceFile) -> frozenset[str]:
    """Every name that the file declares or uses."""
    kinds = ("identifier", "type_identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
    return frozenset(node.text() for node in find_all(file.root, *kinds))


def _function_at(root: SgNode, span: Span) -> SgNode | None:
    return next((n for kind in FUNCTION_KINDS for n in find_all(root, kind) if span_of(n) == span), None)


def _is_async(node: SgNode) -> bool:
    return any(child.kind() == "async" for child in node.children())


def _is_shorthand(file: SourceFile, span: Span) -> bool:
    before = file.text[: span.start].rstrip()[-1:]
    after = file.text[span.end :].lstrip()[:1]
    return before in "{," and after in ",}" and "(" not in file.text[span.start : span.end]


def _declares(node: SgNode, name: str) -> bool:
    """Is there a local declaration of that name inside the piece?"""
    text = node.text()
    return re.search(rf"\b(const|let|var|function|class)\s+{name}\b", text) is not None or any(
        parameter.name == name for parameter in parameters(node)
    )


def _dedent(text: str) -> str:
    """The block with its closing line at the left margin."""
    lines = text.split("\n")
    margin = len(lines[-1]) - len(lines[-1].lstrip())
    return "\n".join([lines[0], *(line[margin:] if line[:margin].strip() == "" else line for line in lines[1:])])
