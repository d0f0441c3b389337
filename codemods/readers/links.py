"""The links of a query: `User.find({ … }).sort("-age").limit(3)`, up to where its promise is used."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.readers.calls import AROUND_FUNCTION, CallSite, call_site


@dataclass(frozen=True, slots=True)
class Chain:
    """The call of the model, the links after it, and the whole expression. `unknown` is a link that is not read."""

    start: CallSite
    links: tuple[CallSite, ...]
    whole: SgNode
    unknown: str | None = None


PROMISE = frozenset({"then", "catch", "finally"})
"""What uses the promise of a query."""


def waits_inside(node: SgNode) -> bool:
    """Does the text of a call start with its `await`? So the grammar has it where there are type arguments."""
    return node.kind() == "call_expression" and node.text().startswith("await ")


def chain_of(start: CallSite, known: Collection[str]) -> Chain:
    """The chain that begins with a call; `known` are the methods of its links."""
    links: list[CallSite] = []
    node = start.node
    while True:
        access = node.parent()
        while access is not None and access.kind() == "parenthesized_expression" and not waits_inside(node):
            node, access = access, access.parent()
        if access is None or access.kind() != "member_expression" or access.field("object") != node:
            return Chain(start, tuple(links), node)
        call = access.parent()
        while call is not None and call.kind() in AROUND_FUNCTION:
            call = call.parent()
        site = call_site(call) if call is not None and call.kind() == "call_expression" else None
        if site is None or call is None or site.method is None or site.function != access:
            return Chain(start, tuple(links), node, access.text().rsplit(".", 1)[-1])
        if site.method in PROMISE:
            return Chain(start, tuple(links), node)
        if site.method not in known:
            return Chain(start, tuple(links), node, site.method)
        links.append(site)
        node = call
