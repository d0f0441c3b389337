"""Entries added to an object literal of an existing file, each for its own groups."""

from __future__ import annotations

from collections.abc import Iterable

from ast_grep_py import SgNode

from codemods.changes import ImportSpec
from codemods.migrate.merge.found import Merging
from codemods.source import Edit, SourceFile, Span, named, property_name, span_of

Entry = tuple[str, tuple[str, ...], tuple[ImportSpec, ...]]
"""`name: value` without a comma, the groups that bring it, and what it needs."""


def entries_of(literal: SgNode) -> dict[str, SgNode]:
    """The values of an object literal by their names; spread, computed and shorthand ones left out."""
    pairs = [
        (property_name(pair.field("key")), pair.field("value")) for pair in named(literal) if pair.kind() == "pair"
    ]
    return {name: value for name, value in pairs if name is not None and value is not None}


def append_entries(file: SourceFile, literal: SgNode, entries: Iterable[Entry], merging: Merging) -> None:
    """The entries on lines of their own behind the last one, whichever of them are accepted."""
    wanted = list(entries)
    if not wanted:
        return
    children = named(literal)
    at, lead, trail = span_of(literal).start + 1, "", ","
    if children:
        at, has_comma = _after(file, span_of(children[-1]).end)
        lead, trail = ("", ",") if has_comma else (",", "")
    closing = span_of(literal).end - 1
    for text, groups, imports in wanted:
        merging.add(Edit.insert(at, f"{lead}\n{text}{trail}".replace("\n", file.newline)), groups, imports)
    if "\n" not in file.slice(Span(at, closing)):
        everyone = tuple(dict.fromkeys(name for _, groups, _ in wanted for name in groups))
        start = at + len(file.text[at:closing].rstrip())
        merging.add(Edit.replace(Span(start, closing), f"{file.newline}{file.indent_at(closing)}"), everyone)


def _after(file: SourceFile, end: int) -> tuple[int, bool]:
    """Where the entry that ends there ends with its comma and a comment behind it, and whether it has a comma."""
    rest = file.text[end:]
    has_comma = rest.lstrip().startswith(",")
    if not has_comma:
        return end, False
    end += rest.index(",") + 1
    tail = file.text[end : file.line_end(end)]
    return (end + len(tail.rstrip()) if tail.strip().startswith("//") else end), True
