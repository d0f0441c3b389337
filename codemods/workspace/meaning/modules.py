"""What modules export and what imports bring in, ES modules and CommonJS mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.binding import Binding
from codemods.source.bindings import Export, Import
from codemods.workspace.imports import Asset, Builtin, InFile, InPackage, Missing
from codemods.workspace.meaning.values import (
    CALLED,
    BuiltIn,
    ClassValue,
    ExternalValue,
    GlobalValue,
    Instance,
    ModuleValue,
    UnknownValue,
    Value,
    is_known,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_WHOLE = ("commonjs", "export-equals")
_MAX_HOPS = 8


def import_value(ev: Evaluator, file: str, found: Import) -> Value:
    """What the local name of an import holds."""
    return imported(ev, file, found.module, found.imported)


def imported(ev: Evaluator, file: str, spec: str, name: str) -> Value:
    """What `name` ("*" for all) of the module `spec` is, seen from `file`."""
    match ev.repository.resolve_import(file, spec):
        case InFile(path=path):
            return ev.export(path, name)
        case InPackage() as package:
            return ExternalValue(package.module, () if name == "*" else (name,))
        case Builtin(name=module):
            return ExternalValue(module, () if name == "*" else (name,))
        case Asset(path=path):
            is_data = path.endswith((".json", ".json5"))
            return GlobalValue("JSON", ("parse", CALLED)) if is_data else UnknownValue(f"{path} is no source file")
        case Missing(reason=reason):
            return UnknownValue(f"import of {spec}: {reason}")


def exported(ev: Evaluator, file: str, name: str) -> Value:
    """What `file` exports as `name`; "*" is the module, which CommonJS may replace by anything."""
    export = find_export(ev, file, name)
    if export is not None:
        passed_on = export.name == "*" and name != "*"
        return _value(ev, file, export, name if passed_on else None)
    whole = _whole(ev, file)
    if name == "*":
        return _value(ev, file, whole) if whole is not None else ModuleValue(file)
    if name == "default" and any(one.style in _WHOLE for one in ev.bindings(file).exports):
        return exported(ev, file, "*")
    if whole is not None and name != "default":
        return ev.member(_value(ev, file, whole), name)
    return UnknownValue(f"{file} has no default export" if name == "default" else f"{file} exports no {name}")


def origin(ev: Evaluator, file: str, name: SgNode) -> tuple[str, Binding] | None:
    """The file that declares what a name stands for, through imports, and its binding there."""
    binding = ev.bindings(file).resolve(name)
    for _ in range(_MAX_HOPS):
        if binding is None or binding.imported is None:
            return (file, binding) if binding is not None else None
        target = ev.repository.resolve_import(file, binding.imported.module)
        if not isinstance(target, InFile):
            return None
        file = target.path
        wanted = binding.imported.imported
        export = find_export(ev, file, wanted) or (_whole(ev, file) if wanted in ("*", "default") else None)
        if export is None or export.module is not None:
            return None
        local = export.local or (export.node.text() if export.node is not None else "")
        binding = ev.bindings(file).top_level.get(local)
    return None


def find_export(ev: Evaluator, file: str, name: str) -> Export | None:
    """The export of `file` that gives `name`, which may be one that passes another module on."""
    exports = ev.bindings(file).exports
    named = [one for one in exports if one.name == name and name != "*"]
    if named:
        return named[-1] if named[-1].style == "commonjs" else named[0]
    for one in exports:
        if one.name != "*" or one.module is None:
            continue
        if name == "*":
            if one.style in _WHOLE and _whole(ev, file) is None:
                return one
        elif name != "default" and is_known(_value(ev, file, one, name)):
            return one
    return None


def _whole(ev: Evaluator, file: str) -> Export | None:
    """`module.exports = X`, where X is not simply another module."""
    exports = ev.bindings(file).exports
    return next((one for one in exports if one.name == "default" and one.style in _WHOLE), None)


def _value(ev: Evaluator, file: str, export: Export, name: str | None = None) -> Value:
    """What an export gives; `name` is what is wanted of a module that is passed on."""
    if export.module is not None:
        wanted = name or export.imported or export.name
        return imported(ev, file, export.module, wanted)
    if export.local is not None:
        binding = ev.bindings(file).top_level.get(export.local)
        if binding is not None:
            return ev.binding(file, binding)
    if export.node is None:
        return UnknownValue(f"{file} exports nothing that can be read as {export.name}")
    return ev.value(file, export.node)


def exported_type(ev: Evaluator, file: str, name: str) -> Value:
    """A value of the type that `file` exports as `name`."""
    for export in ev.bindings(file).exports:
        if export.name == name:
            if export.module is not None:
                return imported_type(ev, file, export.module, export.imported or export.name)
            bindings = ev.bindings(file)
            local = export.local or name
            binding = bindings.types.get(local)
            if binding is not None:
                return ev.binding_type(file, binding)
            if export.node is not None and name == "default":
                value = ev.value(file, export.node)
                return Instance(value) if isinstance(value, ClassValue) else value
    for export in ev.bindings(file).exports:
        if export.name == "*" and export.module is not None:
            value = imported_type(ev, file, export.module, name)
            if is_known(value):
                return value
    return UnknownValue(f"{file} exports no type {name}")


def imported_type(ev: Evaluator, file: str, spec: str, name: str) -> Value:
    """A value of the type `name` of the module `spec`."""
    match ev.repository.resolve_import(file, spec):
        case InFile(path=path):
            return exported_type(ev, path, name)
        case _:
            return imported(ev, file, spec, name)


def commonjs_name(ev: Evaluator, file: str, node: SgNode) -> Value | None:
    """`exports`, `module`, `__dirname` and `__filename`, which are no globals but belong to the file."""
    match node.text():
        case "exports":
            return ModuleValue(file)
        case "__dirname" | "__filename":
            return BuiltIn("String")
        case _:
            return None
