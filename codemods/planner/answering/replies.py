"""The answers of a handler: what each sends, and the statement of the source that it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from codemods.planner.answering.handing import Slot
from codemods.planner.answering.verdicts import Verdict
from codemods.planner.pieces import Piece, PieceKey
from codemods.planner.problems import Problem
from codemods.source import SourceFile, Span


class Form(StrEnum):
    """What the reply is made of."""

    JSON = "json"
    TEXT = "text"
    """A string: Express answers text/html."""
    EMPTY = "empty"
    STATUS_TEXT = "status text"
    """`sendStatus`: the status's own phrase as text/plain."""
    SENT = "sent"
    """`send(x)` of a value that is known at run time: a string is text/html, null is empty, all else JSON."""
    BUILT = "built"
    """The call itself gives the answer: what it is called on builds it."""


class Standing(StrEnum):
    """How a reply stands in its handler."""

    STATEMENT = "statement"
    BODY = "body"
    """The expression that an arrow function consists of."""
    BRANCH = "branch"
    """A branch of `return found ? res.json(a) : res.status(404).json(b)`."""


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a reply stands: the statement (or arrow body) to replace, and what has to move or go with it.

    `after` is a bare `return;` or `break;` right behind it, which goes; `logs` are statements behind it that only
    write to the log, which come first.
    """

    standing: Standing
    statement: Span
    after: Span | None = None
    logs: Span | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `status` is None when it is computed (then `status_node` says how).

    `preset` are the statements `res.status(201);`, `res.set("X-Total", n);` right before it. `effect` is the body of a
    reply that sends none, when evaluating it does something: `res.status(204).json(await remove(id))`. `headers` are
    names and values.
    """

    status: int | None
    status_node: Span | None
    form: Form
    body: Span | None
    stand: Stand
    call: Span
    preset: Span | None = None
    effect: Span | None = None
    headers: tuple[tuple[Span, Span], ...] = ()
    returned: bool = False
    """It stands in a callback of a promise chain, whose `catch` would see what is thrown."""

    @property
    def statement(self) -> Span:
        return self.stand.statement

    @property
    def after(self) -> Span | None:
        return self.stand.after

    @property
    def fails(self) -> bool:
        """A literal status of 400 and more."""
        return self.status is not None and self.status >= 400

    @property
    def throws(self) -> bool:
        """Written as a thrown error; a branch of an expression can only return, and so does an answer with headers."""
        held = self.stand.standing is Standing.BRANCH or self.headers or self.returned
        return self.fails and not held


def _around(reply: Reply, status: bool) -> Iterator[Span]:
    """A reply without the parts that stay."""
    whole = reply.call if reply.stand.standing is Standing.BRANCH else reply.statement
    start = whole.start if reply.preset is None else reply.preset.start
    kept = [reply.body, reply.effect, *([reply.status_node] if status else [])]
    if reply.form is Form.BUILT:
        kept = [reply.call]
    kept += [span for header in reply.headers for span in header]
    for span in sorted((span for span in kept if span is not None), key=lambda span: span.start):
        yield Span(start, span.start)
        start = span.end
    yield Span(start, whole.end)


@dataclass(frozen=True, slots=True)
class Forward:
    """`next(error)`: the statement to replace by a throw, and the error.

    One that is `caught` stands in a `try` whose `catch` would answer otherwise than the handler of errors.
    """

    error: Span
    stand: Stand
    caught: bool = False

    @property
    def statement(self) -> Span:
        return self.stand.statement

    @property
    def after(self) -> Span | None:
        return self.stand.after


@dataclass(frozen=True, slots=True)
class Raised:
    """`res.status(404); throw new Error(…)`: error handlers read the status from the response."""

    status: Span
    statement: Span
    thrown: Span
    error: Span


@dataclass(frozen=True, slots=True)
class Delegate:
    """A function that answers for its callers, such as `sendSuccess(res, data)`: `response` is where it takes it.

    One that `sets` only prepares the answer, such as `setCookies(res, tokens)`: it keeps its parameter, and `returns`
    it or not.
    """

    piece: Piece
    plan: ResponsePlan
    response: Slot
    sets: bool = False
    returns: bool = False

    @property
    def name(self) -> str | None:
        """What it calls the response."""
        found = self.response.name_in(self.piece.node)
        return found.text() if found is not None else None

    @property
    def heads(self) -> bool:
        """It sets headers and cookies, whatever the answer is."""
        return self.sets and self.plan.builder is not None and self.plan.builder.heads


@dataclass(frozen=True, slots=True)
class Delegation:
    """A call that answers; `argument` is the response in it, with the comma that goes with it."""

    delegate: Delegate
    call: Span
    argument: Span
    stand: Stand

    @property
    def statement(self) -> Span:
        return self.stand.statement


@dataclass(frozen=True, slots=True)
class Builder:
    """The object that stands for the response: its name, and the uses that make it in place of declaring it."""

    name: str
    inline: tuple[Span, ...]
    builds_on: bool = False
    """It adds to headers, reads or removes them, whoever has set them."""
    heads: bool = False
    """Nothing but headers and cookies are set."""


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """All answers of a handler, the errors it forwards, and what cannot be carried over."""

    replies: tuple[Reply, ...]
    forwards: tuple[Forward, ...]
    problems: tuple[Problem, ...]
    raised: tuple[Raised, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    open_ends: tuple[Span, ...] = ()
    """Where a path ends without an answer: a bare `return;`, or the end of the body as an empty span."""
    chains: tuple[Stand, ...] = ()
    """Promise chains whose callbacks answer."""
    dropped: tuple[Span, ...] = ()
    """`.catch(next)`"""
    builder: Builder | None = None
    setters: tuple[Delegate, ...] = ()
    """Functions that are given what stands for the response, and only prepare the answer."""
    verdicts: tuple[Verdict, ...] = ()
    """Calls that may answer from their callback, and have the code behind them leave."""

    def with_builder(self, builder: Builder, setters: tuple[Delegate, ...]) -> ResponsePlan:
        """The same for a function in which the response stays."""
        return replace(self, builder=builder, setters=setters)

    def within(self, span: Span, file: SourceFile) -> ResponsePlan:
        """The answers of these statements alone."""
        places = ((problem, file.offset(problem.place.line, problem.place.column)) for problem in self.problems)
        return ResponsePlan(
            tuple(reply for reply in self.replies if span.holds(reply.call)),
            tuple(forward for forward in self.forwards if span.holds(forward.error)),
            tuple(problem for problem, offset in places if span.start <= offset < span.end),
            tuple(raised for raised in self.raised if span.holds(raised.statement)),
            tuple(each for each in self.delegations if span.holds(each.call)),
        )

    def without(self, span: Span, file: SourceFile) -> ResponsePlan:
        """The same once these statements are gone."""
        places = ((problem, file.offset(problem.place.line, problem.place.column)) for problem in self.problems)
        return replace(
            self,
            replies=tuple(reply for reply in self.replies if not span.holds(reply.call)),
            forwards=tuple(forward for forward in self.forwards if not span.holds(forward.error)),
            raised=tuple(raised for raised in self.raised if not span.holds(raised.statement)),
            delegations=tuple(each for each in self.delegations if not span.holds(each.call)),
            open_ends=tuple(end for end in self.open_ends if not span.holds(end)),
            problems=tuple(problem for problem, offset in places if not span.start <= offset < span.end),
            dropped=(*self.dropped, span),
        )

    @property
    def returned(self) -> tuple[Span, ...]:
        """The statements of promise chains."""
        return tuple(stand.statement for stand in self.chains)

    @property
    def successes(self) -> tuple[Reply, ...]:
        return tuple(reply for reply in self.replies if not reply.fails)

    @property
    def enveloped(self) -> bool:
        """The function returns status and body, since nobody can know either before it ran."""
        kinds = {(reply.status, reply.form) for reply in self.successes}
        special = any(reply.headers or (reply.fails and not reply.throws) for reply in self.replies)
        return (
            self.builder is not None
            or bool(self.delegations)
            or special
            or len(kinds) > 1
            or any(status is None for status, _ in kinds)
        )

    @property
    def built(self) -> bool:
        """What the function returns may hold all that an answer can have."""
        return self.builder is not None or any(delegate.plan.built for delegate in self._delegates())

    @property
    def sends_any(self) -> Reply | None:
        """An answer by `send` that would be bytes, if that is what it gets."""
        plans = [self, *(delegate.plan for delegate in self._delegates())]
        found = (reply for plan in plans if plan.builder is None for reply in plan.replies)
        return next((reply for reply in found if reply.form is Form.SENT), None)

    def erased(self, delegate: bool = False) -> list[Span]:
        """What of the answers is gone when they are written: the response, and statuses that the edge knows."""
        named = delegate or self.enveloped
        gone = [span for reply in self.replies for span in _around(reply, named or reply.throws)]
        return [*gone, *self.dropped]

    def delegates(self) -> dict[PieceKey, Delegate]:
        """All functions that answer for this one, those that they call included."""
        return {delegate.piece.key: delegate for delegate in self._delegates()}

    def _delegates(self) -> Iterator[Delegate]:
        for delegate in (*self.setters, *(delegation.delegate for delegation in self.delegations)):
            yield delegate
            yield from delegate.plan._delegates()
