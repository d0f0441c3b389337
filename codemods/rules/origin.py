"""Where a value comes from: the question behind every rule that speaks of `query`, `v`, `z` or `setTimeout`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.rules.module import Module
from codemods.source.bindings import BindingKind, Export, Import
from codemods.source.tree import CLASS_KINDS, FUNCTION_KINDS, member_path, unwrap
from codemods.workspace.graph import package_name

_GENERATED = re.compile(r"(?:^|/)_generated/(server|api|dataModel)(?:\.[cm]?[jt]s)?$")
_MAX_DEPTH = 8
_SCOPED = FUNCTION_KINDS | CLASS_KINDS | {"statement_block", "for_statement", "for_in_statement", "internal_module"}
_DECLARATIONS = frozenset({BindingKind.FUNCTION, BindingKind.CLASS})
_NAMES = frozenset({"identifier", "shorthand_property_identifier", "type_identifier"})


@dataclass(frozen=True, slots=True)
class External:
    """Something of a package: `path` names it within the module, without "default".

    The generated modules of a Convex project count as packages: `_generated/server`, `_generated/api`.
    """

    module: str
    path: tuple[str, ...]

    @property
    def package(self) -> str:
        """The package's name, without a path in it."""
        return package_name(self.module)


@dataclass(frozen=True, slots=True)
class Global:
    """A name that nothing in the file declares."""

    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """A value of the code base: the expression, function or class that makes it, and the file it stands in.

    `path` holds the member names that were not followed: `client.user` leaves `("user",)`.
    """

    module: Module
    node: SgNode
    path: tuple[str, ...] = ()


Origin = External | Global | Declared


def origin_of(module: Module, node: SgNode, depth: int = 0) -> Origin | None:
    """Where the value of an identifier or of a chain `a.b.c` comes from; None for parameters and all else."""
    base, path = member_path(unwrap(node))
    if depth > _MAX_DEPTH or base.kind() not in _NAMES:
        return None
    imported = module.import_names.get(base.text())
    if imported is not None and is_at_top(base):
        return _of_import(module, imported, path, depth)
    binding = module.bindings.resolve(base)
    if binding is None:
        return Global((base.text(), *path))
    if binding.imported is not None:
        return _of_import(module, binding.imported, path, depth)
    value = binding.value or (binding.declaration if binding.kind in _DECLARATIONS else None)
    if value is None or binding.reassigned:
        return None
    return _of_value(module, value, path, depth)


def is_at_top(node: SgNode) -> bool:
    """True when no function or block is around a node: an imported name means the import there, without a look at
    the scopes of the file."""
    return not any(above.kind() in _SCOPED for above in node.ancestors())


def chain_root(node: SgNode) -> SgNode:
    """The expression that a chain starts with: `z` of `z.object({}).strict()`, `prisma` of `await prisma.user.x()`."""
    while True:
        node = unwrap(node, awaited=True)
        inner = node.field("function") or node.field("object") or node.field("constructor")
        if inner is None or node.kind() not in _CHAINED:
            return node
        node = inner


_CHAINED = frozenset({"call_expression", "member_expression", "subscript_expression", "new_expression"})


def root_origin(module: Module, node: SgNode, depth: int = 0) -> Origin | None:
    """Where the start of a chain comes from, followed through constants: External("zod") for `const s = z.string()`."""
    root = chain_root(node)
    found = origin_of(module, root, depth)
    while isinstance(found, Declared) and depth < _MAX_DEPTH and chain_root(found.node) != found.node:
        depth += 1
        found = origin_of(found.module, chain_root(found.node), depth)
    return found


def _of_value(module: Module, value: SgNode, path: tuple[str, ...], depth: int) -> Origin:
    value = unwrap(value)
    base, names = member_path(value)
    if base.kind() == "identifier":
        followed = origin_of(module, base, depth + 1)
        match followed:
            case External(name, known):
                return External(name, (*known, *names, *path))
            case Declared(where, node, rest):
                return Declared(where, node, (*rest, *names, *path))
            case _:
                pass
    return Declared(module, value, path)


def _of_import(module: Module, imported: Import, path: tuple[str, ...], depth: int) -> Origin | None:
    name = () if imported.imported in ("default", "*") else (imported.imported,)
    generated = _GENERATED.search(imported.module)
    if generated:
        return External(f"_generated/{generated[1]}", (*name, *path))
    target = module.code.resolve(module.path, imported.module)
    if target is None:
        return External(imported.module.removeprefix("node:"), (*name, *path))
    other = module.code.module(target)
    if other is None:
        return None
    if imported.imported == "*":
        return _of_export(other, path[0], path[1:], depth + 1) if path else None
    return _of_export(other, imported.imported, path, depth + 1)


def _of_export(module: Module, name: str, path: tuple[str, ...], depth: int) -> Origin | None:
    if depth > _MAX_DEPTH:
        return None
    exports = module.bindings.exports
    for export in exports:
        if export.name == name:
            return _of_one_export(module, export, path, depth)
    for export in exports:
        if export.name == "*" and export.module is not None and name != "default":
            found = _of_reexport(module, export.module, name, path, depth)
            if found is not None:
                return found
    return None


def _of_one_export(module: Module, export: Export, path: tuple[str, ...], depth: int) -> Origin | None:
    if export.module is not None:
        return _of_reexport(module, export.module, export.imported or export.name, path, depth)
    if export.local is not None:
        binding = module.bindings.top_level.get(export.local)
        if binding is None:
            return None
        if binding.imported is not None:
            return _of_import(module, binding.imported, path, depth)
        value = binding.value or binding.declaration
        return _of_value(module, value, path, depth)
    return _of_value(module, export.node, path, depth) if export.node is not None else None


def _of_reexport(module: Module, spec: str, name: str, path: tuple[str, ...], depth: int) -> Origin | None:
    generated = _GENERATED.search(spec)
    if generated:
        return External(f"_generated/{generated[1]}", (name, *path))
    target = module.code.resolve(module.path, spec)
    other = module.code.module(target) if target is not None else None
    if other is None:
        return External(spec, (name, *path)) if target is None else None
    if name == "*":
        return _of_export(other, path[0], path[1:], depth + 1) if path else None
    return _of_export(other, name, path, depth + 1)
