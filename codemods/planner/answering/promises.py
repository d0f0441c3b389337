"""Promise chains that answer: `users().then((all) => res.json(all)).catch(next)`, seen from their callbacks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.flow import open_ends
from codemods.planner.settings.authenticating import authenticating
from codemods.planner.settings.tokens import verifying
from codemods.source import FUNCTION_KINDS, SourceFile, Span, arguments, member, span_of, unwrap

_LINKS = frozenset({"then", "catch", "finally"})


@dataclass(frozen=True, slots=True)
class Link:
    """One `.then(…)` of a chain: its name, its call, and what it is given."""

    method: str
    call: SgNode
    given: tuple[SgNode, ...]


@dataclass(frozen=True, slots=True)
class PromiseChain:
    """All links in order; `outer` is the last call, and so the whole expression."""

    outer: SgNode
    links: tuple[Link, ...]


def chain_around(callback: SgNode) -> PromiseChain | None:
    """The chain that a function, or the name of one, is given to."""
    given = callback.parent()
    call = given.parent() if given is not None and given.kind() == "arguments" else None
    if call is None or link_of(call) is None:
        return None
    outer = call
    while (above := _next_link(outer)) is not None:
        outer = above
    return PromiseChain(outer, tuple(reversed(list(_links(outer)))))


def verified_chain(file: SourceFile, callback: SgNode) -> PromiseChain | None:
    """`jwt.verify(token, secret, callback)`, which will give what its callback gives; passport asks back as well."""
    call = verifying(file, callback) or authenticating(file, callback)
    return PromiseChain(call, (Link("then", call, (callback,)),)) if call is not None else None


def _next_link(call: SgNode) -> SgNode | None:
    above = call.parent()
    parts = member(above) if above is not None and above.kind() == "member_expression" else None
    further = above.parent() if above is not None else None
    if parts is None or further is None or span_of(parts[0]) != span_of(call) or link_of(further) is None:
        return None
    function = further.field("function")
    return further if function is not None and above is not None and span_of(function) == span_of(above) else None


def _links(call: SgNode) -> Iterator[Link]:
    """The links from the last to the first."""
    current: SgNode | None = call
    while current is not None and (link := link_of(current)) is not None:
        yield link
        function = current.field("function")
        parts = member(function) if function is not None else None
        current = unwrap(parts[0]) if parts is not None else None


def link_of(call: SgNode) -> Link | None:
    function = call.field("function") if call.kind() == "call_expression" else None
    parts = member(function) if function is not None else None
    if parts is None or parts[1] not in _LINKS:
        return None
    return Link(parts[1], call, tuple(unwrap(node) for node in arguments(call)))


def catch_of(callback: SgNode) -> SgNode | None:
    """The `.catch(next)` that a name is all of."""
    chain = chain_around(callback)
    for link in chain.links if chain is not None else ():
        if link.method == "catch" and [span_of(each) for each in link.given] == [span_of(callback)]:
            return link.call
    return None


def link_span(call: SgNode) -> Span:
    """A link without what it is called on: `.catch(next)`."""
    function = call.field("function")
    parts = member(function) if function is not None else None
    assert parts is not None
    return Span(span_of(parts[0]).end, span_of(call).end)


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What the callbacks of a handler do: their answers, those that are errors for `next`, and `next` itself."""

    answers: dict[Span, list[Span]]
    """By callback, the statements that answer."""
    errors: frozenset[Span]
    """The statements among them that hand an error on."""
    nexts: frozenset[Span]
    """The names of `next` that are callbacks."""

    def obstacle(self, chain: PromiseChain) -> SgNode | None:
        """The link that keeps a chain from being returned as it is, if there is one.

        An answer has to be the end of its way through the chain, and every way has to end with one.
        """
        methods = [link.method for link in chain.links]
        if "then" not in methods:
            return chain.outer
        for number, link in enumerate(chain.links):
            if not self._fits(link, chain.links[number + 1 :]) or self._may_end(link):
                return link.call
        return None

    def _fits(self, link: Link, later: tuple[Link, ...]) -> bool:
        answers = any(span_of(node) in self.answers for node in link.given)
        then_later = any(other.method == "then" for other in later)
        if link.method == "finally":
            return not answers
        if len(link.given) != 1 or (answers and then_later):
            return False
        if link.method == "catch":
            return answers or span_of(link.given[0]) in self.nexts
        return (answers or then_later) and not self._is_caught(link, later)

    def _is_caught(self, link: Link, later: tuple[Link, ...]) -> bool:
        """Would an error for `next`, once it is thrown, be answered by a `catch` of the chain?"""
        given = [span_of(node) for node in link.given]
        errors = any(statement in self.errors for each in given for statement in self.answers.get(each, ()))
        catching = [other for other in later if other.method == "catch"]
        return errors and not all(span_of(node) in self.nexts for other in catching for node in other.given)

    def _may_end(self, link: Link) -> bool:
        """May a callback that answers end without an answer?"""
        found = [node for node in link.given if node.kind() in FUNCTION_KINDS and span_of(node) in self.answers]
        return any(open_ends(node, self.answers[span_of(node)]) for node in found)
