"""The member chains that start with a name: `a`, `a.b`, `a.b.c`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import arguments, member, shortened, span_of


def member_chain(node: SgNode) -> list[SgNode]:
    """`a`, `a.b`, `a.b.c`: the node and every member expression that starts with it, shortest first."""
    chain, current = [node], node
    while (parent := current.parent()) is not None:
        if parent.kind() in ("non_null_expression", "parenthesized_expression"):
            current = parent
            continue
        parts = member(parent) if parent.kind() in ("member_expression", "subscript_expression") else None
        if parts is None or span_of(parts[0]) != span_of(current):
            if parent.kind() == "nested_type_identifier":
                chain.append(parent)
            break
        chain.append(parent)
        current = parent
    return chain


def last_name(node: SgNode) -> str:
    """`c` of `a.b.c`, of a value or of a type."""
    accessed = member(node)
    return accessed[1] if accessed is not None else node.text().rsplit(".", 1)[-1].strip()


def outer_name(node: SgNode) -> str:
    """The whole chain of a name, as text."""
    return shortened(member_chain(node)[-1])


def bound_to(function: SgNode) -> SgNode | None:
    """`users` of `users.list.bind(users)`, for the expression `users.list`: the receiver, and nothing more."""
    parent = function.parent()
    parts = member(parent) if parent is not None and parent.kind() == "member_expression" else None
    call = parent.parent() if parent is not None else None
    if parts is None or parts[1] != "bind" or call is None or call.kind() != "call_expression":
        return None
    callee, given = call.field("function"), arguments(call)
    binds = callee is not None and parent is not None and span_of(callee) == span_of(parent) and len(given) == 1
    return given[0] if binds and span_of(parts[0]) == span_of(function) else None
