"""Rewrites whose holes lie elsewhere in the file, as edits: what such a hole shows is rendered before."""

from __future__ import annotations

from collections.abc import Sequence

from codemods.source import Edit, render
from codemods.source.edit import Part
from codemods.writers.code import Rewrite


def settled(text: str, edits: Sequence[Edit], rewrites: Sequence[Rewrite]) -> list[Edit]:
    """The edits with those that the rewrites are. Nothing within a rewrite that erases is edited besides.

    What wraps all of such a rewrite, as an `await` in front of it, stands around the new text.
    """
    erased = [rewrite for rewrite in rewrites if rewrite.erases]

    def shown(rewrite: Rewrite, part: Part) -> Part:
        near = isinstance(part, str) or (rewrite.span.holds(part) and not rewrite.erases)
        return part if near or isinstance(part, str) else render(text, edits, part).text

    standing = [edit for edit in edits if not any(_is_erased(edit, rewrite) for rewrite in erased)]
    return [*standing, *(Edit(each.span, tuple(shown(each, part) for part in each.parts)) for each in rewrites)]


def _is_erased(edit: Edit, rewrite: Rewrite) -> bool:
    inner, outer = edit.span, rewrite.span
    if inner == outer and edit.wraps and rewrite.parts:
        return False
    return outer.holds(inner) and (inner.start != inner.end or outer.start < inner.start < outer.end)
