"""What the tables of the libraries are made of: how constructors and methods read, and what they ask the reader for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from ast_grep_py import SgNode

from codemods.ir.validator import Kind, Shape, Unknown

Values = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a constructor or method: its name, its arguments, and its source text as a residual check."""

    name: str
    arguments: tuple[SgNode, ...]
    source: str


class Reader(Protocol):
    """Reads the expressions within a schema."""

    def read(self, node: SgNode) -> Shape:
        """The shape of a schema expression, or of a literal that stands for one."""

    def literals(self, nodes: Iterable[SgNode]) -> Values:
        """Constant values as TypeScript literals; lists are taken apart."""

    def keeps_value(self, function: SgNode) -> bool:
        """Does a custom check give back the value that it got, or an error?"""

    def reject(self, reason: str) -> None:
        """Note something that may become any value."""


Constructor = Callable[[Call, Reader], Shape]
Method = Callable[[Shape, Call, Reader], Shape]


@dataclass(frozen=True, slots=True)
class Library:
    """A validation library."""

    packages: frozenset[str]
    constructors: Mapping[str, Constructor]
    methods: Mapping[str, Method]
    checks: frozenset[str]
    """Methods that refuse values, or say something about a schema, and change no value."""


def checked(shape: Shape, source: str) -> Shape:
    """The shape with one more check that it cannot say itself."""
    return replace(shape, residual=(*shape.residual, source))


def plain(kind: Kind, *, coerced: bool = False) -> Constructor:
    """A value that may be missing; `coerced`: values of other types are converted to it."""
    return lambda call, reader: Shape(kind, optional=True, residual=(call.source,), coerced=coerced)


def anything(shape: Shape, call: Call, reader: Reader) -> Shape:
    """What may give any value back; dates among them could not cross into a function."""
    if _holds_dates(shape):
        reader.reject(f"`{call.name}` of dates")
    return Shape(Kind.ANY, optional=True, nullable=shape.nullable, residual=(*shape.residual, call.source))


def made(shape: Shape, call: Call, reader: Reader) -> Shape:
    """What a function gives back, which may be no data."""
    return replace(anything(shape, call, reader), crosses=False)


def _holds_dates(shape: Shape) -> bool:
    return shape.kind is Kind.DATE or any(_holds_dates(child) for child in shape.children)


def object_of(fields: Mapping[str, Shape], like: Shape) -> Shape:
    """An object shape with these fields, and the modifiers of another one."""
    return replace(like, kind=Kind.OBJECT, children=tuple(fields.values()), keys=tuple(fields))


def fields_of(shape: Shape) -> dict[str, Shape]:
    """The fields of an object shape, by key."""
    return dict(zip(shape.keys, shape.children, strict=True))


def with_fields(shape: Shape, call: Call, reader: Reader, unknown: Unknown) -> Shape:
    """An object with the fields of the first argument added to its own."""
    if not call.arguments:
        return shape
    given = reader.read(call.arguments[0])
    if given.kind is not Kind.OBJECT:
        reader.reject(f"`{call.name}` with fields that are built elsewhere")
        return shape
    return checked(object_of({**fields_of(shape), **fields_of(given)}, replace(shape, unknown=unknown)), call.source)


def literal_union(shape: Shape, values: Values, *, only: bool) -> Shape:
    """The values that a schema names: instead of its type with `only`, else beside it."""
    if values is None:
        return shape
    nullable = shape.nullable or "null" in values
    members = tuple(Shape(Kind.LITERAL, literal=value) for value in values if value not in ("null", "undefined"))
    shape = replace(shape, nullable=nullable)
    if not members:
        return replace(shape, kind=Kind.NULL, nullable=False) if only and nullable else shape
    if not only:
        if shape.kind is Kind.ANY or all(_is_of(shape.kind, each.literal or "") for each in members):
            return shape
        members = (replace(shape, optional=False, nullable=False, default=None, residual=()), *members)
    elif shape.kind is Kind.UNION and all(child.kind is Kind.LITERAL for child in shape.children):
        members = (*shape.children, *members)
    return replace(shape, kind=Kind.UNION, children=members, keys=(), literal=None)


def _is_of(kind: Kind, literal: str) -> bool:
    starts = {Kind.STRING: "\"'`", Kind.NUMBER: "-0123456789", Kind.BOOLEAN: "tf"}
    return literal[:1] != "" and literal[:1] in starts.get(kind, "")


def alternatives(members: tuple[Shape, ...], source: str) -> Shape:
    """A union of schemas."""
    kept = tuple(replace(each, optional=False, nullable=False, default=None) for each in members)
    nullable = any(each.nullable for each in members)
    if not kept or any(each.kind is Kind.ANY for each in kept):
        return Shape(Kind.ANY, optional=True, residual=(source,))
    coerced = any(each.coerced for each in kept)
    return Shape(Kind.UNION, kept, optional=True, nullable=nullable, residual=(source,), coerced=coerced)
