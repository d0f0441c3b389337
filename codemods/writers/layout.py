"""A small pretty printer: documents of text, holes and optional line breaks, laid out within a width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from codemods.source.edit import Part
from codemods.source.span import Span

WIDTH = 100
STEP = "  "


@dataclass(frozen=True, slots=True)
class Hole:
    """A slice of the user's source; its text only measures it."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line break in a broken group, `flat` in a flat one."""

    flat: str = ""


@dataclass(frozen=True, slots=True)
class Break:
    """A line break, always."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Text that only a broken group has, such as a trailing comma."""

    text: str


@dataclass(frozen=True, slots=True)
class Nest:
    """Its lines are one level deeper."""

    body: Doc


@dataclass(frozen=True, slots=True)
class Group:
    """Laid out flat where it fits, else broken at all of its own lines."""

    body: Doc


@dataclass(frozen=True, slots=True)
class Flat:
    """Never broken at its own lines."""

    body: Doc


@dataclass(frozen=True, slots=True)
class Choice:
    """`tight` where its first line fits, else `loose`."""

    tight: Doc
    loose: Doc


Doc = str | Hole | Line | Break | Broken | Nest | Group | Flat | Choice | tuple["Doc", ...]
_Item = tuple[int, bool, Doc]


def joined(docs: Sequence[Doc], separator: Doc) -> Doc:
    """The documents with a separator between them."""
    parts: list[Doc] = []
    for index, doc in enumerate(docs):
        parts += [separator, doc] if index else [doc]
    return tuple(parts)


def listed(opening: str, items: Sequence[Doc], closing: str, pad: str = "", trailing: bool = True) -> Doc:
    """`opening a, b closing`, one item a line with a trailing comma (where one may stand) when it does not fit."""
    if not items:
        return opening + closing
    body = joined(items, (",", Line(" ")))
    return Group((opening, Nest((Line(pad), body, Broken("," if trailing else ""))), Line(pad), closing))


def call(callee: Doc, *arguments: Doc) -> Doc:
    """`callee(a, b)`. A last argument that has lines of its own hugs the parentheses while the others are flat."""
    loose = (callee, listed("(", arguments, ")"))
    if not arguments or not _hugs(arguments[-1]):
        return loose
    heads = tuple((Flat(head), ", ") for head in arguments[:-1])
    return Choice((callee, "(", heads, arguments[-1], ")"), loose)


def arrow(parameters: str, body: Doc) -> Doc:
    """`(a) => body`, the body on a line of its own where it does not fit."""
    return (f"{parameters} =>", Group(Nest((Line(" "), body))))


def block(head: str, statements: Sequence[Doc]) -> Doc:
    """`async (row) => { … }`, one statement a line."""
    body = tuple(part for statement in statements for part in (Break(), statement, ";"))
    return (f"{head} => {{", Nest(body), Break(), "}")


def record(items: Sequence[Doc]) -> Doc:
    """An object literal."""
    return listed("{", items, "}", " ")


def layout(doc: Doc, indent: str = "", column: int = 0, width: int = WIDTH) -> tuple[Part, ...]:
    """The document as text and holes; `column` is where its first line starts, `indent` that line's white space."""
    out: list[Part] = []
    at = max(column, len(indent))
    stack: list[_Item] = [(0, False, doc)]
    while stack:
        level, flat, item = stack.pop()
        if isinstance(item, tuple):
            stack += [(level, flat, part) for part in reversed(item)]
        elif isinstance(item, Nest):
            stack.append((level + 1, flat, item.body))
        elif isinstance(item, Flat):
            stack.append((level, True, item.body))
        elif isinstance(item, Group):
            fits = flat or _fits((0, True, item.body), width - at, stack)
            stack.append((level, fits, item.body))
        elif isinstance(item, Choice):
            stack.append(_chosen(level, flat, item, width - at, stack))
        elif isinstance(item, Break) or (isinstance(item, Line) and not flat):
            newline = "\n" + indent + STEP * level
            out.append(newline)
            at = len(newline) - 1
        elif isinstance(item, Hole):
            out.append(item.span)
            at = _after(at, item.text)
        else:
            assert not isinstance(item, Break)
            text = _text(item, flat)
            out.append(text)
            at = _after(at, text)
    return _merged(out)


def text_of(doc: Doc, indent: str = "", column: int = 0, width: int = WIDTH) -> str:
    """The layout of a document without holes."""
    parts = layout(doc, indent, column, width)
    return "".join(part for part in parts if isinstance(part, str))


def _text(item: str | Line | Broken, flat: bool) -> str:
    if isinstance(item, str):
        return item
    if isinstance(item, Line):
        return item.flat if flat else ""
    return "" if flat else item.text


def _after(at: int, text: str) -> int:
    head, newline, tail = text.rpartition("\n")
    return len(tail) if newline else at + len(head + tail)


def _chosen(level: int, flat: bool, item: Choice, room: int, rest: list[_Item]) -> _Item:
    if flat or _fits((0, True, item.tight), room, rest):
        return (level, True, item.tight)
    return (level, False, item.tight if _fits((0, False, item.tight), room, rest) else item.loose)


def _fits(item: _Item, room: int, rest: list[_Item]) -> bool:
    """True when the item and what follows it stay within `room` up to the next break."""
    stack = [item]
    after = len(rest)
    while room >= 0:
        if not stack:
            if after == 0:
                return True
            after -= 1
            stack.append(rest[after])
            continue
        level, flat, doc = stack.pop()
        if isinstance(doc, tuple):
            stack += [(level, flat, part) for part in reversed(doc)]
        elif isinstance(doc, Nest | Group):
            stack.append((level, flat, doc.body))
        elif isinstance(doc, Flat):
            stack.append((level, True, doc.body))
        elif isinstance(doc, Choice):
            stack.append((level, flat, doc.tight))
        elif isinstance(doc, Break) or (isinstance(doc, Line) and not flat):
            return not flat
        else:
            text = doc.text if isinstance(doc, Hole) else _text(doc, flat)
            head, newline, _ = text.partition("\n")
            room -= len(head)
            if newline:
                return room >= 0
    return False


def _hugs(doc: Doc) -> bool:
    if isinstance(doc, Hole):
        return "\n" in doc.text
    if isinstance(doc, tuple):
        return bool(doc) and _hugs(_last(doc))
    if isinstance(doc, str):
        return doc == "}"
    return isinstance(doc, Group) and isinstance(doc.body, tuple) and doc.body[0] == "{"


def _last(docs: tuple[Doc, ...]) -> Doc:
    """The last document before closing parentheses."""
    return next((doc for doc in reversed(docs) if doc != ")"), "")


def _merged(parts: Iterable[Part]) -> tuple[Part, ...]:
    out: list[Part] = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        elif part != "":
            out.append(part)
    return tuple(out)
