"""Finds the calls of certain globals and packages in a file."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ast_grep_py import Config, Relation, Rule, SgNode

from codemods.rules.module import Module
from codemods.rules.origin import Declared, External, Global, origin_of, root_origin
from codemods.source.bindings import Import

_GLOBAL_OBJECTS = ("globalThis", "window", "self", "global")


def called_name(module: Module, call: SgNode) -> External | str | None:
    """What a call or `new` expression names: something of a package, or a global as text, `globalThis.` left out.

    A method of something that a package made (`axios.create()`) counts as the package's. A call of what another call
    returns names nothing.
    """
    callee = call.field("function") or call.field("constructor")
    match origin_of(module, callee) if callee is not None else None:
        case External() as external:
            return external
        case Global(path):
            return ".".join(path[1:] if path[0] in _GLOBAL_OBJECTS else path)
        case Declared(where, node, _):
            made = root_origin(where, node)
            return made if isinstance(made, External) else None
        case _:
            return None


def calls_of(module: Module, names: Iterable[str], packages: tuple[str, ...] = ()) -> list[SgNode]:
    """The calls and `new` expressions that may be of globals with these names or of something from these packages.

    This is a first selection by text: what each call means is for `called_name` to say.
    """
    imported = {found.local for found in module.bindings.imports if found.local and _is_of(module, found, packages)}
    made = _made_of(module, imported) if imported else set()
    beginning = rf"^(?:(?:{'|'.join(_GLOBAL_OBJECTS)})\s*\??\.\s*)?(?:{'|'.join(sorted({*names, *imported, *made}))})\b"
    kinds: list[Rule] = [
        {"kind": "call_expression", "has": {"field": "function", "regex": beginning}},
        {"kind": "new_expression", "has": {"field": "constructor", "regex": beginning}},
    ]
    return module.root.find_all(Config(rule={"any": kinds}))


def _is_of(module: Module, found: Import, packages: tuple[str, ...]) -> bool:
    """True for an import from one of the packages, or from a file of the project that mentions one."""
    name = found.module.removeprefix("node:")
    if name in packages or any(name.startswith(f"{package}/") for package in packages):
        return True
    path = module.code.resolve(module.path, found.module) if packages else None
    other = module.code.module(path) if path is not None else None
    return other is not None and other.holds(packages)


def _made_of(module: Module, names: Collection[str]) -> set[str]:
    """The variables whose initialiser begins with one of the names: `api` of `const api = axios.create()`."""
    value: Relation = {"field": "value", "regex": rf"^(?:await\s+|new\s+)*(?:{'|'.join(sorted(names))})\b"}
    found = module.root.find_all(Config(rule={"kind": "variable_declarator", "has": value}))
    return {name.text() for node in found if (name := node.field("name")) is not None and name.kind() == "identifier"}
