"""State in the memory of a server: constants of modules whose content changes."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from codemods.planner.member_chains import member_chain
from codemods.planner.places_of_use import call_of, is_deleted, is_written
from codemods.source import Binding, arguments, find_all, member, span_of, unwrap

_MUTATORS = frozenset({"set", "add", "delete", "clear", "push", "pop", "shift", "unshift", "splice", "fill", "sort"})
_CHANGING = frozenset({"Object.assign", "Object.defineProperty", "Reflect.set"})
_HOLDERS = frozenset({"array", "new_expression", "object"})


def is_state(binding: Binding) -> bool:
    """A module constant whose content changes: a cache, a counter, a list that handlers push to."""
    return any(is_changed(reference, binding.value) for reference in binding.references)


def is_filled_once(binding: Binding) -> bool:
    """`if (!table) table = {…}`, `table ??= {…}`: a name that gets its value when it is first asked for.

    Anyone who asks gets the same, as the value depends on nothing but constants.
    """
    filled = [reference for reference in binding.references if is_written(reference)]
    empty = binding.value is None or unwrap(binding.value).text() in ("null", "undefined")
    values = [_filling(binding, reference) for reference in filled]
    return (
        empty
        and bool(values)
        and all(value is not None for value in values)
        and not any(is_changed(reference, value) for reference in binding.references for value in values)
    )


def _filling(binding: Binding, reference: SgNode) -> SgNode | None:
    """What is assigned, where it is written out and only as long as there is nothing."""
    assignment = reference.parent()
    value = assignment.field("right") if assignment is not None else None
    if assignment is None or value is None or not _is_constant(unwrap(value)):
        return None
    operator = assignment.field("operator")
    if operator is not None:
        return value if operator.text() in ("??=", "||=") else None
    tests = [each.field("condition") for each in assignment.ancestors() if each.kind() == "if_statement"][:1]
    name = re.escape(binding.name)
    empty = rf"\(\s*(!\s*{name}|{name}\s*===?\s*(null|undefined))\s*\)"
    return value if any(test is not None and re.fullmatch(empty, test.text()) for test in tests) else None


def _is_constant(value: SgNode) -> bool:
    """An object, a list, an instance or a pattern that is made of literals, constants and classes alone."""
    if value.kind() not in (*_HOLDERS, "regex") or find_all(value, "call_expression", "await_expression"):
        return False
    names = find_all(value, "identifier", "shorthand_property_identifier")
    return all(name.text()[:1].isupper() for name in names)


def is_changed(reference: SgNode, value: SgNode | None) -> bool:
    """Does code at a reference write to what it names, to a part of it, or to the content that `value` starts with?"""
    chain = member_chain(reference)
    top = chain[-1]
    above = top.parent()
    if above is not None and above.kind() == "subscript_expression" and is_written_into(above):
        return True
    if len(chain) > 1 and is_written_into(top):
        return True
    if above is not None and above.kind() == "arguments" and _is_changed_by(above, top):
        return True
    parts = member(top) if len(chain) > 1 else None
    if parts is None or parts[1] not in _MUTATORS or call_of(top) is None:
        return False
    if value is None or (len(chain) > 2 and unwrap(value).kind() == "new_expression"):
        return False
    return unwrap(value).kind() in _HOLDERS


def is_written_into(node: SgNode) -> bool:
    """`sessions[token] = 1`, `counts[key]++`, `delete cache[key]`; also of a part: `cache[key].hits = 1`."""
    parent = node.parent()
    if parent is None:
        return False
    if parent.kind() in ("member_expression", "subscript_expression") and parent.field("object") == node:
        return is_written_into(parent)
    return is_written(node) or is_deleted(node)


def _is_changed_by(given: SgNode, node: SgNode) -> bool:
    """`Object.assign(settings, …)`: the first argument is changed."""
    call = given.parent()
    callee = call.field("function") if call is not None else None
    if callee is None or callee.text() not in _CHANGING or call is None:
        return False
    return span_of(arguments(call)[0]) == span_of(node)
