"""Finds the declaration that a name or a member chain leads to, through imports, re-exports and aliases."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source.binding import REST, Binding, BindingKind
from codemods.source.tree import member, unwrap
from codemods.workspace.imports import InFile
from codemods.workspace.meaning import modules, objects, shapes
from codemods.workspace.meaning.evaluator import Evaluator
from codemods.workspace.meaning.values import (
    Callable_,
    ClassValue,
    ExternalValue,
    FunctionValue,
    GlobalValue,
    Instance,
    ModuleValue,
    NamespaceValue,
    ObjectValue,
    Shape,
    UnknownValue,
    Value,
)
from codemods.workspace.meaning.words import Declared, External, Global, Meaning, Unknown

_NAMES = frozenset({"identifier", "member_expression", "shorthand_property_identifier"})
_IDENTIFIERS = frozenset({"identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern"})
_CIRCULAR = Unknown("depends on itself")


class Declarations:
    """The declarations behind the expressions of one repository. Answers are cached."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._ev = evaluator
        self._expressions: dict[tuple[str, SgNode], Meaning] = {}
        self._exports: dict[tuple[str, str], Meaning] = {}

    def of(self, file: str, expression: SgNode) -> Meaning:
        """The declaration that `expression` names; for any other expression that of its value."""
        key = (file, expression)
        if key not in self._expressions:
            self._expressions[key] = _CIRCULAR
            self._expressions[key] = self._read(file, unwrap(expression))
        return self._expressions[key]

    def member(self, file: str, expression: SgNode, name: str) -> Meaning:
        """The declaration of a property of what `expression` evaluates to."""
        return self._property(self._ev.value(file, unwrap(expression)), name)

    def _read(self, file: str, node: SgNode) -> Meaning:
        if node.kind() in _IDENTIFIERS:
            binding = self._ev.bindings(file).resolve(node)
            if binding is not None:
                return self._bound(file, binding)
        found = member(node)
        if found is not None:
            return self._property(self._ev.value(file, found[0]), found[1])
        return self._value(self._ev.value(file, node))

    def _bound(self, file: str, binding: Binding) -> Meaning:
        """The declaration of a name; what it stands for where it only renames something."""
        if binding.imported is not None:
            return self._imported(file, binding.imported.module, binding.imported.imported, binding)
        declared = Declared(file, binding.declaration, binding, binding.name)
        if binding.kind is not BindingKind.CONST or binding.source is None:
            return declared
        if binding.path:
            meaning = self._taken(self._ev.value(file, unwrap(binding.source)), binding.path)
        else:
            meaning = self._alias(file, binding.source) or declared
        return declared if isinstance(meaning, Unknown) else meaning

    def _imported(self, file: str, spec: str, name: str, binding: Binding) -> Meaning:
        resolved = self._ev.repository.resolve_import(file, spec)
        if isinstance(resolved, InFile):
            return self._exported(resolved.path, name)
        return self._value(self._ev.binding(file, binding))

    def _taken(self, value: Value, path: tuple[str, ...]) -> Meaning:
        """What a destructuring pattern takes out of a value."""
        if REST in path or "[]" in path:
            return Unknown("the pattern takes the rest or a computed key")
        for key in path[:-1]:
            value = self._ev.member(value, key)
        return self._property(value, path[-1])

    def _property(self, owner: Value, name: str) -> Meaning:
        """The declaration of the property `name` of a value."""
        match owner:
            case ObjectValue(file=file, node=node):
                found = self._in_object(file, node, name)
            case ModuleValue(path=path):
                found = self._exported(path, name)
            case Instance(of=cls):
                found = self._in_class(owner, cls, name)
            case ClassValue():
                found = self._in_class(owner, owner, name) or self._assigned(owner.file, owner.node, name)
            case Shape():
                only = shapes.only_implementer(self._ev, owner)
                found = self._property(only, name) if only is not None else None
            case FunctionValue(file=file, node=node):
                found = self._assigned(file, node, name)
            case _:
                found = None
        return found or self._value(self._ev.member(owner, name))

    def _in_object(self, file: str, literal: SgNode, name: str) -> Meaning | None:
        part = objects.property_node(literal, name)
        if part is None:
            return self._assigned(file, literal, name)
        value = part.field("value") if part.kind() == "pair" else part
        return (self._alias(file, value) if value is not None else None) or Declared(file, part, None, name)

    def _assigned(self, file: str, holder: SgNode, name: str) -> Meaning | None:
        """`holder.name = …`, where that is written exactly once."""
        nodes = objects.assigned_nodes(self._ev, file, holder, name)
        if len(nodes) != 1:
            return None
        return self._alias(file, nodes[0]) or Declared(file, nodes[0].parent() or nodes[0], None, name)

    def _in_class(self, owner: Instance | ClassValue, cls: ClassValue, name: str) -> Meaning | None:
        static = isinstance(owner, ClassValue)
        current: Value | None = cls
        while isinstance(current, ClassValue):
            nodes = self._ev.heritage.members(current)[static].get(name, [])
            if nodes:
                return self._member_declaration(owner, current, nodes[0], name)
            current = self._ev.heritage.base(current)
        return None

    def _member_declaration(self, owner: Value, cls: ClassValue, node: SgNode, name: str) -> Meaning:
        """The member's node, unless subclasses may define it anew."""
        value = self._ev.member(owner, name)
        if isinstance(value, Callable_) or (isinstance(value, UnknownValue) and "signature" in node.kind()):
            return Unknown(value.reason)
        if isinstance(value, FunctionValue) and node.kind().startswith(("method", "abstract")):
            return Declared(value.file, value.node, None, name)
        return Declared(cls.file, node, None, name)

    def _alias(self, file: str, expression: SgNode) -> Meaning | None:
        """What `expression` names, if it is a name; None when it is anything else or cannot be followed."""
        expression = _unbound(unwrap(expression))
        if expression.kind() not in _NAMES:
            return None
        meaning = self.of(file, expression)
        return None if isinstance(meaning, Unknown) else meaning

    def _exported(self, path: str, name: str) -> Meaning:
        """The declaration behind an export, through re-exports."""
        key = (path, name)
        if key not in self._exports:
            self._exports[key] = _CIRCULAR
            self._exports[key] = self._read_export(path, name)
        return self._exports[key]

    def _read_export(self, path: str, name: str) -> Meaning:
        export = modules.find_export(self._ev, path, name)
        if export is None:
            value = self._ev.export(path, name)
            whole = modules.find_export(self._ev, path, "default")
            if name == "*" and whole is not None and whole.style != "esm":
                return self._exported(path, "default")
            return self._value(value)
        if export.module is not None:
            resolved = self._ev.repository.resolve_import(path, export.module)
            if isinstance(resolved, InFile):
                passed = name if export.name == "*" else export.imported or name
                return self._exported(resolved.path, passed)
            return self._value(self._ev.export(path, name))
        binding = self._ev.bindings(path).top_level.get(export.local) if export.local is not None else None
        if binding is not None:
            return self._bound(path, binding)
        if export.node is None:
            return Unknown(f"{path} exports nothing that can be read as {name}")
        return self._alias(path, export.node) or Declared(path, export.node, None, name)

    def _value(self, value: Value) -> Meaning:
        """The declaration of a value that no name leads to."""
        match value:
            case FunctionValue(file=file, node=node) | ClassValue(file=file, node=node):
                name = node.field("name")
                binding = self._ev.bindings(file).resolve(name) if name is not None else None
                return Declared(file, node, binding, name.text() if name is not None else "")
            case ObjectValue(file=file, node=node) | NamespaceValue(file=file, node=node):
                return Declared(file, node, None, "")
            case ModuleValue(path=path):
                return Declared(path, self._ev.repository.source(path).root, None, "*")
            case ExternalValue(module=module, path=path):
                return External(module, path)
            case GlobalValue(name=of, path=path):
                return Global(of, path)
            case UnknownValue(reason=reason) | Callable_(reason=reason):
                return Unknown(reason)
            case _:
                return Unknown("a value that no declaration stands for")


def _unbound(expression: SgNode) -> SgNode:
    """`f` for `f.bind(x)`."""
    function = expression.field("function") if expression.kind() == "call_expression" else None
    found = member(function) if function is not None else None
    return unwrap(found[0]) if found is not None and found[1] == "bind" else expression
