"""The edit of a source text, and the record of one that was refused."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.source.span import Span

Part = str | Span
"""Text, or a hole: the source text of the span, with the edits inside it applied."""

Parts = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `span` by `parts`: text as it stands, and holes.

    A hole is a span within `span`; it stands for the source text there, rendered with the other edits that lie in
    it. Holes may be reordered, repeated and left out. Edits of one `group` are applied all or none; an edit without
    a group stands alone.
    """

    span: Span
    parts: tuple[Part, ...]
    group: str = ""

    def __post_init__(self) -> None:
        if self.span.start > self.span.end:
            raise ValueError(f"an edit ends before it starts: {self.span}")
        for hole in self.holes:
            if not self.span.holds(hole) or hole.start > hole.end:
                raise ValueError(f"the hole {hole} does not lie in the edit's {self.span}")

    @classmethod
    def insert(cls, offset: int, text: str, group: str = "") -> Edit:
        return cls(Span(offset, offset), (text,), group)

    @classmethod
    def delete(cls, span: Span, group: str = "") -> Edit:
        return cls(span, (), group)

    @classmethod
    def replace(cls, span: Span, text: str, group: str = "") -> Edit:
        return cls(span, (text,), group)

    @classmethod
    def wrap(cls, span: Span, before: str, after: str, group: str = "") -> Edit:
        """Put text around a span and leave the span open to other edits."""
        return cls(span, (before, span, after), group)

    @property
    def is_insertion(self) -> bool:
        return self.span.start == self.span.end

    @property
    def holes(self) -> tuple[Span, ...]:
        return tuple(part for part in self.parts if isinstance(part, Span))

    @property
    def wraps(self) -> bool:
        """True when one of the holes is the whole span."""
        return self.span in self.parts

    def has_hole_at(self, *, start: int | None = None, end: int | None = None) -> bool:
        """True when a hole starts, or ends, at the offset."""
        return any(hole.start == start or hole.end == end for hole in self.holes)

    def shows(self, hole: Span, other: Edit) -> bool:
        """True when `other` is to be seen in this hole.

        An insertion between two holes that touch goes to the one that starts there.
        """
        if not other.is_insertion:
            return hole.holds(other.span)
        at = other.span.start
        if hole.start == at or hole.start < at < hole.end:
            return True
        return hole.end == at and not self.has_hole_at(start=at)


@dataclass(frozen=True, slots=True)
class Refused:
    """A group of edits that was left out: its `edit` that cannot stand beside the edit `other`, and why.

    `other` is None when the edit is at fault alone.
    """

    edit: Edit
    other: Edit | None
    reason: str
