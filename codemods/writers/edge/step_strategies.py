"""`passport.authenticate("jwt", options, callback)(req, res, next)` in middleware, as a call of the strategy."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.settings.authenticating import Authentication, authentications, strategy_piece
from codemods.source import Edit, Span, arguments, enclosing, parameters, span_of
from codemods.source.tree import FUNCTION_KINDS
from codemods.workspace import Workspace
from codemods.writers.edge.ported import Helper, Ported

_CODE = "CX701"


def authenticate(workspace: Workspace, ported: Ported, function: SgNode, context: str) -> list[Span]:
    """Write all of them anew; returns where obstacles that others see are none."""
    found = authentications(ported.file, function)
    for each in found:
        _write(workspace, ported, function, each, context)
    return [span_of(given) for each in found for given in arguments(each.outer)]


def _write(workspace: Workspace, ported: Ported, function: SgNode, found: Authentication, context: str) -> None:
    """`withVerdict(jwtStrategy(c), callback)`; the name of the strategy is written where its use is known."""
    names = [parameter.name for parameter in parameters(function)[:3]]
    if [given.text() for given in arguments(found.outer)] != names:
        ported.problem(_CODE, "asks passport about another request", found.outer)
        return
    piece = strategy_piece(workspace, found)
    if isinstance(piece, str):
        ported.problem(_CODE, f"asks passport: {piece}", found.inner)
        return
    ported.helpers.append(Helper(piece, 0, strategy=True))
    callee, callback, outer = span_of(found.callee), span_of(found.callback), span_of(found.outer)
    ported.edits.append(Edit.insert(callee.start, f"{ported.use('withVerdict')}("))
    ported.edits.append(Edit.replace(Span(callee.end, callback.start), f"({context}), "))
    ported.edits.append(Edit.replace(Span(callback.end, outer.end), f"){_caught(function, found.outer)}"))


def _caught(function: SgNode, call: SgNode) -> str:
    """In a promise that is made by hand, what the callback throws is what the promise fails with."""
    executor = enclosing(call, FUNCTION_KINDS)
    held = executor.parent() if executor is not None and span_of(executor) != span_of(function) else None
    made = held.parent() if held is not None and held.kind() == "arguments" else None
    maker = made.field("constructor") if made is not None and made.kind() == "new_expression" else None
    given = parameters(executor) if executor is not None and maker is not None and maker.text() == "Promise" else []
    return f".catch({given[1].name})" if len(given) > 1 and given[1].name is not None else ""
