"""Transactions of an action: each is an internal mutation, which is given what it takes along and rolls back alone."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.ir.query import Op, Query
from codemods.planner.captured import Captured, NotPlainError, captured_by
from codemods.planner.running.rollback import is_write
from codemods.planner.stored.values import node_covering
from codemods.source import FUNCTION_KINDS, Edit, Span, find_all, named, parameters, render, span_of
from codemods.writers.acting.crossing import MANY, VERBS
from codemods.writers.acting.jobs import dedent, edits_inside, free_name, indented, read_outside
from codemods.writers.code import SERVER, ImportSpec
from codemods.writers.layout import Doc, call, record, text_of
from codemods.writers.queries.db import ASSUMED_START
from codemods.writers.splice import Job, Splice, Written

_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_AT_HAND = frozenset({"object", "array", "string", "number", "template_string", "true", "false", "null",
                      "await_expression"})  # fmt: skip
"""What is no promise."""


class TransactionWriter:
    """Cuts the transactions out of one piece, after all other edits of it are known."""

    def __init__(self, splice: Splice) -> None:
        self._splice = splice

    def write(self, span: Span) -> None:
        """`prisma.$transaction(async (tx) => …)` → `ctx.runMutation(internal.orders.storeOrder, { … })`."""
        splice = self._splice
        query = next(each for each in splice.facts.queries if each.call == span)
        body = node_covering(splice.file, query.body) if query.body is not None else None
        if body is None:
            return
        try:
            captured = self._captured(body)
        except NotPlainError as refused:
            splice.problem("CX202", f"a transaction of an action takes along {refused}", span)
            return
        is_used = self._is_used(span)
        before = len(splice.written.imports)
        text = self._function(body, captured, is_used)
        wish = named_for([each for each in splice.facts.queries if span_of(body).holds(each.call)], splice)
        name = free_name(splice, splice.beside, wish)
        fields = {each.name: each for each in captured}
        job = self._registered(name, text, fields)
        splice.bring(SERVER, "internalMutation")
        if fields:
            splice.bring("convex/values", "v")
        words = set(_WORD.findall(job))
        imports = tuple(spec for spec in splice.written.imports if spec.binds in words)
        del splice.written.imports[before:]
        splice.written.jobs.append(Job(name, job, imports))
        self._run(span, name, fields, is_used)

    def _captured(self, body: SgNode) -> list[Captured]:
        splice = self._splice
        given = parameters(splice.piece.node)
        request = given[0].name if splice.route is not None and given else None
        node, workspace = splice.piece.node, splice.context.workspace
        return captured_by(workspace, splice.file, node, body, request, splice.schema, at_once=True)

    def _function(self, body: SgNode, captured: list[Captured], is_used: bool) -> str:
        """The handler: the callback with the arguments in place of its own, or the calls of a list."""
        inner = edits_inside(self._splice, span_of(body), captured)
        names = ", ".join(dict.fromkeys(each.name for each in captured))
        if all(each.is_plain for each in captured):
            given, first = f", {{ {names} }}" if captured else "", []
        else:
            given, first = ", args", [f"const {{ {names} }} = {self._splice.library('unpacked')}(args);"]
        return f"async ({self._splice.ctx}{given}) => {self._block(body, inner, first, is_used)}"

    def _block(self, body: SgNode, inner: list[Edit], first: list[str], is_used: bool) -> str:
        """What the handler does, after the statements that come `first`."""
        inside = body if body.kind() == "array" else body.field("body")
        assert inside is not None
        if inside.kind() == "statement_block":
            own = [node for node in find_all(body, "return_statement") if _is_own(node, body) and named(node)]
            inner += [Edit.wrap(span_of(named(node)[0]), *self._around(named(node)[0])) for node in own]
            text = dedent(self._rendered(inner, span_of(inside)))
            return "\n  ".join(["{", *first]) + text[1:]
        if inside.kind() == "array":
            calls = [f"await {dedent(self._rendered(inner, span_of(each)))}" for each in named(inside)]
            result = f"{self._splice.library('packed')}([{', '.join(calls)}] as const)" if is_used else ""
        else:
            calls = [f"await {dedent(self._rendered(inner, span_of(inside)))}"]
            result = self._packed(inner, inside) if is_used else ""
        if result and not first:
            return result
        lines = [*first, *([f"return {result};"] if result else [indented(f"{each};") for each in calls])]
        return "\n  ".join(["{", *lines]) + "\n}"

    def _around(self, value: SgNode) -> tuple[str, str]:
        binding = self._splice.file.bindings.resolve(value) if value.kind() == "identifier" else None
        held = binding.value if binding is not None else None
        at_hand = value.kind() in _AT_HAND or (held is not None and held.kind() in _AT_HAND)
        awaited = "" if at_hand else "await "
        return f"{self._splice.library('packed')}({awaited}", ")"

    def _packed(self, inner: list[Edit], value: SgNode) -> str:
        opening, closing = self._around(value)
        return f"{opening}{self._rendered(inner, span_of(value))}{closing}"

    def _rendered(self, inner: list[Edit], span: Span) -> str:
        rendered = render(self._splice.file.text, [edit for edit in inner if span.holds(edit.span)], span)
        if rendered.refused:
            self._splice.problem("CX202", "a transaction of an action cannot be moved", span)
        return rendered.text

    def _registered(self, name: str, function: str, fields: dict[str, Captured]) -> str:
        args = record([f"{key}: {self._validator(each)}" for key, each in fields.items()])
        args_text = text_of(("args: ", args, ","), "  ", 2)
        return f"export const {name} = internalMutation({{\n  {args_text}\n  handler: {indented(function)},\n}});"

    def _validator(self, captured: Captured) -> str:
        known = self._splice.context.job_validator(self._splice.file, captured.span)
        is_key = known.startswith("v.id") and self._splice.file.slice(captured.span).endswith(".id")
        return known if is_key else "v.optional(v.any())"

    def _run(self, span: Span, name: str, fields: dict[str, Captured], is_used: bool) -> None:
        splice = self._splice
        values: Doc = record([self._given(each) for each in fields.values()])
        if not all(each.is_plain for each in fields.values()):
            values = call(splice.library("packed"), values)
        reference = f"{splice.internal()}.{splice.beside.replace('/', '.')}.{name}"
        run = call(f"{splice.ctx}.runMutation", reference, *([values] if fields else []))
        if splice.piece.key in splice.context.watched:
            run = call((run, ".catch"), splice.library("rethrow"))
        if is_used:
            run = call((run, ".then"), splice.library("unpacked"))
        indent = splice.file.indent_at(span.start)
        splice.edits = [edit for edit in splice.edits if not span.holds(edit.span)]
        splice.edits.append(Edit.replace(span, text_of(run, indent, len(indent) + ASSUMED_START)))

    def _given(self, captured: Captured) -> str:
        value = read_outside(self._splice, captured.span)
        return value if value == captured.name else f"{captured.name}: {value}"

    def _is_used(self, call: Span) -> bool:
        node = node_covering(self._splice.file, call)
        parent = node.parent() if node is not None else None
        while parent is not None and parent.kind() in ("await_expression", "parenthesized_expression"):
            parent = parent.parent()
        return parent is None or parent.kind() != "expression_statement"


def named_for(queries: list[Query], splice: Splice) -> str:
    """`storeUserAndChangeOrganization`: for the first two things that are written."""
    names = splice.context.closure.schema
    wishes: dict[str, None] = {}
    for query in queries:
        table = names.table(query.table) if query.table is not None else None
        if table is None or not is_write(query) or query.op is Op.TRANSACTION:
            continue
        plural = "s" if query.op in MANY and not table.name.endswith("s") else ""
        wishes.setdefault(f"{VERBS[query.op]}{table.name[:1].upper()}{table.name[1:]}{plural}")
    own = splice.context.placement.name(splice.piece)
    first, *others = list(wishes) or [f"write{own[:1].upper()}{own[1:]}"]
    return "And".join([first, *(other[:1].upper() + other[1:] for other in others[:1])])


def imports_left(written: Written) -> list[ImportSpec]:
    """The imports of a piece, without those that went with its transactions."""
    words = set(_WORD.findall(written.text))
    gone = {spec for job in written.jobs for spec in job.imports}
    return [spec for spec in written.imports if spec.binds in words or spec not in gone]


def _is_own(node: SgNode, function: SgNode) -> bool:
    """Is the function the nearest one around a node?"""
    around = next((each for each in node.ancestors() if each.kind() in FUNCTION_KINDS), None)
    return around is not None and span_of(around) == span_of(function)
