"""How a handler answers: with a status and a body each, or through an object that builds the answer."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.answering.built import BuiltReader, sets_head, setter_of
from codemods.planner.answering.chains import calls_on
from codemods.planner.answering.handing import Slot, call_around
from codemods.planner.answering.replies import Delegate, Form, Forward, Reply, ResponsePlan
from codemods.planner.answering.reply_reads import ReplyReader
from codemods.source import SourceFile
from codemods.workspace import Workspace

_BUILT = ("CX203", "CX705", "CX706")
"""What may go, or be said better, where the response stays."""

__all__ = ["Form", "Forward", "Reply", "ResponsePlan", "plan_response", "sets_heads"]


def plan_response(
    file: SourceFile,
    handler: SgNode,
    skip: int = 0,
    workspace: Workspace | None = None,
    builds: bool = False,
    provided: frozenset[str] = frozenset(),
    verdicts: bool = False,
) -> ResponsePlan:
    """Read all uses of the response and of `next` in a handler; `skip` parameters come before the request.

    With a workspace, functions that are given the response to answer are read too. With `builds`, what status and
    body cannot say is said through an object that stands for the response. `provided` are the names on `res.locals`
    that are arguments. With `verdicts`, a callback may answer and have the code behind it leave.
    """
    return _plan(file, handler, Slot(skip + 1), Slot(skip + 2), workspace, builds, provided, 0, verdicts)


def sets_heads(workspace: Workspace, file: SourceFile, reference: SgNode) -> tuple[SgNode, Delegate | None] | None:
    """`res.cookie(…).set(…)`, `setCookies(res, tokens)`: the call, and the function that does it.

    None for what does more than set headers and cookies of whatever is answered.
    """
    outer, calls, stray = calls_on(reference)
    if calls or stray is not None:
        return (outer, None) if stray is None and all(sets_head(*each) for each in calls) else None
    call, slot = call_around(reference)

    def plan(file: SourceFile, node: SgNode, slot: Slot, depth: int) -> ResponsePlan:
        return _plan(file, node, slot, None, workspace, True, frozenset(), depth)

    delegate = setter_of(workspace, file, call, slot, plan) if call is not None else None
    return (call, delegate) if call is not None and delegate is not None and delegate.heads else None


def _plan(
    file: SourceFile,
    function: SgNode,
    response: Slot,
    forward: Slot | None,
    workspace: Workspace | None,
    builds: bool,
    provided: frozenset[str],
    depth: int,
    verdicts: bool = False,
) -> ResponsePlan:
    def delegate(file: SourceFile, node: SgNode, slot: Slot, depth: int) -> ResponsePlan:
        return _plan(file, node, slot, None, workspace, builds, frozenset(), depth)

    plain = ReplyReader(file, function, response, forward, workspace, delegate, depth, provided, verdicts).read()
    if not builds or all(problem.code not in _BUILT for problem in plain.problems):
        return plain
    return BuiltReader(file, function, response, forward, workspace, delegate, depth, provided).read()
