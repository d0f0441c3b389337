"""A declared name, and the scope that holds it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from ast_grep_py import SgNode

from codemods.source.imports import Import
from codemods.source.span import Span
from codemods.source.tree import annotated, property_name

REST = "..."


class BindingKind(StrEnum):
    """By which syntax a name is declared. A `require` is a CONST, LET or VAR: ask `Binding.imported`."""

    IMPORT = "import"
    CONST = "const"
    LET = "let"
    VAR = "var"
    FUNCTION = "function"
    CLASS = "class"
    PARAMETER = "parameter"
    CATCH = "catch"
    ENUM = "enum"
    TYPE = "type"
    INTERFACE = "interface"
    NAMESPACE = "namespace"


TYPE_KINDS = frozenset({BindingKind.TYPE, BindingKind.INTERFACE})
BOTH_KINDS = frozenset({BindingKind.IMPORT, BindingKind.CLASS, BindingKind.ENUM, BindingKind.NAMESPACE})

_VARIABLES = frozenset({BindingKind.CONST, BindingKind.LET, BindingKind.VAR})


@dataclass(eq=False, slots=True)
class Scope:
    """A stretch of text in which names are visible.

    `kind` is "module", "function" (parameters), "body" (of a function), "block", "namespace" or "type".
    """

    span: Span
    kind: str
    node: SgNode
    parent: Scope | None = None
    values: dict[str, Binding] = field(default_factory=dict)
    types: dict[str, Binding] = field(default_factory=dict)

    @property
    def hoists(self) -> bool:
        """True when `var` declarations inside end up here."""
        return self.kind in {"module", "body", "namespace"}

    def value(self, name: str) -> Binding | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.parent
        return None

    def type(self, name: str) -> Binding | None:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.types:
                return scope.types[name]
            scope = scope.parent
        return None


class Binding:
    """One declared name.

    `node` is the declaring identifier, `declaration` the declarator, function, class, parameter, clause or
    specifier it belongs to. `references` are all other identifiers that mean it, shorthand properties and writes
    included.
    """

    def __init__(self, name: str, kind: BindingKind, node: SgNode, start: int, declaration: SgNode, scope: Scope):
        self.name = name
        self.kind = kind
        self.node = node
        self.start = start
        self.declaration = declaration
        self.scope = scope
        self.imported: Import | None = None
        self.references: list[SgNode] = []
        self.redeclarations: list[SgNode] = []
        self.reassigned = False

    def __repr__(self) -> str:
        return f"Binding({self.name!r}, {self.kind}, at={self.start})"

    @property
    def is_top_level(self) -> bool:
        """True for a name of the module scope."""
        return self.scope.parent is None

    @property
    def is_type(self) -> bool:
        """True for a name that exists in types alone."""
        return self.kind in TYPE_KINDS or (self.imported is not None and self.imported.type_only)

    @cached_property
    def _pattern(self) -> SgNode | None:
        """The whole pattern or identifier that the declarator, loop or parameter binds."""
        if self.kind in _VARIABLES:
            return self.declaration.field("name") or self.declaration.field("left")
        if self.kind is BindingKind.PARAMETER:
            return self.declaration.field("pattern") or self.declaration
        return self.declaration.field("parameter") if self.kind is BindingKind.CATCH else None

    @cached_property
    def value(self) -> SgNode | None:
        """The initialiser of a variable that holds it whole; see `source` and `path` for destructured names."""
        return self.source if not self.path else None

    @cached_property
    def source(self) -> SgNode | None:
        """The initialiser of the variable, whether the name holds it whole or takes a part of it."""
        return self.declaration.field("value") if self.declaration.kind() == "variable_declarator" else None

    @cached_property
    def path(self) -> tuple[str, ...]:
        """The keys that lead from the destructured value to this name: ("data", "user") in `{ data: { user } }`.

        Array positions are numbers, a rest element is "...", a computed key is "[]".
        """
        if self._pattern is None or self._pattern == self.node:
            return ()
        keys: list[str] = []
        child, top = self.node, self._pattern
        if child.kind() == "shorthand_property_identifier_pattern":
            keys.append(child.text())
        for parent in self.node.ancestors():
            match parent.kind():
                case "pair_pattern":
                    keys.append(property_name(parent.field("key")) or "[]")
                case "rest_pattern":
                    keys.append(REST)
                case "array_pattern" if child.kind() != "rest_pattern":
                    keys.append(str(_position(parent, child)))
            if parent == top:
                break
            child = parent
        return tuple(reversed(keys))

    @cached_property
    def default(self) -> SgNode | None:
        """The value taken when a parameter or a destructured name gets none."""
        if self.declaration.kind() in {"required_parameter", "optional_parameter"} and not self.path:
            return self.declaration.field("value")
        parent = self.node.parent()
        if parent is not None and parent.kind() in {"assignment_pattern", "object_assignment_pattern"}:
            return parent.field("right")
        return None

    @cached_property
    def type_annotation(self) -> SgNode | None:
        """The type written for the variable or parameter; for destructured names the type of the whole pattern."""
        if self.kind not in _VARIABLES and self.kind is not BindingKind.PARAMETER:
            return None
        return annotated(self.declaration.field("type"))


def _position(pattern: SgNode, child: SgNode) -> int:
    position = 0
    for part in pattern.children():
        if part == child:
            break
        position += part.kind() == ","
    return position
