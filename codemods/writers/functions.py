"""Pieces of source as Convex code: handlers become registered functions, helpers get a `ctx`, everything else moves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ast_grep_py import SgNode

from codemods.planner.pieces import CONSTANTS, Piece, PieceKey
from codemods.planner.routes import RoutePlan
from codemods.source import FUNCTION_KINDS, Edit, Span, arguments, find_all, named, span_of, unwrap
from codemods.writers.acting.bridges import bridge_job
from codemods.writers.acting.jobs import JobWriter
from codemods.writers.acting.transactions import TransactionWriter, imports_left
from codemods.writers.code import ImportSpec, Rewrite
from codemods.writers.delegates import delegate_edits
from codemods.writers.moved import MovedWriter
from codemods.writers.parsing import parse_edits
from codemods.writers.placement import Context
from codemods.writers.queries.database import transaction_parameters
from codemods.writers.registered import HandlerWriter
from codemods.writers.settling import settled
from codemods.writers.splice import Job, Splice, Written, function_at
from codemods.writers.uses import UseWriter

_OF_JAVASCRIPT = frozenset("AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError".split())
"""Errors of the language other than `Error`."""


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
        self._splice = Splice(context, piece, route, extra, module)
        self._expression = module is not None
        self._acts = piece.key in context.closure.actions
        self._stays = bool(extra)
        """Runs at the edge itself, so that what it throws crosses no function boundary."""

    def write(self) -> Written:
        splice = self._splice
        self._database()
        UseWriter(splice).write()
        splice.edits += splice.context.ids.edits_in(splice.file.path, splice.piece.span)
        self._plain_errors()
        self._parses()
        delegate = splice.context.delegates.get(splice.piece.key)
        if delegate is not None:
            splice.edits += delegate_edits(splice.file, delegate, splice.library)
        asked = splice.context.asked.get(splice.piece.key)
        if asked is not None:
            splice.edits += asked.edits
        if splice.route is not None and splice.route.request is not None:
            splice.edits += splice.route.request.edits
        found = splice.context.database.get(splice.piece.key)
        for dropped in found.dropped if found is not None else ():
            splice.edits = [edit for edit in splice.edits if not dropped.holds(edit.span)]
        for gone in splice.facts.dropped:
            splice.edits = [edit for edit in splice.edits if edit.span == gone or not gone.holds(edit.span)]
        if found is not None:
            splice.edits = settled(splice.file.text, splice.edits, [self._whole(each) for each in found.rewrites])
        jobs = JobWriter(splice)
        for timer in splice.facts.timers:
            jobs.write(timer)
        alone = found.alone if found is not None else {}
        for call, work in alone.items():
            if self._acts:
                TransactionWriter(splice).write(call)
            else:
                jobs.commit(call, work)
        splice.written.text = self._text()
        if splice.piece.key in splice.context.closure.bridges:
            splice.written.jobs.append(bridge_job(splice))
        if alone and self._acts:
            splice.written.imports = imports_left(splice.written)
        return splice.written

    def _text(self) -> str:
        if self._expression:
            return self._splice.render(span_of(self._splice.piece.node))
        writer = HandlerWriter if self._splice.route is not None else MovedWriter
        return writer(self._splice).write()

    def _database(self) -> None:
        found = self._splice.context.database.get(self._splice.piece.key)
        if found is None:
            return
        self._splice.edits += found.edits
        self._splice.edits += [
            self._transaction(span, function)
            for span, function in found.transactions.items()
            if span not in found.alone
        ]
        self._splice.written.imports += self._placed(found.imports, self._splice.module)
        self._splice.written.runtime |= found.runtime
        self._splice.written.jobs += [
            Job(name, text, tuple(self._placed(found.beyond[name], self._splice.beside)))
            for name, text in found.functions.items()
        ]
        for callback in transaction_parameters(self._splice.file, self._splice.facts.queries):
            self._drop_parameters(callback)

    def _placed(self, imports: Iterable[ImportSpec], module: str) -> list[ImportSpec]:
        return [spec for each in imports if (spec := self._placed_in(each, module)) is not None]

    def _placed_in(self, spec: ImportSpec, here: str) -> ImportSpec | None:
        """An import of a function of the source from where it went; none where it is in the same module."""
        kind, _, place = spec.module.partition(":")
        if kind != "piece":
            return spec
        file, _, offset = place.rpartition(":")
        piece = self._splice.context.closure.piece(PieceKey(file, int(offset)))
        module, name = self._splice.context.placement.module(piece.key), self._splice.context.placement.name(piece)
        if module == here:
            if name != spec.binds:
                self._splice.problem("CX107", f"`{name}` has to be called `{spec.binds}`", span_of(piece.node))
            return None
        return ImportSpec(f"convex:{module}", name, spec.binds if spec.binds != name else "")

    def _transaction(self, call: Span, function: tuple[str | Span, ...]) -> Edit:
        """The mutation is the transaction, which its failure takes back where the source went on from there."""
        if (self._splice.piece.key, call) not in self._splice.context.whole:
            return Edit(call, ("(", *function, ")()"))
        return Edit(call, (f"{self._splice.library('atomically')}({self._splice.ctx}, ", *function, ")"))

    def _whole(self, rewrite: Rewrite) -> Rewrite:
        """The same for a single call that writes several rows."""
        if (self._splice.piece.key, rewrite.span) not in self._splice.context.whole:
            return rewrite
        opening = f"{self._splice.library('atomically')}({self._splice.ctx}, async () => "
        return replace(rewrite, parts=(opening, *rewrite.parts, ")"))

    def _drop_parameters(self, callback: Span) -> None:
        """`async (tx) => …` → `async () => …`: the transaction is the mutation itself."""
        node = function_at(self._splice.piece.node, callback)
        given = node.field("parameters") if node is not None else None
        single = node.field("parameter") if node is not None else None
        if given is not None:
            self._splice.edits.append(Edit.replace(span_of(given), "()"))
        elif single is not None:
            self._splice.edits.append(Edit.replace(span_of(single), "()"))

    def _parses(self) -> None:
        if self._splice.piece.kind in CONSTANTS or self._expression or self._stays:
            return
        edits, needed = parse_edits(self._splice.context.workspace, self._splice.file, self._splice.piece.node)
        self._splice.edits += edits
        for name in sorted(needed):
            self._splice.library(name)

    def _plain_errors(self) -> None:
        """`new Error(x)`: class and message only survive a function boundary in an ApplicationError."""
        if self._splice.piece.kind in CONSTANTS or self._stays:
            return
        for node in find_all(self._splice.piece.node, "new_expression", "call_expression"):
            maker = node.field("constructor") or node.field("function")
            if maker is None or maker.text() != "Error" or self._splice.file.bindings.resolve(maker) is not None:
                continue
            new = "new " if node.kind() == "call_expression" else ""
            self._splice.edits.append(Edit.replace(span_of(maker), new + self._splice.library("ApplicationError")))
        for node in find_all(self._splice.piece.node, "throw_statement"):
            values = named(node)
            thrown = unwrap(values[0]).kind() if values else ""
            if thrown in ("object", "string", "template_string", "number"):
                what = "an object" if thrown == "object" else "a value"
                self._splice.problem("CX207", f"throws {what} that is no Error", span_of(node))
            maker = unwrap(values[0]).field("constructor") if thrown == "new_expression" else None
            is_own = maker is not None and self._splice.file.bindings.resolve(maker) is not None
            if maker is not None and maker.text() in _OF_JAVASCRIPT and not is_own and not _is_answered(node):
                text = f"throws a {maker.text()}, whose class and message do not leave a function"
                self._splice.problem("CX207", text, span_of(node))


def _is_answered(thrown: SgNode) -> bool:
    """Does a `catch` around a `throw` end with what it catches, and hand it to nobody?"""
    for around in thrown.ancestors():
        if around.kind() in FUNCTION_KINDS:
            return False
        body, clause = around.field("body"), around.field("handler")
        if (
            around.kind() != "try_statement"
            or body is None
            or clause is None
            or not span_of(body).holds(span_of(thrown))
        ):
            continue
        parameter = clause.field("parameter")
        handed = {each.text() for call in find_all(clause, "call_expression") for each in arguments(call)}
        return not find_all(clause, "throw_statement") and (parameter is None or parameter.text() not in handed)
    return False
