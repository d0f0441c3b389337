"""Why something cannot be carried over: collected during analysis, reported in the owner's words."""

from __future__ import annotations

from dataclasses import dataclass

from codemods.outcome import Place


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """A refusal: the code of `outcome.codes`, what stands in the way, and where."""

    code: str
    text: str
    place: Place

    @property
    def reason(self) -> str:
        """`CX205 reads the request's cookies (src/a.ts:3)`: the form that items and markers use."""
        return f"{self.code} {self.text} ({self.place.file}:{self.place.line})"
