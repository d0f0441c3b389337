"""What the database writers give back: pieces of code with everything that they need around them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from codemods.source.edit import Part
from codemods.source.span import Span
from codemods.writers.layout import Doc

TableAction = Literal["mapper", "insert", "patch", "delete", "link", "unlink", "model", "save"]

DATA_MODEL = "convex:_generated/dataModel"
SERVER = "convex:_generated/server"


@dataclass(frozen=True, slots=True)
class ImportSpec:
    """One imported name. A module path `convex:lib/rows` means that file of the functions folder."""

    module: str
    name: str
    local: str = ""
    type_only: bool = False

    @property
    def binds(self) -> str:
        """The local name, which is the exported name unless it was given another."""
        return self.local or self.name


@dataclass(frozen=True, slots=True, order=True)
class TableUse:
    """A function of `convex/tables/<table>.ts` that some code calls. `step` is a column that code increments."""

    table: str
    action: TableAction
    step: str = ""


@dataclass(frozen=True, slots=True)
class DbCode:
    """An expression of a Promise, and what has to exist for it.

    `indexes` holds (source table, Convex field names); `runtime` names functions of the runtime library;
    `diagnostics` are (code, message); `comments` stood in the call between its values, and belong before the statement.
    """

    parts: tuple[Part, ...]
    imports: tuple[ImportSpec, ...] = ()
    tables: frozenset[TableUse] = frozenset()
    indexes: frozenset[tuple[str, tuple[str, ...]]] = frozenset()
    runtime: frozenset[str] = frozenset()
    diagnostics: tuple[tuple[str, str], ...] = ()
    comments: tuple[str, ...] = ()
    functions: Mapping[str, str] = field(default_factory=dict)
    """The internal functions by which an action reaches the database: texts by name."""
    beyond: tuple[ImportSpec, ...] = ()
    """What those functions import."""
    dropped: frozenset[Span] = frozenset()
    """Values of the source of which nothing is left, since others are the same."""
    conditions: Mapping[str, Doc] = field(default_factory=dict)
    """The functions, by name, that test rows for conditions which were assembled before the call."""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Text for a span, with holes that may lie anywhere in the file.

    One that `erases` takes the place of everything in its span, so that edits there only show in holes.
    """

    span: Span
    parts: tuple[Part, ...]
    erases: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a query was not written."""

    code: str
    reason: str


class RefusedError(Exception):
    """Raised inside the writers where a part of a query cannot be written without changing its meaning."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.refusal = Refusal(code, reason)


class ValueFacts(Protocol):
    """What the planner knows of the values in a query."""

    reaching: Collection[tuple[str, int]]
    """Functions that need a context, by file and offset."""

    def may_be_undefined(self, value: Span) -> bool:
        """True unless the value is known to be defined."""
        ...

    def may_be_null(self, value: Span) -> bool:
        """True unless the value is known to be neither null nor undefined: written types are no proof."""
        ...

    def turns_async(self, value: Span) -> bool:
        """Is something in it awaited that the source did not wait for?"""
        ...

    def is_null(self, value: Span) -> bool:
        """True for the literal null."""
        ...

    def literal(self, value: Span) -> str | None:
        """The source text of a literal."""
        ...

    def id_table(self, value: Span) -> str | None:
        """The source table whose Convex id the value is known to be."""
        ...

    def text(self, value: Span) -> str:
        """The source text, to decide by, never to print."""
        ...


def merge_imports(*groups: Iterable[ImportSpec]) -> tuple[ImportSpec, ...]:
    """All imports once, in a stable order."""
    return tuple(sorted({spec for group in groups for spec in group}, key=_order))


def _order(spec: ImportSpec) -> tuple[str, str, str, bool]:
    return (spec.module, spec.name, spec.local, spec.type_only)
