"""What the handlers of a file run: their own code, and the helpers that they call by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.rules.functions import Kind, Registered
from codemods.rules.module import Module
from codemods.rules.origin import Declared, origin_of
from codemods.source.file import span_of
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS

# Names the offence of a node, or returns None for a harmless one.
Judge = Callable[[Module, SgNode], str | None]


@dataclass(frozen=True, slots=True)
class Offence:
    """Something that a registered function must not do.

    `span` is where its file shows it: the thing itself, or the call of an imported helper that does it; then `via`
    says where the helper does it.
    """

    span: Span
    what: str
    by: Registered
    via: str = ""


@dataclass(frozen=True, slots=True)
class _Body:
    """A function body that `by` runs. `site` is the call that left the file of `by`; None within it."""

    by: Registered
    module: Module
    node: SgNode
    site: SgNode | None = None


def offences(module: Module, judge: Judge, literals: tuple[str, ...], *kinds: Kind) -> Iterator[Offence]:
    """What functions of these kinds must not do, in their own file at any depth of calls, and one import further.

    Only files whose text holds one of the literals are looked into.
    """
    if not module.mentions(literals):
        return
    reported: set[Span] = set()
    for body in _reached(module, literals, kinds):
        for node in body.node.find_all({"rule": {"any": [{"kind": "call_expression"}, {"kind": "new_expression"}]}}):
            what = judge(body.module, node)
            if what is None:
                continue
            span = span_of(body.site or node)
            if span not in reported:
                reported.add(span)
                yield Offence(span, what, body.by, _via(body, node))
            if body.site is not None:
                break


def _reached(module: Module, literals: tuple[str, ...], kinds: tuple[Kind, ...]) -> Iterator[_Body]:
    seen: set[tuple[str, Span]] = set()
    functions = [one for one in module.functions if one.kind in kinds]
    pending = [_Body(one, module, one.handler) for one in reversed(functions) if one.handler is not None]
    while pending:
        body = pending.pop()
        identity = (body.module.path, span_of(body.site or body.node))
        if identity in seen:
            continue
        seen.add(identity)
        yield body
        if body.site is None:
            pending.extend(_called(body, literals))


def _called(body: _Body, literals: tuple[str, ...]) -> Iterator[_Body]:
    for call in body.node.find_all(kind="call_expression"):
        callee = call.field("function")
        if callee is None or callee.kind() not in ("identifier", "member_expression"):
            continue
        match origin_of(body.module, callee):
            case Declared(where, node, ()) if node.kind() in FUNCTION_KINDS and _holds(where, literals):
                yield _Body(body.by, where, node, None if where is body.module else call)
            case _:
                pass


def _holds(module: Module, literals: tuple[str, ...]) -> bool:
    return any(literal in module.text for literal in literals)


def _via(body: _Body, node: SgNode) -> str:
    if body.site is None:
        return ""
    place = body.module.file.place(node)
    return f" ({place.file}:{place.line})"
