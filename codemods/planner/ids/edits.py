"""What following ids brings to light: edits by file, and obstacles by piece."""

from __future__ import annotations

from collections import defaultdict

from ast_grep_py import SgNode

from codemods.planner.pieces import PieceKey
from codemods.planner.problems import Problem
from codemods.source import Edit, SourceFile, Span


class IdEdits:
    """Collects edits and problems; equal edits collapse."""

    def __init__(self) -> None:
        self.problems: dict[PieceKey, list[Problem]] = defaultdict(list)
        self._edits: dict[str, dict[tuple[Span, tuple[str | Span, ...]], Edit]] = defaultdict(dict)

    def add(self, file: str, *edits: Edit) -> None:
        for edit in edits:
            self._edits[file][(edit.span, edit.parts)] = edit

    def refuse(self, key: PieceKey, code: str, text: str, file: SourceFile, node: SgNode) -> None:
        problem = Problem(code, text, file.place(node))
        if problem not in self.problems[key]:
            self.problems[key].append(problem)

    def is_edited(self, file: str, span: Span) -> bool:
        """Does an edit replace exactly this span?"""
        return any(edit.span == span for edit in self._edits[file].values())

    def within(self, file: str, span: Span) -> list[Edit]:
        return [edit for edit in self._edits[file].values() if span.holds(edit.span)]
