"""Work of an action: of the world outside, on Node, or too slow for a transaction. An action waits for all of it."""

from __future__ import annotations

from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.planner.facts import Effect, Outside, Replaced
from codemods.planner.member_chains import member_chain
from codemods.planner.pieces import CONSTANTS
from codemods.planner.places_of_use import call_of
from codemods.planner.running.floating import LOGGED, is_floating, left_alone, may_fail
from codemods.planner.running.npm import SYNCHRONOUS, Nature
from codemods.planner.running.setups import sets_up
from codemods.planner.scan import Scan
from codemods.source import FUNCTION_KINDS, Span, arguments, member, shortened, span_of, unwrap

_WITH_PROMISE = {"hash": 2, "compare": 2, "genSalt": 1}
"""How many arguments the functions of bcrypt take that give a promise: one more is a callback."""

_OF_PROMISES = frozenset({"then", "catch", "finally"})
_WAITS = frozenset({"await_expression", "return_statement", "arrow_function"})


def act(scan: Scan, nature: Nature, module: str, node: SgNode) -> None:
    """Note what using a package or global does, and that what it begins is waited for."""
    scan.facts.effects.add(Effect.OUTSIDE)
    scan.facts.outside.append(Outside(span_of(node).start, module, nature is Nature.NODE))
    if nature is Nature.NODE:
        scan.facts.effects.add(Effect.NODE)
    call = call_around(node)
    if call is not None and scan.facts.piece.kind not in CONSTANTS:
        wait(scan, module, call)


def wait(scan: Scan, module: str, call: SgNode) -> None:
    """A call that nothing waits for is waited for, as an action drops what goes on after it; a callback is refused."""
    if _is_promised(scan, call):
        return
    calls = list(_chained(call))
    if any(_takes_callback(each, module) for each in calls) and not _is_waited_for(calls[-1]):
        scan.problem(call, "CX204", f"gives {module} a callback")
    elif is_floating(scan.file, span_of(call), scan.facts.returned) and not _is_done_at_once(call, module):
        alone = left_alone(scan.file, span_of(call))
        if alone is None:
            scan.problem(call, "CX209", f"`{shortened(call)}` of {module} is called and not awaited")
            return
        scan.facts.awaited.append(span_of(alone))
        if may_fail(alone):
            end = span_of(alone).end
            scan.facts.replaced.append(Replaced(Span(end, end), LOGGED))


def call_around(node: SgNode) -> SgNode | None:
    """The call of what a name leads to: `mail.send(…)` for `mail`."""
    return node if node.kind() == "call_expression" else call_of(member_chain(node)[-1])


def _chained(call: SgNode) -> Iterator[SgNode]:
    """A call and those made on its result, `connect().send(…)`, but for those of a promise."""
    current: SgNode | None = call
    while current is not None:
        callee = current.field("function")
        parts = member(callee) if callee is not None else None
        if parts is None or parts[1] not in _OF_PROMISES:
            yield current
        above = current.parent()
        current = call_of(above) if above is not None and above.kind() == "member_expression" else None


def _is_promised(scan: Scan, call: SgNode) -> bool:
    """Is it begun by `new Promise((resolve, reject) => …)`, which someone waits for?"""
    for above in call.ancestors():
        if above == scan.node:
            return False
        maker = above.field("constructor") if above.kind() == "new_expression" else None
        if maker is not None and maker.text() == "Promise":
            return not is_floating(scan.file, span_of(above), scan.facts.returned)
    return False


def _is_waited_for(call: SgNode) -> bool:
    above = call.parent()
    return above is not None and above.kind() in _WAITS


def _is_done_at_once(call: SgNode, module: str) -> bool:
    """`mail.setApiKey(key);`, `hash.update(text);`: nothing is left to wait for when it returns."""
    callee = call.field("function")
    parts = member(callee) if callee is not None else None
    name = parts[1] if parts is not None else ""
    above = call.parent()
    is_statement = above is not None and above.kind() == "expression_statement"
    return is_statement and (sets_up(name) or module.removeprefix("node:") in SYNCHRONOUS | _AT_ONCE)


_AT_ONCE = frozenset({"assert", "buffer", "crypto", "path", "querystring", "util"})
"""Modules of Node of which nothing goes on after a call, unless it is given a callback."""


def _takes_callback(call: SgNode, module: str) -> bool:
    if module.removeprefix("node:") in SYNCHRONOUS:
        return False
    given = arguments(call)
    callee = call.field("function")
    parts = member(callee) if callee is not None else None
    name = parts[1] if parts is not None else callee.text() if callee is not None else ""
    if module in ("bcrypt", "bcrypt-ts", "bcryptjs") and len(given) > _WITH_PROMISE.get(name, 9):
        return True
    return any(unwrap(each).kind() in FUNCTION_KINDS for each in given)
