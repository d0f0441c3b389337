"""What the HTTP edge knows of a request besides its parameters, query and body, and how Hono says it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from codemods.ir.validator import Kind, Shape


class Part(StrEnum):
    """The parts of a request that become arguments. Those behind the body are set by the edge, never by a client."""

    PARAMS = "params"
    QUERY = "query"
    BODY = "body"
    HEADERS = "headers"
    COOKIES = "cookies"
    REQUEST = "request"
    """A fact of the request as a whole: its method, its address, its sender."""
    CONTEXT = "context"
    """What middleware that runs before has put on the request or on `res.locals`."""


INPUT = (Part.PARAMS, Part.QUERY, Part.BODY)
"""What the sender of a request chooses freely."""

_TEXT = Shape(Kind.STRING)
_MAYBE = Shape(Kind.STRING, optional=True)


@dataclass(frozen=True, slots=True)
class EdgeRead:
    """An expression on Hono's context, what it gives, and the names of the runtime library in it."""

    text: str
    shape: Shape
    library: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fact:
    """`{c}` is Hono's context; `{depth}` how many segments of the path the routers above the handler have taken.

    `top` says it shorter where they have taken none.
    """

    text: str
    shape: Shape = _TEXT
    library: tuple[str, ...] = ()
    top: str = ""


REQUEST_FACTS: dict[str, _Fact] = {
    "method": _Fact("{c}.req.method"),
    "originalUrl": _Fact("urlOf({c})", library=("urlOf",)),
    "url": _Fact("urlOf({c}{depth})", library=("urlOf",)),
    "path": _Fact("pathOf({c}{depth})", library=("pathOf",), top="new URL({c}.req.url).pathname"),
    "baseUrl": _Fact("baseOf({c}{depth})", library=("baseOf",), top='""'),
    "hostname": _Fact("new URL({c}.req.url).hostname"),
    "host": _Fact("new URL({c}.req.url).host"),
    "protocol": _Fact("new URL({c}.req.url).protocol.slice(0, -1)"),
    "secure": _Fact('{c}.req.url.startsWith("https:")', Shape(Kind.BOOLEAN)),
    "xhr": _Fact('{c}.req.header("x-requested-with")?.toLowerCase() === "xmlhttprequest"', Shape(Kind.BOOLEAN)),
    "ip": _Fact("await ipOf({c})", _MAYBE, ("ipOf",)),
}
"""Express's name of a fact (`host` only as a header), and Hono's expression for it."""

HEADER_FACTS = {"host": "host"}
"""Headers that the edge may not see as the client sent them, and the fact that says the same."""

SENDERS = frozenset({"connection", "socket"})
"""Properties of the request whose `remoteAddress` is its sender's."""


def _header(context: str, key: str | None) -> EdgeRead:
    if key is None:
        return EdgeRead(f"{context}.req.header()", Shape(Kind.RECORD, (_TEXT, _TEXT)))
    return EdgeRead(f'{context}.req.header("{key}")', _MAYBE)


def _cookie(context: str, key: str | None) -> EdgeRead:
    return EdgeRead(f'readCookie({context}, "{key}")', Shape(Kind.ANY, optional=True), ("readCookie",))


def _context(context: str, key: str | None) -> EdgeRead:
    return EdgeRead(f'{context}.get("{key}")', Shape(Kind.ANY, optional=True))


_READS: dict[Part, Callable[[str, str | None], EdgeRead]] = {
    Part.HEADERS: _header, Part.COOKIES: _cookie, Part.CONTEXT: _context
}  # fmt: skip


def edge_read(part: Part, key: str | None, context: str = "c", depth: int = 0) -> EdgeRead:
    """How the edge reads one fact; `depth` counts the segments of the path above the code that asks.

    For headers no key means all of them. The sender's address comes from Convex, which no header can change.
    """
    if part is not Part.REQUEST:
        return _READS[part](context, key)
    fact = REQUEST_FACTS[key or ""]
    if fact.top and depth == 0:
        return EdgeRead(fact.top.format(c=context), fact.shape)
    return EdgeRead(fact.text.format(c=context, depth=f", {depth}" if depth else ""), fact.shape, fact.library)


def argument_name(part: Part, key: str | None) -> str:
    """`userAgent` for the header `user-agent`."""
    words = [word for word in re.split(r"[^A-Za-z0-9]+", key or part.value) if word]
    if len(words) < 2 and key is not None and re.fullmatch(r"[A-Za-z]\w*", key):
        return key
    return "".join([*(word.lower() for word in words[:1]), *(word[:1].upper() + word[1:] for word in words[1:])])
