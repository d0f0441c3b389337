"""Frozen records for what was found, what became of it, and which changes belong together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a thing found in the source. Every item ends with exactly one."""

    MIGRATED = "migrated"
    NEEDS_REVIEW = "needs-review"
    UNSUPPORTED = "unsupported"
    SKIPPED = "skipped"


LEFT = frozenset({Outcome.NEEDS_REVIEW, Outcome.UNSUPPORTED})
"""What leaves work to the owner."""


class ItemKind(StrEnum):
    """The kinds of things that may not go unmentioned."""

    ROUTE = "route"
    VALIDATOR = "validator"
    QUERY = "query"
    TABLE = "table"
    TIMER = "timer"
    CRON = "cron"
    UPLOAD = "upload"
    MIDDLEWARE = "middleware"
    FILE = "file"


class Severity(StrEnum):
    """How much a diagnostic matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in the user's repository: POSIX path relative to the root, line and column counted from 1."""

    file: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Target:
    """The top-level declaration of `convex/` that does an item's work.

    `function_kind` is one of query, mutation, action, internalQuery, internalMutation, internalAction,
    httpAction, or None when the target is no registered function (a table, a validator).
    """

    file: str
    export: str | None = None
    function_kind: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing found in the source and its outcome.

    `reason` is None for a migrated item, else `"CX312 what stands in the way"`; `group` names the change group
    that carries the item, or the groups of which any does: when none is accepted, the item is skipped.
    """

    kind: ItemKind
    name: str
    outcome: Outcome
    source: Place
    reason: str | None = None
    target: Target | None = None
    group: str | tuple[str, ...] | None = None

    @property
    def groups(self) -> tuple[str, ...]:
        """The change groups that carry the item; none for one that no change carries."""
        if self.group is None:
            return ()
        return (self.group,) if isinstance(self.group, str) else self.group


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Something the owner should know: a stable code, a message, what to do (`help`), and a place."""

    code: str
    severity: Severity
    message: str
    help: str
    place: Place


@dataclass(frozen=True, slots=True)
class Group:
    """Changes that are accepted or rejected together, for example one route with everything only it needs.

    `needs` names groups without which this one makes no sense (the table that a route reads). A group is written
    only when all groups that it needs, transitively, are written too.
    """

    id: str
    title: str
    kind: ItemKind
    source: Place
    needs: tuple[str, ...] = ()
