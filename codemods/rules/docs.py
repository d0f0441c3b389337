"""The documentation of a rule: a summary line and six sections under fixed headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from inspect import cleandoc

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_CODE_BLOCK = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)

_HEADINGS = ("What it does", "Why is this bad", "Example", "Use instead", "Fix safety", "References")


class BadDocs(ValueError):
    """A rule's documentation lacks a heading or has one too many."""


@dataclass(frozen=True, slots=True)
class Docs:
    """A rule's documentation; the sections hold Markdown."""

    summary: str
    what_it_does: str
    why_is_this_bad: str
    example: str
    use_instead: str
    fix_safety: str
    references: str

    @property
    def example_code(self) -> str:
        """The first code block of the example."""
        return _first_block(self.example)

    @property
    def use_instead_code(self) -> str:
        """The first code block of what to use instead."""
        return _first_block(self.use_instead)


def parse_docs(text: str) -> Docs:
    """Read a documentation text; raises BadDocs unless it has exactly the fixed headings, in their order."""
    pieces = _HEADING.split(cleandoc(text))
    summary, headings, bodies = pieces[0].strip(), tuple(pieces[1::2]), [body.strip() for body in pieces[2::2]]
    if headings != _HEADINGS or not summary or not all(bodies):
        raise BadDocs(f"expected a summary and the headings {', '.join(_HEADINGS)}; found {', '.join(headings)}")
    return Docs(summary, *bodies)


def _first_block(markdown: str) -> str:
    found = _CODE_BLOCK.search(markdown)
    return found.group(1) if found else ""
