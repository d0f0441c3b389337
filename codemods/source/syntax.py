"""Syntax errors of a file, told apart from valid code that the grammars cannot read.

When there are errors, the text is parsed once more with the known gaps written in a form that the grammars know. If
that leaves fewer errors, and the tree of the text itself lost no statement, the others were false alarms.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ast_grep_py import SgNode, SgRoot

_Rewrite = Callable[[re.Match[str]], str]


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\r\n]", " ", found[0])


_TYPE_ARGUMENTS = r"<[^<>`;=]*(?:<[^<>`;=]*(?:<[^<>`;=]*>[^<>`;=]*)*>[^<>`;=]*)*>"

_GAPS: tuple[tuple[re.Pattern[str], _Rewrite], ...] = (
    # a: import("m").Name<T>[]
    (re.compile(r"\bimport\s*\(\s*(['\"])[^'\"\r\n]*\1\s*\)(?=\s*\.)"), lambda found: "m" * len(found[0])),
    # sql<Row[]>`select`
    (re.compile(rf"(?<=[\w$]){_TYPE_ARGUMENTS}(?=`)"), _blank),
    # <p>this & that</p>; an `|` is valid wherever an `&` is
    (re.compile(r"(?<= )&(?= )"), lambda found: "|"),
)


_STATEMENTS = (
    "arrow_function",
    "class_declaration",
    "export_statement",
    "expression_statement",
    "function_declaration",
    "if_statement",
    "import_statement",
    "lexical_declaration",
    "method_definition",
    "return_statement",
    "variable_declarator",
)


def parse(text: str, language: str) -> SgNode:
    """The root node of `text`. The parser never fails: look at `error_count`."""
    return SgRoot(text, language).root()


def error_nodes(root: SgNode) -> list[SgNode]:
    """ERROR nodes, and the empty leaves that the parser made up for MISSING tokens."""
    found = root.find_all({"rule": {"any": [{"kind": "ERROR"}, {"regex": "^$"}]}})
    return [node for node in found if node.kind() != "program"]


def error_count(root: SgNode) -> int:
    """How many nodes of the tree are errors or made up for missing tokens."""
    return len(error_nodes(root))


def syntax_errors(root: SgNode, text: str, language: str) -> list[int]:
    """The offsets of the errors in `text`, whose tree is `root`."""
    nodes = error_nodes(root)
    known = _known(text) if nodes else text
    if known != text:
        other = parse(known, language)
        fewer = error_nodes(other)
        if len(fewer) < len(nodes) and _statements(root) == _statements(other):
            nodes = fewer
    return [node.range().start.index for node in nodes]


def _statements(root: SgNode) -> list[tuple[str, int]]:
    found = root.find_all({"rule": {"any": [{"kind": kind} for kind in _STATEMENTS]}})
    return [(node.kind(), node.range().start.index) for node in found]


def _known(text: str) -> str:
    """The text, at the same length, with the gaps of the grammars written otherwise."""
    for pattern, rewrite in _GAPS:
        text = pattern.sub(rewrite, text)
    return text
