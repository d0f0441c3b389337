"""Timers that are background jobs, as scheduled internal mutations."""

from __future__ import annotations

from collections.abc import Mapping

from ast_grep_py import SgNode

from codemods.planner.captured import Captured, NotPlainError, captured_by
from codemods.planner.facts import Timer
from codemods.source import Edit, Span, parameters, render, span_of
from codemods.writers.placement import SERVER
from codemods.writers.splice import Job, Splice, function_at, is_shorthand


class JobWriter:
    """Writes the timers of one piece, after all other edits of it are known."""

    def __init__(self, splice: Splice) -> None:
        self._splice = splice

    def write(self, timer: Timer) -> None:
        """`setTimeout(() => f(x.id), ms);` → a scheduled internal mutation that gets what the callback captured."""
        callback = function_at(self._splice.piece.node, timer.callback)
        body = callback.field("body") if callback is not None else None
        if callback is None or body is None:
            return
        given = parameters(self._splice.piece.node)
        request = given[0].name if self._splice.route is not None and given else None
        try:
            captured = captured_by(
                self._splice.file, self._splice.piece.node, callback, request, self._splice.context.closure.schema
            )
        except NotPlainError as refused:
            self._splice.problem("CX502", f"the timer's callback takes along {refused}", timer.call)
            return
        name = self._job_name(callback)
        inner = [edit for edit in self._splice.edits if timer.callback.holds(edit.span)]
        inner = [edit for edit in inner if edit.is_insertion or not any(e.span.holds(edit.span) for e in captured)]
        inner += [self._taken(each) for each in captured]
        rendered = render(self._splice.file.text, inner, span_of(body))
        if rendered.refused:
            self._splice.problem("CX502", "the timer's callback cannot be moved", timer.call)
        text = rendered.text
        fields = {each.name: self._splice.context.job_validator(self._splice.file, each.span) for each in captured}
        block = text if body.kind() == "statement_block" else f"{{\n  await {text};\n}}"
        self._splice.written.jobs.append(Job(name, self._job_text(name, fields, _dedent(block))))
        self._splice.bring(SERVER, "internalMutation")
        self._splice.bring("convex:_generated/api", "internal")
        if fields:
            self._splice.bring("convex/values", "v")
        pairs = {each.name: self._read(each.span) for each in captured}
        values = ", ".join(name if name == value else f"{name}: {value}" for name, value in pairs.items())
        delay = (timer.delay,) if timer.delay is not None else ("0",)
        path = "internal." + self._splice.module.replace("/", ".") + f".{name}"
        after = f", {path}, {{ {values} }})" if values else f", {path})"
        self._splice.edits = [edit for edit in self._splice.edits if not timer.callback.holds(edit.span)]
        self._splice.edits.append(Edit(timer.call, (f"await {self._splice.ctx}.scheduler.runAfter(", *delay, after)))

    def _job_name(self, callback: SgNode) -> str:
        uses = [use for use in self._splice.facts.uses if span_of(callback).holds(use.span)]
        if uses:
            name = self._splice.context.placement.name(self._splice.context.closure.piece(uses[0].target))
            return self._free_job(f"run{name[:1].upper()}{name[1:]}")
        own = self._splice.context.placement.name(self._splice.piece)
        return self._free_job(f"after{own[:1].upper()}{own[1:]}")

    def _free_job(self, wanted: str) -> str:
        """A name that no other function of the module has."""
        placement, closure = self._splice.context.placement, self._splice.context.closure
        here = [
            key
            for key, module in ((key, placement.module(key)) for key in placement.names)
            if module == self._splice.module
        ]
        taken = self._splice.context.jobs.setdefault(
            self._splice.module, {placement.name(closure.piece(key)) for key in here}
        )
        name = next(
            name for number in range(1, 999) if (name := wanted + (str(number) if number > 1 else "")) not in taken
        )
        taken.add(name)
        return name

    def _taken(self, captured: Captured) -> Edit:
        """`order.id` → `orderId` in the callback."""
        text = self._splice.file.slice(captured.span)
        shorthand = text.isidentifier() and text != captured.name and is_shorthand(self._splice.file, captured.span)
        return Edit.replace(captured.span, f"{text}: {captured.name}" if shorthand else captured.name)

    def _read(self, span: Span) -> str:
        """An expression outside of the callback, with the request read as arguments."""
        edits = (
            self._splice.route.request.edits
            if self._splice.route is not None and self._splice.route.request is not None
            else ()
        )
        return render(self._splice.file.text, [edit for edit in edits if span.holds(edit.span)], span).text

    def _job_text(self, name: str, fields: Mapping[str, str], block: str) -> str:
        arguments = ", ".join(f"{key}: {value}" for key, value in fields.items())
        pattern = f", {{ {', '.join(fields)} }}" if fields else ""
        body = block.replace("\n", "\n  ")
        args = f"{{ {arguments} }}" if fields else "{}"
        return (
            f"export const {name} = internalMutation({{\n  args: {args},\n"
            f"  handler: async ({self._splice.ctx}{pattern}) => {body},\n}});"
        )


def _dedent(text: str) -> str:
    """The block with its closing line at the left margin."""
    lines = text.split("\n")
    margin = len(lines[-1]) - len(lines[-1].lstrip())
    return "\n".join([lines[0], *(line[margin:] if line[:margin].strip() == "" else line for line in lines[1:])])
