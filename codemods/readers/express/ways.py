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


_SEGMENT = re.compile(r":\w+(\([^()]*\))?|[^:*?+(){}\[\]|\\]*")
"""A segment of a path that is plain text, or one parameter."""

_FIXED = re.compile(r"[^:*?+(){}\[\]|\\]*(?![?+*])")
"""What any other segment starts with, whatever it stands for."""

_OPEN = "*"


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
    """Does middleware run for a registration under a path? Where that cannot be told, it does."""
    if used.path is None or path is None:
        return True
    above, below = _segments(used.path), _segments(path)
    if used.exact and not _is_open(above):
        return precedes(used.path, path)
    fits = len(above) <= len(below) or _is_open(below) or above[len(below) :] == [_OPEN]
    return fits and all(map(_agree, above, below))


def precedes(earlier: str, path: str) -> bool:
    """Does a route of a path that stands before another one get all of its requests first, as far as can be told?"""
    above, below = _segments(earlier), _segments(path)
    longer = _is_open(above) and (len(above) < len(below) or above[len(below) :] == [_OPEN])
    return (longer or len(above) == len(below)) and all(map(_takes, above, below))


def _segments(path: str) -> list[str]:
    """The segments of a path. One that is more than text or a parameter is the last: how it starts, and a star."""
    found: list[str] = []
    for segment in filter(None, path.lower().split("/")):
        if not _SEGMENT.fullmatch(segment):
            fixed = _FIXED.match(segment)
            return [*found, f"{fixed[0] if fixed is not None else ''}{_OPEN}"]
        found.append(segment)
    return found


def _is_open(segments: list[str]) -> bool:
    return segments[-1:] != [] and segments[-1].endswith(_OPEN)


def _agree(above: str, below: str) -> bool:
    """May two segments stand for one text?"""
    one, other = above.removesuffix(_OPEN), below.removesuffix(_OPEN)
    starts = (one != above and other.startswith(one)) or (other != below and one.startswith(other))
    return above == below or ":" in (above[:1], below[:1]) or starts


def _takes(above: str, below: str) -> bool:
    """Does a segment stand for all that another one does?"""
    is_all = above.endswith(_OPEN) or (above.startswith(":") and not below.endswith(_OPEN))
    return above == below or (is_all and _agree(above, below))


def join(prefix: str | None, path: str | None) -> str | None:
    """`/api` + `/users/` → `/api/users`; an unknown part makes the whole unknown."""
    if prefix is None or path is None:
        return None
    joined = re.sub(r"/{2,}", "/", f"{prefix}/{path}")
    return joined.rstrip("/") or "/"
