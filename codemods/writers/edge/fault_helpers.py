"""Functions that an error handler hands its error to, and that look at its class: they get the fault that it became."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ast_grep_py import SgNode

from codemods.source import Edit, SourceFile, Span, find_all, member, parameters, span_of, unwrap
from codemods.source.tree import operator_of
from codemods.workspace import Workspace
from codemods.writers.edge.fault_reads import ZOD_MEMBERS, FaultReads
from codemods.writers.edge.ported import Helper, Ported
from codemods.writers.edge.step_reads import helper_of


def port_fault_helper(workspace: Workspace, file: SourceFile, helper: Helper) -> Ported:
    """`(err: any) => …` → `(err: Fault) => …`, with the tests of its class."""
    ported = Ported(file, is_helper=True)
    function, taken = helper.piece.node, parameters(helper.piece.node)[helper.index]
    if taken.pattern.kind() != "identifier":
        ported.problem("CX701", f"calls `{helper.piece.name}`, which takes the error apart", function)
        return ported
    reads = FaultReads(ported, function, taken.pattern, workspace)
    ported.helpers += fault_helpers(workspace, file, reads)
    reads.write()
    if ported.typed:
        name = taken.pattern.text()
        typed = f"{name}: {'any' if reads.is_loose else ported.use('Fault')}"
        ported.edits.append(Edit.replace(span_of(taken.node), typed))
    return ported


def fault_helpers(
    workspace: Workspace, file: SourceFile, reads: FaultReads, written: Sequence[Span] = ()
) -> Iterator[Helper]:
    """The functions that are given the error and ask for its class, or for what only a class has.

    What is `written` calls others.
    """
    for reference in reads.references:
        helper = helper_of(workspace, file, reference)
        if helper is None or any(span.holds(span_of(reference)) for span in written):
            continue
        owner = workspace.source(helper.piece.key.file)
        if any(class_tests(owner, helper.piece.node)):
            yield Helper(helper.piece, helper.index, True)


def class_tests(file: SourceFile, function: SgNode) -> Iterator[tuple[SgNode, str]]:
    """Where a function tests for a class other than `Error`, or reads what only an error of Zod has."""
    for node in find_all(function, "binary_expression"):
        right = node.field("right")
        if right is None or operator_of(node) != "instanceof":
            continue
        if right.text() != "Error" or file.bindings.resolve(right) is not None:
            yield node, "which tests for a class"
    for node in find_all(function, "member_expression") if "ZodError" in file.text else ():
        parts = member(node)
        if parts is not None and parts[1] in ZOD_MEMBERS and unwrap(parts[0]).kind() == "identifier":
            yield node, f"which reads `{parts[1]}` of a ZodError"
