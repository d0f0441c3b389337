"""Would throwing undo something that Express left standing? Then the mutation returns its failure instead."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.query import READS, Op, Query
from codemods.planner.closure import Closure
from codemods.planner.facts import Facts
from codemods.planner.flow import LOOPS, may_end
from codemods.planner.pieces import PieceKey
from codemods.planner.routes import RoutePlan
from codemods.source import FUNCTION_KINDS, Span, arguments, find_all, member, span_of, unwrap


def may_roll_back(closure: Closure, plan: RoutePlan) -> bool:
    """True when some path of a route writes first and fails later, outside a transaction."""
    assert plan.piece is not None
    failing = [*failures(plan), *(plan.response.open_ends if plan.response is not None else ())]
    if fails_after_write(closure, plan.piece.key, failing):
        return True
    return any(fails_after_write(closure, key, []) for key in closure.reached(plan.piece.key)[1:])


def fails_after_write(closure: Closure, key: PieceKey, failing: Sequence[Span] = ()) -> bool:
    """Within one piece: a write, and behind it something that may throw."""
    facts = closure.facts(key)
    bodies = [q.body for q in facts.queries if q.op is Op.TRANSACTION and q.body is not None]
    later = [timer.callback for timer in facts.timers]
    apart = [*bodies, *later]
    outside = [query for query in facts.queries if not any(span.holds(query.call) for span in apart)]
    calls = [use for use in facts.uses if use.call is not None and not any(span.holds(use.span) for span in apart)]
    writes = [query.call.start for query in outside if is_write(query)]
    writes += [timer.call.start for timer in facts.timers]
    writes += [body.end for body in bodies]
    writes += [use.span.start for use in calls if closure.writes(use.target)]
    thrown = [*failing, *(span_of(node) for node in find_all(facts.piece.node, "throw_statement"))]
    fails = [span.start for span in thrown if not any(body.holds(span) for body in apart)]
    fails += [query.call.start for query in outside if is_write(query) or query.or_throw]
    fails += [body.start for body in bodies]
    fails += [use.span.start for use in calls if _may_throw(closure, use.target)]
    tries = _tries(facts)
    return any(repeats(facts, at) for at in writes) or any(
        _undoes(fail, write, tries) for write in writes for fail in fails
    )


@dataclass(frozen=True, slots=True)
class _Try:
    """The blocks of one `try` statement; absent ones are empty."""

    body: Span
    handler: Span
    finalizer: Span


def _tries(facts: Facts) -> list[_Try]:
    found = []
    for node in find_all(facts.piece.node, "try_statement"):
        spans = [span_of(part) if part is not None else Span(0, 0) for part in map(node.field, _BLOCKS)]
        found.append(_Try(*spans))
    return found


_BLOCKS = ("body", "handler", "finalizer")


def _undoes(fail: int, write: int, tries: list[_Try]) -> bool:
    """May a failure come after a write?

    A `finally` block runs behind the failures of its `try`. What fails in a `catch` does so because something in the
    `try` failed: when that was the write itself, there is nothing to lose, and all else counts by itself.
    """
    for each in tries:
        if _has(each.finalizer, write) and (_has(each.body, fail) or _has(each.handler, fail)):
            return True
        if _has(each.handler, fail) and _has(each.body, write):
            return False
    return fail > write


def _has(span: Span, at: int) -> bool:
    return span.start <= at < span.end


def caught_halfway(closure: Closure, plan: RoutePlan, stops_halfway: Callable[[Query], bool]) -> Query | None:
    """A transaction, or another call that writes all or nothing, whose failure some `catch` turns into an answer.

    What it wrote before would stay.
    """
    assert plan.piece is not None
    return caught_within(closure, plan.piece.key, stops_halfway, failures(plan))


def caught_within(
    closure: Closure, start: PieceKey, stops_halfway: Callable[[Query], bool], throws: Sequence[Span] = ()
) -> Query | None:
    """The same in what a piece reaches; `throws` are statements that will be thrown errors."""
    for key in closure.reached(start):
        facts = closure.facts(key)
        for query, at in _queries(closure, facts):
            if stops_halfway(query) and is_caught(facts, at, list(throws)):
                return query
    return None


def failures(plan: RoutePlan) -> list[Span]:
    """The statements of a handler that are thrown errors once it is a function of Convex."""
    if plan.response is None:
        return []
    replies = [reply.statement for reply in plan.response.replies if reply.throws]
    return [*replies, *(forward.statement for forward in plan.response.forwards)]


def _queries(closure: Closure, facts: Facts) -> Iterator[tuple[Query, int]]:
    """The calls of the database that a piece makes, itself or through its calls, and where."""
    yield from ((query, query.call.start) for query in facts.queries_now)
    for use in facts.uses:
        for key in closure.reached(use.target) if use.call is not None else ():
            yield from ((query, use.span.start) for query in closure.facts(key).queries_now)


def is_caught(facts: Facts, at: int, throws: list[Span], within: Span | None = None) -> bool:
    """Does something in a piece, or within a part of it, catch what a call throws, and go on without an error?

    `throws` are statements that will be thrown errors.
    """
    part = within or span_of(facts.piece.node)
    if is_forgotten(facts, at, throws, part):
        return True
    for node in find_all(facts.piece.node, "try_statement"):
        block, clause = node.field("body"), node.field("handler")
        caught = clause.field("body") if clause is not None and part.holds(span_of(node)) else None
        if block is not None and caught is not None and _has(span_of(block), at) and may_end(caught, throws):
            return True
    return False


def is_forgotten(facts: Facts, at: int, throws: list[Span], within: Span) -> bool:
    """Is it part of a promise that somebody catches, or asks all outcomes of?"""
    for call in find_all(facts.piece.node, "call_expression"):
        callee = call.field("function")
        parts = member(callee) if callee is not None else None
        if parts is None or not _has(span_of(call), at) or not within.holds(span_of(call)):
            continue
        if parts[1] == "allSettled" or (parts[1] == "catch" and _has(span_of(parts[0]), at) and _settles(call, throws)):
            return True
    return False


def _settles(call: SgNode, throws: list[Span]) -> bool:
    """May `promise.catch(…)` be left without an error? Functions that are handed in pass it on, as `next` does."""
    given = [unwrap(node) for node in arguments(call)]
    if not given or given[0].kind() not in FUNCTION_KINDS:
        return False
    body = given[0].field("body")
    if body is None or span_of(body) in throws:
        return False
    return body.kind() != "statement_block" or may_end(body, throws)


def repeats(facts: Facts, at: int) -> bool:
    """Does it stand in a loop, or in a callback? A later round may fail after an earlier one wrote."""
    return in_callback(facts, at) or any(_has(span_of(node), at) for node in find_all(facts.piece.node, *LOOPS))


def in_callback(facts: Facts, at: int) -> bool:
    """Does it stand in a function inside the piece, which nobody knows when and how often is run?"""
    nodes = find_all(facts.piece.node, "arrow_function", "function_expression")
    return any(_has(span_of(node), at) for node in nodes if node.parent() is not None and node != facts.piece.node)


def is_write(query: Query) -> bool:
    """A call that writes by itself; a transaction does what is called in it."""
    return query.op not in READS and query.op not in (Op.CONNECT, Op.TRANSACTION, Op.RAW, Op.CLOCK)


def _may_throw(closure: Closure, key: PieceKey) -> bool:
    """Does a helper, or what it calls, throw or write under constraints?"""
    for reached in closure.reached(key):
        facts = closure.facts(reached)
        if find_all(facts.piece.node, "throw_statement") and facts.piece.kind != "declaration":
            return True
        if any(is_write(query) or query.or_throw for query in facts.queries):
            return True
    return False


def catches(function: SgNode, logs: Callable[[SgNode], bool]) -> bool:
    """Does a function look at what others threw? Handing it on and logging it is no looking.

    `logs` tells the calls that only write to the log.
    """
    if any(_looks(clause, logs) for clause in find_all(function, "catch_clause")):
        return True
    calls = (member(callee) for call in find_all(function, "call_expression") if (callee := call.field("function")))
    return any(parts is not None and parts[1] == "catch" for parts in calls)


def _looks(clause: SgNode, logs: Callable[[SgNode], bool]) -> bool:
    caught, body = clause.field("parameter"), clause.field("body")
    if caught is None or body is None:
        return False
    if caught.kind() != "identifier":
        return True
    uses = [
        node for node in find_all(body, "identifier", "shorthand_property_identifier") if node.text() == caught.text()
    ]
    return not all(_is_handed_on(node, logs) for node in uses)


def _is_handed_on(node: SgNode, logs: Callable[[SgNode], bool]) -> bool:
    parent = node.parent()
    if parent is not None and parent.kind() == "throw_statement":
        return True
    call = parent.parent() if parent is not None and parent.kind() == "arguments" else None
    callee = call.field("function") if call is not None else None
    if callee is not None and callee.text() == "next":
        return True
    around = itertools.takewhile(lambda each: each.kind() not in ("catch_clause", *FUNCTION_KINDS), node.ancestors())
    return any(each.kind() == "call_expression" and logs(each) for each in around)
