"""Generated TypeScript as JavaScript, for projects that have no types."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ast_grep_py import SgNode

from codemods.source.file import parse, span_of
from codemods.source.span import Span
from codemods.source.tree import find_all, named

_TYPES = frozenset(
    {
        "accessibility_modifier",
        "asserts_annotation",
        "implements_clause",
        "override_modifier",
        "type_annotation",
        "type_arguments",
        "type_parameters",
        "type_predicate_annotation",
    }
)
"""Nodes that say nothing at run time."""

_STATEMENTS = frozenset(
    {"ambient_declaration", "function_signature", "interface_declaration", "type_alias_declaration"}
)
"""Declarations that are types alone, overloads included."""

_KEYWORDS = {
    "optional_parameter": frozenset({"?"}),
    "public_field_definition": frozenset({"readonly", "?", "!", "declare", "abstract"}),
    "abstract_class_declaration": frozenset({"abstract"}),
    "variable_declarator": frozenset({"!"}),
}
"""Tokens that only TypeScript has, by the node that they stand in."""

_LEFT_OVER = ((re.compile(r"\n{3,}"), "\n\n"), (re.compile(r"\{\n\n"), "{\n"), (re.compile(r",\s+\} from"), " } from"))


_ANY = "/** @type {any} */ "


def strip_types(text: str) -> str:
    """The text without types; empty when it holds nothing else."""
    root = parse(text, "typescript")
    spans = [*_type_spans(text, root), *(Span(start, start) for start in _misread(root))]
    kept: list[str] = []
    position = 0
    for span in sorted(spans):
        if span.start >= position:
            kept.append(text[position : span.start])
            kept.append(_ANY if span.start == span.end else "")
        position = max(position, span.end)
    kept.append(text[position:])
    plain = "".join(kept)
    for pattern, replacement in _LEFT_OVER:
        plain = pattern.sub(replacement, plain)
    return plain.strip("\n") + ("\n" if text.endswith("\n") and plain.strip() else "")


def _type_spans(text: str, node: SgNode) -> Iterator[Span]:
    kind = node.kind()
    if kind in _STATEMENTS or _is_type_import(node) or (kind == "public_field_definition" and not node.field("value")):
        yield _whole(text, node)
    elif kind in _TYPES:
        yield _with_space_before(text, span_of(node))
    elif kind in ("as_expression", "satisfies_expression"):
        inner = node.children()[0]
        yield Span(span_of(inner).end, span_of(node).end)
        yield from _type_spans(text, inner)
    else:
        yield from _tokens(node)
        for child in node.children():
            yield from _type_spans(text, child)


def _misread(root: SgNode) -> Iterator[int]:
    """Parameters whose default says less than their type: `options: Options = {}` would be without properties."""
    for parameter in find_all(root, "required_parameter", "optional_parameter"):
        annotation = parameter.field("type")
        said = next(iter(named(annotation)), None) if annotation is not None else None
        if said is not None and said.kind() != "predefined_type" and parameter.field("value") is not None:
            yield span_of(parameter).start


def _tokens(node: SgNode) -> Iterator[Span]:
    kind = node.kind()
    if kind == "non_null_expression":
        end = span_of(node).end
        yield Span(end - 1, end)
    for child in node.children():
        if child.kind() in _KEYWORDS.get(kind, ()):
            span = span_of(child)
            yield Span(span.start, span.end + 1) if child.text().isalpha() else span
        elif kind == "named_imports" and _is_type_specifier(child):
            yield _with_comma(child)


def _is_type_import(node: SgNode) -> bool:
    if node.kind() != "import_statement":
        return False
    return len(node.children()) > 1 and node.children()[1].kind() == "type"


def _is_type_specifier(node: SgNode) -> bool:
    return node.kind() == "import_specifier" and node.children()[0].kind() == "type"


def _with_comma(node: SgNode) -> Span:
    """The specifier with the comma and the space that part it from the next one."""
    comma = node.next()
    after = comma.next() if comma is not None and comma.text() == "," else None
    return Span(span_of(node).start, span_of(after).start if after is not None else span_of(node).end)


def _with_space_before(text: str, span: Span) -> Span:
    """A clause takes the space before it along; an annotation touches what it annotates."""
    return Span(span.start - 1, span.end) if text[span.start - 1 : span.start] == " " else span


def _whole(text: str, node: SgNode) -> Span:
    """The declaration with its `export`, its line end, and the comment that describes it alone."""
    parent = node.parent()
    outer = parent if parent is not None and parent.kind() == "export_statement" else node
    start, end = span_of(outer).start, span_of(outer).end
    while end < len(text) and text[end] in "; \t":
        end += 1
    end += 1 if text[end : end + 1] == "\n" else 0
    before = outer.prev()
    described = before is not None and before.kind() == "comment" and node.kind() != "function_signature"
    if before is not None and described and text[span_of(before).end : start].strip(" \t") == "\n":
        start = span_of(before).start
    while start > 0 and text[start - 1] in " \t":
        start -= 1
    return Span(start, end)
