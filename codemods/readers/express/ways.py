"""What is registered on routers under paths, and the ways that lead to it from an application."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from codemods.ir.app import Condition, Middleware, Role
from codemods.readers.express.objects import Router
from codemods.readers.express.places import Scope


@dataclass(frozen=True, slots=True)
class Step:
    """Where something is registered on a router, and under which path."""

    router: Router
    scope: Scope
    position: tuple[int, ...]
    path: str | None = ""


_BELOW = re.compile(r"(/\*\w*|/\{\*\w+\}|\{/\*\w+\}|/\(\.\*\))$")
"""The end of a path that stands for all paths below the rest of it: `/api/*`, `/api{/*rest}`."""


@dataclass(frozen=True, slots=True)
class Used:
    """Middleware registered on a router with `use`, under a path."""

    position: tuple[int, ...]
    path: str | None
    middleware: Middleware
    scope: Scope = ("", -1)
    exact: bool = False
    """Only for this path, not for those below it."""

    def runs_before(self, scope: Scope, position: tuple[int, ...]) -> bool:
        """Registered earlier; where that cannot be told, it counts: a guard may not get lost."""
        return self.position < position if self.scope == scope else self.middleware.role is not Role.NOT_FOUND

    def below(self, prefix: str | None, middleware: Middleware) -> Used:
        """The same under its full path, as it is met on the way there."""
        return replace(self, path=join(prefix, self.path), middleware=middleware)

    def takes_errors_of(self, step: Step) -> bool:
        """Express hands errors on to handlers that were registered later; where that cannot be told, it may."""
        later = self.scope != step.scope or self.position > step.position
        return self.middleware.role is Role.ERROR and later


@dataclass(frozen=True, slots=True)
class Mount:
    """A router mounted on another one."""

    parent: Router
    path: str | None
    position: tuple[int, ...]
    scope: Scope
    middleware: tuple[Middleware, ...]
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way from an application to a router: path prefix, the mounts, and what is used above it, by full paths."""

    prefix: str | None
    used: tuple[Used, ...]
    mounted: bool
    steps: tuple[Step, ...] = ()
    root: str = ""
    conditions: tuple[Condition, ...] = ()
    hidden: frozenset[str] = frozenset()

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(number for step in self.steps for number in step.position)


@dataclass(frozen=True, slots=True)
class Passed:
    """Middleware of a router together with one way to it: requests that no route of the router ends fall through it."""

    used: Used
    steps: tuple[Step, ...]

    def runs_before(self, steps: tuple[Step, ...]) -> bool:
        """Does a request on its way to what is registered last in `steps` pass the router of this first?"""
        routers = {step.router for step in steps}
        for own, other in zip(self.steps, steps, strict=False):
            if own.router != other.router:
                return False
            if own != other:
                used = replace(self.used, position=own.position, scope=own.scope)
                return self.steps[-1].router not in routers and used.runs_before(other.scope, other.position)
        return False


def applies(used: Used, path: str | None) -> bool:
    """Does middleware run for a registration under a path?"""
    if not used.exact or used.path is None or path is None or "*" in used.path:
        return _covers(used.path, path)
    return precedes(used.path, path)


def precedes(earlier: str, path: str) -> bool:
    """Does a route of a path that stands before another one get all of its requests first?"""
    stem = _BELOW.sub("", earlier)
    above, below = _segments(stem), _segments(path)
    fits = len(above) <= len(below) if stem != earlier else len(above) == len(below)
    return fits and all(one == other or one.startswith(":") for one, other in zip(above, below, strict=False))


def _segments(path: str) -> list[str]:
    return [segment for segment in path.lower().split("/") if segment]


def _covers(used: str | None, path: str | None) -> bool:
    """Does `use(used, …)` apply to a registration at `path`? Unknown paths count as covered."""
    if used is None or path is None:
        return True
    used = _BELOW.sub("", used)
    if used in ("", "/", "*") or "*" in used or "*" in path or "(" in used:
        return True
    above, below = (text.strip("/").lower().split("/") for text in (used, path))
    pairs = zip(above, below, strict=False)
    return len(above) <= len(below) and all(a == b or ":" in (a[:1], b[:1]) for a, b in pairs)


def join(prefix: str | None, path: str | None) -> str | None:
    """`/api` + `/users/` → `/api/users`; an unknown part makes the whole unknown."""
    if prefix is None or path is None:
        return None
    joined = re.sub(r"/{2,}", "/", f"{prefix}/{path}")
    return joined.rstrip("/") or "/"
