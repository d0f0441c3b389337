"""How a handler answers: with a status and a body each, or through an object that builds the answer."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.built import BuiltReader
from codemods.planner.replies import Form, Forward, Reply, ResponsePlan
from codemods.planner.reply_reads import ReplyReader
from codemods.source import SourceFile
from codemods.workspace import Workspace

_BUILT = ("CX203", "CX705", "CX706")
"""What may go, or be said better, where the response stays."""

__all__ = ["Form", "Forward", "Reply", "ResponsePlan", "plan_response"]


def plan_response(
    file: SourceFile,
    handler: SgNode,
    skip: int = 0,
    workspace: Workspace | None = None,
    builds: bool = False,
    provided: frozenset[str] = frozenset(),
) -> ResponsePlan:
    """Read all uses of the response and of `next` in a handler; `skip` parameters come before the request.

    With a workspace, functions that are given the response to answer are read too. With `builds`, what status and
    body cannot say is said through an object that stands for the response. `provided` are the names on `res.locals`
    that are arguments.
    """
    return _plan(file, handler, skip + 1, skip + 2, workspace, builds, provided, 0)


def _plan(
    file: SourceFile,
    function: SgNode,
    response: int,
    forward: int | None,
    workspace: Workspace | None,
    builds: bool,
    provided: frozenset[str],
    depth: int,
) -> ResponsePlan:
    def delegate(file: SourceFile, node: SgNode, index: int, depth: int) -> ResponsePlan:
        return _plan(file, node, index, None, workspace, builds, frozenset(), depth)

    plain = ReplyReader(file, function, response, forward, workspace, delegate, depth, provided).read()
    if not builds or all(problem.code not in _BUILT for problem in plain.problems):
        return plain
    return BuiltReader(file, function, response, forward, workspace, delegate, depth, provided).read()
