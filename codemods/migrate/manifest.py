"""Edits of package.json: dependencies that come and go, in the file's own layout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from ast_grep_py import SgNode, SgRoot

from codemods.source import Edit, Span, named, span_of, string_value

_SECTIONS = ("dependencies", "devDependencies")

Entry = tuple[str, Span]


def added(text: str, missing: Mapping[str, str], group: str, leaving: Collection[str] = ()) -> list[Edit]:
    """Each missing dependency at its place where the others are sorted, else last; never beside one that may leave."""
    if not missing:
        return []
    lines = [f'"{name}": "{version}"' for name, version in sorted(missing.items())]
    newline, unit = ("\r\n" if "\r\n" in text else "\n"), _unit(text)
    whole = _members(_root(text))
    section = whole.get("dependencies")
    if section is None or section.kind() != "object":
        block = f"{newline}{unit}{unit}" + f",{newline}{unit}{unit}".join(lines)
        opening = span_of(_root(text)).start + 1
        end = "," if whole else newline
        return [Edit.insert(opening, f'{newline}{unit}"dependencies": {{{block}{newline}{unit}}}{end}', group)]
    entries = _entries(section)
    if not entries:
        block = f"{newline}{unit}{unit}" + f",{newline}{unit}{unit}".join(lines)
        return [Edit.replace(span_of(section), f"{{{block}{newline}{unit}}}", group)]
    staying = [entry for entry in entries if entry[0] not in leaving] or entries
    return [_insertion(text, staying, line, name, group) for name, line in zip(sorted(missing), lines, strict=True)]


def raised(text: str, newer: Mapping[str, str], group: str) -> list[Edit]:
    """Other versions in the place of those of dependencies of both kinds."""
    members = _members(_root(text)) if newer else {}
    sections = (_members(members[name]) for name in _SECTIONS if name in members)
    found = [(name, value) for section in sections for name, value in section.items() if name in newer]
    return [Edit.replace(span_of(value), f'"{newer[name]}"', group) for name, value in found]


def removed(text: str, names: Collection[str]) -> list[Edit]:
    """Edits that take entries out of the dependencies of both kinds. A section that would be empty stays as it is."""
    members = _members(_root(text))
    return [edit for name in _SECTIONS if name in members for edit in _cuts(_entries(members[name]), names)]


def _insertion(text: str, entries: Sequence[Entry], line: str, name: str, group: str) -> Edit:
    known = [entry for entry, _ in entries]
    is_sorted = known == sorted(known)
    earlier = [span for entry, span in entries if not is_sorted or entry < name]
    first = entries[0][1]
    between = _indent(text, first)
    if earlier:
        return Edit.insert(earlier[-1].end, f",{between}{line}", group)
    return Edit.insert(first.start, f"{line},{between}", group)


def _cuts(entries: Sequence[Entry], names: Collection[str]) -> Iterator[Edit]:
    """Entries before the first one that stays go with what follows them, all others with what precedes them."""
    staying = [number for number, (name, _) in enumerate(entries) if name not in names]
    for number, ((name, span), (other, following)) in enumerate(pairwise(entries)):
        if staying and name in names and number < staying[0]:
            yield Edit.delete(Span(span.start, following.start))
        if staying and other in names and number + 1 > staying[0]:
            yield Edit.delete(Span(span.end, following.end))


def _root(text: str) -> SgNode:
    root = SgRoot(text, "json").root()
    return next(iter(named(root)), root)


def _members(node: SgNode) -> dict[str, SgNode]:
    pairs = [(string_value(pair.field("key")), pair.field("value")) for pair in named(node) if pair.kind() == "pair"]
    return {name: value for name, value in pairs if name is not None and value is not None}


def _entries(section: SgNode) -> list[Entry]:
    pairs = [pair for pair in named(section) if pair.kind() == "pair"]
    return [(string_value(pair.field("key")) or "", span_of(pair)) for pair in pairs]


def _indent(text: str, first: Span) -> str:
    """What separates the entries: a line end and indentation, or a space where all stand on one line."""
    before = text[: first.start]
    space = before[len(before.rstrip()) :]
    return space if "\n" in space else " "


def _unit(text: str) -> str:
    """The indentation of one level."""
    lines = (line for line in text.splitlines() if line.lstrip() != line and line.strip())
    line = next(lines, "  ")
    return line[: len(line) - len(line.lstrip())]
