"""Code that runs as a mutation of its own: timers that are background jobs, and transactions that stand alone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ast_grep_py import SgNode

from codemods.planner.captured import Captured, NotPlainError, captured_by
from codemods.planner.facts import Timer
from codemods.planner.stored.values import node_covering
from codemods.source import FUNCTION_KINDS, Edit, Span, named, parameters, render, span_of
from codemods.writers.placement import SERVER
from codemods.writers.splice import Job, Splice, function_at, is_shorthand


class JobWriter:
    """Writes the internal mutations of one piece, after all other edits of it are known."""

    def __init__(self, splice: Splice) -> None:
        self._splice = splice

    def write(self, timer: Timer) -> None:
        """`setTimeout(() => f(x.id), ms);` → a scheduled internal mutation that gets what the callback captured."""
        callback = function_at(self._splice.piece.node, timer.callback)
        if callback is None or callback.field("body") is None:
            return
        captured = self._captured(callback)
        if isinstance(captured, NotPlainError):
            self._splice.problem("CX502", f"the timer's callback takes along {captured}", timer.call)
            return
        path, values = self._moved(callback, captured, self._job_name(callback), timer.call)
        delay = (timer.delay,) if timer.delay is not None else ("0",)
        given = (", ", path, f", {values})" if values else ")")
        self._splice.edits.append(Edit(timer.call, (f"await {self._splice.ctx}.scheduler.runAfter(", *delay, *given)))

    def commit(self, call: Span, work: Span) -> None:
        """A transaction that rolls back alone → an internal mutation that is run with what it captured."""
        node = node_covering(self._splice.file, work)
        if node is None:
            return
        captured = self._captured(node)
        if isinstance(captured, NotPlainError):
            self._splice.problem("CX304", f"the transaction has to run alone, and takes along {captured}", call)
            return
        own = self._splice.context.placement.name(self._splice.piece)
        name = free_name(self._splice, self._splice.module, f"commit{own[:1].upper()}{own[1:]}")
        path, values = self._moved(node, captured, name, call)
        run = (
            f"{self._splice.ctx}.runMutation({path}, {values})" if values else f"{self._splice.ctx}.runMutation({path})"
        )
        self._splice.edits.append(Edit.replace(call, f"{run}.catch({self._splice.library('rethrow')})"))

    def _captured(self, code: SgNode) -> list[Captured] | NotPlainError:
        """What the code takes along, or what of it no argument can bring."""
        splice = self._splice
        given = parameters(splice.piece.node)
        request = given[0].name if splice.route is not None and given else None
        try:
            return captured_by(splice.context.workspace, splice.file, splice.piece.node, code, request, splice.schema)
        except NotPlainError as refused:
            return refused

    def _moved(self, code: SgNode, captured: list[Captured], name: str, call: Span) -> tuple[str, str]:
        """Make code a mutation: the reference to it, and its arguments as an object, empty without any."""
        whole = span_of(code)
        block = self._block(code, edits_inside(self._splice, whole, captured), call)
        fields = {each.name: self._splice.context.job_validator(self._splice.file, each.span) for each in captured}
        self._splice.written.jobs.append(Job(name, self._job_text(name, fields, dedent(block))))
        self._splice.bring(SERVER, "internalMutation")
        self._splice.bring("convex:_generated/api", "internal")
        if fields:
            self._splice.bring("convex/values", "v")
        pairs = {each.name: read_outside(self._splice, each.span) for each in captured}
        values = ", ".join(name if name == value else f"{name}: {value}" for name, value in pairs.items())
        self._splice.edits = [edit for edit in self._splice.edits if not whole.holds(edit.span)]
        path = "internal." + self._splice.module.replace("/", ".") + f".{name}"
        return path, f"{{ {values} }}" if values else ""

    def _block(self, code: SgNode, edits: list[Edit], call: Span) -> str:
        """The code as a block: the body of a callback, or calls one after the other. No result leaves it."""
        if code.kind() == "array":
            return "{\n" + "".join(f"  await {self._element(each, edits, call)};\n" for each in named(code)) + "}"
        body = code.field("body")
        assert body is not None
        text = self._rendered(body, edits, call)
        if body.kind() != "statement_block":
            return f"{{\n  await {text};\n}}"
        return f"{{\n  await (async () => {text})();\n}}" if _gives_value(body) else text

    def _element(self, node: SgNode, edits: list[Edit], call: Span) -> str:
        """A call of the list, as far to the right as in a block."""
        base = self._splice.file.indent_at(span_of(node).start)
        return self._rendered(node, edits, call).replace(f"\n{base}", "\n  ")

    def _rendered(self, node: SgNode, edits: list[Edit], call: Span) -> str:
        rendered = render(self._splice.file.text, edits, span_of(node))
        if rendered.refused:
            self._splice.problem("CX502", "the code of its own mutation cannot be moved", call)
        return rendered.text

    def _job_name(self, callback: SgNode) -> str:
        uses = [use for use in self._splice.facts.uses if span_of(callback).holds(use.span)]
        if uses:
            name = self._splice.context.placement.name(self._splice.context.closure.piece(uses[0].target))
            return free_name(self._splice, self._splice.module, f"run{name[:1].upper()}{name[1:]}")
        own = self._splice.context.placement.name(self._splice.piece)
        return free_name(self._splice, self._splice.module, f"after{own[:1].upper()}{own[1:]}")

    def _job_text(self, name: str, fields: Mapping[str, str], block: str) -> str:
        arguments = ", ".join(f"{key}: {value}" for key, value in fields.items())
        pattern = f", {{ {', '.join(fields)} }}" if fields else ""
        body = indented(block)
        args = f"{{ {arguments} }}" if fields else "{}"
        return (
            f"export const {name} = internalMutation({{\n  args: {args},\n"
            f"  handler: async ({self._splice.ctx}{pattern}) => {body},\n}});"
        )


def edits_inside(splice: Splice, callback: Span, captured: Sequence[Captured]) -> list[Edit]:
    """The edits of a callback, where what it takes along has the names of its arguments."""
    inner = [edit for edit in splice.edits if callback.holds(edit.span)]
    kept = [edit for edit in inner if edit.is_insertion or not any(e.span.holds(edit.span) for e in captured)]
    return [*kept, *(_taken(splice, each) for each in captured)]


def _taken(splice: Splice, captured: Captured) -> Edit:
    """`order.id` → `orderId` in the callback."""
    text = splice.file.slice(captured.span)
    shorthand = text.isidentifier() and text != captured.name and is_shorthand(splice.file, captured.span)
    return Edit.replace(captured.span, f"{text}: {captured.name}" if shorthand else captured.name)


def read_outside(splice: Splice, span: Span) -> str:
    """An expression outside of the callback, with the request read as arguments."""
    request = splice.route.request if splice.route is not None else None
    edits = request.edits if request is not None else ()
    return render(splice.file.text, [edit for edit in edits if span.holds(edit.span)], span).text


def free_name(splice: Splice, module: str, wanted: str) -> str:
    """A name that no other function of the module has."""
    placement, closure = splice.context.placement, splice.context.closure
    here = [key for key in placement.names if placement.module(key) == module]
    taken = splice.context.jobs.setdefault(module, {placement.name(closure.piece(key)) for key in here})
    name = next(name for number in range(1, 999) if (name := wanted + (str(number) if number > 1 else "")) not in taken)
    taken.add(name)
    return name


def indented(text: str) -> str:
    """The lines after the first one a step further to the right."""
    return re.sub(r"\n(?=[^\n])", "\n  ", text)


def dedent(text: str) -> str:
    """The block with its closing line at the left margin."""
    lines = text.split("\n")
    margin = len(lines[-1]) - len(lines[-1].lstrip())
    return "\n".join([lines[0], *(line[margin:] if line[:margin].strip() == "" else line for line in lines[1:])])


def _gives_value(body: SgNode) -> bool:
    """Does a function return something, by a statement of its own?"""
    for child in body.children():
        if child.kind() == "return_statement" and named(child):
            return True
        if child.kind() not in FUNCTION_KINDS and _gives_value(child):
            return True
    return False
