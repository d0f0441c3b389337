"""Turns the fix template of a rule and a match into an edit whose metavariables are holes.

What a metavariable captured stays source text: other edits may lie in it, and its comments and separators survive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ast_grep_py import Rule, SgNode

from codemods.source.edit import Edit, Part
from codemods.source.file import SourceFile, span_of
from codemods.source.span import Span
from codemods.source.tree import find_all

METAVARIABLE = re.compile(r"(?P<sigil>\$\$\$|\$\$?)(?P<name>[A-Z_][A-Z0-9_]*)")

_COMMA_BEFORE = re.compile(r",\s*$")
_COMMA_AFTER = re.compile(r"^\s*,\s*")


@dataclass(frozen=True, slots=True)
class Expansion:
    """ast-grep's expandStart and expandEnd: a sibling to take in, and how far to look ("neighbor", "end", a rule)."""

    rule: Rule
    stop: str | Rule

    def found(self, siblings: Sequence[SgNode]) -> SgNode | None:
        for node in siblings[:1] if self.stop == "neighbor" else siblings:
            if node.matches(**self.rule):
                return node
            if not isinstance(self.stop, str) and node.matches(**self.stop):
                return None
        return None


@dataclass(frozen=True, slots=True)
class Fix:
    """A template with `$A`, `$$$ARGS` and the names of transforms."""

    template: str
    expand_start: Expansion | None = None
    expand_end: Expansion | None = None

    def edit(self, file: SourceFile, node: SgNode, group: str) -> Edit:
        """The edit that puts the template in the place of the matched node."""
        span = self._span(node)
        parts = _Writer(file, node, span).parts(self.template)
        return Edit(span, parts, group)

    def _span(self, node: SgNode) -> Span:
        span = span_of(node)
        before = self.expand_start and self.expand_start.found(node.prev_all())
        after = self.expand_end and self.expand_end.found(node.next_all())
        start = span_of(before).start if before else span.start
        return Span(start, span_of(after).end if after else span.end)


class _Writer:
    """Writes one template for one match. Lines after the first are indented like the line of the match."""

    def __init__(self, file: SourceFile, node: SgNode, span: Span) -> None:
        self._file = file
        self._node = node
        self._span = span
        self._indent = file.indent_at(span.start)

    def parts(self, template: str) -> tuple[Part, ...]:
        written: list[Part] = []
        literal, position = "", 0
        for found in METAVARIABLE.finditer(template):
            literal += template[position : found.start()]
            position = found.end()
            captured = self._captured(found, template[position:])
            if captured is None:
                literal, position = _without_comma(literal, template, position)
                continue
            written += [
                self._literal(literal),
                *self._shown(captured, self._indent + _line_indent(template, found.start())),
            ]
            literal = ""
        return tuple(part for part in [*written, self._literal(literal + template[position:])] if part != "")

    def _literal(self, text: str) -> str:
        return text.replace("\n", self._file.newline + self._indent)

    def _captured(self, found: re.Match[str], rest: str) -> Span | str | None:
        """What a metavariable stands for: source text, a transformed string, or None for nothing at all."""
        transformed = self._node.get_transformed(found["name"])
        if transformed is not None:
            return transformed
        if found["sigil"] == "$$$":
            nodes = self._node.get_multiple_matches(found["name"])
            if nodes and nodes[-1].kind() == "," and _COMMA_AFTER.match(rest):
                nodes = nodes[:-1]
            return Span(span_of(nodes[0]).start, span_of(nodes[-1]).end) if nodes else None
        node = self._node.get_match(found["name"])
        return span_of(node) if node is not None else None

    def _shown(self, captured: Span | str, indent: str) -> Iterator[Part]:
        """Source text as holes, its further lines moved from their own indentation to the one of the template.

        Text from outside of the match, which an `inside` may capture, is no hole of this edit and is copied.
        """
        if isinstance(captured, str):
            yield captured
            return
        held = self._span.holds(captured)
        own = self._file.indent_at(captured.start)
        position = captured.start
        for line in self._lines_to_move(captured, own, indent):
            yield self._piece(Span(position, line), held)
            yield indent
            position = line + len(own)
        yield self._piece(Span(position, captured.end), held)

    def _piece(self, span: Span, held: bool) -> Part:
        return span if held else self._file.slice(span)

    def _lines_to_move(self, captured: Span, own: str, indent: str) -> list[int]:
        """The offsets of the lines to indent anew: not those that begin inside of a template string."""
        if own == indent or "\n" not in self._file.slice(captured):
            return []
        strings = [span_of(node) for node in find_all(self._node.get_root().root(), "template_string")]
        lines = [captured.start + found.end() for found in re.finditer("\n", self._file.slice(captured))]
        return [
            line
            for line in lines
            if line + len(own) <= captured.end
            and self._file.text.startswith(own, line)
            and self._file.text[line : self._file.line_end(line)].strip()
            and not any(string.start < line < string.end for string in strings)
        ]


def _line_indent(template: str, offset: int) -> str:
    """The white space that starts the template's line of `offset`."""
    line = template[:offset].rsplit("\n", 1)[-1]
    return line[: len(line) - len(line.lstrip())]


def _without_comma(literal: str, template: str, position: int) -> tuple[str, int]:
    """Take one comma away with a metavariable that captured nothing: `f($$$ARGS, x)` gives `f(x)`."""
    after = _COMMA_AFTER.match(template[position:])
    if after:
        return literal, position + after.end()
    return _COMMA_BEFORE.sub("", literal), position
