"""Builds the scopes of a file and finds out which identifier means which declaration.

One query collects identifiers and scope-making nodes; sorting them by offset turns nesting into a stack, so that the
tree itself is never walked from Python.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache, cached_property
from typing import NamedTuple

from ast_grep_py import SgNode, SgRoot

from codemods.source.binding import BOTH_KINDS, TYPE_KINDS, Binding, BindingKind, Scope
from codemods.source.file import span_of
from codemods.source.imports import Import
from codemods.source.roles import Declares, Use, role_of
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS, is_known_kind

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


class _Found(NamedTuple):
    """An identifier, with the scope around it."""

    node: SgNode
    start: int
    kind: str
    scope: Scope


class Scopes:
    """The scopes of a file, and what the identifiers in them mean.

    What a name means depends on no other name, so each is looked into when it is first asked for: most are never.
    """

    def __init__(self, root: SgNode, language: str, imports: Iterable[Import]) -> None:
        self._module = Scope(span_of(root), "module", root)
        self._imports = {found.at: found for found in imports}
        self._declared: dict[int, Binding] = {}
        self._by_start: dict[int, Binding | None] = {}
        self._known: dict[str, list[Reference]] = {}
        self._found = self._sweep(root, language)

    def at(self, start: int, name: str) -> Binding | None:
        """The declaration that the identifier `name` at an offset means, or declares."""
        self.named(name)
        return self._by_start.get(start)

    def named(self, name: str) -> list[Reference]:
        """The references to everything that is called `name`, in the order of the text."""
        if name not in self._known:
            self._known[name] = self._settled(name) if name in self._found else []
        return self._known[name]

    def top_level(self, name: str) -> tuple[Binding | None, Binding | None]:
        """The value and the type of the module scope that are called `name`."""
        self.named(name)
        return self._module.values.get(name), self._module.types.get(name)

    @cached_property
    def references(self) -> list[Reference]:
        """All references, in the order of the text."""
        found = [reference for name in self._found for reference in self.named(name)]
        return sorted(found, key=lambda reference: reference.start)

    @cached_property
    def declared(self) -> dict[int, Binding]:
        """All declarations, by their offsets, in the order of the text."""
        for name in self._found:
            self.named(name)
        return dict(sorted(self._declared.items()))

    @cached_property
    def module(self) -> Scope:
        """The outermost scope with all its names, in the order of the text."""
        order = {binding: number for number, binding in reversed([*enumerate(self.declared.values())])}
        for names in (self._module.values, self._module.types):
            listed = sorted(names.items(), key=lambda item: order[item[1]])
            names.clear()
            names.update(listed)
        return self._module

    def _sweep(self, root: SgNode, language: str) -> dict[str, list[_Found]]:
        """The identifiers by name, each in its scope."""
        scopes, identifiers = _collected(root, language)
        found: dict[str, list[_Found]] = defaultdict(list)
        current, waiting = self._module, iter(scopes)
        upcoming = next(waiting, None)
        for start, node, kind in identifiers:
            while upcoming is not None and upcoming.span.start <= start:
                upcoming.parent = current = _around(current, upcoming.span.start)
                current, upcoming = upcoming, next(waiting, None)
            if current.span.end <= start:
                current = _around(current, start)
            found[node.text()].append(_Found(node, start, kind, current))
        return dict(found)

    def _settled(self, name: str) -> list[Reference]:
        uses: list[tuple[_Found, Use]] = []
        for found in self._found[name]:
            role = role_of(found.node, found.kind)
            if isinstance(role, Use):
                uses.append((found, role))
            elif role is not None:
                self._declare(found.node, found.start, name, role, found.scope)
        references: list[Reference] = []
        for found, use in uses:
            binding = _resolved(found, name, use)
            if binding is not None or use is not Use.IF_DECLARED:
                references.append(Reference(found.node, found.start, name, binding))
        self._note(references, self._found[name])
        return references

    def _note(self, references: list[Reference], identifiers: list[_Found]) -> None:
        for reference in references:
            self._by_start[reference.start] = reference.binding
        for found in identifiers:
            binding = self._declared.get(found.start)
            if binding is not None:
                self._by_start[found.start] = binding
                binding.imported = self._imports.get(found.start, binding.imported)

    def _declare(self, node: SgNode, start: int, name: str, declares: Declares, scope: Scope) -> None:
        kind = declares.kind
        home = _home(scope, kind, name)
        known = home.types.get(name) if kind in TYPE_KINDS else home.values.get(name)
        if known is not None:
            self._declared[start] = known
            _redeclare(known, node, start, declares)
            return
        binding = Binding(name, kind, node, start, declares.declaration, home)
        self._declared[start] = binding
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


def _resolved(found: _Found, name: str, use: Use) -> Binding | None:
    """The declaration that a use means; it learns of the use."""
    scope = found.scope
    value = scope.value(name) if use is not Use.TYPE else None
    typed = scope.type(name) if use is Use.TYPE or use is Use.ANY else None
    binding = value or typed
    if binding is None and name == "arguments":
        binding = _arguments(scope)
    if binding is not None:
        binding.references.append(found.node)
        binding.reassigned = binding.reassigned or use is Use.WRITE
    if typed is not None and typed is not binding:
        typed.references.append(found.node)
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
    return tuple(kind for kind in sorted(_COLLECTED) if is_known_kind(empty, kind))


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
