"""The member chains that start with a name: `a`, `a.b`, `a.b.c`."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import member, span_of


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


def outer_name(node: SgNode) -> str:
    """The whole chain of a name, as text."""
    return shortened(member_chain(node)[-1])


def shortened(node: SgNode) -> str:
    """The text of a node on one line."""
    text = " ".join(node.text().split())
    return text if len(text) <= 60 else text[:57] + "…"
