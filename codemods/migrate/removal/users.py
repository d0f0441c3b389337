"""Who uses what a file declares: references in the file, imports of other files, and members called on objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from ast_grep_py import SgNode

from codemods.migrate.removal.elements import Element, FileElements, Kind
from codemods.source import Binding, Export, Import, SourceFile, find_all, member, span_of
from codemods.source.tree import FUNCTION_KINDS
from codemods.workspace import FunctionRef, Role, Unknown, Workspace

_PARSED = frozenset({Kind.PIECE, Kind.ROUTE})
"""Code whose calls were all resolved when it was carried over."""


class Uses:
    """Finds users. A user is an element, or None for code that stays; tests are no users."""

    def __init__(self, workspace: Workspace, elements: Callable[[str], FileElements | None]) -> None:
        self._workspace, self._elements = workspace, elements
        self._names: dict[str, dict[str, list[SgNode]]] = {}
        self._reach: dict[str, frozenset[str]] = {}

    def at(self, path: str, offset: int) -> Element | None:
        """The element at an offset, None when it lies in code that stays."""
        found = self._elements(path)
        return found.at(offset) if found is not None else None

    def importers(self, path: str) -> list[str]:
        """The files that import `path`, tests left out."""
        return [one for one in self._workspace.importers(path) if self._workspace.role_of(one) is not Role.TEST]

    # ---- declarations -----------------------------------------------------------------------------

    def of_declaration(self, element: Element) -> list[Element | None]:
        """The users of all names that a statement declares or exports."""
        file = self._workspace.source(element.file)
        found: list[Element | None] = []
        for binding in declared(file, element):
            if binding.redeclarations:
                found.append(None)
            for reference in binding.references:
                if not element.span.start <= span_of(reference).start < element.span.end:
                    found.append(self.at(file.path, span_of(reference).start))
        for export in file.bindings.exports:
            if element.span in (export.statement, export.span):
                found += self.of_export(file, export)
        return found

    def of_export(self, file: SourceFile, export: Export) -> list[Element | None]:
        """The users of an exported name in other files."""
        if export.name == "*":
            return []
        whole = export.name == "default" and export.style != "esm"
        return self.of_path(file.path, () if whole else (export.name,))

    def of_path(self, path: str, names: tuple[str, ...]) -> list[Element | None]:
        """The users of `exported.member…` of a file; of the module as a whole when there are no names."""
        return list(dict.fromkeys(self._users(path, names, set())))

    def _users(
        self, path: str, names: tuple[str, ...], seen: set[tuple[str, tuple[str, ...]]]
    ) -> Iterator[Element | None]:
        if (path, names) in seen or len(names) > 6:
            return
        seen.add((path, names))
        for importer in self.importers(path):
            file, link = self._workspace.source(importer), self._workspace.links(importer).get(path)
            for item in link.imports if link is not None else ():
                yield from self._imported(file, item, path, names)
            for export in link.exports if link is not None else ():
                yield from self._passed_on(file, export, names, seen)

    def _imported(self, file: SourceFile, item: Import, path: str, names: tuple[str, ...]) -> Iterator[Element | None]:
        if not item.local:
            if item.imported in ("*", *names[:1]) or not names:
                yield self.at(file.path, item.span.start)
            return
        whole = item.imported == "*" or (item.imported == "default" and not self._has_default(path))
        if not names or (not whole and (item.imported,) == names):
            yield self.at(file.path, item.span.start)
            return
        if whole:
            yield from self._references(file, item, names)
        elif item.imported == names[0]:
            yield from self._references(file, item, names[1:])

    def _has_default(self, path: str) -> bool:
        exports = self._workspace.source(path).bindings.exports
        return any(export.name == "default" and export.style == "esm" for export in exports)

    def _references(self, file: SourceFile, item: Import, names: tuple[str, ...]) -> Iterator[Element | None]:
        binding = file.bindings.top_level.get(item.local)
        if binding is None or binding.imported != item:
            yield self.at(file.path, item.span.start)
            return
        yield from self.of_members(file, binding, names)

    def of_members(self, file: SourceFile, binding: Binding, names: tuple[str, ...]) -> Iterator[Element | None]:
        """Where `binding.names…` is used, or the binding in a way that does not tell which member."""
        for reference in binding.references:
            if _leads_to(reference, names):
                yield self.at(file.path, span_of(reference).start)

    def _passed_on(
        self, file: SourceFile, export: Export, names: tuple[str, ...], seen: set[tuple[str, tuple[str, ...]]]
    ) -> Iterator[Element | None]:
        if export.name == "*":
            yield from self._users(file.path, names, seen)
        elif export.imported == "*":
            if not names:
                yield self.at(file.path, export.span.start)
            yield from self._users(file.path, (export.name, *names), seen)
        elif export.imported == (names[0] if names else None):
            if len(names) == 1:
                yield self.at(file.path, export.span.start)
            yield from self._users(file.path, (export.name, *names[1:]), seen)

    # ---- members ------------------------------------------------------------------------------------

    def of_member(self, element: Element, targets: frozenset[tuple[str, int]]) -> list[Element | None]:
        """The users of a method or property, by its name anywhere; `targets` are the functions that it holds."""
        found: list[Element | None] = []
        for path in self._files_with(element.name):
            for node in self._named(path, element.name):
                offset = span_of(node).start
                if path == element.file and element.span.start <= offset < element.span.end:
                    continue
                user = self.at(path, offset)
                if self._means(path, node, targets, element.file, user):
                    found.append(user)
        return list(dict.fromkeys(found))

    def _files_with(self, name: str) -> Iterator[str]:
        for path in self._workspace.files:
            if name in self._workspace.text(path) and self._workspace.role_of(path) is not Role.TEST:
                yield path

    def _named(self, path: str, name: str) -> list[SgNode]:
        """The places in a file where a property of that name is taken."""
        if path not in self._names:
            index: dict[str, list[SgNode]] = defaultdict(list)
            root = self._workspace.source(path).root
            kinds = ("property_identifier", "private_property_identifier", "shorthand_property_identifier_pattern")
            for node in find_all(root, *kinds):
                parent = node.parent()
                if parent is not None and parent.kind() in ("member_expression", "object_pattern", "pair_pattern"):
                    index[node.text()].append(node)
            self._names[path] = index
        return self._names[path].get(name, [])

    def _means(
        self, path: str, node: SgNode, targets: frozenset[tuple[str, int]], home: str, user: Element | None
    ) -> bool:
        parent = node.parent()
        is_member = parent is not None and parent.kind() == "member_expression"
        called = self._workspace.function_of(path, parent if is_member and parent is not None else node)
        if isinstance(called, FunctionRef):
            return (called.file, span_of(called.node).start) in targets
        if isinstance(called, Unknown):
            if called.candidates:
                return any((one.file, span_of(one.node).start) in targets for one in called.candidates)
            return (user is None or user.kind not in _PARSED) and home in self._reachable(path)
        return False

    def _reachable(self, path: str) -> frozenset[str]:
        """The files that a file imports, directly or not, and the file itself."""
        if path not in self._reach:
            found, queue = {path}, [path]
            while queue:
                for other in self._workspace.imports_of(queue.pop()):
                    if other not in found:
                        found.add(other)
                        queue.append(other)
            self._reach[path] = frozenset(found)
        return self._reach[path]


def declared(file: SourceFile, element: Element) -> list[Binding]:
    """The names that a top-level statement declares, types among them."""
    scope = file.bindings.module
    both = dict.fromkeys((*scope.values.values(), *scope.types.values()))
    return [binding for binding in both if element.span.start <= binding.start < element.span.end]


def function_targets(node: SgNode, path: str) -> frozenset[tuple[str, int]]:
    """The function that a member holds."""
    nodes = [node] if node.kind() in FUNCTION_KINDS else find_all(node, *FUNCTION_KINDS)[:1]
    return frozenset((path, span_of(one).start) for one in nodes)


def _leads_to(reference: SgNode, names: Iterable[str]) -> bool:
    """Is `reference.names…` taken here, or the value as a whole?"""
    current = reference
    for name in names:
        parent = current.parent()
        while parent is not None and parent.kind() in ("non_null_expression", "parenthesized_expression"):
            current, parent = parent, parent.parent()
        if parent is not None and parent.kind() == "nested_type_identifier":
            return parent.text().endswith(f".{name}")
        parts = member(parent) if parent is not None and parent.kind() in _TAKING else None
        if parts is None or parent is None or span_of(parts[0]) != span_of(current):
            return True
        if parts[1] != name:
            return False
        current = parent
    return True


_TAKING = frozenset({"member_expression", "subscript_expression"})
