"""What the tables of Zod's constructors and methods may ask while a schema is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from ast_grep_py import SgNode

from codemods.ir.validator import Kind, Shape


@dataclass(frozen=True, slots=True)
class Call:
    """A constructor or method call of a schema: `z.name(…)` or `schema.name(…)`.

    `source` is what the call adds to the schema, as written: `.email("No address")`, or all of `z.email()`.
    """

    node: SgNode
    name: str
    arguments: tuple[SgNode, ...]
    source: str

    def argument(self, position: int) -> SgNode | None:
        """The argument at a position, None when it is not given."""
        return self.arguments[position] if position < len(self.arguments) else None


class Reader(Protocol):
    """Reads the expressions within a schema; what it cannot read becomes ANY and is rejected with a reason."""

    major: int
    """Zod's major version, which decides what a record with enum keys requires."""

    def read(self, node: SgNode) -> Shape:
        """The shape of a schema expression."""

    def fields(self, node: SgNode) -> dict[str, Shape]:
        """The shapes of an object literal of schemas, by key."""

    def keys(self, node: SgNode) -> tuple[str, ...]:
        """The keys of an object literal such as `{ id: true }`."""

    def items(self, node: SgNode) -> list[SgNode] | None:
        """The elements of an array literal, also of a constant one; None when they cannot be listed."""

    def literals(self, node: SgNode) -> tuple[str, ...] | None:
        """The values, as TypeScript literals, of an array of constants, an enum or an object of constants."""

    def outcome(self, function: SgNode, taken: Shape) -> Shape:
        """What a function, or what an expression names, makes of a value."""

    def applied(self, method: str, shape: Shape, call: Call) -> Shape:
        """What a method makes of a schema that is the first argument of a call."""

    def text(self, node: SgNode) -> str:
        """The source of a node."""

    def reject(self, reason: str) -> None:
        """Note something that was not understood."""


ANY = Shape(Kind.ANY)
ANYTHING = Shape(Kind.ANY, optional=True, nullable=True)
"""What may also be missing."""


def checked(shape: Shape, source: str, *, coerced: bool = False) -> Shape:
    """The shape with one more check or transform that it cannot say itself."""
    return replace(shape, residual=(*shape.residual, source), coerced=shape.coerced or coerced)


def output_of(shape: Shape) -> Shape:
    """What comes out of a schema: a default takes the place of what is missing."""
    return replace(shape, optional=shape.optional and shape.default is None, default=None)


def converted(taken: Shape, made: Shape, source: str, before: tuple[str, ...] | None = None) -> Shape:
    """What a conversion makes of what it takes; `before` are the checks that have run by then."""
    residual = (*(taken.residual if before is None else before), source)
    return replace(made, residual=residual, coerced=True, wire=taken.wire or taken)


def object_of(fields: dict[str, Shape], like: Shape | None = None) -> Shape:
    """An object shape with these fields, and the modifiers of another one."""
    return replace(like or Shape(Kind.OBJECT), children=tuple(fields.values()), keys=tuple(fields))


def fields_of(shape: Shape) -> dict[str, Shape]:
    """The fields of an object shape, by key."""
    return dict(zip(shape.keys, shape.children, strict=True))


def literals_union(values: tuple[str, ...], enum: str | None = None) -> Shape:
    """A union of literals; a single one stands alone."""
    members = tuple(Shape(Kind.LITERAL, literal=value) for value in values)
    return members[0] if len(members) == 1 and enum is None else Shape(Kind.UNION, members, enum=enum)
