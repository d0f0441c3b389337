"""Functions that copy the named fields of an object, as lodash's `pick` does."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source import SourceFile, arguments, find_all, member, parameters, span_of, unwrap
from codemods.workspace import External, FunctionRef, Workspace

_ASKS = frozenset({"hasOwnProperty", "hasOwn", "call", "has"})
_WALKS = frozenset({"reduce", "forEach", "filter", "map", "fromEntries"})
_ASSIGNMENTS = ("assignment_expression", "augmented_assignment_expression", "update_expression")


def picked(workspace: Workspace, path: str, call: SgNode) -> tuple[SgNode, SgNode] | None:
    """The object and the list of keys of `pick(object, keys)`."""
    given = arguments(call) if call.kind() == "call_expression" else []
    if len(given) != 2:
        return None
    target = workspace.callee(path, call)
    if isinstance(target, External):
        is_pick = target.module.startswith("lodash") and (target.module.endswith("pick") or "pick" in target.path)
    else:
        is_pick = isinstance(target, FunctionRef) and _picks(workspace.source(target.file), target.node)
    return (given[0], given[1]) if is_pick else None


def _picks(file: SourceFile, function: SgNode) -> bool:
    """Does a function read its first parameter by the keys of the second alone, and copy what it reads?"""
    taken, body = parameters(function), function.field("body")
    if len(taken) != 2 or body is None or any(parameter.name is None for parameter in taken):
        return False
    holder = file.bindings.resolve(taken[0].pattern)
    writes = find_all(body, *_ASSIGNMENTS)
    copies = [write for write in writes if holder is not None and _copies(write, taken[0].name or "")]
    calls = [member(call.field("function") or call) for call in find_all(body, "call_expression")]
    return (
        holder is not None
        and bool(copies)
        and len(copies) == len(writes)
        and all(parts is not None and parts[1] in _ASKS | _WALKS for parts in calls)
        and all(_reads_key(reference) for reference in holder.references)
    )


def _copies(write: SgNode, holder: str) -> bool:
    """`picked[key] = object[key]`"""
    left, right = write.field("left"), write.field("right")
    if left is None or right is None or write.kind() != "assignment_expression":
        return False
    sides = [unwrap(left), unwrap(right)]
    keys = [side.field("index") for side in sides if side.kind() == "subscript_expression"]
    objects = [side.field("object") for side in sides]
    names = {unwrap(key).text() for key in keys if key is not None}
    return len(keys) == 2 and len(names) == 1 and objects[1] is not None and objects[1].text() == holder


def _reads_key(reference: SgNode) -> bool:
    """`object[key]`, `object && …`, `key in object`, `Object.hasOwn(object, key)`"""
    parent = reference.parent()
    if parent is None or parent.kind() == "type_query":
        return parent is not None
    if parent.kind() == "arguments":
        call = parent.parent()
        parts = member(call.field("function") or call) if call is not None else None
        return parts is not None and parts[1] in _ASKS
    if parent.kind() == "binary_expression":
        operator = parent.field("operator")
        return operator is not None and operator.text() in ("&&", "in")
    target = parent.field("object") if parent.kind() == "subscript_expression" else None
    return target is not None and span_of(target) == span_of(reference)
