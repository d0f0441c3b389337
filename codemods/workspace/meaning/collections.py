"""What is put into collections that begin empty: `const found = []` and then `found.push(x)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.binding import Binding
from codemods.source.tree import arguments, member
from codemods.workspace.meaning.values import BuiltIn, UnknownValue, Value, is_known, join

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_MAX_PUT = 8
# The argument of each method that ends up in the collection.
_PUT = {"push": 0, "unshift": 0, "add": 0, "set": 1}


def filled(ev: Evaluator, file: str, value: Value, binding: Binding) -> Value:
    """The collection that `binding` holds, with what the code around it puts in."""
    if not isinstance(value, BuiltIn):
        return value
    put = [node for reference in binding.references if (node := _put(reference)) is not None]
    if not put or len(put) > _MAX_PUT:
        return value
    held = join([ev.value(file, node) for node in put])
    if not is_known(held):
        return value
    if value.name == "Map":
        pair = (UnknownValue("a key of the map"), held)
        return BuiltIn("Map", BuiltIn("Array", None, pair), pair)
    return BuiltIn(value.name, held)


def _put(reference: SgNode) -> SgNode | None:
    """The expression put in by a use of the collection; None when that use puts nothing in."""
    access = reference.parent()
    outer = access.parent() if access is not None else None
    found = member(access) if access is not None else None
    if outer is None or found is None or access is None:
        return None
    if outer.kind() == "call_expression" and outer.field("function") == access and found[1] in _PUT:
        given = arguments(outer)
        position = _PUT[found[1]]
        return given[position] if position < len(given) and given[position].kind() != "spread_element" else None
    return None
