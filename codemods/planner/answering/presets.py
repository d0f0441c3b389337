"""Statements that set the status or headers of the answer behind them: `res.status(404);`, `res.statusCode = 404;`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.answering.replies import Raised
from codemods.planner.flow import next_statement
from codemods.source import Span, named, span_of


@dataclass(frozen=True, slots=True)
class Preset:
    """One or more such statements, which stand right before an answer."""

    setter: SgNode
    status: SgNode | None
    headers: tuple[tuple[SgNode, SgNode], ...]
    span: Span

    @property
    def what(self) -> str:
        return "status" if self.status is not None else "header"


class Presets:
    """Those of one function, by the statement behind them; `problem` takes a node, what is wrong, and the code."""

    def __init__(self, problem: Callable[[SgNode, str, str], None]) -> None:
        self._problem = problem
        self._before: dict[Span, Preset] = {}
        self.raised: list[Raised] = []

    def assigned(self, target: SgNode) -> bool:
        """Is it the `res.statusCode` of `res.statusCode = 404;`? Then the statement is taken."""
        assignment = target.parent()
        if assignment is None or assignment.kind() != "assignment_expression":
            return False
        left, right = assignment.field("left"), assignment.field("right")
        if left is None or right is None or span_of(left) != span_of(target):
            return False
        self.add(assignment, right, ())
        return True

    def add(self, setter: SgNode, status: SgNode | None, headers: Sequence[tuple[SgNode, SgNode]]) -> None:
        """Take a statement: the next one has to answer, to throw, or to set more."""
        statement = setter.parent()
        following = next_statement(statement) if statement is not None else None
        earlier = self.before(span_of(statement)) if statement is not None else None
        preset = Preset(setter, status, tuple(headers), span_of(statement or setter))
        if earlier is not None:
            span = Span(earlier.span.start, preset.span.end)
            preset = Preset(setter, status or earlier.status, (*earlier.headers, *headers), span)
        if statement is None or statement.kind() != "expression_statement" or following is None:
            self._elsewhere(preset)
        elif following.kind() != "throw_statement":
            self._before[span_of(following)] = preset
        elif preset.status is None or preset.headers:
            self._problem(setter, "sets a response header", "CX203")
        else:
            thrown = span_of(named(following)[0])
            self.raised.append(Raised(span_of(preset.status), preset.span, span_of(following), thrown))

    def before(self, statement: Span) -> Preset | None:
        """What was set right before a statement, which thereby is settled."""
        return self._before.pop(statement, None)

    def close(self) -> None:
        """Report what no answer came for."""
        for preset in self._before.values():
            self._elsewhere(preset)

    def _elsewhere(self, preset: Preset) -> None:
        self._problem(preset.setter, f"sets a {preset.what} and answers elsewhere", "CX203")
