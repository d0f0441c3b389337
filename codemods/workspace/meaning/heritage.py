"""Which classes extend or implement which: found by their text first, so that only few files are parsed."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.tree import CLASS_KINDS, find_all, named
from codemods.workspace.meaning import classes
from codemods.workspace.meaning.values import (
    ClassValue,
    FunctionValue,
    ObjectValue,
    Shape,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

# Each begins with a letter, the boundary looked for behind it: that keeps the search fast.
_CLASS = re.compile(r"class(?<!\wclass)\b[^{};()]*?\b(?:extends|implements)\b([^{};]*)\{")
_INTERFACE = re.compile(r"interface(?<!\winterface)\s+\w+[^{};]*?\bextends\b([^{};]*)\{")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_TYPED_OBJECT = re.compile(r":\s*([A-Za-z_$][\w$]*)\s*=\s*\{")

_Members = tuple[dict[str, list[SgNode]], dict[str, list[SgNode]]]


class Heritage:
    """The classes of one repository by what they build on."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._ev = evaluator
        self._members: dict[ClassValue, _Members] = {}
        self._bases: dict[ClassValue, Value | None] = {}
        self._subclasses: dict[ClassValue, list[ClassValue]] = {}
        self._implementers: dict[Shape, list[ClassValue | ObjectValue]] = {}

    def members(self, cls: ClassValue) -> _Members:
        """The nodes that define the members of instances, and of the class itself."""
        if cls not in self._members:
            self._members[cls] = classes.collect(cls)
        return self._members[cls]

    def base(self, cls: ClassValue) -> Value | None:
        """What the class extends; None when it extends nothing."""
        if cls not in self._bases:
            self._bases[cls] = UnknownValue("the class extends itself")
            self._bases[cls] = self._read_base(cls)
        return self._bases[cls]

    def constructor(self, cls: ClassValue) -> FunctionValue | None:
        """The constructor that `new` runs, inherited or not; None when no class here writes one."""
        seen: set[ClassValue] = set()
        current: Value | None = cls
        while isinstance(current, ClassValue) and current not in seen:
            seen.add(current)
            found = [node for node in self.members(current)[False].get("constructor", []) if node.field("body")]
            if found:
                return FunctionValue(current.file, found[-1])
            current = self.base(current)
        return None

    def has_subclasses(self, file: str, cls: SgNode) -> bool:
        """True when a class of the repository extends this one."""
        return bool(self.subclasses(ClassValue(file, cls)))

    def subclasses(self, cls: ClassValue) -> list[ClassValue]:
        """Every class that extends this one, directly or not."""
        if cls not in self._subclasses:
            self._subclasses[cls] = []
            name = cls.node.field("name")
            direct = [
                found
                for found in self._mentioning(name.text() if name is not None else "")
                if found != cls and self.base(found) == cls
            ]
            below = [lower for found in direct for lower in self.subclasses(found)]
            self._subclasses[cls] = list(dict.fromkeys([*direct, *below]))
        return self._subclasses[cls]

    def implementers(self, interface: Shape) -> list[ClassValue | ObjectValue]:
        """The classes that say they implement the interface, and the objects declared to be of it."""
        if interface not in self._implementers:
            self._implementers[interface] = []
            found = self._read_implementers(interface)
            self._implementers[interface] = list(dict.fromkeys(found))
        return self._implementers[interface]

    def _read_implementers(self, interface: Shape) -> list[ClassValue | ObjectValue]:
        name_node = interface.node.field("name")
        name = name_node.text() if name_node is not None else ""
        found: list[ClassValue | ObjectValue] = []
        for cls in self._mentioning(name):
            if any(self._means(cls.file, clause, interface) for clause in _implemented(cls.node)):
                found += [cls, *self.subclasses(cls)]
        for file in self._by_typed_object.get(name, ()):
            for declarator in find_all(self._ev.repository.source(file).root, "variable_declarator"):
                value, annotation = declarator.field("value"), declarator.field("type")
                if value is None or annotation is None or value.kind() != "object":
                    continue
                if any(self._means(file, part, interface) for part in named(annotation)):
                    found.append(ObjectValue(file, value))
        for lower in self._extending(name, interface):
            found += self.implementers(lower)
        return found

    def _extending(self, name: str, interface: Shape) -> list[Shape]:
        found: list[Shape] = []
        for file in self._by_interface.get(name, ()):
            for node in find_all(self._ev.repository.source(file).root, "interface_declaration"):
                clauses = [part for part in node.children() if part.kind() == "extends_type_clause"]
                if any(self._means(file, part, interface) for clause in clauses for part in named(clause)):
                    found.append(Shape(file, node))
        return [shape for shape in found if shape != interface]

    def _means(self, file: str, node: SgNode, interface: Shape) -> bool:
        return self._ev.type(file, node) == interface

    def _mentioning(self, name: str) -> list[ClassValue]:
        """The classes whose `extends` or `implements` clause mentions `name`."""
        found: list[ClassValue] = []
        for file in self._by_class.get(name, ()):
            for node in find_all(self._ev.repository.source(file).root, *CLASS_KINDS):
                heritage = next((part for part in node.children() if part.kind() == "class_heritage"), None)
                if heritage is not None and name in _NAME.findall(heritage.text()):
                    found.append(ClassValue(file, node))
        return found

    def _read_base(self, cls: ClassValue) -> Value | None:
        heritage = next((part for part in cls.node.children() if part.kind() == "class_heritage"), None)
        if heritage is None:
            return None
        for part in named(heritage):
            if part.kind() == "extends_clause":
                value = part.field("value")
                return self._ev.value(cls.file, value) if value is not None else None
            if part.kind() != "implements_clause":
                return self._ev.value(cls.file, part)
        return None

    @cached_property
    def _by_class(self) -> dict[str, list[str]]:
        return self._files_by(_CLASS, "class")

    @cached_property
    def _by_interface(self) -> dict[str, list[str]]:
        return self._files_by(_INTERFACE, "interface")

    @cached_property
    def _by_typed_object(self) -> dict[str, list[str]]:
        return self._files_by(_TYPED_OBJECT, "= {")

    def _files_by(self, pattern: re.Pattern[str], literal: str) -> dict[str, list[str]]:
        """The files in which `pattern` captures a name."""
        found: dict[str, list[str]] = {}
        for file in self._ev.all_files():
            text = self._ev.repository.text(file)
            if literal in text:
                for name in {name for match in pattern.findall(text) for name in _NAME.findall(match)}:
                    found.setdefault(name, []).append(file)
        return found


def _implemented(cls: SgNode) -> list[SgNode]:
    heritage = next((part for part in cls.children() if part.kind() == "class_heritage"), None)
    clauses = [part for part in named(heritage) if part.kind() == "implements_clause"] if heritage is not None else []
    return [part for clause in clauses for part in named(clause)]
