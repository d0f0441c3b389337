"""A half-open range of `str` offsets."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """`text[start:end]`: offsets count code points of the decoded text, not bytes."""

    start: int
    end: int

    def holds(self, other: Span) -> bool:
        """True when `other` lies within this span (or equals it)."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """True when the two share at least one character."""
        return self.start < other.end and other.start < self.end
