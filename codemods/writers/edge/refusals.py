"""The refusal with which a handler begins, of what express-validator has found, as a check at the HTTP edge."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.answering.responses import plan_response
from codemods.planner.asking.edge_facts import INPUT
from codemods.planner.checking.result_checks import Refusal
from codemods.source import SourceFile, find_all, member, parameters, span_of
from codemods.workspace import Workspace
from codemods.writers.answers import Use, answer_edits
from codemods.writers.edge.ported import Ported, references

_CODE = "CX401"


def port_refusal(workspace: Workspace, file: SourceFile, refusal: Refusal) -> Ported:
    """`if (!errors.isEmpty()) return res.status(400).json({ … });` throws, and reads nothing but the input."""
    ported, handler, test = Ported(file), refusal.function, refusal.test
    plan = plan_response(file, handler, workspace=workspace).within(span_of(test), file)
    if plan.delegations:
        ported.problem(_CODE, "refuses by a function that answers", test)
    if find_all(test, "throw_statement") and refusal.is_tried:
        ported.problem(_CODE, "refuses by an error that is caught", test)
    ported.problems += plan.problems
    ported.edits += answer_edits(file, test, plan, ported.use, Use.CHECK)
    given = parameters(handler)
    ported.framework |= {parameter.name for parameter in given if parameter.name is not None}
    for index, parameter in enumerate(given[:3]):
        inside = [each for each in references(file, handler, index) if span_of(test).holds(span_of(each))]
        ported.own += [span_of(each) for each in inside]
        if index == 0 and not all(map(_reads_part, inside)):
            ported.problem(_CODE, f"reads more of `{parameter.name}` than the input", test)
    ported.own += [span_of(each) for each in refusal.names]
    return ported


def refusal_text(ported_test: str, refusal: Refusal, request: str) -> str:
    """`(req: Input) => { const errors = validationResult(req); if (!errors.isEmpty()) { … } }`"""
    declared = "\n".join(f"  {line.strip()}" for line in refusal.declaration.text().splitlines())
    return f"({request}) => {{\n{declared}\n  {ported_test}\n}};"


def _reads_part(reference: SgNode) -> bool:
    above = reference.parent()
    parts = member(above) if above is not None else None
    return parts is not None and parts[1] in INPUT
