"""Repositories written out in the tests.

In their files ⟨x⟩ is the expression asked about and ⟦x⟧ the node that the answer must be.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ast_grep_py import SgNode

from codemods.source.span import Span
from codemods.workspace import Called, Declared, External, FunctionRef, Global, Meaning, Unknown, Workspace

MARK = re.compile("[⟨⟩⟦⟧]")

Files = dict[str, str]
Open = Callable[[Files], Workspace]


def write(root: Path, files: Files) -> Workspace:
    """The workspace of a repository that holds these files."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return Workspace.open(root)


def read_marks(text: str) -> tuple[str, dict[str, Span]]:
    """The text without marks, and the spans they stood around, by their opening bracket."""
    plain, spans, opened = "", {}, {}
    position = 0
    for mark in MARK.finditer(text):
        plain += text[position : mark.start()]
        position = mark.end()
        if mark.group() in "⟨⟦":
            opened[mark.group()] = len(plain)
        else:
            opening = "⟨" if mark.group() == "⟩" else "⟦"
            spans[opening] = Span(opened[opening], len(plain))
    return plain + text[position:], spans


@dataclass
class Question:
    """A repository with one expression that is asked about, and perhaps the node that answers."""

    workspace: Workspace
    file: str
    node: SgNode
    expected: tuple[str, str] | None

    def called(self) -> Called:
        """The function that a call of the expression runs."""
        return self.workspace.function_of(self.file, self.node)

    def callee(self) -> Called:
        """The function that the expression, a call, runs."""
        return self.workspace.callee(self.file, self.node)

    def meaning(self) -> Meaning:
        return self.workspace.meaning_of(self.file, self.node)

    def instance(self) -> Declared | External | Global | Unknown:
        return self.workspace.instance_of(self.file, self.node)

    def is_answered_by(self, answer: FunctionRef | Declared | External | Global | Unknown) -> bool:
        assert isinstance(answer, FunctionRef | Declared), answer
        assert (answer.file, answer.node.text()) == self.expected
        return True


Ask = Callable[[Files], Question]


def ask_in(root: Path, files: Files) -> Question:
    """The question that the marks of the files ask."""
    plain: Files = {}
    asked: list[tuple[str, Span]] = []
    expected: list[tuple[str, str]] = []
    for path, text in files.items():
        plain[path], spans = read_marks(text)
        asked += [(path, spans["⟨"])] if "⟨" in spans else []
        expected += [(path, plain[path][spans["⟦"].start : spans["⟦"].end])] if "⟦" in spans else []
    workspace = write(root, plain)
    ((file, span),) = asked
    return Question(workspace, file, node_at(workspace, file, span), expected[0] if expected else None)


def node_at(workspace: Workspace, file: str, span: Span) -> SgNode:
    """The outermost node that covers exactly the span."""
    node: SgNode | None = workspace.source(file).root
    while node is not None:
        found = node.range()
        if (found.start.index, found.end.index) == (span.start, span.end):
            return node
        node = next((c for c in node.children() if _holds(c, span)), None)
    raise AssertionError(f"no node covers {span} of {file}")


def _holds(node: SgNode, span: Span) -> bool:
    found = node.range()
    return found.start.index <= span.start and span.end <= found.end.index
