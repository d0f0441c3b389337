"""Chains of registrations: `router.route(path).get(a).post(b)`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.readers.express.follow import bare
from codemods.readers.express.objects import VERBS
from codemods.source import SourceFile, arguments, member, span_of, unwrap

RARE = frozenset(
    "acl bind checkout connect copy link lock m-search merge mkactivity mkcalendar mkcol move notify propfind "
    "proppatch purge rebind report search source subscribe trace unbind unlink unlock unsubscribe".split()
)
"""HTTP methods that Express has too, and whose names mean something else on other objects."""

REGISTERING = VERBS | RARE | {"use", "param"}
"""Methods that register something to run."""


def receiver_of(file: SourceFile, node: SgNode) -> tuple[SgNode, SgNode | None, int]:
    """(base object, path of `.route(path)` if any, number of links between): follows `.route(p).get(a).post(b)`."""
    links, current = 0, unwrap(node) or node
    while current.kind() == "call_expression":
        callee = bare(current.field("function"))
        parts = member(callee) if callee is not None else None
        if parts is None:
            break
        if parts[1] == "route" and len(arguments(current)) == 1:
            return parts[0], arguments(current)[0], links
        if parts[1] not in REGISTERING:
            break
        links, current = links + 1, unwrap(parts[0]) or parts[0]
    if current.kind() == "identifier":
        return _route_variable(file, current, links)
    return current, None, links


def _route_variable(file: SourceFile, node: SgNode, links: int) -> tuple[SgNode, SgNode | None, int]:
    """`const books = router.route("/books"); books.get(…)`."""
    binding = file.bindings.resolve(node) if "route" in file.text else None
    value = unwrap(binding.value) if binding is not None and binding.value is not None else None
    if value is None or value.kind() != "call_expression":
        return node, None, links
    callee = bare(value.field("function"))
    parts = member(callee) if callee is not None else None
    if parts is None or parts[1] != "route" or len(arguments(value)) != 1:
        return node, None, links
    return parts[0], arguments(value)[0], links


def outermost_chain(call: SgNode) -> SgNode:
    """The last call of the chain that this call is a link of."""
    outer = call
    while True:
        parent = outer.parent()
        if parent is None or parent.kind() != "member_expression":
            return outer
        above = parent.parent()
        function = above.field("function") if above is not None and above.kind() == "call_expression" else None
        if above is None or function is None or span_of(function) != span_of(parent):
            return outer
        outer = above


def runs_in_place(function: SgNode) -> bool:
    """A function that runs where it stands: a callback of `forEach` or `map`, or one that is called at once."""
    holder = function.parent()
    while holder is not None and holder.kind() == "parenthesized_expression":
        function, holder = holder, holder.parent()
    if holder is not None and holder.kind() == "call_expression":
        return holder.field("function") == function
    call = holder.parent() if holder is not None and holder.kind() == "arguments" else None
    callee = call.field("function") if call is not None and call.kind() == "call_expression" else None
    return callee is not None and callee.text().endswith((".forEach", ".map"))


def statement_of_call(call: SgNode) -> SgNode | None:
    """The statement that a call is the whole of."""
    parent = call.parent()
    return parent if parent is not None and parent.kind() == "expression_statement" else None
