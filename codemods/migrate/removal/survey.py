"""Connects the elements of all files: what runs what, what registers on what, and what has to go for what."""

from __future__ import annotations

from codemods.migrate.reading import Reading
from codemods.migrate.removal.contents import Contents
from codemods.migrate.removal.elements import Element, FileElements, Kind
from codemods.migrate.removal.moved import Moved
from codemods.migrate.removal.needs import Needed
from codemods.migrate.removal.statements import Splitter, declares
from codemods.migrate.removal.users import Uses
from codemods.readers.express.objects import Router
from codemods.readers.express.registrations import Registration
from codemods.source import SourceFile, arguments, span_of, unwrap
from codemods.workspace import FunctionRef, Role

_LIVE_ROLES = frozenset({Role.TEST, Role.GENERATED, Role.CLIENT, Role.MIGRATION, Role.CONFIG})


class Survey:
    """All elements of the files that a migration touches, connected."""

    def __init__(self, reading: Reading, moved: Moved) -> None:
        self._reading, self._workspace, self._moved = reading, reading.workspace, moved
        self.files: dict[str, FileElements | None] = {}
        self.uses = Uses(self._workspace, self.elements)
        self._needed = Needed(self._workspace, self.uses, self.elements)
        self._contents = Contents(reading, moved, self.uses.at, lambda path: self.elements(path) is not None)

    def run(self) -> list[FileElements]:
        """Survey everything connected with the carried code by imports."""
        touched = self._touched()
        found = [elements for path in touched if (elements := self.elements(path)) is not None]
        for elements in found:
            self._routers(elements)
        for elements in found:
            for element in elements.all:
                self._contents.read(element)
                element.calls += element.inner
        for elements in found:
            self._needed.fill(elements)
        return found

    def elements(self, path: str) -> FileElements | None:
        """The elements of a file, None for one that is left alone."""
        if path not in self.files:
            self.files[path] = None
            if self._may_change(path):
                self.files[path] = Splitter(self._workspace.source(path), self._moved).split()
        return self.files[path]

    def _touched(self) -> list[str]:
        found = dict.fromkeys([*self._moved.pieces, *(file for file, _ in self._moved.routes)])
        queue = list(found)
        while queue:
            path = queue.pop(0)
            for other in (*self._workspace.imports_of(path), *self.uses.importers(path)):
                if other not in found:
                    found[other] = None
                    queue.append(other)
        return sorted(found)

    def _may_change(self, path: str) -> bool:
        if path not in self._workspace.files or path.endswith((".d.ts", ".d.mts", ".d.cts")):
            return False
        source = self._workspace.source(path)
        if source.has_errors:
            return False
        if path in self._moved.pieces or any(file == path for file, _ in self._moved.routes):
            return True
        role = self._workspace.role_of(path)
        if role is Role.SCRIPT:
            return ".listen(" in source.text
        return role not in _LIVE_ROLES

    # ---- routers ----------------------------------------------------------------------------------

    def _routers(self, elements: FileElements) -> None:
        """What is registered on a router is part of what the router does."""
        for registration in self._moved.registrations.get(elements.whole.file, []):
            element = elements.at(registration.verb_offset)
            if element is None:
                continue
            holder = self._holder(registration.router)
            if holder is not None and holder is not element:
                holder.calls.append(element)
                if holder.kind is Kind.GLUE and holder.node is not None and declares(holder.node) is not None:
                    holder.kind = Kind.HOLDER
                if registration.verb == "use" and element.kind is Kind.USE:
                    element.needs = [holder]
            if registration.verb == "use":
                self._mounts(element, registration)
        for element in elements.top:
            if element.kind is Kind.GLUE and element.node is not None:
                self._hands_over(element, self._workspace.source(element.file))

    def _holder(self, router: Router | None) -> Element | None:
        return self.uses.at(router.file, router.offset) if router is not None else None

    def _mounts(self, element: Element, registration: Registration) -> None:
        """A mount goes with the routers that it mounts, its own router may stay."""
        objects = self._moved.objects
        assert objects is not None
        for argument in registration.arguments:
            child = objects.router_of(self._workspace.source(argument.file), argument.node)
            target = self._holder(child)
            if child is None or child == registration.router:
                continue
            if element.kind is not Kind.MOUNT:
                element.kind = Kind.MOUNT
                element.needs = []
            element.needs.append(target)
            if target is not None:
                element.calls.append(target)

    def _hands_over(self, element: Element, file: SourceFile) -> None:
        """`registerUsers(app)`: a call of a function that registers routes on what it is given."""
        assert element.node is not None
        if element.node.kind() != "expression_statement":
            return
        call = unwrap(next((child for child in element.node.children() if child.is_named()), element.node))
        objects = self._moved.objects
        if call.kind() != "call_expression" or objects is None:
            return
        if not any(objects.router_of(file, argument) is not None for argument in arguments(call)):
            return
        called = self._workspace.callee(file.path, call)
        target = self.uses.at(called.file, span_of(called.node).start) if isinstance(called, FunctionRef) else None
        if target is not None and target.kind is Kind.HOLDER:
            element.kind = Kind.MOUNT
            element.needs = [target]
            element.calls.append(target)
