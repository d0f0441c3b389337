"""State in the memory of a server: constants of modules whose content changes."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.planner.member_chains import member_chain
from codemods.planner.pieces import is_function_call
from codemods.source import Binding, arguments, member, span_of, unwrap

_MUTATORS = frozenset({"set", "add", "delete", "clear", "push", "pop", "shift", "unshift", "splice", "fill", "sort"})
_CHANGING = frozenset({"Object.assign", "Object.defineProperty", "Reflect.set"})
_HOLDERS = frozenset({"array", "new_expression", "object"})
_WRITES = {
    "assignment_expression": "left",
    "augmented_assignment_expression": "left",
    "update_expression": "argument",
}


def is_state(binding: Binding) -> bool:
    """A module constant whose content changes: a cache, a counter, a list that handlers push to."""
    return any(is_changed(reference, binding.value) for reference in binding.references)


def is_changed(reference: SgNode, value: SgNode | None) -> bool:
    """Does code at a reference write to what it names, to a part of it, or to the content that `value` starts with?"""
    chain = member_chain(reference)
    top = chain[-1]
    above = top.parent()
    if above is not None and above.kind() == "subscript_expression" and is_written(above):
        return True
    if len(chain) > 1 and is_written(top):
        return True
    if above is not None and above.kind() == "arguments" and _is_changed_by(above, top):
        return True
    parts = member(top) if len(chain) > 1 else None
    if parts is None or parts[1] not in _MUTATORS or is_function_call(top) is None:
        return False
    return value is not None and unwrap(value).kind() in _HOLDERS


def is_written(node: SgNode) -> bool:
    """`sessions[token] = 1`, `counts[key]++`, `delete cache[key]`; also of a part: `cache[key].hits = 1`."""
    parent = node.parent()
    if parent is None:
        return False
    if parent.kind() in ("member_expression", "subscript_expression") and parent.field("object") == node:
        return is_written(parent)
    target = parent.field(_WRITES[parent.kind()]) if parent.kind() in _WRITES else None
    return (target is not None and span_of(target) == span_of(node)) or parent.text().startswith("delete ")


def _is_changed_by(given: SgNode, node: SgNode) -> bool:
    """`Object.assign(settings, …)`: the first argument is changed."""
    call = given.parent()
    callee = call.field("function") if call is not None else None
    if callee is None or callee.text() not in _CHANGING or call is None:
        return False
    return span_of(arguments(call)[0]) == span_of(node)
