"""Functions among the options of a limiter, written for the edge: `keyGenerator: (c) => c.req.header("x-api-key")`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.answering.responses import plan_response
from codemods.planner.passing.steps import Field, fields_of
from codemods.planner.places_of_use import wrapped
from codemods.planner.problems import Problem
from codemods.source import FUNCTION_KINDS, Edit, enclosing, member, parameters, same_node, span_of
from codemods.source.tree import is_async
from codemods.workspace import Workspace
from codemods.writers.edge.edge_answers import MissingAnswers
from codemods.writers.edge.edge_request import dropped, read_edit, whole_read
from codemods.writers.edge.ported import Ported, fresh_context, references, signature
from codemods.writers.edge.step_reads import helper_of

_CODE = "CX802"
_SECOND = {"requestWasSuccessful": 1, "handler": 3}
"""The parameter besides the request that a function keeps: the response, the options."""


class LimiterFunction:
    """One function on its way."""

    def __init__(self, workspace: Workspace, ported: Ported, option: str, function: SgNode, depth: int | None) -> None:
        self._workspace, self._ported, self._file = workspace, ported, ported.file
        self._option, self._function, self._depth = option, function, depth
        self._context = fresh_context(function)
        self._fields = [field for field in fields_of(ported.file, function) if _is_read(field)]

    def write(self) -> None:
        self._ported.framework |= {one.name for one in parameters(self._function) if one.name is not None}
        if self._option == "handler":
            self._answers()
        else:
            self._response()
        request = references(self._file, self._function, 0)
        waits = [self._request(reference) for reference in request if not self._is_field(reference)]
        for field in self._fields:
            self._ported.edits.append(Edit.replace(span_of(field.node), f'{self._context}.get("{field.name}")'))
        request += [field.node for field in self._fields]
        self._signature(bool(request))
        if any(waits) and not is_async(self._function):
            self._ported.edits.append(Edit.insert(span_of(self._function).start, "async "))

    def _problem(self, text: str, node: SgNode) -> None:
        self._ported.problem(_CODE, f"has a `{self._option}` that {text}", node)

    def _request(self, reference: SgNode) -> bool:
        """Rewrite one use of the request; True when it has to be waited for."""
        helper = helper_of(self._workspace, self._file, reference)
        if helper is not None:
            self._ported.helpers.append(helper)
            self._ported.edits.append(Edit.replace(span_of(wrapped(reference)), self._context))
            return False
        edit = read_edit(self._ported, reference, self._context, waits=self._is_direct(reference), depth=self._depth)
        edit = edit or dropped(self._file, reference)
        if edit is None:
            self._problem(f"reads `{whole_read(reference).text()}`", reference)
            return False
        self._ported.edits.append(edit)
        return "await " in str(edit.parts)

    def _is_field(self, reference: SgNode) -> bool:
        """Does a use of the request or the response lead to what earlier middleware has put there?"""
        return any(span_of(field.node).holds(span_of(reference)) for field in self._fields)

    def _is_direct(self, reference: SgNode) -> bool:
        """Does it stand in the function itself, and not in one within?"""
        return same_node(enclosing(reference, FUNCTION_KINDS), self._function)

    def _response(self) -> None:
        """All that a function may ask of the response is its status, once there is one."""
        for reference in references(self._file, self._function, 1):
            if self._is_field(reference):
                continue
            read = _member_on(reference)
            name = read[0].field("property") if read is not None and read[1] == "statusCode" else None
            if self._option == "requestWasSuccessful" and name is not None:
                self._ported.edits.append(Edit.replace(span_of(name), "status"))
            else:
                self._problem(f"reads `{whole_read(reference).text()}`", reference)

    def _answers(self) -> None:
        plan = plan_response(self._file, self._function, 0, self._workspace)
        MissingAnswers(self._ported, self._function, plan, self._context).write()
        found = [Problem(_CODE, f"has a `handler` that {problem.text}", problem.place) for problem in plan.problems]
        self._ported.problems += found

    def _signature(self, reads: bool) -> None:
        second, given = _SECOND.get(self._option), parameters(self._function)
        used = second is not None and references(self._file, self._function, second)
        others = [given[second].pattern.text()] if second is not None and used else []
        names = [self._context, *others] if others or reads or self._option == "handler" else []
        signature(self._ported, self._function, f"({', '.join(names)})")


def _is_read(field: Field) -> bool:
    """A field that is neither written nor taken out by a pattern."""
    return field.assignment is None and not field.taken


def _member_on(reference: SgNode) -> tuple[SgNode, str] | None:
    """The member expression on the request or the response, and the name that it reads."""
    parent = reference.parent()
    parts = member(parent) if parent is not None else None
    if parent is None or parts is None or span_of(parts[0]) != span_of(reference):
        return None
    return parent, parts[1]
