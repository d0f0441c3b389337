"""One piece on its way: its source, the edits collected so far, and what its text will need around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ast_grep_py import SgNode

from codemods.ir.table import Schema
from codemods.planner.facts import Facts
from codemods.planner.pieces import Piece, context_name
from codemods.planner.problems import Problem
from codemods.planner.routes import RoutePlan
from codemods.source import Edit, SourceFile, Span, find_all, render, span_of
from codemods.source.tree import FUNCTION_KINDS
from codemods.writers.code import ImportSpec
from codemods.writers.library import spec_of
from codemods.writers.placement import Context


@dataclass(slots=True)
class Written:
    """The text of one piece with everything that it needs around it."""

    text: str
    imports: list[ImportSpec] = field(default_factory=list)
    runtime: set[str] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)
    jobs: list[Job] = field(default_factory=list)
    env: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Job:
    """An internal function cut out of a piece: a scheduled one, or the database work of an action."""

    name: str
    text: str
    imports: tuple[ImportSpec, ...] = ()


class Splice:
    """Everything that the writers of one piece share. Its text is the source's, with the edits."""

    def __init__(
        self, context: Context, piece: Piece, route: RoutePlan | None, extra: Sequence[Edit], module: str | None
    ) -> None:
        self.context, self.piece, self.route = context, piece, route
        self.file = context.workspace.source(piece.key.file)
        self.facts: Facts = context.closure.facts(piece.key, handler=route is not None)
        self.edits: list[Edit] = list(extra)
        self.written = Written("")
        self.module = module or context.placement.module(piece.key)
        self.beside = module or context.placement.module_beside(piece.key)
        self.ctx = self.facts.context or context_name(self.file, piece.node)
        self.clients: list[Span] = []
        """Arguments that were database clients and are gone."""

    @property
    def schema(self) -> Schema:
        return self.context.closure.schema

    def bring(self, module: str, name: str, local: str = "", type_only: bool = False) -> None:
        self.written.imports.append(ImportSpec(module, name, local, type_only))

    def library(self, name: str) -> str:
        """Import a declaration of the library; gives its local name, since the source may use the name itself."""
        local = name if name not in names_in(self.file) else f"convex{name[:1].upper()}{name[1:]}"
        local = f"C{local[1:]}" if name[:1].isupper() and local != name else local
        self.written.runtime.add(name)
        self.written.imports.append(spec_of(name, local if local != name else ""))
        return local

    def internal(self) -> str:
        """The local name of the internal functions, all of them."""
        local = "internal" if "internal" not in names_in(self.file) else "internalApi"
        self.bring("convex:_generated/api", "internal", local if local != "internal" else "")
        return local

    def problem(self, code: str, text: str, span: Span) -> None:
        self.written.problems.append(Problem(code, text, self.file.place(span.start)))

    def render(self, span: Span) -> str:
        rendered = render(self.file.text, self.edits, span)
        for refused in rendered.refused:
            self.problem("CX904", f"two rewrites overlap: {refused.reason}", refused.edit.span)
        return rendered.text.replace("\r\n", "\n")


@lru_cache(maxsize=32)
def names_in(file: SourceFile) -> frozenset[str]:
    """Every name that the file declares or uses."""
    kinds = ("identifier", "type_identifier", "shorthand_property_identifier", "shorthand_property_identifier_pattern")
    return frozenset(node.text() for node in find_all(file.root, *kinds))


def function_at(root: SgNode, span: Span) -> SgNode | None:
    """The function at a span below a node."""
    return next((n for kind in FUNCTION_KINDS for n in find_all(root, kind) if span_of(n) == span), None)


def is_shorthand(file: SourceFile, span: Span) -> bool:
    """Is a name in an object both key and value?"""
    before = file.text[: span.start].rstrip()[-1:]
    after = file.text[span.end :].lstrip()[:1]
    return before in "{," and after in ",}" and "(" not in file.text[span.start : span.end]
