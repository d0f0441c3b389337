"""The elements of a source file: statements and the parts of them that may go while the rest stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from ast_grep_py import SgNode

from codemods.source import Span


class Kind(StrEnum):
    """What an element is, and by that what has to go before it may."""

    FILE = "file"
    """The whole file: goes with everything in it, once nothing that stays imports it."""
    PIECE = "piece"
    """Code that was carried over: goes when its last user does."""
    ROUTE = "route"
    """A registration. Goes when its route was carried over."""
    MOUNT = "mount"
    """A statement that mounts routers or calls a function that registers routes: goes with what it mounts."""
    USE = "use"
    """Middleware of a router: goes with the router."""
    CHAIN = "chain"
    """Several registrations chained to one another: goes with the last of them."""
    HOLDER = "holder"
    """A router, or a function, class, object or instance made of other elements: goes with them and its users."""
    ENTRY = "entry"
    """A property of an object that names carried code."""
    MEMBER = "member"
    """A part of a class or object that goes only with the whole."""
    IMPORT = "import"
    EXPORT = "export"
    GLUE = "glue"
    """Code that serves the application as a whole: goes only with its file."""


CUTTABLE = frozenset({Kind.PIECE, Kind.ROUTE, Kind.MOUNT, Kind.USE, Kind.CHAIN, Kind.HOLDER})
"""Elements that leave a file that stays, as statements, members or links of a chain."""


@dataclass(eq=False, slots=True)
class Element:
    """One element. `inner` are elements within it; `calls` is what it runs or registers.

    `needs` are the elements that have to go if this one goes; None among them is code that stays for certain.
    `obstacle` says why it cannot go. `groups` are the groups that carry it over.
    """

    kind: Kind
    file: str
    span: Span
    node: SgNode | None = None
    name: str = ""
    groups: frozenset[str] = frozenset()
    obstacle: str | None = None
    within: Element | None = None
    alone: bool = True
    """It can be cut out without the element around it."""
    inner: list[Element] = field(default_factory=list)
    calls: list[Element] = field(default_factory=list)
    needs: list[Element | None] = field(default_factory=list)

    def refuse(self, reason: str) -> None:
        """Note an obstacle; the first one counts."""
        self.obstacle = self.obstacle or reason

    def outside_inner(self, offset: int) -> bool:
        """Does the offset belong to the element itself, not to one within it?"""
        return not any(one.span.start <= offset < one.span.end for one in self.inner)


class FileElements:
    """The elements of one file: `whole`, the top-level ones, and a look-up by offset."""

    def __init__(self, path: str, length: int) -> None:
        self.whole = Element(Kind.FILE, path, Span(0, length))
        self.top: list[Element] = []
        self.all: list[Element] = []

    def add(self, element: Element) -> Element:
        self.all.append(element)
        if element.within is None:
            self.top.append(element)
        else:
            element.within.inner.append(element)
        return element

    def at(self, offset: int) -> Element | None:
        """The innermost element at an offset."""
        around = [one for one in self.all if one.span.start <= offset < one.span.end]
        return min(around, key=lambda one: one.span.end - one.span.start, default=None)


def kinds(elements: Iterable[Element], *wanted: Kind) -> list[Element]:
    """The elements of some kinds."""
    return [element for element in elements if element.kind in wanted]
