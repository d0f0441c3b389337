"""A check of migrated applications: no guarded route became something that can be called without its guard.

It trusts as little of the migration's own bookkeeping as it can. Which functions may refuse a request is read from
the source with rules of its own; what became of the route is read from the text of `convex/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from edge_registrations import Registration, before, http_file, public_functions, registrations_in, unread
from guarded_routes import Guarded, routes_with_guards

from codemods.ir.app import CodeRef
from codemods.source import FUNCTION_KINDS


def unguarded(source: Path, after: Path) -> list[str]:
    """What is wrong with the migration at `after` of the application at `source`; one line for each problem."""
    return exposed(routes_with_guards(source), source, after)


def exposed(routes: Sequence[Guarded], source: Path, after: Path) -> list[str]:
    """The same for an application whose routes have been read."""
    folder = after / "convex"
    file = http_file(folder)
    registrations = registrations_in(file.root) if file is not None else []
    return [
        *(unread(file.root) if file is not None else ()),
        *(problem for each in routes if each.guards for problem in _exposed(each, registrations)),
        *_shared(routes, registrations),
        *_uncalled(source, folder, registrations),
    ]


def counted(source: Path, after: Path) -> Mapping[str, int]:
    """How many routes are guarded, and how many of these were carried over."""
    file = http_file(after / "convex")
    found = registrations_in(file.root) if file is not None else []
    guarded = [each for each in routes_with_guards(source) if each.guards]
    carried = [each for each in guarded if any(one.serves(each.route) and not one.is_refusal for one in found)]
    return {"guarded": len(guarded), "carried": len(carried)}


def _exposed(guarded: Guarded, registrations: Sequence[Registration]) -> Iterator[str]:
    """The registrations of the route that call a public function, or do not run its guards first, in their order."""
    name = guarded.route.name
    for position, found in enumerate(registrations):
        if not found.serves(guarded.route) or found.is_refusal:
            continue
        if found.given[-1].kind() not in FUNCTION_KINDS:
            yield f"{name}: `{found.given[-1].text()}` serves it, which is not read"
        for kind, path in found.calls:
            if kind == "api":
                yield f"{name}: calls the public function {path} behind a guard"
        yield from _skipped(guarded, registrations, position)


def _skipped(guarded: Guarded, registrations: Sequence[Registration], position: int) -> Iterator[str]:
    """The guards that do not run before the function of a registration, and those that run too early."""
    name, start = guarded.route.name, 0
    seen = before(list(registrations), position, guarded.route.path or "")
    if sum(not guard.names for guard in guarded.chain) > seen.in_place:
        yield f"{name}: nothing at the edge runs its guard before the handler"
    for guard in guarded.guards:
        first = seen.index(guard) if guard.names else start
        if first is None:
            yield f"{name}: nothing at the edge runs {guard} before the handler"
        elif guard.names and guard in guarded.chain:
            here = seen.index(guard, start)
            if here is None:
                yield f"{name}: {guard} runs before what has to run first"
            start = here if here is not None else start


def _shared(routes: Sequence[Guarded], registrations: Sequence[Registration]) -> Iterator[str]:
    """Routes without a guard that call the function of one with guards, which is not theirs in the source."""
    owners: dict[str, set[CodeRef | None]] = {}
    for each, path in _calls(routes, registrations, guarded=True):
        owners.setdefault(path, set()).add(each.route.handler.definition)
    for each, path in _calls(routes, registrations, guarded=False):
        if path in owners and each.route.handler.definition not in owners[path]:
            yield f"{each.route.name}: calls {path}, the function of a route behind a guard"


def _calls(
    routes: Sequence[Guarded], registrations: Sequence[Registration], guarded: bool
) -> Iterator[tuple[Guarded, str]]:
    for each in routes:
        for found in registrations if bool(each.guards) is guarded else ():
            if found.serves(each.route) and not found.is_refusal:
                yield from ((each, path) for _, path in found.calls)


def _uncalled(source: Path, folder: Path, registrations: Sequence[Registration]) -> Iterator[str]:
    """Public functions that no route calls."""
    called = {path for each in registrations if not each.is_refusal for kind, path in each.calls if kind == "api"}
    for path, function in public_functions(folder):
        reference = ".".join((*PurePosixPath(path).with_suffix("").parts, function))
        if reference not in called and not (source / "convex" / path).exists():
            yield f"{path}: {function} is public, and no route calls it"
