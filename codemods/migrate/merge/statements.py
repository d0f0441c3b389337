"""The top-level statements of a module, what they declare, and whether two of them say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ast_grep_py import SgNode

from codemods.planner.pieces import with_comments
from codemods.source import SourceFile, Span, find_all, member, named, property_name, string_value
from codemods.source.tree import VARIABLE_KINDS

STUB = "has not been migrated"
PLACEHOLDER = "notMigrated"
"""What the functions of routes that were not carried over say, and what answers their old URLs."""

_STOOD_FOR = re.compile(rf"""Error\(\s*["'](.*?) {STUB}""")
_MARKER = re.compile(r"TODO\(convexify [^\r\n]*")
_LINE = re.compile(r"(?<=[jt]s|sx):\d+\b")
_ASKED = re.compile(
    r"""if \((?:!(?P<path>/.*/\w*)\.test\(c\.req\.path\)|c\.req\.method !== ["'](?P<method>HEAD)["'])\)"""
)
_TYPES = frozenset({"interface_declaration", "type_alias_declaration"})
_PUNCTUATION = {"'": '"', "`": '"'}
_CLOSING = frozenset({")", "]", "}", ">"})

Names = Callable[[SgNode], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with the comments right above it; the overloads of a function are one.

    `names` are what it declares; types have their own (`type User`), since a value may be called the same.
    """

    names: tuple[str, ...]
    node: SgNode
    span: Span
    text: str
    tokens: tuple[str, ...]

    @property
    def markers(self) -> list[str]:
        """What a stub says that its owner should do, at whatever line: a marker above moves what is below it."""
        return [_LINE.sub("", found) for found in _MARKER.findall(self.text)] if self.is_stub else []

    @property
    def declares(self) -> bool:
        """Does it declare names? Then there is no second one of it. Routes may be registered twice."""
        return self.node.kind() != "expression_statement" and bool(self.names)

    @property
    def stands_for(self) -> str | None:
        """The route of a function that is a stub."""
        found = _STOOD_FOR.search(self.text) if self.is_stub else None
        return found[1] if found is not None else None

    @property
    def is_stub(self) -> bool:
        """Does it stand in for a route that was not carried over?"""
        marked = STUB in self.text and "TODO(convexify " in self.text
        return marked or (PLACEHOLDER in self.tokens and self.node.kind() == "expression_statement")


def declared_names(node: SgNode) -> tuple[str, ...]:
    """The names that a top-level statement declares."""
    if node.kind() == "export_statement":
        if any(child.kind() == "default" for child in node.children()):
            return ("default",)
        inner = node.field("declaration")
        return declared_names(inner) if inner is not None else ()
    if node.kind() in VARIABLE_KINDS:
        return tuple(name for part in named(node) if part.kind() == "variable_declarator" for name in _bound(part))
    name = node.field("name")
    if name is None:
        return ()
    return (f"type {name.text()}" if node.kind() in _TYPES else name.text(),)


def edge_names(node: SgNode) -> tuple[str, ...]:
    """The same for `http.ts`, where registrations have names too: `GET /users/:id`, `app.notFound`, `app.use cors`."""
    call = named(node)[0] if node.kind() == "expression_statement" and named(node) else None
    function = call.field("function") if call is not None and call.kind() == "call_expression" else None
    found = member(function) if function is not None else None
    if call is None or found is None or found[0].text() != "app":
        return declared_names(node)
    values = call.field("arguments")
    given = named(values) if values is not None else []
    match found[1]:
        case "notFound" | "onError":
            return (f"app.{found[1]}",)
        case "use":
            return ("app.use cors",) if given and given[-1].text().startswith("cors(") else ()
        case method:
            path = string_value(given[0]) if given else None
            return (_registration(method.upper(), path, given[-1].text()),) if path is not None else ()


def _registration(method: str, path: str, handler: str) -> str:
    """What requests it answers: those of its method and path, unless a refused route asks for others itself."""
    asked = _ASKED.search(handler)
    if asked is None:
        return f"{method} {path}"
    return f"{method} {asked['path']}" if asked["path"] is not None else f"{asked['method']} {path}"


def statements_of(file: SourceFile, names: Names = declared_names) -> list[Statement]:
    """The statements of a file in order, without imports."""
    found: list[Statement] = []
    for node in named(file.root):
        if node.kind() in ("import_statement", "hash_bang_line"):
            continue
        own = names(node)
        span = with_comments(file, node)
        if found and own and own == found[-1].names and _is_overload(found[-1].node):
            last = found.pop()
            tokens = (*last.tokens, *tokens_of(node))
            found.append(Statement(own, node, Span(last.span.start, span.end), "", tokens))
        else:
            found.append(Statement(own, node, span, "", tokens_of(node)))
    return [Statement(one.names, one.node, one.span, file.slice(one.span), one.tokens) for one in found]


def _is_overload(node: SgNode) -> bool:
    inner = node.field("declaration") if node.kind() == "export_statement" else node
    return inner is not None and inner.kind() == "function_signature"


def tokens_of(node: SgNode) -> tuple[str, ...]:
    """The words and signs of some code, the same however it is laid out, quoted, ended and commented."""
    found: list[str] = []
    for text in _leaves(node):
        if text in _CLOSING and found and found[-1] == ",":
            found.pop()
        found.append(_PUNCTUATION.get(text, text))
    return tuple(found)


def _leaves(node: SgNode) -> Iterator[str]:
    if node.kind() == "comment":
        return
    children = node.children()
    if not children and (text := node.text()) != ";":
        yield text
    for child in children:
        yield from _leaves(child)


def _bound(declarator: SgNode) -> Iterator[str]:
    pattern = declarator.field("name")
    if pattern is None:
        return
    if pattern.kind() == "identifier":
        yield pattern.text()
        return
    for node in find_all(pattern, "shorthand_property_identifier_pattern", "identifier"):
        yield property_name(node) or ""
