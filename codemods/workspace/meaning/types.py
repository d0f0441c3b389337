"""Values as their types describe them: what a `T` written in an annotation stands for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ast_grep_py import SgNode

from codemods.source.binding import Binding, BindingKind
from codemods.source.tree import named, string_value
from codemods.workspace.meaning import calls, modules
from codemods.workspace.meaning.values import (
    NOTHING,
    Both,
    BuiltIn,
    Callable_,
    ClassValue,
    ExternalValue,
    GlobalValue,
    Instance,
    Shape,
    UnknownValue,
    Value,
    is_known,
    join,
)

if TYPE_CHECKING:
    from codemods.workspace.meaning.evaluator import Evaluator

_Read = Callable[["Evaluator", str, SgNode], Value]

_PREDEFINED: dict[str, Value] = {
    "string": BuiltIn("String"),
    "number": BuiltIn("Number"),
    "boolean": BuiltIn("Boolean"),
    "bigint": BuiltIn("BigInt"),
    "symbol": BuiltIn("Symbol"),
    "void": NOTHING,
    "undefined": NOTHING,
    "null": NOTHING,
    "object": UnknownValue("typed object"),
    "any": UnknownValue("typed any"),
    "unknown": UnknownValue("typed unknown"),
    "never": NOTHING,
}
# Utility types whose values are values of their first argument, as far as members go.
_SAME = frozenset(
    ["Partial", "Required", "Readonly", "NonNullable", "Pick", "Omit", "Exclude", "Extract", "DeepPartial", "NoInfer"]
)
_COLLECTIONS = {"Array": "Array", "ReadonlyArray": "Array", "Set": "Set", "ReadonlySet": "Set", "Promise": "Promise"}
_MAPS = frozenset({"Map", "ReadonlyMap", "WeakMap"})
_PROMISES = frozenset({"PromiseLike", "Awaited"})


def instance(ev: Evaluator, file: str, node: SgNode) -> Value:
    """A value of the type `node`."""
    read = _BY_KIND.get(node.kind())
    return read(ev, file, node) if read is not None else UnknownValue(f"typed by a {node.kind().replace('_', ' ')}")


def named_instance(ev: Evaluator, file: str, binding: Binding) -> Value:
    """A value of the type that the name `binding` stands for."""
    if binding.imported is not None:
        found = binding.imported
        return modules.imported_type(ev, file, found.module, found.imported)
    match binding.kind:
        case BindingKind.CLASS:
            return Instance(ClassValue(file, binding.declaration))
        case BindingKind.INTERFACE | BindingKind.ENUM:
            return Shape(file, binding.declaration)
        case BindingKind.TYPE:
            return _alias(ev, file, binding)
        case _:
            return UnknownValue(f"`{binding.name}` is no type")


def _alias(ev: Evaluator, file: str, binding: Binding) -> Value:
    if binding.declaration.kind() == "type_parameter":
        constraint = next((part for part in binding.declaration.children() if part.kind() == "constraint"), None)
        written = named(constraint)[:1] if constraint is not None else []
        return ev.type(file, written[0]) if written else UnknownValue(f"type parameter {binding.name}")
    value = binding.declaration.field("value")
    return ev.type(file, value) if value is not None else UnknownValue(f"type {binding.name} is not written here")


def _predefined(ev: Evaluator, file: str, node: SgNode) -> Value:
    return _PREDEFINED.get(node.text(), UnknownValue(f"typed {node.text()}"))


def _name(ev: Evaluator, file: str, node: SgNode) -> Value:
    binding = ev.bindings(file).resolve(node)
    if binding is not None:
        return ev.binding_type(file, binding)
    return _global(node.text())


def _global(name: str) -> Value:
    name = _COLLECTIONS.get(name, name)
    return BuiltIn("Map" if name in _MAPS else name)


def _qualified(ev: Evaluator, file: str, node: SgNode) -> Value:
    """`ns.Type`: of an imported module, of a package's namespace, or of a global one (`Express.Multer.File`)."""
    parts = [part.text() for part in _leaves(node)]
    first = _leaves(node)[0]
    binding = ev.bindings(file).resolve(first)
    if binding is None:
        return GlobalValue(parts[0], tuple(parts[1:]))
    found = binding.imported
    if found is None:
        return UnknownValue(f"type {node.text()} is not followed")
    if found.imported == "*" and len(parts) == 2:
        return modules.imported_type(ev, file, found.module, parts[1])
    value = modules.imported_type(ev, file, found.module, found.imported)
    if isinstance(value, ExternalValue):
        return ExternalValue(value.module, (*value.path, *parts[1:]))
    return UnknownValue(f"type {node.text()} is not followed")


def _leaves(node: SgNode) -> list[SgNode]:
    inner = named(node)
    return [leaf for part in inner for leaf in _leaves(part)] if inner else [node]


def _generic(ev: Evaluator, file: str, node: SgNode) -> Value:
    name, arguments = node.field("name"), node.field("type_arguments")
    given = named(arguments) if arguments is not None else []
    if name is None or not given:
        return UnknownValue("incomplete type")
    if name.kind() != "type_identifier" or ev.bindings(file).resolve(name) is not None:
        return ev.type(file, name)
    text = name.text()
    if text in _COLLECTIONS or text in _MAPS:
        return collection(text, [ev.type(file, part) for part in given])
    if text in _SAME:
        return ev.type(file, given[0])
    if text in _PROMISES:
        return calls.awaited(ev.type(file, given[0]))
    if text == "ReturnType":
        return ev.result(ev.type(file, given[0]))
    if text == "InstanceType":
        return calls.constructed(ev, ev.type(file, given[0]))
    if text == "Record":
        return BuiltIn("Object", ev.type(file, given[-1]))
    return BuiltIn(text)


def collection(name: str, given: list[Value]) -> Value:
    """An instance of a generic class of the language with these type arguments."""
    if name in _MAPS:
        pair = tuple(given[:2])
        return BuiltIn("Map", BuiltIn("Array", None, pair), pair) if len(pair) == 2 else BuiltIn("Map")
    return BuiltIn(_COLLECTIONS[name], given[0] if given else None)


def _array(ev: Evaluator, file: str, node: SgNode) -> Value:
    return BuiltIn("Array", ev.type(file, named(node)[0]))


def _tuple(ev: Evaluator, file: str, node: SgNode) -> Value:
    items = tuple(ev.type(file, part) for part in named(node))
    held = join(list(items))
    return BuiltIn("Array", held if is_known(held) else None, items)


def _union(ev: Evaluator, file: str, node: SgNode) -> Value:
    return join([ev.type(file, part) for part in named(node)])


def _intersection(ev: Evaluator, file: str, node: SgNode) -> Value:
    return Both(tuple(ev.type(file, part) for part in named(node)))


def _literal(ev: Evaluator, file: str, node: SgNode) -> Value:
    return ev.value(file, named(node)[0])


def _function(ev: Evaluator, file: str, node: SgNode) -> Value:
    return Callable_(file, node, "any function of its type may be passed")


def _shape(ev: Evaluator, file: str, node: SgNode) -> Value:
    return Shape(file, node)


def _query(ev: Evaluator, file: str, node: SgNode) -> Value:
    """`typeof x`."""
    return ev.value(file, named(node)[0])


def _lookup(ev: Evaluator, file: str, node: SgNode) -> Value:
    """`T["name"]` and `T[number]`."""
    owner, key = named(node)[0], named(node)[-1]
    value = ev.type(file, owner)
    if key.text() == "number":
        return calls.element(value) or UnknownValue("an element of an unknown collection")
    name = string_value(next(iter(named(key)), None))
    return ev.member(value, name) if name is not None else UnknownValue("typed by a computed key")


def _inner(ev: Evaluator, file: str, node: SgNode) -> Value:
    return ev.type(file, named(node)[0])


def _text(ev: Evaluator, file: str, node: SgNode) -> Value:
    return BuiltIn("String")


_BY_KIND: dict[str, _Read] = {
    "array_type": _array,
    "function_type": _function,
    "generic_type": _generic,
    "identifier": _name,
    "index_type_query": _text,
    "intersection_type": _intersection,
    "literal_type": _literal,
    "lookup_type": _lookup,
    "nested_type_identifier": _qualified,
    "object_type": _shape,
    "parenthesized_type": _inner,
    "predefined_type": _predefined,
    "readonly_type": _inner,
    "template_literal_type": _text,
    "tuple_type": _tuple,
    "type_identifier": _name,
    "type_query": _query,
    "union_type": _union,
}
