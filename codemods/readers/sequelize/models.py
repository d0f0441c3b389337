"""Which model an expression names: by its constant or class, a function that makes it, or the object of all models."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.outcome import Place
from codemods.readers.calls import call_site
from codemods.readers.literals import property_of
from codemods.readers.origins import base_of
from codemods.readers.sequelize.nouns import plural
from codemods.readers.sequelize.source import PACKAGES, followed
from codemods.source.bindings import BindingKind
from codemods.source.file import SourceFile, span_of
from codemods.source.tree import (
    CLASS_KINDS,
    FUNCTION_KINDS,
    arguments,
    enclosing,
    member,
    parameters,
    string_value,
    unwrap,
)
from codemods.workspace import Declared, External, FunctionRef, InFile, Role, Workspace

_LOADER = re.compile(r"readdirSync[\s\S]*\[\s*model\.name\s*\]")
_WHOLE = frozenset({"*", "default"})
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Defined:
    """A model by its name, with the call that makes it; `owner` is the declaration of its constant or class."""

    name: str
    file: SourceFile
    call: SgNode
    attributes: SgNode | None
    options: SgNode | None
    owner: SgNode

    @property
    def place(self) -> Place:
        return self.file.place(self.call)

    @property
    def cls(self) -> SgNode | None:
        """Its class, where it has one of its own."""
        return self.owner if self.owner.kind() in CLASS_KINDS else None


def find_models(workspace: Workspace) -> Iterator[Defined]:
    """Every `sequelize.define(…)` and `User.init(…)` of the server."""
    for path in workspace.files:
        text = workspace.text(path)
        if workspace.role_of(path) is not Role.SERVER or (".define(" not in text and ".init(" not in text):
            continue
        file = workspace.source(path)
        for call in file.calls:
            found = _defined(file, call) or _initialised(workspace, file, call)
            if found is not None:
                yield found


def _defined(file: SourceFile, call: SgNode) -> Defined | None:
    site = call_site(call)
    if site is None or site.method != "define" or len(site.arguments) < 2:
        return None
    name, attributes = string_value(site.arguments[0]), site.arguments[1]
    if name is None or attributes.kind() not in ("object", "identifier"):
        return None
    holder = call.parent()
    owner = holder if holder is not None and holder.kind() == "variable_declarator" else call
    return Defined(name, file, call, attributes, _at(site.arguments, 2), owner)


def _initialised(workspace: Workspace, file: SourceFile, call: SgNode) -> Defined | None:
    site = call_site(call)
    if site is None or site.method != "init" or site.target is None or len(site.arguments) < 2:
        return None
    binding = file.bindings.resolve(site.target)
    cls = binding.declaration if binding is not None and binding.kind is BindingKind.CLASS else None
    if cls is None or not _is_model(workspace, file, cls):
        return None
    _, options = followed(workspace, file, site.arguments[1])
    named = property_of(options, "modelName") if options.kind() == "object" else None
    name = string_value(unwrap(named)) if named is not None else site.target.text()
    return Defined(name or site.target.text(), file, call, site.arguments[0], site.arguments[1], cls)


def _is_model(workspace: Workspace, file: SourceFile, cls: SgNode) -> bool:
    base = base_of(cls)
    meaning = workspace.meaning_of(file.path, base) if base is not None else None
    return isinstance(meaning, External) and meaning.module in PACKAGES and meaning.path[-1:] == ("Model",)


def _at(nodes: tuple[SgNode, ...], index: int) -> SgNode | None:
    return nodes[index] if len(nodes) > index else None


def is_loader(workspace: Workspace, path: str) -> bool:
    """Does a module load the models of its folder, each under its name?"""
    text = workspace.text(path)
    return "readdirSync" in text and _LOADER.search(text) is not None


class Models:
    """Answers for the whole workspace, by the names of models."""

    def __init__(self, workspace: Workspace, found: Mapping[str, Defined]) -> None:
        self.workspace = workspace
        self._names = {(each.file.path, span_of(each.owner).start): name for name, each in found.items()}
        self._names |= {(each.file.path, span_of(each.call).start): name for name, each in found.items()}
        self._found = found

    def stored(self, text: str) -> str | None:
        """The model of that name, or of the table of that name."""
        if text in self._found:
            return text
        return next((name for name, each in self._found.items() if _stored(self.workspace, each) == text), None)

    def name(self, file: SourceFile, node: SgNode, depth: int = 0) -> str | None:
        """The name of the model that an expression stands for."""
        inner = unwrap(node)
        known = self._names.get((file.path, span_of(inner).start))
        if known is not None and inner.kind() == "call_expression":
            return known
        if depth > _DEPTH:
            return None
        if inner.kind() == "call_expression":
            return self._made(file, inner)
        handed = self._handed(file, inner)
        if handed is not None:
            return handed
        given = self._given(file, inner, depth)
        if given is not None:
            return given
        meaning = self.workspace.meaning_of(file.path, inner)
        if not isinstance(meaning, Declared):
            return self._loaded(file, inner)
        where = self.workspace.source(meaning.file)
        own = self._names.get((meaning.file, span_of(meaning.node).start))
        if own is not None:
            return own
        value = meaning.node.field("value") or meaning.node.field("right")
        found = self.name(where, value, depth + 1) if value is not None else None
        return found or self._loaded(file, inner)

    def _made(self, file: SourceFile, call: SgNode) -> str | None:
        """`require("./user")(sequelize, DataTypes)`: the one model that the function defines."""
        callee = self.workspace.callee(file.path, call)
        if not isinstance(callee, FunctionRef):
            return None
        around = span_of(callee.node)
        inside = [
            name
            for name, each in self._found.items()
            if each.file.path == callee.file and around.holds(span_of(each.call))
        ]
        return inside[0] if len(inside) == 1 else None

    def _handed(self, file: SourceFile, node: SgNode) -> str | None:
        """`models.User` and `this` of an `associate` function."""
        if node.kind() == "this":
            cls = enclosing(node, frozenset(CLASS_KINDS))
            return self._names.get((file.path, span_of(cls).start)) if cls is not None else None
        parts = member(node)
        base = unwrap(parts[0]) if parts is not None else node
        binding = file.bindings.resolve(base) if base.kind() == "identifier" else None
        if binding is None or binding.kind is not BindingKind.PARAMETER:
            return None
        function = enclosing(binding.node, FUNCTION_KINDS)
        if function is None or _called(function) != "associate":
            return None
        name = parts[1] if parts is not None else binding.name
        return name if name in self._found else None

    def _given(self, file: SourceFile, node: SgNode, depth: int) -> str | None:
        """The model that a function is given wherever it is called, as constructors of services are."""
        binding = file.bindings.resolve(node) if node.kind() == "identifier" else None
        if binding is None or binding.kind is not BindingKind.PARAMETER or binding.reassigned or binding.path:
            return None
        function = enclosing(binding.node, FUNCTION_KINDS)
        names = [parameter.name for parameter in parameters(function)] if function is not None else []
        if function is None or binding.name not in names:
            return None
        index = names.index(binding.name)
        found: set[str | None] = set()
        for site in self.workspace.calls_of(file.path, function) or ():
            given = arguments(site.call)
            where = self.workspace.source(site.file)
            found.add(self.name(where, given[index], depth + 1) if index < len(given) else None)
        return found.pop() if len(found) == 1 else None

    def _loaded(self, file: SourceFile, node: SgNode) -> str | None:
        """`db.User` of a module that loads all models of its folder under their names."""
        found = self._taken(file, node, 0)
        if found is None or not is_loader(self.workspace, found[0]):
            return None
        model = self._found.get(found[1])
        folder = posixpath.dirname(found[0])
        return found[1] if model is not None and model.file.path.startswith(f"{folder}/" if folder else "") else None

    def _taken(self, file: SourceFile, node: SgNode, depth: int) -> tuple[str, str] | None:
        """The file and the name under which an expression takes something from another module."""
        inner = unwrap(node)
        if depth > _DEPTH:
            return None
        parts = member(inner)
        if parts is not None:
            base = self._taken(file, parts[0], depth + 1)
            return (base[0], parts[1]) if base is not None and base[1] in _WHOLE else None
        if inner.kind() == "call_expression":
            spec = string_value(arguments(inner)[0]) if inner.text().startswith("require(") else None
            return self._module(file, spec, "*") if spec is not None else None
        binding = file.bindings.resolve(inner) if inner.kind() == "identifier" else None
        if binding is None or binding.reassigned:
            return None
        if binding.imported is not None:
            return self._module(file, binding.imported.module, binding.imported.imported)
        base = self._taken(file, binding.source, depth + 1) if binding.source is not None else None
        if base is None or not binding.path:
            return base
        return (base[0], binding.path[-1]) if base[1] in _WHOLE and len(binding.path) == 1 else None

    def _module(self, file: SourceFile, spec: str, name: str) -> tuple[str, str] | None:
        found = self.workspace.resolve_import(file.path, spec)
        return (found.path, name) if isinstance(found, InFile) else None


def _stored(workspace: Workspace, model: Defined) -> str:
    """The name of the table of a model."""
    options = followed(workspace, model.file, model.options)[1] if model.options is not None else None
    given = property_of(options, "tableName") if options is not None and options.kind() == "object" else None
    return (string_value(unwrap(given)) if given is not None else None) or plural(model.name)


def _called(function: SgNode) -> str:
    """The name of a method, or of the property that a function is assigned to."""
    label = function.field("name")
    if label is not None:
        return label.text()
    holder = function.parent()
    left = holder.field("left") if holder is not None else None
    parts = member(left) if left is not None else None
    return parts[1] if parts is not None else ""
