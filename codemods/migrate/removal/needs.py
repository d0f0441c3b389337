"""What has to go for an element to go: users of names, the code that an export names, importers of a file."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from codemods.migrate.removal.elements import Element, FileElements, Kind
from codemods.migrate.removal.members import Members
from codemods.migrate.removal.statements import TYPES, declares
from codemods.migrate.removal.users import Uses
from codemods.source import Export, Import, SourceFile, span_of
from codemods.workspace import InFile, Workspace


class Needed:
    """Fills in `needs`, and refuses declarations that nobody used before."""

    def __init__(self, workspace: Workspace, uses: Uses, elements: Callable[[str], FileElements | None]) -> None:
        self._workspace, self._uses, self._elements = workspace, uses, elements
        self._members = Members(workspace, uses)

    def fill(self, elements: FileElements) -> None:
        """Connect all elements of a file, and the file itself."""
        for element in elements.all:
            self._element(element, elements.whole)
        self._file(elements)

    def _element(self, element: Element, whole: Element) -> None:
        file = self._workspace.source(element.file)
        match element.kind:
            case Kind.IMPORT:
                element.needs += self._import(file, element, whole)
            case Kind.EXPORT:
                element.needs += self._export(file, element, whole)
            case Kind.ROUTE | Kind.CHAIN | Kind.MOUNT:
                pass
            case Kind.USE:
                if not element.needs:
                    element.needs.append(whole)
            case Kind.ENTRY:
                element.needs += self._members.entry(file, element)
            case Kind.MEMBER:
                element.needs += [whole] if element.within is None else self._members.member(file, element)
            case Kind.PIECE if element.within is not None:
                element.needs += self._members.method(file, element)
            case Kind.GLUE:
                element.needs.append(whole)
                element.needs += self._declaration(file, element)
            case _:
                element.needs += self._declaration(file, element)
        element.needs += element.inner
        if not element.alone and element.within is not None:
            element.needs.append(element.within)
        elif not element.alone:
            element.needs.append(whole)

    def _declaration(self, file: SourceFile, element: Element) -> list[Element | None]:
        users = self._uses.of_declaration(element)
        if element.kind is Kind.GLUE and not users and element.node is not None and _is_idle(element.node):
            element.refuse(f"`{element.name}`, which nothing uses")
        return users

    def _import(self, file: SourceFile, element: Element, whole: Element) -> list[Element | None]:
        """An import goes with the last use of its name; one without a name, with the file that it loads."""
        item = next(item for item in file.bindings.imports if item.span == element.span and item.local == element.name)
        if not item.local:
            return [self._loaded(file, item, whole)]
        binding = file.bindings.top_level.get(item.local)
        if binding is None or not binding.references:
            return [whole]
        return [self._uses.at(file.path, span_of(reference).start) for reference in binding.references]

    def _loaded(self, file: SourceFile, item: Import, whole: Element) -> Element | None:
        found = self._workspace.resolve_import(file.path, item.module)
        elements = self._elements(found.path) if isinstance(found, InFile) else None
        if elements is None or not any(one.kind in (Kind.ROUTE, Kind.CHAIN, Kind.PIECE) for one in elements.all):
            return whole
        return elements.whole

    def _export(self, file: SourceFile, element: Element, whole: Element) -> list[Element | None]:
        """An exported name goes with what it names, once nobody takes it."""
        found: list[Element | None] = []
        for export in file.bindings.exports:
            if export.span != element.span or (export.name != element.name and export.name != "default"):
                continue
            if export.name == element.name:
                found += self._uses.of_export(file, export)
                found += self._exported(file, export, whole)
        return found

    def _exported(self, file: SourceFile, export: Export, whole: Element) -> list[Element | None]:
        if export.module is not None:
            target = self._workspace.resolve_import(file.path, export.module)
            elements = self._elements(target.path) if isinstance(target, InFile) else None
            if elements is None:
                return [whole]
            named = list(self._exporting(target.path, export.imported)) if isinstance(target, InFile) else []
            return [*named] or [elements.whole]
        binding = file.bindings.top_level.get(export.local) if export.local is not None else None
        if binding is None:
            return [whole]
        return [self._uses.at(file.path, binding.start)]

    def _exporting(self, path: str, name: str | None) -> list[Element | None]:
        """The elements that export a name of a file."""
        elements = self._elements(path)
        exports = self._workspace.source(path).bindings.exports
        spans = [export.span for export in exports if export.name == name and name != "*"]
        return [elements.at(span.start) for span in spans] if elements is not None else []

    # ---- files ------------------------------------------------------------------------------------

    def _file(self, elements: FileElements) -> None:
        """A file goes with everything in it, once no file that stays imports it."""
        whole, path = elements.whole, elements.whole.file
        whole.needs += [one for one in elements.top if one.kind is not Kind.IMPORT]
        whole.calls += [one for one in elements.top if one.kind is not Kind.IMPORT]
        starts = any(one.kind is Kind.GLUE and _runs_at_once(one.node) for one in elements.top)
        for importer in self._uses.importers(path):
            others = self._elements(importer)
            if others is None:
                whole.needs.append(None)
                continue
            if starts:
                whole.needs.append(others.whole)
            whole.needs += self._taking(importer, others, path)

    def _taking(self, importer: str, elements: FileElements, path: str) -> list[Element | None]:
        """The elements by which one file imports another."""
        bindings = self._workspace.source(importer).bindings
        taken = [
            item.span.start for item in bindings.imports if self._leads(importer, item.module, path) and item.local
        ]
        plain = [item for item in bindings.imports if self._leads(importer, item.module, path) and not item.local]
        passed = [one.span.start for one in bindings.exports if one.module and self._leads(importer, one.module, path)]
        if not taken and not plain and not passed:
            return [None]
        found = [elements.at(offset) for offset in (*taken, *passed)]
        found += [elements.at(item.span.start) for item in plain]
        return found

    def _leads(self, importer: str, module: str, path: str) -> bool:
        found = self._workspace.resolve_import(importer, module)
        return isinstance(found, InFile) and found.path == path


def _is_idle(node: SgNode) -> bool:
    """A declaration that does nothing by itself; types are never in the way."""
    inner = node.field("declaration") if node.kind() == "export_statement" else node
    if inner is None or inner.kind() in TYPES or _runs_at_once(node):
        return False
    value = declares(node)
    return value is None or value.kind() not in ("call_expression", "new_expression", "await_expression")


def _runs_at_once(node: SgNode | None) -> bool:
    return node is not None and node.kind().endswith("_statement") and node.kind() != "export_statement"
