"""Reads object literals entry by entry, and follows names to the literals that they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.source.bindings import Binding, BindingKind
from codemods.source.file import SourceFile
from codemods.source.tree import WRAPPERS, arguments, find_all, member, named, property_name, unwrap

CHOICES = frozenset({"ternary_expression", "binary_expression"})
_PURE_CALLS = frozenset(
    "Number String Boolean BigInt parseInt parseFloat Date isNaN isFinite Number.isNaN Number.isInteger "
    "Array.isArray Object.keys Object.values JSON.stringify".split()
)
_PURE_METHODS = frozenset(
    "trim toLowerCase toUpperCase toString split includes startsWith endsWith slice substring replace replaceAll "
    "getTime toISOString some every map filter join concat at indexOf".split()
)
"""Methods of texts, lists and dates that change nothing; what their callbacks do is looked at by itself."""
_IMPURE = ("call_expression", "new_expression", "await_expression", "update_expression", "assignment_expression")


@dataclass(frozen=True, slots=True)
class Property:
    """`key: value`; for the shorthand `key` the value is the identifier itself."""

    key: str
    value: SgNode


@dataclass(frozen=True, slots=True)
class Spread:
    """`...value`."""

    value: SgNode


@dataclass(frozen=True, slots=True)
class Computed:
    """`[expression]: value`, or a method: a key or value that cannot be read."""

    node: SgNode


Entry = Property | Spread | Computed


def entries(literal: SgNode) -> Iterator[Entry]:
    """The entries of an object literal in source order."""
    for node in named(literal):
        kind = node.kind()
        if kind == "shorthand_property_identifier":
            yield Property(node.text(), node)
        elif kind == "spread_element":
            yield Spread(named(node)[0])
        elif kind == "pair":
            key, value = property_name(node.field("key")), node.field("value")
            yield Property(key, value) if key is not None and value is not None else Computed(node)
        else:
            yield Computed(node)


def property_of(literal: SgNode, name: str) -> SgNode | None:
    """The value of a key, None when the literal does not have it."""
    return next((each.value for each in entries(literal) if isinstance(each, Property) and each.key == name), None)


def literal_of(file: SourceFile, node: SgNode | None, kinds: tuple[str, ...] = ("object",)) -> SgNode | None:
    """The literal that an expression is, or that the constant it names was made from and still equals."""
    inner = plain(node) if node is not None else None
    if inner is None or inner.kind() in kinds:
        return inner
    binding = binding_of(file, inner)
    if binding is None or binding.kind is not BindingKind.CONST or binding.reassigned:
        return None
    value = plain(binding.value) if binding.value is not None else None
    if value is None or value.kind() not in kinds or is_changed(binding):
        return None
    if not is_pure(value) or not _is_stable(file, value):
        return None
    return value


def binding_of(file: SourceFile, node: SgNode) -> Binding | None:
    """The binding of an identifier or shorthand property."""
    is_name = node.kind() in ("identifier", "shorthand_property_identifier")
    return file.bindings.resolve(node) if is_name else None


def plain(node: SgNode) -> SgNode:
    """Without casts, and without `Prisma.validator<…>()(literal)`."""
    inner = unwrap(node)
    if inner.kind() != "call_expression":
        return inner
    function = inner.field("function")
    is_validator = function is not None and function.kind() == "call_expression" and ".validator" in function.text()
    return unwrap(arguments(inner)[0]) if is_validator and arguments(inner) else inner


def is_changed(binding: Binding) -> bool:
    """True when some reference writes into the object: `args.where = …`, `delete args.take`, `list.push(…)`."""
    return any(_writes(reference) for reference in binding.references)


_INSIDE = frozenset({"member_expression", "subscript_expression"})
_AROUND = _INSIDE | WRAPPERS


def _writes(reference: SgNode) -> bool:
    node, parent, is_inside = reference, reference.parent(), False
    while parent is not None and parent.kind() in _AROUND:
        is_inside = is_inside or parent.kind() in _INSIDE
        node, parent = parent, parent.parent()
    if parent is None:
        return False
    match parent.kind():
        case "assignment_expression" | "augmented_assignment_expression":
            return is_inside and parent.field("left") == node
        case "update_expression" | "call_expression":
            return is_inside
        case "unary_expression":
            return is_inside and parent.text().startswith("delete")
        case "arguments":
            return not is_inside and _is_assign(parent, node)
        case _:
            return False


def _is_assign(argument_list: SgNode, node: SgNode) -> bool:
    """`Object.assign(target, …)` writes into its first argument."""
    call = argument_list.parent()
    function = call.field("function") if call is not None else None
    return function is not None and function.text() == "Object.assign" and named(argument_list)[0] == node


def is_pure(node: SgNode) -> bool:
    """True when evaluating the expression again, a little later, gives the same and does nothing else."""
    return all(_is_conversion(each) for each in find_all(node, *_IMPURE))


def _is_stable(file: SourceFile, node: SgNode) -> bool:
    """True when no variable in the expression is ever given another value."""
    names = find_all(node, "identifier", "shorthand_property_identifier")
    bindings = [file.bindings.resolve(name) for name in names]
    return not any(binding is not None and binding.reassigned for binding in bindings)


def _is_conversion(node: SgNode) -> bool:
    function = node.field("function") or node.field("constructor")
    if function is None:
        return False
    accessed = member(function)
    is_method = node.kind() == "call_expression" and accessed is not None and accessed[1] in _PURE_METHODS
    return is_method or (function.text() in _PURE_CALLS and bool(arguments(node)))


def may_be_object(file: SourceFile, node: SgNode) -> bool:
    """True when an expression could yield an object literal that is written elsewhere or chosen at run time."""
    inner = unwrap(node)
    if inner.kind() == "object":
        return True
    if inner.kind() in CHOICES:
        return any(may_be_object(file, child) for child in _branches(inner))
    binding = binding_of(file, inner)
    if binding is None or binding.kind not in (BindingKind.CONST, BindingKind.LET, BindingKind.VAR):
        return False
    value = unwrap(binding.value) if binding.value is not None else None
    if value is not None and value.kind() == "object":
        return True
    return value is not None and value.kind() in CHOICES and any(_holds_object(child) for child in _branches(value))


def _holds_object(node: SgNode) -> bool:
    inner = unwrap(node)
    if inner.kind() in CHOICES:
        return any(_holds_object(child) for child in _branches(inner))
    return inner.kind() == "object"


def _branches(choice: SgNode) -> list[SgNode]:
    names = ("consequence", "alternative") if choice.kind() == "ternary_expression" else ("left", "right")
    return [child for name in names if (child := choice.field(name)) is not None]
