"""The parts of a call that every reader of libraries looks at."""

from __future__ import annotations

from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source.tree import arguments, member, named, unwrap

_AROUND_FUNCTION = frozenset({"instantiation_expression", "await_expression", "non_null_expression"})


@dataclass(frozen=True, slots=True)
class CallSite:
    """A call or `new` expression.

    `function` is what is called; for `target.method(…)` the two parts are given too. `place` is the node whose line
    is reported: the name of the method, else the start of the call. A tagged template's template counts as its
    only argument.
    """

    node: SgNode
    function: SgNode
    target: SgNode | None
    method: str | None
    place: SgNode
    arguments: tuple[SgNode, ...]

    @property
    def is_new(self) -> bool:
        """True for `new X(…)`."""
        return self.node.kind() == "new_expression"

    @property
    def name(self) -> str:
        """The last name of what is called: `findMany` of `a.b.findMany`."""
        return self.method or self.function.text()


def call_site(node: SgNode) -> CallSite | None:
    """The parts of a call or `new` expression; None for what the grammar could not complete."""
    function = node.field("function") or node.field("constructor")
    if function is None:
        return None
    function = _bare(function)
    found = member(function)
    template = node.field("arguments")
    tagged = template is not None and template.kind() == "template_string"
    given = (template,) if tagged and template is not None else tuple(unwrap(each) for each in arguments(node))
    if found is None:
        return CallSite(node, function, None, None, node, given)
    place = function.field("property") or function.field("index") or node
    return CallSite(node, function, unwrap(found[0]), found[1], place, given)


def _bare(function: SgNode) -> SgNode:
    """The grammar puts `await` and type arguments of a tagged template inside the function: both are taken off."""
    function = unwrap(function)
    while function.kind() in _AROUND_FUNCTION:
        function = unwrap(named(function)[0])
    return function


def last_name(node: SgNode) -> str:
    """The name by which code calls a receiver: `pool` of `this.pool`, `db` of `getDb().db`."""
    node = unwrap(node, awaited=True)
    found = member(node)
    if found is not None:
        return found[1]
    if node.kind() == "call_expression":
        function = node.field("function")
        return last_name(function) if function is not None else ""
    return node.text() if node.kind() in ("identifier", "this") else ""
