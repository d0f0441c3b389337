"""Would throwing undo something that Express left standing? Then the mutation returns its failure instead."""

from __future__ import annotations

from codemods.ir.query import READS, Op, Query
from codemods.planner.analysis import Facts
from codemods.planner.closure import Closure
from codemods.planner.pieces import PieceKey
from codemods.planner.routes import RoutePlan
from codemods.source import Span, find_all, span_of


def may_roll_back(closure: Closure, plan: RoutePlan) -> bool:
    """True when some path of a route writes first and fails later, outside a transaction."""
    assert plan.piece is not None
    failing = [r.statement for r in plan.response.replies if r.fails] if plan.response is not None else []
    if _fails_after_write(closure, plan.piece.key, failing):
        return True
    return any(_fails_after_write(closure, key, []) for key in closure.reached(plan.piece.key)[1:])


def _fails_after_write(closure: Closure, key: PieceKey, failing: list[Span]) -> bool:
    """Within one piece: a write, and after it in the text something that may throw."""
    facts = closure.facts(key)
    bodies = [q.body for q in facts.queries if q.op is Op.TRANSACTION and q.body is not None]
    catches = [span_of(node) for node in find_all(facts.piece.node, "catch_clause")]
    outside = [query for query in facts.queries if not _in_transaction(facts, query)]
    writes = [query.call.start for query in outside if _is_write(query)]
    calls = [use for use in facts.uses if use.call is not None and not any(b.holds(use.span) for b in bodies)]
    writes += [body.end for body in bodies]
    writes += [use.span.start for use in calls if closure.writes(use.target)]
    fails = [span.start for span in failing] + [span_of(n).start for n in find_all(facts.piece.node, "throw_statement")]
    fails = [at for at in fails if not any(span.start <= at < span.end for span in (*catches, *bodies))]
    fails += [query.call.start for query in outside if _is_write(query) or query.or_throw]
    fails += [body.start for body in bodies]
    fails += [use.span.start for use in calls if _may_throw(closure, use.target)]
    if any(_repeats(facts, at) for at in writes):
        return True
    first = min(writes, default=None)
    return first is not None and any(at > first for at in fails)


_LOOPS = ("for_statement", "for_in_statement", "while_statement", "do_statement")


def _repeats(facts: Facts, at: int) -> bool:
    """A write in a loop: a later round may fail after an earlier one wrote."""
    spans = [span_of(node) for node in find_all(facts.piece.node, *_LOOPS)]
    spans += [span_of(node) for node in find_all(facts.piece.node, "arrow_function", "function_expression")
              if node.parent() is not None and node != facts.piece.node]  # fmt: skip
    return any(span.start < at < span.end for span in spans)


def _is_write(query: Query) -> bool:
    return query.op not in READS and query.op not in (Op.CONNECT, Op.TRANSACTION, Op.RAW)


def _in_transaction(facts: Facts, query: Query) -> bool:
    bodies = [q.body for q in facts.queries if q.op is Op.TRANSACTION and q.body is not None]
    return any(body.holds(query.call) for body in bodies)


def _may_throw(closure: Closure, key: PieceKey) -> bool:
    """Does a helper, or what it calls, throw or write under constraints?"""
    for reached in closure.reached(key):
        facts = closure.facts(reached)
        if find_all(facts.piece.node, "throw_statement") and facts.piece.kind != "declaration":
            return True
        if any(_is_write(query) or query.or_throw for query in facts.queries):
            return True
    return False
