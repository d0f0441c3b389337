"""What an expression evaluates to, as far as it can be known without running it."""

from __future__ import annotations

from dataclasses import dataclass, field

from ast_grep_py import SgNode


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A function of the repository: `node` is the function, arrow or method."""

    file: str
    node: SgNode


@dataclass(frozen=True, slots=True)
class ClassValue:
    """A class of the repository itself, not an instance of it."""

    file: str
    node: SgNode


@dataclass(frozen=True, slots=True)
class Instance:
    """An object made by a class of the repository; unless `exact`, perhaps by a subclass of it."""

    of: ClassValue
    exact: bool = False


@dataclass(frozen=True, slots=True)
class ObjectValue:
    """The object that an object literal makes."""

    file: str
    node: SgNode


@dataclass(frozen=True, slots=True)
class ModuleValue:
    """The namespace of a module of the repository: what `import * as x` and `require` of its exports give."""

    path: str


@dataclass(frozen=True, slots=True)
class NamespaceValue:
    """A TypeScript `namespace`."""

    file: str
    node: SgNode


@dataclass(frozen=True, slots=True)
class ExternalValue:
    """Something that a package or a module of Node hands out; see `External.path` for the steps of `path`."""

    module: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GlobalValue:
    """A global and the steps taken from it, as in `External.path`."""

    name: str
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """An instance of a class of the language: a String, an Array, a Promise.

    `element` is what an Array, Set or Map holds, what a Promise resolves to; None when that is not known. `items` are
    the elements one by one of an array that is written out, and the key and the value of each pair of a Map.
    """

    name: str
    element: Value | None = None
    items: tuple[Value, ...] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A value of which only the type is known: `node` is the interface, object type or enum that describes it."""

    file: str
    node: SgNode


@dataclass(frozen=True, slots=True)
class Both:
    """A value that has all of these types: an intersection."""

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A value that is one of these, which of them is not known: what can be said is what all agree on."""

    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Callable_:
    """Some function of a known type: which one is called cannot be told, what it returns can.

    `node` holds parameters and a return type; `reason` says why the function itself is not known, `candidates` which
    functions it may be when all of them are known.
    """

    file: str
    node: SgNode
    reason: str
    candidates: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Nothing:
    """`null` or `undefined`."""


@dataclass(frozen=True, slots=True)
class UnknownValue:
    """A value that could not be followed. `circular` marks one that depends on itself."""

    reason: str
    circular: bool = field(default=False, compare=False)


Value = (
    FunctionValue
    | ClassValue
    | Instance
    | ObjectValue
    | ModuleValue
    | NamespaceValue
    | ExternalValue
    | GlobalValue
    | BuiltIn
    | Shape
    | Both
    | OneOf
    | Callable_
    | Nothing
    | UnknownValue
)

CIRCULAR = UnknownValue("depends on itself", circular=True)
NOTHING = Nothing()

# Steps of `External.path` and `Global.path` that are no property names.
CALLED = "()"
ELEMENT = "[]"
ANY = "*"

_MAX_PARTS = 6


THIS = "=>this"


def parameter_step(index: int) -> str:
    """The step to what a callback receives as its parameter number `index`."""
    return f"=>{index}"


def is_known(value: Value) -> bool:
    """True for everything but UnknownValue."""
    return not isinstance(value, UnknownValue)


def join(values: list[Value]) -> Value:
    """What is known of a value that is one of `values`; null and what depends on the outcome do not count."""
    meant = [part for value in values for part in parts_of(value) if not isinstance(part, Nothing)]
    open_ones = [value for value in meant if not (isinstance(value, UnknownValue) and value.circular)]
    if not open_ones:
        return meant[0] if meant else NOTHING
    merged: list[Value] = []
    for value in open_ones:
        _add(merged, value)
    if len(merged) == 1:
        return merged[0]
    unknown = next((value for value in merged if isinstance(value, UnknownValue)), None)
    if unknown is not None:
        return unknown
    return OneOf(tuple(merged)) if len(merged) <= _MAX_PARTS else UnknownValue("may be one of many values")


def parts_of(value: Value) -> tuple[Value, ...]:
    """The values that `value` may be: itself, unless it is a OneOf."""
    return value.parts if isinstance(value, OneOf) else (value,)


def _add(merged: list[Value], value: Value) -> None:
    for position, known in enumerate(merged):
        both = _merge(known, value)
        if both is not None:
            merged[position] = both
            return
    merged.append(value)


def _merge(one: Value, other: Value) -> Value | None:
    if one == other:
        return one
    match one, other:
        case Instance(of=cls), Instance(of=same) if cls == same:
            return Instance(cls)
        case BuiltIn(name=name, element=first), BuiltIn(name=same_name, element=second) if name == same_name:
            items = _merge_items(one.items, other.items)
            if first is None or second is None:
                return BuiltIn(name, first or second, items)
            element = join([first, second])
            return BuiltIn(name, element if is_known(element) else None, items)
        case ExternalValue(module=module, path=path), ExternalValue(module=same_module, path=other_path):
            merged = _merge_steps(path, other_path) if module == same_module else None
            return ExternalValue(module, merged) if merged is not None else None
    return None


def _merge_items(one: tuple[Value, ...] | None, other: tuple[Value, ...] | None) -> tuple[Value, ...] | None:
    if one is None or other is None or len(one) != len(other):
        return None
    return tuple(join([first, second]) for first, second in zip(one, other, strict=True))


def _merge_steps(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...] | None:
    """What a package hands to callbacks in the same place, whichever of its functions does: `get` or `post`."""
    if not (one and other and one[-1] == other[-1] and one[-1].startswith("=>")):
        return None
    if len(one) != len(other):
        return (ANY, one[-1])
    return tuple(step if step == same else ANY for step, same in zip(one, other, strict=True))
