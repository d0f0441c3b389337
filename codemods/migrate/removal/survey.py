"""Connects the elements of all files: what runs what, what registers on what, and what has to go for what."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.migrate.reading import Reading
from codemods.migrate.removal.contents import Contents
from codemods.migrate.removal.elements import Element, FileElements, Kind
from codemods.migrate.removal.moved import Moved
from codemods.migrate.removal.statements import TYPES, Splitter, declares
from codemods.migrate.removal.users import Uses, declared, function_targets
from codemods.readers.express.objects import Router
from codemods.readers.express.registrations import Registration
from codemods.source import Export, Import, SourceFile, arguments, find_all, span_of, unwrap
from codemods.source.tree import CLASS_KINDS
from codemods.workspace import Declared, FunctionRef, InFile, Role

_LIVE_ROLES = frozenset({Role.TEST, Role.GENERATED, Role.CLIENT, Role.MIGRATION, Role.CONFIG})


class Survey:
    """All elements of the files that a migration touches, connected."""

    def __init__(self, reading: Reading, moved: Moved) -> None:
        self._reading, self._workspace, self._moved = reading, reading.workspace, moved
        self.files: dict[str, FileElements | None] = {}
        self.uses = Uses(self._workspace, self.elements)
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
            for element in list(elements.all):
                self._connect(element)
            self._file(elements)
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
        file = self._workspace.source(registration.row_file or registration.file)
        for argument in registration.arguments:
            child = objects.router_of(file, argument)
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

    # ---- what has to go ---------------------------------------------------------------------------

    def _connect(self, element: Element) -> None:
        file = self._workspace.source(element.file)
        whole = self._whole(element)
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
                element.needs += self._entry(file, element)
            case Kind.MEMBER:
                element.needs += self._member(file, element)
            case Kind.PIECE if element.within is not None:
                element.needs += self._method(file, element)
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

    def _whole(self, element: Element) -> Element:
        elements = self.elements(element.file)
        assert elements is not None
        return elements.whole

    def _declaration(self, file: SourceFile, element: Element) -> list[Element | None]:
        users = self.uses.of_declaration(element)
        if element.kind is Kind.GLUE and not users and element.node is not None and _is_idle(element.node):
            element.refuse(f"`{_name(file, element)}`, which nothing uses")
        return users

    def _import(self, file: SourceFile, element: Element, whole: Element) -> list[Element | None]:
        """An import goes with the last use of its name; one without a name, with the file that it loads."""
        item = next(item for item in file.bindings.imports if item.span == element.span and item.local == element.name)
        if not item.local:
            return [self._loaded(file, item, whole)]
        binding = file.bindings.top_level.get(item.local)
        if binding is None or not binding.references:
            return [whole]
        return [self.uses.at(file.path, span_of(reference).start) for reference in binding.references]

    def _loaded(self, file: SourceFile, item: Import, whole: Element) -> Element | None:
        found = self._workspace.resolve_import(file.path, item.module)
        elements = self.elements(found.path) if isinstance(found, InFile) else None
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
                found += self.uses.of_export(file, export)
                found += self._exported(file, export, whole)
        return found

    def _exported(self, file: SourceFile, export: Export, whole: Element) -> list[Element | None]:
        if export.module is not None:
            target = self._workspace.resolve_import(file.path, export.module)
            elements = self.elements(target.path) if isinstance(target, InFile) else None
            if elements is None:
                return [whole]
            named = list(self._exporting(target.path, export.imported)) if isinstance(target, InFile) else []
            return [*named] or [elements.whole]
        binding = file.bindings.top_level.get(export.local) if export.local is not None else None
        if binding is None:
            return [whole]
        return [self.uses.at(file.path, binding.start)]

    def _exporting(self, path: str, name: str | None) -> list[Element | None]:
        """The elements that export a name of a file."""
        elements = self.elements(path)
        exports = self._workspace.source(path).bindings.exports
        spans = [export.span for export in exports if export.name == name and name != "*"]
        return [elements.at(span.start) for span in spans] if elements is not None else []

    # ---- members ----------------------------------------------------------------------------------

    def _method(self, file: SourceFile, element: Element) -> list[Element | None]:
        """A carried method goes with its last caller; with the whole class where a type asks for it."""
        assert element.node is not None and element.within is not None
        found = self.uses.of_member(element, function_targets(element.node, file.path))
        found += self._through_holder(file, element)
        if _is_typed(element.within.node):
            found.append(element.within)
        return found

    def _entry(self, file: SourceFile, element: Element) -> list[Element | None]:
        """`list` of `{ list }` goes with the function that it names."""
        assert element.node is not None
        value = element.node.field("value") or element.node
        called = self._workspace.function_of(file.path, unwrap(value))
        if not isinstance(called, FunctionRef):
            return [element.within, *self._through_holder(file, element)]
        start = span_of(called.node).start
        target = self.uses.at(called.file, start)
        users = self.uses.of_member(element, frozenset({(called.file, start)}))
        return [target, *users, *self._through_holder(file, element)]

    def _member(self, file: SourceFile, element: Element) -> list[Element | None]:
        assert element.node is not None
        if element.within is None:
            return [self._whole(element)]
        if element.name == "constructor":
            return []
        users = self.uses.of_member(element, function_targets(element.node, file.path))
        if not users and not _registers(element):
            element.refuse(f"`{element.name}`, which no migrated route takes along")
        return users

    def _through_holder(self, file: SourceFile, element: Element) -> list[Element | None]:
        """Uses of the object as a whole, or of this member through it."""
        holder = element.within
        assert holder is not None and holder.node is not None
        found: list[Element | None] = []
        is_class = _class_of(holder.node) is not None
        for binding in declared(file, holder):
            if is_class:
                found += self._instances(file, holder, element.name)
            else:
                found += self.uses.of_members(file, binding, (element.name,))
        if is_class:
            return found
        for export in file.bindings.exports:
            if export.statement == holder.span:
                path = (
                    (element.name,)
                    if export.style != "esm" and export.name == "default"
                    else (export.name, element.name)
                )
                found += self.uses.of_path(file.path, path)
        return [one for one in found if one is not element]

    def _instances(self, file: SourceFile, holder: Element, name: str) -> list[Element | None]:
        """Uses of a class that hand on the class or a nameless instance, and of instances kept under a name."""
        found: list[Element | None] = []
        for path, reference in self._class_references(file, holder):
            element = self.uses.at(path, span_of(reference).start)
            if element is holder or (element is not None and element.kind in (Kind.IMPORT, Kind.EXPORT)):
                continue
            created = _creation(reference)
            if created is None:
                found.append(element)
                continue
            found += self._kept(path, created, name)
        return found

    def _class_references(self, file: SourceFile, holder: Element) -> list[tuple[str, SgNode]]:
        found: list[tuple[str, SgNode]] = []
        for binding in declared(file, holder):
            for path in (file.path, *self.uses.importers(file.path)):
                source = self._workspace.source(path)
                for node in find_all(source.root, "identifier"):
                    if node.text() not in _locals(source, file, binding.name):
                        continue
                    meaning = self._workspace.meaning_of(path, node)
                    is_class = isinstance(meaning, Declared) and meaning.binding is binding
                    parent = node.parent()
                    imports = parent is not None and parent.kind() in _NAMING
                    if is_class and not imports and span_of(node).start != binding.start:
                        found.append((path, node))
        return found

    def _kept(self, path: str, created: SgNode, name: str) -> list[Element | None]:
        """`const users = new UserService()`: uses of `users` that hand it on."""
        parent = created.parent()
        if parent is None or parent.kind() != "variable_declarator":
            return []
        source = self._workspace.source(path)
        label = parent.field("name")
        binding = source.bindings.resolve(label) if label is not None else None
        element = self.uses.at(path, span_of(created).start)
        if binding is None or element is None:
            return []
        found = list(self.uses.of_members(source, binding, (name,)))
        if binding.scope is source.bindings.module:
            for export in source.bindings.exports:
                if export.local == binding.name:
                    whole = export.style != "esm" and export.name == "default"
                    found += self.uses.of_path(path, (name,) if whole else (export.name, name))
        return [one for one in found if one is None or one.kind not in (Kind.IMPORT, Kind.EXPORT)]

    # ---- files ------------------------------------------------------------------------------------

    def _file(self, elements: FileElements) -> None:
        """A file goes with everything in it, once no file that stays imports it."""
        whole, path = elements.whole, elements.whole.file
        whole.needs += [one for one in elements.top if one.kind is not Kind.IMPORT]
        whole.calls += [one for one in elements.top if one.kind is not Kind.IMPORT]
        starts = any(one.kind is Kind.GLUE and _runs_at_once(one.node) for one in elements.top)
        for importer in self.uses.importers(path):
            others = self.elements(importer)
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


_NAMING = frozenset({"import_specifier", "import_clause", "export_specifier", "namespace_import"})


def _locals(source: SourceFile, home: SourceFile, name: str) -> set[str]:
    if source is home:
        return {name}
    return {item.local for item in source.bindings.imports if item.local}


def _creation(reference: SgNode) -> SgNode | None:
    """`new X(…)` of a reference to X, where it is kept under a name or as a field."""
    parent = reference.parent()
    if parent is None or parent.kind() != "new_expression":
        return None
    around = parent.parent()
    kept = {"variable_declarator", "public_field_definition", "field_definition", "assignment_expression"}
    return parent if around is not None and around.kind() in kept | {"member_expression"} else None


def _registers(element: Element) -> bool:
    return any(one.kind is not Kind.MEMBER for one in element.inner)


def _class_of(node: SgNode) -> SgNode | None:
    value = declares(node)
    return value if value is not None and value.kind() in CLASS_KINDS else None


def _is_typed(node: SgNode | None) -> bool:
    """Does a type say which members there have to be?"""
    if node is None:
        return False
    found = _class_of(node)
    if found is not None:
        return any(child.kind() in ("class_heritage", "extends_clause") for child in found.children())
    return any(declarator.field("type") is not None for declarator in find_all(node, "variable_declarator")[:1])


def _is_idle(node: SgNode) -> bool:
    """A declaration that does nothing by itself; types are never in the way."""
    inner = node.field("declaration") if node.kind() == "export_statement" else node
    if inner is None or inner.kind() in TYPES or inner.kind() == "expression_statement":
        return False
    value = declares(node)
    return value is None or value.kind() not in ("call_expression", "new_expression", "await_expression")


def _runs_at_once(node: SgNode | None) -> bool:
    return node is not None and node.kind().endswith("_statement") and node.kind() != "export_statement"


def _name(file: SourceFile, element: Element) -> str:
    names = [binding.name for binding in declared(file, element)]
    return names[0] if names else "code"
