"""Parses the Prisma schema language into blocks; an error costs one line or one block, never the file.

Grammar: https://www.prisma.io/docs/orm/prisma-schema/overview
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from codemods.readers.prisma.lexer import Token, TokenKind, tokens
from codemods.readers.prisma.syntax import (
    Argument,
    Attribute,
    Block,
    Call,
    FieldLine,
    List,
    Name,
    Number,
    Parsed,
    Problem,
    Text,
    Value,
)

_T = TypeVar("_T")

DATA_BLOCKS = frozenset({"model", "view", "type", "enum"})
SETTINGS_BLOCKS = frozenset({"generator", "datasource"})


def parse(text: str) -> Parsed:
    """The blocks of a schema file, with every syntax error that was met."""
    parser = _Parser(list(tokens(text)))
    blocks = parser.blocks()
    return Parsed(tuple(blocks), tuple(parser.problems))


class _Failed(Exception):
    """Unwinds to the nearest place where parsing can go on."""


class _Parser:
    def __init__(self, stream: list[Token]) -> None:
        self.stream = stream
        self.at = 0
        self.problems: list[Problem] = []

    @property
    def now(self) -> Token:
        return self.stream[self.at]

    def take(self) -> Token:
        token = self.now
        if token.kind is not TokenKind.END:
            self.at += 1
        return token

    def fail(self, expected: str) -> _Failed:
        token = self.now
        found = f"`{token.text}`" if token.text.strip() else token.kind.value
        self.problems.append(Problem(f"expected {expected}, found {found}", token.line, token.column))
        return _Failed()

    def name(self, expected: str) -> Token:
        if self.now.kind is not TokenKind.NAME:
            raise self.fail(expected)
        return self.take()

    def sign(self, text: str) -> Token:
        if not self.now.is_sign(text):
            raise self.fail(f"`{text}`")
        return self.take()

    def skip_lines(self) -> None:
        while self.now.kind is TokenKind.LINE:
            self.take()

    def skip_to_line_end(self) -> None:
        while self.now.kind not in (TokenKind.LINE, TokenKind.END) and not self.now.is_sign("}"):
            self.take()

    # blocks

    def blocks(self) -> list[Block]:
        found: list[Block] = []
        self.skip_lines()
        while self.now.kind is not TokenKind.END:
            try:
                block = self.block()
                if block is not None:
                    found.append(block)
            except _Failed:
                self.skip_block()
            self.skip_lines()
        return found

    def block(self) -> Block | None:
        keyword = self.name("`model`, `enum` or another block")
        if keyword.text not in DATA_BLOCKS | SETTINGS_BLOCKS:
            self.at -= 1
            raise self.fail("`model`, `enum` or another block")
        name = self.name(f"the name of the {keyword.text}")
        if keyword.text in SETTINGS_BLOCKS:
            self.skip_block()
            return None
        self.sign("{")
        return self.body(keyword, name)

    def skip_block(self) -> None:
        """Past the block that is open or about to open, so that the next one is read."""
        depth = 0
        while self.now.kind is not TokenKind.END:
            token = self.take()
            depth += token.is_sign("{") - token.is_sign("}")
            if depth <= 0 and token.is_sign("}"):
                return

    def body(self, keyword: Token, name: Token) -> Block:
        fields: list[FieldLine] = []
        attributes: list[Attribute] = []
        broken = False
        self.skip_lines()
        while not self.now.is_sign("}"):
            try:
                if self.at_end_of_body():
                    raise self.fail(f"`}}` at the end of {keyword.text} {name.text}")
                if self.now.is_sign("@@"):
                    attributes.append(self.attribute())
                else:
                    fields.append(self.field(in_enum=keyword.text == "enum"))
                self.end_of_line()
            except _Failed:
                broken = True
                if self.at_end_of_body():
                    break
                self.skip_to_line_end()
            self.skip_lines()
        if self.now.is_sign("}"):
            self.take()
        return Block(keyword.text, name.text, tuple(fields), tuple(attributes), keyword.line, keyword.column, broken)

    def at_end_of_body(self) -> bool:
        """True where a body cannot go on: the file ends, or the next block starts without a closing brace."""
        if self.now.kind is TokenKind.END:
            return True
        ahead = self.stream[self.at : self.at + 3]
        return len(ahead) == 3 and ahead[0].text in DATA_BLOCKS | SETTINGS_BLOCKS and ahead[2].is_sign("{")

    def end_of_line(self) -> None:
        if self.now.kind not in (TokenKind.LINE, TokenKind.END) and not self.now.is_sign("}"):
            raise self.fail("the end of the line")

    # fields and attributes

    def field(self, in_enum: bool) -> FieldLine:
        name = self.name("a field name" if not in_enum else "an enum value")
        type_name, optional, is_list = ("", False, False) if in_enum else self.field_type()
        attributes: list[Attribute] = []
        while self.now.is_sign("@"):
            attributes.append(self.attribute())
        return FieldLine(name.text, type_name, optional, is_list, tuple(attributes), name.line, name.column)

    def field_type(self) -> tuple[str, bool, bool]:
        type_name = self.name("a type").text
        if self.now.is_sign("("):
            arguments = self.arguments()
            inner = arguments[0].value if arguments else None
            type_name = f'{type_name}("{inner.value if isinstance(inner, Text) else ""}")'
        is_list = False
        if self.now.is_sign("["):
            self.take()
            self.sign("]")
            is_list = True
        optional = self.now.is_sign("?")
        if optional:
            self.take()
        return type_name, optional, is_list

    def attribute(self) -> Attribute:
        start = self.take()
        name = self.dotted(self.name("the name of an attribute").text)
        arguments = self.arguments() if self.now.is_sign("(") else ()
        return Attribute(name, arguments, start.line, start.column)

    def dotted(self, name: str) -> str:
        while self.now.is_sign("."):
            self.take()
            name += "." + self.name("a name after the dot").text
        return name

    def arguments(self) -> tuple[Argument, ...]:
        return self.sequence("(", ")", self.argument)

    def sequence(self, opening: str, closing: str, item: Callable[[], _T]) -> tuple[_T, ...]:
        self.sign(opening)
        found: list[_T] = []
        self.skip_lines()
        while not self.now.is_sign(closing):
            found.append(item())
            self.skip_lines()
            if self.now.is_sign(","):
                self.take()
                self.skip_lines()
            elif not self.now.is_sign(closing):
                raise self.fail(f"`,` or `{closing}`")
        self.take()
        return tuple(found)

    def argument(self) -> Argument:
        named = self.now.kind is TokenKind.NAME and self.stream[self.at + 1].is_sign(":")
        if not named:
            return Argument(None, self.value())
        name = self.take().text
        self.take()
        self.skip_lines()
        return Argument(name, self.value())

    def value(self) -> Value:
        token = self.now
        if token.kind is TokenKind.STRING:
            return Text(self.take().text)
        if token.kind is TokenKind.NUMBER:
            return Number(self.take().text)
        if token.is_sign("["):
            return List(self.sequence("[", "]", self.value))
        name = self.dotted(self.name("a value").text)
        return Call(name, self.arguments()) if self.now.is_sign("(") else Name(name)
