"""What is found out about one piece of source: what it uses, what it does, and what stands in its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from codemods.ir.query import Query
from codemods.planner.pieces import Piece, PieceKey
from codemods.planner.problems import Problem
from codemods.source import Span


class Effect(StrEnum):
    """What running a piece does."""

    READS = "reads"
    WRITES = "writes"
    SCHEDULES = "schedules"
    OUTSIDE = "outside"
    """Work that only an action may do: of the world outside, or too slow for a transaction."""
    NODE = "node"
    """Work that only an action on Node may do."""
    CLOCK = "clock"
    """Asks for the time or for chance: the result of a query is kept, and stays what it was."""
    SIGNS = "signs"
    """Makes a token that names the time, which no cached query may."""


class Style(StrEnum):
    """How a use names its target."""

    DIRECT = "direct"
    NAMESPACE = "namespace"
    """`service.create`: the object before the last name becomes a module namespace."""
    THIS = "this"
    SETUP = "setup"
    """Nothing names it: it is done for the package that is used."""


@dataclass(frozen=True, slots=True)
class PieceUse:
    """One use of another piece. `span` is the whole expression that names it; `call` the call it is the callee of."""

    target: PieceKey
    span: Span
    local: str
    style: Style
    call: Span | None
    type_only: bool = False
    declared: str = ""
    """The name as which a statement declares it, which may declare several."""


@dataclass(frozen=True, slots=True)
class PackageUse:
    """One imported name of a package that the piece keeps."""

    module: str
    imported: str
    local: str
    type_only: bool


@dataclass(frozen=True, slots=True)
class Replaced:
    """Framework code that is written differently: an expression, its new text, and the import that goes with it."""

    span: Span
    text: str
    module: str | None = None
    name: str | None = None
    type_only: bool = False


@dataclass(frozen=True, slots=True)
class Timer:
    """A setTimeout that is a background job."""

    call: Span
    callback: Span
    delay: Span | None


@dataclass(frozen=True, slots=True)
class Outside:
    """Work that only an action may do: where it begins, and the package or global that does it."""

    at: int
    module: str
    on_node: bool = False


@dataclass(slots=True)
class Facts:
    """Everything that was found out about one piece."""

    piece: Piece
    uses: list[PieceUse] = field(default_factory=list)
    packages: list[PackageUse] = field(default_factory=list)
    replaced: list[Replaced] = field(default_factory=list)
    queries: list[Query] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    limits: list[Span] = field(default_factory=list)
    """Timers for which an action waits, or that end what takes too long."""
    outside: list[Outside] = field(default_factory=list)
    """Where it takes an action, and for what."""
    effects: set[Effect] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    """What its owner should know, and what is no obstacle."""
    variables: set[str] = field(default_factory=set)
    """The variables of the environment that it reads."""
    returned: tuple[Span, ...] = ()
    """Statements of promise chains that answer."""
    awaited: list[Span] = field(default_factory=list)
    """Calls whose replacement has to be awaited, while the source did not wait."""
    context: str = ""
    """What leads to the database, for middleware: `c.env`, which no caller has to give it."""
    asynchronous: tuple[Span, ...] = ()
    """Functions, the piece or some inside it, that another writer makes wait."""
    dropped: list[Span] = field(default_factory=list)
    """Statements of which nothing is left, with their lines."""
    receiver: str = ""
    """What it calls the document that was its `this`."""
    client: int | None = None
    """The index of the parameter that is a database client."""

    def waits_at(self, span: Span) -> bool:
        """Does it stand in a function that another writer makes wait?"""
        return any(function.holds(span) for function in self.asynchronous)

    @property
    def queries_now(self) -> list[Query]:
        """The database calls of the piece itself, without those of the jobs that it schedules."""
        return [query for query in self.queries if not any(t.callback.holds(query.call) for t in self.timers)]
