"""Scopes and bindings of a JavaScript or TypeScript file, of ES modules and CommonJS alike."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ast_grep_py import SgNode

from codemods.source.binding import Binding, BindingKind, Scope
from codemods.source.exports import Export, find_exports
from codemods.source.file import SourceFile, span_of
from codemods.source.imports import Import, find_imports
from codemods.source.scopes import Reference, Scopes

__all__ = ["Binding", "BindingKind", "Bindings", "Export", "Free", "Import", "Scope"]


@dataclass(frozen=True, slots=True)
class Free:
    """What a piece of code needs from outside of itself, each once, in the order of first use."""

    bindings: tuple[Binding, ...]
    globals: tuple[str, ...]


class Bindings:
    """Imports, exports and names of one file. Imports and exports are read without building the scopes."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        return find_imports(self._file)

    @cached_property
    def exports(self) -> tuple[Export, ...]:
        return find_exports(self._file)

    @cached_property
    def _scopes(self) -> Scopes:
        return Scopes(self._file.root, self._file.language, self.imports)

    @cached_property
    def _starts(self) -> list[int]:
        return [reference.start for reference in self._scopes.references]

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        return self._scopes.module

    @cached_property
    def top_level(self) -> Mapping[str, Binding]:
        """The names of the module scope. Where a value and a type share a name, this is the value."""
        return TopLevel(self._scopes, types=False)

    @cached_property
    def types(self) -> Mapping[str, Binding]:
        """The names of the module scope that can stand in a type."""
        return TopLevel(self._scopes, types=True)

    def resolve(self, identifier: SgNode) -> Binding | None:
        """The declaration that an identifier means, or declares; None for globals and for names of properties."""
        name = identifier.text()
        binding = self._scopes.at(identifier.range().start.index, name)
        return binding if binding is None or binding.name == name else None

    def free(self, node: SgNode) -> Free:
        """What the code at or below `node` uses and does not declare, values and types alike."""
        span = span_of(node)
        bindings: dict[Binding, None] = {}
        names: dict[str, None] = {}
        for reference in self._between(span.start, span.end):
            if reference.binding is None:
                names[reference.name] = None
            elif not span.start <= reference.binding.start < span.end:
                bindings[reference.binding] = None
        return Free(tuple(bindings), tuple(names))

    def references_in(self, binding: Binding, node: SgNode) -> list[SgNode]:
        """The references to a binding that lie at or below `node`."""
        span = span_of(node)
        named = self._scopes.named(binding.name)
        return [one.node for one in named if one.binding is binding and span.start <= one.start < span.end]

    def declared_in(self, node: SgNode) -> tuple[Binding, ...]:
        """The bindings that the code at or below `node` declares, in the order of the text."""
        span = span_of(node)
        return tuple(found for start, found in self._scopes.declared.items() if span.start <= start < span.end)

    def _between(self, start: int, end: int) -> list[Reference]:
        return self._scopes.references[bisect_left(self._starts, start) : bisect_left(self._starts, end)]


class TopLevel(Mapping[str, Binding]):
    """Names of the module scope, each looked into when it is asked for."""

    def __init__(self, scopes: Scopes, types: bool) -> None:
        self._scopes = scopes
        self._types = types

    def __getitem__(self, name: str) -> Binding:
        value, typed = self._scopes.top_level(name)
        binding = typed if self._types else value or typed
        if binding is None:
            raise KeyError(name)
        return binding

    def __iter__(self) -> Iterator[str]:
        module = self._scopes.module
        return iter(module.types if self._types else module.types | module.values)

    def __len__(self) -> int:
        return sum(1 for _ in self)
