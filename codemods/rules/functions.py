"""The Convex functions that a file registers, found by what their builders are bound to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ast_grep_py import Config, SgNode

from codemods.rules.module import Module
from codemods.rules.objects import entries
from codemods.rules.origin import Declared, External, is_at_top, origin_of
from codemods.source.tree import FUNCTION_KINDS, arguments, member_path, unwrap

_DEFINING = ("arrow_function", "function_expression", "identifier")

# One of these stands in every file that registers a function.
FUNCTION_LITERALS = ("handler", "query", "mutation", "action", "Query", "Mutation", "Action")

# Calls that may be registrations: given an object with a handler, or nothing but a function.
_REGISTRATIONS: Config = {
    "rule": {
        "kind": "call_expression",
        "has": {
            "field": "arguments",
            "any": [
                {
                    "has": {
                        "kind": "object",
                        "has": {
                            "any": [
                                {"kind": "pair", "has": {"field": "key", "regex": "^[\"']?handler[\"']?$"}},
                                {"kind": "method_definition", "has": {"field": "name", "regex": "^handler$"}},
                                {"kind": "shorthand_property_identifier", "regex": "^handler$"},
                            ]
                        },
                    }
                },
                {"has": {"nthChild": 1, "any": [{"kind": kind} for kind in _DEFINING]}},
            ],
        },
    }
}

_MAX_DEPTH = 4
_CALLEE_PARTS = frozenset(
    {"as_expression", "member_expression", "non_null_expression", "parenthesized_expression", "satisfies_expression"}
)


class Kind(StrEnum):
    """What a function may do, by https://docs.convex.dev/functions."""

    QUERY = "query"
    MUTATION = "mutation"
    ACTION = "action"
    HTTP_ACTION = "httpAction"

    @property
    def is_transaction(self) -> bool:
        """Queries and mutations run in the database's transaction, without the outside world."""
        return self in (Kind.QUERY, Kind.MUTATION)


class Flavour(StrEnum):
    """Whose builder it is: Convex's own, one of convex-helpers, its Zod variant, or one that was not recognised."""

    CONVEX = "convex"
    CUSTOM = "custom"
    ZOD = "zod"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Builder:
    """What `query`, `internalMutation` and the like stand for."""

    kind: Kind
    internal: bool = False
    flavour: Flavour = Flavour.CONVEX


@dataclass(frozen=True, slots=True)
class Registered:
    """One registered function.

    `name` is its export's name, "default" included, or None when it is not exported. `handler` is None when the
    function could not be found in the file; `args` and `returns` are the validators' expressions.
    """

    name: str | None
    builder: Builder
    call: SgNode
    handler: SgNode | None
    args: SgNode | None = None
    returns: SgNode | None = None

    @property
    def kind(self) -> Kind:
        return self.builder.kind

    @property
    def is_public(self) -> bool:
        return not self.builder.internal and self.kind is not Kind.HTTP_ACTION


_SERVER = {
    "query": Builder(Kind.QUERY),
    "internalQuery": Builder(Kind.QUERY, internal=True),
    "mutation": Builder(Kind.MUTATION),
    "internalMutation": Builder(Kind.MUTATION, internal=True),
    "action": Builder(Kind.ACTION),
    "internalAction": Builder(Kind.ACTION, internal=True),
    "httpAction": Builder(Kind.HTTP_ACTION),
}
_BUILDERS: dict[str, dict[str, Builder]] = {
    "_generated/server": _SERVER,
    "convex/server": {f"{name}Generic": builder for name, builder in _SERVER.items()},
}
_CUSTOM = "convex-helpers/server/customFunctions"
_ZOD = "convex-helpers/server/zod"


def find_registered(module: Module) -> tuple[Registered, ...]:
    """Every registration in a file, in order; also of functions that are not exported or stand inside a call."""
    if not any(literal in module.text for literal in FUNCTION_LITERALS):
        return ()
    calls = module.root.find_all(_REGISTRATIONS)
    return tuple(one for call in calls if (one := registered(module, call)) is not None)


def builder_of(module: Module, node: SgNode, depth: int = 0) -> Builder | None:
    """The builder that an expression stands for."""
    node = unwrap(node)
    if node.kind() == "call_expression":
        return _derived(module, node, depth)
    match origin_of(module, node):
        case External(name, (member,)):
            return _BUILDERS.get(name, {}).get(member)
        case Declared(where, value, ()) if value.kind() == "call_expression" and depth < _MAX_DEPTH:
            return _derived(where, value, depth + 1)
        case _:
            return None


def registered(module: Module, call: SgNode) -> Registered | None:
    """The function that a call registers; None for every other call."""
    callee, definition = call.field("function"), next(iter(arguments(call)), None)
    if callee is None or definition is None or not _may_register(module, callee, unwrap(definition)):
        return None
    builder = builder_of(module, callee)
    if builder is None:
        return None
    definition = unwrap(definition)
    parts = entries(definition) if definition.kind() == "object" else {}
    handler = parts.get("handler") if parts else definition
    return Registered(
        name=_export_name(module, call),
        builder=builder,
        call=call,
        handler=function_of(module, handler) if handler is not None else None,
        args=parts.get("args"),
        returns=parts.get("returns"),
    )


def function_of(module: Module, node: SgNode) -> SgNode | None:
    """The function that an expression of a file is or names, when it stands in the same file."""
    node = unwrap(node)
    if node.kind() in FUNCTION_KINDS:
        return node
    found = origin_of(module, node)
    if isinstance(found, Declared) and found.module is module and found.node.kind() in FUNCTION_KINDS:
        return found.node
    return None


def called(reference: SgNode) -> SgNode | None:
    """The call whose callee is the reference, or a member of it: `f(…)`, `m.f(…)`, `(f as any)(…)`."""
    node, parent = reference, reference.parent()
    while parent is not None and parent.kind() in _CALLEE_PARTS:
        node, parent = parent, parent.parent()
    is_callee = parent is not None and parent.kind() == "call_expression" and parent.field("function") == node
    return parent if is_callee else None


def _derived(module: Module, call: SgNode, depth: int) -> Builder | None:
    """The builder that a call such as `customQuery(query, …)` makes of another one."""
    base, maker = next(iter(arguments(call)), None), call.field("function")
    known = builder_of(module, base, depth + 1) if base is not None and depth < _MAX_DEPTH else None
    if known is None or maker is None:
        return None
    return Builder(known.kind, known.internal, _flavour(module, maker, known.flavour))


def _flavour(module: Module, maker: SgNode, base: Flavour) -> Flavour:
    match origin_of(module, maker):
        case External(name, _) if name.startswith(_ZOD):
            return Flavour.ZOD
        case External(name, _) if name == _CUSTOM:
            return Flavour.CUSTOM if base is Flavour.CONVEX else base
        case _:
            return Flavour.UNKNOWN


def _may_register(module: Module, callee: SgNode, definition: SgNode) -> bool:
    """A first look, without the scopes of the file: most calls fail it.

    Builders are imported, or made at the top of the file; one that is given a function by name is imported.
    """
    base, path = member_path(callee)
    if base.kind() != "identifier":
        return False
    is_imported = base.text() in module.import_names
    match definition.kind():
        case "identifier":
            return is_imported and is_at_top(callee)
        case "object":
            is_definition = "handler" in entries(definition)
        case kind:
            is_definition = kind in FUNCTION_KINDS
    return is_definition and (is_imported or (not path and f"const {base.text()}" in module.text))


def _export_name(module: Module, call: SgNode) -> str | None:
    """The name under which what a call makes is exported: directly, or as the variable that holds it."""
    made, parent = call, call.parent()
    while parent is not None and unwrap(parent) == call:
        made, parent = parent, parent.parent()
    name = parent.field("name") if parent is not None and parent.kind() == "variable_declarator" else None
    for export in module.bindings.exports:
        is_held = name is not None and export.local == name.text()
        if is_held or (export.local is None and export.node is not None and unwrap(export.node) == made):
            return export.name
    return None
