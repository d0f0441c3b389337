"""One tree for every way a source states what values look like: Zod, Joi, express-validator, TypeScript types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from codemods.outcome import Place


class Kind(StrEnum):
    """Shapes of values."""

    STRING = "string"
    NUMBER = "number"
    BIGINT = "bigint"
    BOOLEAN = "boolean"
    DATE = "date"
    NULL = "null"
    ANY = "any"
    LITERAL = "literal"
    """`literal` holds the TypeScript literal."""
    ARRAY = "array"
    """One child: the element."""
    OBJECT = "object"
    """`keys` names the children."""
    RECORD = "record"
    """Two children: key and value."""
    UNION = "union"
    TUPLE = "tuple"


class Unknown(StrEnum):
    """What an object does with keys that it does not declare."""

    STRIP = "strip"
    REJECT = "reject"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Shape:
    """A validator node.

    `optional`: the key may be missing; `nullable`: null is accepted. `default` is the source text of a default.
    `residual` lists, as source text, the checks and transforms that a shape cannot say (`.email()`, `.min(1)`):
    a shape with residuals still needs the source schema, or checks written out, at run time. `coerced` says that
    the wire value is converted (z.coerce, transform), so that input and output types differ. `wire` is what is taken
    in, where that is known to differ from what comes out.
    """

    kind: Kind
    children: tuple[Shape, ...] = ()
    keys: tuple[str, ...] = ()
    literal: str | None = None
    optional: bool = False
    nullable: bool = False
    default: str | None = None
    residual: tuple[str, ...] = ()
    unknown: Unknown = Unknown.STRIP
    coerced: bool = False
    wire: Shape | None = None
    crosses: bool = True
    """False for what a function makes that may be no data: nothing can hand it on to a Convex function."""
    enum: str | None = None
    """Source text of a native enum object, when the union of literals came from one."""

    def child(self, key: str) -> Shape | None:
        """The child of an object under a key."""
        return self.children[self.keys.index(key)] if key in self.keys else None

    @property
    def exact(self) -> bool:
        """True when the shape alone says all that the source checks."""
        return not self.residual and not self.coerced and all(child.exact for child in self.children)


RECURSION = ("recursion",)
"""The residual of the place where a shape would contain itself: nothing more is said of it."""


@dataclass(frozen=True, slots=True)
class Validator:
    """A named or inline schema found in the source. `unsupported` is empty when `shape` is complete."""

    name: str | None
    place: Place
    shape: Shape
    library: str
    unsupported: tuple[str, ...] = ()
