"""The parts of a Prisma schema as written: blocks, fields, attributes and their arguments."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A string argument."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number argument, as written."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A bare word: a field, an enum member, true, false; with dots where written (`author.name`)."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function argument such as `dbgenerated("now()")`, or a field with options such as `title(sort: Desc)`."""

    name: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class List:
    """A bracketed list."""

    items: tuple[Value, ...]


Value = Text | Number | Name | Call | List


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of an attribute or function; `name` is None for a positional one."""

    name: str | None
    value: Value


@dataclass(frozen=True, slots=True)
class Attribute:
    """`@name(arguments)`; native types keep their dot: `db.VarChar`."""

    name: str
    arguments: tuple[Argument, ...]
    line: int
    column: int

    def argument(self, name: str, position: int | None = None) -> Value | None:
        """The argument of that name, else the positional one at `position`."""
        named = next((each.value for each in self.arguments if each.name == name), None)
        if named is not None or position is None:
            return named
        unnamed = [each.value for each in self.arguments if each.name is None]
        return unnamed[position] if position < len(unnamed) else None


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field of a model, or a member of an enum (then `type` is empty)."""

    name: str
    type: str
    optional: bool
    is_list: bool
    attributes: tuple[Attribute, ...]
    line: int
    column: int

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of that name."""
        return next((each for each in self.attributes if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Block:
    """`model User { … }`; `attributes` are the block's own (`@@id`). `kind` is model, view, type or enum."""

    kind: str
    name: str
    fields: tuple[FieldLine, ...]
    attributes: tuple[Attribute, ...]
    line: int
    column: int
    broken: bool = False

    def attribute(self, name: str) -> Attribute | None:
        """The first block attribute of that name."""
        return next((each for each in self.attributes if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Problem:
    """A syntax error."""

    message: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """Everything that one file holds."""

    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...]
