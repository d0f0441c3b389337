"""May a failed transaction take back the whole mutation? It may where nothing else is written that has to stay."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.ir.query import Op, Query
from codemods.planner.closure import FUNCTIONS, Closure
from codemods.planner.facts import Facts
from codemods.planner.flow import LISTS, may_end, rest_after
from codemods.planner.pieces import PieceKey
from codemods.planner.routes import RoutePlan
from codemods.planner.running.rollback import failures, in_callback, is_caught, is_forgotten, is_write, repeats
from codemods.source import FUNCTION_KINDS, Span, span_of

IsWhole = Callable[[Query], bool]
"""Is a call of the database one that writes all or nothing?"""


@dataclass(frozen=True, slots=True)
class Undoing:
    """What writes all or nothing in a route, by piece.

    `caught` fails within a job or another transaction that goes on; `obstacles` cannot take the mutation back with
    them, since more is written that has to stay; `scattered` may be done several at a time, by callbacks.
    """

    calls: tuple[tuple[PieceKey, Span], ...]
    caught: Query | None
    obstacles: tuple[tuple[PieceKey, Query], ...]
    scattered: tuple[tuple[PieceKey, Query], ...]


def read_undoing(closure: Closure, plan: RoutePlan, is_whole: IsWhole, is_alone: IsWhole) -> Undoing:
    """Go through what a route runs: in transactions, in jobs, and beside both. What `is_alone` takes nothing along."""
    assert plan.piece is not None
    every = _Reader(closure, is_whole, failures(plan))
    reader = _Reader(closure, lambda query: is_whole(query) and not is_alone(query), failures(plan))
    outer, inner = reach(closure, plan.piece.key)
    calls = tuple((key, query.call) for key in outer for query in reader.whole(key))
    caught = [*map(reader.caught, inner), *map(reader.caught_inside, outer)]
    obstacles = dict.fromkeys(found for key in outer for found in reader.obstacles(key))
    scattered = dict.fromkeys(found for key in outer for found in every.scattered(key))
    return Undoing(calls, next(filter(None, caught), None), tuple(obstacles), tuple(scattered))


def reach(
    closure: Closure, start: PieceKey, border: Collection[PieceKey] = ()
) -> tuple[tuple[PieceKey, ...], tuple[PieceKey, ...]]:
    """The pieces that a route runs beside its transactions and jobs, and those that it runs in them.

    Functions on the `border` are run for it in a transaction of their own.
    """
    outer: dict[PieceKey, None] = {start: None}
    inner: dict[PieceKey, None] = {}
    queue = [start]
    while queue:
        facts = closure.facts(queue.pop(0))
        apart = apart_from(facts)
        for use in facts.uses:
            if use.target in border or any(span.holds(use.span) for span in apart):
                inner |= dict.fromkeys(closure.reached(use.target))
            elif use.target not in outer:
                outer[use.target] = None
                queue.append(use.target)
    return tuple(outer), tuple(inner)


def apart_from(facts: Facts) -> list[Span]:
    """The code of transactions, and that of jobs."""
    bodies = [query.body for query in facts.queries if query.op is Op.TRANSACTION and query.body is not None]
    return [*bodies, *(timer.callback for timer in facts.timers)]


@dataclass(frozen=True, slots=True)
class _Work:
    """Work of the database at a place: a call of it, of a function that reaches it, or a timer that is set.

    `whole` is what writes all or nothing there; `is_quiet` says that its failure does not come out.
    """

    at: int
    writes: bool = True
    whole: tuple[tuple[PieceKey, Query], ...] = ()
    is_quiet: bool = False
    is_handed_on: bool = False


@dataclass(frozen=True, slots=True)
class _Reader:
    closure: Closure
    is_whole: IsWhole
    throws: list[Span]

    def whole(self, key: PieceKey) -> Iterator[Query]:
        """What writes all or nothing in a piece, outside of its transactions."""
        facts = self.closure.facts(key)
        apart = apart_from(facts)
        for query in facts.queries:
            if self.is_whole(query) and not any(span.holds(query.call) for span in apart):
                yield query

    def caught(self, key: PieceKey) -> Query | None:
        """A call in a piece whose failure something catches, in the piece."""
        facts = self.closure.facts(key)
        every = ((query, query.call.start) for query in facts.queries if self.is_whole(query))
        return next((query for query, at in every if is_caught(facts, at, self.throws)), None)

    def caught_inside(self, key: PieceKey) -> Query | None:
        """A call in a transaction or job whose failure something catches in there."""
        facts = self.closure.facts(key)
        for span in apart_from(facts):
            for query in facts.queries:
                inside = span.holds(query.call) and self.is_whole(query)
                if inside and is_caught(facts, query.call.start, self.throws, span):
                    return query
        return None

    def scattered(self, key: PieceKey) -> Iterator[tuple[PieceKey, Query]]:
        """What writes all or nothing in a callback, of which several may run at a time."""
        facts = self.closure.facts(key)
        for work in self._works(key, facts):
            yield from work.whole if work.is_handed_on or in_callback(facts, work.at) else ()

    def obstacles(self, key: PieceKey) -> Iterator[tuple[PieceKey, Query]]:
        """What writes all or nothing where something is written before it, or more is done after its failure."""
        facts = self.closure.facts(key)
        works = list(self._works(key, facts))
        for one in works:
            others = [other for other in works if other is not one]
            alone = (
                one.is_handed_on or repeats(facts, one.at) or any(self._collide(facts, one, each) for each in others)
            )
            yield from one.whole if alone else ()

    def _works(self, key: PieceKey, facts: Facts) -> Iterator[_Work]:
        apart = apart_from(facts)
        for query in facts.queries:
            if not any(span.holds(query.call) for span in apart) and query.op not in (Op.CONNECT, Op.CLOCK):
                own = ((key, query),) if self.is_whole(query) else ()
                yield _Work(query.call.start, query.op is Op.TRANSACTION or bool(own) or is_write(query), own)
        yield from (_Work(timer.call.start) for timer in facts.timers)
        for use in facts.uses:
            called = self.closure.piece(use.target).kind in FUNCTIONS and self.closure.reaches_context(use.target)
            if called and not any(span.holds(use.span) for span in apart):
                outer, _ = reach(self.closure, use.target)
                whole = tuple((inner, query) for inner in outer for query in self.whole(inner))
                quiet = any(self.caught(inner) is not None for inner in outer)
                yield _Work(use.span.start, self.closure.writes(use.target), whole, quiet, use.call is None)

    def _collide(self, facts: Facts, one: _Work, other: _Work) -> bool:
        """Is something written before this, or other work done after this failed, which would see what it left?"""
        return (other.writes and _precedes(facts, other, one)) or self._follows_failure(facts, other, one)

    def _follows_failure(self, facts: Facts, other: _Work, failing: _Work) -> bool:
        for node in _tries(facts, failing.at):
            handler, finalizer = node.field("handler"), node.field("finalizer")
            if _holds(finalizer, other.at) or _holds(handler, other.at):
                return True
            caught = handler.field("body") if handler is not None else None
            if caught is not None and may_end(caught, self.throws) and _runs_after(facts, node, other.at):
                return True
        statement = _statement(facts, failing.at)
        whole = span_of(facts.piece.node)
        is_quiet = failing.is_quiet or is_forgotten(facts, failing.at, self.throws, whole)
        return is_quiet and (statement is None or _runs_after(facts, statement, other.at))


def _precedes(facts: Facts, first: _Work, then: _Work) -> bool:
    """May one write be done before another?"""
    statement = _statement(facts, first.at)
    if statement is None or _holds(statement, then.at) or _runs_after(facts, statement, then.at):
        return True
    tries = _tries(facts, first.at, "body", "handler")
    return any(
        _holds(node.field("finalizer"), then.at)
        or (_holds(node.field("body"), first.at) and _holds(node.field("handler"), then.at))
        for node in tries
    )


def _runs_after(facts: Facts, statement: SgNode, at: int) -> bool:
    return any(_holds(node, at) for node in rest_after(statement, facts.piece.node).statements)


def _statement(facts: Facts, at: int) -> SgNode | None:
    """The statement of the piece's own function around a place; None where it is an expression as a whole."""
    found: SgNode | None = None
    node: SgNode | None = facts.piece.node
    while node is not None:
        inner = next((child for child in node.children() if _holds(child, at)), None)
        if inner is not None and inner.kind() in FUNCTION_KINDS:
            break
        found = inner if node.kind() in LISTS else found
        node = inner
    return found


def _tries(facts: Facts, at: int, *parts: str) -> list[SgNode]:
    """The `try` statements that have a place in their body, or in one of other parts."""
    found = facts.piece.node.find_all(kind="try_statement")
    return [node for node in found if any(_holds(node.field(part), at) for part in parts or ("body",))]


def _holds(node: SgNode | None, at: int) -> bool:
    return node is not None and span_of(node).start <= at < span_of(node).end
