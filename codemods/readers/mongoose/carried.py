"""Functions that a schema is given: defaults, validators, getters, transforms. They move to the table's own module.

A function goes with what it uses of its file, and of others: constants and functions that stand on their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.readers.literals import Property, entries, is_changed
from codemods.readers.mongoose.source import called_export
from codemods.source.bindings import Binding
from codemods.source.file import SourceFile, span_of
from codemods.source.span import Span
from codemods.source.tree import FUNCTION_KINDS, arguments, find_all, named, unwrap
from codemods.workspace import Declared, Workspace

LIBRARY = ""
"""The module of what the runtime library has."""

_GLOBALS = frozenset(
    "Date Math Number String Boolean Array Object RegExp Error JSON Map Set isNaN parseInt parseFloat undefined "
    "Infinity NaN Intl encodeURIComponent".split()
)
"""What functions may use wherever they are."""

_PACKAGES = ("validator", "lodash", "moment", "dayjs", "slugify", "uuid", "nanoid")
"""Packages that only look at values and make new ones, in every runtime."""

_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Carried:
    """A function or value as text, with what it takes from packages and what else has to stand before it.

    `imports` are module, name and local name; `helpers` name and text of declarations.
    """

    text: str
    imports: tuple[tuple[str, str, str], ...] = ()
    helpers: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class _Carrier:
    workspace: Workspace
    known: Mapping[tuple[str, int], str]
    imports: dict[tuple[str, str, str], None] = field(default_factory=dict)
    helpers: dict[str, str] = field(default_factory=dict)

    def carry(self, file: SourceFile, node: SgNode, depth: int = 0) -> str | None:
        """The text of a function or value; None when something that it uses cannot come along."""
        if depth > _DEPTH or find_all(node, "await_expression"):
            return None
        keys = [call for call in find_all(node, "new_expression", "call_expression") if self._makes_key(file, call)]
        made = [span_of(call) for call in keys]
        erased = [Span(start, end) for start, end, _ in _untyped(node)]
        if keys:
            self.imports[(LIBRARY, "newKey", "newKey")] = None
        for binding in file.bindings.free(node).bindings:
            references = file.bindings.references_in(binding, node)
            if all(any(span.holds(span_of(each)) for span in (*made, *erased)) for each in references):
                continue
            if not self._bring(file, binding, depth):
                return None
        words = [each for each in find_all(node, "identifier") if not any(span.holds(span_of(each)) for span in erased)]
        if not {each.text() for each in words} & set(file.bindings.free(node).globals) <= _GLOBALS:
            return None
        changes = [(span.start, span.end, "newKey()") for span in made]
        return _spliced(node, changes + _untyped(node))

    def _makes_key(self, file: SourceFile, call: SgNode) -> bool:
        """`new Types.ObjectId()`."""
        made = called_export(self.workspace, file, call)
        return made is not None and made[-1:] == ("ObjectId",) and not arguments(call)

    def _bring(self, file: SourceFile, binding: Binding, depth: int) -> bool:
        found = binding.imported
        if found is not None and found.module.split("/")[0] in _PACKAGES:
            self.imports[(found.module, found.imported, found.local)] = None
            return True
        known = self.known.get((file.path, binding.start))
        if known is not None:
            self.helpers[binding.name] = known
            return True
        name = binding.references[0] if binding.references else None
        meaning = self.workspace.meaning_of(file.path, name) if name is not None else None
        if not isinstance(meaning, Declared) or meaning.binding is None:
            return False
        if meaning.binding.reassigned or is_changed(meaning.binding):
            return False
        where, node = self.workspace.source(meaning.file), meaning.node
        if binding.name in self.helpers:
            return True
        if node.kind() == "function_declaration":
            self.helpers[binding.name] = ""
            text = self.carry(where, node, depth + 1)
        elif (value := node.field("value")) is not None and (is_constant(value) or value.kind() in FUNCTION_KINDS):
            self.helpers[binding.name] = ""
            inner = self.carry(where, unwrap(value), depth + 1)
            text = f"const {binding.name} = {inner};" if inner is not None else None
        else:
            return False
        if text is None or meaning.binding.name != binding.name:
            return False
        # What it uses itself has to stand before it.
        del self.helpers[binding.name]
        self.helpers[binding.name] = text
        return True


def carried(
    workspace: Workspace, file: SourceFile, node: SgNode, known: Mapping[tuple[str, int], str] | None = None
) -> Carried | None:
    """The function, or the expression of constants, as it can stand in another module; None for one that cannot.

    `known` are declarations for what it sees of functions around it, by file and offset.
    """
    carrier = _Carrier(workspace, known or {})
    text = carrier.carry(file, node)
    if text is None:
        return None
    return Carried(text, tuple(carrier.imports), tuple(carrier.helpers.items()))


def is_constant(node: SgNode) -> bool:
    """A literal, or an object or a list of them."""
    node = unwrap(node)
    if node.kind() in ("string", "number", "true", "false", "null", "regex"):
        return True
    if node.kind() == "unary_expression":
        return node.text().lstrip("-").replace(".", "").isdigit()
    if node.kind() == "binary_expression":
        return all(is_constant(side) for side in named(node))
    if node.kind() == "array":
        return all(is_constant(item) for item in named(node))
    if node.kind() == "object":
        return all(isinstance(entry, Property) and is_constant(entry.value) for entry in entries(node))
    return node.kind() == "template_string" and "${" not in node.text()


def _spliced(node: SgNode, changes: list[tuple[int, int, str]]) -> str:
    """The text of a function as an expression, with some parts changed."""
    start = span_of(node).start
    text = node.text()
    for first, last, new in sorted(changes, reverse=True):
        text = text[: first - start] + new + text[last - start :]
    if node.kind() == "method_definition":
        listed = node.field("parameters")
        assert listed is not None
        return f"function {text[span_of(listed).start - start :]}"
    return text


def _untyped(node: SgNode) -> list[tuple[int, int, str]]:
    """Types of the source mean nothing in another module: what they say of is `any` there."""
    found: list[tuple[int, int, str]] = []
    for each in find_all(node, "type_annotation"):
        parent = each.parent()
        gives = parent is not None and parent.field("return_type") == each
        found.append((span_of(each).start, span_of(each).end, "" if gives else ": any"))
    for each in find_all(node, "type_arguments"):
        found.append((span_of(each).start, span_of(each).end, ""))
    for each in find_all(node, "as_expression"):
        written = named(each)[-1]
        found.append((span_of(written).start, span_of(written).end, "any"))
    return [
        one for one in found if not any(other != one and other[0] <= one[0] and one[1] <= other[1] for other in found)
    ]
