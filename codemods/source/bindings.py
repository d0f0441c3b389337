"""Scopes and bindings of a JavaScript or TypeScript file, of ES modules and CommonJS alike."""

from __future__ import annotations

from bisect import bisect_left
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
        scopes = Scopes(self._file.root, self._file.language)
        for found in self.imports:
            if found.at in scopes.declared:
                scopes.declared[found.at].imported = found
        return scopes

    @cached_property
    def _by_start(self) -> dict[int, Binding | None]:
        known: dict[int, Binding | None] = {one.start: one.binding for one in self._scopes.references}
        return known | self._scopes.declared

    @cached_property
    def _starts(self) -> list[int]:
        return [reference.start for reference in self._scopes.references]

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        return self._scopes.module

    @cached_property
    def top_level(self) -> dict[str, Binding]:
        """The names of the module scope. Where a value and a type share a name, this is the value."""
        return self.module.types | self.module.values

    @property
    def types(self) -> dict[str, Binding]:
        """The names of the module scope that can stand in a type."""
        return self.module.types

    def resolve(self, identifier: SgNode) -> Binding | None:
        """The declaration that an identifier means, or declares; None for globals and for names of properties."""
        found = identifier.range()
        binding = self._by_start.get(found.start.index)
        return binding if binding is None or len(binding.name) == found.end.index - found.start.index else None

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
        return [one.node for one in self._between(span.start, span.end) if one.binding is binding]

    def declared_in(self, node: SgNode) -> tuple[Binding, ...]:
        """The bindings that the code at or below `node` declares, in the order of the text."""
        span = span_of(node)
        found = self._scopes.declared
        return tuple(found[start] for start in sorted(found) if span.start <= start < span.end)

    def _between(self, start: int, end: int) -> list[Reference]:
        return self._scopes.references[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
