"""Decides which elements go: the most that can, such that nothing that stays needs anything that goes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from codemods.migrate.removal.elements import Element, FileElements, Kind

Needs = frozenset[str]


def removable(files: Sequence[FileElements]) -> dict[Element, Needs]:
    """The elements that go, each with the groups that all have to be accepted for it."""
    elements = [element for file in files for element in (file.whole, *file.all)]
    allowed = _legal(elements)
    while True:
        going = _greatest(elements, allowed)
        needs = _groups(going)
        lost = {element for element in going if not needs[element]}
        if not lost:
            return {element: needs[element] for element in elements if element in going}
        allowed -= lost


def _legal(elements: Iterable[Element]) -> set[Element]:
    """Elements without an obstacle in themselves and in all that they run."""
    callers: dict[Element, list[Element]] = defaultdict(list)
    for element in elements:
        for called in element.calls:
            callers[called].append(element)
    legal = set(elements)
    queue = [element for element in elements if element.obstacle is not None]
    while queue:
        element = queue.pop()
        if element in legal:
            legal.discard(element)
            queue += callers[element]
    return legal


def _greatest(elements: Iterable[Element], allowed: set[Element]) -> set[Element]:
    """The largest set of allowed elements that holds all that its members need."""
    needed_by: dict[Element, list[Element]] = defaultdict(list)
    going = set(allowed)
    queue: list[Element] = []
    for element in elements:
        if element not in allowed:
            continue
        for need in element.needs:
            if need is None or need not in allowed:
                queue.append(element)
                break
            needed_by[need].append(element)
    while queue:
        element = queue.pop()
        if element in going:
            going.discard(element)
            queue += needed_by[element]
    return going


def _groups(going: set[Element]) -> dict[Element, Needs]:
    """The groups of everything that an element needs or runs, directly or not."""
    found = {element: element.groups for element in going}
    followers: dict[Element, list[Element]] = defaultdict(list)
    for element in going:
        for other in (*element.needs, *element.calls):
            if other is not None and other in going:
                followers[other].append(element)
    queue = [element for element in going if found[element]]
    while queue:
        element = queue.pop()
        for follower in followers[element]:
            if not found[element] <= found[follower]:
                found[follower] |= found[element]
                queue.append(follower)
    return found


def leftovers(file: FileElements, going: Mapping[Element, Needs]) -> list[str]:
    """What keeps a file in place, in words: routes first, then what else is in the way, then what others use."""
    staying = [one for one in file.all if one not in going and one.kind is not Kind.IMPORT]
    blocking = [one for one in staying if one.obstacle is not None]
    routes = [one.obstacle for one in blocking if one.kind is Kind.ROUTE and one.obstacle is not None]
    others = [f"`{one.name}`" if one.name else one.obstacle or "" for one in blocking]
    return list(dict.fromkeys([*routes, *others, *(f"`{one.name}`" for one in staying if one.name)]))
