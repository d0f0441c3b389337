"""What an identifier does where it stands: declare a name, use one, write to one, or none of these."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ast_grep_py import SgNode

from codemods.source.binding import BindingKind


class Use(Enum):
    """In which space of names a reference looks, and whether it writes.

    IF_DECLARED looks for a value, and is no reference when there is none.
    """

    VALUE = "value"
    TYPE = "type"
    ANY = "any"
    IF_DECLARED = "if declared"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Declares:
    """The identifier declares a name; `declaration` is the declarator, function, class, parameter or specifier."""

    kind: BindingKind
    declaration: SgNode


Role = Use | Declares | None

_PATTERNS = frozenset(
    {
        "array_pattern",
        "assignment_pattern",
        "object_assignment_pattern",
        "object_pattern",
        "pair_pattern",
        "rest_pattern",
    }
)

_WITH_DEFAULT = frozenset({"assignment_pattern", "object_assignment_pattern"})

_PREDEFINED_TYPES = frozenset({"any", "bigint", "boolean", "never", "number", "object", "string", "symbol", "unknown"})

_VARIABLE_KINDS = {"const": BindingKind.CONST, "let": BindingKind.LET, "var": BindingKind.VAR}


def role_of(node: SgNode, kind: str) -> Role:
    """The role of an identifier node of the given kind."""
    parent = node.parent()
    if parent is None:
        return None
    decide = _BY_PARENT.get(parent.kind())
    return _default(node, kind) if decide is None else decide(node, parent, kind)


def _default(node: SgNode, kind: str) -> Role:
    return Use.TYPE if kind == "type_identifier" else Use.VALUE


def _declares(binding: BindingKind) -> Callable[[SgNode, SgNode, str], Role]:
    return lambda node, parent, kind: Declares(binding, parent)


def _always(use: Use | None) -> Callable[[SgNode, SgNode, str], Role]:
    return lambda node, parent, kind: use


def _in_pattern(node: SgNode, parent: SgNode, kind: str) -> Role:
    """Climb to what the pattern belongs to; a default value on the way makes it an ordinary use."""
    child = node
    while True:
        parent_kind = parent.kind()
        if parent_kind not in _PATTERNS:
            decide = _BY_PARENT.get(parent_kind)
            return Use.WRITE if decide is None else decide(child, parent, kind)
        if parent_kind in _WITH_DEFAULT and parent.field("left") != child:
            return Use.VALUE
        above = parent.parent()
        if above is None:
            return Use.VALUE
        if above.kind() == "formal_parameters":
            return Declares(BindingKind.PARAMETER, parent)
        child, parent = parent, above


def _in_declarator(node: SgNode, parent: SgNode, kind: str) -> Role:
    if parent.field("name") != node:
        return Use.VALUE
    around = parent.parent()
    word = around.child(0) if around is not None else None
    return Declares(_VARIABLE_KINDS.get(word.text() if word else "", BindingKind.VAR), parent)


def _in_parameter(node: SgNode, parent: SgNode, kind: str) -> Role:
    if parent.field("pattern") == node:
        return Declares(BindingKind.PARAMETER, parent)
    return None if parent.field("name") == node else Use.VALUE


def _in_parameters(node: SgNode, parent: SgNode, kind: str) -> Role:
    return Declares(BindingKind.PARAMETER, node)


def _in_arrow(node: SgNode, parent: SgNode, kind: str) -> Role:
    if parent.field("parameter") == node:
        return Declares(BindingKind.PARAMETER, node)
    return Use.VALUE


def _in_for(node: SgNode, parent: SgNode, kind: str) -> Role:
    if parent.field("left") != node:
        return Use.VALUE
    word = parent.field("kind")
    return Use.WRITE if word is None else Declares(_VARIABLE_KINDS.get(word.text(), BindingKind.VAR), parent)


def _in_assignment(node: SgNode, parent: SgNode, kind: str) -> Role:
    return Use.WRITE if parent.field("left") == node else Use.VALUE


def _in_parentheses(node: SgNode, parent: SgNode, kind: str) -> Role:
    """`(x) = 1` writes to x."""
    around = parent.parent()
    if around is not None and around.kind() in {"assignment_expression", "augmented_assignment_expression"}:
        return _in_assignment(parent, around, kind)
    return _default(node, kind)


def _in_type_alias(node: SgNode, parent: SgNode, kind: str) -> Role:
    return Declares(BindingKind.TYPE, parent) if parent.field("name") == node else _default(node, kind)


def _first_child(binding: BindingKind) -> Callable[[SgNode, SgNode, str], Role]:
    def decide(node: SgNode, parent: SgNode, kind: str) -> Role:
        first = next((child for child in parent.children() if child.is_named()), None)
        return Declares(binding, parent) if first == node else _default(node, kind)

    return decide


def _in_type_parameter(node: SgNode, parent: SgNode, kind: str) -> Role:
    """The grammar recovers from import("m").Name<T> by calling the arguments parameters of nothing."""
    listed = parent.parent()
    owner = listed.parent() if listed is not None else None
    if owner is None or owner.kind() == "ERROR" or parent.field("name") != node:
        return _default(node, kind)
    return Declares(BindingKind.TYPE, parent)


def _in_import_specifier(node: SgNode, parent: SgNode, kind: str) -> Role:
    local = parent.field("alias") or parent.field("name")
    return Declares(BindingKind.IMPORT, parent) if local == node else None


def _in_export_specifier(node: SgNode, parent: SgNode, kind: str) -> Role:
    if parent.field("name") != node:
        return None
    clause = parent.parent()
    statement = clause.parent() if clause is not None else None
    return Use.ANY if statement is None or statement.field("source") is None else None


def _in_export(node: SgNode, parent: SgNode, kind: str) -> Role:
    """`export = x` and `export default x` use a name; `export as namespace x` does not."""
    return None if any(child.kind() == "namespace" for child in parent.children()) else Use.ANY


def _in_nested_type(node: SgNode, parent: SgNode, kind: str) -> Role:
    return None if kind == "type_identifier" else Use.ANY


def _in_nested_name(node: SgNode, parent: SgNode, kind: str) -> Role:
    if parent.field("object") != node:
        return None
    around = parent.parent()
    named_here = around is not None and around.kind() in {"internal_module", "module"}
    return Declares(BindingKind.NAMESPACE, around) if named_here and around is not None else Use.ANY


def _in_comparison(node: SgNode, parent: SgNode, kind: str) -> Role:
    """The grammar reads sql<Row>`…` as two comparisons, so that a type may stand where a value does."""
    return Use.IF_DECLARED if node.text() in _PREDEFINED_TYPES else Use.ANY


def _in_tag(node: SgNode, parent: SgNode, kind: str) -> Role:
    return None if node.text()[0].islower() else Use.VALUE


_Decide = Callable[[SgNode, SgNode, str], Role]

_BY_PARENT: dict[str, _Decide] = {
    **dict.fromkeys(_PATTERNS, _in_pattern),
    "abstract_class_declaration": _declares(BindingKind.CLASS),
    "arrow_function": _in_arrow,
    "assignment_expression": _in_assignment,
    "augmented_assignment_expression": _in_assignment,
    "binary_expression": _in_comparison,
    "catch_clause": _declares(BindingKind.CATCH),
    "class": _declares(BindingKind.CLASS),
    "class_declaration": _declares(BindingKind.CLASS),
    "enum_declaration": _declares(BindingKind.ENUM),
    "export_specifier": _in_export_specifier,
    "export_statement": _in_export,
    "for_in_statement": _in_for,
    "formal_parameters": _in_parameters,
    "function_declaration": _declares(BindingKind.FUNCTION),
    "function_expression": _declares(BindingKind.FUNCTION),
    "function_signature": _declares(BindingKind.FUNCTION),
    "generator_function": _declares(BindingKind.FUNCTION),
    "generator_function_declaration": _declares(BindingKind.FUNCTION),
    "import_alias": _first_child(BindingKind.IMPORT),
    "import_clause": _declares(BindingKind.IMPORT),
    "import_require_clause": _declares(BindingKind.IMPORT),
    "import_specifier": _in_import_specifier,
    "index_signature": _always(None),
    "infer_type": _first_child(BindingKind.TYPE),
    "interface_declaration": _declares(BindingKind.INTERFACE),
    "internal_module": _declares(BindingKind.NAMESPACE),
    "jsx_closing_element": _in_tag,
    "jsx_namespace_name": _always(None),
    "jsx_opening_element": _in_tag,
    "jsx_self_closing_element": _in_tag,
    "mapped_type_clause": _first_child(BindingKind.TYPE),
    "meta_property": _always(None),
    "module": _declares(BindingKind.NAMESPACE),
    "namespace_export": _always(None),
    "namespace_import": _declares(BindingKind.IMPORT),
    "nested_identifier": _in_nested_name,
    "nested_type_identifier": _in_nested_type,
    "optional_parameter": _in_parameter,
    "parenthesized_expression": _in_parentheses,
    "required_parameter": _in_parameter,
    "type_alias_declaration": _in_type_alias,
    "type_parameter": _in_type_parameter,
    "update_expression": _always(Use.WRITE),
    "variable_declarator": _in_declarator,
}
