"""One statement out of all that a call may send: what some of them say is under the tests that lead to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from codemods.ir.sql import Assigned, Expr, Guarded, Selection, SqlWork, Tested
from codemods.readers.assembled import values
from codemods.readers.sql.reading import UnreadError
from codemods.source.span import Span

Decided = Mapping[tuple[str, str, bool], values.Tested]
Spans = Callable[[values.Test], tuple[Span, Span | None]]


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent where the tests went as `decided`."""

    decided: Decided
    work: SqlWork


def merged(sent: Sequence[Sent], spans: Spans) -> SqlWork:
    """The one statement. `spans` gives the places of a test; whatever cannot be told apart by tests is refused."""
    first = sent[0].work
    if len(sent) == 1:
        return first
    guards = _Guards(sent, spans)
    selection = first.selection
    if selection is not None:
        selection = replace(selection, where=guards.conjuncts(_where), having=guards.conjuncts(_having))
    made = replace(first, selection=selection, changes=guards.changes())
    for each in sent:
        if _rest(each.work) != _rest(first):
            raise UnreadError(f"{_difference(each.work, first)} depends on tests")
    return made


class _Guards:
    def __init__(self, sent: Sequence[Sent], spans: Spans) -> None:
        self._sent, self._spans = sent, spans

    def conjuncts(self, part: Callable[[SqlWork], tuple[Expr, ...]]) -> tuple[Expr, ...]:
        """The parts of a condition, each under its tests."""
        found = dict.fromkeys(each for one in self._sent for each in part(one.work))
        return tuple(self._guarded(each, part) for each in found)

    def _guarded(self, each: Expr, part: Callable[[SqlWork], tuple[Expr, ...]]) -> Expr:
        tests = self._tests([each in part(one.work) for one in self._sent])
        return Guarded(tests, each, each.kind) if tests else each

    def changes(self) -> tuple[Assigned, ...]:
        """What an UPDATE sets, each column under its tests."""
        found = dict.fromkeys(each for one in self._sent for each in one.work.changes if isinstance(each, Assigned))
        names = [each.field for each in found]
        if len(set(names)) < len(names):
            raise UnreadError("a column is set to one value or another")
        return tuple(
            replace(each, tests=self._tests([each in one.work.changes for one in self._sent])) for each in found
        )

    def _tests(self, there: Sequence[bool]) -> tuple[Tested, ...]:
        """The tests that tell the statements in which something is from the others."""
        kept = [one.decided for one, is_there in zip(self._sent, there, strict=True) if is_there]
        others = [one.decided for one, is_there in zip(self._sent, there, strict=True) if not is_there]
        common = {key: gave for key, gave in kept[0].items() if all(_gave(one, key) is gave[1] for one in kept)}
        needed = dict(common)
        for key in common:
            fewer = {other: gave for other, gave in needed.items() if other != key}
            if not any(_is_met(fewer, one) for one in others):
                needed = fewer
        if any(_is_met(needed, one) for one in others):
            raise UnreadError("its conditions depend on several tests")
        return tuple(self._tested(test, answer) for test, answer in needed.values())

    def _tested(self, test: values.Test, answer: bool) -> Tested:
        node, case = self._spans(test)
        return Tested(node, answer, case, test.is_loose)


def _gave(decided: Decided, key: tuple[str, str, bool]) -> bool | None:
    found = decided.get(key)
    return found[1] if found is not None else None


def _is_met(tests: Decided, decided: Decided) -> bool:
    """May a statement be sent although the tests say otherwise?"""
    return all(_gave(decided, key) in (None, answer) for key, (_, answer) in tests.items())


def _where(work: SqlWork) -> tuple[Expr, ...]:
    return work.selection.where if work.selection is not None else ()


def _having(work: SqlWork) -> tuple[Expr, ...]:
    return work.selection.having if work.selection is not None else ()


def _rest(work: SqlWork) -> SqlWork:
    """What may not depend on tests."""
    selection = replace(work.selection, where=(), having=()) if work.selection is not None else None
    return replace(work, selection=selection, changes=())


def _difference(one: SqlWork, other: SqlWork) -> str:
    if one.selection is None or other.selection is None or one.verb is not other.verb:
        return "what it does"
    return next(iter(_different(one.selection, other.selection)), "what it does")


_PARTS = {
    "sources": "what it reads",
    "shown": "what it shows",
    "by": "its groups",
    "order": "its order",
    "limit": "its page",
    "offset": "its page",
}


def _different(one: Selection, other: Selection) -> Iterator[str]:
    yield from (word for name, word in _PARTS.items() if getattr(one, name) != getattr(other, name))
