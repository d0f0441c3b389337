"""The declaration behind a value: a statement, a member of a module, or a constant of a class or object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.member_chains import member_chain
from codemods.planner.running.memory import is_changed, is_state, is_written_into
from codemods.source import FUNCTION_KINDS, Binding, Export, SourceFile, find_all, member, named, unwrap
from codemods.source.tree import CLASS_KINDS, FIELD_KINDS, enclosing, property_name
from codemods.workspace import Declared, FunctionRef, InFile, Role, Workspace

_NAMES = frozenset({"identifier", "shorthand_property_identifier"})
_DEPTH = 12
_WHOLE = ("commonjs", "export-equals")


@dataclass(frozen=True, slots=True)
class Constant:
    """A declaration, and the part of a member chain that names it: `limits.max` of `limits.max.toFixed()`."""

    expression: SgNode
    declared: Declared

    @property
    def is_field(self) -> bool:
        """A constant of a class, or of an object whose functions become those of a module."""
        return self.declared.binding is None and self.declared.node.kind() in (*FIELD_KINDS, "pair")


def constant_of(workspace: Workspace, path: str, reference: SgNode) -> Constant | None:
    """What a name of this repository stands for, without following the value that it has.

    None where a module is used as a whole, and where the declaration cannot be found.
    """
    binding = workspace.source(path).bindings.resolve(reference)
    found = _declared(workspace, path, binding) if binding is not None else None
    chain = member_chain(reference)
    expression = chain[0]
    for expression, longer in zip(chain, [*chain[1:], None], strict=True):
        if found is None or longer is None:
            break
        inner = _inside(workspace, path, found, longer)
        if inner is None:
            break
        if inner is not found:
            found = inner
            expression = longer
            if found.name != "*":
                break
    if found is None or found.name == "*":
        return None
    return Constant(expression, found)


def field_of(workspace: Workspace, path: str, expression: SgNode) -> Constant | None:
    """`this.limit`, `Users.LIMIT`: the field of a class that a member expression names."""
    meaning = workspace.meaning_of(path, expression)
    if isinstance(meaning, Declared) and meaning.node.kind() in FIELD_KINDS and meaning.node.field("value") is not None:
        return Constant(expression, meaning)
    return None


def is_getter(workspace: Workspace, path: str, expression: SgNode) -> bool:
    """Does a member expression run a `get`?"""
    meaning = workspace.meaning_of(path, expression)
    if not isinstance(meaning, Declared) or meaning.node.kind() != "method_definition":
        return False
    return any(child.kind() == "get" for child in meaning.node.children())


def _inside(workspace: Workspace, path: str, found: Declared, longer: SgNode) -> Declared | None:
    """What one more step leads to: a member of a module or namespace of functions; None when it is part of a value."""
    parts = member(longer)
    if parts is None:
        return None
    if found.name == "*":
        return _exported(workspace, found.file, parts[1], 0)
    holder = _object_of(found)
    if holder is None:
        return None
    file = workspace.source(found.file)
    pair = next((part for part in named(holder) if _key(part) == parts[1]), None)
    value = unwrap(pair.field("value") or pair) if pair is not None else None
    if pair is None or value is None or value.kind() in FUNCTION_KINDS:
        return None
    if value.kind() in _NAMES and found.binding is None and all(_gives_out(part) for part in named(holder)):
        binding = file.bindings.resolve(value)
        return _declared(workspace, found.file, binding) if binding is not None else None
    holds_functions = any(_is_function(workspace, file, part) for part in named(holder))
    return Declared(found.file, pair, None, parts[1]) if holds_functions and pair.kind() == "pair" else None


def _object_of(found: Declared) -> SgNode | None:
    value = found.binding.value if found.binding is not None else found.node
    plain = unwrap(value) if value is not None else None
    return plain if plain is not None and plain.kind() == "object" else None


def _gives_out(part: SgNode) -> bool:
    """Does a part of an object only give out a name or a function, as in `module.exports = { limit, list }`?"""
    return part.kind() in ("comment", "method_definition") or unwrap(part.field("value") or part).kind() in (
        *_NAMES,
        *FUNCTION_KINDS,
    )


def _key(part: SgNode) -> str | None:
    return part.text() if part.kind() == "shorthand_property_identifier" else property_name(part.field("key"))


def _is_function(workspace: Workspace, file: SourceFile, part: SgNode) -> bool:
    if part.kind() == "method_definition":
        return True
    value = part.field("value") or part
    if unwrap(value).kind() not in (*_NAMES, *FUNCTION_KINDS):
        return False
    return isinstance(workspace.function_of(file.path, unwrap(value)), FunctionRef)


# ---- imports and exports --------------------------------------------------------------------------


def _declared(workspace: Workspace, path: str, binding: Binding, depth: int = 0) -> Declared | None:
    """The declaration of a name; of an imported one where it is exported from."""
    found = binding.imported
    if found is None:
        return Declared(path, binding.declaration, binding, binding.name)
    target = workspace.resolve_import(path, found.module)
    return _exported(workspace, target.path, found.imported, depth) if isinstance(target, InFile) else None


def _exported(workspace: Workspace, path: str, name: str, depth: int) -> Declared | None:
    """The declaration behind an export, through files that pass it on. A module itself is called `*`."""
    file = workspace.source(path)
    exports = file.bindings.exports
    whole = next((one for one in exports if one.name == "default" and one.style in _WHOLE), None)
    if name == "*" or (name == "default" and whole is None and any(one.style in _WHOLE for one in exports)):
        return _of(workspace, file, whole, depth) if whole is not None else Declared(path, file.root, None, "*")
    if depth > _DEPTH:
        return None
    for export in exports:
        if export.name == name:
            return _of(workspace, file, export, depth)
    for export in exports:
        target = workspace.resolve_import(path, export.module) if export.name == "*" and export.module else None
        if isinstance(target, InFile):
            found = _exported(workspace, target.path, name, depth + 1)
            if found is not None:
                return found
    return None


def _of(workspace: Workspace, file: SourceFile, export: Export, depth: int) -> Declared | None:
    if export.module is not None:
        target = workspace.resolve_import(file.path, export.module)
        wanted = export.imported or export.name
        return _exported(workspace, target.path, wanted, depth + 1) if isinstance(target, InFile) else None
    binding = file.bindings.top_level.get(export.local) if export.local is not None else None
    if binding is not None:
        return _declared(workspace, file.path, binding, depth + 1)
    return Declared(file.path, export.node, None, export.name) if export.node is not None else None


# ---- what changes ---------------------------------------------------------------------------


def changes(workspace: Workspace, field: Declared) -> bool:
    """Is a field of a class or object overridden, written to, or its content changed, by files that know of it?"""
    owner = enclosing(field.node, CLASS_KINDS)
    if owner is not None and workspace.is_overridden(field.file, owner, field.name):
        return True
    value = field.node.field("value")
    importers = [path for path in workspace.importers(field.file) if workspace.role_of(path) is not Role.TEST]
    return any(
        is_written_into(expression) or is_changed(expression, value)
        for path in (field.file, *importers)
        if field.name in workspace.text(path)
        for expression in _named(workspace.source(path), field.name)
    )


def _named(file: SourceFile, name: str) -> Iterator[SgNode]:
    """The member expressions that end in a name."""
    for expression in find_all(file.root, "member_expression"):
        label = expression.field("property")
        if label is not None and label.text() == name:
            yield expression


def is_shared_state(workspace: Workspace, path: str, binding: Binding) -> bool:
    """Does a file, or one that imports it, change the content of a constant of its?"""
    if is_state(binding):
        return True
    return any(
        is_changed(expression, binding.value)
        for importer in workspace.importers(path)
        if binding.name in workspace.text(importer) and workspace.role_of(importer) is not Role.TEST
        for expression in _imported(workspace, importer, path, binding.name)
    )


def _imported(workspace: Workspace, importer: str, path: str, name: str) -> Iterator[SgNode]:
    """The expressions of a file that name an export of another one: `sessions`, `state.sessions`."""
    bindings = workspace.source(importer).bindings
    for item in bindings.imports:
        target = workspace.resolve_import(importer, item.module)
        local = bindings.top_level.get(item.local)
        if local is None or not isinstance(target, InFile) or target.path != path:
            continue
        for reference in local.references:
            chain = member_chain(reference)
            parts = member(chain[1]) if len(chain) > 1 else None
            if item.imported in (name, "default"):
                yield reference
            elif parts is not None and parts[1] == name:
                yield chain[1]
