"""The state of reading one call: where its source is, which tables exist, and what was not understood."""

from __future__ import annotations

from dataclasses import dataclass, field

from ast_grep_py import SgNode

from codemods.ir.table import Schema, Table
from codemods.readers.literals import Computed, Property, Spread, entries, literal_of
from codemods.source.file import SourceFile
from codemods.source.span import Span
from codemods.source.tree import unwrap


@dataclass(slots=True)
class Reading:
    """Collects, in order and once each, the reasons why a call is not fully understood."""

    file: SourceFile
    schema: Schema
    reasons: list[str] = field(default_factory=list)

    def reject(self, reason: str) -> None:
        """Note something that was not understood."""
        if reason not in self.reasons:
            self.reasons.append(reason)

    def span(self, node: SgNode) -> Span:
        """The span of a value, without surrounding white space."""
        return self.file.span(node)

    def table(self, name: str) -> Table | None:
        """The table of a relation."""
        return self.schema.table(name)

    def properties(self, node: SgNode, part: str) -> list[Property]:
        """The properties of an object argument, read through constants and spreads of literals.

        What cannot be read is rejected under the name of the `part` ("where", "orderBy").
        """
        literal = literal_of(self.file, node)
        if literal is None:
            self.reject(f"{part}: built elsewhere")
            return []
        found: list[Property] = []
        for entry in entries(literal):
            match entry:
                case Property():
                    found.append(entry)
                case Computed():
                    self.reject(f"{part}: computed key")
                case Spread(value):
                    found += self._spread(value, part)
        return found

    def _spread(self, value: SgNode, part: str) -> list[Property]:
        if literal_of(self.file, value) is not None:
            return self.properties(value, part)
        conditional = unwrap(value).kind() in ("binary_expression", "ternary_expression")
        self.reject(f"{part}: {'conditional spread' if conditional else 'spread'}")
        return []


def is_undefined(node: SgNode) -> bool:
    """True for the literal `undefined`, which Prisma takes as not given."""
    return unwrap(node).text() == "undefined"
