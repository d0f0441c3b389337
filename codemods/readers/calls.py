"""The parts of a call that every reader of libraries looks at."""

from __future__ import annotations

from functools import cached_property

from ast_grep_py import SgNode

from codemods.source.tree import arguments, member, named, unwrap

AROUND_FUNCTION = frozenset({"instantiation_expression", "await_expression", "non_null_expression"})
"""What the grammar puts between a call and what is called."""


class CallSite:
    """A call or `new` expression.

    `function` is what is called; for `target.method(…)` the two parts are given too.
    """

    def __init__(self, node: SgNode, function: SgNode, target: SgNode | None, method: str | None, is_new: bool) -> None:
        self.node = node
        self.function = function
        self.target = target
        self.method = method
        self.is_new = is_new

    @cached_property
    def name(self) -> str:
        """The last name of what is called: `findMany` of `a.b.findMany`."""
        return self.method or self.function.text()

    @cached_property
    def place(self) -> SgNode:
        """The node whose line is reported: the name of the method, else the start of the call."""
        if self.target is None:
            return self.node
        return self.function.field("property") or self.function.field("index") or self.node

    @cached_property
    def arguments(self) -> tuple[SgNode, ...]:
        """The arguments without their casts. A tagged template's template counts as the only one."""
        template = self.node.field("arguments")
        if template is not None and template.kind() == "template_string":
            return (template,)
        return tuple(unwrap(each) for each in arguments(self.node))


def call_site(node: SgNode) -> CallSite | None:
    """The parts of a call or `new` expression; None for what the grammar could not complete."""
    called = node.field("function")
    function = called or node.field("constructor")
    if function is None:
        return None
    function = _bare(function)
    found = member(function)
    target, method = (unwrap(found[0]), found[1]) if found is not None else (None, None)
    return CallSite(node, function, target, method, is_new=called is None)


def _bare(function: SgNode) -> SgNode:
    """The grammar puts `await` and type arguments of a tagged template inside the function: both are taken off."""
    function = unwrap(function)
    while function.kind() in AROUND_FUNCTION:
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
