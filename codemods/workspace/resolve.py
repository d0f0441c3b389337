"""Answers about names: what an expression means, which function a call runs, which class an object is made by."""

from __future__ import annotations

from ast_grep_py import SgNode

from codemods.source.tree import member, unwrap
from codemods.workspace.meaning import shapes
from codemods.workspace.meaning.declarations import Declarations
from codemods.workspace.meaning.evaluator import Evaluator, Repository
from codemods.workspace.meaning.functions import called, reference
from codemods.workspace.meaning.methods import UNMISTAKABLE
from codemods.workspace.meaning.uses import uses_of
from codemods.workspace.meaning.values import (
    BuiltIn,
    Callable_,
    ClassValue,
    ExternalValue,
    FunctionValue,
    GlobalValue,
    Instance,
    Shape,
    UnknownValue,
)
from codemods.workspace.meaning.words import Called, Declared, External, Global, Meaning, Site, Unknown


class Resolver:
    """Follows names through one repository. All answers are cached."""

    def __init__(self, repository: Repository) -> None:
        self._ev = Evaluator(repository)
        self._declarations = Declarations(self._ev)

    def meaning_of(self, file: str, expression: SgNode) -> Meaning:
        """The declaration that `expression` names, with imports, re-exports and aliases followed."""
        return self._declarations.of(file, expression)

    def member_of(self, file: str, expression: SgNode, name: str) -> Meaning:
        """The declaration of the property `name` of what `expression` evaluates to."""
        return self._declarations.member(file, expression, name)

    def calls_of(self, file: str, function: SgNode) -> tuple[Site, ...] | None:
        """All calls of a function outside of tests; None when they cannot all be told."""
        found = uses_of(self._ev, file, function)
        if found is None or any(use.is_argument for use in found):
            return None
        return tuple(Site(use.file, use.node) for use in found)

    def function_of(self, file: str, expression: SgNode) -> Called:
        """The function that a call of `expression` runs."""
        return called(self._ev.value(file, unwrap(expression)))

    def callee(self, file: str, call: SgNode) -> Called:
        """The function that the call or `new` expression runs."""
        function = call.field("function") or call.field("constructor")
        if function is None:
            return Unknown("the expression calls nothing")
        found = member(function)
        value = self._ev.value(file, function)
        if found is not None and found[1] == "bind" and isinstance(value, FunctionValue | Callable_):
            return Global("Function", ("prototype", "bind"))
        if function.kind() == "super" and isinstance(value, Instance):
            value = value.of
        answer = self._constructor(value) if isinstance(value, ClassValue) else called(value)
        if isinstance(answer, Unknown) and found is not None:
            return self._language_method(found[1]) or answer
        return answer

    def instance_of(self, file: str, expression: SgNode) -> Declared | External | Global | Unknown:
        """What the expression is an instance of. An interface with a single implementing class is that class.

        An External is the class or function of a package that made the value, or a value reached through it.
        """
        value = self._ev.value(file, unwrap(expression))
        if isinstance(value, Shape):
            value = shapes.only_implementer(self._ev, value) or value
        match value:
            case Instance(of=ClassValue(file=path, node=node)):
                return self._class(path, node)
            case ExternalValue(module=module, path=steps):
                return External(module, steps)
            case GlobalValue(name=name, path=steps):
                return Global(name, steps)
            case BuiltIn(name=name):
                return Global(name)
            case UnknownValue(reason=reason):
                return Unknown(reason)
            case _:
                return Unknown("no instance of a class")

    def is_overridden(self, file: str, cls: SgNode, name: str) -> bool:
        """Does a class that extends this one define a member of that name anew?"""
        members = self._ev.heritage.members
        return any(
            name in table for sub in self._ev.heritage.subclasses(ClassValue(file, cls)) for table in members(sub)
        )

    def _language_method(self, name: str) -> Global | None:
        """A method that only values of the language have, such as `toLowerCase`, whatever it is called on."""
        if name not in UNMISTAKABLE or self._ev.defines(name):
            return None
        return Global(UNMISTAKABLE[name], ("prototype", name))

    def _class(self, file: str, node: SgNode) -> Declared:
        name = node.field("name")
        binding = self._ev.bindings(file).resolve(name) if name is not None else None
        return Declared(file, node, binding, name.text() if name is not None else "")

    def _constructor(self, cls: ClassValue) -> Called:
        """The constructor that `new` runs; for classes that extend a package's class and write none, the class."""
        found = self._ev.heritage.constructor(cls)
        return reference(found.file, found.node) if found is not None else called(cls)
