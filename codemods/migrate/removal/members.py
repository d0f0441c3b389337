"""When members of classes and entries of objects may go: once nobody takes them by name or hands on the whole."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.migrate.removal.elements import Element, Kind
from codemods.migrate.removal.statements import declares
from codemods.migrate.removal.users import Uses, declared, function_targets
from codemods.source import SourceFile, find_all, span_of, unwrap
from codemods.source.tree import CLASS_KINDS
from codemods.workspace import Declared, FunctionRef, Workspace


class Members:
    """What has to go for a member to go."""

    def __init__(self, workspace: Workspace, uses: Uses) -> None:
        self._workspace, self._uses = workspace, uses

    def method(self, file: SourceFile, element: Element) -> list[Element | None]:
        """A carried method goes with its last caller; with the whole class where a type asks for it."""
        assert element.node is not None and element.within is not None
        found = self._uses.of_member(element, function_targets(element.node, file.path))
        found += self._through_holder(file, element)
        if _is_typed(element.within.node):
            found.append(element.within)
        return found

    def entry(self, file: SourceFile, element: Element) -> list[Element | None]:
        """`list` of `{ list }` goes with the function that it names."""
        assert element.node is not None
        value = element.node.field("value") or element.node
        called = self._workspace.function_of(file.path, unwrap(value))
        if not isinstance(called, FunctionRef):
            return [element.within, *self._through_holder(file, element)]
        start = span_of(called.node).start
        target = self._uses.at(called.file, start)
        users = self._uses.of_member(element, frozenset({(called.file, start)}))
        return [target, *users, *self._through_holder(file, element)]

    def member(self, file: SourceFile, element: Element) -> list[Element | None]:
        assert element.node is not None
        if element.name == "constructor":
            return []
        users = self._uses.of_member(element, function_targets(element.node, file.path))
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
                found += self._uses.of_members(file, binding, (element.name,))
        if is_class:
            return found
        for export in file.bindings.exports:
            if export.statement == holder.span:
                path = (
                    (element.name,)
                    if export.style != "esm" and export.name == "default"
                    else (export.name, element.name)
                )
                found += self._uses.of_path(file.path, path)
        return [one for one in found if one is not element]

    def _instances(self, file: SourceFile, holder: Element, name: str) -> list[Element | None]:
        """Uses of a class that hand on the class or a nameless instance, and of instances kept under a name."""
        found: list[Element | None] = []
        for path, reference in self._class_references(file, holder):
            element = self._uses.at(path, span_of(reference).start)
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
            for path in (file.path, *self._uses.importers(file.path)):
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
        element = self._uses.at(path, span_of(created).start)
        if binding is None or element is None:
            return []
        found = list(self._uses.of_members(source, binding, (name,)))
        if binding.is_top_level:
            for export in source.bindings.exports:
                if export.local == binding.name:
                    whole = export.style != "esm" and export.name == "default"
                    found += self._uses.of_path(path, (name,) if whole else (export.name, name))
        return [one for one in found if one is None or one.kind not in (Kind.IMPORT, Kind.EXPORT)]


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
