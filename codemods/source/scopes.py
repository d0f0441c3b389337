"""Builds the scopes of a file and finds out which identifier means which declaration.

One query collects identifiers and scope-making nodes; sorting them by offset turns nesting into a stack, so that the
tree itself is never walked from Python.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from ast_grep_py import SgNode, SgRoot

from codemods.source.binding import BOTH_KINDS, TYPE_KINDS, Binding, BindingKind, Scope
from codemods.source.file import span_of
from codemods.source.roles import Declares, Use, role_of
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS

_IDENTIFIERS = frozenset(
    {"identifier", "type_identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"}
)

_SIGNATURES = frozenset(
    {
        "abstract_method_signature",
        "call_signature",
        "construct_signature",
        "constructor_type",
        "function_signature",
        "function_type",
        "method_signature",
    }
)

_GENERIC = frozenset(
    {
        "abstract_class_declaration",
        "class_declaration",
        "interface_declaration",
        "type_alias_declaration",
    }
)

_BLOCKS = frozenset({"catch_clause", "for_in_statement", "for_statement", "switch_body"})

_TYPE_BLOCKS = frozenset({"conditional_type", "index_signature"})

_SELF_NAMED = frozenset({"class", "function_expression", "generator_function"})

_NAMESPACES = frozenset({"ambient_declaration", "internal_module", "module"})

_COLLECTED = (
    _IDENTIFIERS
    | _SIGNATURES
    | FUNCTION_KINDS
    | _GENERIC
    | _BLOCKS
    | _TYPE_BLOCKS
    | _SELF_NAMED
    | frozenset({"statement_block"})
)

_BODIES = FUNCTION_KINDS | frozenset({"class_static_block"})


class Reference(NamedTuple):
    """A use of a name; `binding` is None for a global."""

    node: SgNode
    start: int
    name: str
    binding: Binding | None


class _Use(NamedTuple):
    node: SgNode
    start: int
    name: str
    use: Use
    scope: Scope


class Scopes:
    """The module scope of a file with everything in it: references in the order of the text, declarations by offset."""

    def __init__(self, root: SgNode, language: str) -> None:
        self.module = Scope(span_of(root), "module", root)
        self.declared: dict[int, Binding] = {}
        self.references: list[Reference] = []
        for use in self._sweep(root, language):
            binding = _resolved(use)
            if binding is not None or use.use is not Use.IF_DECLARED:
                self.references.append(Reference(use.node, use.start, use.name, binding))

    def _sweep(self, root: SgNode, language: str) -> list[_Use]:
        scopes, identifiers = _collected(root, language)
        uses: list[_Use] = []
        current, waiting = self.module, iter(scopes)
        upcoming = next(waiting, None)
        for start, node, kind in identifiers:
            while upcoming is not None and upcoming.span.start <= start:
                upcoming.parent = current = _around(current, upcoming.span.start)
                current, upcoming = upcoming, next(waiting, None)
            current = _around(current, start)
            role = role_of(node, kind)
            if isinstance(role, Use):
                uses.append(_Use(node, start, node.text(), role, current))
            elif role is not None:
                self._declare(node, start, role, current)
        return uses

    def _declare(self, node: SgNode, start: int, declares: Declares, scope: Scope) -> None:
        name, kind = node.text(), declares.kind
        home = _home(scope, kind, name)
        known = home.types.get(name) if kind in TYPE_KINDS else home.values.get(name)
        if known is not None:
            self.declared[start] = known
            _redeclare(known, node, start, declares)
            return
        binding = Binding(name, kind, node, start, declares.declaration, home)
        self.declared[start] = binding
        if kind not in TYPE_KINDS:
            home.values[name] = binding
        if kind in TYPE_KINDS or kind in BOTH_KINDS:
            home.types.setdefault(name, binding)


def _around(scope: Scope, offset: int) -> Scope:
    while scope.span.end <= offset and scope.parent is not None:
        scope = scope.parent
    return scope


def _home(scope: Scope, kind: BindingKind, name: str) -> Scope:
    """The scope that a declaration ends up in: `var` leaves blocks, and is the parameter of the same name."""
    if kind is not BindingKind.VAR:
        return scope
    while not scope.hoists and scope.parent is not None:
        scope = scope.parent
    if scope.kind == "body" and scope.parent is not None and name in scope.parent.values:
        return scope.parent
    return scope


def _redeclare(known: Binding, node: SgNode, start: int, declares: Declares) -> None:
    """A name declared again: overloads give way to the implementation, `var` and functions are written anew."""
    if known.declaration.kind() == "function_signature" and declares.kind is BindingKind.FUNCTION:
        known.redeclarations.append(known.node)
        known.node, known.start, known.declaration = node, start, declares.declaration
        return
    known.redeclarations.append(node)
    if declares.kind in {BindingKind.VAR, BindingKind.FUNCTION}:
        bare = declares.declaration.kind() == "variable_declarator" and declares.declaration.field("value") is None
        known.reassigned = known.reassigned or not bare


def _resolved(use: _Use) -> Binding | None:
    """The declaration that a use means; it learns of the use."""
    value = use.scope.value(use.name) if use.use is not Use.TYPE else None
    typed = use.scope.type(use.name) if use.use is Use.TYPE or use.use is Use.ANY else None
    binding = value or typed
    if binding is None and use.name == "arguments":
        binding = _arguments(use.scope)
    if binding is not None:
        binding.references.append(use.node)
        binding.reassigned = binding.reassigned or use.use is Use.WRITE
    if typed is not None and typed is not binding:
        typed.references.append(use.node)
    return binding


def _arguments(scope: Scope | None) -> Binding | None:
    """The implicit `arguments` of the nearest function that has one."""
    while scope is not None and (scope.kind != "function" or scope.node.kind() == "arrow_function"):
        scope = scope.parent
    if scope is None:
        return None
    binding = Binding("arguments", BindingKind.PARAMETER, scope.node, scope.span.start, scope.node, scope)
    return scope.values.setdefault("arguments", binding)


def _collected(root: SgNode, language: str) -> tuple[list[Scope], list[tuple[int, SgNode, str]]]:
    scopes: list[Scope] = []
    identifiers: list[tuple[int, SgNode, str]] = []
    for node in root.find_all({"rule": {"any": [{"kind": kind} for kind in _kinds(language)]}}):
        kind = node.kind()
        if kind in _IDENTIFIERS:
            identifiers.append((node.range().start.index, node, kind))
        else:
            scopes.extend(_scopes_of(node, kind))
    scopes.sort(key=lambda scope: (scope.span.start, -scope.span.end))
    return scopes, identifiers


@cache
def _kinds(language: str) -> tuple[str, ...]:
    """The kinds to collect, those left out that the grammar of the language lacks."""
    empty = SgRoot("", language).root()
    return tuple(kind for kind in sorted(_COLLECTED) if _known(empty, kind))


def _known(node: SgNode, kind: str) -> bool:
    try:
        node.matches(kind=kind)
    except RuntimeError:
        return False
    return True


def _scopes_of(node: SgNode, kind: str) -> list[Scope]:
    """The scopes that a node opens. Names that the node declares outside of itself lie before their start."""
    if kind == "statement_block":
        return [Scope(span_of(node), _block_kind(node), node)]
    if kind in _BLOCKS:
        return [Scope(span_of(node), "block", node)]
    if kind in _TYPE_BLOCKS:
        return [Scope(span_of(node), "type", node)]
    scopes: list[Scope] = []
    if kind in _SELF_NAMED and node.field("name") is not None:
        scopes.append(Scope(span_of(node), "block", node))
    opening = node.field("type_parameters")
    if opening is None and (kind in FUNCTION_KINDS or kind in _SIGNATURES):
        opening = node.field("parameters") or node.field("parameter")
    if opening is not None:
        span = Span(opening.range().start.index, node.range().end.index)
        scopes.append(Scope(span, "function" if kind in FUNCTION_KINDS else "type", node))
    return scopes


def _block_kind(node: SgNode) -> str:
    parent = node.parent()
    kind = parent.kind() if parent is not None else ""
    if kind in _BODIES:
        return "body"
    return "namespace" if kind in _NAMESPACES else "block"
